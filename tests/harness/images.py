"""The disk of a target: its suite's tree with the project installed in it, deployed twice.

Why a disk image and not a directory: for bookworm (200 MB; 16,000 directory entries with two deployments) a copy of the
sparse image onto a tmpfs takes 0.13 to 0.17 s, one by hard links 0.36 to 0.42 s. Hard links would also share their inodes
with the cached system: a stray write through a bare deployment, which is what many tests are about, would damage every
later test. And an image can be cut off mid-write, does composefs (which a tmpfs does not), and boots in a VM.
What may not be in here: how a suite's tree is made (debian.py), how a system boots.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from . import cache, debian
from .isolation import Session
from .suites import Target
from .workshop import SCRIPTS, run, work

_INITRAMFS = Path(__file__).parent / "initramfs"


def image(session: Session, target: Target, tree: Path, payload: Path, checkout: Path) -> Path:
    """The cached disk image of that target: its suite's tree with what is staged in `payload`."""
    check_glibc(target, tree, payload)
    key = cache.key(tree.name, target, payload, _INITRAMFS, SCRIPTS / "make-image", SCRIPTS / "enter")
    entry = cache.entry(checkout / "images", str(target), key, lambda path: _make(session, target, tree, payload, path))
    return entry / "disk.img"


def fresh(image: Path, scratch: Path) -> Path:
    """A copy that may be modified at will."""
    disk = scratch / "disk.img"
    # measured: cp is three times as fast as the same in Python
    subprocess.run(["cp", "--sparse=always", image, disk], check=True, timeout=120)
    return disk


def _make(session: Session, target: Target, tree: Path, payload: Path, path: Path) -> None:
    scratch = session.new("image")
    disk = fresh(tree / "base.img", scratch)
    given = scratch / "input"
    given.mkdir()
    run(["cp", "-a", payload, given / "payload"])
    run(["cp", "-a", _INITRAMFS, given / "scripts"])
    work(session, tree / "tree.img", disk, "make-image", debian.ref(target.suite), *target.words, given=given)
    run(["cp", "--sparse=always", disk, path / "disk.img"])
    run(["rm", "-rf", scratch])


def check_glibc(target: Target, tree: Path, payload: Path) -> None:
    """A library that was linked on a newer glibc does not load in an older tree: say so before a test finds out."""
    needed = max((_glibc_of(path) for path in payload.rglob("*") if _is_elf(path)), default=(0,))
    offered = _version(debian.packages(tree)["libc6"])
    if needed > offered:
        words = [".".join(map(str, version)) for version in (needed, offered)]
        raise debian.Unavailable(f"built here against glibc {words[0]}, {target.suite.name} has {words[1]}")


def _is_elf(path: Path) -> bool:
    if not path.is_file() or path.is_symlink():
        return False
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _glibc_of(path: Path) -> tuple[int, ...]:
    versions = re.findall(r"\bGLIBC_([0-9.]+)", run(["readelf", "--version-info", path]))
    return max(map(_version, versions), default=(0,))


def _version(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.match(r"[0-9.]+", text)[0].strip(".").split(".")))[:2]
