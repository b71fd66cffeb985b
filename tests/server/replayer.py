"""Runs one recorded command line with the program and answers its requests as the service did."""
import copy
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import urllib.parse

import printed
from listener import HttpReply
from recording import is_registry, is_signed, lower_group, place_of
from replay_lists import REPLACED_WORDS, differences
from tunnel import Tunnel

SECRET = "s3cret-of-the-application"
TOKEN = "t0ken-of-azure"
TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT = "66666666-7777-8888-9999-000000000000"
SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
LIMIT = 60
# What describes the bytes of the recorded answer, not of ours.
OWN_HEADERS = ("content-length", "content-encoding", "transfer-encoding", "connection", "retry-after")
ADDRESSES = ("azure-asyncoperation", "location")
# az makes these from sets: they come in any order.
SETS = ("actions", "clientTokenIds", "notificationsList")
# What is made anew at each sign-in.
TOKENS = ("access_token", "refresh_token", "tenant")
CRASHES = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "runtime error:")


def body_faults(expected, actual, where="body"):
    """In what two JSON values differ; an expected one may be a function that says what is wrong."""
    if callable(expected):
        fault = expected(actual)
        return [f"{where} {fault}"] if fault else []
    if isinstance(expected, dict) and isinstance(actual, dict):
        expected = {lower_group(key): value for key, value in expected.items()}
        actual = {lower_group(key): value for key, value in actual.items()}
        ret = []
        for key in sorted(set(expected) | set(actual)):
            path = f"{where}/{key}"
            if key not in actual:
                ret.append(f"{path} is missing, recorded was {json.dumps(expected[key], default=str)}")
            elif key not in expected:
                ret.append(f"{path} is not recorded: {json.dumps(actual[key])}")
            elif key in SETS and all(isinstance(side[key], list) for side in (expected, actual)):
                ret += body_faults(sorted(expected[key]), sorted(actual[key]), path)
            else:
                ret += body_faults(expected[key], actual[key], path)
        return ret
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return [fault for at, pair in enumerate(zip(expected, actual)) for fault in body_faults(*pair, f"{where}/{at}")]
    if isinstance(expected, str) and isinstance(actual, str) and lower_group(expected) == lower_group(actual):
        return []
    if type(expected) is type(actual) and expected == actual:
        return []
    return [f"{where} is {json.dumps(actual)[:600]}, recorded was {json.dumps(expected)[:600]}"]


def form(text):
    """A form's fields, less the tokens."""
    return {name: value for name, value in urllib.parse.parse_qsl(text) if name not in TOKENS}


class Replayer:
    """Serves one line. `faults` is what was wrong; `matched` how many exchanges came."""

    def __init__(self, line, program, context, bundle):
        self.line, self.program, self.context, self.bundle = line, program, context, bundle
        self.differences = differences(line)
        self.lock, self.at, self.used, self.faults = threading.Lock(), 0, set(), []
        self.addresses, self.answers, self.asked = set(), [], 0

    @property
    def matched(self):
        return len(self.used)

    @property
    def left_out(self):
        """How many reads az did that were not needed."""
        return 0 if self.faults else sum(at not in self.used and exchange.reads()
                                         for at, exchange in enumerate(self.line.exchanges))

    # ---- the service ----

    def answer(self, request):
        with self.lock:
            try:
                return self.reply(request)
            except Exception as fault:  # pylint: disable=broad-except
                self.faults.append(f"the proxy failed on {request.method} {request.target}: {fault!r}")
                return HttpReply(418)

    @staticmethod
    def json(status, value, headers=()):
        text = b"" if value is None else value.encode() if isinstance(value, str) else json.dumps(value).encode()
        return HttpReply(status, headers, text)

    def reply(self, request):
        if request.header("Host") == "login.microsoftonline.com":
            return self.sign_in(request)
        self.asked += 1
        url = f"https://{request.header('Host')}{request.target}"
        place, version = place_of(request.method, url)
        if not is_registry(place.url):
            self.check_management(place, version, request)
        if is_signed(url) and url not in self.addresses:
            self.faults.append(f"{place}: no answer gave this address: {url}")
        exchange = self.find(place)
        if not exchange:
            awaited = next((str(one.place) for one in self.line.exchanges[self.at:]), "none")
            self.faults.append(f"the recording has no {place}\n    next recorded is {awaited}")
            return HttpReply(418)
        self.faults += [f"{place}: {fault}" for fault in self.check_body(exchange, request)]
        return self.recorded(exchange, url)

    def check_management(self, place, version, request):
        if request.header("Authorization") != "Bearer " + TOKEN:
            self.faults.append(f"{place}: Authorization is {request.header('Authorization')!r}")
        if not version:
            self.faults.append(f"{place}: no api-version")

    def find(self, place):
        """The next recorded exchange for that place."""
        found = next((at for at in range(self.at, len(self.line.exchanges))
                      if self.line.exchanges[at].place == place), None)
        if found is None:
            return None
        # az used to ask for a registry in one version of the API, then at once in another that knows more members.
        while self.same_in_other_version(found):
            found += 1
        self.at = found + 1
        self.used.add(found)
        return self.line.exchanges[found]

    def same_in_other_version(self, at):
        one, other = (self.line.exchanges[at:at + 2] + [None, None])[:2]
        return other is not None and one.method == "GET" and one.place == other.place and one.version != other.version

    def check_body(self, exchange, request):
        expected = copy.deepcopy(exchange.body)
        for difference in self.differences:
            if difference.expect and difference.method == exchange.method and expected is not None:
                difference.expect(expected)
        if not request.body:
            return [] if expected is None else ["the body is missing, recorded was " + json.dumps(exchange.body)]
        if isinstance(expected, str):
            return body_faults(form(expected), form(request.body.decode()))
        return body_faults(expected, json.loads(request.body))

    def recorded(self, exchange, url):
        headers = [(name, value if isinstance(value, str) else value[0]) for name, value in exchange.headers.items()
                   if name.lower() not in OWN_HEADERS]
        self.addresses.update(urllib.parse.urljoin(url, value) for name, value in headers if name.lower() in ADDRESSES)
        # The recordings carry no Retry-After; the program would wait for a second and more.
        headers.append(("Retry-After", "0"))
        answer = copy.deepcopy(exchange.answer)
        for difference in self.differences:
            if difference.answer:
                difference.answer(answer)
        self.answers.append(answer)
        return self.json(exchange.status, answer, headers)

    def sign_in(self, request):
        form = request.body.decode()
        if request.target != f"/{TENANT}/oauth2/v2.0/token" or f"client_secret={SECRET}" not in form:
            self.faults.append(f"sign-in at {request.target} with {form}")
        return self.json(200, {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"},
                         [("Content-Type", "application/json")])

    # ---- the program ----

    def environment(self, folder, port):
        kept = {name: os.environ[name] for name in ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ}
        return {**kept, "LC_ALL": "C.UTF-8", "HOME": folder, "AZURE_CONFIG_DIR": os.path.join(folder, "azure"),
                "ACR_CACHE_DIR": "", "HTTPS_PROXY": f"http://127.0.0.1:{port}", "ACR_CA_BUNDLE": self.bundle,
                "AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": CLIENT, "AZURE_CLIENT_SECRET": SECRET,
                "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION}

    def words(self):
        words = self.line.argv[1:]
        for name, replacement in REPLACED_WORDS.items():
            words = [re.sub(rf"\b{name}\b", replacement, word) for word in words]
        return words

    def run(self):
        """Run the line; the faults that were found."""
        tunnel = Tunnel(self.context, self.answer)
        folder = tempfile.mkdtemp(prefix="acr-replay-")
        try:
            done = subprocess.run([self.program] + self.words(), env=self.environment(folder, tunnel.port), cwd=folder,
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT, check=False)
            self.judge(done.returncode, done.stdout.decode(), done.stderr.decode())
        except subprocess.TimeoutExpired as fault:
            self.faults.append(f"it did not end within {LIMIT} s; stderr: {fault.stderr!r}")
        finally:
            tunnel.close()
            shutil.rmtree(folder, ignore_errors=True)
        return self.faults

    def judge(self, status, out, err):
        refused = next((one.refused for one in self.differences if one.refused), None)
        expected = refused or self.line.exit
        if status != expected:
            self.faults.append(f"exit is {status}, expected was {expected}; stderr: {err.strip()[-1500:]}")
        if any(crash in err for crash in CRASHES):
            self.faults.append("it crashed: " + err[:6000])
        self.faults += [f"stderr shows the secret '{one}'" for one in (SECRET, TOKEN) if one in err]
        if status == expected and not refused:
            self.faults += self.never_came() + self.failed_checks(out) + self.not_printed(out)

    def never_came(self):
        """Recorded requests that change something must come; reads may be fewer than az needed."""
        return [f"the request never came: {exchange.place}" for at, exchange in enumerate(self.line.exchanges)
                if at not in self.used and not exchange.reads()]

    def not_printed(self, out):
        try:
            result = json.loads(out or "null")
        except ValueError as fault:
            return [f"the result is no JSON ({fault}): {out[:400]}"]
        return printed.faults(" ".join(self.line.argv), self.answers, result)

    def failed_checks(self, out):
        ret = []
        for check in self.line.checks:
            done = subprocess.run([self.program, "query", check["query"], "-o", "json"], input=(out or "null").encode(),
                                  env={"LC_ALL": "C.UTF-8"}, capture_output=True, check=False)
            if done.returncode:
                ret.append(f"{check['query']}: {done.stderr.decode().strip()}; result: {out[:400]}")
                continue
            fault = check_fault(check, json.loads(done.stdout or "null"))
            if fault:
                ret.append(f"{check['query']} {fault}; result: {out[:400]}")
        return ret


def check_fault(check, found):
    """What a check of the recorded scenario says about the value of its query; None when it is satisfied."""
    kind, expected = check["check"], check.get("expected")
    if kind == "exists":
        return None if found is not None else "is null"
    if kind == "greater-than":
        return None if isinstance(found, (int, float)) and found > expected else f"is {found!r}, not above {expected!r}"
    if kind != "equals":
        return f"has a check '{kind}' that is not known"
    # The checks write null as "None".
    if found == expected and type(found) is type(expected) or (found is None and expected == "None"):
        return None
    return f"is {found!r}, expected was {expected!r}"
