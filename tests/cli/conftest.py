"""What the tests of the command share: its exit statuses, the command on the host, and what a refusal may not change.

Why: scripts are written against the numbers; a refusal is only one if the system is as before.
What may not be in here: how a system is made and booted (../harness).
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness import documents
from harness.result import Result

# Everything that an operation changes on purpose. Not in it: the lock file, which libostree makes and removes as it likes,
# and directories in /run, which mean nothing while they are empty.
_LOOK = """
cat /proc/1/mountinfo
find /run/ostree ! -type d -printf '%p %y %s %l\n' | sort
find /sysroot/ostree/deploy/*/backing -printf '%p %y %s %l\n' 2>/dev/null | sort
find /sysroot/ostree/deploy -maxdepth 0 -printf '%T@\n'
cat /sysroot/ostree/deploy/*/deploy/*.origin
ostree admin status
"""


@pytest.fixture(scope="session")
def exit_status() -> dict[str, int]:
    """The table of exit statuses, by the names that errors have in JSON."""
    kinds = (
        "not-ostree not-booted permission-denied already-unlocked not-unlocked sysroot-locked in-use foreign-mount "
        "unsupported no-space unsafe-path unverified cancelled not-allowed"
        " not-found corrupt conflict changed not-additive"
    )
    return {"failed": 1, "invalid-argument": 2, **{kind: 12 + index for index, kind in enumerate(kinds.split())}}


@pytest.fixture(scope="session")
def on_host(staged: Path) -> Callable[..., Result]:
    """Run the command here, on a system that was not booted by OSTree, as what it is called there."""
    if Path("/run/ostree-booted").exists():
        pytest.skip("this host was booted by OSTree")
    program = staged / "usr/bin/ostree-unlock"

    def run(*words: str | os.PathLike[str], **options: object) -> Result:
        argv = [program, *words]
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        done = subprocess.run(argv, text=True, timeout=60, check=False, **options)
        return Result(tuple(map(str, argv)), done.returncode, done.stdout or "", done.stderr or "")

    return run


@pytest.fixture
def unlock(system) -> Callable[..., Result]:
    """Run the command in the booted system; a failure is an answer here, not an exception."""

    def run(*words: str, **options: object) -> Result:
        return system.run(["ostree-unlock", *words], check=False, **options)

    return run


@pytest.fixture
def status(unlock) -> Callable[[], dict]:
    """What `status` says of /usr."""

    def look() -> dict:
        answer = unlock("status", "--json")
        assert answer.returncode == 0, answer
        (usr,) = documents.parse(answer.stdout)["hierarchies"]
        return usr

    return look


@pytest.fixture
def unchanged(system) -> Callable[[], contextlib.AbstractContextManager[None]]:
    """`with unchanged():` the system is afterwards as it was before."""

    @contextlib.contextmanager
    def compare() -> Iterator[None]:
        before = system.run(_LOOK, check=False).stdout
        yield
        assert system.run(_LOOK, check=False).stdout.splitlines() == before.splitlines()

    return compare
