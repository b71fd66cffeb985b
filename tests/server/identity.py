"""The services that sign programs in, played strictly: Microsoft Entra ID, AD FS, the token issuers of CI systems, the
managed identity services, and as much of a registry and of management as is needed to see whose tokens arrive.

Everything that a program does wrong, beyond what a test provokes, is a line in `faults`."""
import base64
import hashlib
import json
import re
import secrets
import threading
import time
import urllib.parse
from email.utils import formatdate

import jwt
from listener import HttpReply, Listener
from tunnel import Tunnel, context_for_azure

TENANT = "11111111-2222-3333-4444-555555555555"
OTHER_TENANT = "22222222-2222-3333-4444-555555555555"
SUBSCRIPTION = "99999999-2222-3333-4444-555555555555"
CLIENT = "66666666-7777-8888-9999-000000000000"
CLI_CLIENT = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
OBJECT = "77777777-7777-8888-9999-000000000000"
RESOURCE_ID = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg1/providers/Microsoft.ManagedIdentity/" \
              "userAssignedIdentities/me"
CONNECTION = "88888888-7777-8888-9999-000000000000"
REGISTRY_AUDIENCE, ARM_AUDIENCE = "https://containerregistry.azure.net", "https://management.core.windows.net/"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
CAPABILITY = {"access_token": {"xms_cc": {"values": ["CP1"]}}}
USER = "me@example.com"


class Problem(Exception):
    """An OAuth error."""

    def __init__(self, error, code, text, status=400, **members):
        super().__init__(text)
        self.status = status
        self.body = {"error": error, "error_description": f"AADSTS{code}: {text}\r\nTrace ID: t\r\nCorrelation ID: c",
                     "error_codes": [code], "correlation_id": "c0ffee", **members} if code else {"error": error}


def reply(value, status=200, headers=()):
    return HttpReply(status, [("Content-Type", "application/json"), ("Date", formatdate(usegmt=True)), *headers],
                     json.dumps(value).encode())


class IdentityServer:
    def __init__(self, certificates):
        self.lock, self.certificates = threading.RLock(), certificates
        self.tunnel = Tunnel(context_for_azure(certificates), self.locked(self.answer_azure))
        self.adfs = Listener(certificates.contexts["trusted"], self.locked(self.answer_adfs))
        self.local = Listener(None, self.locked(self.answer_local))
        self.secrets = set()
        self.reset()

    def close(self):
        for listener in (self.tunnel, self.adfs, self.local):
            listener.close()

    def reset(self):
        self.faults, self.counts, self.connected = [], {}, {}
        self.tokens = {}              # access token: what it is good for
        self.refresh = {}             # refresh token: tenant, user
        self.codes, self.devices = {}, {}
        self.assertions, self.seen = {}, set()
        self.secret = None            # of the application
        self.certificate = None       # path; what its statements must be signed with
        self.chain = None             # base64 of the certificates that must come along
        self.lifetime = 3600          # of access tokens
        self.assertion_lifetime = 600
        self.problems = []            # what the next token requests are refused with
        self.password = None          # of the user
        self.strict_tenants = ()      # those that want more than a stored sign-in
        self.unknown_resources = ()
        self.claims = None            # what management wants a token's "nbf" claim to be
        self.date_shift = 0
        self.identity = None          # (parameter, value) that managed identity services want
        self.imds_failures = []       # statuses that IMDS answers with first
        self.arc_key = None           # (path, contents)

    def locked(self, answer):
        def locked(request):
            with self.lock:
                try:
                    ret = answer(request)
                except Problem as problem:
                    ret = reply(problem.body, problem.status)
                except Exception as fault:  # pylint: disable=broad-except
                    ret = self.fault(f"the test server failed on {request.method} {request.target}: {fault!r}")
            if self.date_shift:
                ret.headers = [pair for pair in ret.headers if pair[0] != "Date"]
                ret.headers.append(("Date", formatdate(time.time() + self.date_shift, usegmt=True)))
            return ret
        return locked

    def fault(self, text, status=418):
        self.faults.append(text)
        return HttpReply(status)

    def want(self, condition, text):
        if not condition:
            self.faults.append(text)

    def count(self, name):
        self.counts[name] = self.counts.get(name, 0) + 1

    def new_secret(self, kind):
        ret = f"{kind}.{secrets.token_urlsafe(24)}"
        self.secrets.add(ret)
        return ret

    @property
    def requests(self):
        return sum(self.counts.values())

    # ---- token requests ----

    def form(self, request):
        self.want((request.header("Content-Type") or "").startswith("application/x-www-form-urlencoded"),
                  f"{request.target}: Content-Type is {request.header('Content-Type')}")
        self.want(request.header("Authorization") is None, f"{request.target}: has an Authorization field")
        pairs = urllib.parse.parse_qsl(request.body.decode(), keep_blank_values=True, strict_parsing=True)
        self.want(len(dict(pairs)) == len(pairs), f"{request.target}: a field comes twice")
        return dict(pairs)

    def issue(self, scope, lifetime=None, **members):
        """An access token for the first scope, as a part of an answer."""
        lifetime = self.lifetime if lifetime is None else lifetime
        resource = scope.split()[0].removesuffix("/.default")
        if resource in self.unknown_resources:
            raise Problem("invalid_resource", 500011, f"The resource principal named {resource} was not found.")
        token = jwt.unsigned({"aud": resource, "tid": members.get("tenant", TENANT), "jti": secrets.token_hex(8)})
        self.secrets.add(token)
        self.tokens[token] = {"resource": resource, "end": time.time() + lifetime, **members}
        return {"token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime, "access_token": token}

    def token(self, tenant, audience, algorithm, form):
        self.count("token")
        if self.problems:
            raise self.problems.pop(0)
        if tenant not in (TENANT, OTHER_TENANT, "adfs", "organizations", "common"):
            raise Problem("invalid_request", 90002, f"Tenant '{tenant}' not found.")
        grant = {"client_credentials": self.client_credentials, "refresh_token": self.refresh_token,
                 "authorization_code": self.authorization_code, "password": self.user_password, DEVICE_CODE: self.device_code}.get(form["grant_type"])
        if not grant:
            raise Problem("unsupported_grant_type", 70003, "The grant type is not supported.")
        if form["grant_type"] != DEVICE_CODE:
            claims = json.loads(form.get("claims", "{}"))
            self.want(claims.get("access_token", {}).get("xms_cc") == CAPABILITY["access_token"]["xms_cc"],
                      f"claims are {claims}")
        else:
            claims = {}
        return reply(grant(form, tenant, audience, algorithm, claims))

    def client_credentials(self, form, tenant, audience, algorithm, claims):
        self.want(re.fullmatch(r"\S+/\.default", form.get("scope", "")), f"scope is {form.get('scope')}")
        if form.get("client_id") != CLIENT:
            raise Problem("unauthorized_client", 700016, "Application was not found in the directory.")
        if "client_secret" in form:
            self.want("client_assertion" not in form, "both a secret and an assertion")
            if form["client_secret"] != self.secret:
                raise Problem("invalid_client", 7000215, "Invalid client secret provided.", 401)
        elif form.get("client_assertion_type") == JWT_BEARER:
            self.check_assertion(form["client_assertion"], audience, algorithm)
        else:
            raise Problem("invalid_client", 7000218, "The request body must contain client_assertion or client_secret.")
        return self.issue(form["scope"], claims=claims, tenant=tenant)

    def check_assertion(self, token, audience, algorithm):
        if token in self.assertions:
            if time.time() >= self.assertions[token]:
                raise Problem("invalid_client", 700024, "Client assertion is not within its valid time range.", 401)
            return
        if not self.certificate:
            raise Problem("invalid_client", 700211, "No matching federated identity record found for the issuer.", 401)
        try:
            header = jwt.check_statement(token, self.certificate, CLIENT, audience, algorithm, self.seen,
                                         time.time() + self.date_shift)
        except TimeoutError:
            raise Problem("invalid_client", 700024, "Client assertion is not within its valid time range.", 401) \
                from None
        except jwt.Refused as fault:
            self.faults.append(f"client assertion: {fault}")
            raise Problem("invalid_client", 700027, str(fault), 401) from fault
        self.want(header.get("x5c") == self.chain, f"x5c is {header.get('x5c')}")

    def new_assertion(self):
        """What a trusted issuer says about the application."""
        now = int(time.time())
        token = jwt.unsigned({"aud": "api://AzureADTokenExchange", "sub": "the-job", "iat": now,
                              "exp": now + self.assertion_lifetime, "jti": secrets.token_hex(8)})
        self.assertions[token] = time.time() + self.assertion_lifetime
        self.secrets.add(token)
        return token

    # ---- users ----

    def user_tokens(self, form, tenant, claims, nonce=None):
        answer = self.issue(form["scope"], claims=claims, tenant=tenant, user=USER)
        token = self.new_secret("refresh")
        self.refresh[token] = USER
        tenant = OTHER_TENANT if tenant == OTHER_TENANT else TENANT
        answer.update(refresh_token=token, scope=form["scope"].split()[0], foci="1",
                      client_info=jwt.encode(json.dumps({"uid": "oid", "utid": TENANT}).encode()),
                      id_token=jwt.unsigned({"aud": CLI_CLIENT, "tid": tenant, "oid": "oid", "nonce": nonce, "iss":
                                             f"https://login.microsoftonline.com/{tenant}/v2.0", "exp":
                                             int(time.time()) + 3600, "preferred_username": USER}))
        return answer

    def check_public_client(self, form):
        self.want(form.get("client_id") == CLI_CLIENT, f"client_id is {form.get('client_id')}")
        self.want("client_secret" not in form and "client_assertion" not in form, "a public client has no secret")

    def refresh_token(self, form, tenant, _audience, _algorithm, claims):
        self.check_public_client(form)
        if tenant in self.strict_tenants:
            raise Problem("interaction_required", 50076, "Due to a configuration change made by your administrator, "
                          "you must use multi-factor authentication.")
        # Each is good for one use: what comes next must be stored and used.
        if not self.refresh.pop(form["refresh_token"], None):
            raise Problem("invalid_grant", 70043, "The refresh token has expired or is invalid due to sign-in "
                          "frequency checks by conditional access.")
        return self.user_tokens(form, tenant, claims)

    def authorize(self, tenant, query):
        """The page that the browser opens: what it redirects to."""
        self.count("authorize")
        wanted = {"response_type": "code", "client_id": CLI_CLIENT, "code_challenge_method": "S256"}
        for name, value in wanted.items():
            self.want(query.get(name) == value, f"authorize: {name} is {query.get(name)}")
        for name in ("state", "nonce", "code_challenge", "scope"):
            self.want(len(query.get(name, "")) >= 16, f"authorize: {name} is {query.get(name)}")
        self.want(re.match(r"http://(localhost|127\.0\.0\.1):\d+", query.get("redirect_uri", "")),
                  f"authorize: redirect_uri is {query.get('redirect_uri')}")
        code = self.new_secret("code")
        self.codes[code] = {**query, "tenant": tenant}
        back = urllib.parse.urlencode({"code": code, "state": query.get("state", ""), "session_state": "x"})
        return HttpReply(302, [("Location", f"{query['redirect_uri']}{'&' if '?' in query['redirect_uri'] else '?'}"
                                f"{back}")])

    def authorization_code(self, form, tenant, _audience, _algorithm, claims):
        self.check_public_client(form)
        asked = self.codes.pop(form.get("code"), None)
        if not asked:
            raise Problem("invalid_grant", 54005, "The code was already redeemed.")
        challenge = jwt.encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        self.want(43 <= len(form.get("code_verifier", "")) <= 128, "code_verifier is too short or too long")
        self.want(asked["code_challenge"] == challenge, "code_verifier does not fit code_challenge")
        self.want(asked["redirect_uri"] == form.get("redirect_uri"), "redirect_uri differs")
        self.want(asked["tenant"] == tenant, "the tenant differs")
        return self.user_tokens(form, tenant, claims, asked["nonce"])

    def user_password(self, form, tenant, _audience, _algorithm, claims):
        self.check_public_client(form)
        if form.get("username") != USER or form.get("password") != self.password:
            raise Problem("invalid_grant", 50126, "Error validating credentials due to invalid username or password.")
        return self.user_tokens(form, tenant, claims)

    def start_device(self, form, pending=2, slow=True, lifetime=900):
        self.count("devicecode")
        self.check_public_client(form)
        code = self.new_secret("device")
        states = ["authorization_pending"] * pending + (["slow_down"] if slow else [])
        self.devices[code] = {"states": states, "end": time.time() + lifetime, "last": time.time(), "interval": 1,
                              "scope": form["scope"]}
        return reply({"device_code": code, "user_code": "ABCD-1234", "expires_in": lifetime, "interval": 1,
                      "verification_uri": "https://microsoft.com/devicelogin",
                      "message": "To sign in, open the page https://microsoft.com/devicelogin and enter ABCD-1234."})

    def device_code(self, form, tenant, _audience, _algorithm, claims):
        self.check_public_client(form)
        device = self.devices.get(form.get("device_code"))
        if not device:
            raise Problem("bad_verification_code", 0, "")
        self.want(time.time() - device["last"] >= device["interval"] - 0.1, "asked again too early")
        device["last"] = time.time()
        if time.time() >= device["end"]:
            raise Problem("expired_token", 70020, "The code has expired.")
        if device["states"]:
            state = device["states"].pop(0)
            device["interval"] += 5 if state == "slow_down" else 0
            raise Problem(state, 70016, "Pending end-user authorization.")
        return self.user_tokens({**form, "scope": device["scope"]}, tenant, claims)

    # ---- hosts ----

    def answer_azure(self, request):
        host = request.header("Host").split(":")[0]
        path, _, query = request.target.partition("?")
        query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        if host == "login.microsoftonline.com":
            return self.answer_entra(request, path, query)
        if host == "management.azure.com":
            return self.answer_management(request, path)
        if host.endswith(".azurecr.io"):
            return self.answer_registry(request, host, path)
        if host.endswith(".actions.githubusercontent.com"):
            return self.answer_github(request, query)
        if host == "dev.azure.com":
            return self.answer_pipelines(request, query)
        return self.fault(f"request to {host}{path}")

    def answer_entra(self, request, path, query):
        tenant, _, rest = path.strip("/").partition("/")
        if rest == "oauth2/v2.0/token" and request.method == "POST":
            return self.token(tenant, f"https://login.microsoftonline.com{path}", "PS256", self.form(request))
        if rest == "oauth2/v2.0/devicecode" and request.method == "POST":
            return self.start_device(self.form(request))
        if rest == "oauth2/v2.0/authorize" and request.method == "GET":
            return self.authorize(tenant, query)
        if rest == "v2.0/.well-known/openid-configuration":  # MSAL asks for it
            base = f"https://login.microsoftonline.com/{tenant}"
            return reply({"token_endpoint": base + "/oauth2/v2.0/token", "issuer": base + "/v2.0",
                          "authorization_endpoint": base + "/oauth2/v2.0/authorize",
                          "device_authorization_endpoint": base + "/oauth2/v2.0/devicecode"})
        if path == "/common/discovery/instance":
            names = ["login.microsoftonline.com", "login.windows.net", "sts.windows.net"]
            return reply({"tenant_discovery_endpoint": "https://login.microsoftonline.com/common/v2.0/.well-known/"
                          "openid-configuration", "metadata": [{"preferred_network": names[0], "preferred_cache":
                                                                names[1], "aliases": names}]})
        return self.fault(f"{request.method} {path} at the sign-in service")

    def answer_adfs(self, request):
        if request.method != "POST" or request.target != "/adfs/oauth2/token":
            return self.fault(f"{request.method} {request.target} at AD FS")
        return self.token("adfs", f"https://localhost:{self.adfs.port}{request.target}", "RS256", self.form(request))

    def bearer(self, request):
        scheme, _, token = (request.header("Authorization") or "").partition(" ")
        return token if scheme == "Bearer" else None

    def answer_management(self, request, path):
        self.count("management")
        token = self.tokens.get(self.bearer(request))
        if not token or token["end"] < time.time():
            return reply({"error": {"code": "InvalidAuthenticationToken", "message": "The token is not valid."}}, 401)
        self.want(token["resource"] == ARM_AUDIENCE, f"management got a token for {token['resource']}")
        if self.claims and token.get("claims", {}).get("access_token", {}).get("nbf") != self.claims:
            asked = base64.b64encode(json.dumps({"access_token": {"nbf": self.claims}}).encode()).decode()
            return reply({"error": {"code": "AuthenticationFailed", "message": "Continuous access evaluation."}}, 401,
                         [("WWW-Authenticate", 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/'
                           f'common/oauth2/authorize", error="insufficient_claims", claims="{asked}"')])
        if request.method == "PUT" or path.startswith("/operations/"):
            left = 4 if request.method == "PUT" else int(path.rpartition("/")[2]) - 1
            return reply({"status": "InProgress" if left else "Succeeded"}, 201 if request.method == "PUT" else 200, [
                ("Azure-AsyncOperation", f"https://management.azure.com/operations/{left}"), ("Retry-After", "1")])
        if path == "/tenants":
            return reply({"value": [{"id": "/tenants/" + one, "tenantId": one, "displayName": name} for one, name in
                                    ((TENANT, "Home"), (OTHER_TENANT, "Other"))]})
        if path == "/subscriptions":
            other = token.get("tenant") == OTHER_TENANT
            return reply({"value": [{"subscriptionId": SUBSCRIPTION[:-1] + ("6" if other else "5"), "displayName":
                                     "Other" if other else "Mine", "state": "Enabled", "tenantId":
                                     OTHER_TENANT if other else TENANT}]})
        return reply({"id": path, "name": path.rpartition("/")[2], "location": "westus", "sku": {"name": "Basic"},
                      "properties": {"loginServer": "myregistry.azurecr.io"}})

    def answer_registry(self, request, host, path):
        if path == "/oauth2/exchange":
            self.count("exchange")
            form = self.form(request)
            token = self.tokens.get(form.get("access_token"))
            self.want(form.get("grant_type") == "access_token" and form.get("service") == host, f"exchange: {form}")
            if not token or token["end"] < time.time():
                return reply({"errors": [{"code": "UNAUTHORIZED", "message": "authentication required"}]}, 401)
            self.want(token["resource"] in (REGISTRY_AUDIENCE, ARM_AUDIENCE), f"exchange of {token['resource']}")
            ret = self.new_secret("registry-refresh")
            self.refresh[ret] = host
            return reply({"refresh_token": ret})
        if path == "/oauth2/token":
            self.count("registry token")
            form = self.form(request)
            if self.refresh.get(form.get("refresh_token")) != host:
                return reply({"errors": [{"code": "UNAUTHORIZED", "message": "authentication required"}]}, 401)
            ret = self.new_secret("registry-access")
            self.tokens[ret] = {"resource": host, "end": time.time() + 3600}
            return reply({"access_token": ret})
        self.count("registry")
        token = self.tokens.get(self.bearer(request))
        if not token or token["resource"] != host:
            return reply({"errors": [{"code": "UNAUTHORIZED", "message": "authentication required"}]}, 401,
                         [("WWW-Authenticate", f'Bearer realm="https://{host}/oauth2/token",service="{host}"')])
        return reply({"repositories": ["app"]})

    def answer_github(self, request, query):
        self.count("issuer")
        self.want(request.method == "GET" and self.bearer(request) == "job-token", "GitHub: wrong method or token")
        self.want(query == {"api-version": "2.0", "audience": "api://AzureADTokenExchange"}, f"GitHub: {query}")
        return reply({"count": 1, "value": self.new_assertion()})

    def answer_pipelines(self, request, query):
        self.count("issuer")
        self.want(request.method == "POST" and self.bearer(request) == "job-token", "Pipelines: wrong method or token")
        self.want(query == {"api-version": "7.1", "serviceConnectionId": CONNECTION}, f"Pipelines: {query}")
        self.want(request.header("Content-Length") == "0", "Pipelines: no Content-Length: 0")
        return reply({"oidcToken": self.new_assertion()})

    # ---- managed identity ----

    def identity_token(self, query, text=False):
        """The answer of a managed identity service."""
        parameter, value = self.identity or (None, None)
        given = {name: one for name, one in query.items() if name not in ("api-version", "resource")}
        if given != ({parameter: value} if parameter else {}):
            self.want(not self.identity, f"managed identity: asked for {given}")
            return reply({"error": "invalid_request", "error_description": "Identity not found"}, 400)
        answer = self.issue(query["resource"])
        answer.pop("ext_expires_in")
        end = int(time.time()) + answer.pop("expires_in")
        answer.update(resource=query["resource"], expires_on=str(end) if not text else "09/14/2017 00:00:00 PM +00:00")
        return reply(answer)

    def answer_local(self, request):
        self.count("identity")
        path, _, text = request.target.partition("?")
        query = dict(urllib.parse.parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text)))
        services = {"/metadata/identity/oauth2/token": self.answer_imds, "/msi/token": self.answer_app_service,
                    "/old/token": self.answer_machine_learning, "/arc/token": self.answer_arc,
                    "/shell/token": self.answer_cloud_shell}
        self.want(request.header("Proxy-Connection") is None, "a metadata service was asked through a proxy")
        return services[path](request, query) if path in services else self.fault(f"{request.method} {path} here")

    def answer_imds(self, request, query):
        self.want(request.method == "GET" and query.get("api-version") == "2018-02-01", f"IMDS: {query}")
        if request.header("Metadata") != "true":
            self.count("probe")
            return reply({"error": "invalid_request", "error_description": "Required metadata header not specified"},
                         400)
        if self.imds_failures:
            return reply({"error": "later"}, self.imds_failures.pop(0))
        return self.identity_token(query)

    def answer_app_service(self, request, query):
        self.want(request.method == "GET" and query.get("api-version") == "2019-08-01", f"App Service: {query}")
        self.want(request.header("X-IDENTITY-HEADER") == "host-secret", "App Service: wrong secret")
        return self.identity_token(query)

    def answer_machine_learning(self, request, query):
        self.want(request.method == "GET" and query.get("api-version") == "2017-09-01", f"MSI: {query}")
        self.want(request.header("Secret") == "host-secret", "MSI: wrong secret")
        return self.identity_token(query, text=True)

    def answer_cloud_shell(self, request, query):
        self.want(request.method == "POST" and request.header("Metadata") == "true" and not query, "Cloud Shell")
        return self.identity_token(self.form(request))

    def answer_arc(self, request, query):
        path, contents = self.arc_key
        self.want(request.method == "GET" and query.get("api-version") == "2020-06-01", f"Arc: {query}")
        self.want(request.header("Metadata") == "true", "Arc: no Metadata field")
        if request.header("Authorization") is None:
            return HttpReply(401, [("WWW-Authenticate", f"Basic realm={path}")])
        self.want(request.header("Authorization") == "Basic " + contents, "Arc: wrong key")
        return self.identity_token(query)
