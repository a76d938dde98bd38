"""A 32-bit Debian builds the project and passes the tiers that need no boot, run there as anybody would run them.

What of them boots a system is skipped there: a room has no network to make the system's tree from.
"""

import re
import shutil
from pathlib import Path

import pytest

from harness import cache, debian
from harness.payload import SOURCE
from harness.workshop import run

from . import debs, rooms
from .release import copy_source

TIERS = ("unit", "abi", "c")


@pytest.fixture(scope="module")
def i386_tree(session):
    """A 32-bit Debian with what the tests need."""
    listed = (SOURCE / "tests/debian-packages").read_text().splitlines()
    packages = {line for line in listed if line and not line.startswith("#")}
    try:
        return rooms.tree(session, "i386", sorted({*packages, *debs.build_depends()}), architecture="i386")
    except debian.Unavailable as error:
        pytest.skip(str(error))


def get_cbindgen(room, source, environment):
    """The one thing that is neither in the tree nor in the tarball: no Debian has a version that can read this."""
    for name in ("/etc/resolv.conf", "/etc/ssl/certs/ca-certificates.crt"):
        if Path(name).exists():
            shutil.copy(name, room.inside(name))
    done = room.run(["build-aux/header", "/dev/null"], cwd=source, env=environment, network=True, check=False)
    if done.returncode != 0:
        raise debian.Unavailable(f"no cbindgen to be had: {done.stderr.splitlines()[-1]}")


@pytest.fixture(scope="module")
def output(session, i386_tree, release, checkout):
    """What tests/run printed there."""
    with_tests = session.new("source")
    copy_source(with_tests)
    key = cache.key(i386_tree.name, release.directory.name, with_tests, TIERS)

    def make(path):
        with rooms.room(session, i386_tree, personality=("setarch", "linux32")) as room:
            source = release.unpack(room.directory("/build"))
            run(["cp", "-r", f"{with_tests}/.", source])
            environment = {"HOME": "/root", "OSTREE_UNLOCK_CACHE": "/var/cache/tests"}
            get_cbindgen(room, f"/build/{source.name}", environment)
            done = room.run([f"/build/{source.name}/tests/run", *TIERS], env=environment, check=False)
            assert "0 failed" in done.stdout.splitlines()[-1], str(done)
            (path / "output").write_text(done.stdout)

    try:
        made = cache.entry(checkout / "packages", "i386", key, make)
    except debian.Unavailable as error:
        pytest.skip(str(error))
    finally:
        shutil.rmtree(with_tests)
    return (made / "output").read_text()


def test_unit_abi_and_c(output):
    passed, failed, _skipped = map(int, re.findall(r"\d+", output.splitlines()[-1]))
    assert failed == 0 and passed > 40, output


def test_what_is_skipped_says_why(output):
    reasons = re.findall(r"^SKIPPED \[\d+\] \S+: (.*)$", output, re.MULTILINE)
    known = ("is not installed", "nothing to be had from", "GNU ld", "there is no release yet")
    assert [reason for reason in reasons if not any(word in reason for word in known)] == []
