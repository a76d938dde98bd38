"""What the command says of itself: its verbs, and the options and values of each, read from its own --help.

Why: the manual and the completions are compared with the command that is installed, not with a second list.
What may not be in here: the manual or the completions.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

_OPTION = re.compile(r"^ +(?:(-\w), )?(--[\w-]+)", re.MULTILINE)
_POSSIBLE = re.compile(r"\[possible values: ([^]]*)\]")
_LISTED = re.compile(r"^ +- ([\w-]+): ", re.MULTILINE)


class Command:
    """The installed command."""

    def __init__(self, program: Path) -> None:
        self._program = program
        self.help = self._help()
        self.verbs = _verbs(self.help)
        """Each verb, with its other names."""

    def options(self, *verb: str) -> set[str]:
        """All options, long and short, of that verb or of the command without one."""
        return {name for pair in _OPTION.findall(self._help(*verb)) for name in pair if name}

    def parts(self, verb: str) -> list[str]:
        """The words that stand behind a verb which is several."""
        listed = self._help(verb).partition("Commands:\n")[2].partition("\n\n")[0]
        return re.findall(r"^  (\w+) ", listed, re.MULTILINE)

    def all_options(self, *verb: str) -> set[str]:
        """The options of that verb, and of its parts."""
        parts = [(*verb, part) for part in (self.parts(*verb) if verb else [])]
        return self.options(*verb).union(*(self.options(*part) for part in parts))

    def values(self, *verb: str) -> set[str]:
        """The words that its options and arguments take."""
        text = self._help(*verb)
        listed = {word for found in _POSSIBLE.findall(text) for word in re.split(r",\s+", found)}
        return listed | set(_LISTED.findall(text))

    def exit_statuses(self) -> dict[str, int]:
        """The names of the exit statuses and their numbers."""
        table = self.help.partition("Exit status:\n")[2]
        return {name: int(number) for number, name in re.findall(r"^ +(\d+)  ([\w-]+)$", table, re.MULTILINE)}

    def _help(self, *verb: str) -> str:
        argv = [self._program, *verb, "--help"]
        return subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True).stdout


def _verbs(text: str) -> dict[str, list[str]]:
    listed = text.partition("Verbs:\n")[2].partition("\n\n")[0]
    found = {}
    for verb, said in re.findall(r"^  (\w+) ((?:.*\n?(?:   .*\n?)*))", listed, re.MULTILINE):
        aliases = re.search(r"\[alias(?:es)?:\s+([^]]*)\]", said)
        found[verb] = re.split(r",\s+", aliases[1]) if aliases else []
    return found
