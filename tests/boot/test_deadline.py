"""A time limit where no systemd runs: it is written down, shown and said that nothing will come of it; whoever calls does.

The timer and the warning are in ../vm, where there is a systemd.
"""

import re
from datetime import datetime, timezone

from harness.fixtures import trees

ONE = trees("trixie")


def seconds(text):
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc).timestamp())


def deadline(usr):
    return seconds(usr()["until"])


@trees()
def test_it_is_shown_and_said_that_nothing_will_come_of_it(system, usr, is_unlocked):
    begun = " ".join(system.run("ostree-unlock begin --for 1h30min").stdout.split())
    assert re.search(r"nothing will end it by itself at \S+ \S+ \(systemd does not run here\)", begun), begun
    is_unlocked("development")
    assert seconds(usr()["until"]) - seconds(usr()["since"]) == 5400
    assert re.search(r"\n  until   \S+ \S+ \(in 1 hour\)\n", system.run("ostree-unlock").stdout)


@ONE
def test_a_change_of_state_keeps_it_unless_told_another(system, usr):
    system.run("ostree-unlock begin --for 1h")
    first = deadline(usr)
    system.run("ostree-unlock begin transient")
    assert deadline(usr) == first
    system.run("ostree-unlock begin development --for 2h")
    assert deadline(usr) >= first + 3600
    system.run("echo kept >/usr/new; ostree-unlock begin development --for 1min")
    assert deadline(usr) < first
    assert system.read("/usr/new") == "kept\n"
    system.run("ostree-unlock end --yes && ostree-unlock begin")
    assert usr()["until"] is None


@ONE
def test_only_what_is_due_is_ended(system, usr, is_locked, is_unlocked):
    system.run("ostree-unlock begin --for 1h")
    due = deadline(usr)
    other = system.run(f"ostree-unlock end --due {due - 1}").stdout
    assert "not the deadline" in other
    early = system.run(f"ostree-unlock end --due {due}").stdout
    assert "not yet time" in early
    is_unlocked("development")
    assert usr()["problems"] == []

    system.run("ostree-unlock begin development --for 2s; sleep 3.1")
    due = deadline(usr)
    (problem,) = usr()["problems"]
    assert problem["code"] == "overdue"
    with system.popen("exec 3>/usr/log; echo; read wait", stdin=-1, stdout=-1) as writer:
        writer.stdout.readline()
        refused = system.run(f"ostree-unlock end --due {due}", check=False)
        assert refused.returncode == 18 and "/usr/log" in refused.stderr, refused
        writer.stdin.close()
    is_open = usr()
    assert is_open["unlocked"] == "development"
    assert "locked again" in system.run(f"ostree-unlock end --due {due}").stdout
    is_locked()
    assert "not the deadline" in system.run(f"ostree-unlock end --due {due}").stdout


@ONE
def test_what_cannot_end_by_itself_takes_no_limit(system, is_unlocked):
    lasts = system.run("ostree-unlock begin hotfix --for 1h", check=False)
    assert lasts.returncode == 2 and "does not end by itself" in lasts.stderr, lasts
    system.run("ostree admin unlock")
    for state in ("development", "transient"):
        theirs = system.run(f"ostree-unlock begin {state} --for 1h", check=False)
        assert theirs.returncode == 20 and "does not end by itself" in theirs.stderr, theirs
    is_unlocked("development")
