"""Another commit's /usr made live, and taken back: held against a checkout of that commit, by libostree, the kernel and a reboot."""

from __future__ import annotations

import pytest

from harness.fixtures import trees

from .test_commit import CHANGES, listing


def other_commit(system, changes: str = CHANGES, name: str = "other") -> str:
    """A commit with these changes of what was deployed, under this ref."""
    system.run(["ostree-unlock", "run", "--scratch", "--fresh", "--", "sh", "-ec", changes])
    system.run(["ostree-unlock", "commit", "--scratch", "--branch", name, "--skip-special"])
    return system.run(["ostree", "rev-parse", name]).stdout.strip()


def checked_out(system, commit: str) -> list[str]:
    """What the /usr of a commit is."""
    system.run(f"rm -rf /var/checkout && ostree checkout --subpath=/usr {commit} /var/checkout")
    return listing(system, "/var/checkout")


@trees()
def test_there_and_back(system, usr, libostree, mounts, is_locked):
    before, mounted = listing(system), mounts()
    commit = other_commit(system)
    expected = checked_out(system, commit)
    assert expected != before
    system.run("ostree-unlock apply other")
    assert listing(system) == expected
    assert usr()["unlocked"] == libostree() == "transient"
    assert system.run("touch /usr/x", check=False).returncode != 0
    assert system.run("ostree refs --list unlock/live").stdout
    assert system.run("ostree-unlock diff --name-status").stdout == ""
    system.run("ostree-unlock rollback")
    assert listing(system) == before
    is_locked()
    assert mounts() == mounted
    assert system.run("ostree refs --list unlock/live").stdout == ""
    system.run("ostree fsck")


@trees("trixie")
def test_an_apply_over_what_was_written_keeps_it(system, usr, libostree):
    commit = other_commit(system)
    system.run("ostree-unlock begin && touch /usr/mine && rm /usr/bin/sum")
    before = listing(system)
    system.run("ostree-unlock apply other")
    assert usr()["unlocked"] == libostree() == "development"
    with_mine = [line for line in listing(system) if "/mine'" not in line]
    without_sum = [line for line in checked_out(system, commit) if "'/bin/sum'" not in line]
    assert with_mine == without_sum
    said = system.run("ostree-unlock diff --name-status").stdout.split()
    assert said == ["D", "/usr/bin/sum", "A", "/usr/mine"]
    system.run("touch /usr/after")
    system.run("ostree-unlock rollback")
    assert sorted([*before, next(line for line in listing(system) if "/after'" in line)]) == listing(system)
    system.run("ostree-unlock end")
    assert not system.exists("/usr/mine")
