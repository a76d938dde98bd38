"""What the VM tests share: who is asked about the state of the machine.

Why: a few questions, each of which takes a tenth of a second under emulation, instead of the boot tests' many.
What may not be in here: how a machine is made and booted (../harness).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest


@pytest.fixture
def expect_state() -> Callable[[object, str], None]:
    """Asserts that we, libostree and a write all say that this is the machine's state."""

    def check(machine: object, state: str) -> None:
        ask = ("ostree-unlock status --json", "ostree admin status", "touch /usr/.probe && rm /usr/.probe && echo written")
        ours, libostree, write = machine.run("; echo ---; ".join(ask), check=False).stdout.split("---\n")
        (usr,) = json.loads(ours)["hierarchies"]
        assert (usr["unlocked"], usr["problems"]) == (state, []), usr
        booted = re.search(r"^\* .*\n(?:    .*\n)*", libostree, re.MULTILINE)[0]
        seen = re.findall(r"Unlocked: (\w+)", booted)
        assert seen == ([] if state == "none" else [state]), libostree
        assert (write == "written\n") == (state in ("development", "hotfix"))

    return check
