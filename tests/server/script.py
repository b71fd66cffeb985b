"""The services as a case describes them: requests are compared with the list, answers taken from it."""
import base64
import json
import os
import re
import signal
import threading
import time
import urllib.parse

import compare
from listener import HttpReply, Listener

SECRET = "s3cret-of-the-application"
AZURE_TOKEN = "t0ken-of-azure"
REFRESH_TOKEN = "t0ken-of-refresh"
ACCESS_TOKEN = "t0ken-of-access"
TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT = "66666666-7777-8888-9999-000000000000"
ROLES = ("management", "registry", "blob")

REGISTRY = {
    "id": "{~}", "name": "myregistry", "type": "Microsoft.ContainerRegistry/registries", "location": "westus",
    "sku": {"name": "Premium", "tier": "Premium"},
    "properties": {"loginServer": "{LS}", "adminUserEnabled": False, "provisioningState": "Succeeded"},
}


def merge(base, over):
    """RFC 7396."""
    ret = dict(base)
    for key, value in over.items():
        ret[key] = merge(base.get(key, {}), value) if isinstance(value, dict) else value
    return ret


class Script:
    """Serves one case; `expand` replaces variables."""

    def __init__(self, case, certificates):
        self.case, self.lock = case, threading.Lock()
        self.listeners = {role: Listener(certificates.contexts[case.tls.get(role, "trusted")], self.answerer(role))
                          for role in ROLES}
        self.expand = None
        self.step, self.pending, self.faults, self.asked, self.processes = None, [], [], {}, []

    def close(self):
        for listener in self.listeners.values():
            listener.close()

    def port(self, role):
        return self.listeners[role].port

    def connections(self):
        return sum(listener.connections for listener in self.listeners.values())

    def begin(self, step):
        self.step, self.faults, self.asked, self.processes = step, [], {}, []
        self.pending = [request for request in step.requests for _ in range(request.times)]

    def end(self):
        """What was wrong with the requests of this step."""
        return self.faults + [f"request never came: {request.method} {self.expand(request.url)}"
                              for request in self.pending]

    def answerer(self, role):
        def answer(request):
            with self.lock:
                try:
                    return self.answer(role, request)
                except Exception as fault:  # pylint: disable=broad-except
                    self.faults.append(f"the test server failed on {request.method} {request.target}: {fault!r}")
                    return HttpReply(418)
        return answer

    # ---- what the runner answers itself ----

    def answer(self, role, request):
        path = request.target.partition("?")[0]
        if role == "management" and request.method == "POST" and path.endswith("/token") and \
                "sign-in" not in self.case.scripted:
            return self.sign_in(path, request)
        if role == "registry" and request.method == "POST" and path in ("/oauth2/exchange", "/oauth2/token") and \
                "tokens" not in self.case.scripted:
            return self.registry_token(path, request)
        return self.scripted(role, request)

    def check_form(self, request, wanted):
        form = dict(urllib.parse.parse_qsl(request.body.decode(), keep_blank_values=True))
        for name, value in wanted.items():
            if form.get(name) != value:
                self.faults.append(f"{request.target}: {name} is {form.get(name)!r}, expected was {value!r}")
        return form

    def count(self, kind):
        self.asked[kind] = self.asked.get(kind, 0) + 1

    def sign_in(self, path, request):
        adfs = "adfs" in self.case.cloud
        self.count("sign-in")
        if path != ("/adfs/oauth2/token" if adfs else f"/{TENANT}/oauth2/v2.0/token"):
            self.faults.append(f"sign-in at {path}")
        self.check_form(request, {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET})
        return self.json({"access_token": AZURE_TOKEN, "expires_in": 3600, "token_type": "Bearer"})

    def registry_token(self, path, request):
        wanted = {"service": request.header("Host")}
        if path == "/oauth2/exchange":
            self.count("exchange")
            self.check_form(request, {**wanted, "grant_type": "access_token", "access_token": AZURE_TOKEN,
                                      "tenant": TENANT})
            return self.json({"refresh_token": REFRESH_TOKEN})
        self.count("token")
        form = self.check_form(request, {**wanted, "grant_type": "refresh_token", "refresh_token": REFRESH_TOKEN})
        return self.json({"access_token": self.access_token(form.get("scope", ""))})

    @staticmethod
    def access_token(scope):
        return ACCESS_TOKEN + base64.urlsafe_b64encode(scope.encode()).decode().rstrip("=")

    @staticmethod
    def json(value, status=200):
        return HttpReply(status, [("Content-Type", "application/json")], json.dumps(value).encode())

    # ---- what the case lists ----

    def url(self, role, request):
        host = request.header("Host")
        here = self.expand("{RM}").partition("://")[2]
        return request.target if role == "management" and host == here else host + request.target

    def is_for(self, expected, method, url):
        if expected.method != method:
            return False
        path, pairs = compare.query(url)
        wanted_path, wanted_pairs = compare.expected_query(self.expand(expected.url))
        return compare.matches(wanted_path, path) and compare.same_pairs(wanted_pairs, pairs)

    def scripted(self, role, request):
        url = self.url(role, request)
        candidates = self.pending if self.step.any_order else self.pending[:1]
        for expected in candidates:
            if self.is_for(expected, request.method, url):
                self.pending.remove(expected)
                self.faults += [f"{request.method} {url}: {fault}" for fault in self.check(role, expected, request)]
                return self.reply(expected)
        awaited = f"{candidates[0].method} {self.expand(candidates[0].url)}" if candidates else "none"
        self.faults.append(f"unexpected request: {request.method} {urllib.parse.unquote(url)}\n"
                           f"           expected: {awaited}")
        return HttpReply(418)

    def check(self, role, expected, request):
        faults = self.check_authorization(role, expected, request)
        for name, value in expected.headers:
            found = request.header(name)
            if found is None or not compare.matches(self.expand(value), found):
                faults.append(f"{name} is {found!r}, expected was {self.expand(value)!r}")
        faults += [f"{name} is there: {request.header(name)!r}" for name in expected.absent if request.header(name)]
        if not (request.header("User-Agent") or "").startswith("acr/"):
            faults.append(f"User-Agent is {request.header('User-Agent')!r}")
        return faults + self.check_body(expected, request)

    def check_authorization(self, role, expected, request):
        found = request.header("Authorization")
        if "Authorization" in expected.absent or any(name == "Authorization" for name, _ in expected.headers):
            return []
        if role == "management" and "sign-in" not in self.case.scripted:
            wanted = "Bearer " + AZURE_TOKEN
        elif role == "registry" and "tokens" not in self.case.scripted:
            if not (found or "").startswith("Bearer " + ACCESS_TOKEN):
                return [f"no token of the registry: {found!r}"]
            wanted = "Bearer " + self.access_token(expected.scope) if expected.scope else found
        elif role == "blob":
            wanted = None
        else:
            return []
        return [] if found == wanted else [f"Authorization is {found!r}, expected was {wanted!r}"]

    def check_body(self, expected, request):
        body = request.body
        if expected.body is not None:
            return compare.body_json(self.expand(expected.body), body.decode(errors="replace"))
        if expected.form is not None:
            return compare.body_form(self.expand(expected.form), body.decode(errors="replace"))
        if expected.archive is not None:
            return compare.archive_entries(expected.archive, body)
        if expected.size is not None:
            least, most = expected.size
            return [] if least <= len(body) <= most else [f"body has {len(body)} bytes"]
        if expected.text is not None:
            return compare.text("body", self.expand(expected.text), body.decode(errors="replace"))
        return [f"body is not expected: {body[:200]!r}"] if body else []

    def reply(self, expected):
        reply, body = expected.reply, expected.reply.body
        raw = body.startswith("raw ")
        if body.startswith("registry "):
            body = json.dumps(merge(REGISTRY, json.loads(body.partition(" ")[2])))
        elif raw:
            body = compare.raw(body[4:])
        body = self.expand(body).encode("latin-1" if raw else "utf-8")
        numbers = {"{LAST}": str(len(body) - 1), "{SIZE}": str(len(body))}
        headers = [(name, re.sub(r"\{(LAST|SIZE)\}", lambda match: numbers[match.group(0)], self.expand(value)))
                   for name, value in reply.headers]
        if body[:1] in (b"{", b"[") and not any(name.lower() == "content-type" for name, _ in headers):
            headers.append(("Content-Type", "application/json"))
        name, _, when = (reply.signal or "").partition(" ")
        signaller = self.signaller(name)
        if when == "early":
            signaller()
            time.sleep(0.5)
            signaller = None
        return HttpReply(reply.status, headers, body, reply.misbehave, signaller)

    def signaller(self, name):
        if not name:
            return None

        def send():
            for process in self.processes:
                os.kill(process.pid, getattr(signal, "SIG" + name))
        return send
