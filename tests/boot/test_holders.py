"""Who is in the way of `end`, and who is not."""

import json
from pathlib import Path

import pytest

from harness.fixtures import trees

from .test_apply import other_commit

WAIT = "echo ready; read wait"


def holders(system) -> list[dict]:
    """Who refuses `end`, as the command's JSON names them."""
    refused = system.run("ostree-unlock end --yes --json", check=False)
    assert refused.returncode == 18, refused
    return json.loads(refused.stdout)["error"]["holders"]


@trees()
def test_shells_and_daemons_of_unchanged_files_are_not_in_the_way(system, is_locked):
    system.run("ostree-unlock begin && touch /usr/new")
    with system.popen(f"cd /usr/bin; exec 3</usr/bin/env; {WAIT}", stdin=-1, stdout=-1) as daemon:
        daemon.stdout.readline()
        ended = system.run("ostree-unlock end --yes")
        assert "on with the old view" in ended.stdout
        is_locked()
        assert daemon.poll() is None
        daemon.stdin.close()


@trees()
def test_the_caller_is_not_in_its_own_way(system, is_locked):
    """A shell that was installed into the overlay, and the command in it, may end it."""
    system.run("ostree-unlock begin && cp /bin/sh /usr/bin/newsh && cp /usr/bin/ostree-unlock /usr/bin/newunlock")
    system.run(["/usr/bin/newsh", "-c", "cd /usr && mkdir here && cd here && /usr/bin/newunlock end --yes; exit $?"])
    is_locked()


@pytest.mark.parametrize(
    ("does", "prepare", "command"),
    [
        ("writes", "", f"exec 3>>/usr/log; {WAIT}"),
        ("runs", "cp /bin/sh /usr/bin/newsh", f"exec /usr/bin/newsh -c '{WAIT}; exit'"),
        ("reads", "echo x > /usr/data", f"exec 3</usr/data; {WAIT}"),
        ("works in", "mkdir /usr/newdir", f"cd /usr/newdir; {WAIT}"),
    ],
)
@trees()
def test_what_would_be_lost_is_refused_and_named(system, is_unlocked, is_locked, does, prepare, command):
    system.run(f"ostree-unlock begin; {prepare}")
    with system.popen(command, stdin=-1, stdout=-1) as process:
        process.stdout.readline()
        found = holders(system)
        assert {holder["use"] for holder in found} == {does}, found
        assert all(holder["pid"] > 1 and holder["command"] and holder["path"].startswith("/usr/") for holder in found)
        is_unlocked("development")
        system.run("ostree-unlock end --yes --lazy")
        is_locked()
        process.stdin.close()


@trees("trixie")
def test_a_name_cannot_play_with_the_terminal(system):
    system.run("ostree-unlock begin && echo x >/usr/data")
    names_itself = "open('/proc/self/comm', 'w').write('a\\x1b[2J\\nb'); data = open('/usr/data'); print(flush=True); input()"
    with system.popen(["python3", "-c", names_itself], stdin=-1, stdout=-1, user="nobody") as process:
        process.stdout.readline()
        (found,) = [holder for holder in holders(system) if holder["path"] == "/usr/data"]
        assert found["command"] == "a\ufffd[2J\ufffdb", found
        refused = system.run("ostree-unlock end --yes", check=False)
        assert "\x1b" not in refused.stderr and "a\ufffd[2J\ufffdb" in refused.stderr, refused
        process.stdin.close()


@trees()
def test_a_writer_through_an_older_view_is_seen(system, is_unlocked):
    """A private namespace keeps the mount, whatever becomes of the system's; only the superblock sees its writer."""
    system.run("ostree-unlock begin")
    command = f"exec 3>/usr/log; {WAIT}"
    with system.popen(["unshare", "--mount", "sh", "-c", command], stdin=-1, stdout=-1) as writer:
        writer.stdout.readline()
        assert {holder["path"] for holder in holders(system)} == {"/usr/log"}
        is_unlocked("development")
        writer.stdin.close()


@trees("bookworm", "sid")
def test_who_runs_through_a_mount_that_was_exchanged_is_seen(system, is_unlocked):
    """The kernel shows its paths without /usr then."""
    system.run("ostree-unlock begin && cp /bin/sh /usr/bin/newd && echo x >/usr/data")
    command = f"exec 3</usr/data; exec /usr/bin/newd -c '{WAIT}; exit'"
    with system.popen(command, stdin=-1, stdout=-1) as process:
        process.stdout.readline()
        system.run("ostree-unlock begin transient")
        found = {(holder["use"], holder["path"]) for holder in holders(system)}
        assert found == {("runs", "/usr/bin/newd"), ("reads", "/usr/data")}
        is_unlocked("transient")
        process.stdin.close()


@trees("bookworm", "sid")
@pytest.mark.parametrize("detached", ["", "umount --lazy /run/bound"])
def test_who_uses_it_at_another_place_is_seen(system, detached):
    """Also where that mount is in no table any more."""
    system.run("ostree-unlock begin && echo x >/usr/data && mkdir /run/bound && mount --bind /usr /run/bound")
    command = f"exec 3</run/bound/data 4>/run/bound/log; {WAIT}"
    with system.popen(command, stdin=-1, stdout=-1) as process:
        process.stdout.readline()
        system.run(detached or "true")
        found = {(holder["use"], holder["path"]) for holder in holders(system)}
        assert found == {("reads", "/usr/data"), ("writes", "/usr/log")}
        process.stdin.close()


@trees("bookworm")
def test_who_uses_a_directory_of_it_at_another_place_is_seen(system):
    system.run("ostree-unlock begin && mkdir -p /usr/new/x /run/bound && echo x >/usr/new/x/data")
    system.run("mount --bind /usr/new/x /run/bound")
    with system.popen(f"exec 3</run/bound/data; {WAIT}", stdin=-1, stdout=-1) as process:
        process.stdout.readline()
        assert {holder["path"] for holder in holders(system)} == {"/usr/new/x/data"}
        process.stdin.close()


@trees("bookworm", "sid")
def test_who_uses_what_an_apply_has_frozen_is_seen(system, usr):
    """Whether started before it, from the overlay of then, or since."""
    other_commit(system, "touch /usr/other")
    system.run("ostree-unlock begin && cp /bin/sh /usr/bin/newd")
    command = f"exec /usr/bin/newd -c '{WAIT}; exit'"
    with system.popen(command, stdin=-1, stdout=-1) as before:
        before.stdout.readline()
        system.run("ostree-unlock apply other")
        with system.popen(command, stdin=-1, stdout=-1) as since:
            since.stdout.readline()
            found = holders(system)
            assert {(holder["use"], holder["path"]) for holder in found} == {("runs", "/usr/bin/newd")}
            assert len({holder["pid"] for holder in found}) == 2, found
            assert usr()["unlocked"] == "development"
            since.stdin.close()
        before.stdin.close()


@trees("bookworm")
def test_who_goes_on_with_an_overlay_of_before_is_not_in_the_way(system, is_locked):
    """Although a file of the same name was written since."""
    system.run("ostree-unlock begin && cp /bin/sh /usr/bin/newd")
    with system.popen(f"exec /usr/bin/newd -c '{WAIT}; exit'", stdin=-1, stdout=-1) as process:
        process.stdout.readline()
        system.run("ostree-unlock end --yes --lazy && ostree-unlock begin && cp /bin/sh /usr/bin/newd")
        system.run("ostree-unlock end --yes")
        is_locked()
        process.stdin.close()


@trees("bookworm")
def test_a_mapping_that_writes_is_seen(system):
    code = (
        "import mmap\n"
        "with open('/usr/mapped', 'w+b') as f: f.truncate(4096); m = mmap.mmap(f.fileno(), 4096)\n"
        "print('ready', flush=True); input()"
    )
    system.run("ostree-unlock begin")
    with system.popen(["/usr/bin/python3", "-c", code], stdin=-1, stdout=-1) as process:
        process.stdout.readline()
        assert {(holder["use"], holder["path"]) for holder in holders(system)} == {("writes", "/usr/mapped")}
        process.stdin.close()


@trees()
def test_what_was_discarded_is_removed_once_nobody_uses_it(system):
    leftovers = "ls -d /sysroot/ostree/deploy/*/backing/*/unlock/old-* 2>/dev/null | wc -l"
    system.run("ostree-unlock begin")
    with system.popen(f"cd /usr/bin; {WAIT}", stdin=-1, stdout=-1) as process:
        process.stdout.readline()
        system.run("ostree-unlock end --yes")
        system.run("ostree-unlock begin --backing ram && ostree-unlock end --yes")
        assert int(system.run(leftovers).stdout) == 1
        process.stdin.close()
    system.run("ostree-unlock begin --backing ram")
    assert int(system.run(leftovers).stdout) == 0


@trees("bookworm")
def test_a_server_that_never_answers_is_not_asked(system, is_locked):
    """Who uses what, and who holds the lock, is known without it."""
    system.write("/var/dead.py", (Path(__file__).parent / "inside/dead.py").read_text())
    lock = "import fcntl; f = open('/sysroot/ostree/lock', 'w'); fcntl.lockf(f, fcntl.LOCK_EX); print('ready', flush=True); input()"
    with system.popen(["/usr/bin/python3", "/var/dead.py"], stdin=-1, stdout=-1) as dead:
        if dead.stdout.readline() != b"ready\n":
            pytest.skip("there is no FUSE here")
        system.run("ostree-unlock begin && touch /usr/new && ostree-unlock end --yes", timeout=30)
        is_locked()
        with system.popen(["/usr/bin/python3", "-c", lock], stdin=-1, stdout=-1) as other:
            other.stdout.readline()
            assert system.run("ostree-unlock begin", check=False, timeout=30).returncode == 17
            other.communicate(b"\n")
        dead.communicate()


@trees("bookworm")
def test_what_was_discarded_in_halves_is_kept_as_well(system):
    """An end that dies while it takes a hotfix out leaves its work directory in one place, and the next call puts the rest in another."""
    unlock = "/sysroot/ostree/deploy/*/backing/*/unlock"
    leftovers = f"ls -d {unlock}/old-* 2>/dev/null | wc -l"
    system.run("ostree-unlock begin hotfix && echo text > /usr/data")
    with system.popen(f"cd /usr/bin; exec 3</usr/data; {WAIT}", stdin=-1, stdout=-1) as process:
        process.stdout.readline()
        system.run("ostree-unlock end --yes --lazy")
        system.run(f"mount -o remount,rw /sysroot; cd {unlock} && mkdir -m 700 old-1 && mv old-*/upper old-1")
        system.run("ostree-unlock begin --backing ram && ostree-unlock end --yes && ostree-unlock cleanup")
        assert int(system.run(leftovers).stdout) == 2
        process.stdin.close()
    system.run("ostree-unlock begin --backing ram")
    assert int(system.run(leftovers).stdout) == 0


_ASK = """
import gi
gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")
from gi.repository import OSTree, OstreeUnlock
print(*(holder.get_use() for holder in OstreeUnlock.get_holders(OSTree.Sysroot.new_default())))
"""


@trees()
@pytest.mark.parametrize("unlock", ["ostree-unlock begin", "ostree admin unlock"])
def test_who_is_in_the_way_is_told_beforehand_whoever_unlocked(system, unlock):
    system.run(f"{unlock} && echo x > /usr/data")
    with system.popen(f"exec 3</usr/data; {WAIT}", stdin=-1, stdout=-1) as process:
        process.stdout.readline()
        assert system.python(_ASK).stdout == "reads\n"
        process.stdin.close()
