"""A file system whose server answers until one process works in it, and then never again; and that is in no table of mounts.

Why: a network file system without its server is one, and whoever asks it about a file waits for ever.
What may not be in here: how long anything may take (../test_holders.py).
"""

from __future__ import annotations

import ctypes
import errno
import os
import select
import signal
import stat
import struct
import sys

_GETATTR, _INIT, _FORGET = 3, 26, (2, 42)
_PLACE = "/run/dead"
_DETACH = 2


def _answer(fuse: int) -> None:
    request = os.read(fuse, 1 << 17)
    _, opcode, unique = struct.unpack_from("<IIQ", request)
    if opcode in _FORGET:
        return
    error, body = 0, b""
    if opcode == _INIT:
        body = struct.pack("<4I2H2I2H8I", 7, 31, 4096, 0, 1, 1, 4096, 1, 1, *[0] * 9)
    elif opcode == _GETATTR:
        # good for no time at all, so that it is asked for again
        body = struct.pack("<QII6Q10I", 0, 0, 0, 1, *[0] * 8, stat.S_IFDIR | 0o755, 2, *[0] * 5)
    else:
        error = -errno.ENOSYS
    os.write(fuse, struct.pack("<IiQ", 16 + len(body), error, unique) + body)


def main() -> None:
    device = "/dev/fuse"
    try:
        if not os.path.exists(device):
            os.mknod(device, 0o600 | stat.S_IFCHR, os.makedev(10, 229))
        fuse = os.open(device, os.O_RDWR)
    except OSError as error:
        sys.exit(f"no FUSE: {error}")
    libc = ctypes.CDLL(None, use_errno=True)
    os.makedirs(_PLACE, exist_ok=True)
    options = f"fd={fuse},rootmode=40000,user_id=0,group_id=0".encode()
    if libc.mount(b"dead", _PLACE.encode(), b"fuse", 0, options):
        sys.exit(f"no FUSE: {os.strerror(ctypes.get_errno())}")
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(fuse)
        os.chdir(_PLACE)
        os.open(".", os.O_PATH)
        os.write(writes, b"there")
        signal.pause()
    try:
        while reads not in select.select([fuse, reads], [], [], 20)[0]:
            _answer(fuse)
        libc.umount2(_PLACE.encode(), _DETACH)
        print("ready", flush=True)
        sys.stdin.read()
    finally:
        os.kill(child, signal.SIGKILL)


main()
