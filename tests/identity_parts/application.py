"""Service principals that the environment describes."""
import os

import identity
import jwt


def test_secret(bench):
    """a secret, with four requests and one connection a host"""
    bench.secret()
    before = bench.server.tunnel.connections
    bench.list("--debug")
    assert bench.server.tunnel.connections - before == 2
    bench.counted(token=1, exchange=1, registry_token=1, registry=1)
    bench.list()
    bench.counted(registry=1)


def test_secret_at_adfs(bench):
    """a secret at AD FS"""
    adfs(bench)
    bench.secret()
    bench.show("--debug")
    bench.counted(token=1, management=1)


def adfs(bench):
    url = f"https://localhost:{bench.server.adfs.port}/adfs"
    bench.write("azure/clouds.config", f"[Private]\nendpoint_resource_manager = https://management.azure.com\n"
                f"endpoint_active_directory = {url}\n"
                f"endpoint_active_directory_resource_id = {identity.ARM_AUDIENCE}\n")
    bench.set(AZURE_CLOUD_NAME="Private", NO_PROXY="localhost")


def test_certificate_pem(bench):
    """a certificate in a PEM file, signed with PS256"""
    bench.application(AZURE_CLIENT_CERTIFICATE_PATH=bench.make_certificate())
    bench.server.certificate = bench.path("app.crt")
    bench.list("--debug")
    bench.show("--debug")
    bench.counted(token=2, exchange=1, registry_token=1, registry=1, management=1)


def test_certificate_at_adfs(bench):
    """a certificate at AD FS, signed with RS256"""
    adfs(bench)
    bench.application(AZURE_CLIENT_CERTIFICATE_PATH=bench.make_certificate())
    bench.server.certificate = bench.path("app.crt")
    bench.show()
    bench.counted(token=1, management=1)


def test_certificate_with_password(bench):
    """an encrypted PEM file"""
    bench.application(AZURE_CLIENT_CERTIFICATE_PATH=bench.make_certificate(password="open sesame"))
    bench.server.certificate = bench.path("app.crt")
    bench.bad("repository", "list", "-n", "myregistry", says="is encrypted; set AZURE_CLIENT_CERTIFICATE_PASSWORD")
    bench.set(AZURE_CLIENT_CERTIFICATE_PASSWORD="open")
    bench.bad("repository", "list", "-n", "myregistry", says="app.pem' is wrong")
    bench.counted()
    bench.set(AZURE_CLIENT_CERTIFICATE_PASSWORD="open sesame")
    bench.list()


def pkcs12(bench, *words, password="open sesame"):
    bench.openssl("pkcs12", "-export", "-inkey", bench.path("app.key"), "-in", bench.path("app.crt"), "-passout",
                  "pass:" + password, "-out", bench.path("app.pfx"), *words)
    return bench.path("app.pfx")


def test_certificate_pfx(bench):
    """PKCS #12 files, with today's ciphers and with those of Windows, and without a password"""
    bench.make_certificate()
    bench.server.certificate = bench.path("app.crt")
    bench.application(AZURE_CLIENT_CERTIFICATE_PATH=pkcs12(bench), AZURE_CLIENT_CERTIFICATE_PASSWORD="open sesame",
                      ACR_CACHE_DIR="")
    bench.list()
    pkcs12(bench, "-legacy")
    bench.list()
    bench.set(AZURE_CLIENT_CERTIFICATE_PASSWORD="wrong")
    bench.bad("repository", "list", "-n", "myregistry", says="app.pfx' is wrong")
    pkcs12(bench, password="")
    bench.set(AZURE_CLIENT_CERTIFICATE_PASSWORD=None)
    bench.list()


def test_certificate_chain(bench):
    """the certificates go along where trust is by subject name and issuer, whatever their order in the file"""
    bench.make_certificate("ca")
    bench.make_certificate("other")
    path = bench.make_certificate("app", issuer="ca")
    with open(path, "r+", encoding="ascii") as file, open(bench.path("ca.crt"), encoding="ascii") as issuer, \
            open(bench.path("other.crt"), encoding="ascii") as other:
        text = other.read() + issuer.read() + file.read()
        file.seek(0)
        file.write(text)
    bench.server.certificate = bench.path("app.crt")
    bench.server.chain = [jwt.certificate_text(bench.path(name)) for name in ("app.crt", "ca.crt")]
    bench.application(AZURE_CLIENT_CERTIFICATE_PATH=path, AZURE_CLIENT_SEND_CERTIFICATE_CHAIN="True")
    bench.list()
    bench.set(AZURE_CLIENT_SEND_CERTIFICATE_CHAIN="false", ACR_CACHE_DIR="")
    bench.server.chain = None
    bench.list()


def test_certificate_expired(bench):
    """an expired certificate is told before anything is sent"""
    bench.make_certificate()
    bench.application(AZURE_CLIENT_CERTIFICATE_PATH=bench.expire())
    bench.bad("repository", "list", "-n", "myregistry",
              says=("the certificate in ", "app.pem' expired at 2021-01-01T00:00:00Z", "az ad app credential reset"))
    bench.counted()


def test_certificate_files_of_other_kinds(bench):
    """files that are no such certificates"""
    bench.application(AZURE_CLIENT_CERTIFICATE_PATH=bench.path("absent.pem"))
    command = ("repository", "list", "-n", "myregistry")
    bench.bad(*command, says=("cannot read the certificate", "absent.pem"))
    bench.set(AZURE_CLIENT_CERTIFICATE_PATH=bench.write("empty.pem", ""))
    bench.bad(*command, says="holds no certificate that can be read")
    bench.make_certificate()
    bench.set(AZURE_CLIENT_CERTIFICATE_PATH=bench.path("app.crt"))
    bench.bad(*command, says="holds no private key")
    bench.set(AZURE_CLIENT_CERTIFICATE_PATH=bench.path("app.key"))
    bench.bad(*command, says="holds no certificate that belongs to its private key")
    bench.set(AZURE_CLIENT_CERTIFICATE_PATH=bench.make_certificate("curve", key="ec"))
    bench.bad(*command, says="is no RSA key")
    bench.counted()


def test_certificate_not_known(bench):
    """a certificate that the application does not have"""
    bench.make_certificate("other")
    bench.server.certificate = bench.path("other.crt")
    bench.application(AZURE_CLIENT_CERTIFICATE_PATH=bench.make_certificate())
    bench.bad("show", "-n", "myregistry", "-g", "rg1", says=("AADSTS700027", "add it to the application"))
    assert bench.server.faults.pop().startswith("client assertion: x5t#S256")


def test_federated_file(bench):
    """a federated token file that is read again whenever a token is needed"""
    path = bench.write("token", f"\n {bench.server.new_assertion()}\r\n")
    bench.given = [path]
    bench.server.assertion_lifetime = 0
    bench.application(AZURE_FEDERATED_TOKEN_FILE=path)
    bench.list("--debug")
    bench.write("token", bench.server.new_assertion())
    bench.bad("show", "-n", "myregistry", "-g", "rg1", says=("AADSTS700024", "is not valid at this time"))
    bench.server.assertion_lifetime = 600
    bench.write("token", bench.server.new_assertion())
    bench.show()
    bench.set(ACR_CACHE_DIR="")
    bench.write("token", "\n")
    bench.bad("show", "-n", "myregistry", "-g", "rg1", says="token' is empty")
    os.remove(path)
    bench.bad("show", "-n", "myregistry", "-g", "rg1", says="cannot read the federated token")


def test_authority_host(bench):
    """the place to sign in that workload identity's webhook names"""
    bench.given = [bench.write("token", bench.server.new_assertion())]
    bench.application(AZURE_FEDERATED_TOKEN_FILE=bench.path("token"), AZURE_CLOUD_NAME="AzureChinaCloud",
                      AZURE_AUTHORITY_HOST="https://login.microsoftonline.com/")
    bench.acr("repository", "list", "-n", "myregistry")
    assert bench.server.counts["token"] == 1
    bench.set(AZURE_AUTHORITY_HOST="login.microsoftonline.com", ACR_CACHE_DIR="")
    bench.acr("repository", "list", "-n", "myregistry")
    assert bench.server.counts["token"] == 2
    bench.server.faults = []


def github(bench):
    bench.application(ACTIONS_ID_TOKEN_REQUEST_TOKEN="job-token", ACTIONS_ID_TOKEN_REQUEST_URL="https://pipelines."
                      "actions.githubusercontent.com/x/idtoken?api-version=2.0")


def test_github_actions(bench):
    """GitHub Actions' issuer is asked once for each token"""
    github(bench)
    bench.list("--debug")
    bench.counted(issuer=1, token=1, exchange=1, registry_token=1, registry=1)
    bench.show()
    bench.counted(issuer=1, token=1, management=1)
    bench.show()
    bench.counted(management=1)


def test_azure_pipelines(bench):
    """Azure Pipelines' issuer, with the application of its own variables"""
    bench.set(SYSTEM_OIDCREQUESTURI="https://dev.azure.com/org/project/_apis/distributedtask/hubs/build/plans/p/jobs/"
              "j/oidctoken", SYSTEM_ACCESSTOKEN="job-token",
              AZURESUBSCRIPTION_SERVICE_CONNECTION_ID=identity.CONNECTION,
              AZURESUBSCRIPTION_CLIENT_ID=identity.CLIENT, AZURESUBSCRIPTION_TENANT_ID=identity.TENANT)
    bench.list("--debug")
    bench.counted(issuer=1, token=1, exchange=1, registry_token=1, registry=1)


def test_issuer_refuses(bench):
    """an issuer that gives no token"""
    github(bench)
    bench.server.answer_github = lambda *_: identity.reply({"message": "no"}, 403)
    try:
        bench.bad("show", "-n", "myregistry", "-g", "rg1",
                  says=("GitHub Actions gave no token for the sign-in", "id-token: write"))
    finally:
        del bench.server.answer_github


def test_short_lives(bench):
    """tokens of two seconds: every command and every request gets one that is good"""
    github(bench)
    bench.server.lifetime = bench.server.assertion_lifetime = 2
    for _ in range(3):
        bench.list()
        bench.show()
    # One command that lasts longer than any token.
    bench.good("rest", "--method", "put", "--url", "https://management.azure.com/long", "--body", "{}", "--wait")
