"""Recorded traffic: scenarios, their command lines, and which exchanges belong to which line."""
import itertools
import json
import os
import re
import urllib.parse
from dataclasses import dataclass, field

GROUP = re.compile(r"/resource[gG]roups/[^/?]+")
# The signed part of an operation's address: each answer may renew it.
SIGNATURE = ("t", "c", "s", "h")


def lower_group(text):
    """az takes the group's name from ids in lower case or as typed; for the service both are one."""
    return GROUP.sub(lambda match: match.group(0).lower(), text)


@dataclass(frozen=True)
class Place:
    """What a request is for: everything but the version of the API and a signature."""
    method: str
    url: str
    query: tuple

    def __str__(self):
        return f"{self.method} {self.url}" + "".join(f" {name}={value}" for name, value in self.query)


def is_registry(url):
    """Whether a URL without its scheme is one of a registry, not of its management."""
    return url.partition("/")[0].endswith(".azurecr.io")


def is_signed(url):
    return all(f"&{name}=" in url for name in SIGNATURE)


def place_of(method, url):
    """The place, and the api-version (None when there is none)."""
    parts = urllib.parse.urlsplit(url)
    pairs = [pair.partition("=") for pair in parts.query.split("&")] if parts.query else []
    query = {urllib.parse.unquote(name): urllib.parse.unquote(value) for name, _, value in pairs}
    version = query.pop("api-version", None)
    if is_signed(url):
        query = {name: value for name, value in query.items() if name not in SIGNATURE}
    path = lower_group(urllib.parse.unquote(parts.path))
    return Place(method, parts.netloc.lower() + path, tuple(sorted(query.items()))), version


class Exchange:
    """One request with its answer."""

    def __init__(self, recorded):
        request, answer = recorded["request"], recorded["response"]
        self.signature = (recorded["command"], recorded["options"])
        self.method, self.body = request["method"], request.get("body")
        self.place, self.version = place_of(self.method, request["url"])
        self.status, self.headers, self.answer = answer["status"], answer["headers"], answer["body"]

    def reads(self):
        """Whether az may have asked it more often than needed."""
        return self.method == "GET" or self.place.url.endswith(("/listDetails", "/oauth2/exchange", "/oauth2/token"))

    def belongs_to(self, signature):
        """Requests to a registry itself came without the names of command and options."""
        return self.signature == signature or (self.signature == ("", "") and is_registry(self.place.url))


@dataclass
class Line:
    """One command line: what it asked and what has to come of it."""
    argv: list
    checks: list = field(default_factory=list)
    exit: int = 0
    ours: bool = True
    files: list = field(default_factory=list)
    exchanges: list = field(default_factory=list)

    def signature(self):
        """Command and options as the recorder noted them."""
        words = itertools.takewhile(lambda word: not word.startswith("-"), self.argv)
        return " ".join(words), " ".join(word for word in self.argv if re.match(r"--?[a-z]", word))


def split(run, count):
    """Share the exchanges of `count` equal command lines: each line begins with the same request, and the next one
    begins with the last such request in front of what it changes. Where not all change equally much, all lines make
    that request equally often."""
    if count == 1:
        return [run]
    writes = [at for at, exchange in enumerate(run) if not exchange.reads()]
    begins = [at for at, exchange in enumerate(run) if exchange.place == run[0].place]
    if writes and len(writes) % count == 0:
        each, ends = len(writes) // count, [0]
        for first in writes[each::each]:
            ends.append(max((at for at in begins if ends[-1] < at < first), default=first))
    elif len(begins) % count == 0:
        ends = begins[::len(begins) // count]
    else:
        raise ValueError(f"{run[0].signature} is {count} times in the list of commands, which does not fit")
    return [run[a:b] for a, b in zip(ends, ends[1:] + [len(run)])]


def assign(lines, exchanges):
    """Give each line its exchanges; those of no line are left over."""
    at = 0
    for signature, group in itertools.groupby(lines, key=Line.signature):
        group = list(group)
        first = next((i for i in range(at, len(exchanges)) if exchanges[i].signature == signature), None)
        if first is None:
            continue
        end = first
        while end < len(exchanges) and exchanges[end].belongs_to(signature):
            end += 1
        for line, part in zip(group, split(exchanges[first:end], len(group))):
            line.exchanges = part
        at = end


def load(folder, name, lists):
    """The command lines of a scenario with their exchanges. `lists` has those that were not recorded."""
    with open(os.path.join(folder, name + ".json"), encoding="utf-8") as file:
        exchanges = [Exchange(one) for one in json.load(file)]
    path = os.path.join(folder, "commands", name + ".json")
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            lines = [Line(**one) for one in json.load(file)]
    else:
        lines = lists[name]
    assign(lines, exchanges)
    return lines, len(exchanges)


def scenarios(folder):
    return sorted(name[:-len(".json")] for name in os.listdir(folder) if name.endswith(".json"))
