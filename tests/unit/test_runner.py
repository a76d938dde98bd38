"""tests/run tells the truth in its last line, whatever becomes of the run."""

import os
import re
import subprocess
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]


@pytest.fixture
def run(tmp_path):
    """Runs tests/run on a tests directory that has one tier with the given test file."""

    def run(code, *words, tier="unit"):
        tests = tmp_path / "tests"
        (tests / tier).mkdir(parents=True)
        for name in ("run", "debian-packages", "harness", "pytest.ini"):
            (tests / name).symlink_to(TESTS / name)
        # without the fixtures: nothing is booted, and the host is looked at by the run that this is part of
        plugins = ["harness.sharing", "harness.counting", "harness.selection"]
        (tests / "conftest.py").write_text(f"pytest_plugins = {plugins}\n")
        (tests / tier / "test_it.py").write_text(code)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        done = subprocess.run(
            ["bash", tests / "run", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
        )
        return done.returncode, done.stdout.splitlines()[-1], done.stdout

    return run


@pytest.mark.parametrize(
    ("code", "last_line"),
    [
        ("def test_a(): pass", "1 passed, 0 failed, 0 skipped"),
        ("def test_a(): pass\ndef test_b(): assert False", "1 passed, 1 failed, 0 skipped"),
        ("import pytest\ndef test_a(): pass\ndef test_b(): pytest.skip('w')", "1 passed, 0 failed, 1 skipped"),
        ("def test_a(missing): pass", "0 passed, 1 failed, 0 skipped"),
        (
            "import pytest\n@pytest.fixture\ndef f():\n    yield\n    assert False\ndef test_a(f): pass",
            "0 passed, 1 failed, 0 skipped",
        ),
        ("syntax error", "0 passed, 1 failed, 0 skipped"),
        ("", "0 passed, 1 failed, 0 skipped"),
        ("import os\ndef test_a(): pass\ndef test_b(): os._exit(0)", "0 passed, 1 failed, 0 skipped"),
        ("import os\ndef test_a(): pass\ndef test_b(): os.kill(os.getpid(), 9)", "0 passed, 1 failed, 0 skipped"),
        ("def test_a(): pass\ndef test_b(): raise KeyboardInterrupt", "1 passed, 1 failed, 0 skipped"),
        (
            "import pytest, time\n@pytest.mark.timeout(0.2)\ndef test_a(): time.sleep(100)",
            "0 passed, 1 failed, 0 skipped",
        ),
    ],
    ids="pass fail skip error-before error-after not-collected empty exits killed interrupted hangs".split(),
)
def test_the_last_line(run, code, last_line):
    status, line, output = run(code, "unit")
    assert line == last_line, output
    assert (status == 0) == (" 0 failed" in line), output


def test_skips_are_listed_with_their_reasons(run):
    output = run("import pytest\ndef test_a(): pytest.skip('no such thing here')", "unit")[2]
    assert re.search(r"^SKIPPED .*no such thing here$", output, re.MULTILINE), output


def test_a_pattern_selects(run):
    code = "def test_a(): pass\ndef test_b(): assert False"
    status, line, output = run(code, "unit::_a")
    assert (status, line) == (0, "1 passed, 0 failed, 0 skipped"), output


def test_a_pattern_that_selects_nothing_fails(run):
    status, line, output = run("def test_a(): pass", "unit::nothing")
    assert (status != 0, line) == (True, "0 passed, 1 failed, 0 skipped"), output


def test_a_tier_that_does_not_exist_yet(run):
    status, line, output = run("def test_a(): pass", "vm")
    assert (status, line) == (1, "0 passed, 1 failed, 0 skipped"), output
    assert "there is no tier vm yet" in output


def test_options_go_to_pytest(run):
    assert run("def test_a(): pass\ndef test_b(): pass", "unit", "-k", "test_b")[1] == "1 passed, 0 failed, 0 skipped"


# Two tests that wait for each other are not done by one run.
_MEET = """
import os, pathlib, time, pytest
MEETING = pathlib.Path(os.environ["MEETING"])
def meet():
    (MEETING / str(os.getpid())).touch()
    while len(list(MEETING.iterdir())) < 2:
        time.sleep(0.05)
"""
_TARGET = """
@pytest.fixture
def target(): pass
"""
_SHARED = """
@pytest.fixture(scope="module")
def shared(): return os.getpid()
def test_a(target, shared): assert shared == os.getpid()
def test_b(target, shared): time.sleep(2)
def test_c(target, shared): print("made by", shared)
def test_d(target, shared): print("made by", shared)
"""


@pytest.fixture
def meeting(tmp_path, monkeypatch):
    """Where the two see each other."""
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("there is one core, and so one run")
    directory = tmp_path / "meeting"
    directory.mkdir()
    monkeypatch.setenv("MEETING", str(directory))
    return directory


@pytest.mark.usefixtures("meeting")
def test_systems_are_tested_by_two_runs(run):
    """Each test by one of them; the last line and the exit status are of both."""
    tests = "@pytest.mark.parametrize('number', range(9))\ndef test_a(number, target):\n    meet()\n    assert number != 8"
    status, line, output = run(_MEET + _TARGET + tests, "vm", tier="vm")
    assert (status, line) == (1, "8 passed, 1 failed, 0 skipped"), output
    assert output.count("test_it.py::test_a[8]") == 1, output


@pytest.mark.usefixtures("meeting")
def test_one_of_two_runs_breaks_down(run):
    tests = "def test_a(target): meet()\ndef test_b(target):\n    meet()\n    os._exit(0)\ndef test_c(target): pass"
    status, line, output = run(_MEET + _TARGET + tests, "vm", tier="vm")
    assert (status, line) == (1, "2 passed, 1 failed, 0 skipped"), output


@pytest.mark.parametrize(
    "tests",
    [
        _TARGET + _SHARED,
        "def test_a(): time.sleep(2)\ndef test_b(): pass\ndef test_c(): pass\ndef test_d(): pass",
    ],
    ids=["something made", "no system"],
)
@pytest.mark.usefixtures("meeting")
def test_what_has_something_in_common_stays_together(run, meeting, tests):
    together = "\n@pytest.fixture(autouse=True)\ndef here():\n    (MEETING / str(os.getpid())).touch()\n"
    status, line, output = run(_MEET + together + tests, "unit")
    assert (status, line) == (0, "4 passed, 0 failed, 0 skipped"), output
    assert len(list(meeting.iterdir())) == 1, output


def test_what_takes_the_whole_machine_is_done_by_one_run(run):
    output = run("def test_a(target): pass", "bench", tier="bench")[2]
    assert output.count("test session starts") == 1, output


def test_with_options_one_run_does_it(run):
    code = "import os\ndef test_a(): print(os.getpid())\ndef test_b(): print(os.getpid())"
    output = run(code, "vm", "-rP", tier="vm")[2]
    assert len(set(re.findall(r"^\d+$", output, re.MULTILINE))) == 1, output
