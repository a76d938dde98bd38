"""Building the project and installing it into a directory, as a distribution's package build does.

    <cache>/checkouts/<checkout>/build     meson's build directory, incremental
    <cache>/checkouts/<checkout>/staged-*  what `meson install` puts below /, keyed by its contents

Why: all tests see one and the same installed result, and the source tree stays clean.
What may not be in here: anything that a packager could not do.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from . import cache
from .workshop import run

SOURCE = Path(__file__).parents[2]

# Whoever has a built package to test names the directory it is unpacked in.
_GIVEN = "OSTREE_UNLOCK_STAGED"


def build_directory() -> Path:
    """Where meson builds this checkout."""
    return cache.of_checkout(SOURCE) / "build"


def unstripped() -> Path | None:
    """The library as it was linked, with its debug information; None where it was built elsewhere."""
    return None if os.environ.get(_GIVEN) else build_directory() / "libostree-unlock.so.1"


def stage() -> Path:
    """Build what has changed, install it, and return the directory that stands for /."""
    if given := os.environ.get(_GIVEN):
        return Path(given)
    checkout, build, new = cache.of_checkout(SOURCE), build_directory(), cache.of_checkout(SOURCE) / "installed"
    with cache.locked(checkout / ".build.lock"):
        multiarch = run(["dpkg-architecture", "-qDEB_HOST_MULTIARCH"]).strip()
        words = ["--prefix=/usr", f"--libdir=lib/{multiarch}", "--auto-features=enabled", "-Ddebug=true"]
        configured = build / "configured"
        if not configured.exists() or configured.read_text() != str(words):
            shutil.rmtree(build, ignore_errors=True)
            run(["meson", "setup", build, SOURCE, *words], timeout=300)
            configured.write_text(str(words))
        run(["meson", "compile", "-C", build], timeout=1800)
        shutil.rmtree(new, ignore_errors=True)
        run(["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", new], timeout=300)
        run(["strip", "--strip-unneeded", *new.glob("usr/bin/*"), *new.glob("usr/lib/**/*.so.*[0-9]")])
        # Another run of this checkout goes on testing what it has built, whatever is built here.
        return cache.entry(checkout, "staged", cache.key(new), new.rename)
