"""An apply with something in the way: another one at the same time, an /etc that takes no writes, a disk without room."""

from __future__ import annotations

import subprocess

import pytest

from harness.fixtures import trees

from .test_apply import ETC, checked_out, other_commit
from .test_commit import listing
from .test_hard_systems import fail, fill


@trees("trixie")
def test_two_at_once_come_one_after_the_other(system, usr, is_locked):
    trees_of = [checked_out(system, other_commit(system, f"echo {name} >/usr/{name}", name)) for name in ("one", "two")]
    etc = listing(system, "/etc")
    words = ["ostree-unlock", "apply", "--lock-wait", "60"]
    running = [system.popen([*words, name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for name in ("one", "two")]
    said = [process.communicate(timeout=100)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    assert listing(system) in trees_of and usr()["live"]["rollbacks"] == 2
    system.run("ostree-unlock rollback --all")
    is_locked()
    assert listing(system, "/etc") == etc


@trees("trixie", "sid")
def test_an_etc_that_takes_no_writes(system, is_locked):
    other_commit(system, ETC)
    before, etc = listing(system), listing(system, "/etc")
    system.run("mount --bind /etc /etc && mount -o remount,bind,ro /etc")
    refused = system.run("ostree-unlock apply other", check=False)
    assert refused.returncode != 0 and "/etc" in refused.stderr and "Read-only" in refused.stderr, refused
    is_locked()
    assert (listing(system), listing(system, "/etc")) == (before, etc)
    assert system.run("ostree refs --list unlock/live").stdout == ""
    system.run("umount /etc && ostree-unlock apply other")
    assert system.read("/etc/new-default") == "new\n"


@trees("bookworm")
@pytest.mark.parametrize("how", ["no block", "no inode"])
def test_a_disk_without_room(system, is_locked, how):
    """The one is seen beforehand; the other only when nothing can be made any more."""
    other_commit(system, ETC)
    before, etc = listing(system), listing(system, "/etc")
    match how:
        case "no block":
            fill(system, "/var")
        case "no inode":
            system.run("mkdir /var/full; cd /var/full; seq 70000 | xargs touch", check=False)
    refused = system.run("ostree-unlock apply other", check=False)
    assert refused.returncode == 21, refused
    is_locked()
    assert (listing(system), listing(system, "/etc")) == (before, etc)
    system.run("rm -r /var/full* && ostree-unlock apply other")
    assert system.read("/etc/new-default") == "new\n"


@trees("bookworm")
def test_a_disk_that_fails_while_a_commit_is_live(system, usr):
    """/usr is what it was at once; /etc is on that disk, and has to wait for the next boot."""
    other_commit(system, ETC)
    before = listing(system)
    system.run("ostree-unlock apply other && sync")
    fail(system)
    ended = " ".join(system.run("ostree-unlock end --yes").stdout.split())
    assert "at the next boot: take back what was merged into /etc" in ended, ended
    assert listing(system) == before and usr()["unlocked"] == "none"
    system.run("ostree-unlock begin && touch /usr/again && ostree-unlock end --yes")
    assert system.exists("/etc/new-default")
    system.reboot()
    system.run("ostree-unlock cleanup --etc && ostree-unlock cleanup")
    assert not system.exists("/etc/new-default")
    assert system.run("ostree refs --list unlock/live").stdout == ""
