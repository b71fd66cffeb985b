"""`acr account login`, and what of it the Azure CLI finds."""
import json
import os
import stat
import subprocess

import identity
from identity_parts.managed import KINDS, machine

MINE, OTHER = identity.SUBSCRIPTION[:-1] + "5", identity.SUBSCRIPTION[:-1] + "6"
LOGIN = ("account", "login")
COMMAND = ("show", "-n", "myregistry", "-g", "rg1", "--query", "name", "-o", "tsv")
OPENED = "A web browser has been opened at https://login.microsoftonline.com/"


def person(bench, browser="exec curl -sL --cacert $ACR_CA_BUNDLE -o $PAGE \"$1\""):
    """Nobody is signed in, and $BROWSER is a script."""
    bench.write("browser", "#!/bin/sh\n" + browser + "\n", 0o700)
    bench.set(AZURE_SUBSCRIPTION_ID=None, BROWSER=bench.path("browser"), PAGE=bench.path("page"))


def read(bench, name):
    with open(bench.path(name), encoding="utf-8-sig") as file:
        return json.load(file)


def accounts(ret):
    return [(one["id"], one["tenantId"], one["isDefault"], one["user"]["name"]) for one in json.loads(ret.out)]


def succeeded(bench, ret, *says):
    assert ret.status == 0 and all(one in ret.err for one in says), ret
    assert not bench.server.faults, bench.server.faults


def refused(bench, ret, *says, status=1):
    assert ret.status == status and all(one in ret.err for one in says), ret
    assert not ret.out, ret
    assert not bench.server.faults, bench.server.faults


def test_browser(bench):
    """a browser, two tenants, and the commands after it"""
    person(bench)
    ret = bench.acr(*LOGIN, "--debug")
    succeeded(bench, ret, OPENED)
    assert accounts(ret) == [(MINE, identity.TENANT, True, identity.USER),
                             (OTHER, identity.OTHER_TENANT, False, identity.USER)], ret
    # One request for each tenant beyond the one that the browser signed in to.
    bench.counted(authorize=1, token=2, management=3)
    with open(bench.path("page"), encoding="utf-8") as file:
        assert "You have signed in" in file.read()
    for name in ("azureProfile.json", "msal_token_cache.json"):
        assert stat.S_IMODE(os.stat(bench.path("azure", name)).st_mode) == 0o600, name
    bench.good(*COMMAND)
    bench.counted(management=1)
    bench.good(*COMMAND, "--subscription", OTHER)
    ret = bench.good("auth", "status", "--query", "[account, credential, tenantId]", "-o", "tsv")
    assert ret.out.split("\n")[:3] == [identity.USER, "Azure CLI account", identity.TENANT], ret


def test_browser_one_tenant(bench):
    """a browser, and one tenant that is named"""
    person(bench)
    ret = bench.acr(*LOGIN, "--tenant", identity.OTHER_TENANT)
    succeeded(bench, ret, OPENED)
    assert accounts(ret) == [(OTHER, identity.OTHER_TENANT, True, identity.USER)], ret
    bench.counted(authorize=1, token=1, management=1)


def test_browser_scope(bench):
    """consent to another scope, as a command may advise"""
    person(bench)
    ret = bench.acr(*LOGIN, "--scope", "https://vault.azure.net/.default", "--claims-challenge",
                    "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7InZhbHVlIjoiMSJ9fX0=")
    succeeded(bench, ret, OPENED)
    assert [one["resource"] for one in bench.server.tokens.values()].count("https://vault.azure.net") == 1
    first = next(iter(bench.server.tokens.values()))
    assert first["claims"]["access_token"]["nbf"] == {"value": "1"}, first


def test_browser_forged(bench):
    """answers with another state are turned away, and the right one is waited for"""
    person(bench, """back=$(printf %s "$1" | sed 's/.*redirect_uri=//; s/&.*//; s/%3A/:/g; s/%2F/\\//g')
for state in wrong "" ; do curl -s -o /dev/null "$back/?code=stolen&state=$state"; done
exec curl -sL --cacert "$ACR_CA_BUNDLE" -o "$PAGE" "$1\"""")
    ret = bench.acr(*LOGIN, "-o", "none")
    succeeded(bench, ret, OPENED)


def test_browser_refused(bench):
    """the person, or a policy, says no in the browser"""
    person(bench, """back=$(printf %s "$1" | sed 's/.*redirect_uri=//; s/&.*//; s/%3A/:/g; s/%2F/\\//g')
state=$(printf %s "$1" | sed 's/.*[?&]state=//; s/&.*//')
exec curl -s -o /dev/null "$back/?error=access_denied&error_description=AADSTS65004%3A+no+consent&state=$state\"""")
    refused(bench, bench.acr(*LOGIN), "AADSTS65004", OPENED)
    assert not os.path.exists(bench.path("azure/azureProfile.json"))


def test_device_code(bench):
    """no browser: that is said, and a code shown"""
    person(bench)
    bench.set(BROWSER=None)
    ret = bench.acr(*LOGIN, "--only-show-errors")
    succeeded(bench, ret, "enter ABCD-1234")
    assert len(accounts(ret)) == 2, ret
    bench.good(*COMMAND)


def test_browser_fails(bench):
    """a browser that fails at once: a code"""
    person(bench, "exit 3")
    ret = bench.acr(*LOGIN, "-o", "none")
    succeeded(bench, ret, "No web browser can be opened", "failed", "enter ABCD-1234")


def test_strict_tenant(bench):
    """a tenant that wants a second factor is named, and the others are there"""
    person(bench)
    bench.server.strict_tenants = (identity.OTHER_TENANT,)
    ret = bench.acr(*LOGIN)
    succeeded(bench, ret, "require Multi-Factor Authentication (MFA)", f"WARNING: {identity.OTHER_TENANT} 'Other'")
    assert [one[0] for one in accounts(ret)] == [MINE], ret
    refused(bench, bench.acr("account", "get-access-token", "--tenant", identity.OTHER_TENANT), "AADSTS50076",
            "multi-factor authentication", f"az login --tenant \"{identity.OTHER_TENANT}\"")


def test_password(bench):
    """a user name and a password, right and wrong, on standard input"""
    person(bench)
    bench.server.password = bench.server.new_secret("password")
    path = bench.write("work/password", bench.server.password)
    bench.given = [path]
    ret = bench.good(*LOGIN, "-u", identity.USER, "-p", "@" + path, "--debug")
    assert len(accounts(ret)) == 2, ret
    ret = bench.acr(*LOGIN, "-u", identity.USER, "-p", "wrong")
    refused(bench, ret, "AADSTS50126", "the user name or the password is wrong")
    bench.server.problems = [identity.Problem("invalid_grant", 50076, "You must use multi-factor authentication.")]
    ret = bench.acr(*LOGIN, "-u", identity.USER, "-p", "@" + path)
    refused(bench, ret, "AADSTS50076", "multi-factor authentication is required", "sign in")


def test_certificate(bench):
    """an application with a certificate, given either way"""
    person(bench)
    path = bench.make_certificate()
    bench.server.certificate = bench.path("app.crt")
    application = (*LOGIN, "--service-principal", "-u", identity.CLIENT, "--tenant", identity.TENANT)
    bench.good(*application, "-p", path)
    bench.good(*COMMAND)
    bench.server.chain = [identity.jwt.certificate_text(bench.path("app.crt"))]
    ret = bench.good(*application, "--certificate", path, "--use-cert-sn-issuer")
    assert json.loads(ret.out)[0]["user"]["useCertSNIssuerAuth"] is True, ret
    bench.good(*COMMAND)
    assert read(bench, "azure/service_principal_entries.json") == [
        {"client_id": identity.CLIENT, "tenant": identity.TENANT, "certificate": os.path.realpath(path),
         "use_cert_sn_issuer": True}]


def test_federated_token(bench):
    """an application with another issuer's token"""
    person(bench)
    path = bench.write("work/token", bench.server.new_assertion())
    bench.given = [path]
    bench.good(*LOGIN, "--service-principal", "-u", identity.CLIENT, "--tenant", identity.TENANT, "--federated-token",
               "@" + path, "-o", "none")
    bench.good(*COMMAND)


def test_managed_identities(bench):
    """managed identities, by each kind of id and by none"""
    person(bench)
    machine(bench)
    for words, wanted, mark in (
            ((), None, "MSI"), (("--client-id", identity.CLIENT), KINDS[0], "MSIClient-" + identity.CLIENT),
            (("--object-id", identity.OBJECT), KINDS[1], "MSIObject-" + identity.OBJECT),
            (("-u", identity.RESOURCE_ID), KINDS[2], "MSIResource-" + identity.RESOURCE_ID)):
        bench.server.identity = wanted
        ret = bench.good(*LOGIN, "--identity", *words)
        user = json.loads(ret.out)[0]["user"]
        name = "userAssignedIdentity" if words else "systemAssignedIdentity"
        assert user == {"name": name, "type": "servicePrincipal", "assignedIdentityInfo": mark}, ret
        bench.good(*COMMAND)


def test_managed_identity_guessed(bench):
    """--username, where the id is no client id: an object id"""
    person(bench)
    machine(bench)
    bench.server.identity = KINDS[1]
    ret = bench.acr(*LOGIN, "--identity", "-u", identity.OBJECT)
    assert ret.status == 0, ret
    assert json.loads(ret.out)[0]["user"]["assignedIdentityInfo"] == "MSIObject-" + identity.OBJECT, ret
    # The service was asked for a client id of that name before.
    assert [one.split(":")[0] for one in bench.server.faults] == ["managed identity"], bench.server.faults
    bench.server.faults.clear()


def test_cloud_shell(bench):
    """the person who opened Cloud Shell"""
    person(bench)
    bench.set(ACC_CLOUD="PROD", MSI_ENDPOINT=bench.local("/shell/token"))
    ret = bench.good(*LOGIN, "--identity")
    assert json.loads(ret.out)[0]["user"] == {"name": "N/A", "type": "user", "cloudShellID": True}, ret
    bench.good(*COMMAND)


def test_logout(bench):
    """logout takes the tokens along"""
    person(bench)
    succeeded(bench, bench.acr(*LOGIN), OPENED)
    bench.good(*COMMAND)
    bench.good("account", "logout", "--username", identity.USER.upper())
    for folder, _, names in os.walk(bench.folder):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                text = file.read().decode(errors="replace")
            assert not any(one in text for one in bench.server.secrets), name
    refused(bench, bench.acr(*COMMAND), "az login")


def test_clear_what_is_damaged(bench):
    """what a damaged file tells its user to do helps"""
    person(bench)
    succeeded(bench, bench.acr(*LOGIN), OPENED)
    bench.set(ACR_CACHE_DIR="")
    for name in ("msal_token_cache.json", "service_principal_entries.json", "azureProfile.json"):
        bench.write("azure/" + name, '[{"cut off')
    refused(bench, bench.acr(*COMMAND), "az login")
    ret = bench.acr("account", "clear")
    assert ret.status == 0 and "It is written anew" in ret.err, ret
    succeeded(bench, bench.acr(*LOGIN), OPENED)
    bench.good(*COMMAND)


def az(bench, *words):
    environment = {**bench.environment, "REQUESTS_CA_BUNDLE": bench.environment["ACR_CA_BUNDLE"],
                   "AZURE_CORE_COLLECT_TELEMETRY": "no"}
    done = subprocess.run(("/usr/bin/az",) + words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def no_az():
    return None if os.access("/usr/bin/az", os.X_OK) else "the Azure CLI is not installed"


def test_az_reads_it(bench):
    """the Azure CLI works with a person's sign-in"""
    person(bench)
    succeeded(bench, bench.acr(*LOGIN), OPENED)
    assert [one["id"] for one in az(bench, "account", "list")] == [MINE, OTHER]
    kept = [token for token, what in bench.server.tokens.items() if what["tenant"] != identity.OTHER_TENANT]
    assert az(bench, "account", "get-access-token")["accessToken"] in kept
    # It redeems the refresh token where there is no access token, and we go on with what it got.
    answer = az(bench, "account", "get-access-token", "--resource", "https://vault.azure.net")
    assert bench.server.tokens[answer["accessToken"]]["resource"] == "https://vault.azure.net"
    bench.set(ACR_CACHE_DIR="")
    answer = json.loads(bench.good("account", "get-access-token", "--resource", "https://graph.microsoft.com").out)
    assert bench.server.tokens[answer["accessToken"]]["resource"] == "https://graph.microsoft.com"


test_az_reads_it.skip = no_az
