"""Where what is expensive to make is kept, outside the source tree, and how it is made exactly once.

Why: a tree takes half a minute to make and must never be half made: it is made under another name, under a lock, and
renamed when it is whole. Its name carries a key of everything that went into it, so nothing is ever stale.
What may not be in here: what is made.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

# Two checkouts with different recipes share the trees: don't let them throw out each other's.
_KEEP_SECONDS = 24 * 3600


def directory() -> Path:
    """The cache directory itself."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    path = Path(os.environ.get("OSTREE_UNLOCK_CACHE") or Path(base) / "ostree-unlock-tests")
    path.mkdir(parents=True, exist_ok=True)
    return path


def of_checkout(source: Path) -> Path:
    """A directory for what belongs to one checkout: its build, its images."""
    name = hashlib.sha256(os.fsencode(source.resolve())).hexdigest()[:12]
    path = directory() / "checkouts" / name
    path.mkdir(parents=True, exist_ok=True)
    (path / "source").write_text(f"{source.resolve()}\n")
    return path


def key(*parts: object) -> str:
    """A short name for everything in `parts`; a Path stands for the contents of that file or directory."""
    digest = hashlib.sha256()
    for part in parts:
        for piece in _pieces(part):
            digest.update(b"%d:" % len(piece) + piece)
    return digest.hexdigest()[:16]


def _pieces(part: object) -> Iterator[bytes]:
    if not isinstance(part, Path):
        yield repr(part).encode()
        return
    for path in sorted([part, *part.rglob("*")]):
        if "__pycache__" in path.parts:
            continue
        yield os.fsencode(path.relative_to(part))
        yield oct(path.lstat().st_mode).encode()
        if path.is_symlink():
            yield os.fsencode(path.readlink())
        elif path.is_file():
            yield path.read_bytes()


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def entry(parent: Path, name: str, key: str, make: Callable[[Path], None], keep_old: bool = False) -> Path:
    """The directory `parent/name-key`, filled by `make` if it is not there yet; other keys of that name go.

    Nobody else's run removes it before this process ends.
    """
    whole = parent / f"{name}-{key}"
    with locked(parent / f".{name}.lock"):
        if not whole.exists():
            unfinished = parent / f".{name}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            make(unfinished)
            unfinished.rename(whole)
        os.utime(whole)
        _try_lock(whole, fcntl.LOCK_SH)
        for other in parent.glob(f"{name}-*"):
            # Another's name may begin with this one.
            if other.name.rpartition("-")[0] != name:
                continue
            unused = time.time() - other.stat().st_mtime
            if other != whole and (unused > _KEEP_SECONDS or not keep_old) and _try_lock(other, fcntl.LOCK_EX):
                shutil.rmtree(other)
    return whole


def _try_lock(directory: Path, kind: int) -> bool:
    """Lock a directory for as long as this process lives, if nobody's lock is against it."""
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        return False
    return True
