"""Recordings that are wrong on purpose: (what is wrong, the change to the recording, words of the complaint)."""
import copy
from dataclasses import dataclass

from recording import Exchange, Line

ID = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg1/providers/Microsoft.ContainerRegistry/" \
     "registries/myregistry"
URL = "https://management.azure.com" + ID
REGISTRY = {"id": ID, "name": "myregistry", "location": "westus", "sku": {"name": "Basic"},
            "properties": {"adminUserEnabled": True, "provisioningState": "Succeeded"}}


def exchange(method, url, body, status, answer, headers=None):
    return {"command": "acr update", "options": "-n -g --admin-enabled",
            "request": {"method": method, "url": url, "body": body},
            "response": {"status": status, "headers": headers or {}, "body": answer}}


POLL = URL + "/operationStatuses/1?api-version=2023-11-01-preview&t=1&c=2&s=3&h=4"


@dataclass
class Recording:
    """An update that takes a while."""
    argv: list
    exchanges: list
    check: dict
    exit: int = 0

    def line(self):
        line = Line(self.argv, [self.check], self.exit)
        line.exchanges = [Exchange(one) for one in self.exchanges]
        return line


GOOD = Recording(
    ["acr", "update", "-n", "myregistry", "-g", "rg1", "--admin-enabled", "true"],
    [exchange("GET", URL + "?api-version=2023-11-01-preview", None, 200, REGISTRY),
     exchange("PATCH", URL + "?api-version=2023-11-01-preview", {"properties": {"adminUserEnabled": True}}, 201,
              REGISTRY, {"azure-asyncoperation": POLL}),
     exchange("GET", POLL, None, 200, {"status": "Succeeded"}),
     exchange("GET", URL + "?api-version=2023-11-01-preview", None, 200, REGISTRY)],
    {"check": "equals", "query": "adminUserEnabled", "expected": True})


HOST = "https://myregistry.azurecr.io"
FORM = "grant_type=access_token&service=myregistry.azurecr.io&tenant=t&access_token=recorded"


def on_registry(method, path, body, status, answer, headers=None):
    """What was asked of the registry itself was recorded without the names of command and options."""
    return {**exchange(method, HOST + path, body, status, answer, headers), "command": "", "options": ""}


LOGIN = Recording(
    ["acr", "login", "-n", "myregistry", "--expose-token"],
    [on_registry("GET", "/v2/", None, 401, {}, {"www-authenticate": f'Bearer realm="{HOST}/oauth2/token",'
                                                                    'service="myregistry.azurecr.io"'}),
     on_registry("POST", "/oauth2/exchange", FORM, 200, {"refresh_token": "recorded"})],
    {"check": "equals", "query": "refreshToken", "expected": "recorded"})

LIST = URL.rsplit("/", 1)[0] + "?api-version=2023-11-01-preview"
PAGES = Recording(
    ["acr", "list", "-g", "rg1"],
    [exchange("GET", LIST, None, 200, {"value": [REGISTRY], "nextLink": LIST + "&$skiptoken=2"}),
     exchange("GET", LIST + "&$skiptoken=2", None, 200, {"value": [REGISTRY]})],
    {"check": "equals", "query": "length(@)", "expected": 2})


def changed(change, good=GOOD):
    recording = copy.deepcopy(good)
    change(recording)
    return recording


def set_body(recording, body):
    recording.exchanges[1]["request"]["body"] = body


def more_writes(recording):
    recording.exchanges.insert(1, exchange("POST", URL + "/listCredentials?api-version=1", None, 200, {}))


def other_poll(recording):
    recording.exchanges[1]["response"]["headers"]["azure-asyncoperation"] = POLL.replace("/1?", "/2?")


def other_answer(recording):
    answer = copy.deepcopy(REGISTRY)
    answer["properties"]["bogus"] = 1
    recording.exchanges[3]["response"]["body"] = answer


WRONG = [
    ("a request that is not recorded", lambda it: it.exchanges.pop(), "the recording has no GET"),
    ("an operation that is not recorded", other_poll, "the recording has no GET"),
    ("a request that never comes", more_writes, "the request never came: POST"),
    ("another value in the body", lambda it: set_body(it, {"properties": {"adminUserEnabled": False}}),
     "body/properties/adminUserEnabled is true, recorded was false"),
    ("a member that is not recorded", lambda it: set_body(it, {"properties": {}}),
     "body/properties/adminUserEnabled is not recorded: true"),
    ("a member that is missing", lambda it: set_body(it, {"properties": {"adminUserEnabled": True}, "tags": {}}),
     "body/tags is missing"),
    ("no body recorded", lambda it: set_body(it, None), "body is {"),
    ("another exit status", lambda it: setattr(it, "exit", 3), "exit is 0, expected was 3"),
    ("a check of another value", lambda it: it.check.update(expected=False), "adminUserEnabled is True"),
    ("a check that 1 is not true", lambda it: it.check.update(expected=1), "adminUserEnabled is True"),
    ("a check of another kind", lambda it: it.check.update(check="bogus"), "a check 'bogus'"),
    ("an answer that is not printed", other_answer, "/bogus is not printed, answered was 1"),
    ("a check that something exists", lambda it: it.check.update(check="exists", query="nothing"), "nothing is null"),
]


def other_service(recording):
    recording.exchanges[1]["request"]["body"] = FORM.replace("service=my", "service=your")


def other_page(recording):
    recording.exchanges[1]["response"]["body"] = {"value": [{**REGISTRY, "bogus": 1}]}


def self_tests():
    """(what, line, words of the complaint; None when there must be none)."""
    for what, good in (("a recording", GOOD), ("a sign-in", LOGIN), ("a list of two pages", PAGES)):
        yield f"{what} that is as it should be", good.line(), None
    yield "another field of a form", changed(other_service, LOGIN).line(), "body/service is \"myregistry.azurecr.io\""
    yield "a second page that is not printed", changed(other_page, PAGES).line(), "/1/bogus is not printed"
    for what, change, complaint in WRONG:
        yield what, changed(change).line(), complaint
