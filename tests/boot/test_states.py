"""The states that end with the boot, the way from one to the other, and overlays that libostree made."""

import json

import pytest

from harness.fixtures import trees

IN_PRIVATE = "unshare --mount sh -ec 'mount -o remount,bind,rw /usr; {}'"


@trees()
def test_transient_is_writable_in_a_private_namespace_only(system, is_unlocked, is_locked):
    system.run("ostree-unlock begin transient")
    is_unlocked("transient")
    system.run(IN_PRIVATE.format("echo content > /usr/inside"))
    assert system.read("/usr/inside") == "content\n"
    for forbidden in ("touch /usr/inside", "rm /usr/inside", "touch /usr/outside"):
        assert system.run(forbidden, check=False).returncode != 0, forbidden
    system.run("ostree-unlock end --yes")
    is_locked()


@trees(readonly=(False, True))
def test_from_one_to_the_other_keeps_what_was_written(system, is_unlocked, is_locked, mounts):
    system.run("ostree-unlock begin && echo one > /usr/one && ostree-unlock begin transient")
    is_unlocked("transient")
    assert system.read("/usr/one") == "one\n"
    system.run("ostree-unlock begin --development && echo two > /usr/two")
    is_unlocked("development")
    assert system.read("/usr/one") == "one\n"
    assert len([mount for mount in mounts() if mount[1] == "overlay"]) == 1
    system.run("ostree-unlock end --yes")
    is_locked()


@trees()
def test_a_change_reaches_services_that_follow_the_system(system):
    """A slave namespace is what PrivateTmp= and the like make; one started while it was open has a view of its own."""
    system.run("ostree-unlock begin")
    shell = "while read -r line; do if touch /usr/slave 2>/dev/null; then echo yes; else echo no; fi; done"
    with system.popen(["unshare", "--mount", "--propagation=slave", "sh", "-c", shell], stdin=-1, stdout=-1) as service:

        def can_write() -> str:
            service.stdin.write(b"\n")
            service.stdin.flush()
            return service.stdout.readline().strip().decode()

        assert can_write() == "yes"
        system.run("ostree-unlock begin transient")
        assert can_write() == "no"
        system.run("ostree-unlock begin development")
        assert can_write() == "yes"
        system.run("ostree-unlock end --yes --lazy")
        assert can_write() == "no"
        service.stdin.close()


@trees()
def test_to_transient_is_refused_while_somebody_writes(system, is_unlocked):
    system.run("ostree-unlock begin")
    with system.popen("exec 3>/usr/log; read wait", stdin=-1) as writer:
        system.run("for i in 1 2 3 4 5 6 7 8 9; do test -e /usr/log && break; sleep 0.1; done")
        refused = system.run("ostree-unlock begin transient", check=False)
        assert refused.returncode == 18, refused
        assert "/usr/log" in refused.stderr
        is_unlocked("development")
        system.run("ostree-unlock begin transient --lazy")
        is_unlocked("transient")
        writer.stdin.close()


@trees()
@pytest.mark.parametrize("state", ["development", "transient"])
def test_libostrees_own_is_shown_and_relocked(system, usr, is_unlocked, is_locked, state):
    option = "--transient" if state == "transient" else ""
    if state == "transient" and "--transient" not in system.run("ostree admin unlock --help").stdout:
        pytest.skip("this libostree has no transient state")
    system.run(f"ostree admin unlock {option}")
    is_unlocked(state)
    seen = usr()
    assert seen["made_by"] == "libostree"
    assert seen["since"]
    assert system.exists(seen["upper"]["path"]), seen
    again = system.run(f"ostree-unlock begin {state}", check=False)
    assert again.returncode == 15 and "by libostree" in again.stderr
    system.run("ostree-unlock end --yes")
    is_locked()
    system.run("ostree-unlock begin && touch /usr/new && ostree-unlock end --yes")
    is_locked()


@trees()
def test_libostrees_hotfix_is_shown_and_not_ended_by_chance(system, usr, libostree):
    """A begin that names no state does not take away that it lasts."""
    system.run("ostree admin unlock --hotfix && touch /usr/fixed")
    for _ in range(2):
        seen = usr()
        assert (seen["unlocked"], seen["persistent"], seen["made_by"]) == ("hotfix", True, "libostree"), seen
        assert seen["problems"] == []
        assert libostree() == "hotfix"
        refused = system.run("ostree-unlock begin", check=False)
        assert refused.returncode == 15 and "hotfix" in refused.stderr, refused
        assert system.exists("/usr/fixed")
        system.reboot()


@trees()
def test_ours_looks_right_to_libostree(system):
    system.run("ostree-unlock begin")
    refused = system.run("ostree admin unlock", check=False)
    assert refused.returncode != 0 and "already" in refused.stderr
    state = system.python(
        "import gi; gi.require_version('OSTree', '1.0'); from gi.repository import OSTree\n"
        "s = OSTree.Sysroot.new_default(); s.load(None)\n"
        "print(int(s.get_booted_deployment().get_unlocked()))"
    )
    assert state.stdout.strip() == "1"


@trees()
def test_a_stale_flag_is_shown_and_repaired(system, usr, libostree, is_locked):
    """A soft reboot leaves libostree's flags in /run, and so does `umount -l /usr`."""
    system.run("ostree-unlock begin && touch /usr/x && umount -l /usr")
    assert {problem["code"] for problem in usr()["problems"]} == {"stale-flag", "stale-record"}
    assert usr()["unlocked"] == "none" and libostree() == "development"
    nothing = system.run("ostree-unlock end --yes", check=False)
    assert nothing.returncode == 16
    is_locked()
    system.run("ostree-unlock begin")
    assert not system.exists("/usr/x")


@trees("bookworm")
def test_a_lock_is_waited_for_longer_than_there_is_time(system):
    system.run("ostree-unlock begin --lock-wait 1e19 && ostree-unlock end --yes --lock-wait 1.8e19")


@trees("bookworm")
@pytest.mark.parametrize("state", ["development", "hotfix"])
def test_who_is_not_root_sees_it_whatever_the_umask(system, state):
    system.run(f"umask 077 && ostree-unlock begin {state}")
    assert json.loads(system.run("ostree-unlock detect --json", user="nobody").stdout)["unlocked"] == state
    assert f"state {state}" in system.run("cat /run/motd.d/ostree-unlock", user="nobody").stdout
    assert f"Unlocked: {state}" in system.run("ostree admin status", user="nobody").stdout
    system.run("umask 077 && ostree-unlock end --yes")
    assert "Unlocked" not in system.run("ostree admin status", user="nobody").stdout


@trees("bookworm")
def test_another_overlay_in_the_same_state_is_a_change(system):
    """The kernel mostly gives it the number of the one before."""
    seen = system.python(
        "import gi, subprocess\n"
        "gi.require_version('OSTree', '1.0'); gi.require_version('OstreeUnlock', '1.0')\n"
        "from gi.repository import OSTree, OstreeUnlock\n"
        "run = lambda command: subprocess.run(command, shell=True, check=True, stdout=subprocess.DEVNULL)\n"
        "run('ostree-unlock begin')\n"
        "monitor = OstreeUnlock.Monitor.new()\n"
        "run('ostree-unlock end --yes && ostree-unlock begin')\n"
        "print(*map(int, monitor.check()), *map(int, monitor.check()))\n"
    )
    assert seen.stdout == "1 1 0 1\n"


@trees()
def test_a_merged_sysext_is_refused_by_name(system, mounts):
    system.run("mkdir -p /run/extensions/x/usr/lib/extension-release.d /run/extensions/x/usr/share")
    system.run("echo ID=_any > /run/extensions/x/usr/lib/extension-release.d/extension-release.x")
    system.run("echo hello > /run/extensions/x/usr/share/from-sysext")
    merged = system.run("systemd-sysext merge", check=False)
    if merged.returncode or not system.exists("/usr/share/from-sysext"):
        pytest.skip(f"systemd-sysext does not merge here: {merged.stderr.strip()}")
    before = mounts()
    for command in ("begin", "end --yes"):
        refused = system.run(f"ostree-unlock {command}", check=False)
        assert refused.returncode == 19, refused
        assert "systemd-sysext unmerge" in refused.stderr
    assert mounts() == before
    system.run("systemd-sysext unmerge && ostree-unlock begin && ostree-unlock end --yes")
