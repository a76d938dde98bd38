"""A system that is booted in namespaces: real tree, real ostree-prepare-root, real deployment, the host's kernel.

Why: about a tenth of a second from a disk to a command in the booted system, so that every test can have its own.
What may not be in here: what happens before pid 1 (firmware.py) and in it (initramfs/).

A boot ends with its pid 1: the kernel then kills all that is in the pid namespace, and with the last of it go the mounts
and the loop device. `stop` waits for that, because the next boot mounts the same disk. It also ends with the thread that
has booted it (that is what the kernel's parent-death signal looks at): boot from a thread that lives as long.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import selectors
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from .host import MARK, loop_of
from .result import BootFailed
from .suites import Target
from .system import ENVIRONMENT, Process, System, in_system

_BOOTED = "ostree-unlock-tests: booted\n"
_BOOT_SECONDS = 30
_END_SECONDS = 20

# EXT4_IOC_SHUTDOWN, made for testing file systems: nothing is written any more, not even the journal.
_SHUTDOWN = 0x8004587D
_SHUTDOWN_NOLOGFLUSH = 2


class NamespaceSystem(System):
    """A system booted in namespaces of its own."""

    def __init__(self, target: Target, disk: Path, started: Callable[[int], None] = lambda pid: None) -> None:
        super().__init__(target, disk)
        self._started = started
        self._firmware: subprocess.Popen | None = None
        self._pid = 0

    @property
    def pid(self) -> int:
        """Process 1 of the system, as the host numbers it."""
        if self._firmware is None:
            raise RuntimeError("the system is off")
        return self._pid

    def boot(self, deployment: int = 0) -> None:
        """See System."""
        if self._firmware is not None:
            raise RuntimeError("the system is on")
        root = self.disk.with_suffix(".root")
        root.mkdir(exist_ok=True)
        self._firmware = subprocess.Popen(
            [sys.executable, "-S", "-m", "harness.firmware"]
            + [str(self.disk), str(root), str(deployment), self.target.suite.name],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        )
        try:
            console = self._read_console()
            self._pid = int(re.search(r"^firmware: pid 1 is (\d+)$", console, re.MULTILINE)[1])
            self._started(self._pid)
        except BaseException:
            self._firmware.kill()
            self._wait_for_end()
            raise

    def _read_console(self) -> str:
        """What the boot prints until it is done."""
        __tracebackhide__ = True
        console = ""
        deadline = time.monotonic() + _BOOT_SECONDS
        stream = self._firmware.stdout
        with selectors.DefaultSelector() as selector:
            selector.register(stream, selectors.EVENT_READ)
            while not console.endswith(_BOOTED):
                ready = selector.select(max(0, deadline - time.monotonic()))
                data = os.read(stream.fileno(), 1 << 16) if ready else b""
                if not data:
                    why = "pid 1 has ended" if ready else f"not up after {_BOOT_SECONDS} s"
                    raise BootFailed(f"{self.target} did not boot: {why}\n--- console\n{console}")
                console += data.decode(errors="replace")
                self.console += data.decode(errors="replace")
        return console

    def popen(
        self,
        command: str | Sequence[str],
        *,
        user: str | None = None,
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
        wrapper: Sequence[str] = (),
        **popen: object,
    ) -> Process:
        """See System."""
        enter = ["nsenter", f"--target={self.pid}", "--mount", "--pid", "--ipc", "--uts", "--net", "--root", "--wd"]
        environment = {**ENVIRONMENT, MARK: os.environ.get(MARK, ""), **(env or {})}
        return Process(
            [*enter, "--", *in_system(command, user, cwd, wrapper)], env=environment, start_new_session=True, **popen
        )

    def stop(self, power_cut: bool = False) -> None:
        """See System. In good order means here: a staged deployment is finalized and the disk is unmounted."""
        if self._firmware is None:
            return
        try:
            if power_cut:
                self._cut_power()
            elif self.exists("/run/ostree/staged-deployment"):
                self.run("ostree admin finalize-staged")
            os.kill(self._pid, signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError):
            pass  # pid 1 has ended by itself
        finally:
            self._firmware.kill()
            self._wait_for_end()

    def _cut_power(self) -> None:
        disk = os.open(f"/proc/{self._pid}/root/sysroot", os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(disk, _SHUTDOWN, struct.pack("I", _SHUTDOWN_NOLOGFLUSH))
        finally:
            os.close(disk)

    def _wait_for_end(self) -> None:
        firmware, self._firmware, self._pid = self._firmware, None, 0
        firmware.stdout.close()
        firmware.wait(_END_SECONDS)
        deadline = time.monotonic() + _END_SECONDS
        while (loop := loop_of(self.disk)) is not None:
            if time.monotonic() > deadline:
                raise OSError(errno.EBUSY, f"the boot has ended and its disk is still in use as loop device {loop}")
            time.sleep(0.001)
