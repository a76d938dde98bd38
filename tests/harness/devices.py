"""A /dev of one's own, made with mknod on a private tmpfs.

Why: a node that is bound from the host is the host's own inode: a chmod in a test or in a package's
script would change it for everybody. Nodes made here are nobody else's.
What may not be in here: anything that opens a device.
"""

import os
import stat
from pathlib import Path

from . import kernel

_CHARACTER = {
    "null": (1, 3),
    "zero": (1, 5),
    "full": (1, 7),
    "random": (1, 8),
    "urandom": (1, 9),
    "tty": (5, 0),
    "loop-control": (10, 237),
}
_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "fd/0",
    "stdout": "fd/1",
    "stderr": "fd/2",
    "ptmx": "pts/ptmx",
}
# Loop devices are numbered for the whole machine, so a free one may have any number that others left over.
_LOOPS = 256


def make(dev: Path) -> None:
    """Mount a tmpfs on `dev` and fill it."""
    kernel.mount("dev", dev, "tmpfs", kernel.MS_NOSUID, "mode=0755,size=64m")
    umask = os.umask(0)
    try:
        for name, number in _CHARACTER.items():
            os.mknod(dev / name, 0o666 | stat.S_IFCHR, os.makedev(*number))
        for index in range(_LOOPS):
            os.mknod(dev / f"loop{index}", 0o660 | stat.S_IFBLK, os.makedev(7, index))
        for name, target in _LINKS.items():
            (dev / name).symlink_to(target)
        (dev / "shm").mkdir(mode=0o1777)
        (dev / "pts").mkdir()
    finally:
        os.umask(umask)
    kernel.mount("devpts", dev / "pts", "devpts", kernel.MS_NOSUID, "newinstance,ptmxmode=0666,mode=0620")
