"""Brings the programs into a booted system and runs them there: the matrix, or a single kill.

Why: the programs in C are compiled once for a run of pytest, static, so that any tree can run them and they hold
nothing of its /usr.
What may not be in here: what is looked at (inside/).
"""

from __future__ import annotations

import functools
import io
import itertools
import json
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.result import CommandFailed, Result
from harness.system import System

from .inside.operations import Operation

HERE = Path(__file__).parent
PLACE = "/var/crash"

_KILLED, _NOT_BROUGHT_BACK = 99, 3


@functools.cache
def program(name: str) -> bytes:
    """One of the C programs here, compiled."""
    with tempfile.TemporaryDirectory() as directory:
        output = Path(directory) / name
        strict = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror"]
        subprocess.run(["cc", "-static", *strict, "-o", output, HERE / f"{name}.c"], check=True)
        return output.read_bytes()


def bring(system: System) -> None:
    """Put all of it into the system."""
    files = {path.name: path.read_bytes() for path in (HERE / "inside").glob("*.py")}
    files |= {name: program(name) for name in ("die", "deny")}
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o755
            tar.addfile(member, io.BytesIO(content))
    system.run(f"mkdir -p {PLACE} && tar -x -C {PLACE}", input=archive.getvalue())


def kill(system: System, fatal: int, command: Sequence[str]) -> bool:
    """Run a command and kill it before its system call number `fatal`; False if it got through before that.

    For what is looked at after a reboot; all that is within one boot is the matrix's.
    """
    done = system.run([f"{PLACE}/die", str(fatal), *command], check=False)
    if done.returncode not in (0, _KILLED):
        raise CommandFailed(done)
    return done.returncode == _KILLED


@dataclass
class Report:
    """What came of killing one operation everywhere."""

    kills: list[dict] = field(default_factory=list)
    fresh_boots: int = 0
    """How often the system could not be brought back."""

    def __str__(self) -> str:
        """All that was wrong, said once for kills in a row that came to the same."""
        lines = [f"{len(self.kills) - 1} kills, {self.fresh_boots} fresh boots"]
        for wrong, kills in itertools.groupby(self.kills, key=lambda kill: kill["wrong"]):
            if wrong:
                first, *_, last = (*kills,) * 2
                calls = f"killed before {first['kill']}, {first['call']}"
                if first is not last:
                    calls += f", to {last['kill']}, {last['call']}"
                lines += [f"{calls}; left: {last['left']}", *(f"    {text}" for text in wrong)]
        return "\n".join(lines)

    def complaints(self, operation: Operation) -> str:
        """All that was wrong; and also where the kills have not covered the operation."""
        wrong = any(kill["wrong"] for kill in self.kills)
        states = {kill["left"] for kill in self.kills}
        covered = {operation.before, operation.after} <= states
        if operation.writes_intent:
            covered = covered and any(kill["intent"] for kill in self.kills)
        return str(self) if wrong else "" if covered else f"not all of it was seen, only the states {states}"


def kill_everywhere(system: System, operation: str, *options: str, timeout: float = 110) -> Report:
    """Run the matrix of one operation, with `options` as inside/matrix.py has them."""
    __tracebackhide__ = True
    bring(system)
    report = Report()
    while True:
        words = ["/usr/bin/python3", "-B", f"{PLACE}/matrix.py", operation, *options]
        if report.kills:
            words.append(f"--from={report.kills[-1]['kill'] + 1}")
        done = system.run(words, check=False, timeout=timeout)
        report.kills += [json.loads(line) for line in done.stdout.splitlines()]
        if done.returncode == 0:
            return report
        _check_went_on(done)
        report.fresh_boots += 1
        system.reboot()


def _check_went_on(done: Result) -> None:
    __tracebackhide__ = True
    if done.returncode != _NOT_BROUGHT_BACK:
        raise AssertionError(f"the matrix itself broke down\n{done}")
