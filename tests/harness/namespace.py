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
import select
import selectors
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from .host import MARK, Host, loop_of
from .result import BootFailed
from .suites import Target
from .system import ENVIRONMENT, Process, System, in_system

_BOOTED = re.compile("^ostree-unlock-tests: booted$", re.MULTILINE)
_PID = re.compile(r"^firmware: pid 1 is (\d+)$", re.MULTILINE)
_BOOT_SECONDS = 30
_END_SECONDS = 20

# EXT4_IOC_SHUTDOWN, made for testing file systems: nothing is written any more, not even the journal.
_SHUTDOWN = 0x8004587D
_SHUTDOWN_NOLOGFLUSH = 2


class NamespaceSystem(System):
    """A system booted in namespaces of its own."""

    def __init__(self, target: Target, disk: Path, host: Host) -> None:
        super().__init__(target, disk)
        self._host = host
        self._firmware: subprocess.Popen | None = None
        # Numbers of processes are used again, and a signal or a look at the wrong one would hit somebody else's system:
        # what is done by number is done while the pidfd says that it is still the same.
        self._pid = self._pidfd = -1

    @property
    def pid(self) -> int:
        """Process 1 of the system, as the host numbers it."""
        if not self._is_on():
            raise RuntimeError("the system is off")
        return self._pid

    def _is_on(self) -> bool:
        return self._pidfd >= 0 and not self._ends_within(0)

    def _ends_within(self, seconds: float) -> bool:
        return bool(select.select([self._pidfd], [], [], seconds)[0])

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
            self._pid = int(_PID.search(self._read_console(_BOOTED, _PID))[1])
            self._pidfd = os.pidfd_open(self._pid)
            # as long as its parent is there the number is not used again
            if self._firmware.poll() is not None:
                raise BootFailed(f"{self.target} has ended as soon as it was up\n--- console\n{self.console}")
            self._host.started(self._pid)
        except BaseException:
            self._firmware.kill()
            self._wait_for_end()
            raise

    def _read_console(self, *expected: re.Pattern[str]) -> str:
        """Take in what the boot prints until all that is expected stands there."""
        __tracebackhide__ = True
        console = ""
        deadline = time.monotonic() + _BOOT_SECONDS
        stream = self._firmware.stdout
        with selectors.DefaultSelector() as selector:
            selector.register(stream, selectors.EVENT_READ)
            while not all(pattern.search(console) for pattern in expected):
                ready = selector.select(max(0, deadline - time.monotonic()))
                data = os.read(stream.fileno(), 1 << 16) if ready else b""
                if not data:
                    why = "pid 1 has ended" if ready else f"not up after {_BOOT_SECONDS} s"
                    raise BootFailed(f"{self.target} did not boot: {why}\n--- console\n{console}")
                console += data.decode(errors="replace")
                self.console += data.decode(errors="replace")
        return console

    def soft_reboot(self, deployment: int = 0) -> None:
        """See System. Prepared by libostree itself, done by process 1 (initramfs/pid1)."""
        # libostree asks systemd to start the unit that finalizes what is staged
        self.run("install -D /dev/stdin /run/stub/systemctl", input="#!/bin/sh\n")
        self.run(f"PATH=/run/stub:$PATH ostree admin prepare-soft-reboot {deployment}")
        self.run("kill -USR1 1", check=False)
        self._read_console(_BOOTED)
        self.run("ostree admin boot-complete", env={"INVOCATION_ID": "that of a service"})

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
            if power_cut and self._is_on():
                self._cut_power()
            elif self._is_on() and self.exists("/run/ostree/staged-deployment"):
                self.run("ostree admin finalize-staged")
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        except ProcessLookupError:
            pass  # it has ended by itself
        except BaseException:
            self._firmware.kill()
            raise
        finally:
            self._wait_for_end()

    def _cut_power(self) -> None:
        try:
            disk = os.open(f"/proc/{self._pid}/root/sysroot", os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            # a process that is ending has no root any more, well before its pidfd says that it has ended
            if not self._ends_within(_END_SECONDS):
                raise
            return
        try:
            if self._is_on():
                fcntl.ioctl(disk, _SHUTDOWN, struct.pack("I", _SHUTDOWN_NOLOGFLUSH))
        finally:
            os.close(disk)

    def _wait_for_end(self) -> None:
        firmware, pid, pidfd = self._firmware, self._pid, self._pidfd
        self._firmware, self._pid, self._pidfd = None, -1, -1
        firmware.stdout.close()
        firmware.wait(_END_SECONDS)
        if pidfd >= 0:
            os.close(pidfd)
        deadline = time.monotonic() + _END_SECONDS
        while (loop := loop_of(self.disk)) is not None:
            if time.monotonic() > deadline:
                raise OSError(errno.EBUSY, f"the boot has ended and its disk is still in use as loop device {loop}")
            time.sleep(0.001)
        self._host.ended(pid)
