"""The harness proves itself: what boots is a real OSTree system, nobody else's, and it leaves nothing behind."""

import os
import re
import shutil
import signal
import subprocess
import time

import pytest

from harness.debian import Unavailable
from harness.fixtures import trees
from harness.host import MARK, loop_of
from harness.images import check_glibc
from harness.result import BootFailed, CommandFailed
from harness.suites import targets

EVERYWHERE = trees(readonly=(False, True), private=(False, True))


@EVERYWHERE
def test_a_booted_deployment_with_a_readonly_usr(system):
    status = system.run("ostree admin status").stdout.splitlines()
    assert status[0].startswith("* debian "), status
    assert any("(rollback)" in line for line in status), status

    refused = system.run("touch /usr/new", check=False)
    assert "Read-only file system" in refused.stderr, refused


@trees()
def test_unlock_lasts_until_the_reboot(system):
    system.run("ostree admin unlock && touch /usr/new")
    system.reboot()
    assert not system.exists("/usr/new")
    assert system.run("touch /usr/new", check=False).returncode != 0


@trees()
def test_hotfix_lasts_longer(system):
    system.run("ostree admin unlock --hotfix && touch /usr/new")
    system.reboot()
    assert system.exists("/usr/new")


def test_special_as_asked_for(system):
    """Runs with --wide on every kind; each property is looked for where a program would look."""
    roots = system.run("findmnt -no FSTYPE,PROPAGATION /").stdout.split()
    assert (roots[0] == "overlay") == system.target.composefs
    assert (roots[1] == "private") == system.target.private


@trees(readonly=True)
def test_readonly_sysroot(system):
    assert "Read-only file system" in system.run("touch /sysroot/new", check=False).stderr
    system.run("touch /etc/new /var/new")
    assert system.run("ostree admin unlock && touch /usr/new").returncode == 0


@trees(private=True)
def test_without_shared_propagation_unlock_says_that_it_worked(system):
    """What libostree does wrong there, and ours must not: the reason why this kind of system exists."""
    assert "Development mode enabled" in system.run("ostree admin unlock").stdout
    assert system.run("touch /usr/new", check=False).returncode != 0


@trees(composefs=True)
def test_composefs(system):
    assert system.run("findmnt -no FSTYPE /").stdout.strip() == "overlay"
    assert system.run("findmnt /usr", check=False).returncode != 0


@trees("bookworm")
def test_nothing_is_shared_between_systems(system, another_system):
    other = another_system()
    system.write("/etc/mine", "mine\n")
    system.run("echo damage | tee -a /sysroot/ostree/deploy/debian/deploy/*.0/usr/lib/os-release")
    assert not other.exists("/etc/mine")
    assert "damage" not in other.read("/usr/lib/os-release")
    assert "damage" not in another_system().read("/usr/lib/os-release")


@trees()
def test_the_rollback_can_be_booted(system):
    default = system.read("/proc/cmdline")
    system.reboot(deployment=1)
    assert system.read("/proc/cmdline") != default
    assert "\n* debian" in system.run("ostree admin status").stdout
    system.reboot()
    assert system.read("/proc/cmdline") == default


@trees()
def test_what_is_deployed_is_what_boots_next(system):
    system.run("ostree commit -b next --tree=ref=debian/$(hostname) --add-metadata-string=version=next")
    system.run("ostree admin deploy next")
    system.reboot()
    assert _booted_version(system) == "next"


@trees()
def test_a_staged_deployment_is_finalized_on_the_way_down(system):
    system.run("ostree commit -b next --tree=ref=debian/$(hostname) --add-metadata-string=version=next")
    # libostree asks systemd to start the unit that will finalize it
    system.run("mkdir /run/stub && install /dev/stdin /run/stub/systemctl", input="#!/bin/sh\n")
    system.run("PATH=/run/stub:$PATH ostree admin deploy --stage next")
    system.power_cut()
    assert _booted_version(system) == "2"

    system.run("mkdir /run/stub && install /dev/stdin /run/stub/systemctl", input="#!/bin/sh\n")
    system.run("PATH=/run/stub:$PATH ostree admin deploy --stage next")
    system.reboot()
    assert _booted_version(system) == "next"


def _booted_version(system):
    booted = system.run("ostree admin status").stdout.split("\n* ")[-1].removeprefix("* ")
    return re.search(r"Version: (\S+)", booted)[1]


@trees("bookworm")
def test_a_power_cut_loses_what_was_not_synced(system):
    system.run("echo kept >/var/synced; sync /var/synced /var; echo lost >/var/unsynced")
    system.power_cut()
    assert system.read("/var/synced") == "kept\n"
    assert not system.exists("/var/unsynced")
    system.run("echo kept >/var/unsynced")
    system.reboot()
    assert system.read("/var/unsynced") == "kept\n"


@trees("bookworm")
def test_run(system):
    result = system.run(["sh", "-c", "cat; echo err >&2; exit 3"], input="in", check=False)
    assert (result.returncode, result.stdout, result.stderr) == (3, "in", "err\n")
    with pytest.raises(CommandFailed, match="(?s)exit status 3.*stdout\nseen.*stderr\ntoo"):
        system.run("echo seen; echo too >&2; exit 3")
    with pytest.raises(CommandFailed, match="not done after 0.2 s"):
        system.run("sleep 100", timeout=0.2)
    assert system.run("id -un; id -gn; id -Gn", user="nobody").stdout.split() == ["nobody", "nogroup", "nogroup"]
    assert system.run("pwd; echo $HOME $LANG $X", cwd="/var/lib", env={"X": "x"}).stdout == "/var/lib\n/root C.UTF-8 x\n"
    assert system.run("true", wrapper=["sh", "-c", "echo wrapped"]).stdout == "wrapped\n"
    assert system.run("kill -KILL $$", check=False).returncode == -signal.SIGKILL
    system.write("/root/a file", "two\nlines\n")
    assert system.read("/root/a file") == "two\nlines\n"
    assert system.python("import gi; gi.require_version('OSTree', '1.0'); print('gi')").stdout == "gi\n"


@trees("bookworm")
def test_what_runs_in_the_background_ends_with_the_boot(system):
    process = system.popen(["sleep", "1000"])
    system.run("setsid sh -c 'sleep 1001 & sleep 1002 &'")
    assert system.run("pgrep -c sleep").stdout == "4\n"  # pid 1 has one too
    system.reboot()
    assert process.wait(10) != 0
    assert system.run("pgrep -c sleep").stdout == "1\n"


@trees("bookworm")
def test_orphans_are_reaped(system):
    system.run("setsid sh -c 'sleep 0.01 & sleep 0.01 &'")
    time.sleep(0.1)
    assert "defunct" not in system.run("ps ax").stdout


@trees("bookworm")
def test_a_system_that_does_not_boot_shows_its_console(system):
    system.run("rm -r /boot/loader/entries/*")
    with pytest.raises(BootFailed, match="(?s)pid 1 has ended.*console"):
        system.reboot()


@trees("bookworm")
def test_a_system_that_is_killed_with_its_firmware_is_gone(system):
    system._firmware.kill()
    deadline = time.monotonic() + 10
    while loop_of(system.disk) is not None:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@trees("bookworm")
def test_the_power_of_a_system_that_is_ending_can_be_cut(system):
    system.run("head -c 50M /dev/urandom >/var/file")  # is written when the disk is unmounted: that takes a while
    sysroot = f"/proc/{system.pid}/root/sysroot"
    system._firmware.kill()
    while os.path.exists(sysroot):
        pass
    system.stop(power_cut=True)
    system.boot()


def test_a_tree_that_is_too_old_for_what_was_built_is_told_apart(tmp_path):
    (tmp_path / "packages").write_text("libc6 2.10-1\n")
    (tmp_path / "installed").mkdir()
    shutil.copy("/usr/bin/env", tmp_path / "installed")
    with pytest.raises(Unavailable, match="built here against glibc 2.*, bookworm has 2.10"):
        check_glibc(targets("bookworm")[0], tmp_path, tmp_path / "installed")


def test_the_host_check_sees_a_process(lab):
    left = subprocess.Popen(["sleep", "1003"])
    try:
        assert [line for line in lab.host.changes(patience=0) if "sleep 1003" in line]
    finally:
        left.kill()
        left.wait()


@trees("bookworm")
def test_the_host_check_sees_a_system_that_is_still_on(lab, system):
    changes = "\n".join(lab.host.changes(patience=0))
    assert f"+ loop device: {loop_of(system.disk)}" in changes
    assert "/run/boot/pid1" in changes
    # even a process that has lost its environment
    stray = system.popen(["env", "-i", "sleep", "1004"])
    time.sleep(0.1)
    assert MARK.encode() not in open(f"/proc/{_child(stray.pid)}/environ", "rb").read()
    assert "sleep 1004" in "\n".join(lab.host.changes(patience=0))


def _child(pid):
    return int(open(f"/proc/{pid}/task/{pid}/children").read().split()[0])


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_the_host_check_sees_mounts_and_nodes(tmp_path):
    """In a child with a namespace of its own as its host, where a mount and a node may be left behind."""
    code = """
import os, sys
from harness import host, isolation, kernel
kernel.unshare(kernel.CLONE_NEWNS)
kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
kernel.mount("dev", "/dev", "tmpfs")
looked = host.Host()
assert looked.changes(0) == []
kernel.mount("left", sys.argv[1], "tmpfs")
os.mknod("/dev/left", 0o20600, os.makedev(1, 3))
print(looked.changes(0))
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(__import__("sys").path)}
    done = subprocess.run(
        ["/usr/bin/python3", "-c", code, str(tmp_path)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert f"{tmp_path} rw" in done.stdout
    assert "+ /dev: ./left 20600 0:0 1:3" in done.stdout
