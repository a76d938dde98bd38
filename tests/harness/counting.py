"""Counts the tests of a run for tests/run, which has to tell the result even of a run that broke down.

Why: pytest's own last line has as many forms as there are outcomes, and counts a test twice whose clean-up fails.
What may not be in here: anything that changes an outcome.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# Names the file to which tests/run wants the counts written.
_RESULT = "OSTREE_UNLOCK_TESTS_RESULT"

_GRAVITY = ("passed", "skipped", "failed")

_outcomes: dict[str, str] = {}


def _note(nodeid: str, outcome: str) -> None:
    """The worst that happened to a test is its outcome."""
    before = _outcomes.get(nodeid, _GRAVITY[0])
    _outcomes[nodeid] = max(before, outcome, key=_GRAVITY.index)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """A file that can't be collected is a failure, one that skips itself a skip."""
    if report.outcome != "passed":
        _note(report.nodeid, report.outcome)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Set-up, call and clean-up each report; errors of the first and the last are failures too."""
    _note(report.nodeid, report.outcome)


def pytest_sessionfinish(exitstatus: int) -> None:
    """Write the counts down; a run that failed without a failed test has one failure: itself."""
    if _RESULT not in os.environ:
        return
    counts = {outcome: list(_outcomes.values()).count(outcome) for outcome in _GRAVITY}
    if exitstatus != pytest.ExitCode.OK and not counts["failed"]:
        counts["failed"] = 1
    line = ", ".join(f"{counts[outcome]} {outcome}" for outcome in ("passed", "failed", "skipped"))
    Path(os.environ[_RESULT]).write_text(f"{line}\n")
