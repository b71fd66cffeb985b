"""What the Azure CLI left behind, and what it finds afterwards."""
import json
import os
import shutil
import subprocess
import time

import identity
from identity_bench import Failed
from identity_parts.managed import KINDS, machine

COMMAND = ("show", "-n", "myregistry", "-g", "rg1")
USER = {"name": identity.USER, "type": "user"}
PRINCIPAL = {"name": identity.CLIENT, "type": "servicePrincipal"}
HOME_ID = f"oid.{identity.TENANT}"
HOST = "login.microsoftonline.com"
AZ_PYTHON = "/usr/bin/python3"


def account(bench, user):
    bench.set(AZURE_SUBSCRIPTION_ID=None)
    entry = {"id": identity.SUBSCRIPTION, "name": "Mine", "state": "Enabled", "user": user, "isDefault": True,
             "tenantId": identity.TENANT, "environmentName": "AzureCloud"}
    bench.write("azure/azureProfile.json", "\ufeff" + json.dumps({"subscriptions": [entry]}))


def entries(bench, **members):
    bench.write("azure/service_principal_entries.json", json.dumps(
        [{"client_id": identity.CLIENT, "tenant": "other", "client_secret": "wrong"},
         {"client_id": identity.CLIENT, "tenant": identity.TENANT, **members}]))
    account(bench, PRINCIPAL)


def test_secret(bench):
    """a service principal with a secret"""
    bench.server.secret = bench.server.new_secret("application")
    entries(bench, client_secret=bench.server.secret)
    bench.list("--debug")


def test_certificate(bench):
    """a service principal with a certificate, with and without its chain"""
    path = bench.make_certificate()
    bench.server.certificate = bench.path("app.crt")
    entries(bench, certificate=path)
    bench.list("--debug")
    bench.set(ACR_CACHE_DIR="")
    bench.server.chain = [identity.jwt.certificate_text(bench.path("app.crt"))]
    entries(bench, certificate=path, use_cert_sn_issuer=True)
    bench.list()
    os.remove(path)
    bench.bad(*COMMAND, says=("cannot read the certificate", "app.pem"))


def test_federated(bench):
    """a service principal with a federated token, which the CI system renews"""
    bench.server.assertion_lifetime = 1
    entries(bench, client_assertion=bench.server.new_assertion())
    bench.list("--debug")
    time.sleep(1.1)
    bench.bad(*COMMAND, says=("AADSTS700024", "is not valid at this time"))
    bench.set(ACTIONS_ID_TOKEN_REQUEST_TOKEN="job-token", ACTIONS_ID_TOKEN_REQUEST_URL="https://x.actions."
              "githubusercontent.com/x/idtoken?api-version=2.0")
    bench.show()


def test_managed_identities(bench):
    """managed identities by each kind of id"""
    machine(bench)
    marks = (("MSI", None), *zip((f"MSI{kind}-{value}" for kind, (_, value) in
                                  zip(("Client", "Object", "Resource"), KINDS)), KINDS))
    for mark, wanted in marks:
        account(bench, {"name": "userAssignedIdentity" if wanted else "systemAssignedIdentity",
                        "type": "servicePrincipal", "assignedIdentityInfo": mark})
        bench.server.identity = wanted
        bench.show("--debug")
        bench.counted(identity=1, management=1)


def test_cloud_shell(bench):
    """the account of Cloud Shell, there and elsewhere"""
    account(bench, {"name": identity.USER, "type": "user", "cloudShellID": True})
    bench.bad(*COMMAND, says="this is not Cloud Shell")
    bench.set(MSI_ENDPOINT=bench.local("/shell/token"))
    bench.show("--debug")


def token_cache(bench, refresh, **access):
    """A user's entries as az writes them."""
    both = {"home_account_id": HOME_ID, "environment": HOST}
    target = identity.ARM_AUDIENCE + "/.default"
    cache = {
        "AccessToken": {f"{HOME_ID}-{HOST}-accesstoken-{identity.CLI_CLIENT}-{identity.TENANT}-{target}".lower(): {
            **both, "credential_type": "AccessToken", "client_id": identity.CLI_CLIENT, "target": target,
            "realm": identity.TENANT, "token_type": "Bearer", "cached_at": "1", **access}} if access else {},
        "Account": {f"{HOME_ID}-{HOST}-{identity.TENANT}": {
            **both, "realm": identity.TENANT, "local_account_id": "oid", "username": identity.USER,
            "authority_type": "MSSTS"}},
        "IdToken": {},
        "RefreshToken": {f"{HOME_ID}-{HOST}-refreshtoken-{identity.CLI_CLIENT}--{target}".lower(): {
            **both, "credential_type": "RefreshToken", "secret": refresh, "client_id": identity.CLI_CLIENT,
            "target": target, "last_modification_time": "1", "family_id": "1"}},
        "AppMetadata": {f"appmetadata-{HOST}-{identity.CLI_CLIENT}": {
            "client_id": identity.CLI_CLIENT, "environment": HOST, "family_id": "1"}},
    }
    bench.write("azure/msal_token_cache.json", json.dumps(cache))


def new_refresh_token(server):
    ret = server.new_secret("refresh")
    server.refresh[ret] = identity.USER
    return ret


def read_cache(bench):
    with open(bench.path("azure/msal_token_cache.json"), encoding="utf-8") as file:
        return json.load(file)


def test_user(bench):
    """a user's refresh token, which each use replaces, for two audiences"""
    account(bench, USER)
    token_cache(bench, new_refresh_token(bench.server))
    bench.set(ACR_CACHE_DIR="")
    bench.list("--debug")
    bench.show("--debug")
    bench.show()
    # The third command finds the access token of the second one where az would.
    bench.counted(token=2, exchange=1, registry_token=1, registry=1, management=2)
    assert len(read_cache(bench)["AccessToken"]) == 2
    assert len(read_cache(bench)["RefreshToken"]) == 1
    assert not os.path.exists(bench.path("azure/msal_token_cache.json.lockfile"))


def test_user_many_at_once(bench):
    """30 processes with one refresh token"""
    account(bench, USER)
    token_cache(bench, new_refresh_token(bench.server))
    for ret in [bench.finish(one) for one in [bench.start(*COMMAND) for _ in range(30)]]:
        assert ret.status == 0, ret
    bench.counted(token=1, management=30)


def test_user_access_token(bench):
    """a user's access token as az has it"""
    account(bench, USER)
    answer = bench.server.issue(identity.ARM_AUDIENCE + "/.default")
    end = str(int(time.time()) + 3600)
    token_cache(bench, "rt", secret=answer["access_token"], expires_on=end, extended_expires_on=end)
    bench.show("--debug")
    bench.counted(management=1)


def test_user_must_sign_in_again(bench):
    """a sign-in that is too old: the command that helps"""
    account(bench, USER)
    token_cache(bench, "stale")
    bench.bad(*COMMAND, says=("AADSTS70043", "sign-in frequency policy", f"run 'az login --tenant \"{identity.TENANT}\" "
                              f"--scope \"{identity.ARM_AUDIENCE}/.default\"'"))


def test_user_claims_challenge(bench):
    """continuous access evaluation: management asks for a newer token"""
    account(bench, USER)
    token_cache(bench, new_refresh_token(bench.server))
    bench.show()
    bench.server.counts = {}
    bench.server.claims = {"essential": True, "value": "1604106651"}
    bench.show("--debug")
    bench.counted(token=1, management=2)


def msal_reads(bench, scope):
    """What MSAL itself, as az uses it, makes of the cache: the accounts and a token from it, without the network."""
    code = """
import json, sys, msal, msal_extensions
cache = msal_extensions.PersistedTokenCache(msal_extensions.FilePersistence(sys.argv[1]))
accounts = cache.find(msal.TokenCache.CredentialType.ACCOUNT)
tokens = cache.find(msal.TokenCache.CredentialType.ACCESS_TOKEN, target=[sys.argv[2]])
refresh = cache.find(msal.TokenCache.CredentialType.REFRESH_TOKEN)
print(json.dumps([accounts, tokens, refresh]))
"""
    done = subprocess.run([AZ_PYTHON, "-c", code, bench.path("azure/msal_token_cache.json"), scope],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def test_msal_reads_it(bench):
    """MSAL for Python finds what was written"""
    account(bench, USER)
    token_cache(bench, new_refresh_token(bench.server))
    bench.show()
    accounts, tokens, refresh = msal_reads(bench, identity.ARM_AUDIENCE + "/.default")
    assert [one["username"] for one in accounts] == [identity.USER]
    assert [one["secret"] for one in tokens] == [one for one in bench.server.tokens]
    assert [one["secret"] in bench.server.refresh for one in refresh] == [True]


def no_msal():
    done = subprocess.run([AZ_PYTHON, "-c", "import msal, msal_extensions"], stderr=subprocess.DEVNULL, check=False)
    return "MSAL for Python is not installed" if done.returncode else None


test_msal_reads_it.skip = no_msal


def az(bench, *words):
    """The real Azure CLI against the same server; what it prints."""
    environment = {**bench.environment, "REQUESTS_CA_BUNDLE": bench.server.certificates.bundle,
                   "AZURE_CORE_COLLECT_TELEMETRY": "no"}
    done = subprocess.run(["az", *words], env=environment, cwd=bench.path("work"), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300, check=False)
    if done.returncode:
        raise Failed(f"az {' '.join(words)}: {done.stderr.decode()}\n" + "\n".join(bench.server.faults))
    return done.stdout.decode().strip()


def test_turns_with_az(bench):
    """we and the real az use one user's sign-in in turns: each refresh token is good for one use"""
    account(bench, USER)
    token_cache(bench, new_refresh_token(bench.server))
    bench.set(ACR_CACHE_DIR="")
    bench.server.lifetime = 60  # too short to be taken from a cache
    token = ("account", "get-access-token", "--query", "accessToken", "-o", "tsv")
    bench.show()
    assert az(bench, *token) in bench.server.tokens
    bench.show()
    bench.server.lifetime = 3600
    bench.show()
    # This one is good enough for both.
    bench.server.counts = {}
    assert az(bench, *token) in bench.server.tokens
    bench.show()
    bench.counted(management=1)
    assert len(read_cache(bench)["RefreshToken"]) == 1


test_turns_with_az.skip = lambda: None if shutil.which("az") else "the Azure CLI is not installed"


def test_broken_cache(bench):
    """a token cache that is cut off, or cannot be understood, stays as it is"""
    account(bench, USER)
    for text in ('{"AccessToken": {', "[]", '{"Account": []}', '{"Account": {"x": 1}, "RefreshToken": {"y": 2}}', ""):
        bench.write("azure/msal_token_cache.json", text)
        ret = bench.acr(*COMMAND)
        assert ret.status == 1 and "az login" in ret.err and ret.err.count("\n") == 1, ret
        with open(bench.path("azure/msal_token_cache.json"), encoding="utf-8") as file:
            assert file.read() == text
    bench.counted()
