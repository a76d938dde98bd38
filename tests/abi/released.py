"""The promise of a release: which nodes of the version script are frozen, and whether one was touched.

    /usr/bin/python3 tests/abi/released.py        the lines of libostree-unlock.released for all nodes there are

Why: a program that was linked with a released node finds all of it in every later version.
What may not be in here: what the functions of a node look like (dump.py).
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[2]

_NODE = re.compile(r"(?P<name>\w[\w.]*)\s*\{(?P<body>.*?)\}\s*(?P<parent>[\w.]*)\s*;", re.DOTALL)


def contents(script: str) -> dict[str, str]:
    """What each node of a version script promises, in order: its names and the node that it goes on from."""
    text = re.sub(r"/\*.*?\*/", "", script, flags=re.DOTALL)
    found = {}
    for node in _NODE.finditer(text):
        names = re.search(r"global:(.*?)(?:local:|$)", node["body"], re.DOTALL)
        found[node["name"]] = "\n".join([node["parent"], *sorted(re.findall(r"\w+", names[1] if names else ""))])
    return found


def checksum(promise: str) -> str:
    """What a released node is known by."""
    return hashlib.sha256(promise.encode()).hexdigest()


def recorded(text: str) -> dict[str, str]:
    """The released nodes and their checksums."""
    return dict(line.split() for line in text.splitlines() if line and not line.startswith("#"))


def dated(changelog: str) -> list[str]:
    """The nodes of the releases that have a date, in the order of the changelog: 2026.1.0 and 2026.1.3 have the same."""
    versions = re.findall(r"^## (\d+\.\d+)\.\d+, \d{4}-\d{2}-\d{2}$", changelog, re.MULTILINE)
    return [f"LIBOSTREE_UNLOCK_{version}" for version in versions]


def faults(script: str, released: str, changelog: str) -> list[str]:
    """What breaks a promise, a line each."""
    nodes, frozen, lines = contents(script), recorded(released), []
    for name, known_by in frozen.items():
        if name not in nodes:
            lines.append(f"{name} is released, and is not there any more")
        elif checksum(nodes[name]) != known_by:
            lines.append(f"{name} is released, and was changed: what is new belongs into a new node")
        if name not in dated(changelog):
            lines.append(f"{name} is not in a release that CHANGELOG.md has a date for")
    lines += [
        f"{name} has a release in CHANGELOG.md, and no line in libostree-unlock.released"
        for name in nodes
        if name in dated(changelog) and name not in frozen
    ]
    before = ""
    for name, promise in nodes.items():
        if promise.partition("\n")[0] != before:
            lines.append(f"{name} does not go on from {before or 'nothing'}")
        before = name
    if len(nodes.keys() - frozen.keys()) > 1:
        lines.append("there are two nodes that are not released: new functions belong into one")
    return lines


if __name__ == "__main__":
    for name, promise in contents((SOURCE / "libostree-unlock.sym").read_text()).items():
        sys.stdout.write(f"{name} {checksum(promise)}\n")
