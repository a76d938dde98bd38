"""The few system calls that Python 3.11's os module lacks, as plain functions that raise OSError.

Why: a boot is a dozen mounts; a child process for each would cost more than the boot itself.
What may not be in here: any policy. What is mounted where is decided by the callers.
"""

import ctypes
import os
import signal

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY = 0x1
MS_NOSUID = 0x2
MS_BIND = 0x1000
MS_MOVE = 0x2000
MS_REC = 0x4000
MS_PRIVATE = 0x40000

MNT_DETACH = 0x2

_PR_SET_PDEATHSIG = 1
_SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")


def unshare(flags: int) -> None:
    """unshare(2)."""
    _check(_libc.unshare(ctypes.c_int(flags)), "unshare")


def mount(source: object, target: object, kind: str | None = None, flags: int = 0, data: str = "") -> None:
    """mount(2); paths may be str or Path."""
    _check(
        _libc.mount(
            os.fsencode(str(source)),
            os.fsencode(str(target)),
            kind.encode() if kind else None,
            ctypes.c_ulong(flags),
            data.encode() or None,
        ),
        f"mount {source} on {target}",
    )


def umount(target: object, flags: int = 0) -> None:
    """umount2(2)."""
    _check(_libc.umount2(os.fsencode(str(target)), ctypes.c_int(flags)), f"umount {target}")


def pivot_root(new_root: object, put_old: object) -> None:
    """pivot_root(2)."""
    number = _SYS_PIVOT_ROOT[os.uname().machine]
    _check(
        _libc.syscall(number, os.fsencode(str(new_root)), os.fsencode(str(put_old))),
        f"pivot_root to {new_root}",
    )


def die_with_parent() -> None:
    """Have the kernel kill this process when the thread that started it is gone."""
    _check(_libc.prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL), 0, 0, 0), "prctl")
