"""What benchmarks share: a stopwatch, a large system to measure on, and what becomes of an aim that is missed.

What may not be in here: what is measured, and which aims there are.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable

import pytest

from .big import MAKE

# Medians of seconds, and the most memory in KiB.
_STOPWATCH = """
import json, os, subprocess, sys, time
commands, rounds = json.loads(sys.stdin.read())
times = [[] for _ in commands]
memory = [0 for _ in commands]
for _ in range(rounds):
    for index, command in enumerate(commands):
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        times[index].append(time.perf_counter() - start)
        memory[index] = max(memory[index], usage.ru_maxrss)
        assert status == 0, command
print(json.dumps([times, memory]))
"""


@pytest.fixture
def measure(system):
    """Seconds and KiB of each command, taken in turns."""

    def run(*commands: list[str], rounds: int) -> list[tuple[float, int]]:
        stopwatch = ["/usr/bin/python3", "-c", _STOPWATCH]
        times, memory = json.loads(system.run(stopwatch, input=json.dumps([commands, rounds]), timeout=1000).stdout)
        return [(statistics.median(taken), most) for taken, most in zip(times, memory, strict=True)]

    return run


@pytest.fixture
def judge() -> Callable[[list[tuple[str, float, float]]], None]:
    """Prints ratios beside their aims. Those that are missed are an expected failure that says by how much."""

    def check(ratios: list[tuple[str, float, float]]) -> None:
        missed = []
        for what, ratio, aim in ratios:
            print(f"{what}: {ratio:.2f} (aim {aim})")
            if ratio < aim:
                missed.append(f"{what}: {ratio:.2f} instead of {aim}")
        if missed:
            pytest.xfail("; ".join(missed))

    return check


@pytest.fixture
def big(system):
    """Boots a deployment with many files."""
    system.run("mkdir /var/big && mount -t tmpfs tmpfs /var/big")
    system.python(MAKE, timeout=300)
    system.run(
        f"ostree commit -b big --tree=ref=debian/{system.target.suite.name} --tree=dir=/var/big --link-checkout-speedup"
        " && ostree admin deploy --no-prune big",
        timeout=600,
    )
    system.reboot()
    return system
