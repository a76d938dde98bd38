"""What the library does for C in a booted system: each program in booted/ is one behaviour."""

from pathlib import Path

import pytest

from harness.fixtures import trees

PROGRAMS = sorted((Path(__file__).parent / "booted").glob("*.c"))


@trees()
@pytest.mark.parametrize("source", PROGRAMS, ids=lambda source: source.stem)
def test_behaves(system, compiled, source):
    system.write("/var/program", compiled(source).read_bytes())
    system.run("chmod +x /var/program && exec /var/program", env={"RUST_BACKTRACE": "0"})
