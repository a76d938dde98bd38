"""Damage for the matrix to find: each is what a faulty operation or repair would leave.

Why: a check that has never failed has shown nothing.
What may not be in here: the checks.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
from collections.abc import Callable

import leftovers
import look

# Open, and so locked, until the end.
_keep: list[object] = []


def _forget_intent() -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(f"{look.run_state()}/ostree-unlock/intent")


def _leave(path: str) -> Callable[[], None]:
    def leave() -> None:
        with open(path.format(run_state=look.run_state()), "w") as file:
            file.write("left")

    return leave


def _mount() -> None:
    subprocess.run(["mount", "-t", "tmpfs", "left", "/tmp"], check=True)


def _unmount() -> None:
    subprocess.run(["umount", "--lazy", "/usr"], check=True)


def _seal() -> None:
    if look.state() != "none":
        subprocess.run(["mount", "-o", "remount,ro", "/usr"], check=True)


def _stop_timers() -> None:
    for deadline in look.timers() or ():
        subprocess.run(["systemctl", "stop", f"ostree-unlock-end@{deadline}.timer"], check=True)


def _mark() -> None:
    with open(f"{os.path.dirname(look.temporary())}/unlock/cleaned", "w") as file:
        file.write("left")


def _hold_lock() -> None:
    lock = open("/sysroot/ostree/lock", "w")
    fcntl.lockf(lock, fcntl.LOCK_EX)
    _keep.append(lock)


AFTER_THE_KILL: dict[str, Callable[[], None]] = {
    "the intent is gone": _forget_intent,
    "the overlay is gone": _unmount,
    "the lock is held": _hold_lock,
    "it is marked as done": _mark,
    "the timer is gone": _stop_timers,
}
AFTER_THE_REPAIR: dict[str, Callable[[], None]] = {
    "a flag is left": _leave("{run_state}/unlocked-transient"),
    "a half-written file is left": _leave("{run_state}/.unlocked-transient.new"),
    "nothing was cleaned up": leftovers.leave,
    "a mount is left": _mount,
    "the seal is left": _seal,
}
