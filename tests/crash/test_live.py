"""SIGKILL before every system call of apply and rollback that can change something (with --stage, before one in 211): /usr is
that of the one commit or of the other, and whatever comes next finishes it or takes it back, with /etc: a call, or a power cut and
what the next boot does.

Why apart from the matrix: what counts here is which commit is there, and /etc, and not the state alone.
"""

from __future__ import annotations

import itertools
import json

import pytest

from boot.test_apply import other_commit
from crash.programs import bring, kill
from harness.fixtures import trees

pytestmark = pytest.mark.timeout(1800)

CHANGES = """
echo theirs >/usr/lib/os-release; rm /usr/bin/head; mkdir /usr/new.d; echo new >/usr/new.d/file; chmod 700 /usr/share/misc
echo new >/etc/new; echo theirs >>/etc/profile; rm /etc/issue.net
"""
SUM = """
cd /usr && { find bin new.d share/misc -printf '%p %y %m %U %G %s %l\\n' 2>/dev/null | LC_ALL=C sort; cat lib/os-release; } | sha256sum
cd /etc && { find . -type f | LC_ALL=C sort | xargs sha256sum; find . -printf '%p %m %U\\n' | LC_ALL=C sort; } | sha256sum
"""
APPLY, ROLLBACK, END = ("ostree-unlock", "apply", "other"), ("ostree-unlock", "rollback"), ("ostree-unlock", "end", "--yes")
ANOTHER = ("ostree-unlock", "apply", "second")
CLEANUP_ETC = ("ostree-unlock", "cleanup", "--etc")
WRITE = "ostree-unlock begin && touch /usr/mine"
# libostree asks systemd to start a unit.
UNSTAGE = """
test ! -e /run/ostree/staged-deployment || ostree admin undeploy 0
ostree admin cleanup
mkdir -p /run/stub && printf '#!/bin/sh\\n' >/run/stub/systemctl && chmod +x /run/stub/systemctl
"""
STAGE = ("env", "PATH=/run/stub:/usr/bin:/usr/sbin", *APPLY, "--stage")
OPERATIONS = {
    "apply": ("true", APPLY),
    "apply-over-what-was-written": (WRITE, APPLY),
    "apply-over-memory": ("ostree-unlock begin --backing ram --size-limit 64M && touch /usr/mine", APPLY),
    "apply-staged": (UNSTAGE, STAGE),
    "apply-another": ("ostree-unlock apply second", APPLY),
    "rollback": ("ostree-unlock apply other", ROLLBACK),
    "rollback-over-what-was-written": (f"{WRITE} && ostree-unlock apply other", ROLLBACK),
    "rollback-to-another": ("ostree-unlock apply other && ostree-unlock apply second", ROLLBACK),
    "end": ("ostree-unlock apply other", END),
}
# In namespaces the kernel does not boot anew: what is of one boot is made to be of another.
_ANOTHER_BOOT = """
mount -o remount,rw /sysroot
for stamp in /sysroot/ostree/deploy/*/backing/*/unlock/*/boot; do test ! -e $stamp || echo x >$stamp; done
"""
LEFT = "ls -A /sysroot/ostree/deploy/*/backing/*/unlock/etc; ostree refs --list unlock/live"
# Each so many kills.
CUT = 7


def sums(system) -> tuple[str, str]:
    """What /usr and /etc are."""
    usr, etc = system.run(["sh", "-ec", SUM]).stdout.splitlines()
    return usr, etc


def prepared(system) -> tuple[str, str]:
    """Makes the commits, which are on the disk, and says what /usr and /etc are."""
    other_commit(system, CHANGES)
    other_commit(system, "echo second >/usr/lib/os-release; echo second >/etc/second", "second")
    bring(system)
    # What undoes a change has to be written by who makes it; this is of before.
    system.run("sync")
    return sums(system)


def power_cut(system) -> None:
    """Cuts the power, and does what the units do that start at the next boot."""
    system.power_cut()
    system.run(CLEANUP_ETC)


def nothing_is_left(system) -> bool:
    """Whether nothing is left to be taken back, once the boot has done all of it."""
    system.run(["unshare", "--mount", "sh", "-ec", _ANOTHER_BOOT])
    system.run("ostree-unlock cleanup")
    return system.run(LEFT, check=False).stdout == ""


def killed_everywhere(system, operation: str, step: int) -> None:
    """Kills before each call, by turns with the same again, a rollback, an end, and an apply of another commit as what comes
    next; and with a power cut."""
    prepare, command = OPERATIONS[operation]
    locked = prepared(system)
    is_written = "/usr/mine" in prepare
    system.run(prepare)
    before = sums(system)
    system.run(command)
    after = sums(system)
    assert before != after
    seen = set()
    for turn, fatal in enumerate(itertools.count(1, step)):
        system.run(END, check=False)
        assert sums(system) == locked, fatal
        system.run(prepare)
        killed = kill(system, fatal, command)
        now = sums(system)
        assert now[0] in (before[0], after[0]), (fatal, now)
        seen.add(now[0])
        if turn % CUT == CUT - 1:
            power_cut(system)
            assert sums(system) == locked and not system.exists("/usr/mine"), (fatal, "power cut")
            assert nothing_is_left(system), (fatal, "power cut")
        else:
            _go_on(system, fatal, (APPLY, ROLLBACK, END, ANOTHER)[turn % 4], locked, is_written)
        if not killed:
            break
    assert seen == {before[0], after[0]}
    system.run("ostree fsck -q")


def _go_on(system, fatal: int, following: tuple[str, ...], locked: tuple[str, str], is_written: bool) -> None:
    done = system.run([*following, "--json"], check=False)
    assert done.returncode in (0, 16, 26), (fatal, following, done)
    assert system.exists("/usr/mine") == (is_written and following != END), fatal
    if following == ANOTHER:
        assert done.returncode == 0, (fatal, done)
        assert system.run("cat /usr/lib/os-release /etc/second").stdout == "second\nsecond\n", fatal
        assert not system.exists("/etc/new") and system.exists("/etc/issue.net"), fatal
    (usr,) = json.loads(system.run("ostree-unlock status --json").stdout)["hierarchies"]
    assert usr["problems"] == [], (fatal, following, usr)
    system.run(END, check=False)
    assert sums(system) == locked, (fatal, following)
    left = system.run(LEFT, check=False)
    assert left.stdout == "", (fatal, left)


def cleanup_killed_everywhere(system, step: int) -> None:
    """Kills what the next boot does before each call: once more, on the same boot or after another power cut, it is done."""
    locked = prepared(system)
    for turn, fatal in enumerate(itertools.count(1, step)):
        system.run([*APPLY, "--json"])
        system.run("sync")
        system.power_cut()
        assert system.exists("/etc/new") and sums(system) != locked, fatal
        killed = kill(system, fatal, CLEANUP_ETC)
        if turn % 2:
            system.power_cut()
        system.run(CLEANUP_ETC)
        assert sums(system) == locked, fatal
        assert nothing_is_left(system), fatal
        if not killed:
            break


@trees("bookworm", "sid")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_killed_anywhere(system, operation):
    # To stage is to check a whole system out, a call for each of its files.
    killed_everywhere(system, operation, 211 if operation == "apply-staged" else 1)


@trees("bookworm", "sid")
def test_the_cleanup_killed_anywhere(system):
    cleanup_killed_everywhere(system, 1)
