"""`end` at a terminal asks before it discards, and only there and only then; and there alone it is shown how far something is."""

from __future__ import annotations

import json
import re

import pytest

from harness.fixtures import trees

# Runs a command on a terminal of its own, answers its question with the first argument, and shows all it said.
_TERMINAL = r"""
import os, pty, sys
answer = sys.argv[1].encode().decode("unicode_escape").encode()
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
said = b""
while True:
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        break
    if not piece:
        break
    said += piece
    if said.endswith(b"[y/N] "):
        os.write(terminal, answer)
_, status = os.waitpid(pid, 0)
code = os.waitstatus_to_exitcode(status)
sys.stdout.write(said.decode().replace("\r\n", "\n"))
sys.exit(code if code >= 0 else 128 - code)
"""


@pytest.fixture
def at_terminal(system):
    """Run a command at a terminal of the system."""

    def run(answer: str, *words: str, **options: object):
        return system.run(["/usr/bin/python3", "-B", "-c", _TERMINAL, answer, *words], check=False, **options)

    return run


@pytest.fixture
def written(system):
    """Something that `end` would discard."""
    system.run("ostree-unlock begin && mkdir /usr/written && echo some >/usr/written/text")


@pytest.mark.parametrize("answer", ["y\n", "yes\n", "Y\n"])
def test_yes(system, written, at_terminal, answer):
    result = at_terminal(answer, "ostree-unlock", "end")
    assert result.returncode == 0, result
    assert "Relocking /usr discards 2 entries, " in result.stdout
    assert "Discarded 2 entries, " in result.stdout
    assert not system.exists("/usr/written")


@pytest.mark.parametrize("answer", ["n\n", "\n", "what?\n", "\x04"], ids=["no", "nothing", "what", "end of input"])
def test_no(system, written, at_terminal, unchanged, exit_status, answer):
    with unchanged():
        result = at_terminal(answer.encode("unicode_escape").decode(), "ostree-unlock", "end")
    assert result.returncode == exit_status["cancelled"], result
    assert "ostree-unlock: end: /usr: not confirmed; nothing was changed" in result.stdout
    assert system.exists("/usr/written")


def test_interrupted(written, at_terminal, unchanged):
    with unchanged():
        result = at_terminal("\\x03", "ostree-unlock", "end")
    assert result.returncode == 130, result


@pytest.mark.parametrize(
    "command",
    ["ostree-unlock end --yes", "ostree-unlock end -y", "ostree-unlock end </dev/null", "ostree-unlock end --dry-run"],
)
def test_no_question(written, at_terminal, command):
    result = at_terminal("n\n", "sh", "-c", command)
    assert result.returncode == 0, result
    assert "[y/N]" not in result.stdout


def test_no_question_where_nothing_was_written(system, at_terminal):
    system.run("ostree-unlock begin")
    result = at_terminal("n\n", "ostree-unlock", "end")
    assert result.returncode == 0, result
    assert "[y/N]" not in result.stdout


def test_no_question_about_what_is_refused(written, at_terminal, exit_status):
    result = at_terminal("y\n", "ostree-unlock", "end", user="nobody")
    assert result.returncode == exit_status["permission-denied"], result
    assert "[y/N]" not in result.stdout


def test_the_question_is_not_in_the_answer(written, system, at_terminal):
    result = at_terminal("y\n", "sh", "-c", "ostree-unlock end --json >/tmp/answer")
    assert result.returncode == 0, result
    assert "[y/N]" in result.stdout
    assert json.loads(system.read("/tmp/answer"))["discarded"]["entries"] == 2


# Has the lock until somebody's thread has waited for it for a while.
_HOLDER = """
import gi, subprocess, time
gi.require_version("OSTree", "1.0")
from gi.repository import OSTree
sysroot = OSTree.Sysroot.new_default()
sysroot.set_mount_namespace_in_use()
sysroot.load(None)
sysroot.lock()
print("locked", flush=True)
deadline = time.monotonic() + 15
while time.monotonic() < deadline:
    threads = subprocess.getoutput("cat /proc/[0-9]*/task/*/comm 2>/dev/null").split()
    if threads.count("ostree-unlock") > 1:
        break
    time.sleep(0.05)
time.sleep(2.5)
"""


def test_what_takes_longer_than_a_second_is_shown_and_taken_away_again(system, at_terminal):
    with system.popen(["/usr/bin/python3", "-c", _HOLDER], stdout=-1) as holder:
        holder.stdout.readline()
        result = at_terminal("", "ostree-unlock", "begin", "--lock-wait", "20")
    assert result.returncode == 0, result
    assert "[....................] wait for the lock of the sysroot" in result.stdout
    last = result.stdout.rpartition("wait for the lock of the sysroot")[2]
    assert "\x1b[K" in last and "/usr is unlocked" in last
    quick = at_terminal("", "ostree-unlock", "end", "--yes")
    assert "\x1b[K" not in quick.stdout


@trees("trixie")
@pytest.mark.parametrize("output", ["terminal", "pipe behind a terminal", "pipe"])
def test_a_commit_is_a_line_and_how_far_it_is_is_no_part_of_that(system, written, at_terminal, output):
    """It goes away again, and only what a person reads has it."""
    words = ["ostree-unlock", "commit", "--lock-wait", "20"]
    with system.popen(["/usr/bin/python3", "-c", _HOLDER], stdout=-1) as holder:
        holder.stdout.readline()
        match output:
            case "terminal":
                result = at_terminal("", *words)
            case "pipe behind a terminal":
                result = at_terminal("", "sh", "-c", f"{' '.join(words)} | cat >/tmp/answer")
            case "pipe":
                result = system.run(words)
    assert result.returncode == 0, result
    if output == "pipe":
        assert re.fullmatch(r"[0-9a-f]{64}\n", result.stdout) and result.stderr == "", result
        return
    assert re.search(r"\r\x1b\[K\[[#.]{20}\] wait for the lock of the sysroot", result.stdout), result
    # what was drawn is wiped away, and what comes after that is the answer alone
    left = result.stdout.rpartition("\r\x1b[K")[2]
    assert not re.search(r"\[[#.]{20}\]", left) and "A commit on " in left, result
    answer = left if output == "terminal" else system.read("/tmp/answer")
    lines = [line for line in answer.splitlines() if re.fullmatch(r"[0-9a-f]{64}", line)]
    assert len(lines) == 1 and lines[0] == system.run("ostree rev-parse unlock/commit/debian").stdout.strip(), result
    if output != "terminal":
        assert answer == f"{lines[0]}\n" and lines[0] not in result.stdout
