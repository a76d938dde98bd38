"""The Python example does what it says, in a booted system."""

from pathlib import Path

from harness.fixtures import trees

EXAMPLE = Path(__file__).parents[2] / "examples/python/unlock.py"


@trees()
def test_leaves_usr_as_it_was(system):
    said = system.run(["/usr/bin/python3", "-"], input=EXAMPLE.read_text()).stdout
    assert "/usr: " in said and " entries, " in said, said
    assert "/usr is as it was before" in said
    assert not system.exists("/usr/share/hello")
