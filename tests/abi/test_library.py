"""The shared library as it is installed: what it exports, with which versions, and how it is linked."""

import tomllib

import pytest

from abi import elf, version_script


@pytest.fixture
def library(staged):
    (found,) = staged.glob("usr/lib*/**/libostree-unlock.so.1")
    return found


def test_exports_what_the_version_script_lists_and_nothing_else(library):
    assert elf.faults(library, version_script.nodes()) == []


def test_names_have_the_prefix():
    assert [name for name in version_script.nodes() if not name.startswith("ostree_sysroot_unlock_")] == []


def test_soname(library):
    assert elf.dynamic(library)["SONAME"] == ["libostree-unlock.so.1"]


def test_needs_what_it_uses_and_nothing_else(library):
    needed = {name for name in elf.dynamic(library)["NEEDED"] if not name.startswith("ld-linux")}
    assert needed == {
        "libostree-1.so.1",
        "libsqlite3.so.0",
        "libgio-2.0.so.0",
        "libgobject-2.0.so.0",
        "libglib-2.0.so.0",
        "libgcc_s.so.1",
        "libc.so.6",
    }


def test_is_hardened(library):
    tags = elf.dynamic(library)
    assert not tags.keys() & {"RPATH", "RUNPATH", "TEXTREL"}
    assert {"NOW", "NODELETE"} <= set(tags["FLAGS_1"][0].split())
    assert "TEXTREL" not in tags.get("FLAGS", [""])[0]
    assert "GNU_RELRO" in elf.segments(library)


def test_pkg_config_has_the_version_of_cargo_toml(library):
    manifest = tomllib.loads((version_script.SOURCE / "Cargo.toml").read_text())
    lines = (library.parent / "pkgconfig/ostree-unlock-1.pc").read_text().splitlines()
    assert f"Version: {manifest['workspace']['package']['version']}" in lines
    assert "Requires: ostree-1, gio-2.0" in lines
