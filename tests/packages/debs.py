"""Debian packages, built from a release in a clean tree, without network, and kept.

Why: every test of packages is about what a distribution's builder would make.
What may not be in here: checks.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from harness import cache
from harness.isolation import Session
from harness.payload import SOURCE
from harness.workshop import run

from . import rooms
from .release import Release

CONTROL = SOURCE / "packaging/debian/control"


@dataclass(frozen=True)
class Debs:
    """What one build has made; a directory in the cache."""

    directory: Path

    def __getitem__(self, package: str) -> Path:
        """The file of a binary package."""
        (found,) = self.directory.glob(f"{package}_*.deb")
        return found

    def files(self) -> list[Path]:
        """Every .deb, those with debug information too."""
        return sorted(self.directory.glob("*.deb"))

    def file(self, name: str) -> bytes:
        """The contents of a file."""
        return (self.directory / name).read_bytes()

    def packages(self) -> list[str]:
        """The names of the packages that are for people."""
        return [name for name in (path.name.split("_")[0] for path in self.files()) if not name.endswith("-dbgsym")]

    @property
    def log(self) -> str:
        """What the build printed."""
        return (self.directory / "log").read_text()

    def field(self, package: str, name: str) -> str:
        """A field of a package."""
        return run(["dpkg-deb", "--field", self[package], name]).strip()


def build_depends() -> list[str]:
    """What debian/control builds with, by names alone: dpkg checks the versions."""
    paragraph = CONTROL.read_text().split("\n\n")[0]
    (field,) = re.findall(r"^Build-Depends:\n((?: .*\n)*)", paragraph + "\n", re.MULTILINE)
    names = re.findall(r"^ ([a-z0-9.+-]+)", field, re.MULTILINE)
    return sorted("debhelper" if name == "debhelper-compat" else name for name in names)


def build_tree(session: Session) -> Path:
    """A clean tree that has what debian/control asks for and nothing else."""
    return rooms.tree(session, "build", build_depends(), variant="buildd")


def build(
    session: Session, tree: Path, release: Release, checkout: Path, name: str, directory: str = "/build", **env: str
) -> Debs:
    """The packages of a release, built as a user without rights in `directory`, with that in the environment.

    No name may begin another one's (cache.entry: other keys of a name go).
    """
    key = cache.key(tree.name, release.directory.name, directory, env, Path(__file__), Path(rooms.__file__))
    return Debs(
        cache.entry(checkout / "packages", name, key, lambda path: _build(session, tree, release, directory, env, path))
    )


def _build(session: Session, tree: Path, release: Release, directory: str, env: dict[str, str], path: Path) -> None:
    with rooms.room(session, tree) as room:
        place = room.directory(directory, rooms.BUILDER)
        shutil.copy(release.tarball, place / f"libostree-unlock_{release.version}.orig.tar.xz")
        source = release.unpack(place)
        shutil.copytree(source / "packaging/debian", source / "debian")
        run(["chown", "-R", f"{rooms.BUILDER}:{rooms.BUILDER}", place])
        built = room.run(
            "dpkg-buildpackage --no-sign 2>&1", user=rooms.BUILDER, cwd=f"{directory}/{source.name}", env=env
        )
        (path / "log").write_text(built.stdout)
        for made in place.iterdir():
            if made.is_file():
                shutil.copy(made, path)
                os.chown(path / made.name, 0, 0)
