"""Comparisons of what was expected with what came: each returns a list of differences, empty when there is none."""
import difflib
import io
import json
import re
import tarfile
import urllib.parse

PATTERNS = {
    "{*}": r".*?", "{hex32}": r"[0-9a-f]{32}", "{n}": r"[0-9]+", "{decimal}": r"[0-9]+\.[0-9]+",
    "{uuid}": r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
}
SPLIT = re.compile("(" + "|".join(re.escape(name) for name in PATTERNS) + ")")


def matches(expected, actual):
    """Whether a text is as expected, patterns being good for what they stand for."""
    if expected == actual:
        return True
    return re.fullmatch("".join(PATTERNS.get(part) or re.escape(part) for part in SPLIT.split(expected)), actual,
                        re.MULTILINE) is not None


def text(what, expected, actual):
    if matches(expected, actual):
        return []
    lines = difflib.unified_diff(expected.splitlines(keepends=True), actual.splitlines(keepends=True),
                                 what + " expected", what + " found", n=2)
    return ["".join(line if line.endswith("\n") else line + " (no line end)\n" for line in lines).rstrip("\n")]


def values(expected, actual, where="", shape=False):
    """JSON values; with `shape`, members that are not expected must be null."""
    where = where or "/"
    if isinstance(expected, dict) and isinstance(actual, dict):
        ret = []
        for key in sorted(set(expected) | set(actual)):
            path = where.rstrip("/") + "/" + key
            if key not in actual:
                ret.append(f"{path} is missing")
            elif key in expected:
                ret += values(expected[key], actual[key], path, shape)
            elif not shape or actual[key] is not None:
                ret.append(f"{path} is not expected: {json.dumps(actual[key])}")
        return ret
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return [fault for at, (one, other) in enumerate(zip(expected, actual))
                for fault in values(one, other, f"{where.rstrip('/')}/{at}", shape)]
    if isinstance(expected, str) and isinstance(actual, str) and matches(expected, actual):
        return []
    if type(expected) is type(actual) and expected == actual:
        return []
    return [f"{where} is {json.dumps(actual)[:400]}, expected was {json.dumps(expected)[:400]}"]


def printed_json(expected, actual, shape):
    """A result on standard output: its value, and the form in which az prints it."""
    try:
        value = json.loads(actual)
    except ValueError as fault:
        return [f"stdout is not JSON ({fault}): {actual[:400]!r}"]
    form = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return ["stdout: " + fault for fault in values(json.loads(expected), value, shape=shape)] + \
        text("stdout's form", form, actual)


def raw(literal):
    """A text with \\n, \\r and \\xNN in it."""
    return literal.encode("latin-1", "backslashreplace").decode("unicode_escape")


def said(expected, actual):
    """Standard error."""
    if expected and expected.startswith("raw "):
        return text("stderr", raw(expected[4:]), actual)
    return text("stderr", expected + "\n" if expected else "", actual)


def printed(expected, actual):
    """Standard output in one of the forms that a case may use."""
    if expected is None:
        return text("stdout", "", actual)
    match = re.match(r"(json|shape|raw|begins)[ \n](.*)", expected, re.DOTALL)
    form, rest = match.groups() if match else (None, expected)
    if form in ("json", "shape"):
        return printed_json(rest, actual, form == "shape")
    if form == "raw":
        return text("stdout", raw(rest), actual.encode("utf-8", "surrogateescape").decode("latin-1"))
    if form == "begins":
        return [] if actual.startswith(rest) else text("stdout's beginning", rest, actual[:len(rest)])
    return text("stdout", expected + "\n", actual)


def query(target):
    """Path and parameters, decoded and in the order of their names."""
    path, _, rest = target.partition("?")
    pairs = [pair.partition("=") for pair in rest.split("&")] if rest else []
    return path, sorted((urllib.parse.unquote(name), urllib.parse.unquote(value)) for name, _, value in pairs)


def expected_query(url):
    """The same of an expected URL, whose parameters are written as they are meant."""
    path, _, rest = url.partition("?")
    pairs = [pair.partition("=") for pair in rest.split("&")] if rest else []
    return path, sorted((name, value) for name, _, value in pairs)


def same_pairs(expected, actual):
    return len(expected) == len(actual) and all(
        one[0] == other[0] and matches(one[1], other[1]) for one, other in zip(expected, actual))


def body_json(expected, actual):
    try:
        value = json.loads(actual)
    except ValueError:
        return [f"body is not JSON: {actual[:400]!r}"]
    return ["body: " + fault for fault in values(json.loads(expected), value)]


def body_form(expected, actual):
    wanted = sorted(tuple(urllib.parse.unquote(one) for one in pair.partition("=")[::2]) for pair in expected.split("&"))
    found = sorted(urllib.parse.parse_qsl(actual, keep_blank_values=True))
    return [] if same_pairs(wanted, found) else [f"form is {found}, expected was {wanted}"]


def entry_line(archive, entry):
    kind = "d" if entry.isdir() else "l" if entry.issym() else "f" if entry.isfile() else "?"
    line = f"{kind} {entry.mode:04o} {entry.name}"
    if entry.issym():
        return f"{line} {entry.linkname}"
    if entry.isfile() and entry.size:
        line += " " + archive.extractfile(entry).read().decode(errors="replace").rstrip("\n").replace("\n", "\\n")
    return line


def archive_entries(expected, actual):
    try:
        with tarfile.open(fileobj=io.BytesIO(actual), mode="r:gz") as archive:
            lines = [entry_line(archive, entry) for entry in archive]
    except (tarfile.TarError, OSError, EOFError) as fault:
        return [f"body is no tar.gz: {fault}"]
    return text("archive", "".join(line + "\n" for line in expected), "".join(line + "\n" for line in lines))
