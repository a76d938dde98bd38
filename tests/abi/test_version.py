"""The version is the same wherever it stands; Cargo.toml has it, and the others say the same."""

import re
import subprocess
import tomllib

import pytest

from abi import version_script

SOURCE = version_script.SOURCE
VERSION = tomllib.loads((SOURCE / "Cargo.toml").read_text())["workspace"]["package"]["version"]
YEAR, RELEASE, _ = VERSION.split(".")

# What says it, and how; of what a distribution's package needs, what is there.
PLACES = {
    "CHANGELOG.md": r"^## (\S+),",
    "include/ostree-unlock.h": r'^#define OSTREE_UNLOCK_VERSION_S "(.*)"$',
    "packaging/rpm/libostree-unlock.spec": r"^Version:\s*(\S+)$",
    "packaging/debian/changelog": r"^\S+ \((?:\d+:)?([^-)]+)(?:-[^)]*)?\)",
}


@pytest.mark.parametrize("place", PLACES)
def test_is_that_of_cargo_toml(place):
    path = SOURCE / place
    if not path.exists() and place.startswith("packaging/"):
        pytest.skip(f"there is no {place}")
    assert re.search(PLACES[place], path.read_text(), re.MULTILINE)[1] == VERSION


def test_the_macros_are_those_of_cargo_toml():
    header = (SOURCE / "include/ostree-unlock.h").read_text()
    assert f"#define OSTREE_UNLOCK_YEAR_VERSION {YEAR}\n" in header
    assert f"#define OSTREE_UNLOCK_RELEASE_VERSION {RELEASE}\n" in header


def test_the_last_node_is_not_of_a_later_version():
    year, release = list(version_script.nodes().values())[-1].removeprefix("LIBOSTREE_UNLOCK_").split(".")
    assert (int(year), int(release)) <= (int(YEAR), int(RELEASE))


def test_the_macro_compares(flags, tmp_path):
    """By the preprocessor, for every case."""
    year, release = int(YEAR), int(RELEASE)
    true = [(year, release), (year, 0), (year - 1, release + 9)]
    false = [(year, release + 1), (year + 1, 0), (year + 1, release)]
    lines = ["#include <ostree-unlock.h>"]
    lines += [f"#if !OSTREE_UNLOCK_CHECK_VERSION ({a}, {b})\n#error {a}.{b}\n#endif" for a, b in true]
    lines += [f"#if OSTREE_UNLOCK_CHECK_VERSION ({a}, {b})\n#error {a}.{b}\n#endif" for a, b in false]
    source = tmp_path / "version.c"
    source.write_text("\n".join(lines) + "\n")
    done = subprocess.run(["cc", "-fsyntax-only", source, *flags], stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stderr
