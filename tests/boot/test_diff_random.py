"""Thousands of random pairs of trees: what `diff` says of the one makes it the other, by the word of rsync and of `ostree diff`.

A failure names the seed, and the number of the pair is the directory's name; `inside/pairs.py` makes them again.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.fixtures import trees

INSIDE = Path(__file__).parent / "inside/pairs.py"
PAIRS = 300

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def identical(system) -> Callable[[str, str], None]:
    """Asks rsync, of the host, whether two trees are the same. Times are no part of it: a mere touch is no change."""
    rsync = shutil.which("rsync")
    if not rsync:
        pytest.skip("rsync is not installed")
    listed = subprocess.run(["ldd", rsync], stdout=subprocess.PIPE, text=True, check=True).stdout
    paths = [Path(path) for path in re.findall(r"(/\S+) \(", listed)]
    system.run("mkdir /var/rsync")
    for path in [Path(rsync), *paths]:
        system.write(f"/var/rsync/{path.name}", path.read_bytes())
    system.run("chmod +x /var/rsync/*")
    loader = next(path.name for path in paths if path.name.startswith("ld-"))
    words = [f"/var/rsync/{loader}", "--library-path", "/var/rsync", "/var/rsync/rsync", "-naXHic", "--no-times", "--delete"]

    def ask(one: str, other: str) -> None:
        said = system.run([*words, f"{one}/", f"{other}/"]).stdout
        assert said == "", said

    return ask


@pytest.fixture
def pairs(system) -> Callable[..., str]:
    """Runs inside/pairs.py."""
    system.write("/var/pairs.py", INSIDE.read_text())

    def run(*words: object, **options: object) -> str:
        return system.run(["/usr/bin/python3", "-B", "/var/pairs.py", *map(str, words)], timeout=300, **options).stdout

    return run


@trees("trixie", "sid")
@pytest.mark.parametrize("kind", ["plain", "special"])
def test_what_was_written(system, pairs, identical, seeds, kind):
    plain = ["--plain"] if kind == "plain" else []
    pairs("make", seeds[0], PAIRS, "/var/base/usr/pairs", "--plain")
    suite = system.target.suite.name
    system.run(f"ostree commit -b pairs --tree=ref=debian/{suite} --tree=dir=/var/base && ostree admin deploy --no-prune pairs")
    system.reboot()
    system.run("cp -a /usr/pairs /var/before")
    for seed in seeds:
        system.run("ostree-unlock begin")
        pairs("change", seed, "/usr/pairs", *plain)
        said = system.run("ostree-unlock diff --name-status /usr/pairs").stdout
        system.run("rm -rf /var/applied && cp -a /var/before /var/applied")
        pairs("apply", "/var/before", "/usr/pairs", "/var/applied", input=said)
        identical("/usr/pairs", "/var/applied")
        if kind == "plain":
            # It knows no special files, and no metadata of directories.
            assert system.run("ostree diff /var/applied /usr/pairs").stdout == ""
        system.run("ostree-unlock end")


@trees("trixie")
@pytest.mark.parametrize("mode", ["bare", "bare-user", "archive"])
def test_commits(system, pairs, identical, seeds, mode):
    system.run(f"ostree --repo=/var/repo init --mode={mode}")
    for seed in seeds:
        system.run("rm -rf /var/before /var/after /var/applied")
        pairs("make", seed, PAIRS, "/var/before", "--plain")
        system.run("cp -a /var/before /var/after && cp -a /var/before /var/applied")
        pairs("change", seed, "/var/after", "--plain")
        commit = "ostree --repo=/var/repo commit -b"
        system.run(f"{commit} before /var/before && {commit} after /var/after")
        said = system.run("ostree-unlock diff --repo /var/repo --from before --to after --name-status").stdout
        pairs("apply", "/var/before", "/var/after", "/var/applied", input=said)
        identical("/var/after", "/var/applied")
        system.run(f"{commit} applied /var/applied")
        assert system.run("ostree --repo=/var/repo diff applied after").stdout == ""
