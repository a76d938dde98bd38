"""What boots and other deployments leave is removed, what is open is not, and after an upgrade hooks run until all went well."""

import json
from contextlib import ExitStack

import pytest

from harness.fixtures import trees

ONE = trees("trixie")
ALL = trees(readonly=(False, True))
BACKING = "/sysroot/ostree/deploy/*/backing/*"
LEFT = f"ls -d {BACKING}/usr-transient {BACKING}/unlock/old-* 2>/dev/null || :"
HOOKS = "/etc/ostree-unlock/post-upgrade.d"
UNPRIVILEGED = 14
WAIT = "echo ready; read -r line"


@ALL
def test_what_an_earlier_boot_left_is_removed(system, is_locked):
    system.run("ostree-unlock begin && touch /usr/new")
    system.reboot()
    assert "usr-transient" in system.run(LEFT).stdout
    would = system.run("ostree-unlock cleanup --dry-run").stdout
    assert "It would:" in would and "usr-transient" in system.run(LEFT).stdout
    done = system.run("ostree-unlock cleanup").stdout
    assert done.startswith("Done:") and "usr-transient" in done
    assert system.run(LEFT).stdout == ""
    assert system.run("ostree-unlock cleanup").stdout == "There is nothing to clean up.\n"
    is_locked()


@trees()
@pytest.mark.parametrize("unlock", ["ostree-unlock begin", "ostree-unlock begin --backing ram", "ostree admin unlock"])
def test_what_is_open_stays(system, is_unlocked, unlock):
    system.run(f"{unlock} && echo text >/usr/new")
    before = system.run(LEFT).stdout
    assert system.run("ostree-unlock cleanup").stdout == "There is nothing to clean up.\n"
    assert system.run(LEFT).stdout == before
    is_unlocked("development")
    assert system.run("echo more >>/usr/new; cat /usr/new").stdout == "text\nmore\n"


@trees("sid")
def test_what_libostree_left_is_removed(system):
    system.run("ostree admin unlock && touch /usr/new")
    system.reboot()
    assert "usr-transient" in system.run(LEFT).stdout
    system.run("ostree-unlock cleanup")
    assert system.run(LEFT).stdout == ""


@ONE
def test_what_is_in_use_is_kept_and_said(system):
    system.run("ostree-unlock begin")
    with system.popen(f"cd /usr/bin; {WAIT}", stdin=-1, stdout=-1) as process:
        process.stdout.readline()
        system.run("ostree-unlock end --yes")
        kept = system.run("ostree-unlock cleanup").stdout
        assert "note: still in use, so not done: remove" in " ".join(kept.split()), kept
        assert "/unlock/old-" in system.run(LEFT).stdout
        process.stdin.close()
    system.run("ostree-unlock cleanup")
    assert system.run(LEFT).stdout == ""


@ONE
def test_a_scratch_that_somebody_is_in_is_kept(system):
    """Of the boot before, and about to be begun anew."""
    system.run("ostree-unlock run --scratch -- touch /usr/old")
    scratch = system.run(f"echo {BACKING}/unlock/scratch").stdout.strip()
    system.run(["unshare", "--mount", "sh", "-ec", f"mount -o remount,bind,rw /sysroot; echo another >{scratch}/boot"])
    with system.popen(["flock", scratch, "sh", "-c", WAIT], stdin=-1, stdout=-1) as somebody:
        somebody.stdout.readline()
        kept = " ".join(system.run("ostree-unlock cleanup").stdout.split())
        assert f"still in use, so not done: remove {scratch}" in kept, kept
        assert system.exists(f"{scratch}/usr/upper/old")
        somebody.stdin.close()
    assert scratch in system.run("ostree-unlock cleanup").stdout
    assert not system.exists(scratch)


@ONE
def test_of_several_only_what_is_in_use_is_kept(system):
    """`begin` removes what it can, and asks for all of them at once."""
    with ExitStack() as readers:
        for number in range(4):
            system.run(f"ostree-unlock begin; mkdir /usr/kept; echo {number} >/usr/kept/file")
            if number != 2:
                reader = readers.enter_context(system.popen(f"cd /usr/kept; {WAIT}; cat file", stdin=-1, stdout=-1))
                reader.stdout.readline()
            system.run("ostree-unlock end --yes --lazy")
        uppers = system.run(f"cat {BACKING}/unlock/old-*/upper/kept/file").stdout
        assert sorted(uppers.split()) == ["0", "1", "3"]
        system.run("ostree-unlock begin; ostree-unlock end; ostree-unlock begin")
        assert system.run(f"cat {BACKING}/unlock/old-*/upper/kept/file | sort").stdout == "0\n1\n3\n"
    for verb in ("end", "begin"):
        system.run(f"ostree-unlock {verb}")
    assert "old-" not in system.run(LEFT).stdout


@ONE
def test_of_a_deployment_that_is_gone_nothing_stays(system):
    gone = f"$(echo /sysroot/ostree/deploy/*)/backing/{'e' * 64}.0"
    system.run(f"mount -o remount,rw /sysroot; mkdir -p {gone}/usr-transient/upper/x {gone}/usr-transient/work {gone}/unlock")
    system.run(f"echo 1 >{gone}/unlock/cleaned; mkdir -p {gone}/unlock/old-1/upper")
    state = f"/run/ostree/deployment-state/{'e' * 64}.0"
    system.run(f"mkdir -p {state}; touch {state}/unlocked-transient {state}/other")
    system.run("ostree-unlock cleanup")
    assert system.run(f"ls -d {gone}", check=False).returncode == 2
    assert system.run(f"ls {state}").stdout == "other\n"


@trees()
def test_a_flag_without_an_overlay_is_cleared(system, usr, is_locked):
    booted = json.loads(system.run("ostree-unlock --json").stdout)["deployment"]["id"]
    state = f"/run/ostree/deployment-state/{booted}"
    system.run(f"mkdir -p {state}; touch {state}/unlocked-development")
    assert [problem["code"] for problem in usr()["problems"]] == ["stale-flag"]
    assert "was cleared" in system.run("ostree-unlock cleanup").stdout
    is_locked()


@ONE
def test_who_logs_in_is_told_of_what_is_open_now(system, is_unlocked):
    """/run outlives a soft reboot, and a hotfix outlives /run."""
    notice = "/run/motd.d/ostree-unlock"
    system.run(f"mkdir -p /run/motd.d && echo stale >{notice}")
    system.run("ostree-unlock cleanup")
    assert not system.exists(notice)
    system.run("ostree-unlock begin hotfix")
    system.reboot()
    assert not system.exists(notice)
    system.run("ostree-unlock cleanup")
    is_unlocked("hotfix")
    assert "state hotfix" in system.read(notice)


@ONE
def test_only_etc_says_the_state_and_who_may_not_look_is_refused(system):
    system.run("ostree-unlock begin")
    for words in ("--etc", "--etc --dry-run"):
        done = json.loads(system.run(f"ostree-unlock cleanup {words} --json").stdout)
        assert (done["unlocked"], done["steps"]) == ("development", []), done
    for words in ("", "--etc", "--dry-run", "--etc --dry-run", "--after-upgrade --dry-run"):
        refused = system.run(f"ostree-unlock cleanup {words}", user="nobody", check=False)
        assert refused.returncode == UNPRIVILEGED and "only root" in refused.stderr, refused


def hook(system, name, text, directory=HOOKS):
    system.run(["install", "-D", "-m", "755", "/dev/stdin", f"{directory}/{name}"], input=f"#!/bin/sh\n{text}\n")


@ALL
def test_hooks_run_once_for_a_deployment_and_again_until_they_succeed(system):
    hook(system, "10-fails", "echo 10 >>/var/ran; test -e /var/fixed || { echo why >&2; exit 3; }")
    hook(system, "20-works", 'echo "20 $OSTREE_UNLOCK_STATEROOT $OSTREE_UNLOCK_DEPLOYMENT" >>/var/ran; echo said')
    system.write(f"{HOOKS}/README", "not a program\n")
    cleanup = "ostree-unlock cleanup --after-upgrade"

    would = system.run(f"{cleanup} --dry-run").stdout
    assert f"run {HOOKS}/10-fails" in would and "README" not in would
    assert not system.exists("/var/ran")

    for _ in range(2):
        failed = system.run(cleanup, check=False)
        assert failed.returncode == 1, failed
        assert f"{HOOKS}/10-fails: exit status: 3" in failed.stderr and "why\n" in failed.stderr
        assert failed.stdout == "" and "said\n" in failed.stderr
        system.reboot()
    ran = system.read("/var/ran").splitlines()
    assert [line.split()[0] for line in ran] == ["10", "20"] * 2
    booted = next(line for line in system.run("ostree admin status").stdout.splitlines() if line.startswith("* "))
    assert ran[1].split()[1:] == booted.split()[1:]

    system.run("touch /var/fixed; rm /var/ran")
    assert f"run {HOOKS}/10-fails" in system.run(cleanup).stdout
    assert len(system.read("/var/ran").splitlines()) == 2
    system.reboot()
    assert system.run(cleanup).stdout == "There is nothing to clean up.\n"
    assert len(system.read("/var/ran").splitlines()) == 2


@ONE
def test_who_is_asked_to_stop_begins_no_other_hook(system):
    hook(system, "10-first", "echo 10 >>/run/ran; while test ! -e /run/go; do sleep 0.02; done; exit $(cat /run/go)")
    hook(system, "20-second", "echo 20 >>/run/ran")
    # python, since a shell has what is in its background ignore what a terminal sends
    code = """
import os, signal, subprocess, time
for number, status in ((signal.SIGTERM, 0), (signal.SIGINT, 3), (signal.SIGHUP, 0)):
    running = subprocess.Popen(["ostree-unlock", "cleanup", "--after-upgrade"], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while not os.path.exists("/run/ran"): time.sleep(0.02)
    os.kill(running.pid, number)
    time.sleep(0.5)
    open("/run/go.new", "w").write(f"{status}\\n")
    os.rename("/run/go.new", "/run/go")
    said = " ".join(running.communicate(timeout=15)[1].split())
    assert running.returncode == 24 and "stopped while hooks were run" in said, (number, running.returncode, said)
    assert open("/run/ran").read() == "10\\n", number
    os.unlink("/run/ran")
    os.unlink("/run/go")
"""
    system.python(code)
    system.run("echo 0 >/run/go; ostree-unlock cleanup --after-upgrade")
    assert system.read("/run/ran") == "10\n20\n"


@ONE
def test_another_deployment_arms_it_again(system):
    system.run("ostree-unlock cleanup --after-upgrade")
    assert system.run("ostree-unlock cleanup --after-upgrade").stdout == "There is nothing to clean up.\n"
    system.reboot(deployment=1)
    hook(system, "10", "echo $OSTREE_UNLOCK_DEPLOYMENT >>/var/ran")
    system.run("ostree-unlock cleanup --after-upgrade && ostree-unlock cleanup --after-upgrade")
    assert len(system.read("/var/ran").splitlines()) == 1


@trees()
def test_libostrees_own_cleanup_is_part_of_it(system):
    """What it removes for certain: a deployment's directory that no boot entry knows."""
    lost = f"$(echo /sysroot/ostree/deploy/*)/deploy/{'e' * 64}.0"
    system.run(f"unshare --mount sh -ec 'mount -o remount,rw /sysroot; mkdir {lost}; touch {lost}.origin'")
    system.run("ostree-unlock cleanup --after-upgrade")
    assert system.run(f"ls -d {lost}", check=False).returncode == 2
    assert "debian" in system.run("ostree admin status").stdout
