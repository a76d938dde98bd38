"""`diff` of two commits, on a host that was not booted by OSTree: its forms, and the pager at a terminal."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from harness import documents

_MAKE = """
import os, sys
import gi
gi.require_version("OSTree", "1.0")
from gi.repository import Gio, OSTree
top = sys.argv[1]
repo = OSTree.Repo.new(Gio.File.new_for_path(f"{top}/repo"))
os.mkdir(f"{top}/repo")
repo.create(OSTree.RepoMode.ARCHIVE, None)
def commit(parent):
    repo.prepare_transaction(None)
    tree = OSTree.MutableTree.new()
    repo.write_directory_to_mtree(Gio.File.new_for_path(f"{top}/tree"), tree, None, None)
    _, root = repo.write_mtree(tree, None)
    _, made = repo.write_commit(parent, "subject", None, None, root, None)
    repo.transaction_set_ref(None, "app", made)
    repo.commit_transaction(None)
    return made
os.makedirs(f"{top}/tree/a/b")
open(f"{top}/tree/a/b/old", "w").close()
first = commit(None)
os.unlink(f"{top}/tree/a/b/old")
for number in range(3):
    with open(f"{top}/tree/a/b/new{number}", "w") as file:
        file.write("text")
commit(first)
"""


@pytest.fixture(scope="module")
def words(tmp_path_factory) -> list[str]:
    """What to say for the difference of two commits."""
    top = tmp_path_factory.mktemp("diff")
    subprocess.run([sys.executable, "-c", _MAKE, top], check=True)
    return ["diff", "--repo", f"{top}/repo", "--from", "app^", "--to", "app"]


def test_forms(on_host, words):
    done = on_host(*words)
    assert (done.returncode, done.stderr) == (0, ""), done
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["/a/"],
        ["b/"],
        ["A", "new0", "4", "bytes"],
        ["A", "new1", "4", "bytes"],
        ["A", "new2", "4", "bytes"],
        ["D", "old", "0", "bytes"],
        "3 added, 1 removed; 12 bytes in files".split(),
    ]
    assert on_host(*words, "--stat").stdout == "3 added, 1 removed; 12 bytes in files\n"
    assert on_host(*words, "--name-status", "/a/b/old").stdout == "D\t/a/b/old\n"
    assert len(documents.parse_lines(on_host(*words, "--json").stdout, "difference")) == 4


def test_mistakes(on_host, words, exit_status):
    assert on_host("diff").returncode == exit_status["not-ostree"]
    assert on_host(*words[:-2]).returncode == exit_status["invalid-argument"]
    assert on_host(*words, "a").returncode == exit_status["invalid-argument"]
    assert on_host(*words[:-1], "nowhere").returncode == exit_status["not-found"]
    assert on_host("diff", "--repo", "/nowhere", "--from", "a", "--to", "b").returncode == exit_status["not-found"]


@pytest.fixture
def at_a_terminal(staged: Path, words):
    """Runs it there: its exit status, and what the terminal shows."""

    def run(*more: str, **environment: str) -> tuple[int, str]:
        ours, theirs = pty.openpty()
        env = {"PATH": os.environ["PATH"], "TERM": "xterm", **environment}
        process = subprocess.Popen([staged / "usr/bin/ostree-unlock", *words, *more], stdin=theirs, stdout=theirs, stderr=theirs, env=env)
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # how a terminal says that nobody is there any more
            while piece := os.read(ours, 4096):
                shown += piece
        os.close(ours)
        return process.wait(timeout=60), shown.decode().replace("\r\n", "\n")

    return run


def test_the_pager(at_a_terminal):
    status, shown = at_a_terminal(PAGER="sed 's/^/paged: /'")
    assert status == 0 and all(line.startswith("paged: ") for line in shown.splitlines()), shown
    assert "\033[32m" in shown
    _, shown = at_a_terminal(PAGER="sed 's/^/paged: /'", NO_COLOR="1")
    assert "\033" not in shown
    for more, pager in ((["--no-pager"], "sed s/^/paged/"), (["--stat"], "false"), (["--json"], "false"), ([], "cat"), ([], "")):
        status, shown = at_a_terminal(*more, PAGER=pager)
        assert status == 0 and shown and "paged" not in shown, (more, pager, shown)
    # One that has seen enough, or is not there, is no failure of ours.
    assert at_a_terminal(PAGER="true")[0] == at_a_terminal(PAGER="kill -9 $$")[0] == 0
    assert "3 added" in at_a_terminal(PATH="/nowhere")[1]
    for pager in ("no-such-pager", "no-such-pager -R", "/no/such/pager"):
        status, shown = at_a_terminal(PAGER=pager)
        assert status == 0 and "3 added" in shown and "not found" not in shown, (pager, shown)


def test_an_interrupt_is_the_pagers(at_a_terminal):
    """As Ctrl-C in less: it reaches both, and who is asked for the rest of the text does not go before its pager."""
    status, shown = at_a_terminal(PAGER="cat; kill -INT $PPID; sleep 0.3; echo over")
    assert status == 0 and shown.endswith("over\n"), (status, shown)


def test_less_starts_nothing(at_a_terminal):
    status, shown = at_a_terminal(PAGER='echo "$LESS $LESSCHARSET $LESSSECURE"; cat >/dev/null')
    assert (status, shown) == (0, "FRX utf-8 1\n")
