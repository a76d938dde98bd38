"""What the tests of packages share: the release, what is built from it, and trees to use it in.

Why: a build takes minutes; each is made when the first test asks for it, and kept (../harness/cache.py).
What may not be in here: how they are made (release.py, debs.py, rpms.py, rooms.py).
"""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness import cache, debian
from harness.isolation import Session
from harness.payload import SOURCE

from . import debs as _debs
from . import release as _release
from . import rooms
from . import rpms as _rpms


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whichever test comes first waits for the build."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(3600))


def _or_skip(fixture: Callable) -> Callable:
    """What the network could not give now is no failure of ours."""

    @functools.wraps(fixture)
    def tried(*arguments: object, **keywords: object) -> object:
        try:
            return fixture(*arguments, **keywords)
        except debian.Unavailable as error:
            pytest.skip(str(error))

    return tried


@pytest.fixture(scope="session")
def session(lab) -> Session:
    """The session's own namespace, in which everything is done."""
    if lab.session is None:
        pytest.skip(lab.why_not)
    return lab.session


@pytest.fixture(scope="session")
def checkout() -> Path:
    """Where what belongs to this checkout is kept."""
    return cache.of_checkout(SOURCE)


@pytest.fixture(scope="session")
def release(session, checkout) -> _release.Release:
    """The release, as it would be now."""
    return _release.dist(session, checkout)


@pytest.fixture(scope="session")
def later(session, release, checkout) -> _release.Release:
    """One after it, with a function and a node more."""
    return _release.later(session, release, checkout)


@pytest.fixture(scope="session")
@_or_skip
def build_tree(session) -> Path:
    """Debian with what debian/control builds with."""
    return _debs.build_tree(session)


@pytest.fixture(scope="session")
def debs(session, build_tree, release, checkout) -> _debs.Debs:
    """The Debian packages."""
    return _debs.build(session, build_tree, release, checkout, "debs")


@pytest.fixture(scope="session")
def debs_again(session, build_tree, release, checkout) -> _debs.Debs:
    """The same, built in another directory and without tests."""
    directory = "/elsewhere/and/deeper"
    return _debs.build(session, build_tree, release, checkout, "again-debs", directory, DEB_BUILD_OPTIONS="nocheck")


@pytest.fixture(scope="session")
def later_debs(session, build_tree, later, checkout) -> _debs.Debs:
    """The Debian packages of the later release."""
    return _debs.build(session, build_tree, later, checkout, "later-debs", DEB_BUILD_OPTIONS="nocheck")


@pytest.fixture(scope="session")
@_or_skip
def bench(session) -> Path:
    """Debian with rpmbuild, and with what looks at packages."""
    return _rpms.bench(session)


@pytest.fixture(scope="session")
def rpms(session, bench, release, checkout) -> _rpms.Rpms:
    """The RPM packages."""
    return _rpms.build(session, bench, release, checkout, "rpms")


@pytest.fixture(scope="session")
def later_rpms(session, bench, later, checkout) -> _rpms.Rpms:
    """The RPM packages of the later release."""
    return _rpms.build(session, bench, later, checkout, "later-rpms", "--nocheck")


@pytest.fixture(scope="session")
@_or_skip
def host_tree(session, debs) -> Path:
    """A small Debian with what our packages and their tests depend on, and none of them."""
    tests = (SOURCE / "packaging/debian/tests/control").read_text()
    fields = [debs.field(package, "Depends") for package in debs.packages()]
    fields += re.findall(r"^Depends: (.*)", tests, re.MULTILINE)
    names = {re.match(r"[a-z0-9.+-]+", entry.strip())[0] for field in fields for entry in field.split(",")}
    ours_or_virtual = {*debs.packages(), "gir1.2-gio-2.0"}
    return rooms.tree(session, "host", sorted(names - ours_or_virtual))


@pytest.fixture
def room(session) -> Iterator[Callable[[Path], rooms.Room]]:
    """`room(tree)`: a room on that tree, for this test."""
    with contextlib.ExitStack() as stack:
        yield lambda tree: stack.enter_context(rooms.room(session, tree))


@pytest.fixture
def installed(room, host_tree) -> Callable[..., rooms.Room]:
    """`installed(debs)`: a small Debian with all of these packages."""

    def install(debs: _debs.Debs) -> rooms.Room:
        there = room(host_tree)
        install_debs(there, *(debs[package] for package in debs.packages()))
        return there

    return install


def install_debs(room: rooms.Room, *files: Path) -> None:
    """Install packages from files, by dpkg alone: it doesn't get what they depend on."""
    put(room, *files)
    room.run(["dpkg", "--install", *(f"/given/{file.name}" for file in files)])


def put(room: rooms.Room, *files: Path) -> None:
    """Copy files to /given of the room."""
    room.inside("/given").mkdir(exist_ok=True)
    for file in files:
        (room.inside("/given") / file.name).write_bytes(file.read_bytes())
