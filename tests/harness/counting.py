"""Counts the tests of a run for tests/run, which has to tell the result even of a run that broke down.

Why: pytest's own last line has as many forms as there are outcomes, and counts a test twice whose clean-up fails.
What may not be in here: anything that changes an outcome.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from .sharing import take

# Names the file to which tests/run wants the counts written.
_RESULT = "OSTREE_UNLOCK_TESTS_RESULT"

# By node id; a test that was begun and has not come to an end counts as failed.
_outcomes: dict[str, str] = {}


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    """A file that can't be collected is a failure, one that skips itself a skip; of runs that share, one counts it."""
    report = (yield).get_result()
    if not report.passed:
        is_ours = take(collector.config, f"collecting {report.nodeid}")
        _outcomes[report.nodeid] = report.outcome if is_ours else "counted elsewhere"


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Set-up, call and clean-up each report; errors of the first and the last are failures too."""
    if report.when == "setup" and report.passed:
        _outcomes[report.nodeid] = "failed"
    elif report.when == "call" or not report.passed:
        _outcomes[report.nodeid] = report.outcome


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write the counts down; a run that failed without a failed test has one failure: itself."""
    if _RESULT not in os.environ:
        return
    counts = Counter(_outcomes.values())
    told = counts["failed"] or counts["counted elsewhere"]
    if exitstatus != pytest.ExitCode.OK and not told and take(session.config, "breaking down"):
        counts["failed"] = 1
    line = ", ".join(f"{counts[outcome]} {outcome}" for outcome in ("passed", "failed", "skipped"))
    Path(os.environ[_RESULT]).write_text(f"{line}\n")
