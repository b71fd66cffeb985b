"""An emulator in a scratch folder, for tests written in Python: started, used, stopped, nothing left behind."""
import contextlib
import os
import pwd
import select
import shutil
import signal
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("ACR_TEST_BUILD", os.path.join(ROOT, "build"))
START_LIMIT = 120
STOP_LIMIT = 60
COMMAND_LIMIT = 600

# What users and CI systems set must not steer the programs under test.
FOREIGN = ("AZURE_", "ACR_", "ARM_", "DOCKER_", "REGISTRY_AUTH", "REQUESTS_", "CURL_", "SSL_CERT", "XDG_", "LC_", "LANG",
           "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy", "NO_PROXY", "no_proxy")


def can_run_containers():
    """Others than the superuser need a range of subordinate ids."""
    if os.getuid() == 0:
        return True
    with contextlib.suppress(OSError), open("/etc/subuid", encoding="utf-8") as file:
        name = pwd.getpwuid(os.getuid()).pw_name
        return shutil.which("newuidmap") is not None and any(line.startswith(name + ":") for line in file)
    return False


class Emulator:
    """`with Emulator() as emulator:` gives .environment, .scratch (a folder) and .run()."""

    def __init__(self):
        self.scratch = tempfile.mkdtemp(prefix="acr-test.")
        self.state = os.path.join(self.scratch, "state")
        self.log_path = os.path.join(self.scratch, "emulator.log")
        self.process = None
        self.environment = {}
        self.leftovers = []  # after close(): what was still running, one text each

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *exception):
        self.close()

    def start(self):
        base = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        base.update(HOME=os.path.join(self.scratch, "home"), TMPDIR=self.scratch, LC_ALL="C.UTF-8")
        os.makedirs(base["HOME"], exist_ok=True)
        # It ends with the test, even when that is killed; Ctrl-C is the test's affair.
        mortal = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
        command = [*mortal, os.path.join(BUILD, "acr-emulator"), "--state", self.state, "--verbose"]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, env=base, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                            stderr=log, start_new_session=True)
        readable, _, _ = select.select([self.process.stdout], [], [], START_LIMIT)
        line = self.process.stdout.readline() if readable else b""
        if not line.startswith(b"ready "):
            raise RuntimeError("the emulator did not start: " + self.log()[-2000:])
        text = subprocess.run(["sh", "-c", '. "$1" && env -0', "sh", os.path.join(self.state, "env")], env=base,
                              check=True, stdout=subprocess.PIPE).stdout
        self.environment = dict(item.split("=", 1) for item in text.decode().split("\0") if item)
        self.environment["ACR_CACHE_DIR"] = os.path.join(self.scratch, "cache")

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def stop(self):
        """Ask it to stop; the exit status."""
        self.process.terminate()
        status = self.process.wait(STOP_LIMIT)
        self.process.stdout.close()
        return status

    def close(self):
        if self.process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.stop()
            for process, command in self.descendants():
                self.leftovers.append(f"still running: {process} {command}")
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            self.process.wait()
        # What was killed just now may still be making files. Layers of images have folders that nobody may write to, and
        # files of a user's subordinate ids.
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
        for remove in (["rm", "-rf"], ["chmod", "-R", "u+rwX"], ["rm", "-rf"], ["buildah", "unshare", "rm", "-rf"]):
            if os.path.exists(self.scratch):
                subprocess.run([*remove, self.scratch], **quiet)

    def descendants(self):
        """Processes that were given our scratch folder, in their arguments or their environment."""
        for entry in filter(str.isdigit, os.listdir("/proc")):
            text = ""
            for name in ("cmdline", "environ"):
                with contextlib.suppress(OSError), open(f"/proc/{entry}/{name}", "rb") as file:
                    text += file.read().decode("utf-8", "replace").replace("\0", " ")
            if int(entry) != os.getpid() and self.scratch in text:
                yield int(entry), text[:200]


class Outcome:
    """What a command printed and how it ended."""

    def __init__(self, arguments, status, output, errors):
        self.arguments = arguments
        self.status = status
        self.stdout = output.decode("utf-8", "replace")
        self.stderr = errors.decode("utf-8", "replace")

    def __str__(self):
        return f"$ {' '.join(self.arguments)}\nstatus {self.status}\n{self.stdout}--- stderr\n{self.stderr}"


def run(arguments, environment, folder=None, text=b""):
    """What a command makes of the text on its standard input."""
    done = subprocess.run(arguments, env=environment, cwd=folder, input=text, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=COMMAND_LIMIT, check=False)
    return Outcome(arguments, done.returncode, done.stdout, done.stderr)
