"""SIGKILL before every system call of apply and rollback that can change something (with --stage, before one in 211): /usr is
that of the one commit or of the other, and whatever comes next finishes it or takes it back, with /etc.

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
WRITE = "ostree-unlock begin && touch /usr/mine"
# libostree asks systemd to start a unit.
UNSTAGE = """
test ! -e /run/ostree/staged-deployment || ostree admin undeploy 0
mkdir -p /run/stub && printf '#!/bin/sh\\n' >/run/stub/systemctl && chmod +x /run/stub/systemctl
"""
STAGE = ("env", "PATH=/run/stub:/usr/bin:/usr/sbin", *APPLY, "--stage")
OPERATIONS = {
    "apply": ("true", APPLY),
    "apply-over-what-was-written": (WRITE, APPLY),
    "apply-staged": (UNSTAGE, STAGE),
    "apply-another": ("ostree-unlock apply second", APPLY),
    "rollback": ("ostree-unlock apply other", ROLLBACK),
    "rollback-to-another": ("ostree-unlock apply other && ostree-unlock apply second", ROLLBACK),
    "end": ("ostree-unlock apply other", END),
}


def sums(system) -> tuple[str, str]:
    """What /usr and /etc are."""
    usr, etc = system.run(["sh", "-ec", SUM]).stdout.splitlines()
    return usr, etc


def killed_everywhere(system, operation: str, step: int) -> None:
    """Kills before each call, by turns with the same again, a rollback, and an end as what comes next."""
    prepare, command = OPERATIONS[operation]
    other_commit(system, CHANGES)
    other_commit(system, "echo second >/usr/lib/os-release; echo second >/etc/second", "second")
    bring(system)
    locked = sums(system)
    written = "mine" if prepare == WRITE else ""
    system.run(prepare)
    before = sums(system)
    system.run(command)
    after = sums(system)
    assert before != after
    seen = set()
    for fatal in itertools.count(1, step):
        system.run(END, check=False)
        assert sums(system) == locked, fatal
        system.run(prepare)
        killed = kill(system, fatal, command)
        now = sums(system)
        assert now[0] in (before[0], after[0]), (fatal, now)
        seen.add(now[0])
        following = (APPLY, ROLLBACK, END)[fatal // step % 3]
        done = system.run([*following, "--json"], check=False)
        assert done.returncode in (0, 16, 26), (fatal, following, done)
        assert system.exists("/usr/mine") == (bool(written) and following != END), fatal
        (usr,) = json.loads(system.run("ostree-unlock status --json").stdout)["hierarchies"]
        assert usr["problems"] == [], (fatal, following, usr)
        system.run(END, check=False)
        assert sums(system) == locked, (fatal, following)
        left = system.run("ls -A /sysroot/ostree/deploy/*/backing/*/unlock/etc; ostree refs --list unlock/live", check=False)
        assert left.stdout == "", (fatal, left)
        if not killed:
            break
    assert seen == {before[0], after[0]}
    system.run("ostree fsck -q")


@trees("bookworm", "sid")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_killed_anywhere(system, operation):
    # To stage is to check a whole system out, a call for each of its files.
    killed_everywhere(system, operation, 211 if operation == "apply-staged" else 1)
