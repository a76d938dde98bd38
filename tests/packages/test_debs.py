"""The Debian packages: what is in them, what they need, how they were built, and what Debian's own checks say."""

import io
import re
import subprocess
import tarfile

import pytest

from abi import elf
from harness.payload import SOURCE

from .conftest import install_debs, put
from .release import LATER

PACKAGES = [
    "gir1.2-ostreeunlock-1.0",
    "libostree-unlock-dev",
    "libostree-unlock1",
    "ostree-unlock",
    "python3-ostree-unlock",
]
AUTOPKGTESTS = SOURCE / "packaging/debian/tests"


def contents(deb):
    """The files in a package, without documentation."""
    lines = subprocess.run(["dpkg-deb", "--contents", deb], stdout=subprocess.PIPE, text=True, check=True).stdout
    names = [line.split(maxsplit=5)[5].split(" -> ")[0] for line in lines.splitlines()]
    return [name[1:] for name in names if not name.endswith("/") and not name.startswith("./usr/share/doc/")]


@pytest.fixture(scope="module")
def unpacked(debs, tmp_path_factory):
    """A package, unpacked."""

    def unpack(package):
        into = tmp_path_factory.mktemp(package)
        subprocess.run(["dpkg-deb", "--raw-extract", debs[package], into], check=True)
        return into

    return unpack


def test_there_are_these(debs):
    assert sorted(debs.packages()) == PACKAGES


@pytest.mark.parametrize(
    ("package", "files"),
    [
        ("libostree-unlock1", {"/usr/lib/x86_64-linux-gnu/libostree-unlock.so.1"}),
        (
            "libostree-unlock-dev",
            {
                "/usr/include/ostree-unlock-1/ostree-unlock.h",
                "/usr/lib/x86_64-linux-gnu/libostree-unlock.so",
                "/usr/lib/x86_64-linux-gnu/pkgconfig/ostree-unlock-1.pc",
                "/usr/share/gir-1.0/OstreeUnlock-1.0.gir",
            },
        ),
        ("gir1.2-ostreeunlock-1.0", {"/usr/lib/x86_64-linux-gnu/girepository-1.0/OstreeUnlock-1.0.typelib"}),
        ("python3-ostree-unlock", {"/usr/lib/python3/dist-packages/gi/overrides/OstreeUnlock.py"}),
        ("ostree-unlock", {"/usr/bin/ostree-unlock", "/usr/lib/systemd/system/ostree-unlock-cleanup.service"}),
    ],
)
def test_has(debs, package, files):
    assert files <= set(contents(debs[package]))


def test_no_file_is_in_two(debs):
    names = [name for package in debs.packages() for name in contents(debs[package])]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(
    ("package", "needs"),
    [
        ("libostree-unlock1", {"libc6", "libgcc-s1", "libglib2.0-0t64", "libostree-1-1", "libsqlite3-0"}),
        ("ostree-unlock", {"libc6", "libgcc-s1", "libglib2.0-0t64", "libostree-1-1", "libsqlite3-0"}),
        ("gir1.2-ostreeunlock-1.0", {"gir1.2-gio-2.0", "gir1.2-ostree-1.0", "libostree-unlock1"}),
        ("libostree-unlock-dev", {"gir1.2-ostreeunlock-1.0", "libglib2.0-dev", "libostree-dev", "libostree-unlock1"}),
        ("python3-ostree-unlock", {"gir1.2-ostreeunlock-1.0", "python3-gi", "python3"}),
    ],
)
def test_depends_on(debs, package, needs):
    depends = debs.field(package, "Depends")
    assert {re.match(r"[a-z0-9.+-]+", entry.strip())[0] for entry in depends.split(",")} == needs


def test_the_library_has_its_symbols_file(unpacked):
    lines = (unpacked("libostree-unlock1") / "DEBIAN/symbols").read_text().splitlines()
    assert lines[0] == "libostree-unlock.so.1 libostree-unlock1 #MINVER#"
    assert lines[1] == "* Build-Depends-Package: libostree-unlock-dev"
    assert lines[2:] and {line.split("@")[1].split()[0] for line in lines[2:]} == {"LIBOSTREE_UNLOCK_2026.1"}
    assert {line.split()[1] for line in lines[2:]} == {"2026.1"}


def gensymbols(room, bench, debs, symbols):
    """What dpkg-gensymbols -c4 says of the library in those packages with that symbols file."""
    there = room(bench)
    put(there, debs["libostree-unlock1"], symbols)
    control = "Source: libostree-unlock\n\nPackage: libostree-unlock1\nArchitecture: any\n"
    (there.directory("/given/debian") / "control").write_text(control)
    version = debs.field("libostree-unlock1", "Version")
    return there.run(
        "dpkg-deb --raw-extract libostree-unlock1_*.deb tree"
        f" && dpkg-gensymbols -c4 -v{version} -plibostree-unlock1 -Ptree -O/dev/null -I{symbols.name}",
        cwd="/given",
        check=False,
    )


def test_the_symbols_file_knows_every_symbol(room, bench, debs):
    done = gensymbols(room, bench, debs, SOURCE / "packaging/debian/libostree-unlock1.symbols")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_symbol_that_it_does_not_know_is_an_error(room, bench, later_debs):
    done = gensymbols(room, bench, later_debs, SOURCE / "packaging/debian/libostree-unlock1.symbols")
    assert done.returncode != 0
    assert f"@LIBOSTREE_UNLOCK_{LATER}" in done.stdout + done.stderr


@pytest.mark.parametrize("package", ["libostree-unlock1", "ostree-unlock"])
def test_is_hardened(unpacked, package):
    for path in unpacked(package).rglob("*"):
        if path.is_file() and not path.is_symlink() and path.read_bytes()[:4] == b"\x7fELF":
            tags = elf.dynamic(path)
            assert "NOW" in tags["FLAGS_1"][0].split()
            assert "GNU_RELRO" in elf.segments(path)
            assert not tags.keys() & {"RPATH", "RUNPATH", "TEXTREL"}
            assert ".so." in path.name or "PIE" in tags["FLAGS_1"][0].split()
            assert stack_is_not_executable(path)
            break
    else:
        pytest.fail(f"no program in {package}")


def stack_is_not_executable(path):
    lines = subprocess.run(["readelf", "-lW", path], stdout=subprocess.PIPE, text=True, check=True).stdout
    (flags,) = re.findall(r"GNU_STACK(?:\s+0x\w+){5}\s+([RWE ]+?)\s+0x", lines)
    return "E" not in flags


@pytest.mark.parametrize("package", ["libostree-unlock1", "ostree-unlock"])
def test_there_is_no_c_in_it(unpacked, package):
    """The flags that harden C code, such as the stack protector, have nothing to act upon: all of the code is Rust's."""
    (debug,) = unpacked(f"{package}-dbgsym").rglob("*.debug")
    argv = ["readelf", "--debug-dump=info", "--dwarf-depth=1", debug]
    lines = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout
    assert set(re.findall(r"DW_AT_language\s*: \d+\s*\((.*)\)", lines)) == {"Rust"}


def test_says_nothing_of_where_it_was_built(unpacked):
    for package in ("libostree-unlock1", "ostree-unlock", "libostree-unlock1-dbgsym"):
        for path in unpacked(package).rglob("*"):
            assert not path.is_file() or b"/build/libostree" not in path.read_bytes()


def test_the_tests_are_run_by_the_build(debs, debs_again):
    assert len(re.findall(r"^test result: ok", debs.log, re.MULTILINE)) >= 2
    assert "test result" not in debs_again.log, "nocheck"


def test_twice_built_is_the_same(debs, debs_again):
    names = [file.name for file in debs.files()]
    assert names == [file.name for file in debs_again.files()]
    assert [name for name in names if debs.file(name) != debs_again.file(name)] == []


def test_nothing_is_younger_than_the_changelog(debs):
    """SOURCE_DATE_EPOCH, which dpkg-buildpackage takes from there, is what the time of the build would be seen by."""
    changelog = SOURCE / "packaging/debian/changelog"
    parse = ["dpkg-parsechangelog", f"--file={changelog}", "--show-field=Timestamp"]
    written = int(subprocess.run(parse, stdout=subprocess.PIPE, check=True).stdout)
    for deb in debs.files():
        archive = subprocess.run(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE, check=True).stdout
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            assert [file.name for file in files if file.mtime > written] == []


def test_lintian(room, bench, debs):
    there = room(bench)
    put(there, *(file for file in debs.directory.iterdir() if file.name != "log"))
    done = there.run("lintian --fail-on=error --tag-display-limit=0 --allow-root /given/*.changes", check=False)
    assert done.returncode == 0, done
    assert not re.search(r"^E:", done.stdout, re.MULTILINE), done


def test_lintian_finds_errors(room, bench, debs):
    """The check above has been seen to fail: a library in the package of the command."""
    there = room(bench)
    put(there, debs["ostree-unlock"])
    there.run("dpkg-deb -R ostree-unlock_*.deb t && mkdir t/usr/local && touch t/usr/local/x && dpkg-deb -b t bad.deb",
              cwd="/given")  # fmt: skip
    done = there.run("lintian --fail-on=error --allow-root /given/bad.deb", check=False)
    assert done.returncode != 0


@pytest.mark.parametrize("name", ["c", "python", "command"])
def test_autopkgtest(room, host_tree, debs, name):
    """The scripts that Debian's continuous integration runs, with nothing but our packages and what they depend on."""
    control = AUTOPKGTESTS.joinpath("control").read_text()
    (paragraph,) = re.findall(rf"^Tests: {name}\n(?:.+\n)+", control, re.MULTILINE)
    asked = set(re.search(r"^Depends: (.*)", paragraph, re.MULTILINE)[1].split(", ")) & set(PACKAGES)
    there = room(host_tree)
    install_debs(there, *(debs[package] for package in sorted(with_ours(debs, asked))))
    put(there, AUTOPKGTESTS / name)
    done = there.run(["sh", f"/given/{name}"], env={"AUTOPKGTEST_TMP": "/tmp"})
    assert not done.stderr, done


def with_ours(debs, packages):
    """These packages and those of ours that they need."""
    names = {
        name
        for package in packages
        for name in re.findall(r"[a-z0-9.+-]+", debs.field(package, "Depends"))
        if name in PACKAGES
    }
    return packages if names <= packages else with_ours(debs, packages | names)


def test_every_autopkgtest_is_run_here():
    control = AUTOPKGTESTS.joinpath("control").read_text()
    assert sorted(re.findall(r"^Tests: (.*)", control, re.MULTILINE)) == ["c", "command", "python"]


@pytest.mark.parametrize("left_out", ["libostree-unlock1", "gir1.2-ostreeunlock-1.0"])
def test_dpkg_refuses_them_without_each_other(room, host_tree, debs, left_out):
    there = room(host_tree)
    put(there, *(debs[package] for package in PACKAGES if package != left_out))
    done = there.run("dpkg --install /given/*.deb", check=False)
    assert done.returncode != 0
    assert f"depends on {left_out}" in done.stderr
