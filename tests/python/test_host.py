"""What Python sees on a system that was not booted by OSTree: each script in host/ is one behaviour."""

import subprocess
from pathlib import Path

import pytest

SCRIPTS = sorted((Path(__file__).parent / "host").glob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_behaves(environment, script):
    if Path("/run/ostree-booted").exists():
        pytest.skip("this host was booted by OSTree")
    argv = ["/usr/bin/python3", script]
    done = subprocess.run(argv, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert (done.returncode, done.stdout) == (0, "")
