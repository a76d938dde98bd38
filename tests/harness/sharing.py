"""`--share DIR`: runs beside each other share their tests; each test is done by the run that comes to it first.

Why: a virtual machine keeps one core busy, and its test waits for it; so two runs on two cores take half the time. Each is a
whole run, with namespaces and a look at the host of its own, and neither sees anything of the other.
What may not be in here: how many runs there are, and what becomes of their results (tests/run).
"""

from __future__ import annotations

import urllib.parse
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol


def pytest_addoption(parser: pytest.Parser) -> None:
    """Every run that is given the same directory, empty at first, shares with the others."""
    parser.addoption("--share", type=Path, metavar="DIR", help="leave tests to other runs that have taken them in DIR")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    """Take the test and do it, or leave it to whoever has taken it; what is no function, like the look at the host, all do."""
    directory = item.config.option.share
    if directory is None or not isinstance(item, pytest.Function):
        return None
    try:
        (directory / urllib.parse.quote(item.nodeid, safe="")).touch(exist_ok=False)
    except FileExistsError:
        return True
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    # which test is next nobody knows yet, so nothing is kept for it
    runtestprotocol(item, nextitem=None)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True
