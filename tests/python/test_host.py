"""What Python sees on a system that was not booted by OSTree: each script in host/ is one behaviour."""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPTS = sorted((Path(__file__).parent / "host").glob("*.py"))


@pytest.fixture
def environment(staged):
    """Where the distribution's Python finds what is staged."""
    (library,) = staged.glob("usr/lib*/**/libostree-unlock.so.1")
    (override,) = staged.glob("usr/lib*/python3*/**/gi/overrides/OstreeUnlock.py")
    return os.environ | {
        "LD_LIBRARY_PATH": str(library.parent),
        "GI_TYPELIB_PATH": str(library.parent / "girepository-1.0"),
        "PYTHONPATH": str(override.parents[2]),
    }


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_behaves(environment, script):
    if Path("/run/ostree-booted").exists():
        pytest.skip("this host was booted by OSTree")
    argv = ["/usr/bin/python3", script]
    done = subprocess.run(argv, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert (done.returncode, done.stdout) == (0, "")
