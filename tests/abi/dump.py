"""What the functions of a library look like, written down by abigail, and what has become different.

    /usr/bin/python3 tests/abi/dump.py LIBRARY        write libostree-unlock.abi, at a release; docs/abi.md says when

Why: a symbol with the same name and another argument is the same symbol to the linker and a crash to the program.
What may not be in here: which symbols are promised (released.py).
"""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

# What the last release looked like; it is not there before the first one.
LAST_RELEASE = Path(__file__).parents[2] / "libostree-unlock.abi"


class NoDebugInformation(Exception):
    """The dump would say nothing, and a comparison with it find nothing; the text says what to do."""


def dump(library: Path, to: Path) -> None:
    """Write down what the exported functions of an unstripped library look like."""
    argv = ["abidw", "--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", "--out-file", to, library]
    subprocess.run(argv, check=True)
    check(to)


def check(written: Path) -> None:
    """Refuse a dump in which some exported function has no description."""
    root = ET.parse(written).getroot()
    described = {node.get("elf-symbol-id") for node in root.iter("function-decl")}
    exported = {
        f"{symbol.get('name')}@@{symbol.get('version')}" if symbol.get("version") else symbol.get("name")
        for symbol in root.iterfind("elf-function-symbols/elf-symbol")
    }
    if silent := sorted(exported - described):
        raise NoDebugInformation(
            f"{written.name} says nothing of {len(silent)} of {len(exported)} functions, such as {silent[0]}: the library has"
            " no debug information; dump one that is not stripped, from `meson setup -Ddebug=true`"
        )
    if not exported:
        raise NoDebugInformation(f"{written.name} has no function at all")


def changes(before: Path, after: Path) -> str:
    """What is different for a program that was built with the library of before; new functions are not."""
    for written in (before, after):
        check(written)
    done = subprocess.run(["abidiff", "--no-added-syms", before, after], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode & 0b11:
        raise RuntimeError(f"abidiff: exit status {done.returncode}\n{done.stdout}")
    return done.stdout if done.returncode else ""


def architecture(written: Path) -> str:
    """The machine that a dump was made for; those of two machines cannot be compared."""
    return ET.parse(written).getroot().get("architecture", "")


if __name__ == "__main__":
    try:
        dump(Path(sys.argv[1]), LAST_RELEASE)
    except NoDebugInformation as error:
        LAST_RELEASE.unlink()
        sys.exit(str(error))
