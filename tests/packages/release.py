"""The tarball of a release, and that of a later one that never will be: with one more function, in a node of its own.

Why: packages are made from what `meson dist` packs, as it is in the working tree now, committed or not.
What may not be in here: packages.
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

# The repository's, not a release's: what is built doesn't depend on it.
_LEFT_OUT = ("tests", ".ci")

LATER = "2026.2"
LATER_FUNCTION = "ostree_sysroot_unlock_of_a_later_version"


@dataclass(frozen=True)
class Release:
    """A release; a directory in the cache with its tarball."""

    directory: Path

    @property
    def tarball(self) -> Path:
        """The tarball."""
        (found,) = self.directory.glob("*.tar.xz")
        return found

    @property
    def stem(self) -> str:
        """What the tarball is called, and the directory in it."""
        return self.tarball.name.removesuffix(".tar.xz")

    @property
    def version(self) -> str:
        """Its version."""
        return self.stem.rpartition("-")[2]

    def unpack(self, into: Path) -> Path:
        """Unpack it there; its directory."""
        run(["tar", "-xf", self.tarball, "-C", into])
        return into / self.stem


def copy_source(to: Path, left_out: tuple[str, ...] = ()) -> None:
    """The files of this checkout: those that git would commit, or all where there is no repository."""
    listing = ["git", "-C", SOURCE, "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    if (SOURCE / ".git").exists():
        names = [name for name in run(listing).split("\0") if name]
    else:
        files = (path for path in SOURCE.rglob("*") if not path.is_dir() and "__pycache__" not in path.parts)
        names = [str(path.relative_to(SOURCE)) for path in files]
    for name in sorted(names):
        if name.split("/")[0] not in left_out and os.path.lexists(SOURCE / name):
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(SOURCE / name, to / name, follow_symlinks=False)


def dist(session: Session, checkout: Path) -> Release:
    """What `meson dist` makes of the working tree."""
    source = session.new("source")
    copy_source(source, _LEFT_OUT)
    key = cache.key(source)
    release = Release(cache.entry(checkout / "packages", "dist", key, lambda path: _dist(session, source, path)))
    shutil.rmtree(source)
    return release


def _dist(session: Session, source: Path, path: Path) -> None:
    # meson packs what is committed
    nobody = {f"GIT_{who}_{what}": "nobody" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    dates = {f"GIT_{who}_DATE": "2026-11-21T12:00:00Z" for who in ("AUTHOR", "COMMITTER")}
    environment = {**os.environ, **nobody, **dates}
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message=as it is now"]):
        run(["git", "-C", source, *words], env=environment)
    build = session.new("build")
    run(["meson", "setup", build, source], timeout=300)
    run(["meson", "dist", "-C", build, "--no-tests", "--formats=xztar"], timeout=600)
    for made in (build / "meson-dist").iterdir():
        shutil.copy(made, path)
    shutil.rmtree(build)


def later(session: Session, release: Release, checkout: Path) -> Release:
    """A release after this one. Nothing of it is ever shipped."""
    key = cache.key(release.directory.name, Path(__file__))
    return Release(cache.entry(checkout / "packages", "later-dist", key, lambda path: _later(session, release, path)))


def _later(session: Session, release: Release, path: Path) -> None:
    scratch = session.new("later")
    old, new = release.version, f"{LATER}.0"
    tree = release.unpack(scratch).rename(scratch / release.stem.replace(old, new))

    def change(name: str, change: object) -> None:
        file = tree / name
        text = file.read_text()
        changed = change(text)
        assert changed != text, f"nothing to change in {name}"
        file.write_text(changed)

    for name in ("Cargo.toml", "Cargo.lock"):
        change(name, lambda text: text.replace(f'version = "{old}"', f'version = "{new}"'))
    change("packaging/rpm/libostree-unlock.spec", lambda text: re.sub(r"(?m)^(Version:\s+).*", rf"\g<1>{new}", text))
    change("packaging/debian/changelog", lambda text: text.replace(f"({old}-", f"({new}-", 1))
    change(
        "packaging/debian/libostree-unlock1.symbols",
        lambda text: f"{text} (symver)LIBOSTREE_UNLOCK_{LATER} {LATER}\n",
    )
    (last,) = re.findall(r"(?m)^(LIBOSTREE_UNLOCK_[\d.]+) \{", (tree / "libostree-unlock.sym").read_text())[-1:]
    node = f"LIBOSTREE_UNLOCK_{LATER} {{\nglobal:\n  {LATER_FUNCTION};\n}} {last};\n"
    change("libostree-unlock.sym", lambda text: text + node)
    change("include/ostree-unlock.h", lambda text: f"{text}\nextern int {LATER_FUNCTION} (void);\n")
    # what it is tested for doesn't depend on how well it is optimised, but how long it takes to build does
    for name in ("debian/rules", "rpm/libostree-unlock.spec"):
        change(f"packaging/{name}", lambda text: text.replace("-Ddebug=true", "-Dlto=off"))
    function = f'#[unsafe(no_mangle)]\nextern "C" fn {LATER_FUNCTION}() -> i32 {{\n    1\n}}\n'
    change("src/capi/verbs.rs", lambda text: f"{text}\n{function}")

    run(["tar", "-cJf", path / f"{tree.name}.tar.xz", "-C", scratch, tree.name])
    shutil.rmtree(scratch)
