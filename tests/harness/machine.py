"""A system that is booted as a virtual machine: real tree, real ostree-prepare-root, and the kernel of its suite.

Why: what a namespace can't show (other kernels, a real reboot, a real power cut, systemd) is tested through the same
interface, at some seconds a boot.
What may not be in here: the hardware (hypervisor.py), what happens in the machine (vm/), whence the kernel (linux.py).

The boot entry and its initramfs are read from the disk as a boot loader would read them: without replaying a journal. To
that initramfs is added what virtual hardware needs; the kernel is not that of the boot entry, which is none.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import bls
from .frames import frame
from .host import MARK
from .linux import Kernel, pack
from .result import BootFailed
from .suites import Target
from .system import ENVIRONMENT, Process, System, in_system
from .workshop import run

# what process 1 prints when it is done; see initramfs/pid1
_BOOTED = "ostree-unlock-tests: booted\n"
# on an idle machine a tenth of that; one that crashes is off and not waited for
_BOOT_SECONDS = 300
_END_SECONDS = 60

_SCRIPTS = Path(__file__).parent / "vm"

# A panic ends the boot; systemd neither starts a getty, which would wait for the udev that the tree does not have, nor asks
# the terminal what it is; guarding one process's secrets from another would cost a tenth of the time.
_COMMAND_LINE = "console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off rdinit=/vm/init systemd.getty_auto=no TERM=dumb"


class VirtualMachine(System):
    """A system booted by QEMU. Process 1 is as small as that of a namespace boot, or systemd itself."""

    def __init__(self, target: Target, disk: Path, kernel: Kernel, emulator: Path, systemd: bool = False) -> None:
        self._directory = disk.parent
        self._console_of_before = ""
        super().__init__(target, disk)
        self.kernel = kernel
        self.systemd = systemd
        self._emulator = emulator
        self._hypervisor: subprocess.Popen | None = None
        self._pid = 0

    @property
    def console(self) -> str:
        """What the boots so far have printed."""
        return self._console_of_before + self._console_of_this_boot()

    @console.setter
    def console(self, text: str) -> None:
        self._console_of_before = text

    def _console_of_this_boot(self) -> str:
        try:
            return (self._directory / "console").read_text(errors="replace").replace("\r", "")
        except FileNotFoundError:
            return ""

    def boot(self, deployment: int = 0) -> None:
        """See System."""
        if self._hypervisor is not None:
            raise RuntimeError("the system is on")
        command_line = self._load(deployment)
        self._hypervisor = subprocess.Popen(
            [sys.executable, "-S", "-m", "harness.hypervisor", self._emulator, self._directory, command_line],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=_environment(),
        )
        try:
            self._wait_for_boot()
        except BaseException:
            self.stop(power_cut=True)
            raise

    def _load(self, deployment: int) -> str:
        """Do what a boot loader does; return the kernel's command line."""
        self.console = self.console
        (self._directory / "console").unlink(missing_ok=True)
        names = re.findall(r"[^/]+\.conf", self._debugfs("ls -p /boot/loader/entries"))
        entries = bls.in_boot_order([self._debugfs(f"cat /boot/loader/entries/{name}") for name in names])
        if not entries[deployment:]:
            raise BootFailed(f"{self.target} did not boot: there is no boot entry {deployment}")
        entry = entries[deployment]
        initrd, scripts = self._directory / "initrd", self._directory / "scripts"
        self._debugfs(f"dump /boot/{entry.initrd.removeprefix('/boot').lstrip('/')} {initrd}")
        (scripts / "vm").mkdir(parents=True, exist_ok=True)
        run(["cp", "-r", f"{_SCRIPTS}/.", scripts / "vm"])
        pack(scripts, self._directory / "scripts.cpio")
        with initrd.open("ab") as file:
            for part in (self.kernel.modules, self._directory / "scripts.cpio"):
                file.write(part.read_bytes())
        run(["cp", self.kernel.image, self._directory / "kernel"])
        systemd = " ostree-unlock-tests.systemd" if self.systemd else ""
        return f"{entry.options} {_COMMAND_LINE}{systemd}"

    def _debugfs(self, request: str) -> str:
        """Read from the disk."""
        done = subprocess.run(["debugfs", "-R", request, self.disk], capture_output=True, text=True, check=True)
        return done.stdout

    def _wait_for_boot(self) -> None:
        """Until the agent answers and, without systemd, process 1 is done."""
        __tracebackhide__ = True
        deadline = time.monotonic() + _BOOT_SECONDS
        said, why = b"", ""
        os.set_blocking(self._hypervisor.stdout.fileno(), False)
        while not why:
            said += self._hypervisor.stdout.read() or b""
            if b"the agent is there\n" in said and (self.systemd or _BOOTED in self._console_of_this_boot()):
                break
            if self._hypervisor.poll() is not None:
                why = "the machine is off"
            elif time.monotonic() > deadline:
                why = f"not up after {_BOOT_SECONDS} s"
            time.sleep(0.02)
        if found := re.search(rb"the machine is (\d+)\n", said):
            self._pid = int(found[1])
        if why:
            text = said.decode(errors="replace")
            raise BootFailed(f"{self.target} did not boot: {why}\n{text}--- console\n{self._console_of_this_boot()}")

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
        if self._hypervisor is None:
            raise RuntimeError("the system is off")
        environment = [f"{name}={value}" for name, value in {**ENVIRONMENT, **(env or {})}.items()]
        remote = [sys.executable, "-S", "-m", "harness.remote", os.path.relpath(self._line)]
        return Process(
            [*remote, *environment, "--", *in_system(command, user, cwd, wrapper)],
            env=_environment(),
            start_new_session=True,
            **popen,
        )

    def soft_reboot(self, deployment: int = 0) -> None:
        """See System. Done by systemd, so only where that is process 1."""
        if not self.systemd:
            raise NotImplementedError("soft reboot without systemd")
        self.run(f"ostree admin prepare-soft-reboot {deployment}", timeout=_BOOT_SECONDS)
        with self.popen("systemctl soft-reboot; sleep infinity", stdin=subprocess.DEVNULL) as last:
            self._wait_for_boot()
            last.kill()

    def settled(self) -> str:
        """What systemd says of itself when it has started everything, and what runs at a boot holds no lock any more."""
        ask = "systemctl is-system-running --wait; systemctl --failed --plain --no-legend"
        return self.run(ask, check=False, timeout=180).stdout

    @property
    def _line(self) -> Path:
        return self._directory / "line"

    def stop(self, power_cut: bool = False) -> None:
        """See System. In good order means: by systemd, or as systemd does it."""
        if self._hypervisor is None:
            return
        try:
            if not power_cut:
                self._shut_down()
                self._hypervisor.wait(_END_SECONDS)
        finally:
            self._cut_power()

    def _shut_down(self) -> None:
        if self.systemd:
            self.run("systemctl reboot", check=False)
            return
        if self.exists("/run/ostree/staged-deployment"):
            self.run("ostree admin finalize-staged")
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(os.path.relpath(self._line))
            line.sendall(frame(0, b"q"))

    def _cut_power(self) -> None:
        hypervisor, self._hypervisor = self._hypervisor, None
        if hypervisor.poll() is None and self._pid:
            os.kill(self._pid, signal.SIGKILL)
        elif hypervisor.poll() is None:
            hypervisor.kill()
        hypervisor.stdout.close()
        hypervisor.wait(_END_SECONDS)
        self._pid = 0


def _environment() -> dict[str, str]:
    """For programs of the harness."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "PYTHONDONTWRITEBYTECODE": "1",
        MARK: os.environ.get(MARK, ""),
    }
