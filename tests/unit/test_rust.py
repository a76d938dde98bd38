"""The Rust side by itself: its format, its lints, its own tests."""

import json
import os
import re
import shutil
import subprocess
import tempfile

import pytest

from harness import cache
from harness.payload import SOURCE

# A cold build of all dependencies on a small machine takes minutes.
pytestmark = pytest.mark.timeout(1800)


def cargo(*words):
    """Run cargo on the whole workspace, building outside of the source tree."""
    environment = {
        **os.environ,
        "CARGO_TARGET_DIR": str(cache.of_checkout(SOURCE) / "cargo"),
        "CARGO_TERM_COLOR": "never",
        "RUSTDOCFLAGS": "-D warnings",
    }
    return subprocess.run(
        ["cargo", *words], cwd=SOURCE, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def succeeds(*words):
    """Fails with all that cargo said."""
    __tracebackhide__ = True
    done = cargo(*words)
    if done.returncode != 0:
        pytest.fail(f"cargo {' '.join(words)}: exit status {done.returncode}\n{done.stdout}", pytrace=False)


def needs(tool):
    """Debian packages rustfmt and clippy apart from the compiler, and for Debian 12's newer compiler not at all."""
    if cargo(tool, "--version").returncode != 0:
        pytest.skip(f"cargo {tool} is not installed")


def test_format():
    needs("fmt")
    succeeds("fmt", "--all", "--", "--check")


def test_lints():
    needs("clippy")
    succeeds("clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings")


def test_tests():
    succeeds("test", "--workspace", "--all-targets", "--locked", "--", "--include-ignored")


def test_tests_without_root():
    """As who builds packages runs them; what needs root says so, and is left out."""
    built = cargo("test", "--workspace", "--lib", "--bins", "--locked", "--no-run", "--message-format=json")
    messages = [json.loads(line) for line in built.stdout.splitlines() if line.startswith("{")]
    programs = [found for message in messages if message.get("profile", {}).get("test") and (found := message["executable"])]
    assert len(programs) == 2, built.stdout
    with tempfile.TemporaryDirectory(prefix="ou-unit-") as place:
        os.chmod(place, 0o1777)
        nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"]
        for program in programs:
            there = shutil.copy(program, place)
            done = subprocess.run(
                [*nobody, there], cwd=place, env={**os.environ, "TMPDIR": place, "HOME": place}, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stdout


def test_pages():
    succeeds("doc", "--package", "libostree-unlock", "--no-deps", "--locked", "--document-private-items")


def test_examples_in_the_pages():
    done = cargo("test", "--doc", "--workspace", "--locked")
    assert done.returncode == 0, done.stdout
    assert re.search(r"^test src/lib.rs - .* ok$", done.stdout, re.MULTILINE), done.stdout
    assert "test result: ok. 0 passed" not in done.stdout
