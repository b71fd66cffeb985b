"""Managed identity: whoever hosts the program knows who it is."""
import contextlib
import os
import socket
import time

import identity

ARC_FOLDER = "/var/opt/azcmagent/tokens"
KINDS = (("client_id", identity.CLIENT), ("object_id", identity.OBJECT), ("msi_res_id", identity.RESOURCE_ID))
COMMAND = ("show", "-n", "myregistry", "-g", "rg1")


def machine(bench):
    bench.set(AZURE_POD_IDENTITY_AUTHORITY_HOST=bench.local("/"))


def test_imds(bench):
    """the metadata service of a virtual machine, probed once"""
    machine(bench)
    bench.list("--debug")
    bench.counted(identity=2, probe=1, exchange=1, registry_token=1, registry=1)
    bench.list()
    bench.counted(registry=1)


def test_imds_subscription_by_option(bench):
    """a subscription that only the command line names"""
    machine(bench)
    bench.set(AZURE_SUBSCRIPTION_ID=None)
    bench.show("--subscription", identity.SUBSCRIPTION)


def test_imds_tenant(bench):
    """the tenant, which nobody but the token knows"""
    machine(bench)
    assert bench.good("account", "get-access-token", "--query", "tenant", "-o", "tsv").out.strip() == identity.TENANT


def test_imds_by_client_id(bench):
    """a user-assigned identity by its client id in the environment"""
    machine(bench)
    bench.set(AZURE_CLIENT_ID=identity.CLIENT)
    bench.server.identity = KINDS[0]
    bench.show()


def test_imds_is_slow_to_start(bench):
    """answers that pass: not found, gone, too many requests, errors"""
    machine(bench)
    bench.server.imds_failures = [404, 410, 429]
    began = time.monotonic()
    bench.show()
    assert 5 <= time.monotonic() - began < 120
    bench.counted(identity=5, probe=1, management=1)


def test_imds_without_identity(bench):
    """a machine that has no identity"""
    machine(bench)
    bench.server.identity_token = lambda *_: identity.reply({"error": "invalid_request", "error_description":
                                                            "Identity not found"}, 400)
    try:
        bench.bad(*COMMAND, says="Please run 'az login' to setup account")
    finally:
        del bench.server.identity_token


def test_imds_absent(bench):
    """no metadata service, or one that never answers: less than a second, and no word about it"""
    sentence = "ERROR: Please run 'az login' to setup account, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and " \
               "AZURE_CLIENT_SECRET.\n"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        bench.set(AZURE_POD_IDENTITY_AUTHORITY_HOST=f"http://127.0.0.1:{silent.getsockname()[1]}")
        began = time.monotonic()
        ret = bench.bad(*COMMAND, says=sentence)
        assert time.monotonic() - began < 15, ret
        silent.accept()[0].close()
        # The next command does not even try: this is remembered for a minute.
        silent.setblocking(False)
        bench.bad(*COMMAND, says=sentence)
        with contextlib.suppress(BlockingIOError):
            silent.accept()
            raise AssertionError("it tried again")
    # Nobody is there, and nothing is remembered.
    bench.set(AZURE_POD_IDENTITY_AUTHORITY_HOST="http://127.0.0.1:9", ACR_CACHE_DIR="")
    bench.bad(*COMMAND, says=sentence)


def test_imds_of_another_cloud(bench):
    """a metadata service that is not Azure's"""
    bench.server.answer_imds = lambda *_: identity.HttpReply(404, [("Content-Type", "text/html")], b"<html>no</html>")
    machine(bench)
    try:
        began = time.monotonic()
        bench.bad(*COMMAND, says="Please run 'az login' to setup account")
        assert time.monotonic() - began < 5
    finally:
        del bench.server.answer_imds


def test_app_service(bench):
    """App Service, with its secret"""
    bench.set(IDENTITY_ENDPOINT=bench.local("/msi/token"), IDENTITY_HEADER="host-secret")
    bench.list("--debug")
    bench.counted(identity=1, exchange=1, registry_token=1, registry=1)


def test_app_service_by_client_id(bench):
    """App Service, a user-assigned identity"""
    bench.set(IDENTITY_ENDPOINT=bench.local("/msi/token"), IDENTITY_HEADER="host-secret",
              AZURE_CLIENT_ID=identity.CLIENT)
    bench.server.identity = KINDS[0]
    bench.list()
    bench.server.identity = None
    bench.set(ACR_CACHE_DIR="")
    bench.bad(*COMMAND, says=("App Service gave no token for the managed identity", "Identity not found"))


def test_machine_learning(bench):
    """Azure Machine Learning, which tells the end of a token as a date"""
    bench.set(MSI_ENDPOINT=bench.local("/old/token"), MSI_SECRET="host-secret", AZURE_CLIENT_ID=identity.CLIENT)
    bench.server.identity = ("clientid", identity.CLIENT)
    bench.list("--debug")


def test_cloud_shell(bench):
    """Cloud Shell, which has its user's identity and no other"""
    bench.set(MSI_ENDPOINT=bench.local("/shell/token"))
    bench.list("--debug")
    bench.set(AZURE_CLIENT_ID=identity.CLIENT)
    bench.bad(*COMMAND, says=("Cloud Shell cannot give a token", "it knows no user-assigned identities"))


def test_service_fabric(bench):
    """Service Fabric is refused with a word"""
    bench.set(IDENTITY_ENDPOINT=bench.local("/msi/token"), IDENTITY_HEADER="x", IDENTITY_SERVER_THUMBPRINT="ab")
    bench.bad(*COMMAND, says="managed identities of Service Fabric are not supported")
    bench.counted()


def arc(bench, path, contents):
    bench.server.arc_key = (path, contents)
    bench.set(IDENTITY_ENDPOINT=bench.local("/arc/token"), IMDS_ENDPOINT=bench.local())


def test_arc(bench):
    """Azure Arc, with the key that its agent names"""
    made = [folder for folder in ("/var/opt/azcmagent", ARC_FOLDER) if not os.path.exists(folder)]
    os.makedirs(ARC_FOLDER, exist_ok=True)
    path = f"{ARC_FOLDER}/acr-test-{os.getpid()}.key"
    try:
        with open(path, "w", encoding="ascii") as file:
            file.write("the-key-of-the-agent")
        bench.server.secrets.add("the-key-of-the-agent")
        arc(bench, path, "the-key-of-the-agent")
        bench.list("--debug")
        bench.counted(identity=2, exchange=1, registry_token=1, registry=1)
        with open(path, "w", encoding="ascii") as file:
            file.write("x" * 4097)
        bench.set(ACR_CACHE_DIR="")
        bench.bad(*COMMAND, says="it is no file of at most 4096 bytes")
        os.remove(path)
        os.symlink("/etc/hostname", path)
        bench.bad(*COMMAND, says="it is no file of at most 4096 bytes")
    finally:
        os.remove(path)
        for folder in reversed(made):
            os.rmdir(folder)


test_arc.skip = lambda: None if os.geteuid() == 0 else "only the superuser can play the agent"


def test_arc_names_another_file(bench):
    """an agent that names a file elsewhere is not obeyed"""
    for path in (bench.write("secret.key", "x"), ARC_FOLDER + "/../x.key", ARC_FOLDER + "/x.txt", ARC_FOLDER + "/.key",
                 ARC_FOLDER + "x/a.key"):
        arc(bench, path, "x")
        bench.bad(*COMMAND, says=f"Azure Arc's agent names the file '{path}', which is refused")
