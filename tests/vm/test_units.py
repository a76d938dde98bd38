"""The units under a running systemd: what boots do, and a time limit that ends by itself and says so at a terminal.

Why only here: no other test has a service manager, a clock that wakes anybody, or somebody who is logged in.
"""

from __future__ import annotations

import json
import time

import pytest

from harness.fixtures import trees

pytestmark = pytest.mark.timeout(900)

HOOK = "/etc/ostree-unlock/post-upgrade.d/10-hook"
UNITS = ("ostree-unlock-cleanup.service", "ostree-unlock-post-upgrade.service")

# Somebody's terminal: a session that logind knows, and all that is written to its terminal.
_LOGIN = """
import os, subprocess
master, slave = os.openpty()
session = ["systemd-run", "--quiet", "--unit=somebody", "-pPAMName=su", "-pUser=root", "-pStandardInput=tty",
           f"-pTTYPath={os.ttyname(slave)}", "sleep", "1d"]
subprocess.run(session, check=True)
with open("/run/terminal", "wb", buffering=0) as log:
    while True:
        log.write(os.read(master, 4096))
"""


# Half of a hotfix, as a power cut leaves it, in a directory that is immutable again.
_HALF = """
import array, fcntl, glob, os
GET, SET, FLAG = 0x80086601, 0x40086602, 0x10
root = os.stat("/")
path = next(p for p in glob.glob("/sysroot/ostree/deploy/*/deploy/*.[0-9]") if os.path.samestat(os.stat(p), root))
directory, flags = os.open(path, os.O_RDONLY), array.array("l", [0])
fcntl.ioctl(directory, GET, flags)
for mask in (~FLAG, -1):
    fcntl.ioctl(directory, SET, array.array("l", [flags[0] & mask]))
    if mask == ~FLAG:
        os.mkdir(f"{path}/.usr-ovl-upper")
"""


def unit(machine, name, *properties):
    shown = machine.run(["systemctl", "show", name, *(f"--property={key}" for key in properties)]).stdout
    return dict(line.split("=", 1) for line in shown.splitlines())


def expect_result(machine, name, wanted):
    """How the unit's last run ended; it did run."""
    found = unit(machine, name, "Result", "ExecMainCode")
    said = machine.run(f"journalctl --sync; journalctl --no-pager -b -u {name}", check=False).stdout
    assert found == {"Result": wanted, "ExecMainCode": "1"}, said


def settle(machine):
    machine.run("systemctl is-system-running --wait", check=False, timeout=180)


def usr(machine):
    (hierarchy,) = json.loads(machine.run("ostree-unlock status --json").stdout)["hierarchies"]
    return hierarchy


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "that did not come about"
        time.sleep(0.5)
    return found


def timers(machine):
    return machine.run("systemctl list-units --all --plain --no-legend 'ostree-unlock-end@*.timer'").stdout


@trees()
def test_a_time_limit(systemd_machine, expect_state):
    machine = systemd_machine
    settle(machine)
    for name in UNITS:
        expect_result(machine, name, "success")
    assert machine.run("cat /sysroot/ostree/deploy/*/backing/*/unlock/cleaned").stdout
    assert not [name for name in UNITS if name in machine.run("systemctl --failed --plain --no-legend").stdout]

    machine.write("/run/login.py", _LOGIN)
    machine.run("systemd-run --quiet --unit=terminal /usr/bin/python3 /run/login.py")
    wait_for(lambda: "pts/" in machine.run("loginctl list-sessions").stdout)
    # What is started later runs through the overlay, and keeps it in use.
    wait_for(lambda: machine.run("systemctl is-active user@0", check=False).stdout == "active\n")
    _it_warns_and_ends(machine, expect_state)
    _it_waits_for_who_writes(machine, expect_state)

    machine.run("ostree-unlock begin --for 1h")
    assert timers(machine)
    machine.run("ostree-unlock end --yes")
    assert timers(machine) == ""


def _it_warns_and_ends(machine, expect_state):
    begun = " ".join(machine.run("ostree-unlock begin --for 16s").stdout.split())
    assert "it ends by itself at" in begun, begun
    assert timers(machine)
    expect_state(machine, "development")
    machine.run("touch /usr/new")
    # Not by asking all the time: whatever runs meanwhile would be what keeps it in use.
    time.sleep(45)
    expect_state(machine, "none")
    assert not machine.exists("/usr/new")
    assert "/usr is locked again in " in machine.read("/run/terminal")
    wait_for(lambda: timers(machine) == "")
    # The command itself ran from what it ended; another one after it has removed that.
    assert machine.run("ls -d /sysroot/ostree/deploy/*/backing/*/unlock/old-*", check=False).stdout == ""


def _it_waits_for_who_writes(machine, expect_state):
    machine.run("ostree-unlock begin --for 4s")
    with machine.popen("exec 3>/usr/log; echo; read wait", stdin=-1, stdout=-1) as writer:
        writer.stdout.readline()
        wait_for(lambda: "overdue" in [problem["code"] for problem in usr(machine)["problems"]])
        wait_for(lambda: "/usr/log" in machine.read("/run/terminal"))
        assert "but it stays unlocked" in machine.read("/run/terminal")
        assert usr(machine)["unlocked"] == "development"
        writer.stdin.close()
    wait_for(lambda: usr(machine)["unlocked"] == "none", 120)
    expect_state(machine, "none")


@trees("trixie")
def test_what_boots_do(systemd_machine, expect_state):
    machine = systemd_machine
    settle(machine)
    machine.run("rm /sysroot/ostree/deploy/*/backing/*/unlock/cleaned")
    machine.run(["install", "-D", "-m", "755", "/dev/stdin", HOOK], input="#!/bin/sh\necho ran >>/var/ran\ntest -e /var/fixed\n")
    machine.run("ostree-unlock begin --for 1d && touch /usr/new")
    machine.python(_HALF)

    machine.reboot()
    settle(machine)
    assert machine.run("ls -d /sysroot/ostree/deploy/*/deploy/*/.usr-ovl-*", check=False).stdout == ""
    assert machine.run("ls -d /sysroot/ostree/deploy/*/backing/*/usr-transient", check=False).stdout == ""
    expect_result(machine, UNITS[0], "success")
    expect_result(machine, UNITS[1], "exit-code")
    assert HOOK in machine.run(f"journalctl --sync; journalctl --no-pager -u {UNITS[1]}").stdout
    expect_state(machine, "none")

    machine.run("touch /var/fixed")
    for _ in range(2):
        machine.reboot()
        settle(machine)
        expect_result(machine, UNITS[1], "success")
        assert machine.read("/var/ran") == "ran\nran\n"
