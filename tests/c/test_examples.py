"""The compiled examples do what they say, in a booted system, and are short enough to be read."""

import os
import subprocess
from pathlib import Path

import pytest

from harness import cache
from harness.fixtures import trees

SOURCE = Path(__file__).parents[2]
EXAMPLES = SOURCE / "examples"


@pytest.fixture
def leaves_usr_as_it_was(system):
    """Run a program that was made here; it says what it does and nothing is left of it."""

    def check(program):
        system.write("/var/example", program.read_bytes())
        said = system.run("chmod +x /var/example && exec /var/example").stdout
        assert "/usr is as it was before" in said
        assert not system.exists("/usr/share/hello")
        assert system.run("touch /usr/new", check=False).returncode != 0

    return check


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*/*")), ids=lambda path: path.name)
def test_is_short(path):
    assert len(path.read_text().splitlines()) <= 40


@trees("bookworm")
def test_c(compiled, leaves_usr_as_it_was):
    leaves_usr_as_it_was(compiled(EXAMPLES / "c/unlock.c"))


@pytest.mark.timeout(600)
@trees("bookworm")
def test_rust(leaves_usr_as_it_was):
    target = cache.of_checkout(SOURCE) / "cargo"
    environment = os.environ | {"CARGO_TARGET_DIR": str(target)}
    argv = ["cargo", "build", "--locked", "--quiet", "--example", "rust"]
    subprocess.run(argv, cwd=SOURCE, env=environment, check=True)
    leaves_usr_as_it_was(target / "debug/examples/rust")
