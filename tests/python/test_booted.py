"""What the library does for Python in a booted system, by the system's own Python: each script in booted/ is one behaviour."""

from pathlib import Path

import pytest

from harness.fixtures import trees

SCRIPTS = sorted((Path(__file__).parent / "booted").glob("*.py"))


@trees()
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_behaves(system, script):
    # Python would write what it compiles to a /usr that is unlocked, while another thread reads that.
    system.run(["/usr/bin/python3", "-B", "-"], input=script.read_text())
