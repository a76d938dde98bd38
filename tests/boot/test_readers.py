"""The table state × version × reader of docs/systems.md, one test a cell: everybody who asks sees the truth.

Why: package managers, installers and desktops ask in ways of their own (flags, statvfs, mounts, libostree's C API),
and one that sees something else writes where it must not, or refuses where it could.
What may not be in here: who unlocked it by which option; that is in test_begin_end.py and test_states.py.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness import debian, suites
from harness.lab import Lab

STATES = {
    "none": "true",
    "development": "ostree-unlock begin",
    "transient": "ostree-unlock begin transient",
    "hotfix": "ostree-unlock begin hotfix",
}


def detect(system) -> str:
    """`ostree-unlock detect`, which asks no libostree."""
    return json.loads(system.run("ostree-unlock detect --json").stdout)["unlocked"]


def admin_status(system) -> str:
    """`ostree admin status`, for people."""
    lines = [line.strip() for line in system.run("ostree admin status").stdout.splitlines()]
    booted = next(index for index, line in enumerate(lines) if line.startswith("* "))
    states = [line.split(": ")[1] for line in lines[booted : booted + 4] if line.startswith("Unlocked: ")]
    return states[0] if states else "none"


def get_unlocked(system) -> str:
    """`ostree_deployment_get_unlocked()` through introspection: dnf 4, rpm-ostree, bootc."""
    number = system.python(
        "import gi; gi.require_version('OSTree', '1.0'); from gi.repository import OSTree\n"
        "s = OSTree.Sysroot.new_default(); s.load(None)\n"
        "print(int(s.get_booted_deployment().get_unlocked()))"
    ).stdout
    return ["none", "development", "hotfix", "transient"][int(number)]


def statvfs(system) -> str:
    """ST_RDONLY of /usr: dnf 5."""
    return system.python("import os; print('ro' if os.statvfs('/usr').f_flag & os.ST_RDONLY else 'rw')").stdout.strip()


def findmnt(system) -> str:
    """The options of the topmost mount that /usr is on: PackageKit, Cockpit."""
    return system.run("findmnt -nro VFS-OPTIONS --target /usr").stdout.splitlines()[-1].split(",")[0]


def mount_point(system) -> str:
    """Whether an overlay of its own is on /usr: bootc with composefs."""
    kinds = system.run("findmnt -nro FSTYPE /usr", check=False).stdout.split()
    return "overlay" if kinds[-1:] == ["overlay"] else "none"


def flags(system) -> str:
    """The files in /run that libostree looks for."""
    found = system.run("ls /run/ostree/deployment-state/*/ 2>/dev/null | grep ^unlocked-", check=False).stdout.split()
    return " ".join(found) or "none"


def truth(reader: Callable, state: str) -> str:
    """What `reader` has to say in `state`."""
    if reader in (statvfs, findmnt):
        return "rw" if state in ("development", "hotfix") else "ro"
    if reader is mount_point:
        return "none" if state == "none" else "overlay"
    if reader is flags:
        return f"unlocked-{state}" if state in ("development", "transient") else "none"
    return state


READERS = (detect, admin_status, get_unlocked, statvfs, findmnt, mount_point, flags)


@pytest.fixture(scope="module")
def readable(lab: Lab, request: pytest.FixtureRequest) -> Iterator[object]:
    """A system in a state; readers change nothing, so that all of them can have the same one."""
    target, state = request.param
    with contextlib.ExitStack() as stack:
        try:
            system = stack.enter_context(lab.system(target))
        except debian.Unavailable as error:
            pytest.skip(str(error))
        system.run(STATES[state])
        yield system


CASES = [
    pytest.param((target, state), state, id=f"{state}-{target}") for target in suites.targets() for state in STATES
]


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
@pytest.mark.parametrize(("readable", "state"), CASES, indirect=["readable"])
def test_reader(readable, state, reader):
    assert reader(readable) == truth(reader, state)


def test_the_table_in_the_docs_has_every_cell():
    """docs/systems.md has a row for each state and a column for each reader, and says what is tested here."""
    text = (Path(__file__).parents[2] / "docs/systems.md").read_text()
    rows = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    names = [reader.__name__ for reader in READERS]
    head = next(row for row in rows if row[1:] == names)
    assert head[0] == "state"
    table = {row[0]: row[1:] for row in rows if row[0] in STATES and len(row) == len(names) + 1}
    assert table == {state: [truth(reader, state) for reader in READERS] for state in STATES}
    for suite in suites.SUITES:
        assert suite.name in text and suite.libostree in text
