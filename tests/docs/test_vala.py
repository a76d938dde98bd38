"""Vala: what it needs is installed, has every function, and its example is compiled without a warning and runs."""

import shutil
import subprocess

import pytest

from abi import version_script
from docs.examples import SOURCE
from harness.fixtures import trees

EXAMPLE = SOURCE / "examples/vala/unlock.vala"


@pytest.fixture
def vapi(staged):
    directory = staged / "usr/share/vala/vapi"
    if not directory.exists():
        pytest.skip("built without vapigen")
    return directory


def prefixless():
    """What is exported, without the prefix of all names."""
    return {name.removeprefix("ostree_sysroot_unlock_") for name in version_script.nodes()}


def test_has_every_function(vapi):
    text = (vapi / "ostree-unlock-1.vapi").read_text()
    # What Vala finds in attributes, or cannot have: a GError is made anew by every language.
    elsewhere = ("_get_type", "_ref", "_unref", "_new", "_async", "_finish", "error_get_conflicts", "error_get_holders", "error_quark")
    names = {name for name in prefixless() if not name.endswith(elsewhere)}
    types = [name.removesuffix("get_type") for name in prefixless() if name.endswith("_get_type")]
    methods = {next((name.removeprefix(kind) for kind in types if name.startswith(kind)), name) for name in names}
    assert [name for name in methods if f" {name} (" not in text] == []


@pytest.fixture
def program(vapi, flags, tmp_path):
    if not shutil.which("valac"):
        pytest.skip("valac is not installed")
    words = ["valac", "--ccode", "--fatal-warnings", "--vapidir", vapi, "--pkg", "ostree-unlock-1", EXAMPLE]
    done = subprocess.run(words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout
    made = tmp_path / "unlock"
    (source,) = tmp_path.rglob("unlock.c")
    # C that nobody writes is not held to our warnings.
    subprocess.run(["cc", "-w", "-o", made, source, *flags], check=True)
    return made


@trees("bookworm")
def test_the_example_leaves_usr_as_it_was(system, program):
    system.write("/var/example", program.read_bytes())
    said = system.run("chmod +x /var/example && exec /var/example").stdout
    assert said == "/usr: 2 entries\n/usr is as it was before\n"
    assert not system.exists("/usr/share/hello")
