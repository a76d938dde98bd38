"""Which test sessions are running, each with the device number of its tmpfs.

Why: loop devices are numbered for the whole machine. Two sessions may run at the same time, and neither may take the
other's disks for a leak of its own.
What may not be in here: anything else that sessions might want to know of each other.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from typing import IO

from . import cache

# Held open, and so locked, until this process ends.
_own: list[IO[str]] = []


def register(device: int) -> None:
    """Make this session known; it is forgotten when this process ends, however it ends."""
    directory = cache.directory() / "sessions"
    directory.mkdir(exist_ok=True)
    lock = (directory / str(device)).open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    _own.append(lock)


def others() -> Iterator[int]:
    """The device numbers of the other sessions that are running now."""
    for path in (cache.directory() / "sessions").glob("[0-9]*"):
        if any(lock.name == str(path) for lock in _own):
            continue
        try:
            with path.open() as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()  # nobody holds it: left over
        except BlockingIOError:
            yield int(path.name)
        except FileNotFoundError:
            continue
