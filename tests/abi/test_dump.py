"""The library looks to programs as it did in the last release; and the comparison sees what it has to see, and no more.

Small libraries that are made as ours is (a static library of Rust, empty types at the border, linked with a version script)
are changed in each way.
"""

import shutil
import subprocess

import pytest

from abi import dump, version_script
from harness import payload

SCRIPT = "NODE_1 {{ global: {names} local: *; }};\n"
RUST = """
#![no_std]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }
#[repr(C)] pub struct OstreeThing { _private: [u8; 0] }
pub struct Thing { first: u32, second: u64 }
static mut THING: Thing = Thing { first: 1, second: 2 };
#[unsafe(no_mangle)] pub extern "C" fn ostree_thing_get() -> *mut OstreeThing { (&raw mut THING).cast() }
#[unsafe(no_mangle)] pub unsafe extern "C" fn ostree_thing_first(thing: *mut OstreeThing) -> u32 {
    let thing = unsafe { &*thing.cast::<Thing>() };
    thing.first + thing.second as u32
}
"""


@pytest.fixture
def dumped(tmp_path):
    """The dump of a library of that source."""
    if not shutil.which("abidw"):
        pytest.skip("abigail-tools is not installed")

    def make(name, source=RUST, exports="ostree_thing_get; ostree_thing_first;", debug="-g"):
        directory = tmp_path / name
        directory.mkdir()
        (directory / "thing.rs").write_text(source)
        (directory / "thing.sym").write_text(SCRIPT.format(names=exports))
        rustc = ["rustc", "--edition=2024", "--crate-type=staticlib", "-Cpanic=abort", "-Copt-level=1"]
        subprocess.run([*rustc, *debug.split(), "-o", "thing.a", "thing.rs"], cwd=directory, check=True)
        whole = ["-Wl,--whole-archive", "thing.a", "-Wl,--no-whole-archive", "-Wl,--gc-sections"]
        link = ["cc", "-shared", "-nostdlib", "-Wl,--version-script=thing.sym", *whole, "-o", "thing.so"]
        subprocess.run(link, cwd=directory, check=True)
        written = directory / "thing.abi"
        dump.dump(directory / "thing.so", written)
        return written

    return make


def changed(before, after):
    assert before in RUST
    return RUST.replace(before, after)


def test_nothing_is_different(dumped):
    assert dump.changes(dumped("before"), dumped("after")) == ""


def test_a_private_field_is_nobodys_business(dumped):
    source = changed("second: u64 }", "second: u64, third: u8 }").replace("second: 2 }", "second: 2, third: 3 }")
    assert dump.changes(dumped("before"), dumped("after", source)) == ""


def test_a_new_function_is_no_change(dumped):
    source = RUST + '#[unsafe(no_mangle)] pub extern "C" fn ostree_thing_new() {}\n'
    after = dumped("after", source, "ostree_thing_get; ostree_thing_first; ostree_thing_new;")
    assert dump.changes(dumped("before"), after) == ""


def test_a_function_that_is_gone(dumped):
    after = dumped("after", exports="ostree_thing_get;")
    assert "1 Removed" in dump.changes(dumped("before"), after)


@pytest.mark.parametrize(
    "source",
    [
        changed("(thing: *mut OstreeThing) -> u32", "(thing: *mut OstreeThing, _more: u64) -> u32"),
        changed("OstreeThing) -> u32", "OstreeThing) -> u64").replace("as u32", "as u32) as u64").replace(
            "thing.first +", "(thing.first +"
        ),
        changed("thing: *mut OstreeThing", "thing: *mut u8"),
    ],
    ids=["one-more-argument", "another-result", "another-type"],
)
def test_another_signature(dumped, source):
    said = dump.changes(dumped("before"), dumped("after", source))
    assert "ostree_thing_first" in said


def test_no_debug_information_is_no_answer(dumped):
    with pytest.raises(dump.NoDebugInformation, match="2 of 2 functions.*-Ddebug=true"):
        dumped("stripped", debug="-Cstrip=debuginfo")


@pytest.fixture(scope="module")
def now(staged, tmp_path_factory):  # noqa: ARG001  built by then
    """The dump of the library as it is built now."""
    if not shutil.which("abidw"):
        pytest.skip("abigail-tools is not installed")
    library = payload.unstripped()
    if not library:
        pytest.skip("what is tested was built elsewhere, and is stripped")
    written = tmp_path_factory.mktemp("abi") / "now.abi"
    dump.dump(library, written)
    return written


def test_the_dump_has_every_function(now):
    text = now.read_text()
    assert [name for name, node in version_script.nodes().items() if f"'{name}@@{node}'" not in text] == []


def test_programs_of_the_last_release_go_on(now):
    if not dump.LAST_RELEASE.exists():
        pytest.skip("there is no release yet, so nothing is promised")
    if dump.architecture(dump.LAST_RELEASE) != dump.architecture(now):
        pytest.skip(f"the dump of the last release is of {dump.architecture(dump.LAST_RELEASE)}")
    assert dump.changes(dump.LAST_RELEASE, now) == ""
