"""Where what is written goes: the disk or memory, with limits, room, and nothing unsafe in the place."""

import pytest

from harness.fixtures import trees

BACKING = "/sysroot/ostree/deploy/debian/backing"


@trees()
def test_on_disk_it_is_where_newer_libostree_has_it(system, usr):
    system.run("ostree-unlock begin && touch /usr/new")
    upper = usr()["upper"]["path"]
    assert upper.startswith(BACKING) and upper.endswith("/usr-transient/upper")
    assert system.exists(f"{upper}/new")


@trees()
def test_in_memory_with_a_limit(system, usr, is_unlocked, is_locked):
    system.run("ostree-unlock begin --backing ram --size-limit 8M")
    is_unlocked("development")
    assert usr()["upper"]["path"].startswith("/run/ostree-unlock/")
    assert not system.exists(f"{BACKING}/*/usr-transient")
    full = system.run("head -c 9M /dev/zero > /usr/big", check=False)
    assert "No space" in full.stderr
    system.run("rm /usr/big && head -c 7M /dev/zero > /usr/fits")
    system.run("ostree-unlock begin transient && ostree-unlock begin development && ostree-unlock end --yes")
    is_locked()
    assert system.run("ls /run/ostree-unlock").stdout == ""


@trees("bookworm")
def test_more_memory_than_there_is_is_refused(system, is_locked):
    refused = system.run("ostree-unlock begin --backing ram --size-limit 1000G", check=False)
    assert refused.returncode == 21, refused
    assert "bytes of memory" in refused.stderr
    is_locked()


@trees()
def test_a_full_disk_is_refused_beforehand(system, is_locked):
    system.run("head -c 100G /dev/zero > /var/full", check=False, timeout=120)
    system.run("head -c 100G /dev/zero > /var/more", check=False)
    refused = system.run("ostree-unlock begin", check=False)
    assert refused.returncode == 21, refused
    assert "bytes are free" in refused.stderr
    is_locked()
    system.run("ostree-unlock begin --backing ram && ostree-unlock end --yes")
    is_locked()


@trees()
def test_the_place_on_disk_has_the_attributes_of_usr(system):
    system.run("ostree-unlock begin")
    look = "stat -c '%a %u %g' /usr; cd {}/*/usr-transient; stat -c '%a %u %g' upper work".format(BACKING)
    assert len(set(system.run(look).stdout.splitlines())) == 1


@pytest.mark.parametrize(
    "plant",
    [
        "ln -s /tmp {}",
        "mkfifo {}",
        "mkdir {0} && chown 1000 {0}",
        "mkdir {0} && chmod 777 {0}",
        "touch {}",
    ],
)
@trees("bookworm")
def test_what_was_planted_is_not_used(system, is_locked, plant):
    """2022.7 has no such directory by itself, so that somebody could come before us."""
    system.run(plant.format(BACKING))
    before = system.run(f"ls -laR {BACKING} /tmp").stdout
    refused = system.run("ostree-unlock begin", check=False)
    assert refused.returncode == 22, refused
    assert "backing" in refused.stderr
    is_locked()
    assert system.run(f"ls -laR {BACKING} /tmp").stdout == before


@trees()
def test_where_the_sysroot_takes_no_writes_memory_is_used(system, usr, is_unlocked, is_locked):
    """A live medium; here the file system itself is made read-only."""
    made = system.run("mount -o remount,ro /sysroot", check=False)
    if made.returncode:
        pytest.skip(f"the file system cannot be made read-only here: {made.stderr.strip()}")
    refused = system.run("ostree-unlock begin --backing disk", check=False)
    assert refused.returncode == 20, refused
    system.run("ostree-unlock begin transient")
    is_unlocked("transient")
    assert usr()["upper"]["path"].startswith("/run/")
    system.run("ostree-unlock end --yes")
    is_locked()
