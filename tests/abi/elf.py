"""What a shared library says of itself, read with binutils, and what is wrong with its symbols.

Why: one check for the library and for libraries that are wrong on purpose; a check that was never seen to fail proves nothing.
What may not be in here: which library.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path


def _read(*argv: str | Path) -> list[str]:
    done = subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.splitlines()


def exported(library: Path) -> dict[str, str]:
    """The node of each exported name, empty where it has none; `nm` shows the nodes themselves as absolute symbols."""
    found = {}
    for line in _read("nm", "--dynamic", "--defined-only", "--with-symbol-versions", library):
        kind, symbol = line.split()[-2:]
        if kind != "A":
            name, _, node = symbol.partition("@")
            found[name] = node.removeprefix("@")
    return found


def faults(library: Path, nodes: dict[str, str]) -> list[str]:
    """What is wrong with what the library exports, a line each, when it should export `nodes`."""
    there = exported(library)
    lines = [f"{name} is not exported" for name in nodes.keys() - there.keys()]
    lines += [f"{name} is exported" for name in there.keys() - nodes.keys()]
    lines += [
        f"{name} has {f'the version {there[name]}' if there[name] else 'no version'}"
        for name in there.keys() & nodes.keys()
        if there[name] != nodes[name]
    ]
    return sorted(lines)


def dynamic(library: Path) -> dict[str, list[str]]:
    """The dynamic section: the values of each tag."""
    found: dict[str, list[str]] = {}
    for line in _read("readelf", "--wide", "--dynamic", library):
        if entry := re.match(r"\s*0x[0-9a-f]+ \((\w+)\)\s*(.*)", line):
            value = re.search(r"\[(.*)\]", entry[2])
            found.setdefault(entry[1], []).append(value[1] if value else entry[2])
    return found


def segments(library: Path) -> set[str]:
    """The types of the program headers."""
    lines = _read("readelf", "--wide", "--program-headers", library)
    return {line.split()[0] for line in lines if re.match(r"\s+[A-Z_]+\s+0x", line)}
