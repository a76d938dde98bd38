"""Without what newer kernels have, it goes another way to the same end.

Older kernels are only simulated here: a seccomp filter answers the calls that they lack (../crash/deny.c), and all else
is the kernel of the host. What is newer in the behaviour of a call that is there, nobody takes away.
"""

import pytest

from crash.programs import PLACE, bring
from harness.fixtures import trees

from .test_apply import ETC, checked_out, other_commit
from .test_commit import CHANGES, listing
from .test_holders import WAIT, holders

# KERNEL(6.5): before it nothing can be mounted beneath. What else came after 5.15 is not asked for anywhere, which is
# shown by the same: overlays by fsopen with layers one by one (6.5, 6.8), statmount and listmount (6.8), open_tree_attr
# (6.15), and what C libraries and the standard library try by themselves.
LACKING = """
move_mount:beneath fsopen fsmount statmount listmount open_tree_attr
fchmodat2 cachestat setxattrat getxattrat listxattrat removexattrat file_getattr file_setattr
""".split()


@pytest.fixture
def without(system):
    """Run a command, and what it starts, on a kernel without these calls."""
    bring(system)

    def run(calls, command, **options):
        return system.run(command, wrapper=[f"{PLACE}/deny", *calls, "--"], **options)

    return run


@pytest.fixture
def older(without):
    """Run a command on an older kernel."""
    return lambda command, **options: without(LACKING, command, **options)


@trees()
def test_there_and_back(older, is_locked, is_unlocked):
    for state in ("development", "transient"):
        older(f"ostree-unlock begin {state}")
        is_unlocked(state)
        older("ostree-unlock end --yes")
        is_locked()


@trees()
def test_from_one_to_the_other_and_back(system, older, mounts, is_locked, is_unlocked):
    everything = system.read("/proc/1/mountinfo").splitlines()
    older("ostree-unlock begin && echo one > /usr/one && ostree-unlock begin transient")
    is_unlocked("transient")
    older("ostree-unlock begin development && echo two > /usr/two")
    is_unlocked("development")
    assert system.read("/usr/one") == "one\n"
    # Each change was mounted on top: the way around was gone.
    assert [mount[2] for mount in mounts() if mount[1] == "overlay"] == ["ro", "ro", "rw"]
    older("ostree-unlock end --yes")
    is_locked()
    assert system.read("/proc/1/mountinfo").splitlines() == everything
    older("ostree-unlock begin")
    assert not system.exists("/usr/one")


@trees("bookworm")
def test_a_change_reaches_services_that_follow_the_system(system, older):
    older("ostree-unlock begin")
    shell = "while read -r line; do if touch /usr/slave 2>/dev/null; then echo yes; else echo no; fi; done"
    with system.popen(["unshare", "--mount", "--propagation=slave", "sh", "-c", shell], stdin=-1, stdout=-1) as service:

        def can_write() -> str:
            service.stdin.write(b"\n")
            service.stdin.flush()
            return service.stdout.readline().strip().decode()

        assert can_write() == "yes"
        for state, answer in (("transient", "no"), ("development", "yes")):
            older(f"ostree-unlock begin {state}")
            assert can_write() == answer
        older("ostree-unlock end --yes --lazy")
        assert can_write() == "no"
        service.stdin.close()


@trees("bookworm")
def test_mounts_below_usr_are_carried_along(system, older, is_locked):
    older("ostree-unlock begin && mount -t tmpfs during /usr/games && touch /usr/games/during")
    older("ostree-unlock begin transient && ostree-unlock begin development")
    assert system.exists("/usr/games/during")
    older("ostree-unlock end --yes")
    assert system.exists("/usr/games/during")
    assert system.run("findmnt -rno TARGET").stdout.split().count("/usr/games") == 1
    is_locked()


SECOND = "rm /usr/bin/head; echo second >/usr/share/second; echo second >/etc/second"


@trees("bookworm")
def test_live_commits_and_back(system, older, mounts, is_locked):
    first, second = other_commit(system, ETC + CHANGES), other_commit(system, SECOND, "second")
    trees_of = {"other": checked_out(system, first), "second": checked_out(system, second)}
    before, etc, everything = listing(system), listing(system, "/etc"), system.read("/proc/1/mountinfo").splitlines()

    def all_is_as_it_was():
        is_locked()
        assert (listing(system), listing(system, "/etc")) == (before, etc)
        assert system.read("/proc/1/mountinfo").splitlines() == everything

    older("ostree-unlock apply other")
    assert listing(system) == trees_of["other"]
    etc_of_other = listing(system, "/etc")
    assert etc_of_other != etc
    older("ostree-unlock apply second")
    assert listing(system) == trees_of["second"] and system.read("/etc/second") == "second\n"
    older("ostree-unlock rollback")
    assert (listing(system), listing(system, "/etc")) == (trees_of["other"], etc_of_other)
    # Each was mounted on top of the one before.
    assert [mount[2] for mount in mounts() if mount[1] == "overlay"] == ["ro", "ro", "ro"]
    older("ostree-unlock rollback")
    all_is_as_it_was()
    older("ostree-unlock apply second && ostree-unlock apply other && ostree-unlock rollback --all")
    all_is_as_it_was()
    older("ostree-unlock apply other && ostree-unlock apply second && ostree-unlock end --yes")
    all_is_as_it_was()
    assert system.run("ostree refs --list unlock/live").stdout == ""


@trees("bookworm")
@pytest.mark.parametrize("begin", ["begin", "begin --backing ram"])
def test_live_commits_over_what_was_written(system, older, mounts, is_locked, is_unlocked, begin):
    first = other_commit(system, ETC + CHANGES)
    other_commit(system, SECOND, "second")
    other, etc, everything = checked_out(system, first), listing(system, "/etc"), system.read("/proc/1/mountinfo").splitlines()
    older(f"ostree-unlock {begin} && echo mine >/usr/mine && rm /usr/bin/sum")
    mine = listing(system)
    older("ostree-unlock apply other")
    is_unlocked("development")
    live = listing(system)
    assert [line for line in live if "'/mine'" not in line] == [line for line in other if "'/bin/sum'" not in line]
    assert system.read("/usr/mine") == "mine\n"

    older("echo since >/usr/since && ostree-unlock apply second && ostree-unlock rollback")
    assert [line for line in listing(system) if "'/since'" not in line] == live
    assert [mount[1] for mount in mounts()].count("overlay") == 4
    older("ostree-unlock apply second && ostree-unlock rollback --all")
    is_unlocked("development")
    assert [line for line in listing(system) if "'/since'" not in line] == mine and listing(system, "/etc") == etc
    assert system.read("/usr/since") == "since\n"
    older("ostree-unlock apply second && ostree-unlock end --yes")
    is_locked()
    assert system.read("/proc/1/mountinfo").splitlines() == everything
    assert not system.exists("/usr/mine") and listing(system, "/etc") == etc


@trees("bookworm")
def test_to_transient_is_refused_while_somebody_writes(system, older, is_unlocked):
    older("ostree-unlock begin")
    with system.popen("exec 3>/usr/log; read wait", stdin=-1) as writer:
        system.run("for i in 1 2 3 4 5 6 7 8 9; do test -e /usr/log && break; sleep 0.1; done")
        assert older("ostree-unlock begin transient", check=False).returncode == 18
        is_unlocked("development")
        writer.stdin.close()


@trees("bookworm")
@pytest.mark.parametrize("call", ["open_tree", "move_mount", "mount_setattr"])
def test_on_a_kernel_that_is_too_old_nothing_is_begun(without, call, is_locked):
    refused = without([call], "ostree-unlock begin", check=False)
    assert refused.returncode not in (0, 2), refused
    assert "not implemented" in refused.stderr, refused
    is_locked()


@trees("bookworm")
@pytest.mark.parametrize("call", ["open_tree", "fspick", "fsconfig"])
def test_on_a_kernel_that_is_too_old_nothing_is_ended(system, without, call, is_unlocked, is_locked):
    system.run("ostree-unlock begin && touch /usr/new")
    refused = without([call], "ostree-unlock end --yes", check=False)
    assert refused.returncode not in (0, 2), refused
    assert "not implemented" in refused.stderr, refused
    is_unlocked("development")
    system.run("ostree-unlock end --yes")
    is_locked()


@trees("bookworm")
def test_who_uses_what_libostree_opened_is_seen_after_an_apply(system, older):
    """The overlay of before stays in the pile, and has no name that says whose it is."""
    other_commit(system, "touch /usr/other")
    system.run("ostree admin unlock && cp /bin/sh /usr/bin/newd")
    with system.popen(f"exec /usr/bin/newd -c '{WAIT}; exit'", stdin=-1, stdout=-1) as before:
        before.stdout.readline()
        older("ostree-unlock apply other")
        found = {(holder["use"], holder["path"]) for holder in holders(system)}
        before.stdin.close()
    assert found == {("runs", "/usr/bin/newd")}, found
