"""The examples that stand in the documentation: which there are, how each is tried, and what an answer is compared by.

    .\\" try                                  <!-- try -->              as it is
    .\\" try: ostree-unlock begin             <!-- try: touch /x -->    after this command
    .\\" try: c                               <!-- try: python -->      a program in that language

Stands before a block of a manual page or of a markdown file. Lines that begin with "# " are typed by root, those with "$ "
by anybody; the other lines are what is answered. A block without such lines is a script.

Why: who reads an example types it.
What may not be in here: a booted system (test_examples.py).
"""

from __future__ import annotations

import re
import shlex
import textwrap
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).parents[2]
MANUAL = sorted((SOURCE / "docs/man").glob("*.[1-8]"))
MARKDOWN = sorted([SOURCE / "README.md", *SOURCE.glob("docs/*.md")])

LANGUAGES = ("c", "python")

_ROFF = re.compile(r'(?:^\.\\" try(?P<how>.*)\n)?(?P<block>^\.Bd -literal.*\n(?P<text>(?:.*\n)*?)\.Ed$)', re.MULTILINE)
_MARK = re.compile(r"(?:^<!-- try(?P<how>.*) -->\n\n?)?(?P<block>(?P<text>(?:^ {4}.*\n)(?:(?:^ {4}.*)?\n)*))", re.MULTILINE)
_TYPED = re.compile(r"^([#$]) (.*)$")


@dataclass(frozen=True)
class Example:
    """A block that can be tried."""

    path: Path
    line: int
    how: str
    text: str

    def __str__(self) -> str:
        return f"{self.path.name}:{self.line}"

    @property
    def language(self) -> str:
        """What it is written in."""
        return self.how if self.how in LANGUAGES else "shell"

    @property
    def before(self) -> str:
        """What has to be done first."""
        return "" if self.how in LANGUAGES else self.how

    @property
    def typed(self) -> list[tuple[str, str]]:
        """Who types what."""
        return [(found[1], found[2]) for line in self.text.splitlines() if (found := _TYPED.match(line))]

    @property
    def is_dialogue(self) -> bool:
        """Whether it shows what is answered; otherwise all of it has to succeed."""
        return bool(self.typed and self.answers)

    @property
    def answers(self) -> str:
        """All that is answered."""
        return "".join(f"{line}\n" for line in self.text.splitlines() if not _TYPED.match(line))


def marked() -> list[Example]:
    """Every example that is to be tried."""
    return [example for path in [*MANUAL, *MARKDOWN] for example, is_marked in _blocks(path) if is_marked]


def forgotten() -> list[str]:
    """Blocks that nobody tries although they show something that one could type."""
    return [
        str(example)
        for path in [*MANUAL, *MARKDOWN]
        for example, is_marked in _blocks(path)
        if not is_marked and (path in MANUAL or example.typed)
    ]


def _blocks(path: Path) -> list[tuple[Example, bool]]:
    source = path.read_text()
    found = []
    for match in (_ROFF if path in MANUAL else _MARK).finditer(source):
        text = _plain(match["text"]) if path in MANUAL else textwrap.dedent(match["text"]).strip("\n") + "\n"
        line = source.count("\n", 0, match.start("block")) + 1
        how = (match["how"] or "").removeprefix(": ")
        found.append((Example(path, line, how, text), match["how"] is not None))
    return found


def _plain(roff: str) -> str:
    """What a reader sees of a literal block."""
    return roff.replace(r"\&", "").replace(r"\e", "\\").replace(r"\-", "-")


def script(example: Example) -> str:
    """What root's shell is given."""
    as_anybody = "setpriv --reuid=65534 --regid=65534 --clear-groups sh -c "
    lines = [line if who == "#" else as_anybody + shlex.quote(line) for who, line in example.typed]
    return "\n".join([
        "exec 2>&1",
        f"{{ {example.before or ':'}; }} >/dev/null",
        "set -u" if example.is_dialogue else "set -e",
        *(lines or [example.text]),
    ])


def words(answer: str) -> list[str]:
    """The words of an answer, alike wherever and whenever it was given: without its checksums, sizes, times and numbers."""
    answer = re.sub(r"\b[0-9a-f]{12,}\b", "CHECKSUM", answer)
    answer = re.sub(r"\b\d+(\.\d+)? (bytes|[kMGT]B)\b", "SIZE", answer)
    return re.sub(r"\d+", "0", answer).split()
