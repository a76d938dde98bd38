"""What earlier boots and other deployments leave for `cleanup`, and hooks for after an upgrade.

Why made by hand: a real soft reboot, loss of power or upgrade before each of hundreds of kills would take days; that they leave
this is seen in ../../boot/test_cleanup.py.
What may not be in here: what should become of it (matrix.py).
"""

from __future__ import annotations

import glob
import os
import subprocess
from pathlib import Path

import look

# Of a deployment that is gone.
_GONE = f"{'e' * 64}.0"
_RUN_STATE = f"/run/ostree/deployment-state/{_GONE}"
# Where a file system in RAM was mounted; a soft reboot unmounts it.
_RAM = "/run/ostree-unlock/ostree-unlock-0000000000000008"

_HOOKS = Path("/etc/ostree-unlock/post-upgrade.d")
_NAMES = ("10-first", "20-second")
_RAN = Path("/var/crash/ran")


def leave() -> bool:
    """All of it; of the booted deployment what can be beside the state it is in. In a mount namespace apart: with composefs
    the sysroot is read-only."""
    subprocess.run(["mount", "-o", "remount,rw", "/sysroot"], check=True)
    own, gone = _backings()
    uppers, flags = [f"{own}/unlock/old-1", f"{gone}/unlock/old-1", f"{gone}/usr-transient"], [_RUN_STATE]
    if look.state() == "none":
        uppers.append(look.temporary())
        flags.append(look.run_state())
    for upper in uppers:
        os.makedirs(f"{upper}/work/work")
        os.makedirs(f"{upper}/upper/lib")
        _write(f"{upper}/upper/lib/written")
    for directory in flags:
        _write(f"{directory}/unlocked-development")
    _write(f"{_RUN_STATE}/ostree-unlock/record")
    # the second of these by an upgrade that was killed as well
    _write(f"{gone}/unlock/cleaned")
    _write(f"{gone}/unlock/.cleaned.new")
    os.makedirs(_RAM)

    for name in _NAMES:
        _write(f"{_HOOKS}/{name}", f"#!/bin/sh\necho {name} >>{_RAN}\n")
        (_HOOKS / name).chmod(0o755)
    _RAN.unlink(missing_ok=True)
    Path(own, "unlock/cleaned").unlink(missing_ok=True)
    return True


def there() -> list[str]:
    """What of it is still there."""
    own, gone = _backings()
    found = [gone, _RAM, f"{_RUN_STATE}/unlocked-development", f"{_RUN_STATE}/ostree-unlock", *glob.glob(f"{own}/unlock/old-*")]
    return [path for path in found if os.path.lexists(path)]


def is_of_others(path: str) -> bool:
    """Whether it is not in the way of a call for the booted deployment."""
    return _GONE in path or path.startswith(_RAM)


def is_marked() -> bool:
    """Whether it is written down that all was done after the upgrade."""
    return os.path.exists(f"{_backings()[0]}/unlock/cleaned")


def all_hooks_ran() -> bool:
    """To their ends, at least once each."""
    return _RAN.exists() and set(_NAMES) <= set(_RAN.read_text().split())


def _backings() -> tuple[str, str]:
    """What is kept about the booted deployment, and about the one that is gone."""
    own = os.path.dirname(look.temporary())
    return own, f"{os.path.dirname(own)}/{_GONE}"


def _write(path: str, text: str = "left\n") -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    Path(path).write_text(text)
