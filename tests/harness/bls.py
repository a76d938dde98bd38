"""Boot entries as ostree writes them (Boot Loader Specification, type 1), and which of them is the default.

Why: what boots next is decided by these files on the disk and by nothing else; each boot reads them anew.
What may not be in here: where the entries are read from (a mounted disk or an image).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One boot entry."""

    version: int
    options: str
    linux: str
    initrd: str


def parse(text: str) -> Entry:
    """The entry in one file."""
    fields = dict(line.split(None, 1) for line in text.splitlines() if len(line.split(None, 1)) == 2)
    return Entry(int(fields["version"]), fields["options"], fields["linux"], fields["initrd"])


def in_boot_order(texts: list[str]) -> list[Entry]:
    """The default first, then the rollback, and so on."""
    return sorted(map(parse, texts), key=lambda entry: entry.version, reverse=True)
