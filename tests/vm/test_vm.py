"""Unlock and relock on each suite's own kernel, with a real reboot and a real loss of power.

Why beside the boot tier: Linux 6.1 has no MOVE_MOUNT_BENEATH, and no namespace can be rebooted or lose its page cache.
A boot takes seconds, so each test does much with it.
"""

import json
import random
import subprocess

import pytest

from harness.fixtures import trees

pytestmark = [trees(), pytest.mark.timeout(400)]


def test_there_and_back(machine, expect_state):
    _every_state(machine, expect_state)
    _a_mount_below_usr_and_a_caller_in_a_namespace(machine, expect_state)
    _who_holds_what_would_be_lost(machine, expect_state)

    # and how each ends with the boot
    machine.run("ostree-unlock begin && touch /usr/new && sync && touch /var/lost")
    machine.power_cut()
    expect_state(machine, "none")
    assert not machine.exists("/var/lost")
    machine.run("ostree-unlock begin transient && ostree-unlock run --writable -- touch /usr/new && touch /var/kept")
    machine.reboot()
    expect_state(machine, "none")
    assert machine.exists("/var/kept")
    _power_that_fails_during_a_change(machine, expect_state)
    machine.run("ostree-unlock begin")
    assert not machine.exists("/usr/new")
    machine.run("touch /usr/other && ostree-unlock end --yes")
    expect_state(machine, "none")


def _every_state(machine, expect_state):
    assert machine.run("uname -r").stdout.strip() == machine.kernel.release
    expect_state(machine, "none")

    machine.run("ostree-unlock begin && echo new >/usr/new")
    expect_state(machine, "development")
    machine.run("ostree-unlock begin transient")
    expect_state(machine, "transient")
    # writable for who wants it, and for nobody else
    machine.run("unshare --mount --propagation=private sh -ec 'mount -o remount,bind,rw /usr && echo more >>/usr/new'")
    expect_state(machine, "transient")
    machine.run("ostree-unlock begin development && echo most >>/usr/new")
    expect_state(machine, "development")
    assert machine.read("/usr/new") == "new\nmore\nmost\n"
    machine.run("ostree-unlock end --yes")
    expect_state(machine, "none")
    assert not machine.exists("/usr/new")

    machine.run("ostree-unlock begin --backing ram --size-limit 8M")
    expect_state(machine, "development")
    assert "No space" in machine.run("head -c 9M /dev/zero >/usr/big", check=False).stderr
    machine.run("ostree-unlock end --yes")
    expect_state(machine, "none")


def _power_that_fails_during_a_change(machine, expect_state):
    """At some moment of the one change or the other, all of which go on without a pause."""
    changes = "begin", "begin transient", "begin hotfix", "begin development", "end --yes"
    loop = "; ".join(f"ostree-unlock {change} && echo done" for change in changes)
    with machine.popen(f"while :; do touch /usr/new; {loop}; done", stdout=subprocess.PIPE) as changing:
        for _ in range(random.randint(5, 9)):
            changing.stdout.readline()
        machine.power_cut()
    # a hotfix that was there is there, whole
    state = json.loads(machine.run("ostree-unlock detect --json").stdout)["unlocked"]
    expect_state(machine, state)
    if state == "hotfix":
        machine.run("ostree-unlock end --yes")
    expect_state(machine, "none")
    if machine.target.suite.name == "bookworm":  # where it takes the least time
        machine.run("ostree fsck -q", timeout=180)


def test_a_hotfix_lasts(machine, expect_state):
    """Through a loss of power and reboots, in its own deployment alone, until it is ended."""
    machine.run("ostree-unlock begin hotfix && echo fixed >/usr/fixed && sync")
    expect_state(machine, "hotfix")
    machine.power_cut()
    expect_state(machine, "hotfix")
    machine.run("echo more >>/usr/fixed")
    machine.reboot(deployment=1)
    expect_state(machine, "none")
    assert not machine.exists("/usr/fixed")
    machine.reboot()
    expect_state(machine, "hotfix")
    assert machine.read("/usr/fixed") == "fixed\nmore\n"
    machine.run("ostree-unlock end --yes")
    machine.power_cut()
    expect_state(machine, "none")
    assert not machine.exists("/usr/fixed")


def _a_mount_below_usr_and_a_caller_in_a_namespace(machine, expect_state):
    machine.run("mount -t tmpfs before /usr/src && touch /usr/src/before")
    inside = ["unshare", "--mount", "--propagation=private", "sh", "-ec"]
    machine.run([*inside, "ostree-unlock begin"])
    expect_state(machine, "development")
    assert machine.exists("/usr/src/before")
    machine.run("mount -t tmpfs during /usr/games && touch /usr/games/during")
    machine.run([*inside, "ostree-unlock begin transient"])
    expect_state(machine, "transient")
    machine.run("ostree-unlock end --yes")
    expect_state(machine, "none")
    assert machine.exists("/usr/src/before")
    assert machine.exists("/usr/games/during")


def _who_holds_what_would_be_lost(machine, expect_state):
    machine.run("ostree-unlock begin && cp /usr/bin/sleep /usr/bin/ours")
    holder = machine.popen(["/usr/bin/ours", "1000"])
    machine.run("until pgrep -x ours; do sleep 0.1; done")
    refused = machine.run("ostree-unlock end --yes", check=False)
    assert refused.returncode != 0
    assert "ours" in refused.stderr
    expect_state(machine, "development")
    holder.kill()
    holder.wait()
    machine.run("while pgrep -x ours; do sleep 0.1; done; ostree-unlock end --yes")
    expect_state(machine, "none")
