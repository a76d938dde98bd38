"""Readers, programs and maps of two files that are of one version in each commit, while commits come and go.

    hammer.py UNTIL     until that path is there; then a line of JSON: what was counted

Why in there: what is missed by whoever looks a moment later is only seen by who looks all the time.
What may not be in here: what comes and goes.
"""

from __future__ import annotations

import json
import mmap
import os
import subprocess
import sys
import time

PLACE = "/usr/share/hammer"
PROGRAM = "/usr/bin/hammer"


def read(path: str, directory: int | None = None) -> bytes:
    """What is in a file."""
    file = os.open(path, os.O_RDONLY, dir_fd=directory)
    try:
        return os.read(file, 100)
    finally:
        os.close(file)


def reader(count: dict[str, int]) -> None:
    """Two files, and the first once more: between two equal looks nobody was quicker than all of apply."""
    first, second, third = read(f"{PLACE}/a"), read(f"{PLACE}/b"), read(f"{PLACE}/a")
    count["lookups"] += 3
    count["mixed"] += first == third != second


def opened(count: dict[str, int], held=[]) -> None:  # noqa: B006
    """A directory that was opened long ago shows what it did then."""
    if not held:
        held.append(os.open(PLACE, os.O_PATH))
        held.append(read("a", held[0]))
    count["lookups"] += 2
    count["mixed"] += {read("a", held[0]), read("b", held[0])} != {held[1]}


def program(count: dict[str, int]) -> None:
    """A program that is of both versions runs to its end."""
    done = subprocess.run([PROGRAM], stdout=subprocess.PIPE, check=False)
    count["programs"] += 1
    count["failed"] += done.returncode != 0 or done.stdout not in (b"one\n", b"two\n")


def mapped(count: dict[str, int]) -> None:
    """What is mapped stays as it is."""
    with open(f"{PLACE}/large", "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        before = view[:]
        time.sleep(0.01)
        count["maps"] += 1
        count["changed"] += before != view[:] or len(set(before)) != 1


def work(kind, until: str, out: int) -> None:
    """One of them again and again; a file that is not found counts, too."""
    count = dict.fromkeys(("lookups", "missing", "mixed", "programs", "failed", "maps", "changed"), 0)
    while not os.path.exists(until):
        try:
            kind(count)
        except FileNotFoundError:
            count["missing"] += 1
        time.sleep(0.0005)
    os.write(out, json.dumps(count).encode() + b"\n")
    os._exit(0)


def main() -> None:
    """All kinds beside each other; the sum of what they counted."""
    until = sys.argv[1]
    readable, writable = os.pipe()
    kinds = (reader, reader, opened, program, mapped)
    for kind in kinds:
        if os.fork() == 0:
            work(kind, until, writable)
    for _ in kinds:
        os.wait()
    os.close(writable)
    with os.fdopen(readable) as results:
        counts = [json.loads(line) for line in results]
    print(json.dumps({name: sum(count[name] for count in counts) for name in counts[0]}))


main()
