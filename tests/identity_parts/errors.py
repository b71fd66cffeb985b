"""What refusals say."""
import identity
from identity_parts.application import github

COMMAND = ("show", "-n", "myregistry", "-g", "rg1")


def refuse(bench, code, error="invalid_grant", status=400):
    bench.server.problems.append(identity.Problem(error, code, f"The service's words about {code}.", status))


def test_each_reason(bench):
    """the code, what it means, and what to do, in one line"""
    bench.secret()
    for code, says in (
            (7000215, "the client secret is wrong"),
            (7000222, f"az ad app credential reset --id {identity.CLIENT}"),
            (700016, "check the client id and the tenant"),
            (700024, "is not valid at this time"),
            (700213, "az ad app federated-credential create"),
            (90002, "there is no such tenant; check the tenant"),
            (53003, "sign in from a network or device that it allows"),
            (50076, "multi-factor authentication is required"),
            (123456789, "The service's words about 123456789")):
        refuse(bench, code)
        ret = bench.bad(*COMMAND, says=(f"(AADSTS{code})", says, "c0ffee"))
        assert "Trace ID" not in ret.err, ret


def test_refused_with_403(bench):
    """a refusal is one whatever its status"""
    bench.secret()
    bench.server.problems = [identity.Problem("access_denied", 53003, "Blocked by conditional access.", 403)]
    bench.bad(*COMMAND, says=("(AADSTS53003)", "a conditional access policy of the tenant forbids it"))


def test_wrong_tenant(bench):
    """a tenant that does not exist"""
    bench.secret()
    bench.set(AZURE_TENANT_ID="33333333-2222-3333-4444-555555555555")
    bench.bad(*COMMAND, says=("AADSTS90002", "there is no such tenant; check the tenant and the cloud"))


def test_clock(bench):
    """a clock that is an hour off, in either direction, where times of it are what is refused"""
    bench.application(AZURE_CLIENT_CERTIFICATE_PATH=bench.make_certificate())
    bench.server.certificate = bench.path("app.crt")
    for shift, says in ((3600, "clock is 60 minutes behind"), (-3600, "clock is 60 minutes ahead of")):
        bench.server.date_shift = shift
        bench.bad(*COMMAND, says=("AADSTS700024", f"this machine's {says} the sign-in service's; set it right"))
    bench.server.date_shift = 240
    bench.show()


def test_clock_is_not_to_blame(bench):
    """a wrong secret is a wrong secret whatever the time"""
    bench.secret()
    bench.server.date_shift = 3600
    bench.set(AZURE_CLIENT_SECRET="another")
    bench.bad(*COMMAND, says="the client secret is wrong")


def test_audience(bench):
    """where the tenant does not know the registries' audience, management's is asked for"""
    bench.secret()
    bench.server.unknown_resources = (identity.REGISTRY_AUDIENCE,)
    bench.list("--debug")
    bench.counted(token=2, exchange=1, registry_token=1, registry=1)


def test_audience_configured(bench):
    """the audience in the configuration, by name and by URL"""
    bench.secret()
    bench.set(ACR_CACHE_DIR="")
    for value in ("containerregistry", identity.REGISTRY_AUDIENCE):
        bench.write("azure/config", f"[acr]\naudience_resource = {value}\n")
        bench.list()
    bench.write("azure/config", "[acr]\naudience_resource = elsewhere\n")
    bench.server.unknown_resources = ("https://elsewhere.azure.net",)
    bench.server.counts = {}
    bench.list()
    bench.counted(token=2, exchange=1, registry_token=1, registry=1)


def test_claims_challenge(bench):
    """continuous access evaluation: a new token with the claims, once"""
    github(bench)
    bench.show()
    bench.server.claims = {"essential": True, "value": "1604106651"}
    bench.server.counts = {}
    bench.show("--debug")
    bench.counted(issuer=1, token=1, management=2)
    bench.show()
    bench.counted(management=1)


def test_claims_challenge_without_end(bench):
    """a service that is never content is asked twice"""
    bench.secret()
    bench.server.claims = {"essential": True, "value": "1"}
    issue = bench.server.issue
    bench.server.issue = lambda *words, **members: issue(*words, **{**members, "claims": {}})
    try:
        bench.bad(*COMMAND, says="AuthenticationFailed")
        bench.counted(token=2, management=2)
    finally:
        del bench.server.issue


def test_service_fails_for_a_moment(bench):
    """answers that pass are waited out"""
    bench.secret()
    refuse(bench, 90033, "temporarily_unavailable", 503)
    bench.show()
    bench.counted(token=2, management=1)
