"""README's two commands, on machines that have nothing but what every Debian has: examples/demo, and tests/run.

Why: what a newcomer runs first installs all it needs by itself, and nobody who works on the project has such a machine.
What may not be in here: what the commands do; they check that themselves.

Of this machine a fresh one has the way to the packages: names, certificates, apt's and cargo's settings.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import cache, debian

HERE = Path(__file__).parent
SOURCE = HERE.parents[1]
CLONE = "/root/libostree-unlock"
_NETWORK = ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs", "/usr/local/share/ca-certificates", "/root/.cargo/config.toml")
_SETTINGS = re.compile(r"^(?:.*_proxy|.*_CA_BUNDLE|SSL_CERT_.*|CARGO_(?:HTTP|REGISTR|NET|SOURCE).*)$", re.IGNORECASE)


class Machine:
    """A root directory with a minimal Debian and a clone of the project."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def run(self, *command: str, timeout: float) -> str:
        """What a command prints; it has to succeed."""
        settings = {name: value for name, value in os.environ.items() if _SETTINGS.match(name)}
        environment = {"HOME": "/root", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TERM": "dumb", **settings}
        words = [HERE / "fresh", self._root, "/bin/sh", "-c", f'cd {CLONE} && exec "$@"', "sh", *command]
        done = subprocess.run(
            words, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, check=False
        )
        # Shown where the test fails: what went wrong there may stand anywhere in it.
        print(done.stdout + done.stderr)
        assert done.returncode == 0, f"{' '.join(command)}: exit status {done.returncode}"
        return done.stdout


@pytest.fixture(scope="module", params=["bookworm", "trixie"])
def machine(request: pytest.FixtureRequest, lab) -> Iterator[Machine]:
    """Fresh for the tests of this file."""
    if lab.why_not:
        pytest.skip(lab.why_not)
    place = cache.directory() / "newcomer"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    root = place / "root"
    try:
        try:
            debian.mmdebstrap(request.param, root, "--variant=minbase", scratch=place)
        except debian.Unavailable as reason:
            pytest.skip(str(reason))
        _bring_the_network(root)
        _clone(root)
        yield Machine(root)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _bring_the_network(root: Path) -> None:
    for name in _NETWORK:
        here, there = Path(name), root / name.lstrip("/")
        if here.is_dir():
            shutil.copytree(here, there, dirs_exist_ok=True)
        elif here.exists():
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(here, there)
    for here in Path("/etc/apt/apt.conf.d").iterdir():
        if "Acquire" in here.read_text():
            shutil.copyfile(here, root / "etc/apt/apt.conf.d" / here.name)


def _clone(root: Path) -> None:
    files = subprocess.run(["git", "-C", SOURCE, "ls-files", "-z"], capture_output=True, check=False)
    if files.returncode != 0:
        pytest.skip("this is no git checkout, so nobody can have cloned it")
    for name in filter(None, files.stdout.decode().split("\0")):
        there = root / CLONE.lstrip("/") / name
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SOURCE / name, there, follow_symlinks=False)


@pytest.mark.timeout(900)
def test_demo(machine):
    assert "The system is off and its disk is gone." in machine.run("examples/demo", timeout=800)


@pytest.mark.timeout(3600)
def test_tests(machine):
    last = machine.run("tests/run", timeout=3500).splitlines()[-1]
    passed = re.fullmatch(r"(\d+) passed, 0 failed, \d+ skipped", last)
    assert passed and int(passed[1]) > 100, last
