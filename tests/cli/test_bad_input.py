"""What cannot be done on a booted system: each with an exit status and a message of its own, and nothing changed."""

from __future__ import annotations

import json
import subprocess
import time

import pytest

from harness import documents

# Holds the lock as any program does that uses libostree, until its input ends.
_LOCKER = """
import sys
import gi
gi.require_version("OSTree", "1.0")
from gi.repository import OSTree
sysroot = OSTree.Sysroot.new_default()
sysroot.initialize_with_mount_namespace(None)  # for where /sysroot is read-only
sysroot.load(None)
sysroot.lock()
print("locked", flush=True)
sys.stdin.read()
"""

# Starts the command in its arguments, and sends it a signal once it listens and has had time to come to the lock.
_SIGNALLER = """
import signal, subprocess, sys, time
process = subprocess.Popen(sys.argv[2:])
number = signal.Signals[sys.argv[1]]
def listens():
    with open(f"/proc/{process.pid}/status") as status:
        masks = dict(line.split(":\\t") for line in status if line.startswith("Sig"))
    return int(masks["SigCgt"], 16) & 1 << number - 1
while process.poll() is None and not listens():
    time.sleep(0.01)
time.sleep(0.3)
process.send_signal(number)
sys.exit(process.wait() & 0xff)
"""


@pytest.fixture
def refused(unlock, unchanged, exit_status):
    """Run the command in both forms of output: refused for that reason, in the same words, and nothing changed."""

    def run(kind: str, *words: str, **options: object) -> dict:
        with unchanged():
            text = unlock(*words, **options)
            result = unlock(*words, "--json", **options)
        assert text.returncode == result.returncode == exit_status[kind], f"{text}\n{result}"
        assert (text.stdout, result.stderr) == ("", "")
        document = documents.parse(result.stdout)
        assert document.keys() == {"format", "error"}
        error = document["error"]
        assert error["kind"] == kind
        assert text.stderr == f"ostree-unlock: {error['message']}\n"
        return error

    return run


@pytest.fixture
def lock(system):
    """Let somebody hold the lock of the sysroot; it is free again after `communicate` with it."""

    def hold():
        locker = ["/usr/bin/python3", "-B", "-c", _LOCKER]
        process = system.popen(locker, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "locked\n"
        return process

    return hold


PREPARE = {"begin": "true", "end": "ostree-unlock begin", "apply next": "ostree commit -b next --tree=ref=debian/$(hostname)"}


@pytest.mark.parametrize("verb", PREPARE)
def test_not_root(system, refused, verb):
    system.run(PREPARE[verb])
    error = refused("permission-denied", *verb.split(), user="nobody")
    assert "root" in error["message"]


def test_status_and_detect_need_no_root(system, unlock):
    for prepare in ("true", "ostree-unlock begin"):
        system.run(prepare)
        state = json.loads(unlock("--json").stdout)["hierarchies"][0]["unlocked"]
        result = unlock("--json", user="nobody")
        assert result.returncode == 0, result
        (usr,) = json.loads(result.stdout)["hierarchies"]
        assert (usr["unlocked"], usr["writable"]) == (state, False)
        assert usr["upper_reason"]
        assert unlock(user="nobody").returncode == 0
        assert unlock("--usage", user="nobody").returncode == 0
        assert json.loads(unlock("detect", "--json", user="nobody").stdout)["unlocked"] == state


@pytest.mark.parametrize("state", ["development", "transient"])
def test_already_unlocked(system, refused, state):
    system.run(f"ostree-unlock begin {state}")
    error = refused("already-unlocked", "begin", state)
    assert state in error["message"]
    assert "`ostree-unlock end`" in error["next"]
    assert error["path"] == "/usr"


def test_nothing_to_end(refused):
    error = refused("not-unlocked", "end")
    assert error["path"] == "/usr"
    assert error["next"]


@pytest.mark.parametrize("verb", ["status", "begin", "end"])
def test_a_sysroot_that_is_not_the_booted_one(system, refused, verb):
    system.run("mkdir -p /var/other && ostree admin init-fs --modern /var/other")
    error = refused("not-booted", verb, "--sysroot", "/var/other")
    assert error["path"] == "/var/other"
    assert error["next"]


def test_the_booted_sysroot_by_name(unlock):
    assert json.loads(unlock("--json", "--sysroot", "/").stdout) == json.loads(unlock("--json").stdout)


def test_a_sysroot_that_does_not_exist(refused):
    error = refused("failed", "begin", "--sysroot", "/nowhere")
    assert error["path"] == "/nowhere"
    assert "No such file" in error["message"]


@pytest.mark.parametrize("verb", PREPARE)
def test_the_lock_is_held(system, refused, lock, verb):
    system.run(PREPARE[verb])
    locker, words = lock(), verb.split()
    error = refused("sysroot-locked", *words)
    assert error["path"] == "/sysroot/ostree/lock"
    (holder,) = error["holders"]
    assert (holder["command"], holder["use"], holder["uid"]) == ("python3", "locks", 0)

    started = time.monotonic()
    refused("sysroot-locked", *words, "--lock-wait", "0.5")
    assert 1 <= time.monotonic() - started < 10

    # Whoever waits goes on as soon as the lock is free.
    waiting = system.popen(["ostree-unlock", *words, "--lock-wait", "30"], stdout=subprocess.PIPE, text=True)
    time.sleep(0.3)
    assert waiting.poll() is None
    locker.communicate()
    waiting.communicate(timeout=20)
    assert waiting.returncode == 0


def test_a_time_limit_that_went_by_while_it_waited_for_the_lock(system, unchanged, exit_status, lock):
    """Its timer has found nothing to end, and would not come again."""
    locker = lock()
    with unchanged():
        words = ["ostree-unlock", "begin", "--for", "2s", "--lock-wait", "30"]
        waiting = system.popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        # it has the limit by then: what waits is a thread of its own
        threads = "cat /proc/$(pgrep -x ostree-unlock)/task/*/comm | grep -cx ostree-unlock"
        system.run(f"until test $({threads}) -gt 1; do sleep 0.1; done 2>/dev/null", timeout=20)
        time.sleep(3)
        locker.communicate()
        _, said = waiting.communicate(timeout=20)
        assert waiting.returncode == exit_status["sysroot-locked"] and "time limit was over" in said, said


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_cancelled_while_it_waits_for_the_lock(system, unchanged, exit_status, lock, number):
    locker = lock()
    with unchanged():
        started = time.monotonic()
        result = system.run(
            ["/usr/bin/python3", "-B", "-c", _SIGNALLER, number, "ostree-unlock", "begin", "--json", "--lock-wait", "50"],
            check=False,
        )
        assert time.monotonic() - started < 20
    assert result.returncode == exit_status["cancelled"], result
    error = json.loads(result.stdout)["error"]
    assert error["kind"] == "cancelled"
    assert "nothing was changed" in error["next"]
    locker.communicate()


def test_a_signal_that_is_ignored_stays_ignored(system, lock):
    locker = lock()
    process = system.popen(["nohup", "ostree-unlock", "begin", "--lock-wait", "30"], stdin=subprocess.PIPE)
    time.sleep(0.5)
    system.run("pkill -HUP -x ostree-unlock")
    time.sleep(0.3)
    assert process.poll() is None
    locker.communicate()
    assert process.wait(20) == 0


def test_in_use(system, refused, unlock):
    system.run("ostree-unlock begin")
    writer = system.popen("exec 3>/usr/written; echo ready; exec cat", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert writer.stdout.readline() == b"ready\n"
    error = refused("in-use", "end")
    assert ("cat", "writes", "/usr/written") in {(h["command"], h["use"], h["path"]) for h in error["holders"]}
    # What was refused left it usable.
    system.run("echo more >>/usr/written")

    assert unlock("end", "--lazy").returncode == 0
    assert not system.exists("/usr/written")
    writer.communicate()


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["begin", "--backing", "disk", "--size-limit", "1G"], "invalid-argument"),
        (["begin", "--dry-run", "--backing", "disk", "--size-limit", "1G"], "invalid-argument"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_makes_no_sense(refused, words, kind):
    assert refused(kind, *words)["next"]


def test_there_is_nothing_to_apply_or_to_roll_back(refused):
    assert "name a commit" in refused("not-found", "apply")["next"]
    assert "nowhere" in refused("not-found", "apply", "nowhere")["message"]
    assert "nothing was applied" in refused("not-found", "rollback")["message"]


def test_packages_would_be_replaced(system, refused):
    remove = "sed -i '/^Package: tar$/,/^$/d' /usr/share/dpkg/database/status"
    system.run(["ostree-unlock", "run", "--scratch", "--fresh", "--", "sh", "-ec", remove])
    system.run("ostree-unlock commit --scratch --skip-special --branch next")
    error = refused("not-additive", "apply", "next")
    assert "removed tar" in error["message"] and "--allow-replacement" in error["next"]
