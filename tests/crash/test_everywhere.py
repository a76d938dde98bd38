"""../boot/test_crash.py in full width: each suite, each next call, every single system call, kills during the repair,
kills followed by a power cut, and a time limit where systemd runs.

Why here: it takes more than half an hour; `tests/run crash` and `tests/run full`.
"""

import itertools
import json

import pytest

from crash.inside.operations import BEGIN, DEVELOPMENT, END, HOTFIX, OPERATIONS, TRANSIENT
from crash.programs import bring, kill, kill_everywhere
from harness.fixtures import trees
from harness.suites import SUITES

pytestmark = pytest.mark.timeout(1800)


def check(system, operation, *options):
    __tracebackhide__ = True
    if operation == "cleanup-after-upgrade":  # libostree's own makes hundreds of calls: each suite has a third of them
        options += ("--step=3", f"--from={1 + SUITES.index(system.target.suite)}")
    report = kill_everywhere(system, operation, *options, timeout=1700)
    if complaints := report.complaints(OPERATIONS[operation]):
        pytest.fail(complaints, pytrace=False)


@trees()
@pytest.mark.parametrize("then", ["again", "turn"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_killed_anywhere(system, operation, then):
    check(system, operation, "--then", then)


@trees(readonly=True)
@pytest.mark.parametrize("operation", ["begin-development", "end", "to-transient", "to-hotfix", "from-hotfix", "end-hotfix"])
def test_killed_anywhere_below_a_read_only_sysroot(system, operation):
    check(system, operation)


@trees("bookworm")
@pytest.mark.parametrize("then", ["again", "turn"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_repair_killed_too(system, operation, then):
    check(system, operation, "--twice", "--then", then)


@trees("trixie")
@pytest.mark.parametrize(("operation", "step"), [("begin-for", 1), ("end-for", 5), ("longer", 1), ("to-transient-for", 3)])
def test_killed_where_systemd_runs(systemd_machine, operation, step):
    """What is open with a time limit has its timer; a kill takes seconds here, and much else is the same as without."""
    check(systemd_machine, operation, f"--step={step}")


@trees("trixie")
def test_the_check_can_fail_where_systemd_runs(systemd_machine):
    report = kill_everywhere(systemd_machine, "longer", "--sabotage", "the timer is gone")
    assert "the time limit has its timer: False" in report.complaints(OPERATIONS["longer"])


# `end` looks at every process: thousands of calls that only read, of which one in 13 is enough.
STEPS = {"begin-development": 1, "begin-ram": 1, "to-transient": 1, "to-development": 1, "end": 13, "end-lazy": 13}


@trees("bookworm")
@pytest.mark.parametrize("operation", STEPS)
def test_killed_before_every_single_call(system, operation):
    check(system, operation, "--every", "--step", str(STEPS[operation]))


@trees()
@pytest.mark.parametrize(
    ("prepare", "command"),
    [("true", BEGIN), ("ostree-unlock begin && touch /usr/new", END), ("ostree-unlock begin", TRANSIENT)],
    ids=["begin", "end", "to-transient"],
)
def test_killed_and_then_the_power_fails(system, prepare, command):
    """What ends with the boot has ended, whatever was on the disk."""
    for fatal in itertools.count(1, 2):
        bring(system)
        system.run(prepare)
        killed = kill(system, fatal, command)
        system.power_cut()
        (usr,) = json.loads(system.run("ostree-unlock status --json").stdout)["hierarchies"]
        assert (usr["unlocked"], usr["writable"], usr["problems"]) == ("none", False, []), (fatal, usr)
        assert not system.exists("/usr/new")
        system.run("ostree admin status && ostree-unlock begin && touch /usr/other")
        system.run("ostree-unlock begin transient && ostree-unlock end --yes && ostree-unlock begin")
        backing = system.run("find /sysroot/ostree/deploy/*/backing/*/* -maxdepth 1 -name 'old-*' | wc -l").stdout
        assert int(backing) <= 1, (fatal, backing)
        if not killed:
            break
        system.power_cut()
    system.run("ostree fsck -q")


CHANGE = "touch /usr/new && rm /usr/bin/tac && sync"
LASTING = {
    "begin": ((), HOTFIX, False),
    "end": ((f"ostree-unlock begin hotfix && {CHANGE}",), END, True),
    "end-after-a-reboot": ((f"ostree-unlock begin hotfix && {CHANGE}", None), END, True),
    "to-hotfix": ((f"ostree-unlock begin && {CHANGE}",), HOTFIX, True),
    "from-hotfix": ((f"ostree-unlock begin hotfix && {CHANGE}",), DEVELOPMENT, True),
    "from-hotfix-after-a-reboot": ((f"ostree-unlock begin hotfix && {CHANGE}", None), TRANSIENT, True),
    "ram-to-hotfix": ((f"ostree-unlock begin --backing ram && {CHANGE}",), HOTFIX, True),
}


@trees("bookworm", "sid")
@pytest.mark.parametrize("operation", LASTING)
def test_killed_and_then_the_power_fails_around_a_hotfix(system, operation):
    """It boots, and has the hotfix as a whole or nothing of it; the next call clears what is left."""
    prepare, command, changed = LASTING[operation]
    seen = set()
    # The way back takes thousands of calls, and is there for the next one.
    system.run("ostree-unlock begin hotfix && ostree-unlock end --yes")
    # The two suites have the odd calls and the even ones.
    for fatal in itertools.count(1 + (system.target.suite.name == "sid"), 2):
        bring(system)
        for step in prepare:
            system.run(step) if step else system.reboot()
        bring(system)
        killed = kill(system, fatal, command)
        system.power_cut()
        (usr,) = json.loads(system.run("ostree-unlock status --json").stdout)["hierarchies"]
        state = usr["unlocked"]
        assert state in ("none", "hotfix"), (fatal, usr)
        assert usr["writable"] == (state == "hotfix"), (fatal, usr)
        whole = (system.exists("/usr/new"), not system.exists("/usr/bin/tac"))
        assert whole == ((changed,) * 2 if state == "hotfix" else (False, False)), (fatal, state, whole)
        seen.add(state)
        system.run("ostree admin status")
        if state == "none":
            system.run("ostree-unlock begin && touch /usr/other")
        system.run("ostree-unlock end --yes")
        left = system.run("ls -d /sysroot/ostree/deploy/*/deploy/*/.usr-ovl-* 2>&1", check=False)
        assert left.returncode == 2, (fatal, left)
        system.run("! grep ^unlocked= /sysroot/ostree/deploy/*/deploy/*.origin")
        (usr,) = json.loads(system.run("ostree-unlock status --json").stdout)["hierarchies"]
        assert (usr["unlocked"], usr["problems"]) == ("none", []), (fatal, usr)
        if not killed:
            break
        system.power_cut()
    assert seen == {"none", "hotfix"}
    system.run("ostree fsck -q")


@trees("bookworm", "sid")
def test_killed_while_the_way_back_is_deployed(system):
    """libostree's own work: whatever is left of it, the system boots as it was, and the next try makes it."""
    for fatal in itertools.count(40, 397):
        bring(system)
        killed = kill(system, fatal, HOTFIX)
        system.power_cut()
        (usr,) = json.loads(system.run("ostree-unlock status --json").stdout)["hierarchies"]
        assert usr["unlocked"] == ("none" if killed else "hotfix"), (fatal, usr)
        if not killed:
            break
    assert fatal > 1000, "nothing was deployed"
    system.run("ostree-unlock end --yes && ostree fsck -q && ostree admin status")
