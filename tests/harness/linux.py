"""A suite's own kernel for VM boots: the kernel itself, and an initramfs of the modules that a boot needs.

    kernel       to be started
    modules      an uncompressed initramfs: vm/modules/ with the modules, and in `order` the order to load them in
    release      what `uname -r` says

Why not in the tree: it is 40 to 110 MB more in every copy of a disk, and namespace boots have the host's kernel.
What may not be in here: what loads them (vm/init).
"""

from __future__ import annotations

import lzma
import shlex
from dataclasses import dataclass
from pathlib import Path

from . import cache, debian
from .isolation import Session
from .suites import Suite
from .workshop import run

_PACKAGE = "linux-image-cloud-amd64"

# The disk, the agent's port, what is mounted, and what systemd asks for: nothing is loaded later, for the deployment has no
# modules.
MODULES = ("virtio_pci", "virtio_blk", "virtio_console", "ext4", "overlay", "erofs", "loop", "autofs4", "binfmt_misc")

_FETCH = Path(__file__).parent / "vm" / "fetch-kernel"


@dataclass(frozen=True)
class Kernel:
    """A kernel to boot; files in the cache."""

    directory: Path

    @property
    def image(self) -> Path:
        """The kernel itself."""
        return self.directory / "kernel"

    @property
    def modules(self) -> Path:
        """The initramfs with its modules."""
        return self.directory / "modules"

    @property
    def release(self) -> str:
        """What `uname -r` says."""
        return (self.directory / "release").read_text()


def kernel(session: Session, suite: Suite) -> Kernel:
    """The kernel of that suite."""
    key = cache.key(suite.name, _PACKAGE, MODULES, _FETCH, 1)
    return Kernel(
        cache.entry(
            cache.directory() / "kernels", suite.name, key, lambda path: _make(session, suite, path), keep_old=True
        )
    )


def _make(session: Session, suite: Suite, path: Path) -> None:
    scratch = session.new("kernel")
    root, unpacked, initramfs = scratch / "root", scratch / "unpacked", scratch / "initramfs"
    # nothing but the package lists, and a hook that takes packages without what they depend on
    hook = f'{shlex.quote(str(_FETCH))} "$1" {_PACKAGE}'
    debian.mmdebstrap(suite.name, root, "--variant=custom", f"--customize-hook={hook}", scratch=scratch)
    unpacked.mkdir()
    for package in root.glob("*.deb"):
        run(["dpkg-deb", "--extract", package, unpacked])
    if not (unpacked / "lib").exists():
        (unpacked / "lib").symlink_to("usr/lib")  # where depmod looks

    (release,) = (directory.name for directory in (unpacked / "lib/modules").iterdir())
    (path / "release").write_text(release)
    images = [unpacked / f"boot/vmlinuz-{release}", unpacked / f"lib/modules/{release}/vmlinuz"]
    (image,) = (image for image in images if image.exists())
    run(["cp", image, path / "kernel"])

    run(["depmod", "--basedir", unpacked, release])
    modules = initramfs / "vm/modules"
    modules.mkdir(parents=True)
    order = dict.fromkeys(file for name in MODULES for file in _with_dependencies(unpacked, release, name))
    for file in order:
        (modules / _name(file)).write_bytes(_uncompressed(file))
    (modules / "order").write_text("".join(f"{_name(file)}\n" for file in order))
    pack(initramfs, path / "modules")
    run(["rm", "-rf", scratch])


def _with_dependencies(root: Path, release: str, name: str) -> list[Path]:
    lines = run(["modprobe", "--dirname", root, "--set-version", release, "--show-depends", name]).splitlines()
    return [Path(line.split()[1]) for line in lines if line.startswith("insmod ")]  # else it is built in


def _name(file: Path) -> str:
    return f"{file.name.split('.ko')[0]}.ko"


def _uncompressed(file: Path) -> bytes:
    data = file.read_bytes()
    if data.startswith(b"\x7fELF"):
        return data
    return lzma.decompress(data)


def pack(directory: Path, archive: Path) -> None:
    """Make an initramfs; several may follow each other in one file."""
    run(["sh", "-c", 'cd "$0" && find . | cpio --quiet -o -H newc >"$1"', directory, archive.absolute()])
