"""A suite's tree, made from packages once: as a chroot to work in, and committed on a disk to deploy from.

    tree.img    the tree, for the workshop
    base.img    a disk with a sysroot that has the tree committed, nothing deployed
    packages    what is in it

Why: this is the half minute that no test may wait for twice.
What may not be in here: anything that depends on the project or on a variant (images.py).
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from . import cache
from .isolation import Session
from .suites import LEFT_OUT, PACKAGES, SELINUX_ARCHIVES, SELINUX_PACKAGES, Suite
from .workshop import SCRIPTS, WorkFailed, run, work

# A disk is sparse: it costs what is on it. Inodes are for two deployments and what tests add.
_DISK = ("-L", "sysroot", "-N", "65536", "-m", "0", "-J", "size=16", "-E", "lazy_itable_init=1,nodiscard")
_DISK_SIZE = "2G"

# A hook for mmdebstrap, whose configuration of apt it uses. What an OSTree distribution does to a policy: homes and dpkg's
# database are where links lead; its modules can't lie in /var, since libostree looks at them when it deploys; and whatever
# runs from an overlay uses files that the kernel has opened as whoever mounted it, an administrator or the initramfs.
_SELINUX = """
set -e
for mounter in kernel_t unconfined_t initrc_t; do echo "(allow domain $mounter (fd (use)))"; done >"$1/overlays.cil"
chroot "$1" semodule --noreload --install /overlays.cil
rm "$1/overlays.cil"
echo /var/home /home >>"$1/etc/selinux/default/contexts/files/file_contexts.subs_dist"
echo /var/roothome /root >>"$1/etc/selinux/default/contexts/files/file_contexts.subs_dist"
echo /usr/share/dpkg/database /var/lib/dpkg >>"$1/etc/selinux/default/contexts/files/file_contexts.subs_dist"
cp -a "$1/var/lib/selinux/default/." "$1/etc/selinux/default"
echo store-root=/etc/selinux >>"$1/etc/selinux/semanage.conf"
export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"
mkdir "$1/usr/share/archives"
cd "$1/usr/share/archives"
apt-get --quiet download {}
"""

# What apt says when it is the archive's or the network's fault; any other failure is ours.
_NOT_OURS = re.compile(
    r"^(?:E: (?:Failed to fetch|Unable to (?:fetch|locate)|The repository|Unable to correct problems)"
    r"|.*(?:has no installation candidate|Could not resolve|Temporary failure|NO_PUBKEY)).*",
    re.MULTILINE,
)


class Unavailable(Exception):
    """The tree can't be had now; the text says why."""


def tree(session: Session, suite: Suite, selinux: bool = False) -> Path:
    """The cached directory of that suite's tree, or of the one with SELinux."""
    recipe = [SCRIPTS / name for name in ("enter", "ostree-form", "make-base")]
    name, parts = suite.name, [suite, PACKAGES, LEFT_OUT, _DISK, *recipe]
    if selinux:
        name, parts = f"{name}+selinux", [*parts, SELINUX_PACKAGES, SELINUX_ARCHIVES, _SELINUX]
    return cache.entry(
        cache.directory() / "trees",
        name,
        cache.key(*parts),
        lambda path: _make(session, suite, selinux, path),
        keep_old=True,
    )


def ref(suite: Suite) -> str:
    """The branch that the suite's systems are deployed from."""
    return f"debian/{suite.name}"


def packages(tree: Path) -> dict[str, str]:
    """The packages of a tree and their versions."""
    return dict(line.split() for line in (tree / "packages").read_text().splitlines())


def mmdebstrap(suite: str, root: Path, *options: str, scratch: Path) -> None:
    """Fill `root` from a suite's packages."""
    options += ("--aptopt=APT::Install-Recommends false",)
    # the sources of an unstable suite may have expired by a clock that is ahead
    options += ("--aptopt=Acquire::Check-Valid-Until false", "--aptopt=Acquire::Check-Date false")
    try:
        run(
            ["mmdebstrap", "--mode=root", *options, suite, root],
            env={**os.environ, "TMPDIR": str(scratch), "INITRD": "No", "DEBIAN_FRONTEND": "noninteractive"},
            timeout=900,
        )
    except WorkFailed as error:
        if reason := _NOT_OURS.search(str(error)):
            raise Unavailable(f"nothing to be had from {suite}: {reason[0]}") from error
        raise


def _make(session: Session, suite: Suite, selinux: bool, path: Path) -> None:
    # Unpacked on the session's tmpfs, since it gets device nodes.
    scratch = session.new("tree")
    root = scratch / "root"
    options = [f"--dpkgopt=path-exclude={pattern}" for pattern in LEFT_OUT]
    # directory links instead of the usrmerge package, which would bring all of perl
    options += ["--hook-dir=/usr/share/mmdebstrap/hooks/maybe-merged-usr"]
    packages = PACKAGES
    if selinux:
        packages += SELINUX_PACKAGES
        options.append(f"--customize-hook={_SELINUX.format(' '.join(SELINUX_ARCHIVES))}")
    mmdebstrap(suite.name, root, "--variant=minbase", f"--include={','.join(packages)}", *options, scratch=scratch)
    listing = ["dpkg-query", f"--admindir={root}/var/lib/dpkg", "-W", "-f", "${Package} ${Version}\\n"]
    (path / "packages").write_text(run(listing))
    run([SCRIPTS / "ostree-form", root])
    run(["mkfs.ext4", "-q", *_DISK, "-d", root, path / "tree.img", _DISK_SIZE])

    disk = scratch / "base.img"
    run(["mkfs.ext4", "-q", *_DISK, disk, _DISK_SIZE])
    work(session, path / "tree.img", disk, "make-base", ref(suite), given=scratch)
    run(["cp", "--sparse=always", disk, path / "base.img"])
    run(["rm", "-rf", scratch])
