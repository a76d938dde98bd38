"""Quick: commits, what is kept and scratches, killed before some of their system calls; before all in ../crash/test_kept.py."""

import pytest

from crash.test_kept import killed_everywhere, killed_while_deployed
from harness.fixtures import trees

pytestmark = pytest.mark.timeout(600)


@trees("trixie")
@pytest.mark.parametrize(
    ("operation", "step"),
    [("commit", 61), ("keep-save", 61), ("keep-restore", 13), ("run-scratch", 31)],
)
def test_killed_here_and_there(system, operation, step):
    killed_everywhere(system, operation, step)


@trees("trixie")
def test_killed_while_it_is_deployed(system):
    killed_while_deployed(system, 127)
