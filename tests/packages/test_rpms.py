"""The RPM packages: what is in them, how they were built, and what rpmlint says."""

import re

import pytest

from harness.payload import SOURCE

from .conftest import put

PACKAGING = SOURCE / "packaging/rpm"

PACKAGES = ["libostree-unlock", "libostree-unlock-devel", "ostree-unlock", "python3-libostree-unlock"]

FILES = {
    "libostree-unlock": {
        "/usr/lib64/libostree-unlock.so.1",
        "/usr/lib64/girepository-1.0/OstreeUnlock-1.0.typelib",
    },
    "libostree-unlock-devel": {
        "/usr/include/ostree-unlock-1/ostree-unlock.h",
        "/usr/lib64/libostree-unlock.so",
        "/usr/lib64/pkgconfig/ostree-unlock-1.pc",
        "/usr/share/gir-1.0/OstreeUnlock-1.0.gir",
    },
    "ostree-unlock": {"/usr/bin/ostree-unlock", "/usr/lib/systemd/system/ostree-unlock-cleanup.service"},
    # where Debian's Python looks, for it is Debian's meson that asks it
    "python3-libostree-unlock": {"/usr/lib/python3/dist-packages/gi/overrides/OstreeUnlock.py"},
}


@pytest.fixture
def query(room, bench, rpms):
    """Ask rpm about a package; the lines of its answer."""
    there = room(bench)

    def ask(package, *words):
        put(there, rpms[package])
        file = f"/given/{rpms[package].name}"
        return there.run(["rpm", "--query", "--package", *words, file]).stdout.splitlines()

    return ask


def test_there_are_these(rpms):
    names = [path.name.rsplit("-", 2)[0] for path in rpms.files()]
    assert sorted(name for name in names if not name.endswith(("-debuginfo", "-debugsource"))) == PACKAGES


@pytest.mark.parametrize("package", PACKAGES)
def test_has(query, package):
    assert FILES[package] <= set(query(package, "--list"))


@pytest.mark.parametrize("package", [name for name in PACKAGES if name != "libostree-unlock-devel"])
def test_comes_with_its_licence(query, package):
    assert any(line.endswith("/COPYING") for line in query(package, "--licensefiles"))


@pytest.mark.parametrize(
    ("package", "needs"),
    [
        ("libostree-unlock-devel", {"libostree-unlock(x86-64) = {version}-1", "pkgconfig(ostree-1)"}),
        ("python3-libostree-unlock", {"libostree-unlock = {version}-1", "python3-gobject-base"}),
    ],
)
def test_requires(query, release, package, needs):
    assert {need.format(version=release.version) for need in needs} <= set(query(package, "--requires"))


def test_the_command_does_not_need_the_library(query):
    # rpmbuild adds one on the package itself, for its files in /etc.
    others = [line for line in query("ostree-unlock", "--requires") if not line.startswith("config(ostree-unlock)")]
    assert [line for line in others if "unlock" in line] == []


def test_the_tests_are_run_by_the_build(rpms):
    assert re.search(r"^1/1 rust +OK", rpms.log, re.MULTILINE)


@pytest.fixture
def rpmlint(room, bench):
    """What rpmlint says of these files."""
    there = room(bench)
    if not there.inside("/usr/bin/rpmlint").exists():
        pytest.skip("there is no rpmlint in this Debian")

    def look_at(*files):
        put(there, *files, PACKAGING / "rpmlint.toml")
        names = [f"/given/{file.name}" for file in files]
        return there.run(["rpmlint", "--config=/given/rpmlint.toml", *names], check=False)

    return look_at


def test_rpmlint(rpmlint, rpms):
    done = rpmlint(*rpms.files(), PACKAGING / "libostree-unlock.spec")
    assert re.search(r"\b0 errors,", done.stdout), done
    assert done.returncode == 0, done


def test_rpmlint_finds_errors(rpmlint, tmp_path):
    """The check above has been seen to fail."""
    bad = tmp_path / "bad.spec"
    text = (PACKAGING / "libostree-unlock.spec").read_text()
    bad.write_text(text.replace("%{_unitdir}", "%{_prefix}/lib/units"))
    done = rpmlint(bad)
    assert "hardcoded-library-path" in done.stdout
    assert done.returncode != 0
