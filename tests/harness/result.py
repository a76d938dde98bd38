"""What a command in a test system ended with.

Why: a failed test has to show all of it without anybody having thought of printing it.
What may not be in here: how the command was run.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """A command that has ended."""

    argv: tuple[str, ...]
    returncode: int
    """The exit status, or the negative number of the signal that ended it."""
    stdout: str
    stderr: str

    def __str__(self) -> str:
        """The command as one could type it, how it ended, and what it said."""
        parts = [f"$ {shlex.join(self.argv)}", f"exit status {self.returncode}"]
        for name, text in (("stdout", self.stdout), ("stderr", self.stderr)):
            if text.strip():
                parts.append(f"--- {name}\n{text.rstrip()}")
        return "\n".join(parts)


class CommandFailed(AssertionError):
    """A command that was expected to succeed did not; `result` is what it ended with."""

    def __init__(self, result: Result, why: str = "") -> None:
        super().__init__("\n".join(filter(None, (why, str(result)))))
        self.result = result


class BootFailed(AssertionError):
    """A system did not come up; the text is its console."""
