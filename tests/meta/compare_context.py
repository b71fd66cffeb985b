"""Random folders under random ignore files: what `acr build --dry-run` says about az against what az packs.

compare_context.py ACR COUNT SEED
"""
import json
import logging
import os
import random
import subprocess
import sys
import tarfile
import tempfile

sys.path.insert(0, "/usr/lib/python3/dist-packages")
from azure.cli.command_modules.acr import _archive_utils  # noqa: E402 pylint: disable=wrong-import-position

NAMES = ["a", "b", ".env", "x.log", "node_modules", "src", "c.d", "a+b"]
RULES = ["a", "b", "*.log", "**/.env", "node_modules/", "/src", "!src/b", "**", "*", "a+b", "!a/x.log", "src/*", "?",
         "**/x.log", "a/**", ".env", "!**/.env", "#x", "  a", "src/", "!b/", "(a|b)", "[ab]", "c.d", "a/**/b", "!/src/"]


def make_folder(folder, chance):
    """Fill the folder; returns the Dockerfile's name."""
    for _ in range(chance.randint(1, 14)):
        path = os.path.join(folder, *chance.choices(NAMES, k=chance.randint(1, 4)))
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            open(path, "x", encoding="utf-8").close()
        except OSError:
            pass  # a name that is taken already
    for name, share in ((".dockerignore", 0.9), ("Other.dockerignore", 0.3)):
        if chance.random() < share:
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write("".join(rule + "\n" for rule in chance.choices(RULES, k=chance.randint(0, 6))))
    if chance.random() < 0.5:
        os.mkdir(os.path.join(folder, ".git"))
        open(os.path.join(folder, ".git/HEAD"), "x", encoding="utf-8").close()
    dockerfile = chance.choice(["Dockerfile", "Other"])
    open(os.path.join(folder, dockerfile), "x", encoding="utf-8").close()
    return dockerfile


def packed_by_az(folder, dockerfile):
    with tempfile.NamedTemporaryFile(suffix=".tar.gz") as archive:
        _archive_utils._pack_source_code(  # pylint: disable=protected-access
            folder, archive.name, os.path.join(folder, dockerfile), "the Dockerfile")
        with tarfile.open(archive.name) as tar:
            return {entry.name for entry in tar if not entry.isdir()} - {"the Dockerfile"}


def told_by_acr(acr, folder, dockerfile):
    """What az packs, as acr says it, and folders of which it packs something; None where it does not name all."""
    done = subprocess.run([acr, "build", "--dry-run", folder, "-f", os.path.join(folder, dockerfile), "--query",
                           "[?type!='folder'].path"], capture_output=True, text=True, check=True)
    paths = set(json.loads(done.stdout or "[]"))
    for line in done.stderr.splitlines():
        if line.startswith("az acr would"):
            names = set(line.split(": ", 1)[1].split(", "))
            if "…" in names:
                return None
            paths = paths | names if "also send" in line else paths - names
    return {path for path in paths if not path.endswith("/")}, tuple(path for path in paths if path.endswith("/"))


def main():
    acr, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    chance, compared = random.Random(seed), 0
    logging.disable(logging.CRITICAL)
    for number in range(count):
        with tempfile.TemporaryDirectory() as folder:
            dockerfile = make_folder(folder, chance)
            told, packed = told_by_acr(acr, folder, dockerfile), packed_by_az(folder, dockerfile)
            if told is None:
                continue
            compared += 1
            told, folders = told
            if told != {path for path in packed if not path.startswith(folders)}:
                print(f"folder {number}: az packs {sorted(packed)}, acr says {sorted(told)}, {folders}")
                return 1
    print(f"{compared} of {count} folders compared")
    return 0 if compared > count / 2 else 1


if __name__ == "__main__":
    sys.exit(main())
