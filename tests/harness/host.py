"""What the host looks like, before and after: mounts, loop devices in use, processes of ours, /dev.

Why: tests that mount and boot as root on somebody's machine have to prove that they leave nothing behind.
What may not be in here: any clean-up that would hide a leak. (Loop devices that the kernel had to make because none was
free are given back once nobody uses them; that is not hiding one that is in use.)

Loop devices are numbered for the whole machine, and other test runs may use some at the same time. A loop device is
theirs if its backing file is on a file system that one of their processes has mounted and the host has not: every run
has its disks on a tmpfs of its own.
"""

from __future__ import annotations

import fcntl
import os
import re
import struct
import time
from collections.abc import Iterator
from pathlib import Path

# Every process that the tests start has this in its environment.
MARK = "OSTREE_UNLOCK_TESTS"

_LOOP_GET_STATUS64 = 0x4C05
_LOOP_CTL_REMOVE = 0x4C81


class Host:
    """The host as it was when this object was made; make it before the session enters its own namespaces."""

    def __init__(self) -> None:
        # An open mountinfo goes on telling of the namespace in which it was opened, and so does an open directory.
        self._mountinfo = open("/proc/self/mountinfo", "rb", buffering=0)
        self._dev = os.open("/dev", os.O_RDONLY | os.O_DIRECTORY)
        os.environ[MARK] = f"{os.getpid()}@{time.time()}"
        self._pid_namespaces: dict[int, int] = {}
        self._loop_devices = set(_loop_devices())
        # what is not on a file system of the host's can't be ours yet
        self._before = {*self._mounts(), *self._nodes(), *self._loops(of_the_host=True)}

    def started(self, pid: int) -> None:
        """Remember the pid namespace of a booted system: a process in it is ours whatever its environment says."""
        # An open namespace keeps its number, which would else be given to somebody else's next one.
        self._pid_namespaces[pid] = os.open(f"/proc/{pid}/ns/pid", os.O_RDONLY | os.O_CLOEXEC)

    def ended(self, pid: int) -> None:
        """Forget it: its process 1 has been waited for, and the kernel lets it end as the last one in its namespace."""
        if pid in self._pid_namespaces:
            os.close(self._pid_namespaces.pop(pid))

    def changes(self, patience: float = 5.0) -> list[str]:
        """What is different now, a line each. The kernel ends namespaces in its own time: wait a little for it."""
        deadline = time.monotonic() + patience
        while True:
            self._give_back_loop_devices()
            now = {*self._mounts(), *self._nodes(), *self._loops(), *self._processes()}
            lines = [f"+ {what}" for what in sorted(now - self._before)]
            lines += [f"- {what}" for what in sorted(self._before - now)]
            if not lines or time.monotonic() > deadline:
                return lines
            time.sleep(0.05)

    def _mounts(self) -> set[str]:
        return {f"mount: {line}" for line in self._mountinfo_lines()}

    def _mountinfo_lines(self) -> list[str]:
        self._mountinfo.seek(0)
        chunks = iter(lambda: self._mountinfo.read(1 << 16), b"")
        return b"".join(chunks).decode(errors="replace").splitlines()

    def _nodes(self) -> set[str]:
        """All of the host's /dev, without what is mounted in it: terminals and shared memory come and go."""
        device = os.fstat(self._dev).st_dev
        found = set()
        for path, names, files, directory in os.fwalk(".", dir_fd=self._dev):
            for name in (*names, *files):
                try:
                    status = os.stat(name, dir_fd=directory, follow_symlinks=False)
                except FileNotFoundError:
                    continue
                # which loop devices there are is everybody's; whether ours are in use is asked below
                if status.st_dev == device and not re.fullmatch(r"loop\d+", name):
                    number = f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}"
                    owner = f"{status.st_uid}:{status.st_gid}"
                    found.add(f"/dev: {os.path.join(path, name)} {status.st_mode:o} {owner} {number}")
            names[:] = [name for name in names if _device(name, directory) == device]
        return found

    def _loops(self, of_the_host: bool = False) -> set[str]:
        bound = _bound_loops()
        elsewhere = {device for device, _inode in bound.values()} - _devices(self._mountinfo_lines())
        theirs = elsewhere
        if elsewhere and not of_the_host:
            theirs = elsewhere & self._devices_of_others()
        return {
            f"loop device: {index}, backing file: device {device} inode {inode}"
            for index, (device, inode) in bound.items()
            if device not in theirs
        }

    def _devices_of_others(self) -> set[int]:
        """The devices of all file systems that processes that are not ours have mounted."""
        found = set()
        for proc in _other_processes():
            try:
                if not self._is_ours(proc):
                    found |= _devices((proc / "mountinfo").read_text(errors="replace").splitlines())
            except OSError:
                continue  # it has ended
        return found

    def _processes(self) -> set[str]:
        found = set()
        for proc in _other_processes():
            try:
                if self._is_ours(proc):
                    command = (proc / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    found.add(f"process: {proc.name} {command}")
            except OSError:
                continue  # it has ended
        return found

    def _is_ours(self, proc: Path) -> bool:
        mark = f"{MARK}={os.environ[MARK]}".encode()
        if mark in (proc / "environ").read_bytes().split(b"\0"):
            return True
        namespace = (proc / "ns/pid").stat().st_ino
        return any(os.fstat(fd).st_ino == namespace for fd in self._pid_namespaces.values())

    def _give_back_loop_devices(self) -> None:
        for index in set(_loop_devices()) - self._loop_devices - set(_bound_loops()):
            control = os.open("/dev/loop-control", os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.ioctl(control, _LOOP_CTL_REMOVE, index)
            except OSError:
                pass  # somebody took it meanwhile: then it is theirs to give back
            finally:
                os.close(control)


def loop_of(path: Path) -> int | None:
    """The number of the loop device that `path` is attached to."""
    status = path.stat()
    for index, backing in _bound_loops().items():
        if backing == (status.st_dev, status.st_ino):
            return index
    return None


def _loop_devices() -> list[int]:
    return [int(block.name.removeprefix("loop")) for block in Path("/sys/block").glob("loop*")]


def _bound_loops() -> dict[int, tuple[int, int]]:
    """Loop devices in use: number → device and inode of the backing file (its path says nothing across namespaces)."""
    found = {}
    for index in _loop_devices():
        if not Path(f"/sys/block/loop{index}/loop").exists():
            continue
        try:
            fd = os.open(f"/dev/loop{index}", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            continue  # released meanwhile
        try:
            # struct loop_info64 begins with lo_device and lo_inode and is 232 bytes long
            info = fcntl.ioctl(fd, _LOOP_GET_STATUS64, bytes(232))
            found[index] = struct.unpack_from("QQ", info)
        except OSError:
            continue
        finally:
            os.close(fd)
    return found


def _other_processes() -> Iterator[Path]:
    return (proc for proc in Path("/proc").glob("[0-9]*") if int(proc.name) != os.getpid())


def _devices(mountinfo: list[str]) -> set[int]:
    """The device numbers in lines of a mountinfo."""
    pairs = (line.split(" ", 3)[2].split(":") for line in mountinfo)
    return {os.makedev(int(major), int(minor)) for major, minor in pairs}


def _device(name: str, directory: int) -> int | None:
    try:
        return os.stat(name, dir_fd=directory, follow_symlinks=False).st_dev
    except FileNotFoundError:
        return None
