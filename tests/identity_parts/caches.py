"""Tokens that are kept: many processes, killed ones, broken files."""
import fcntl
import os
import random
import signal
import stat
import time

COMMAND = ("repository", "list", "-n", "myregistry", "-o", "tsv")


def files(bench):
    return [bench.path("cache", name) for name in sorted(os.listdir(bench.path("cache")))]


def all_good(bench, processes):
    for ret in [bench.finish(one, COMMAND) for one in processes]:
        assert ret.status == 0 and ret.out == "app\n" and not ret.err, ret


def test_two_hundred_at_once(bench):
    """200 processes at once: one exchange"""
    bench.secret()
    all_good(bench, [bench.start(*COMMAND) for _ in range(200)])
    bench.counted(token=1, exchange=1, registry_token=1, registry=200)
    for path in files(bench):
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600, path


def test_fifty_in_a_row(bench):
    """50 commands in a row: one exchange"""
    bench.secret()
    for _ in range(50):
        bench.list()
    bench.counted(token=1, exchange=1, registry_token=1, registry=50)


def test_killed(bench):
    """processes that are killed at any moment leave nothing that hurts the next ones"""
    bench.secret()
    chance = random.Random(7)
    for _ in range(40):
        processes = [bench.start(*COMMAND) for _ in range(3)]
        time.sleep(chance.uniform(0, 0.12))
        for one in processes[:2]:
            one.send_signal(signal.SIGKILL)
            one.communicate()
        all_good(bench, processes[2:])
        if chance.random() < 0.3:
            for path in files(bench):
                os.remove(path)
    bench.list()


def test_truncated(bench):
    """files that were cut off at any length cost a warning and new tokens"""
    bench.secret()
    bench.list()
    for length in (0, 1, 40):
        for path in files(bench):
            if path.endswith(".json"):
                os.truncate(path, min(length, os.path.getsize(path)))
        ret = bench.acr(*COMMAND)
        assert ret.status == 0 and ret.out == "app\n", ret
        assert ret.err.startswith("WARNING: cannot use the cache") and ret.err.count("\n") == 1, ret
        bench.list()
    bench.counted(token=4, exchange=4, registry_token=4, registry=7)


def hold_locks(bench):
    """Lock every file of the cache as another process would; files to be closed."""
    held = []
    for path in files(bench):
        if path.endswith(".lock"):
            held.append(open(path, "r+b"))  # pylint: disable=consider-using-with
            fcntl.flock(held[-1], fcntl.LOCK_EX)
        else:
            os.remove(path)
    return held


def test_interrupted_while_waiting(bench):
    """Ctrl-C ends waiting for a lock"""
    bench.secret()
    bench.list()
    held = hold_locks(bench)
    assert held
    process = bench.start(*COMMAND)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    ret = bench.finish(process, COMMAND)
    assert ret.status == 130 and time.monotonic() - began < 20, ret
    for one in held:
        one.close()
    bench.list()


def test_readable_files_are_enough(bench):
    """tokens that are there are used though their locks are held"""
    bench.secret()
    bench.list()
    held = [open(path, "r+b") for path in files(bench) if path.endswith(".lock")]  # pylint: disable=consider-using-with
    for one in held:
        fcntl.flock(one, fcntl.LOCK_EX)
    bench.list()
    for one in held:
        one.close()
    bench.counted(token=1, exchange=1, registry_token=1, registry=2)


def test_no_files(bench):
    """nothing is written anywhere where there is no cache"""
    bench.secret()
    bench.set(ACR_CACHE_DIR="", AZURE_CONFIG_DIR=None)
    bench.list()
    bench.show()
    found = [os.path.join(folder, name) for folder, folders, names in os.walk(bench.folder) for name in folders + names]
    assert sorted(os.path.relpath(path, bench.folder) for path in found) == ["azure", "home", "tmp", "work"], found


def test_secrets_have_caches_of_their_own(bench):
    """another secret does not find the tokens of the right one"""
    bench.secret()
    bench.list()
    bench.set(AZURE_CLIENT_SECRET="another")
    bench.bad(*COMMAND, says="the client secret is wrong")
