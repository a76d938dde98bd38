"""Compiling a C program against the installed library, in the way that the library's users do: pkg-config, and warnings are errors.

Why: what is installed is what has to work, its .pc file and its header included.
What may not be in here: what the programs are (../c, ../bench).
"""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def library_path(staged: Path) -> Path:
    """The directory of the installed library."""
    (found,) = staged.glob("usr/lib*/**/libostree-unlock.so.1")
    return found.parent


@pytest.fixture(scope="session")
def flags(staged: Path, library_path: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What pkg-config says, with the library's own prefix where it is staged."""
    (described,) = library_path.glob("pkgconfig/ostree-unlock-1.pc")
    moved = tmp_path_factory.mktemp("pkgconfig") / described.name
    moved.write_text(described.read_text().replace("prefix=/usr\n", f"prefix={staged}/usr\n"))
    argv = ["pkg-config", "--cflags", "--libs", "ostree-unlock-1"]
    environment: Mapping[str, str] = os.environ | {"PKG_CONFIG_PATH": str(moved.parent)}
    done = subprocess.run(argv, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return shlex.split(done.stdout)


@pytest.fixture(scope="session")
def compiled(flags: list[str], tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Compile one source file to a program."""

    def compile_program(source: Path) -> Path:
        program = tmp_path_factory.mktemp("c") / source.stem
        strict = ["-std=gnu11", "-g", "-Wall", "-Wextra", "-Werror"]
        subprocess.run(["cc", *strict, "-o", program, source, *flags], check=True)
        return program

    return compile_program
