"""Stories told by both programs: long rows of command lines, each program in a group and with a registry of its own.

What a line prints, its exit status and whether it is an error must be the same; a service's code and message, too.
"""
import concurrent.futures
import difflib
import json
import os
import re
import shlex

from az_server import Az
from compare_az_stories import NEWER, STORIES
from emulator_process import run

# Where the programs differ, the line says so: "acr show -n '' # az 1, acr 2: why".
REASON = re.compile(r"^(.*?) +# az (\d+), acr (\d+): (.*)$")
VOLATILE = (
    (r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)?", "TIME"),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID"),
    (r"localhost:\d+", "localhost:PORT"),
    (r"(seconds: |successful after |failed with error [^\n]* after )[0-9.]+", r"\1N"),
    (r"Run ID: cf\d+", "Run ID: cfN"),
    (r"(?<=[\"\s])[A-Za-z0-9+/]{52}(?=[\"\s]|$)", "PASSWORD"),
)
FILES = {
    "Dockerfile": "FROM mcr.microsoft.com/hello-world\n",
    "acb.yaml": "steps:\n  - cmd: mcr.microsoft.com/hello-world\n",
    "tag.txt": "fromfile\n\n", "bom.txt": "\ufeffbom\n", "lines.txt": "one\ntwo\n", "values.yaml": "a: b\n",
    "params.json": '{"api-version":"2021-04-01"}', "body.json": '{"tags":{"from":"file"}}', "headers.json": '{"X-A":"b"}',
}


def names_of(who, story):
    """Of the same length for both, so that tables are as wide."""
    who = "me" if who == "acr" else who
    return {"GROUP": f"told_{story}_{who}", "REGISTRY": f"told{story}{who}"}


def neutral(text, names):
    for name, value in names.items():
        text = re.sub(re.escape(value), name, text, flags=re.IGNORECASE)
    for pattern, stand_in in VOLATILE:
        text = re.sub(pattern, stand_in, text)
    # What a container says is buildah's matter, and buildah may lose it when the machine is busy.
    return re.sub(r"Hello from acr-emulator\..*?NAME:TAG \.\n", "", text, flags=re.DOTALL)


def without_newer(value):
    if isinstance(value, list):
        return [without_newer(item) for item in value]
    if isinstance(value, dict):
        return {name: without_newer(member) for name, member in value.items() if name not in NEWER}
    return value


def common(text):
    """JSON without what only the newest az prints; a text that is not formatted as az does stays as it is."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    if json_text(value) != text:
        return text
    return json_text(without_newer(value))


def json_text(value):
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def split(line, names, subscription):
    """Arguments, variables in front of them, and standard input behind `<<<`."""
    line, _, text = line.partition(" <<< ")
    line = line.replace("@SUB", subscription).replace("@G", names["GROUP"]).replace("@R", names["REGISTRY"])
    words = shlex.split(line)
    variables = {}
    while re.match(r"[A-Z_]+=", words[0]):
        name, _, value = words.pop(0).partition("=")
        variables[name] = value
    return words, variables, text.encode().decode("unicode_escape").encode()


class Outcome:
    def __init__(self, status, output, errors, names):
        self.status = status
        self.output = common(neutral(output, names))
        self.errors = neutral(errors, names)

    def error(self):
        return next((line for line in self.errors.splitlines() if line.startswith("ERROR: ")), "")


def tell(programs, who, story, lines):
    """What one program makes of a story."""
    names, environment = names_of(who, story), programs.emulator.environment
    folder = os.path.join(programs.emulator.scratch, f"{story}-{who}")
    os.mkdir(folder)
    for name, text in FILES.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    outcomes = []
    with Az(programs.az_environment()) as az:
        for line, *_ in lines:
            arguments, variables, text = split(line, names, environment["AZURE_SUBSCRIPTION_ID"])
            if who == "az":
                status, output, errors = az.run(arguments, variables, folder, text)
                outcome = Outcome(status, output.decode(errors="replace"), errors.decode(errors="replace"), names)
            else:
                done = run([programs.ours, *arguments], dict(environment, **variables), folder, text)
                outcome = Outcome(done.status, done.stdout, done.stderr, names)
            outcomes.append(outcome)
    return outcomes


def faults_of(their, our, statuses):
    faults = []
    if (their.status, our.status) != (statuses or (their.status, their.status)):
        faults.append(f"exit status {their.status} of az, {our.status} of acr")
    if not statuses:
        lines = difflib.unified_diff(their.output.splitlines(), our.output.splitlines(), "az", "acr", "", "", 2, "")
        difference = "\n".join(lines)
        if difference or their.output != our.output:
            faults.append(difference or f"line ends: {their.output!r} of az, {our.output!r} of acr")
        if bool(their.error()) != bool(our.error()):
            faults.append("only one of them says an error")
        if re.match(r"ERROR: \(\w+\) ", their.error()) and not our.error().startswith(their.error().rstrip(".")):
            faults.append("the service's words are not passed on")
    return [*faults, f"az said: {their.errors[-500:]}\nacr said: {our.errors[-500:]}"] if faults else []


def parse(text):
    """Lines with the exit statuses where these differ, and why."""
    for line in filter(str.strip, text.splitlines()):
        match = REASON.match(line.strip())
        yield (match[1], (int(match[2]), int(match[3])), match[4]) if match else (line.strip(), None, "")


def compare_stories(programs, tap, workers):
    stories = {name: list(parse(text)) for name, text in STORIES.items()}
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        told = {(name, who): pool.submit(tell, programs, who, name, lines)
                for name, lines in stories.items() for who in ("az", "acr")}
        for name, lines in stories.items():
            theirs, ours = told[name, "az"].result(), told[name, "acr"].result()
            for (line, statuses, reason), their, our in zip(lines, theirs, ours):
                why = f" ({reason})" if reason else ""
                tap.report(f"{name}: {line}{why}", faults_of(their, our, statuses))
