"""`--only TIER::PATTERN`: of that tier's tests, those whose name has the pattern in it.

Why: `tests/run boot::unlock cli` is one run; pytest's -k would apply to both tiers.
What may not be in here: which tiers there are (tests/run).
"""

from __future__ import annotations

import fnmatch

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """May be given several times; a tier that no --only speaks of is run as it is."""
    parser.addoption("--only", action="append", default=[], metavar="TIER::PATTERN", help="select tests of a tier")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what was not asked for."""
    patterns: dict[str, list[str]] = {}
    for choice in config.option.only:
        tier, _, pattern = choice.partition("::")
        patterns.setdefault(tier, []).append(f"*{pattern}*")

    def wanted(item: pytest.Item) -> bool:
        tier, _, name = item.nodeid.partition("/")
        return tier not in patterns or any(fnmatch.fnmatch(name, pattern) for pattern in patterns[tier])

    left_out = [item for item in items if not wanted(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if wanted(item)]
