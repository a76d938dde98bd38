"""What is there: the kernel's mounts, the files of ours and of libostree, what /usr holds, what libostree says.

Why: each is asked by itself, without the code that is tested. Everything is a plain value, to be compared.
What may not be in here: what should be there (matrix.py).
"""

from __future__ import annotations

import glob
import hashlib
import os
import re
import subprocess
from dataclasses import dataclass

import gi

gi.require_version("OSTree", "1.0")
from gi.repository import OSTree  # noqa: E402

_STATES = ("none", "development", "hotfix", "transient")

# All of it; but not what is in the repository, in the deployments' trees, or in an upper.
_PLACES = ("/run", "/sysroot/ostree")
_NOT_INTO = (
    "/sysroot/ostree/repo", "/sysroot/ostree/deploy/*/deploy/*", "/sysroot/ostree/deploy/*/var",
    # what a running systemd and its services change all the time
    "/run/systemd", "/run/log", "/run/user", "/run/dbus", "/run/credentials", "/run/utmp",
)  # fmt: skip
_UPPERS = ("/sysroot/ostree/deploy/*/backing/*/*transient", "/run/ostree-unlock/*")
_SET_ASIDE = "/sysroot/ostree/deploy/*/backing/*/unlock/old-*"
# Whether all was done after an upgrade; leftovers.py knows more of it.
_MARKER = "/sysroot/ostree/deploy/*/backing/*/unlock/cleaned"
# What everybody is told who logs in.
NOTICE = "/run/motd.d/ostree-unlock"
# Directories that may be left, as long as there is nothing in them.
_EMPTY = (
    "/run/motd.d", "/run/ostree", "/run/ostree/deployment-state", "/run/ostree/deployment-state/*",
    "/run/ostree/deployment-state/*/ostree-unlock", "/run/ostree-unlock",
    "/sysroot/ostree/deploy/*/backing", "/sysroot/ostree/deploy/*/backing/*",
    "/sysroot/ostree/deploy/*/backing/*/unlock",
)  # fmt: skip


@dataclass(frozen=True)
class Mount:
    """A line of mountinfo, without what is different each time."""

    point: str
    root: str
    kind: str
    source: str
    read_only: bool
    sealed: bool
    """Whether the superblock is read-only."""
    shared: bool
    upper: str
    """Of an overlay the directory that takes what is written."""

    @property
    def is_overlay_on_usr(self) -> bool:
        """Whether it is what unlocks."""
        return self.point == "/usr" and self.kind == "overlay"


def mounts(process: int = 1) -> list[Mount]:
    """All mounts that this process sees; those at one point in the order in which they lie, the lowest first."""
    found = {}
    with open(f"/proc/{process}/mountinfo") as lines:
        for line in lines:
            head, tail = line.split(" - ")
            number, parent, _device, root, point, options, *optional = head.split()
            kind, source, super_options = tail.split(None, 2)
            of_superblock = super_options.strip().split(",")
            mount = Mount(
                point=point,
                root=root,
                kind=kind,
                source=source,
                read_only="ro" in options.split(","),
                sealed=of_superblock[0] == "ro",
                shared=any(word.startswith("shared:") for word in optional),
                upper=next((o.removeprefix("upperdir=") for o in of_superblock if o.startswith("upperdir=")), ""),
            )
            found[number] = (parent, mount)

    def depth(number: str) -> int:
        steps = 0
        while number in found and found[number][0] != number:
            number, steps = found[number][0], steps + 1
        return steps

    return [found[number][1] for number in sorted(found, key=lambda number: (found[number][1].point, depth(number)))]


def is_kept_aside(source: str) -> bool:
    """Whether this is mounted where an end keeps what was mounted in the overlay."""
    return any(mount.source == source and mount.point.startswith("/run/ostree-unlock/carried/") for mount in mounts())


def overlays(process: int = 1) -> list[Mount]:
    """Those that lie on /usr, the lowest first."""
    return [mount for mount in mounts(process) if mount.is_overlay_on_usr]


def state(process: int = 1) -> str:
    """What the kernel does with /usr."""
    found = overlays(process)
    if not found:
        return "none"
    # Of its two directories the one that ostree-prepare-root looks for.
    if glob.glob("/sysroot/ostree/deploy/*/deploy/*/.usr-ovl-work"):
        return "hotfix"
    # Not by the superblock: while an overlay is being ended it is sealed, in whatever state it was.
    return "transient" if found[-1].read_only else "development"


def usr() -> dict[str, object]:
    """What /usr holds, as far as tells a whole one from one that is not, and base from overlay."""
    names = sorted(os.listdir("/usr/bin"))
    with open("/usr/lib/os-release", "rb") as file:
        content = hashlib.sha256(file.read()).hexdigest()
    return {
        "/usr": sorted(set(os.listdir("/usr")) - {"written"}),
        "programs": len(names),
        "tac": "tac" in names,
        "os-release": content,
        "written": _read("/usr/written"),
        "mounted below": _read("/usr/games/carried"),
    }


def _read(path: str) -> str | None:
    try:
        with open(path) as file:
            return file.read()
    except FileNotFoundError:
        return None


def is_writable() -> bool:
    """Whether a file can be made in /usr."""
    try:
        os.close(os.open("/usr/.probe", os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError:
        return False
    os.unlink("/usr/.probe")
    return True


def files() -> set[str]:
    """What is not a mere directory in our places and in libostree's, and each directory that may not be left."""
    skipped = {path for pattern in (*_NOT_INTO, *_UPPERS, _SET_ASIDE) for path in glob.glob(pattern)}
    allowed = {path for pattern in _EMPTY for path in glob.glob(pattern)} | set(glob.glob(_SET_ASIDE))
    found = set()
    for place in _PLACES:
        for parent, directories, names in os.walk(place):
            found |= {os.path.join(parent, name) for name in names}
            found |= {os.path.join(parent, name) for name in directories} - allowed
            directories[:] = [name for name in directories if os.path.join(parent, name) not in skipped]
    return found - set(glob.glob(_MARKER))


def halves_of_a_hotfix() -> list[str]:
    """Those that are there, by name."""
    found = glob.glob("/sysroot/ostree/deploy/*/deploy/*/.usr-ovl-*")
    return sorted(os.path.basename(path) for path in found)


def set_aside() -> list[str]:
    """Discarded uppers that are still there."""
    return glob.glob(_SET_ASIDE)


def run_state() -> str:
    """The directory of libostree's flags, and of what we write down."""
    booted = _sysroot().get_booted_deployment()
    return f"/run/ostree/deployment-state/{booted.get_csum()}.{booted.get_deployserial()}"


def temporary() -> str:
    """Where an upper on disk is in a state that ends with the boot."""
    booted = _sysroot().get_booted_deployment()
    name = f"{booted.get_csum()}.{booted.get_deployserial()}"
    return f"/sysroot/ostree/deploy/{booted.get_osname()}/backing/{name}/usr-transient"


def timers() -> set[int] | None:
    """The deadlines that systemd knows of, in seconds since the epoch; None where it does not run."""
    if not os.path.exists("/run/systemd/system"):
        return None
    words = ("systemctl", "list-units", "--all", "--plain", "--no-legend", "ostree-unlock-end@*.timer")
    listed = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    return {int(deadline) for deadline in re.findall(r"^ostree-unlock-end@(\d+)\.timer ", listed, re.MULTILINE)}


def libostree() -> str:
    """The state that libostree believes in."""
    return _STATES[int(_sysroot().get_booted_deployment().get_unlocked())]


def libostree_can_lock() -> bool:
    """Whether libostree gets its lock of the sysroot; only in a mount namespace of its own."""
    sysroot = OSTree.Sysroot.new_default()
    sysroot.set_mount_namespace_in_use()
    sysroot.load(None)
    answer = sysroot.try_lock()
    acquired = answer[-1] if isinstance(answer, tuple) else answer
    if acquired:
        sysroot.unlock()
    return bool(acquired)


def _sysroot() -> OSTree.Sysroot:
    sysroot = OSTree.Sysroot.new_default()
    sysroot.load(None)
    return sysroot
