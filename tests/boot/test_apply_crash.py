"""Quick: apply and rollback killed before some of their system calls; before all of them in ../crash/test_live.py."""

import pytest

from crash.test_live import killed_everywhere
from harness.fixtures import trees

pytestmark = pytest.mark.timeout(300)


@trees("trixie")
@pytest.mark.parametrize(("operation", "step"), [("apply", 11), ("apply-staged", 1201), ("rollback", 13)])
def test_killed_here_and_there(system, operation, step):
    killed_everywhere(system, operation, step)
