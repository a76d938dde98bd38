"""What the boot tests share: who is asked about the state of a booted system, each in its own way; and what random trees are
made from.

Why: the command may be wrong about itself; libostree, the kernel and a write each have a say.
What may not be in here: how a system is made and booted (../harness).
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable

import pytest

DEFAULT_SEED = 67832
ROUNDS, MANY_ROUNDS = 1, 6
"""By default, and with --wide, as in `tests/run full`."""


@pytest.fixture
def usr(system) -> Callable[[], dict]:
    """What our `status` says of /usr."""

    def look() -> dict:
        (hierarchy,) = json.loads(system.run("ostree-unlock status --json").stdout)["hierarchies"]
        return hierarchy

    return look


@pytest.fixture
def libostree(system) -> Callable[[], str]:
    """The state that libostree sees, by `ostree admin status`."""

    def look() -> str:
        lines = system.run("ostree admin status").stdout.splitlines()
        booted = next(index for index, line in enumerate(lines) if line.lstrip().startswith("* "))
        for line in lines[booted + 1 :]:
            if line.lstrip().startswith("Unlocked: "):
                return line.split(": ")[1]
            if not line.startswith("    "):
                break
        return "none"

    return look


@pytest.fixture
def mounts(system) -> Callable[[], list[list[str]]]:
    """Source, type and read-only or writable of each mount at /usr in process 1's namespace, the lowest first."""

    def look() -> list[list[str]]:
        found = []
        for line in system.read("/proc/1/mountinfo").splitlines():
            head, tail = line.split(" - ")
            if head.split()[4] == "/usr":
                kind, source, _ = tail.split(" ", 2)
                found.append([source, kind, head.split()[5].split(",")[0]])
        return found

    return look


@pytest.fixture
def writable(system) -> Callable[[], bool]:
    """Whether a file can really be made in /usr, by who is in the system's own namespace."""

    def look() -> bool:
        return system.run("touch /usr/.probe && rm /usr/.probe", check=False).returncode == 0

    return look


@pytest.fixture
def is_locked(usr, libostree, mounts, writable) -> Callable[[], None]:
    """Asserts that everybody says so."""

    def check() -> None:
        seen = usr()
        assert (seen["unlocked"], seen["problems"]) == ("none", []), seen
        assert libostree() == "none"
        assert not [mount for mount in mounts() if mount[1] == "overlay"], mounts()
        assert not writable()

    return check


@pytest.fixture
def is_unlocked(usr, libostree, mounts, writable) -> Callable[[str], None]:
    """Asserts that everybody says that this is the state."""

    def check(state: str) -> None:
        seen = usr()
        assert (seen["unlocked"], seen["problems"]) == (state, []), seen
        assert libostree() == state
        mode = "ro" if state == "transient" else "rw"
        assert mounts()[-1][1:] == ["overlay", mode], mounts()
        assert writable() == (state != "transient")

    return check


@pytest.fixture
def seeds(request) -> list[int]:
    """With --wide others in each run, as what a change is measured by by default has to be the same before and after it.

    OSTREE_UNLOCK_SEED is the first of a run that is to be repeated.
    """
    is_wide = request.config.option.wide
    first = int(os.environ.get("OSTREE_UNLOCK_SEED", random.randrange(1_000_000) if is_wide else DEFAULT_SEED))
    print(f"OSTREE_UNLOCK_SEED={first}")
    rounds = MANY_ROUNDS if is_wide else ROUNDS
    return [first + number for number in range(rounds)]
