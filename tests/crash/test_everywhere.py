"""../boot/test_crash.py in full width: each suite, each next call, every single system call, kills during the repair,
and kills followed by a power cut.

Why here: it takes more than half an hour; `tests/run crash` and `tests/run full`.
"""

import itertools
import json

import pytest

from crash.inside.operations import BEGIN, END, OPERATIONS, TRANSIENT
from crash.programs import bring, kill, kill_everywhere
from harness.fixtures import trees

pytestmark = pytest.mark.timeout(1800)


def check(system, operation, *options):
    __tracebackhide__ = True
    report = kill_everywhere(system, operation, *options, timeout=1700)
    if complaints := report.complaints(OPERATIONS[operation]):
        pytest.fail(complaints, pytrace=False)


@trees()
@pytest.mark.parametrize("then", ["again", "turn"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_killed_anywhere(system, operation, then):
    check(system, operation, "--then", then)


@trees(readonly=True)
@pytest.mark.parametrize("operation", ["begin-development", "end", "to-transient"])
def test_killed_anywhere_below_a_read_only_sysroot(system, operation):
    check(system, operation)


@trees("bookworm")
@pytest.mark.parametrize("then", ["again", "turn"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_repair_killed_too(system, operation, then):
    check(system, operation, "--twice", "--then", then)


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
