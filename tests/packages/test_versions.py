"""The version of the project, and the least versions of what it is built with, are the same wherever they stand."""

import re
import tomllib

import pytest

from harness.payload import SOURCE

MANIFEST = tomllib.loads((SOURCE / "Cargo.toml").read_text())["workspace"]["package"]


def find(path, pattern):
    """The group of the pattern, which stands there exactly once."""
    (found,) = set(re.findall(pattern, (SOURCE / path).read_text(), re.MULTILINE))
    return found


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("packaging/rpm/libostree-unlock.spec", r"^Version:\s+(\S+)$"),
        ("packaging/rpm/libostree-unlock.spec", r"^%changelog\n\* .* - (\S+)-1$"),
        ("packaging/debian/changelog", r"\Alibostree-unlock \((\S+)-\d+\)"),
    ],
)
def test_the_version_is_that_of_cargo_toml(path, pattern):
    assert find(path, pattern) == MANIFEST["version"]


def test_rust_is_that_of_the_distribution(build_tree, room):
    """Debian 13's own: a newer one may not be needed, for the package must build there; an older one is not tried."""
    version = room(build_tree).run(["rustc", "--version"]).stdout.split()[1]
    assert version.split(".")[:2] == MANIFEST["rust-version"].split(".")


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("packaging/debian/control", r"^ (?:cargo|rustc) \(>= (\S+)\),$"),
        ("packaging/rpm/libostree-unlock.spec", r"^BuildRequires:\s+(?:cargo|rust) >= (\S+)$"),
        ("tests/run", r"^minimum_rust=(\S+)$"),
        ("README.md", r"needs Rust (\d+\.\d+)"),
    ],
)
def test_the_least_rust_is_that_of_cargo_toml(path, pattern):
    assert find(path, pattern) == MANIFEST["rust-version"]


@pytest.mark.parametrize("name", ["ostree-1", "gio-2.0", "sqlite3"])
def test_the_least_libraries_are_those_of_meson_build(name):
    least = find("meson.build", rf"'{name}': \['>= ([\d.]+)'")
    debian = {"ostree-1": "libostree-dev", "gio-2.0": "libglib2.0-dev", "sqlite3": "libsqlite3-dev"}[name]
    assert find("packaging/debian/control", rf"^ {debian} \(>= ([\d.]+)\),$") == least
    assert find("packaging/rpm/libostree-unlock.spec", rf"pkgconfig\({name}\) >= ([\d.]+)$") == least
