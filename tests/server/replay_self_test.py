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


def changed(change):
    recording = copy.deepcopy(GOOD)
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


def self_tests():
    """(what, line, words of the complaint; None when there must be none)."""
    yield "a recording that is as it should be", GOOD.line(), None
    for what, change, complaint in WRONG:
        yield what, changed(change).line(), complaint
