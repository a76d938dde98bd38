"""RPM packages, built by Debian's rpmbuild from a release in a clean tree, without network, and kept.

Why: rpmbuild is the same program everywhere; only the names of the packages that it builds with are another
distribution's, so these are not checked (--nodeps).
What may not be in here: checks.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from harness import cache
from harness.isolation import Session
from harness.workshop import run

from . import debs, rooms
from .release import Release

SPEC = "packaging/rpm/libostree-unlock.spec"
# What a distribution's own packages of macros would say; these are Debian's directories.
DIRECTORIES = (
    "--define=_unitdir /usr/lib/systemd/system",
    "--define=python3_sitelib /usr/lib/python3/dist-packages",
)
TOOLS = ("elfutils", "lintian", "rpm", "rpmlint")


@dataclass(frozen=True)
class Rpms:
    """What one build has made; a directory in the cache."""

    directory: Path

    def __getitem__(self, package: str) -> Path:
        """The file of a binary package."""
        (found,) = (path for path in self.directory.glob("*.rpm") if path.name.rsplit("-", 2)[0] == package)
        return found

    @property
    def log(self) -> str:
        """What the build printed."""
        return (self.directory / "log").read_text()

    def files(self) -> list[Path]:
        """Every binary package."""
        return sorted(self.directory.glob("*.rpm"))


def bench(session: Session) -> Path:
    """A tree to build RPM packages in, and to look at packages of both kinds."""
    return rooms.tree(session, "bench", [*debs.build_depends(), *TOOLS], variant="buildd")


def rpmbuild(room: rooms.Room, spec: str, *options: str) -> tuple[list[Path], str]:
    """Run rpmbuild on a spec file in the room; its sources are beside it. The binary packages, and what it printed."""
    place = Path(spec).parent
    definitions = [f"--define=_topdir {place}/rpmbuild", f"--define=_sourcedir {place}", *options]
    done = room.run(["rpmbuild", "-bb", "--nodeps", *definitions, spec], user=rooms.BUILDER, cwd=str(place))
    return sorted(room.inside(f"{place}/rpmbuild").rglob("*.rpm")), done.stdout


def build(session: Session, tree: Path, release: Release, checkout: Path, name: str, *options: str) -> Rpms:
    """The packages of a release."""
    key = cache.key(tree.name, release.directory.name, options, Path(__file__), Path(rooms.__file__))

    def make(path: Path) -> None:
        with rooms.room(session, tree) as room:
            place = room.directory("/build", rooms.BUILDER)
            shutil.copy(release.tarball, place)
            source = release.unpack(place)
            shutil.copy(source / SPEC, place)
            shutil.rmtree(source)
            run(["chown", "-R", f"{rooms.BUILDER}:{rooms.BUILDER}", place])
            made, log = rpmbuild(room, f"/build/{Path(SPEC).name}", *DIRECTORIES, *options)
            for file in made:
                shutil.copy(file, path)
            (path / "log").write_text(log)

    return Rpms(cache.entry(checkout / "packages", name, key, make))
