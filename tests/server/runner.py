"""Runs cases: folders, environment, processes, and what became of them."""
import json
import os
import pty
import re
import shlex
import shutil
import socket
import subprocess
import tempfile
import termios
import threading
import time
from email.utils import formatdate

import compare
import script
from script import Script

SUBSCRIPTION = "00000000-1111-2222-3333-444444444444"
REGISTRY = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg1/providers/Microsoft.ContainerRegistry/registries/myregistry"
API = "api-version=2026-09-01-preview"
TASKS_API = "api-version=2025-03-01-preview"
RESOURCES_API = "api-version=2024-11-01"
SUBSCRIPTIONS_API = "api-version=2022-12-01"
VARIABLE = re.compile(r"\{([A-Z~][A-Z_]*)\}")
NOBODY = 65534
LIMIT = float(os.environ.get("ACR_TEST_LIMIT", "60"))

# What ends as a fault of the program itself, whatever the case says.
CRASHES = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "runtime error:")


class Output(threading.Thread):
    """Collects one stream of a process; answers prompts when it has something to type."""

    def __init__(self, descriptor, answers=None, keyboard=None):
        super().__init__(daemon=True)
        self.descriptor, self.answers, self.keyboard = descriptor, answers or [], keyboard
        self.data = b""
        self.start()

    def run(self):
        while True:
            try:
                block = os.read(self.descriptor, 65536)
            except OSError:  # the other end of a terminal is closed
                block = b""
            if not block:
                break
            self.data += block
            if self.data.endswith(b": ") and self.keyboard is not None:
                answer = self.answers.pop(0) if self.answers else "^D"
                os.write(self.keyboard, b"\x04" if answer == "^D" else answer.encode() + b"\n")
        os.close(self.descriptor)

    def text(self):
        self.join()
        return self.data.decode("utf-8", "surrogateescape")


class Process:
    """One run of the program."""

    def __init__(self, command, step, environment, folder, stdin, user=None):
        self.outputs, self.mine = {}, []
        self.keyboard = None
        streams = {"in": self.input(step, stdin), "out": self.output(step, "out"), "err": self.output(step, "err")}
        closing = [{"in": 0, "out": 1, "err": 2}[name] for name in step.closed]
        self.popen = subprocess.Popen(
            command, stdin=streams["in"], stdout=streams["out"], stderr=streams["err"], env=environment, cwd=folder,
            start_new_session=True, user=user, group=user, extra_groups=None if user is None else [], preexec_fn=(lambda: [os.close(one) for one in closing]) if closing else None)
        for descriptor in self.mine:
            os.close(descriptor)
        answers = list(step.types)
        self.out = Output(self.outputs["out"]) if "out" in self.outputs else None
        self.err = Output(self.outputs["err"], answers, self.keyboard) if "err" in self.outputs else None
        self.feeder = None
        if "feed" in self.outputs:
            self.feeder = threading.Thread(target=self.feed, args=(stdin.encode("utf-8", "surrogateescape"),), daemon=True)
            self.feeder.start()

    @property
    def pid(self):
        return self.popen.pid

    def terminal(self):
        master, slave = pty.openpty()
        modes = termios.tcgetattr(slave)
        modes[1] &= ~termios.OPOST
        termios.tcsetattr(slave, termios.TCSANOW, modes)
        self.mine.append(slave)
        return master, slave

    def input(self, step, stdin):
        if "in" in step.terminals:
            self.keyboard, slave = self.terminal()
            return slave
        if stdin is None:
            return subprocess.DEVNULL
        reader, writer = os.pipe()
        os.set_inheritable(writer, False)
        self.outputs["feed"] = writer
        self.mine.append(reader)
        return reader

    def output(self, step, name):
        if name in step.full:
            descriptor = os.open("/dev/full", os.O_WRONLY)
            self.mine.append(descriptor)
            return descriptor
        if name in step.terminals:
            self.outputs[name], slave = self.terminal()
            return slave
        reader, writer = os.pipe()
        self.outputs[name] = reader
        self.mine.append(writer)
        return writer

    def feed(self, data):
        try:
            while data:
                data = data[os.write(self.outputs["feed"], data):]
        except OSError:
            pass
        os.close(self.outputs["feed"])

    def wait(self, limit):
        try:
            status = self.popen.wait(limit)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
            status = None
        out = self.out.text() if self.out else ""
        err = self.err.text() if self.err else ""
        if self.keyboard is not None:
            os.close(self.keyboard)
        return status, out, err


def closed_port():
    """A port that nobody listens at: bound, so that nobody else gets it."""
    one = socket.socket()
    one.bind(("127.0.0.1", 0))
    return one, one.getsockname()[1]


class Run:
    """One case being run in a folder of its own."""

    def __init__(self, case, program, certificates, wrapper=None):
        self.case, self.program, self.wrapper = case, program, wrapper
        self.folder = tempfile.mkdtemp(prefix="acr-case-")
        self.script = Script(case, certificates)
        self.closed, self.closed_port = closed_port()
        self.bundle, self.name = certificates.bundle, "acr"
        self.table = self.variables()
        self.script.expand = self.expand
        for name in ("home", "azure", "work", "bin", "tmp"):
            os.mkdir(self.path(name))
        os.symlink(program, self.path("bin/acr"))
        self.environment = self.base_environment()
        self.write("azure/clouds.config", self.clouds(), 0o600)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if os.path.islink(path):  # the program is one
            os.remove(path)
        with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(text)
        os.chmod(path, mode)

    # ---- what a case may refer to ----

    def variables(self):
        management = f"localhost:{self.script.port('management')}"
        registry = self.script.port("registry")
        bare = "bare" in self.case.cloud
        return {
            "S": SUBSCRIPTION, "T": script.TENANT, "C": script.CLIENT, "SECRET": script.SECRET,
            "AZURE_TOKEN": script.AZURE_TOKEN, "REFRESH_TOKEN": script.REFRESH_TOKEN,
            "RM": "https://" + management, "RM_HOST": management,
            "LS": f"localhost:{registry}" if bare else f"myregistry.azurecr.localhost:{registry}",
            "SUFFIX": f".azurecr.localhost:{registry}", "REGISTRY_PORT": str(registry),
            "BLOB": f"tasks.blob.localhost:{self.script.port('blob')}",
            "CLOSED": f"localhost:{self.closed_port}",
            "~": REGISTRY, "P": f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.ContainerRegistry",
            "API": API, "TASKS_API": TASKS_API, "RESOURCES_API": RESOURCES_API,
            "SUBSCRIPTIONS_API": SUBSCRIPTIONS_API,
            "FOLDER": self.folder, "CA": self.bundle, "CR": "\r",
            "SOON": formatdate(time.time() + 1.9, usegmt=True), "PAST": formatdate(time.time() - 100, usegmt=True),
        }

    def expand(self, text):
        return VARIABLE.sub(lambda match: self.table.get(match.group(1), match.group(0)), text)

    def clouds(self):
        management = "https://{CLOSED}" if "closed" in self.case.cloud else "{RM}"
        lines = ["[AcrTest]", "endpoint_resource_manager = " + management,
                 "endpoint_active_directory = {RM}" + ("/adfs" if "adfs" in self.case.cloud else ""),
                 "endpoint_active_directory_resource_id = https://management.acr.test/",
                 "endpoint_microsoft_graph_resource_id = {RM}/"]
        if "bare" not in self.case.cloud:
            lines.append("suffix_acr_login_server_endpoint = {SUFFIX}")
        return self.expand("\n".join(lines) + "\n")

    def base_environment(self):
        ret = {name: value for name, value in os.environ.items()
               if name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "LD_LIBRARY_PATH")}
        ret.update({
            "PATH": self.path("bin") + ":/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC",
            "HOME": self.path("home"), "TMPDIR": self.path("tmp"), "AZURE_CONFIG_DIR": self.path("azure"),
            "AZURE_CLOUD_NAME": "AcrTest", "ACR_CA_BUNDLE": self.bundle, "ACR_CACHE_DIR": self.path("cache"),
            "DOCKER_CONFIG": self.path("docker"), "AZURE_TENANT_ID": script.TENANT, "AZURE_CLIENT_ID": script.CLIENT,
            "AZURE_CLIENT_SECRET": script.SECRET, "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION,
            # This machine may have a metadata service, or a network that swallows what is sent to one.
            "AZURE_POD_IDENTITY_AUTHORITY_HOST": f"http://127.0.0.1:{self.closed_port}",
        })
        return ret

    # ---- setting up ----

    def set_up(self, directive):
        words = [self.expand(word) for word in directive.rest.split()]
        mode = int(words[1], 8) if directive.word in ("file", "folder") and len(words) > 1 else None
        if directive.word == "env":
            name, equals, value = self.expand(directive.rest).partition("=")
            if equals:
                self.environment[name] = value
            else:
                self.environment.pop(name, None)
        elif directive.word == "file":
            self.write(words[0], self.expand(directive.below()), 0o644 if mode is None else mode)
        elif directive.word == "random":
            self.write(words[0], "")
            with open(self.path(words[0]), "wb") as file:
                file.write(os.urandom(int(words[1])))
        elif directive.word == "folder":
            os.makedirs(self.path(words[0]), exist_ok=True)
            os.chmod(self.path(words[0]), 0o755 if mode is None else mode)
        elif directive.word == "link":
            os.makedirs(os.path.dirname(self.path(words[0])), exist_ok=True)
            os.symlink(words[1], self.path(words[0]))
        elif directive.word == "spoil":
            self.spoil(self.path(words[0]))
        elif directive.word == "remove":
            os.remove(self.path(words[0]))
        else:
            self.name = words[0]
            os.symlink(self.program, self.path("bin/" + self.name))

    @staticmethod
    def spoil(folder):
        """Cut every file in half, as a full disk or a power cut does."""
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            os.truncate(path, os.path.getsize(path) // 2)

    # ---- running ----

    def command(self, step):
        return (self.wrapper or []) + [self.path("bin/" + self.name)] + shlex.split(self.expand(step.argv))

    def run_step(self, step):
        for directive in step.setup:
            self.set_up(directive)
        user = NOBODY if self.case.unprivileged and os.geteuid() == 0 else None
        if user is not None:
            subprocess.run(["chown", "-R", f"{user}:{user}", self.folder], check=True)
        self.script.begin(step)
        before, started = self.script.connections(), time.monotonic()
        stdin = None if step.stdin is None else self.expand(step.stdin)
        for _ in range(step.at_once):
            with self.script.lock:
                self.script.processes.append(
                    Process(self.command(step), step, self.environment, self.path("work"), stdin,
                            user))
        ends = [process.wait(max(0.1, started + LIMIT - time.monotonic())) for process in self.script.processes]
        took = time.monotonic() - started
        faults = self.script.end()
        for end in ends:
            faults += self.judge(step, *end)
        if step.connections not in (None, self.script.connections() - before):
            faults.append(f"{self.script.connections() - before} connections, expected were {step.connections}")
        for kind, count in step.asked.items():
            if self.script.asked.get(kind, 0) != count:
                faults.append(f"{kind} was asked {self.script.asked.get(kind, 0)} times, expected was {count}")
        if step.seconds and not step.seconds[0] <= took <= step.seconds[1]:
            faults.append(f"it took {took:.2f} s, expected were {step.seconds[0]} to {step.seconds[1]}")
        return faults + self.judge_files(step)

    def judge(self, step, status, out, err):
        if status is None:
            return [f"it did not end within {LIMIT} s; stderr: {err[-2000:]}"]
        if any(crash in err for crash in CRASHES):
            return ["it crashed: " + err[:6000]]
        faults = []
        if status != step.status:
            faults.append(f"exit is {status}, expected was {step.status}; stderr: {err[-2000:]}")
        faults += compare.printed(None if step.stdout is None else self.expand(step.stdout), out)
        if "err" not in step.full and "err" not in step.closed:
            faults += compare.said(self.expand(step.stderr or ""), err)
        hidden = [script.SECRET, script.AZURE_TOKEN, script.REFRESH_TOKEN, script.ACCESS_TOKEN] + self.case.hidden
        return faults + [f"stderr shows the secret '{one}'" for one in hidden if one in err]

    def judge_files(self, step):
        faults = []
        for name, mode, text in step.holds:
            try:
                with open(self.path(name), encoding="utf-8", newline="") as file:
                    found = file.read()
            except OSError as fault:
                faults.append(str(fault))
                continue
            real = f"{os.stat(self.path(name)).st_mode & 0o7777:04o}"
            if mode and real != mode:
                faults.append(f"{name} has mode {real}, expected was {mode}")
            if text.startswith("json"):
                faults += [f"{name}: {one}" for one in
                           compare.values(json.loads(self.expand(text[4:])), json.loads(found.lstrip("\ufeff")))]
            else:
                faults += compare.text(name, self.expand(text) + "\n", found)
        return faults + [f"{name} is there" for name in step.lacks if os.path.lexists(self.path(name))]

    def left_behind(self):
        """Files where the program must not leave any."""
        given = {self.path(directive.rest.split()[0]) for step in self.case.steps for directive in step.setup
                 if directive.word in ("file", "random", "link")}
        found = [os.path.join(folder, name) for place in ("home", "tmp") for folder, _, names in
                 os.walk(self.path(place)) for name in names]
        return [f"left behind: {os.path.relpath(path, self.folder)}" for path in found if path not in given]

    def faults(self):
        """Run all steps; what was wrong, as lines of text."""
        ret = []
        for number, step in enumerate(self.case.steps, 1):
            where = f"step {number} (acr {step.argv[:60]}): " if len(self.case.steps) > 1 else ""
            ret += [where + fault for fault in self.run_step(step)]
            if ret:
                break
        return ret or self.left_behind()

    def close(self):
        self.script.close()
        self.closed.close()
        subprocess.run(["chmod", "-R", "u+rwX", self.folder], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


def faults_of(case, program, certificates, wrapper=None):
    run = Run(case, program, certificates, wrapper)
    try:
        return run.faults()
    finally:
        run.close()
