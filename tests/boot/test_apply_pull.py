"""A commit that is not here as a whole is pulled first, from a remote in the system itself; and what is said where that fails."""

from __future__ import annotations

import pytest

from harness.fixtures import trees

from .test_apply import checked_out, other_commit
from .test_commit import listing

pytestmark = trees("trixie", "sid")

# On sid /sysroot is mounted read-only.
REPO = "/sysroot/ostree/repo"


@pytest.fixture
def commit(system) -> str:
    """One that the remote `there` has under the ref `other`, and this system has not."""
    checksum = other_commit(system, "echo unique >/usr/new; rm /usr/bin/sum; echo new >/etc/new")
    system.run("ostree init --repo=/var/there --mode=archive && ostree pull-local --repo=/var/there /sysroot/ostree/repo other")
    system.run("ostree refs --delete other && ostree prune --refs-only && ostree remote add --no-gpg-verify there file:///var/there")
    assert system.run(["ostree", "show", checksum], check=False).returncode != 0
    return checksum


@pytest.fixture
def expected(system, commit) -> list[str]:
    """Its /usr."""
    system.run(f"ostree checkout --repo=/var/there --subpath=/usr {commit} /var/expected")
    return listing(system, "/var/expected")


def objects(system) -> list[str]:
    """What is in the repository of the system."""
    return system.run(f"find {REPO}/objects {REPO}/refs {REPO}/state | sort").stdout.splitlines()


def from_there(system) -> None:
    """Has what is deployed be upgraded from that remote."""
    say = r"mount -o remount,rw /sysroot; for at in /sysroot/ostree/deploy/*/deploy/*.origin; do printf '[origin]\nrefspec=there:other\n' >$at; done"
    system.run(["unshare", "--mount", "sh", "-ec", say])


def test_of_a_ref_that_only_the_remote_knows(system, commit, expected, is_locked):
    before = objects(system)
    would = system.run("ostree-unlock apply there:other --dry-run").stdout
    assert "pull other from there" in would and objects(system) == before
    system.run("ostree-unlock apply there:other")
    assert listing(system) == expected and system.read("/etc/new") == "new\n"
    assert system.run("ostree rev-parse there:other").stdout.strip() == commit
    system.run(f"ostree fsck && ostree refs --delete there:other && ostree prune --refs-only && ostree show {commit}")
    assert listing(system) == expected
    system.run("ostree-unlock rollback && ostree prune --refs-only")
    is_locked()
    assert system.run(["ostree", "show", commit], check=False).returncode != 0


@pytest.mark.parametrize("how", ["ref", "checksum"])
def test_of_one_that_was_pulled_in_part(system, commit, expected, how):
    system.run("ostree pull --commit-metadata-only there other")
    before = objects(system)
    refused = system.run("ostree-unlock apply there:other --no-pull", check=False)
    assert refused.returncode == 26 and "ostree pull" in refused.stderr, refused
    assert objects(system) == before
    system.run(["ostree-unlock", "apply", commit if how == "checksum" else "there:other"])
    assert listing(system) == expected


def test_by_its_checksum_from_where_the_system_comes_from(system, commit, expected):
    refused = system.run(["ostree-unlock", "apply", commit], check=False)
    assert refused.returncode == 26 and "ostree pull" in refused.stderr, refused
    from_there(system)
    system.run(["ostree-unlock", "apply", commit])
    assert listing(system) == expected


@pytest.mark.parametrize("how", ["the remote is gone", "it lacks an object", "it is not known", "a hotfix is open"])
def test_what_cannot_be_pulled_is_refused_and_nothing_is_changed(system, commit, how, usr):
    name, status = "there:other", 26
    match how:
        case "the remote is gone":
            system.run("mv /var/there /var/gone")
        case "it lacks an object":
            checksum = system.run("ostree ls -C --repo=/var/there other /usr/new").stdout.split()[-2]
            system.run(f"mv /var/there/objects/{checksum[:2]}/{checksum[2:]}.filez /var/lacking")
        case "it is not known":
            name = "nowhere:other"
        case "a hotfix is open":
            system.run("ostree-unlock begin hotfix")
            status = 20
    etc, mounted = listing(system, "/etc"), usr()
    refused = system.run(["ostree-unlock", "apply", name], check=False)
    assert refused.returncode == status, refused
    if status == 26:
        assert "ostree pull" in refused.stderr, refused
    assert (listing(system, "/etc"), usr()) == (etc, mounted)
    if how == "it lacks an object":
        system.run(f"mv /var/lacking /var/there/objects/{checksum[:2]}/{checksum[2:]}.filez && ostree-unlock apply {name}")
        assert system.read("/usr/new") == "unique\n"
    else:
        assert system.run(["ostree", "show", commit], check=False).returncode != 0
