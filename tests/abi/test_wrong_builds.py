"""The check of the symbols fails on libraries that are linked wrongly, each in a way that some linker lets pass."""

import subprocess

import pytest

from abi import elf

NODES = {"ostree_sysroot_unlock_one": "NODE_1", "ostree_sysroot_unlock_two": "NODE_1"}
SCRIPT = "NODE_1 {{ global: {names} local: *; }};\n"
RUST = "\n".join(f'#[unsafe(no_mangle)] pub extern "C" fn {name}() {{}}' for name in NODES)
C = "\n".join(f"void {name} (void) {{ }}" for name in NODES) + "\nvoid leaked (void) { }\n"


@pytest.fixture
def script(tmp_path):
    """A version script that lists `names`."""

    def write(names=NODES):
        path = tmp_path / "wrong.sym"
        path.write_text(SCRIPT.format(names=" ".join(f"{name};" for name in names)))
        return path

    return write


@pytest.fixture
def linked_by_c(tmp_path):
    """A library by the C compiler, with these arguments of the linker."""

    def link(*arguments):
        source, library = tmp_path / "right.c", tmp_path / "right.so"
        source.write_text(C)
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, *arguments], check=True)
        return library

    return link


def test_nothing_is_wrong_with_a_right_one(linked_by_c, script):
    assert elf.faults(linked_by_c(f"-Wl,--version-script={script()}"), NODES) == []


def test_a_cdylib_with_a_version_script(tmp_path, script):
    """What cargo alone would make: with LLVM's linker neither an error nor versions."""
    source, library = tmp_path / "wrong.rs", tmp_path / "wrong.so"
    source.write_text(RUST)
    argument = f"link-arg=-Wl,--version-script={script()}"
    argv = ["rustc", "--edition=2024", "--crate-type=cdylib", "-C", argument, "-o", library, source]
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if "anonymous version tag cannot be combined" in done.stdout:
        pytest.skip("this rustc links with GNU ld, which refuses two version scripts")
    assert done.returncode == 0, done.stdout
    assert elf.faults(library, NODES) == [f"{name} has no version" for name in sorted(NODES)]


def test_no_version_script(linked_by_c):
    lines = elf.faults(linked_by_c(), NODES)
    assert "leaked is exported" in lines
    assert "ostree_sysroot_unlock_one has no version" in lines


def test_a_name_that_is_not_in_the_version_script(linked_by_c, script):
    library = linked_by_c(f"-Wl,--version-script={script(['ostree_sysroot_unlock_one'])}")
    assert elf.faults(library, NODES) == ["ostree_sysroot_unlock_two is not exported"]


def test_another_node(linked_by_c, script):
    library = linked_by_c(f"-Wl,--version-script={script()}")
    moved = NODES | {"ostree_sysroot_unlock_two": "NODE_2"}
    assert elf.faults(library, moved) == ["ostree_sysroot_unlock_two has the version NODE_1"]
