"""What a newcomer is shown is true: the demo, and the examples in README.md.

Why: they are read and run first, and rot first.
What may not be in here: tests of what the demo shows; it checks each step itself.
"""

from __future__ import annotations

import os
import re
import subprocess
import textwrap
from pathlib import Path

import pytest

from harness.fixtures import trees

SOURCE = Path(__file__).parents[2]
DEMO = SOURCE / "examples/demo"

TOLD = (
    "  $ ostree-unlock begin\n    /usr is unlocked: development, writable.",
    "        Unlocked: development\n",
    "    Hello from /usr\n",
    ") writes /usr/share/log\n",
    "  $ ostree-unlock end\n    /usr is locked again, as it was deployed.",
    "word for word what they said before.\n",
    "    /usr development\n",
)


def mounts() -> list[str]:
    """What is mounted in the namespace of the tests."""
    return Path("/proc/self/mountinfo").read_text().splitlines()


@pytest.mark.timeout(300)
def test_the_demo(lab, staged):
    if lab.why_not:
        pytest.skip(lab.why_not)
    before = mounts()
    environment = os.environ | {"OSTREE_UNLOCK_STAGED": str(staged)}
    done = subprocess.run([DEMO], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    for line in TOLD:
        assert line in done.stdout, done.stdout
    assert mounts() == before


@pytest.mark.parametrize(("words", "status"), [(["nonsense"], 2), (["bookworm", "trixie"], 2)], ids=["unknown", "two"])
def test_the_demo_knows_no_such_system(lab, words, status):
    if lab.why_not:
        pytest.skip(lab.why_not)
    done = subprocess.run([DEMO, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == status, done.stdout
    assert "examples/demo: " in done.stdout


def test_the_demo_without_root():
    command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "bash", DEMO.name]
    if os.geteuid() != 0:
        command = ["bash", DEMO.name]
    # Nobody may look into the checkout of root, but the shell can read a script that it is given.
    with DEMO.open() as script:
        done = subprocess.run(
            [*command[:-1], "-s"], stdin=script, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
    assert done.returncode == 1, done.stdout
    assert "only root can run this" in done.stdout


def in_readme(heading: str) -> str:
    """The first example below a heading of README.md."""
    text = (SOURCE / "README.md").read_text()
    section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return textwrap.dedent(re.search(r"(?:^(?: {4}.*)?\n)+", section.lstrip("\n"), re.MULTILINE)[0])


def test_the_readmes_c_is_that_of_the_example():
    example = (SOURCE / "examples/c/unlock.c").read_text().splitlines()
    for line in in_readme("C").splitlines():
        assert line in example


@trees("bookworm")
def test_the_readmes_python(system):
    said = system.python(in_readme("Python")).stdout
    assert said.startswith("/usr is unlocked in the state development"), said
    assert not system.exists("/usr/share/hello")
