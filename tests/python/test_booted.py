"""What the library does for Python in a booted system, by the system's own Python: each script in booted/ is one behaviour."""

from pathlib import Path

import pytest

from harness.fixtures import trees

SCRIPTS = sorted((Path(__file__).parent / "booted").glob("*.py"))


@trees()
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_behaves(system, script):
    system.run(["/usr/bin/python3", "-"], input=script.read_text())
