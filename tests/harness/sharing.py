"""`--share DIR`: runs beside each other share their tests; each batch of them is done by the run that comes to it first.

Why: a booted system keeps one core busy, and its test waits for it; so two runs on two cores take half the time. Each is a
whole run, with namespaces and a look at the host of its own, and neither sees anything of the other.
What may not be in here: how many runs there are, and what becomes of their results (tests/run).
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

_TAKEN = pytest.StashKey[set[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Every run that is given the same directory, empty at first, shares with the others."""
    parser.addoption("--share", type=Path, metavar="DIR", help="leave tests to other runs that have taken them in DIR")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Take the test and do it, or leave it to whoever has taken it; what is no function, like the look at the host, all do."""
    if item.config.option.share is None or not isinstance(item, pytest.Function):
        return None
    batch = _batch(item)
    if not take(item.config, batch):
        return True
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    # which batch is next nobody knows yet, so nothing is kept for it
    goes_on = isinstance(nextitem, pytest.Function) and _batch(nextitem) == batch
    runtestprotocol(item, nextitem=nextitem if goes_on else None)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def _batch(item: pytest.Function) -> str:
    """A file's tests stay together, but for those that have a system each, and nothing that the others have too."""
    definitions = item._fixtureinfo.name2fixturedefs.values()
    has_more = any(found[-1].scope in ("class", "module", "package") for found in definitions)
    return str(item.path) if has_more or "target" not in item.fixturenames else item.nodeid


def take(config: pytest.Config, what: str) -> bool:
    """Whether it is this run's to do, or to count: it is the first that asked, or alone."""
    directory = config.option.share
    taken = config.stash.setdefault(_TAKEN, set())
    if directory is not None and what not in taken:
        try:
            (directory / hashlib.sha256(what.encode()).hexdigest()).touch(exist_ok=False)
        except FileExistsError:
            return False
        taken.add(what)
    return True
