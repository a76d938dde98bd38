"""Every example in the manual, in README.md and in docs/ does what stands there, on a booted system."""

import time

import pytest

from docs import examples
from harness.fixtures import trees


def of(language):
    """The marked examples in that language, each a test."""
    found = [example for example in examples.marked() if example.language == language]
    return pytest.mark.parametrize("example", found, ids=str)


def test_none_is_forgotten():
    assert examples.forgotten() == []


@trees("bookworm")
@of("shell")
def test_shell(system, example):
    time.sleep(1)  # what the boot itself has changed in /etc is older than what follows
    done = system.run(examples.script(example), check=not example.is_dialogue)
    if example.is_dialogue:
        assert examples.words(done.stdout) == examples.words(example.answers), done


@trees("bookworm")
@of("c")
def test_c(system, compiled, tmp_path, example):
    source = tmp_path / "example.c"
    source.write_text(example.text)
    system.write("/var/example", compiled(source).read_bytes())
    system.run("chmod +x /var/example && exec /var/example")
    assert not system.exists("/usr/share/hello")


@trees("bookworm")
@of("python")
def test_python(system, example):
    system.python(example.text)
    assert not system.exists("/usr/share/hello")
