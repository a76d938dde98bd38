"""SIGKILL before every system call of begin, end and the change of state that can change something: what is left is the
state before or after, /usr is whole, libostree loads, and the next call repairs and says so.

Quick: on one suite, once before every third of those calls, with --wide before each; the next call is by turns the same
again and another one. All suites, each next call, every single system call and kills during the repair are in
../crash/test_everywhere.py.
"""

import pytest

from crash.inside.operations import LIMITED, OPERATIONS
from crash.programs import PLACE, bring, kill_everywhere
from harness.fixtures import trees

# Where libostree makes hundreds of calls, and what is of interest where systemd runs.
LONG = {"cleanup-after-upgrade", *LIMITED}


@trees("bookworm")
@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name not in LONG])
def test_killed_anywhere(system, operation, request):
    report = kill_everywhere(system, operation, "--step", "1" if request.config.option.wide else "3")
    if complaints := report.complaints(OPERATIONS[operation]):
        pytest.fail(complaints, pytrace=False)


@trees("bookworm")
@pytest.mark.parametrize(
    ("operation", "damage", "found"),
    [
        ("begin-development", "the intent is gone", "an intent was left"),
        ("end", "the intent is gone", "an intent was left"),
        ("end", "the overlay is gone", "what /usr holds"),
        ("begin-development", "the lock is held", "libostree can lock"),
        ("begin-development", "a flag is left", "libostree's state"),
        ("begin-development", "a half-written file is left", "files: left over"),
        ("begin-development", "a mount is left", "other mounts that the system sees: left over"),
        ("end", "the seal is left", "sealed"),
        ("cleanup", "nothing was cleaned up", "left by earlier boots"),
        ("cleanup-after-upgrade", "it is marked as done", "all hooks ran"),
    ],
)
def test_the_check_can_fail(system, operation, damage, found):
    report = kill_everywhere(system, operation, "--sabotage", damage)
    assert found in report.complaints(OPERATIONS[operation])


@trees("bookworm")
def test_a_killed_call_is_not_made(system):
    """And the calls before it are, in threads and children too."""
    bring(system)
    script = "mkdir /run/1; (mkdir /run/2); mkdir /run/2; mkdir /run/3"
    for fatal, made in enumerate(([], ["1"], ["1", "2"], ["1", "2", "3"]), start=1):
        done = system.run([f"{PLACE}/die", "--log", "/run/calls", str(fatal), "sh", "-c", script], check=False)
        assert done.returncode == (99 if fatal < 4 else 0), done
        assert system.run("cd /run; ls -d [123]; rm -rf [123]", check=False).stdout.split() == made
        numbers = [line.split("\t")[0] for line in system.read("/run/calls").splitlines()]
        # What finds its directory there has changed nothing.
        # A directory that is there already has changed nothing.
        assert numbers == ["1", "2", "3", "-"][:fatal]
