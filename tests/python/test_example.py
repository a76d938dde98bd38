"""The Python examples do what they say, in a booted system."""

from pathlib import Path

from harness.fixtures import trees

EXAMPLES = Path(__file__).parents[2] / "examples/python"


def python(system, name, *arguments, check=True):
    return system.run(["/usr/bin/python3", "-", *arguments], input=(EXAMPLES / name).read_text(), check=check)


@trees()
def test_unlock_leaves_usr_as_it_was(system):
    said = python(system, "unlock.py").stdout
    assert "/usr: " in said and " entries, " in said, said
    assert "/usr is as it was before" in said
    assert not system.exists("/usr/share/hello")


@trees()
def test_state_says_which_and_since_when(system):
    assert python(system, "state.py").stdout == "/usr: none, by nobody\n"
    system.run("ostree-unlock begin")
    said = python(system, "state.py").stdout
    year = system.run("date +%Y").stdout.strip()
    assert said.startswith(f"/usr: development since {year}-") and said.endswith(", by ostree-unlock\n"), said


@trees()
def test_attempt_shows_what_a_command_changed(system):
    tried = python(system, "attempt.py", "sh", "-c", "echo x >/usr/bin/new; rm /usr/bin/yes; exit 3", check=False)
    assert tried.returncode == 3, tried
    assert tried.stdout == "/usr/bin/new\n/usr/bin/yes\n"
    assert system.exists("/usr/bin/yes") and not system.exists("/usr/bin/new")
