"""What the library says to C on a system that was not booted by OSTree: each program in host/ is one behaviour."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PROGRAMS = sorted((Path(__file__).parent / "host").glob("*.c"))
GRIND = ["valgrind", "--quiet", "--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=definite"]


@pytest.fixture(autouse=True)
def _not_booted_by_ostree():
    if Path("/run/ostree-booted").exists():
        pytest.skip("this host was booted by OSTree")


@pytest.fixture(params=PROGRAMS, ids=lambda source: source.stem)
def program(request, compiled):
    return compiled(request.param)


@pytest.fixture
def run(library_path):
    def run_here(*argv, **environment):
        everything = os.environ | {"LD_LIBRARY_PATH": str(library_path), "RUST_BACKTRACE": "0"} | environment
        done = subprocess.run(argv, env=everything, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert done.returncode == 0, done.stdout

    return run_here


def test_behaves(program, run):
    run(program)


def test_neither_leaks_nor_touches_what_is_not_its_own(program, run):
    if not shutil.which("valgrind"):
        pytest.skip("valgrind is not installed")
    run(*GRIND, program, G_SLICE="always-malloc")
