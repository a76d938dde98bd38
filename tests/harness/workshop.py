"""Entering the workshop: a tree as a chroot, with a disk at its /sysroot (see workshop/enter).

Why: a disk is always made by the libostree that will boot from it, never by the host's.
What may not be in here: what is made there.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from .isolation import Session

SCRIPTS = Path(__file__).parent / "workshop"

_SHOWN_LINES = 60

_NAMESPACES = ("--mount", "--pid", "--fork", "--kill-child", "--propagation=private")


class WorkFailed(Exception):
    """A step of making a tree or an image failed; the text is what it printed."""


def run(argv: list[object], **options: object) -> str:
    """Run a command of the host to its end; what it prints is for its error."""
    done = subprocess.run(
        [str(word) for word in argv],
        stdin=options.pop("stdin", subprocess.DEVNULL),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        **options,
    )
    if done.returncode != 0:
        words = " ".join(map(str, argv))
        end = "\n".join(done.stdout.splitlines()[-_SHOWN_LINES:])
        raise WorkFailed(f"{words}\nexit status {done.returncode}, the last of what it printed:\n{end}")
    return done.stdout


def work(session: Session, tree: Path, disk: Path, step: str, *words: str, given: Path) -> str:
    """Run workshop/`step` in the chroot; `given` is its /run/input."""
    scratch = session.new("workshop")
    root, copy = scratch / "root", scratch / "tree.img"
    root.mkdir()
    # All that is attached to a loop device is on the session's tmpfs: so host.py knows whose it is.
    run(["cp", "--sparse=always", tree, copy])
    with (SCRIPTS / step).open() as script:
        printed = run(
            ["unshare", *_NAMESPACES, "--", SCRIPTS / "enter", root, copy, disk, given, "/bin/sh", "-s", "-", *words],
            stdin=script,
            timeout=300,
        )
    copy.unlink()
    return printed
