"""Proxies on the way, and who may see their passwords."""
import contextlib

from forward_proxy import ForwardProxy
from identity_bench import Failed

COMMAND = ("show", "-n", "myregistry", "-g", "rg1", "--debug")
HOSTS = ["login.microsoftonline.com:443", "management.azure.com:443"]


@contextlib.contextmanager
def proxy_for(bench, **options):
    bench.secret()
    bench.set(HTTPS_PROXY=None, ACR_CACHE_DIR="")
    proxy = ForwardProxy(bench.server.tunnel.port, **options)
    try:
        yield proxy
    finally:
        proxy.close()


def test_login(bench):
    """user name and password with what is special in URLs, in each of the variables"""
    password = bench.server.new_secret("proxy") + "@/%41"
    with proxy_for(bench, login="corp\\me:" + password) as proxy:
        encoded = password.replace("%", "%25").replace("@", "%40").replace("/", "%2F")
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            bench.set(**{name: f"http://corp%5Cme:{encoded}@127.0.0.1:{proxy.port}"})
            bench.good(*COMMAND)
            bench.set(**{name: None})
        bench.set(HTTPS_PROXY=f"http://corp%5Cme:{password[:-4]}@127.0.0.1:{proxy.port}")
        bench.bad(*COMMAND[:-1], says=("HTTP status 407", "check the user name and password in HTTPS_PROXY"))
        bench.set(HTTPS_PROXY=f"127.0.0.1:{proxy.port}")
        bench.bad(*COMMAND[:-1], says="put user name and password into HTTPS_PROXY: http://user:password@127.0.0.1:")
    if proxy.hosts != HOSTS * 4:
        raise Failed(f"the proxy was asked for {proxy.hosts}")


def test_lower_case_wins(bench):
    """as for the Azure CLI"""
    with proxy_for(bench) as proxy:
        bench.set(HTTPS_PROXY="http://127.0.0.1:1", https_proxy=f"http://127.0.0.1:{proxy.port}")
        bench.good(*COMMAND)


def test_no_proxy(bench):
    """the hosts that it is not used for: these cannot be found here"""
    with proxy_for(bench) as proxy:
        bench.set(HTTPS_PROXY=f"http://127.0.0.1:{proxy.port}", NO_PROXY="a.example,*.azure.com:443")
        bench.bad(*COMMAND[:-1], says="cannot find the host management.azure.com:443")
        bench.set(NO_PROXY="azure.com:80")
        bench.good(*COMMAND)


def test_tls(bench):
    """TLS to the proxy too, whose certificate is looked at like all others"""
    contexts = bench.server.certificates.contexts
    with proxy_for(bench, context=contexts["trusted"]) as proxy:
        bench.set(HTTPS_PROXY=f"https://localhost:{proxy.port}")
        bench.good(*COMMAND)
    for name, says in (("unknown-ca", "issuer 'CN=Unknown CA'"), ("wrong-host", "issuer 'CN=Test CA'")):
        with proxy_for(bench, context=contexts[name]) as proxy:
            bench.set(HTTPS_PROXY=f"https://localhost:{proxy.port}")
            bench.bad(*COMMAND[:-1], says=(f"certificate of the proxy localhost:{proxy.port} was refused", says))


def test_verification_stays(bench):
    """az's switch for it has no effect but a warning"""
    bench.secret()
    bench.set(AZURE_CLI_DISABLE_CONNECTION_VERIFICATION="1")
    ret = bench.acr(*COMMAND[:-1])
    if ret.status or ret.err.count("\n") != 1 or "certificates are always verified" not in ret.err:
        raise Failed(str(ret))
    bench.set(ACR_CA_BUNDLE=None, ACR_CACHE_DIR="")
    ret = bench.acr(*COMMAND[:-1])
    if ret.status != 1 or "was refused" not in ret.err:
        raise Failed(str(ret))
