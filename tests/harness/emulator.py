"""QEMU for VM boots: unpacked from a suite's packages into the cache once, and run from there.

Why: kernels from 6.12 on do not boot reliably on the QEMU of Debian 12. One that is unpacked beside the trees is the same
on every host, and nothing is installed there.
What may not be in here: how a machine is put together (hypervisor.py).
"""

from __future__ import annotations

import platform
from pathlib import Path

from . import cache, debian
from .isolation import Session
from .workshop import run

SUITE = "trixie"
_PACKAGE = "qemu-system-x86"

# What a machine without a screen that starts a kernel directly never looks at.
_LEFT_OUT = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/lib/*/gconv", "usr/bin/qemu-system-i386")


def emulator(session: Session) -> Path:
    """The cached tree to run QEMU in."""
    if platform.machine() != "x86_64":
        raise debian.Unavailable(f"VM boots are made for x86-64, not for {platform.machine()}")
    key = cache.key(SUITE, _PACKAGE, _LEFT_OUT, 1)
    return cache.entry(cache.directory() / "emulators", SUITE, key, lambda path: _make(session, path), keep_old=True)


def _make(session: Session, path: Path) -> None:
    scratch = session.new("emulator")
    root = scratch / "root"
    # unpacked, not installed: its programs run, its maintainer scripts need not
    debian.mmdebstrap(SUITE, root, "--variant=extract", f"--include={_PACKAGE}", scratch=scratch)
    for pattern in _LEFT_OUT:
        run(["rm", "-rf", *root.glob(pattern)])
    run(["cp", "-a", root / "usr", path])
    for directory in ("lib", "lib64"):
        (path / directory).symlink_to(f"usr/{directory}")
    (path / "mnt").mkdir()
    run(["rm", "-rf", scratch])
