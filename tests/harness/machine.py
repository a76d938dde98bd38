"""A system that is booted as a virtual machine, with the tree's own kernel: the place for it; it is not built yet.

Why: what a namespace can't show (other kernels, the initramfs of the distribution, a real power cut, full systemd) is
tested through the same interface.
What may not be in here: anything that a test would have to know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .system import Process, System


class VirtualMachine(System):
    """A system booted by QEMU from the same disk image; the boot entry and its kernel are read from the image."""

    def boot(self, deployment: int = 0) -> None:
        """See System."""
        raise NotImplementedError("VM boot")

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
        raise NotImplementedError("VM boot")

    def stop(self, power_cut: bool = False) -> None:
        """See System."""
        raise NotImplementedError("VM boot")
