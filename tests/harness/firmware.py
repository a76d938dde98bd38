"""The firmware and boot loader of a namespace boot: a program that starts one boot of a disk.

Usage: python3 -m harness.firmware DISK ROOT DEPLOYMENT HOSTNAME

Why: the machine part of a boot (a disk, a /dev, a boot entry, an initramfs unpacked in memory) is what a namespace has
instead of hardware; from the initramfs's /init on, everything is the system's own. This process stays behind as the
parent of pid 1, dies with the test run and takes pid 1 with it.
What may not be in here: anything that the initramfs or the tree does (initramfs/init, initramfs/pid1).
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

from . import bls, devices, kernel


def main() -> int:
    """Boot, and exit when pid 1 does."""
    disk, root, deployment, hostname = sys.argv[1:]
    kernel.die_with_parent()
    kernel.unshare(kernel.CLONE_NEWPID)
    pid = os.fork()
    if pid == 0:
        kernel.die_with_parent()
        power_on(Path(disk), Path(root), int(deployment), hostname)
    # The harness reads this; see namespace.py.
    print(f"firmware: pid 1 is {pid}", flush=True)
    _pid, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status) & 0xFF


def power_on(disk: Path, root: Path, deployment: int, hostname: str) -> None:
    """Become pid 1 of the system on `disk`; returns only as an exception."""
    kernel.unshare(kernel.CLONE_NEWNS | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS | kernel.CLONE_NEWNET)
    kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    socket.sethostname(hostname)

    kernel.mount("initramfs", root, "tmpfs", 0, "mode=0755")
    os.chdir(root)
    os.mkdir("sysroot")
    # mount(8) finds a free loop device, also in a race with others, and has it released with the last mount
    subprocess.run(["mount", "-o", "loop", disk, "sysroot"], check=True)

    boot = Path("sysroot/boot")
    texts = [path.read_text() for path in (boot / "loader/entries").glob("*.conf")]
    entry = bls.in_boot_order(texts)[deployment]
    with (boot / entry.initrd.removeprefix("/boot").lstrip("/")).open("rb") as initrd:
        subprocess.run(["cpio", "-idm", "--quiet"], stdin=initrd, check=True)
    if "ro" in entry.options.split():
        # A medium that takes no writes: the device itself is read-only, and no remount changes that.
        kernel.umount("sysroot")
        subprocess.run(["mount", "-o", "loop,ro", disk, "sysroot"], check=True)
    Path("cmdline").write_text(f"{entry.options}\n")
    devices.make(Path("dev"))

    kernel.pivot_root(".", ".")
    kernel.umount(".", kernel.MNT_DETACH)
    os.chdir("/")
    os.execve("/init", ["/init"], {})


if __name__ == "__main__":
    sys.exit(main())
