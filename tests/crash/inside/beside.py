"""Processes beside the matrix, each in a mount namespace of its own, as services and libostree's own command have one.

Why: what is moved in the system's namespace alone does not reach a service that follows it (PrivateTmp= makes one); and
where /sysroot is read-only, libostree locks it in a namespace of its own, where it makes it writable.
What may not be in here: what they are asked.
"""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Callable

FOLLOWS, ALONE = 1 << 19, 1 << 18  # MS_SLAVE, MS_PRIVATE

_CLONE_NEWNS = 0x20000
_MS_REC = 0x4000
_PR_SET_PDEATHSIG = 1


class Beside:
    """A process that answers a question, each time it is asked; it ends with this one."""

    def __init__(self, propagation: int, answer: Callable[[], bool]) -> None:
        asked, self._ask = os.pipe()
        self._answer, answered = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                _enter(propagation)
                os.write(answered, b"y")
                while os.read(asked, 1):
                    os.write(answered, b"y" if answer() else b"n")
            finally:
                os._exit(1)
        os.close(asked)
        os.close(answered)
        # Not before it has its namespace: one made later would have what is mounted then, and keep that in use.
        self._answered()

    def ask(self) -> bool:
        """What it answers; an error there is an error here."""
        os.write(self._ask, b"?")
        return self._answered()

    def _answered(self) -> bool:
        answer = os.read(self._answer, 1)
        if not answer:
            raise ChildProcessError("it has ended instead of answering")
        return answer == b"y"


def _enter(propagation: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL), 0, 0, 0)
    if libc.unshare(_CLONE_NEWNS) or libc.mount(None, b"/", None, ctypes.c_ulong(_MS_REC | propagation), None):
        raise OSError(ctypes.get_errno(), "no mount namespace of its own")
