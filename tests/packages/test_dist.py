"""The tarball: it has all that a build needs, nothing else, and only what we may ship."""

import importlib.util
import re
import subprocess
import tomllib
from importlib.machinery import SourceFileLoader

import pytest

from harness.payload import SOURCE

LICENCES = SOURCE / "build-aux/vendored-licences"


@pytest.fixture(scope="module")
def unpacked(release, tmp_path_factory):
    return release.unpack(tmp_path_factory.mktemp("release"))


@pytest.fixture(scope="module")
def licences():
    loader = SourceFileLoader("vendored_licences", str(LICENCES))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def manifest(crate):
    return tomllib.loads((crate / "Cargo.toml").read_text())["package"]


def test_has_every_crate_of_the_lock_file(unpacked):
    locked = tomllib.loads((unpacked / "Cargo.lock").read_text())["package"]
    wanted = {(package["name"], package["version"]) for package in locked if "source" in package}
    found = {(package["name"], package["version"]) for package in map(manifest, (unpacked / "vendor").iterdir())}
    assert found == wanted


def test_names_no_place_to_fetch_from(unpacked):
    assert "://" not in (unpacked / ".cargo/config.toml").read_text()


def test_has_no_binaries(unpacked):
    endings = {".a", ".so", ".dll", ".lib", ".exe", ".o", ".rlib"}
    assert [path for path in unpacked.rglob("*") if path.suffix in endings] == []


def test_crates_for_other_systems_are_their_manifests_alone(unpacked):
    windows = [crate for crate in (unpacked / "vendor").iterdir() if crate.name.startswith("windows")]
    assert windows
    for crate in windows:
        size = {str(path.relative_to(crate)): path.stat().st_size for path in crate.rglob("*") if path.is_file()}
        assert {"Cargo.toml", ".cargo-checksum.json"} < size.keys() and len(size) == 3
        del size["Cargo.toml"], size[".cargo-checksum.json"]
        assert list(size.values()) == [0]


@pytest.mark.parametrize("name", [".ci", ".git", ".gitignore", "tests", "debian"])
def test_leaves_out(unpacked, name):
    assert not (unpacked / name).exists()


def test_every_crate_has_its_paragraph_in_debian_copyright(unpacked):
    text = (unpacked / "packaging/debian/copyright").read_text()
    paragraphs = dict(re.findall(r"^Files: (.*)\nCopyright: .*(?:\n .*)*\nLicense: (.*)$", text, re.MULTILINE))
    crates = {f"vendor/{crate.name}/*" for crate in (unpacked / "vendor").iterdir()}
    assert paragraphs.keys() == crates | {"*"}
    texts = set(re.findall(r"^License: (.*)\n ", text, re.MULTILINE))
    assert {name for names in paragraphs.values() for name in names.split(" and ")} == texts


def test_every_licence_is_allowed(unpacked, licences):
    for crate in (unpacked / "vendor").iterdir():
        expression = manifest(crate)["license"]
        assert licences.chosen(expression), crate


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("MIT", ["Expat"]),
        ("MIT/Apache-2.0", ["Expat"]),
        ("Unlicense OR MIT", ["Expat"]),
        ("Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT", ["Expat"]),
        ("Apache-2.0 WITH LLVM-exception", ["Apache-2.0 with LLVM exception"]),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", ["Expat", "Unicode-3.0"]),
    ],
)
def test_a_licence_that_is_allowed(licences, expression, names):
    assert licences.chosen(expression) == names


@pytest.mark.parametrize(
    "expression",
    ["", "GPL-3.0-only", "MIT AND GPL-3.0-only", "Apache-2.0", "(MIT", "MIT)", "MIT Apache-2.0", "MIT WITH"],
)
def test_a_licence_that_is_not(licences, expression):
    with pytest.raises(licences.NotAllowed):
        licences.chosen(expression)


def test_a_crate_that_may_not_be_shipped_stops_it(tmp_path):
    crate = tmp_path / "vendor/proprietary"
    crate.mkdir(parents=True)
    (crate / "Cargo.toml").write_text('[package]\nname = "proprietary"\nlicense = "LicenseRef-Ask"\n')
    done = subprocess.run([LICENCES], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "vendor/proprietary: none of the licences that we allow: LicenseRef-Ask\n"
