"""What the recordings do not say themselves: the command lines of those that have no list, and in what the program
differs from the version of az that was recorded, with the reason."""
import datetime
import shlex
from dataclasses import dataclass
from typing import Callable

from recording import Line

# ---- command lines --------------------------------------------------------------------------------------------------

IDENTITY = "/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/cli_test_acrabac_000001/providers/" \
           "Microsoft.ManagedIdentity/userAssignedIdentities/acr000003"
BUILD = "acr build -r clireg000002 --source-acr-auth-id '[caller]' {}--image myimage:tag --no-logs " \
        "https://github.com/Azure-Samples/acr-build-helloworld-node.git"
TASK = "acr task create -n {} -r clireg000002 {}--context https://github.com/Azure-Samples/acr-build-helloworld-node " \
       "--image testtask:v1 -f Dockerfile --commit-trigger-enabled false"


def line(command, code=0, /, **checks):
    """`checks` are members of the result, __ standing for a dot."""
    return Line(shlex.split(command), [{"check": "equals", "query": name.replace("__", "."), "expected": value}
                                       for name, value in checks.items()], code)


def lists():
    """By the name of the recording, made anew each time: lines are given their exchanges."""
    return {
        "build_abac": [
            line("acr create -n clireg000002 -g cli_test_acrabac_000001 -l westus --sku Standard "
                 "--role-assignment-mode rbac-abac", roleAssignmentMode="AbacRepositoryPermissions"),
            line(BUILD.format(""), 1),
            line(BUILD.format(""), runId="cf2", status="Succeeded", runType="QuickRun", agentConfiguration__cpu=2),
            line("acr update -n clireg000002 -g cli_test_acrabac_000001 --role-assignment-mode rbac",
                 roleAssignmentMode="LegacyRegistryPermissions"),
            line(BUILD.format("--auth-mode Default "), 1),
        ],
        "registry_2026_09": [
            line("acr create -n clireg000002 -g clitest.rg000001 -l westus --sku Premium "
                 "--writable-cache-repos Enabled", name="clireg000002", sku__tier="Premium", writableCacheRepos="Enabled",
                 creationDate="2026-09-10T06:44:32.010007+00:00", provisioningState="Succeeded", identity=None,
                 resourceGroup="clitest.rg000001"),
            line("acr update -n clireg000002 -g clitest.rg000001 --writable-cache-repos Disabled",
                 writableCacheRepos="Disabled"),
            line("acr check-name -n clireg000002", nameAvailable=False, reason="AlreadyExists",
                 message="The registry clireg000002 is already in use."),
            line("acr list -g clitest.rg000001"),
            line("acr show-usage -n clireg000002 -g clitest.rg000001"),
            line("acr update -n clireg000002 -g clitest.rg000001 --tags foo=bar cat --admin-enabled true",
                 adminUserEnabled=True, tags={"foo": "bar", "cat": ""}),
        ],
        "task_abac": [
            line(TASK.format("testTask", "--source-acr-auth-id '[system]' "), identity__type="SystemAssigned",
                 credentials__sourceRegistry__identity="[system]", step__imageNames=["testtask:v1"]),
            line("acr task run -n testTask -r clireg000002 --no-logs", 1),
            line(f"acr task update -n testTask -r clireg000002 --source-acr-auth-id {IDENTITY}",
                 credentials__sourceRegistry__identity="22222222-2222-2222-2222-222222222222"),
            line(TASK.format("testTask2", f"--source-acr-auth-id {IDENTITY} "), identity__type="UserAssigned",
                 credentials__sourceRegistry__identity="22222222-2222-2222-2222-222222222222"),
            line(TASK.format("testTask3", ""), identity=None, name="testTask3"),
        ],
    }


# ---- what is another than recorded ----------------------------------------------------------------------------------

# Words of command lines that the recorder replaced in the requests only.
REPLACED_WORDS = {"dfb63c8c-7c89-4ef8-af13-75c1d873c895": "00000000-0000-0000-0000-000000000000",
                  "random": "password-a441b15f"}


@dataclass
class Difference:
    """`expect` makes of a recorded request body the one that is to come, `answer` of a recorded answer the one that
    newer versions of the API give. `refused` is the exit status of a command line that is not performed any more."""
    command: str
    why: str
    method: str = None
    expect: Callable = None
    answer: Callable = None
    refused: int = None


def without(key, value):
    """The property, if it has that value, is not sent."""
    def expect(body):
        if body["properties"].get(key) == value:
            del body["properties"][key]
    return expect


def with_member(key, value):
    return lambda body: body.setdefault(key, value)


def when(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def days_ahead(recorded, days):
    """A time that is counted from now, or the same as recorded."""
    def judge(found):
        ahead = when(found) - datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days)
        return None if abs(ahead.total_seconds()) < 120 or when(found) == when(recorded) else \
            f"is {found}, which is not {days} days ahead; recorded was {recorded}"
    return judge


def expiry(body):
    if "expiry" in body:
        body["expiry"] = days_ahead(body["expiry"], 1)


def subnet_key(value):
    """What was "id" in the rules for virtual networks, anywhere in the value."""
    if isinstance(value, dict):
        for rule in value.get("virtualNetworkRules") or []:
            rule["virtualNetworkSubnetResourceId"] = rule.pop("id")
        for member in value.values():
            subnet_key(member)


DIFFERENCES = [
    Difference("acr create", "az 2.85 and later do not send what is the default", "PUT",
               without("anonymousPullEnabled", False)),
    Difference("acr config content-trust update -n clireg000002 --status enabled",
               "content trust can only be disabled since az 2.87", refused=2),
    Difference("acr check-name", "az 2.72 and later always send the scope", "POST",
               with_member("autoGeneratedDomainNameLabelScope", "Unsecure")),
    Difference("acr token create", "times are compared as such, those counted from now within two minutes", "POST",
               expiry),
    Difference("acr network-rule", "the key of a subnet has another name since 2026-01-01-preview", "PATCH",
               subnet_key, subnet_key),
]


def differences(for_line):
    words = " ".join(for_line.argv)
    return [one for one in DIFFERENCES if (words + " ").startswith(one.command + " ")]
