"""What the tests of tests/identity share: a scratch home, the program, an identity server, and a search for secrets."""
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
import time

import identity
import jwt

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIMIT = 120


class Failed(Exception):
    """What a test found wrong."""


class Outcome:
    def __init__(self, words, status, out, err):
        self.words, self.status, self.out, self.err = words, status, out, err

    def __str__(self):
        return f"acr {' '.join(self.words)}: status {self.status}\n{self.out}{self.err}"


class Watcher(threading.Thread):
    """Reads the arguments of all processes again and again: a secret that shows in them is a fault."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.found, self.ended = server, set(), False

    def run(self):
        while not self.ended:
            for entry in filter(str.isdigit, os.listdir("/proc")):
                try:
                    with open(f"/proc/{entry}/cmdline", "rb") as file:
                        text = file.read().decode(errors="replace")
                except OSError:
                    continue
                self.found |= {one for one in list(self.server.secrets) if one in text}
            time.sleep(0.01)


class Bench:
    """One test's surroundings. `with` leaves nothing behind."""

    def __init__(self, server, program):
        self.server, self.program = server, program
        self.folder = tempfile.mkdtemp(prefix="acr-identity-")
        self.outputs = []
        for name in ("home", "azure", "work", "tmp"):
            os.mkdir(self.path(name))
        server.reset()
        self.known = set(server.secrets)
        ret = {name: value for name, value in os.environ.items() if name in ("ASAN_OPTIONS", "UBSAN_OPTIONS")}
        ret.update(PATH="/usr/local/bin:/usr/bin:/bin", LANG="C.UTF-8", HOME=self.path("home"),
                   TMPDIR=self.path("tmp"), AZURE_CONFIG_DIR=self.path("azure"), ACR_CACHE_DIR=self.path("cache"),
                   ACR_CA_BUNDLE=server.certificates.bundle, HTTPS_PROXY=f"http://127.0.0.1:{server.tunnel.port}",
                   AZURE_SUBSCRIPTION_ID=identity.SUBSCRIPTION,
                   AZURE_POD_IDENTITY_AUTHORITY_HOST="http://127.0.0.1:9")
        self.environment = ret

    def __enter__(self):
        self.watcher = Watcher(self.server)
        self.watcher.start()
        return self

    def __exit__(self, kind, fault, trace):
        self.watcher.ended = True
        self.watcher.join()
        try:
            if not kind:
                self.check()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, text, mode=0o600):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path(name), mode)
        return self.path(name)

    def set(self, **variables):
        for name, value in variables.items():
            if value is None:
                self.environment.pop(name, None)
            else:
                self.environment[name] = str(value)

    def application(self, **variables):
        self.set(AZURE_TENANT_ID=identity.TENANT, AZURE_CLIENT_ID=identity.CLIENT, **variables)

    def secret(self):
        """An application with a secret in the environment."""
        self.server.secret = self.server.new_secret("application")
        self.application(AZURE_CLIENT_SECRET=self.server.secret)

    def local(self, path=""):
        return f"http://127.0.0.1:{self.server.local.port}{path}"

    # ---- keys ----

    def make_certificate(self, name="app", key="rsa:2048", days=2, issuer=None, password=None):
        """NAME.key, NAME.crt and NAME.pem (both); signed by itself or by `issuer`."""
        words = ["req", "-x509", "-newkey", key, "-nodes", "-subj", f"/CN={name}", "-days", str(days), "-keyout",
                 self.path(name + ".key"), "-out", self.path(name + ".crt")]
        if key.startswith("ec"):
            words[3:4] = ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        if issuer:
            words += ["-CA", self.path(issuer + ".crt"), "-CAkey", self.path(issuer + ".key")]
        self.openssl(*words)
        if password:
            self.openssl("rsa", "-in", self.path(name + ".key"), "-aes256", "-passout", "pass:" + password, "-out",
                         self.path(name + ".locked"))
        text = ""
        for part in (name + ".crt", name + (".locked" if password else ".key")):
            with open(self.path(part), encoding="ascii") as file:
                text += file.read()
        return self.write(name + ".pem", text)

    def expire(self, name="app"):
        """Make the certificate of a key anew, as one that ended long ago."""
        os.mkdir(self.path("ca"))
        self.write("ca/index.txt", "")
        self.write("ca/ca.conf", "[ca]\ndefault_ca=d\n[d]\ndatabase=%s\nnew_certs_dir=%s\nrand_serial=yes\n"
                   "default_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n" %
                   (self.path("ca/index.txt"), self.path("ca")))
        self.openssl("req", "-new", "-key", self.path(name + ".key"), "-subj", f"/CN={name}", "-out",
                     self.path(name + ".csr"))
        self.openssl("ca", "-batch", "-selfsign", "-config", self.path("ca/ca.conf"), "-keyfile",
                     self.path(name + ".key"), "-in", self.path(name + ".csr"), "-out", self.path(name + ".crt"),
                     "-startdate", "20200101000000Z", "-enddate", "20210101000000Z", "-notext")
        with open(self.path(name + ".crt"), encoding="ascii") as one, \
                open(self.path(name + ".key"), encoding="ascii") as two:
            return self.write(name + ".pem", one.read() + two.read())

    @staticmethod
    def openssl(*words):
        done = jwt.openssl(*words)
        if done.returncode:
            raise RuntimeError(f"openssl {' '.join(words)}: {done.stderr.decode()}")

    # ---- running ----

    def start(self, *words):
        # A session of its own, so that a signal to it reaches nobody else.
        return subprocess.Popen([self.program, *words], env=self.environment, cwd=self.path("work"),
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                start_new_session=True)

    def finish(self, process, words=()):
        try:
            out, err = process.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            out, err = process.communicate()
            raise Failed(f"acr {' '.join(words)} did not end; {err.decode(errors='replace')}") from None
        ret = Outcome(words, process.returncode, out.decode(errors="replace"), err.decode(errors="replace"))
        self.outputs.append(ret.err)
        if "Sanitizer" in ret.err:
            raise Failed(str(ret))
        return ret

    def acr(self, *words):
        return self.finish(self.start(*words), words)

    def good(self, *words):
        """The command succeeds, says nothing besides, and sends nothing that it should not."""
        ret = self.acr(*words)
        if ret.status or (ret.err and "--debug" not in words) or self.server.faults:
            raise Failed("\n".join([str(ret), *self.server.faults]))
        return ret

    def bad(self, *words, says, status=1):
        """The command fails with one line that holds each of these texts."""
        ret = self.acr(*words)
        says = (says,) if isinstance(says, str) else says
        if ret.status != status or ret.err.count("\n") != 1 or any(one not in ret.err for one in says):
            raise Failed(f"{ret}\nexpected was status {status} and: {says}")
        return ret

    def list(self, *words):
        return self.good("repository", "list", "-n", "myregistry", "-o", "tsv", *words)

    def show(self, *words):
        return self.good("show", "-n", "myregistry", "-g", "rg1", "--query", "name", "-o", "tsv", *words)

    def counted(self, **wanted):
        """How often the server was asked for what, since the beginning or the last call."""
        found = {name.replace(" ", "_"): count for name, count in self.server.counts.items()}
        self.server.counts = {}
        if found != wanted:
            raise Failed(f"requests were {found}, expected were {wanted}")

    # ---- afterwards ----

    def check(self):
        faults = list(self.server.faults)
        secret = self.server.secrets - self.known
        faults += [f"an argument of a process showed {one}" for one in self.watcher.found & secret]
        faults += [f"stderr showed {one}" for one in secret for text in self.outputs if one in text]
        given = set(getattr(self, "given", ()))
        for folder, _, names in os.walk(self.folder):
            for name in names:
                faults += self.check_file(os.path.join(folder, name), secret, given)
        if faults:
            raise Failed("\n".join(faults))

    def check_file(self, path, secret, given):
        """Secrets are in the caches only, and these are for the owner's eyes."""
        if os.path.islink(path):
            return []
        with open(path, "rb") as file:
            text = file.read().decode(errors="replace")
        mode = stat.S_IMODE(os.stat(path).st_mode)
        name = os.path.relpath(path, self.folder)
        place = name.split("/")[0]
        found = [one for one in secret if one in text]
        faults = [f"{name} holds {one}" for one in found if place not in ("cache", "azure") and path not in given]
        if place in ("cache", "azure") and found and mode != 0o600:
            faults.append(f"{name} has mode {mode:o}")
        if place in ("home", "tmp"):
            faults.append(f"left behind: {name}")
        return faults
