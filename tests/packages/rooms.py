"""Debian trees to work in, made once and kept, and rooms: a tree that may be written to, which is gone afterwards.

Why: packages are built, installed and refused in clean trees, never on the host. A room is an overlay on the session's
tmpfs; the tree below it stays what it is.
What may not be in here: what is done in a room.
"""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness import cache, debian, kernel
from harness.isolation import Session
from harness.result import CommandFailed, Result
from harness.workshop import run

SUITE = "trixie"

_ENTER = Path(__file__).parent / "enter"
_NAMESPACES = ("--mount", "--pid", "--fork", "--kill-child", "--propagation=private")

# Of an architecture that hardly anybody mirrors, updates are often out of step; a release's own packages fit together.
_NO_UPDATES = """--setup-hook=sed -E -i '/-(security|updates)/d' "$1/etc/apt/sources.list" """

# Who builds: nobody in particular, and not root.
BUILDER = 1000


@dataclass(frozen=True)
class Room:
    """A tree to work in as one likes."""

    root: Path
    layer: Path
    """What was written in it, and nothing else."""
    personality: tuple[str, ...] = ()

    def run(
        self,
        command: str | Sequence[object],
        *,
        user: int = 0,
        cwd: str = "/",
        env: Mapping[str, str] | None = None,
        check: bool = True,
        network: bool = False,
        timeout: float = 3000,
    ) -> Result:
        """Run a command to its end, without network unless told otherwise; a string is for the shell."""
        __tracebackhide__ = True
        words = ["/bin/sh", "-c", command] if isinstance(command, str) else [str(word) for word in command]
        namespaces = _NAMESPACES if network else (*_NAMESPACES, "--net")
        environment = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/tmp",
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "DEBIAN_FRONTEND": "noninteractive",
            **{name: value for name, value in os.environ.items() if name.startswith("OSTREE_UNLOCK_TESTS")},
            **(env or {}),
        }
        done = subprocess.run(
            ["unshare", *namespaces, "--", *self.personality, _ENTER, self.root, str(user), cwd, *words],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )
        result = Result(tuple(words), done.returncode, done.stdout, done.stderr)
        if check and done.returncode != 0:
            raise CommandFailed(result)
        return result

    def inside(self, path: str) -> Path:
        """Where a path of the room is for us."""
        return self.root / path.lstrip("/")

    def directory(self, path: str, owner: int = 0) -> Path:
        """A new directory in the room."""
        made = self.inside(path)
        made.mkdir(parents=True)
        os.chown(made, owner, owner)
        return made


def tree(
    session: Session,
    name: str,
    packages: Sequence[str],
    *,
    variant: str = "minbase",
    architecture: str = "amd64",
    suite: str = SUITE,
) -> Path:
    """The cached tree of that name, which has these packages and what they need."""
    if platform.machine() != "x86_64":
        raise debian.Unavailable(f"the trees for packages are made for x86-64, not for {platform.machine()}")
    key = cache.key(suite, sorted(packages), variant, architecture, 1)

    def make(path: Path) -> None:
        # Unpacked on the session's tmpfs, since it gets device nodes.
        scratch = session.new("root")
        root = scratch / "root"
        debian.mmdebstrap(
            suite,
            root,
            f"--variant={variant}",
            f"--include={','.join(packages)}",
            f"--architectures={architecture}",
            *([] if architecture == "amd64" else [_NO_UPDATES]),
            scratch=scratch,
        )
        run(["find", root / "dev", "-mindepth", "1", "-delete"])
        run(["cp", "-a", root, path / "root"])
        shutil.rmtree(scratch)

    return cache.entry(cache.directory() / "roots", name, key, make, keep_old=True)


@contextlib.contextmanager
def room(session: Session, tree: Path, personality: tuple[str, ...] = ()) -> Iterator[Room]:
    """A room on that tree."""
    with layered(session, tree / "root") as (root, layer):
        yield Room(root, layer, personality)


@contextlib.contextmanager
def layered(session: Session, lower: Path) -> Iterator[tuple[Path, Path]]:
    """`lower` as a directory that may be written to, and what was written to it."""
    scratch = session.new("room")
    root, layer, work = (scratch / name for name in ("root", "layer", "work"))
    for directory in (root, layer, work):
        directory.mkdir(mode=0o755)
    kernel.mount("room", root, "overlay", 0, f"lowerdir={lower},upperdir={layer},workdir={work}")
    try:
        yield root, layer
    finally:
        kernel.umount(root)
        shutil.rmtree(scratch)
