"""Building without what a build needs: it stops early, and says what is missing and how to get it."""

import pytest

from . import rooms


@pytest.fixture
def attempt(room, build_tree, release):
    """Try to build in a clean tree that was spoilt by a command of the shell; all that was printed."""
    there = room(build_tree)
    source = release.unpack(there.directory("/build", rooms.BUILDER))

    def build(spoil, meson="meson", env=None, more="true"):
        there.run(spoil, cwd=f"/build/{source.name}")
        done = there.run(
            f"{meson} setup /tmp/b --prefix=/usr -Dlto=off 2>&1 && {more}",
            cwd=f"/build/{source.name}",
            env={"HOME": "/build", **(env or {})},
            check=False,
        )
        assert done.returncode != 0, done
        return done.stdout

    return build


REMOVE = "dpkg --purge --force-depends "
OLDER = "sed -i 's/^Version: .*/Version: {}/' $(find /usr -name {}.pc)"


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (f"{REMOVE} gobject-introspection-bin",
         "install gobject-introspection and libgirepository1.0-dev (Debian)"),
        (f"{REMOVE} gobject-introspection",
         "install gobject-introspection and libgirepository1.0-dev (Debian)"),
        (f"{REMOVE} libostree-dev", "ostree-1 >= 2022.7 is needed: install libostree-dev (Debian)"),
        (OLDER.format("2022.6", "ostree-1"), "ostree-1 >= 2022.7 is needed: install libostree-dev (Debian)"),
        (OLDER.format("2.66.0", "gio-2.0"), "gio-2.0 >= 2.68 is needed: install libglib2.0-dev (Debian)"),
        (f"{REMOVE} cargo", "cargo 1.85 or newer is needed: install the package cargo"),
        ("printf '#!/bin/sh\\necho rustc 1.84.1\\n' >/usr/local/bin/rustc && chmod +x /usr/local/bin/rustc",
         "rustc 1.85 or newer is needed: install the package cargo"),
    ],
    ids=["g-ir-scanner", "introspection", "libostree", "old libostree", "old glib", "cargo", "old rustc"],
)  # fmt: skip
def test_says_what_is_missing(attempt, spoil, told):
    assert told in attempt(spoil)


def test_an_old_meson(attempt):
    """A newer one that says it is old: what the first lines of meson.build use, every old one has."""
    old = "import mesonbuild.coredata as c; c.version = '0.63.3'; from mesonbuild.mesonmain import main; exit(main())"
    said = attempt("true", meson=f'python3 -c "{old}"')
    assert "meson 1.0.1 or newer is needed: install the package meson of Debian 12 or newer" in said


def test_no_network_and_no_crates(attempt):
    said = attempt("rm -r .cargo vendor", more="meson compile -C /tmp/b 2>&1")
    assert "The crates that Cargo.lock names are not here. A release's tarball has them in vendor/" in said
    assert "`cargo fetch --locked`" in said
