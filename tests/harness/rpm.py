"""rpm, and packages for it to install, for any system: an archive of a small tree to chroot into, made once.

    rpm, its libraries and its configuration
    packages/NAME-VERSION-1.noarch.rpm

Why: the test systems are Debian's, and what rpm writes only rpm can say.
What may not be in here: what is installed where.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from . import cache, debian
from .isolation import Session
from .workshop import run

SUITE = "trixie"
# With what rpmbuild's scripts call; nothing that is essential is there by itself.
_INCLUDE = "rpm,base-files,coreutils,dash,findutils,grep,sed"

_PACKAGES = ("lonely-1", "lonely-2", "company-1")

_SPEC = """
Name: {name}
Version: {version}
Release: 1
Summary: {name}
License: none
BuildArch: noarch
AutoReqProv: no
%global __os_install_post %{{nil}}
%description
%install
mkdir -p %{{buildroot}}/usr/share/{name}
echo {version} >%{{buildroot}}/usr/share/{name}/version
%files
/usr/share/{name}
"""

# In a mount namespace of its own; what needs a device finds the session's.
_ENTER = ("unshare", "--mount", "--propagation=private", "--", "sh", "-ec")
_IN_ROOT = 'mkdir -p "$0/dev" "$0/proc"; mount --rbind /dev "$0/dev"; mount -t proc proc "$0/proc"; exec chroot "$0" sh -ec "$1"'

# What rpm is: itself, what it loads, what it reads.
_PARTS = "echo /usr/bin/rpm /usr/lib/rpm /packages; LD_TRACE_LOADED_OBJECTS=1 rpm | grep -o '/[^ ]*'"


def archive(session: Session) -> Path:
    """The cached archive."""
    key = cache.key(SUITE, _INCLUDE, _PACKAGES, _SPEC, _IN_ROOT, _PARTS, 1)
    made = cache.entry(cache.directory() / "rpm", SUITE, key, lambda path: _make(session, path), keep_old=True)
    return made / "rpm.tar"


def _make(session: Session, path: Path) -> None:
    scratch = session.new("rpm")
    root = scratch / "root"
    # unpacked, not installed: its programs run, its maintainer scripts need not
    debian.mmdebstrap(SUITE, root, "--variant=extract", f"--include={_INCLUDE}", scratch=scratch)
    (root / "packages").mkdir()
    for package in _PACKAGES:
        name, version = package.split("-")
        (root / f"{name}.spec").write_text(_SPEC.format(name=name, version=version))
        build = f"rpmbuild -bb --quiet --define '_topdir /build' --define '_rpmdir /packages' /{name}.spec"
        run([*_ENTER, _IN_ROOT, root, build])
    for made in (root / "packages/noarch").iterdir():
        shutil.move(made, root / "packages")
    parts = run([*_ENTER, _IN_ROOT, root, _PARTS]).split()
    archived = [Path("/", part).relative_to("/") for part in parts]
    run(["tar", "--create", "--dereference", f"--file={path / 'rpm.tar'}", f"--directory={root}", *archived])
    run(["rm", "-rf", scratch])
