"""Packages of programs that use the library, as packagers would make them: dependencies come from the tools alone.

Why: the reason for versioned symbols is what these packages come to depend on.
What may not be in here: what they should depend on.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from . import rooms
from .rpms import rpmbuild

_HERE = Path(__file__).parent / "consumers"
OLD, NEW = _HERE / "old.c", _HERE / "new.c"

_COMPILE = "cc -Wall -Werror -o {name} /given/{name}.c $(pkg-config --cflags --libs ostree-unlock-1)"

_CONTROL = """\
Source: consumer-{name}

Package: consumer-{name}
Architecture: any
"""

_SPEC = """\
Name: {name}
Version: 1
Release: 1
Summary: For a test
License: LGPL-2.1-or-later
{tags}
%global debug_package %{{nil}}
%description
For a test.
%install
mkdir -p %{{buildroot}}/usr/bin
{install}
%files
{files}
"""


def _compile(room: rooms.Room, source: Path, env: dict[str, str]) -> None:
    name = source.stem
    room.inside("/given").mkdir(exist_ok=True)
    (room.inside("/given") / source.name).write_bytes(source.read_bytes())
    room.directory(f"/work-{name}")
    room.run(_COMPILE.format(name=name), cwd=f"/work-{name}", env=env)


def deb(room: rooms.Room, source: Path) -> Path:
    """The Debian package of a consumer, made where libostree-unlock-dev is installed."""
    _compile(room, source, {})
    name, work = source.stem, f"/work-{source.stem}"
    (room.directory(f"{work}/debian") / "control").write_text(_CONTROL.format(name=name))
    said = room.run(["dpkg-shlibdeps", "-O", "--warnings=0", name], cwd=work).stdout
    depends = re.fullmatch(r"shlibs:Depends=(.*)\n", said)[1]
    fields = {
        "Package": f"consumer-{name}",
        "Version": "1",
        "Architecture": "amd64",
        "Maintainer": "nobody <nobody@localhost.invalid>",
        "Depends": depends,
        "Description": "for a test",
    }
    control = "".join(f"{key}: {value}\n" for key, value in fields.items())
    (room.directory(f"{work}/package/DEBIAN") / "control").write_text(control)
    room.run(f"install -D {name} package/usr/bin/consumer-{name} && dpkg-deb --build package /given", cwd=work)
    return room.inside(f"/given/consumer-{name}_1_amd64.deb")


def rpm(room: rooms.Room, source: Path) -> Path:
    """The RPM package of a consumer, made where the -devel package is installed."""
    _compile(room, source, {"PKG_CONFIG_PATH": "/usr/lib64/pkgconfig"})
    name = source.stem
    program = f"/usr/bin/consumer-{name}"
    install = shlex.join(["install", f"/work-{name}/{name}"]) + f" %{{buildroot}}{program}"
    return _rpm(room, f"consumer-{name}", "", install, program)


def rpm_of_the_system(room: rooms.Room, provides: set[str]) -> Path:
    """An empty RPM package that stands for all that a distribution has besides us."""
    tags = "".join(f"Provides: {name}\n" for name in sorted(provides))
    return _rpm(room, "the-system", tags, "true", "")


def _rpm(room: rooms.Room, name: str, tags: str, install: str, files: str) -> Path:
    place = room.directory(f"/spec-{name}", rooms.BUILDER)
    (place / f"{name}.spec").write_text(_SPEC.format(name=name, tags=tags, install=install, files=files))
    (made,), _log = rpmbuild(room, f"/spec-{name}/{name}.spec")
    return made
