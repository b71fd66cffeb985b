#!/usr/bin/python3
"""Compare -o json, jsonc, yaml, table and tsv, with and without --query, with what the Azure CLI's own output library
prints for the same random values.

usage: compare_output.py PRINT_OUTPUT [COUNT [SEED]]

PRINT_OUTPUT is the program made of print_output.c. Needs the Debian package azure-cli (its python3-knack); says so and
succeeds where that is missing."""
import collections
import json
import random
import re
import subprocess
import sys
import types
import unicodedata

try:
    import jmespath
    import pygments  # noqa: F401 (used by knack for colours)
    import yaml  # noqa: F401
    from knack import output, util
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(0)


def character_width(character):
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


# Debian's tabulate does without wcwidth and then counts characters. Width is what we want to see.
wcwidth = types.ModuleType("wcwidth")
wcwidth.wcswidth = lambda text: sum(map(character_width, text))
sys.modules["wcwidth"] = wcwidth

WORDS = ["a", "Z", "0", "1", "12", ".", "-", ":", " ", "  ", "#", "'", '"', "{", "[", "]", "}", "%", "@", "&", "*", "!",
         "|", ">", "`", "~", "?", ",", "=", "\\", "/", "null", "true", "yes", "1.5", "e3", "word ", "longer words ",
         ", ", "? ", "- ", ": ", " #", "<<", "\u00e9", "\u65e5\u672c", "\U0001f433", "e\u0301", "\u00a0", "\n"]
CONTROLS = ["\n", "\n\n", " \n", "\n ", "\t", "\x07", "\x1b", "\x7f", "\r", "\u2028", "\ufeff", "\u200b", "\ue000",
            "\uf8ff", "\u009f", "\U0010fffe"]
TYPED = ["", "~", "null", "Null", "NULL", "nULL", "true", "True", "yes", "No", "ON", "oFF", "on", "0", "07", "08", "-0",
         "+12", "1_000", "0b101", "0b", "0x1F", "0xg", "1:30", "1:70", "190:20:30", "190:20:30.15", "1.", "1.5", ".5",
         "-.5", "+.inf", ".NaN", "-.nan", "1e3", "1.0e+3", "1.0e3", "6.8523015e+5", "685_230.15", "1._5", ".", "._1",
         "<<", "=", "!", "&", "*", "-", "--", "---", "...", "?", ":", "a: b", "a #b", "- a", "#", "2023-12-21",
         "2023-1-2", "2023-12-21T23:56:34Z", "2023-12-21 23:56:34.85 +1:00", "2023-12-21t1:02:03", "2023-12-21T23:56",
         "2001-12-14 21:59:43.10 -5", "1.2.3", "v1", "sha256:0a", "@a", "%a", "`a", "'", '"', "a'b", "[]", "{}", " a",
         "a ", "\n", "a\n", "\na", "0.1.0", "1,000", "12e03", "0o14", "-0x1f", "+0b1", "0_", "_1", "1__2", "0:0", "-1:5"]
NAMES = ["name", "id", "type", "etag", "Name", "location", "sku", "tags", "value", "created on", "\u00e9tat", "x-y", "1",
         "true", "a: b", "size", "\U0001f433", "z"]
NUMBERS = [0, 1, -1, 42, 2.5, -0.001, 1e-7, 123456.789, 9007199254740991, 9999999999999998, 1.5e16, 1e22, -3.25e-12,
           0.1, 1e100, 0.0001, 0.00001]
QUERIES = [None, None, None, "@", "[]", "[0]", "[].name", "[].[name, size]", "[].{Z: name, a: size, id: id}", "name",
           "[?size].{n: name}", "{name: name, size: size, a: @}", "[name, size, tags]", "[[name, size]]", "*", "keys(@)",
           "sort_by([?name], &to_string(size))", "[].{n: name} | [0]", "length(@)", "[].sku[]", "merge(@, {b: name})"]


class Maker:
    def __init__(self, random_source, controls):
        self.random = random_source
        self.words = WORDS + (CONTROLS if controls else [])

    def text(self):
        if self.random.random() < 0.3:
            return self.random.choice(TYPED)
        count = self.random.choice([0, 1, 1, 2, 3, 4, 8, 20, 60])
        return "".join(self.random.choice(self.words) for _ in range(count))

    def scalar(self):
        return self.random.choice([None, True, False, self.random.choice(NUMBERS), self.text(), self.text(), self.text()])

    def key(self):
        return self.random.choice(NAMES) if self.random.random() < 0.9 else self.text()[:100]

    def value(self, depth=0):
        kind = self.random.random()
        if depth > 4 or kind < 0.45 + depth * 0.1:
            return self.scalar()
        size = self.random.choice([0, 1, 2, 3, 5])
        if kind < 0.7:
            return [self.value(depth + 1) for _ in range(size)]
        return {self.key(): self.value(depth + 1) for _ in range(size)}

    def rows(self):
        keys = self.random.sample(NAMES, 6)
        return [{key: self.value(3) for key in keys if self.random.random() < 0.8}
                for _ in range(self.random.randint(0, 5))]


def columns_transform(columns):
    """What the functions of the acr module's _format.py do with the values of a row."""
    def cell(item, path):
        value = item.get(path) if isinstance(item, dict) else None
        return str(value) if value or value == 0 else " "

    def transform(result):
        if isinstance(result, dict) and isinstance(result.get("value"), list):
            result = result["value"]
        rows = result if isinstance(result, list) else [result]
        return [collections.OrderedDict((header, cell(row, path)) for header, path in columns) for row in rows]
    return transform


FORMATTERS = {"json": output.format_json, "jsonc": output.format_json_color, "yaml": output.format_yaml,
              "table": output.format_table, "tsv": output.format_tsv}


def expected(request):
    value, query, columns = request["value"], request.get("query"), request.get("columns")
    try:
        if query:
            value = jmespath.compile(query).search(value, jmespath.Options(collections.OrderedDict))
        if value is None:
            return ""
        item = util.CommandResultItem(value, columns_transform(columns) if columns else None, bool(query))
        text = FORMATTERS[request["format"]](item)
    except (jmespath.exceptions.JMESPathError, util.CLIError):
        return None
    if request["format"] == "jsonc":  # white space is coloured, too: nobody can see that
        text = re.sub(r"\x1b\[37m([ \n]*)\x1b\[39;49;00m", r"\1", text)
    return text


def any_key(value, predicate):
    if isinstance(value, dict):
        return any(predicate(key) or any_key(item, predicate) for key, item in value.items())
    return isinstance(value, list) and any(any_key(item, predicate) for item in value)


def differs_on_purpose(request, wanted):
    """Where we do not want to print the same."""
    if request.get("columns"):  # a list in a column makes rows, not a Python list
        value = request["value"]
        rows = value.get("value", value) if isinstance(value, dict) else value
        rows = rows if isinstance(rows, list) else [value]
        return any(isinstance(row, dict) and isinstance(row.get(path), list)
                   for row in rows for _, path in request["columns"])
    if request["format"] == "yaml":
        if "&id001" in wanted:  # a query found the same object twice
            return True
        # Which keys are written behind "? ": libyaml counts bytes, PyYAML characters, and for it "" is one of them.
        return any_key(request["value"], lambda key: not key or len(key) < 129 <= len(key.encode()) + 1)
    if request["format"] == "table" and request.get("query"):
        # Lists in lists in lists are shown as Python prints them, which depends on its version.
        return "OrderedDict" in (wanted or "")
    return False


def make_request(source):
    form = source.choice(["json", "jsonc", "yaml", "yaml", "table", "table", "tsv"])
    maker = Maker(source, controls=form not in ("table", "jsonc"))
    value = source.choice([maker.value, maker.rows, maker.rows])()
    request = {"format": form, "value": value, "query": source.choice(QUERIES), "colour": form == "jsonc"}
    if form == "table" and source.random() < 0.3:
        request["query"] = None
        if isinstance(value, (list, dict)):
            request["columns"] = [["NAME", "name"], ["SIZE", "size"], ["LOCATION", "location"]]
    return request


def main():
    program = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 3000
    source = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    requests = [make_request(source) for _ in range(count)]
    lines = "".join(json.dumps(request, ensure_ascii=False) + "\n" for request in requests)
    answers = subprocess.run([program], input=lines.encode("utf-8", "surrogatepass"), stdout=subprocess.PIPE, check=True)
    failures = 0
    for request, line in zip(requests, answers.stdout.split(b"\n")[:-1], strict=True):
        answer = json.loads(line)
        got = None if isinstance(answer, dict) else answer
        wanted = expected(request)
        if got == wanted or differs_on_purpose(request, wanted):
            continue
        failures += 1
        if failures <= 10:
            print("--- " + json.dumps(request, ensure_ascii=False))
            print(f"wanted {wanted!r}\ngot    {got!r}")
    print(f"{count} values, {failures} differences")
    return 1 if failures else 0


sys.exit(main())
