"""Vala: what it needs is installed, has every function, and its example is compiled without a warning and runs."""

import re
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


def test_has_every_function(vapi):
    text = (vapi / "ostree-unlock-1.vapi").read_text()
    # What Vala finds in attributes, or cannot have: a GError is made anew by every language.
    elsewhere = ("_get_type", "_ref", "_unref", "_new", "_async", "_finish", "error_get_conflicts", "error_get_holders", "error_quark")
    nodes = {name.removeprefix("ostree_sysroot_unlock_") for name in version_script.nodes()}
    names = {name for name in nodes if not name.endswith(elsewhere)}
    types = {name.removesuffix("_get_type") for name in nodes if name.endswith("_get_type")}
    prefix = re.compile("|".join(f"{name}_" for name in sorted(types, key=len, reverse=True)))
    methods = {prefix.sub("", name, count=1) if prefix.match(name) else name for name in names}
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
