"""What the tests of the documentation share: the installed command, asked about itself."""

from pathlib import Path

import pytest

from docs.command import Command


@pytest.fixture(scope="session")
def command(staged: Path) -> Command:
    """Its verbs, options and values."""
    return Command(staged / "usr/bin/ostree-unlock")
