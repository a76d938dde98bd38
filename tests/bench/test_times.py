"""Benchmarks: each beside what a user would run instead, on one booted system, in one run, as ratios.

Why: a figure in the docs has to come from somewhere, and one that is not compared says little.
What may not be in here: absolute limits, which depend on the machine; but `detect`, whose limit the project has set.

What a process costs by starting is taken off on both sides: the command's time is less that of its `--version`.
"""

from __future__ import annotations

import json
import statistics
from pathlib import Path

import pytest

from harness.fixtures import trees

ROUNDS = 21
HERE = Path(__file__).parent

# Runs a command with its preparation before and its undoing after each time, neither of them counted; seconds.
_STOPWATCH = """
import json, subprocess, sys, time
before, command, after, rounds = json.loads(sys.stdin.read())
quiet = dict(shell=True, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
times = []
for _ in range(rounds):
    subprocess.run(before, **quiet)
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    times.append(time.perf_counter() - start)
    subprocess.run(after, **quiet)
print(json.dumps(times))
"""


@pytest.fixture
def microseconds(system):
    """The median time of a command in the booted system."""

    def measure(command: list[str], before: str = "true", after: str = "true") -> float:
        stopwatch = ["/usr/bin/python3", "-c", _STOPWATCH]
        result = system.run(stopwatch, input=json.dumps([before, command, after, ROUNDS]), timeout=300)
        return statistics.median(json.loads(result.stdout)) * 1e6

    return measure


@pytest.fixture
def in_process(system, compiled):
    """Median times of calls of the library, by times.c."""
    system.write("/var/times", compiled(HERE / "times.c").read_bytes())
    system.run("chmod +x /var/times")

    def measure(what: str, rounds: int) -> dict[str, float]:
        return json.loads(system.run(["/var/times", what, str(rounds)], timeout=300).stdout)

    return measure


@trees()
def test_detect(in_process, microseconds, record_property):
    ours = in_process("detect", 2000)
    theirs = microseconds(["ostree", "admin", "status"])
    print(f"\ndetect {ours['detect']:.0f} µs; ostree_sysroot_load {ours['load']:.0f} µs; `ostree admin status` {theirs:.0f} µs")
    print(f"detect : `ostree admin status` = 1 : {theirs / ours['detect']:.0f}")
    assert ours["detect"] <= 50


@trees()
def test_begin_and_end(in_process, microseconds):
    ours = in_process("round", 50)
    start = microseconds(["ostree", "--version"])
    gone = "umount -l /usr; rm -f /run/ostree/deployment-state/*/unlocked-*"
    theirs = microseconds(["ostree", "admin", "unlock"], after=gone) - start
    mount_start = microseconds(["umount", "--version"])
    umount = microseconds(["umount", "-l", "/usr"], before="ostree admin unlock", after=gone + "; true") - mount_start
    print(f"\nbegin {ours['begin']:.0f} µs; `ostree admin unlock` {theirs:.0f} µs above its start")
    print(f"begin : `ostree admin unlock` = 1 : {theirs / ours['begin']:.1f}")
    print(f"end {ours['end']:.0f} µs; `umount -l /usr` {umount:.0f} µs above its start; {ours['end'] / umount:.1f} : 1")
    assert theirs / ours["begin"] >= 20
