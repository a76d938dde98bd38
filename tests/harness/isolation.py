"""The session's own mount namespace: from here on nothing that a test mounts can be seen by the host.

Why: it is one act at the start instead of care in every place. All mounts below are private and end with the process,
even if it is killed; /dev is one of our own; what systems need lies on a tmpfs of our own, which makes a fresh disk
cheap and fsync free.
What may not be in here: what is compared at the end (host.py).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from . import cache, devices, kernel


class CannotIsolate(Exception):
    """This process may not make namespaces or device nodes; the text says what is missing."""


@dataclass(frozen=True)
class Session:
    """What belongs to one run of pytest."""

    scratch: Path
    """A directory on the session's tmpfs; each disk, and so each loop device, of the session is on it."""

    def new(self, name: str) -> Path:
        """A new empty directory on the session's tmpfs."""
        number = 0
        while True:
            path = self.scratch / f"{name}.{number}"
            try:
                path.mkdir()
                return path
            except FileExistsError:
                number += 1


def enter() -> Session:
    """Move this process into namespaces of its own. Call it once, before anything is mounted or started."""
    if os.geteuid() != 0:
        raise CannotIsolate("booting needs root (mount namespaces, device nodes, loop devices)")
    if os.readlink("/proc/self") != str(os.getpid()):
        raise CannotIsolate("/proc numbers processes otherwise than this process's pid namespace does")
    try:
        kernel.unshare(kernel.CLONE_NEWNS)
        kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
        scratch = cache.directory() / "session"
        scratch.mkdir(exist_ok=True)
        kernel.mount("ostree-unlock-tests", scratch, "tmpfs", kernel.MS_NOSUID, "mode=0700")
        dev = scratch / "dev"
        dev.mkdir()
        devices.make(dev)
        kernel.mount(dev, "/dev", None, kernel.MS_MOVE)
    except OSError as error:
        raise CannotIsolate(f"no private namespace to boot in: {error}") from error
    return Session(scratch)
