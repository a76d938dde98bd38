"""A live commit on machines that boot for real, with systemd as process 1: what it brought to /etc is in no other deployment,
however the machine goes down; and what comes after it is live: users, directories, the loader's cache, unit files, what the bus
can start, and services that are restarted or must not be.

Why only here: a power cut and a shutdown need a machine, and transient units, jobs, sessions and restarts need a service manager.
What needs neither is in ../boot/test_apply.py and test_after.py. One test for each suite, since its boot takes half a minute.
"""

from __future__ import annotations

import json
import re

import pytest

from boot.test_apply import ETC, listing, other_commit
from harness import greeting
from harness.fixtures import trees

pytestmark = trees()

UNITS = "usr/lib/systemd/system"
# Never restarted, however much of them is replaced: process 1, the bus, logind, who is logged in, and who called.
NEVER = ("dbus", "systemd-logind", "somebody", "ostree-unlock-tests")

# `ldconfig` was not run in the commit: the library is in a directory that only its cache would know.
_FIRST = rf"""
echo 'u newcomer - "came with a commit"' >usr/lib/sysusers.d/newcomer.conf
echo 'd /var/lib/newcomer 0750 newcomer newcomer' >usr/lib/tmpfiles.d/newcomer.conf
mkdir usr/lib/newcomer && cp usr/lib/x86_64-linux-gnu/libz.so.1 usr/lib/newcomer/
echo /usr/lib/newcomer >etc/ld.so.conf.d/newcomer.conf
cp usr/bin/sleep usr/bin/keeps && cp usr/bin/sleep usr/bin/changes && cp usr/bin/sleep usr/bin/fails
for name in keeps changes fails; do
    printf '[Service]\nExecStart=/usr/bin/%s infinity\n' $name >{UNITS}/$name.service
done
printf '[D-BUS Service]\nName=org.example.Newcomer\nExec=/bin/false\nUser=root\n' \
    >usr/share/dbus-1/system-services/org.example.Newcomer.service
"""

# The programs are others by a byte behind their end, as is the C library, which all have mapped.
_SECOND = rf"""
replace() {{ cp "$1" usr/new && echo >>usr/new && mv -f usr/new "$1"; }}
replace usr/bin/changes
printf '[Service]\nExecStart=/usr/bin/false\n' >usr/new && mv -f usr/new {UNITS}/fails.service
"""
_C_LIBRARY = """
library=$(readlink -f usr/lib/x86_64-linux-gnu/libc.so.6)
cp "$library" usr/new && echo >>usr/new && mv -f usr/new "$library"
"""

_LOGIN = """
import os, subprocess
master, slave = os.openpty()
session = ["systemd-run", "--quiet", "--unit=somebody", "-pPAMName=su", "-pUser=root", "-pStandardInput=tty",
           f"-pTTYPath={os.ttyname(slave)}", "sleep", "1d"]
subprocess.run(session, check=True)
while True:
    os.read(master, 4096)
"""

_RESTARTING = """
import gi
gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")
from gi.repository import OSTree, OstreeUnlock
done = OstreeUnlock.apply(OSTree.Sysroot.new_default(), commit="second", restart=True)
End, Step = OstreeUnlock.FollowUpEnd, OstreeUnlock.FollowUpStep
for one in done.get_restarted():
    assert one.get_step() == Step.RESTART
    assert one.get_end() == (End.FAILED if one.get_why() else End.DONE)
    print(one.get_unit(), one.get_why() or "done")
"""

_AGAIN = """
import gi, os
gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")
from gi.repository import OSTree, OstreeUnlock
sysroot = OSTree.Sysroot.new_default()
opened = []
for _ in range(2):
    OstreeUnlock.apply(sysroot, commit="second")
    OstreeUnlock.rollback(sysroot)
    opened.append(len(os.listdir("/proc/self/fd")))
assert opened[0] == opened[1], opened
"""


@pytest.mark.timeout(2400)
def test_a_live_commit(systemd_machine, expect_state):
    _no_other_boot_has_what_was_live(systemd_machine, expect_state)
    _what_comes_after(systemd_machine)
    if systemd_machine.target.suite.name == "bookworm":  # where it takes the least time; what is pending is the same everywhere
        _what_is_pending(systemd_machine, expect_state)


def _etc(machine, at: str = "/etc") -> list[str]:
    """What is in /etc, but for what boots and logins write there."""
    own = ("resolv.conf", "machine-id", "ld.so.cache", ".updated", "mtab")
    return [line for line in listing(machine, at) if not any(f"'/{name}'" in line for name in own)]


def _no_undo_is_left(machine) -> bool:
    """Whether all of it was taken back."""
    return machine.run("find /sysroot/ostree/deploy/*/backing/*/unlock/etc", check=False).stdout == ""


def _no_other_boot_has_what_was_live(machine, expect_state):
    machine.settled()
    before = _etc(machine)
    usr = listing(machine)
    other_commit(machine, ETC + "echo live >/usr/share/live")
    suite = machine.target.suite.name

    # It is taken back.
    machine.run("ostree-unlock apply other", timeout=300)
    assert _etc(machine) != before and machine.exists("/usr/share/live")
    machine.run("ostree-unlock rollback", timeout=300)
    expect_state(machine, "none")
    assert _etc(machine) == before and listing(machine) == usr
    assert _no_undo_is_left(machine)

    # The power fails: what is left is taken back early at the next boot.
    machine.run("ostree-unlock apply other", timeout=300)
    assert _etc(machine) != before and machine.exists("/usr/share/live")
    machine.power_cut()
    machine.settled()
    expect_state(machine, "none")
    assert _etc(machine) == before and listing(machine) == usr

    # Staged while it is live: made when the machine goes down.
    machine.run("ostree-unlock apply other", timeout=300)
    machine.run(f"ostree commit -b plain --tree=ref=debian/{suite} && ostree admin deploy --stage plain", timeout=300)
    machine.run("mkdir -p /var/log/journal && journalctl --flush")
    machine.reboot()
    machine.settled()
    expect_state(machine, "none")
    assert _etc(machine) == before and listing(machine) == usr
    _everything_had_its_turn(machine)
    assert _no_undo_is_left(machine)

    # Deployed while it is live: made at once, from an /etc that has what is live.
    machine.run("ostree-unlock apply other", timeout=300)
    machine.run(f"ostree commit -b plain --tree=ref=debian/{suite} && ostree admin deploy plain", timeout=300)
    machine.reboot()
    machine.settled()
    expect_state(machine, "none")
    assert _etc(machine) == before and listing(machine) == usr

    # What is live is staged by the apply itself: it boots with the /etc that an upgrade without it would have given.
    machine.run("echo mine >/etc/mine; echo mine >/etc/issue; rm /etc/debian_version; ostree admin deploy other", timeout=300)
    upgraded = _etc(machine, machine.run("ls -d /sysroot/ostree/deploy/*/deploy/$(ostree rev-parse other).0/etc").stdout.strip())
    machine.run("ostree admin undeploy 0 && ostree-unlock apply other --stage", timeout=300)
    machine.reboot()
    machine.settled()
    expect_state(machine, "none")
    assert _etc(machine) == upgraded and machine.exists("/usr/share/live")
    assert machine.read("/etc/issue") == machine.read("/etc/mine") == "mine\n" and machine.exists("/etc/new-default")
    assert _no_undo_is_left(machine)


def _everything_had_its_turn(machine):
    """When the system went down; of units in a circle systemd leaves one out, whichever it is."""
    said = machine.run("journalctl --boot=-1 --no-pager -o cat").stdout
    assert "Finalizing staged deployment" in said
    assert "ordering cycle" not in said, [line for line in said.splitlines() if "cycle" in line or "Found dependency" in line]


def _what_comes_after(machine):
    machine.write("/run/login.py", _LOGIN)
    # In a scope, as a terminal is: a service would be restarted, and hang up.
    machine.run("setsid systemd-run --quiet --scope --unit=terminal /usr/bin/python3 /run/login.py </dev/null >/dev/null 2>&1 &")
    machine.run("until systemctl is-active --quiet somebody; do sleep 0.2; done", timeout=60)

    _commit(machine, _FIRST, "first")
    _what_a_commit_brings(machine)
    _commit(machine, _FIRST + _SECOND, "second")
    _services_of_what_was_replaced(machine)
    _commit(machine, _FIRST + _SECOND + _C_LIBRARY, "third")
    _what_is_never_restarted(machine)
    # a process that does it again and again keeps nothing open
    machine.python(_AGAIN, timeout=600)


def _what_a_commit_brings(machine):
    assert not machine.exists("/var/lib/newcomer")
    said = machine.run("ostree-unlock apply first", timeout=300).stdout
    assert "newcomer" in said
    assert machine.run("id -un newcomer").stdout == "newcomer\n"
    assert machine.run("stat -c '%a %U' /var/lib/newcomer").stdout == "750 newcomer\n"
    assert "/usr/lib/newcomer/libz.so.1" in machine.run("ldconfig -p").stdout
    # known to systemd, and to the bus, without another word
    assert "org.example.Newcomer" in machine.run("busctl list --activatable").stdout
    machine.run("systemctl start keeps changes fails")
    # the programs that ran are gone with their end
    assert "sysusers" not in machine.run("systemctl list-units --all --plain --no-legend 'ostree-unlock-systemd-*'").stdout


def _services_of_what_was_replaced(machine):
    before = {name: _pid(machine, name) for name in ("keeps", "changes", "fails")}
    by = {one["unit"]: one["by"] for one in _affected(machine, "second")}
    assert by == {
        "changes.service": [{"reason": "program", "path": "/usr/bin/changes"}],
        "fails.service": [{"reason": "unit-file", "path": f"/{UNITS}/fails.service"}],
    }
    # the library's answer; the command's is below
    said = machine.python(_RESTARTING, timeout=300).stdout
    restarted = dict(line.split(" ", 1) for line in said.splitlines())
    assert restarted.keys() == {"changes.service", "fails.service"}, said
    assert restarted["changes.service"] == "done" and "exit status 1" in restarted["fails.service"], said
    # the apply stands
    assert machine.run("cat /usr/lib/systemd/system/fails.service").stdout.endswith("/usr/bin/false\n")
    assert _pid(machine, "keeps") == before["keeps"]
    assert _pid(machine, "changes") not in ("0", before["changes"])
    assert _pid(machine, "fails") == "0"


def _what_is_never_restarted(machine):
    before = {name: _pid(machine, name) for name in (*NEVER, "keeps", "systemd-journald")}
    foretold = _affected(machine, "third")
    (keeps,) = (one for one in foretold if one["unit"] == "keeps.service")
    assert keeps["verdict"] == "restart", keeps
    assert [one["reason"] for one in keeps["by"]] == ["library"] and keeps["by"][0]["path"].endswith("/libc.so.6"), keeps
    (user,) = (one for one in foretold if one["unit"] is None and one["verdict"] == "log-out")
    assert user["uid"] == 0 and user["by"], user
    # what is the session's: of the user, or of the unit that holds it
    (session,) = (one for one in foretold if int(before["somebody"]) in one["pids"])
    assert session["verdict"] == "log-out" and "sleep" in session["commands"], session
    said = machine.run("ostree-unlock apply third --restart", timeout=300).stdout
    after = {name: _pid(machine, name) for name in before}
    assert {name: after[name] for name in NEVER} == {name: before[name] for name in NEVER}
    assert after["keeps"] not in ("0", before["keeps"])
    assert after["systemd-journald"] not in ("0", before["systemd-journald"])
    for name in ("dbus.service", "systemd-logind.service", "init.scope"):
        assert name in said, said
    assert re.search(r"Until the user logs in again: [^:]*user 0 \(", " ".join(said.split())), said
    assert machine.run("loginctl list-sessions --no-legend").stdout.strip()


def _what_is_pending(machine, expect_state):
    """What waits for a reboot has a package more: it is there at once, and gone again. What would take one away is refused."""
    machine.run("ostree-unlock rollback --all", timeout=300)
    expect_state(machine, "none")
    machine.run(f"test -L /var/lib/dpkg || {{ rm -r /var/lib/dpkg; ln -s /usr/share/dpkg/database /var/lib/dpkg; }}; {greeting.MAKE}")
    before = _packages(machine)
    other_commit(machine, "dpkg -i /var/greeting.deb", "with")
    other_commit(machine, "touch /usr/share/without", "without")

    machine.run("ostree admin deploy --stage with", timeout=300)
    assert "(staged)" in machine.run("ostree admin status").stdout
    said = machine.run("ostree-unlock apply", timeout=300).stdout
    assert "Packages: 1 added, purely additive" in said, said
    assert machine.run("greeting").stdout == "hello\n"
    assert sorted([*before, "greeting 1 install ok installed"]) == _packages(machine)
    machine.run("ostree-unlock apply --reset --allow-replacement", timeout=300)
    assert _packages(machine) == before and not machine.exists(greeting.PROGRAM)

    machine.run("ostree-unlock rollback", timeout=300)
    machine.run("ostree admin deploy --stage without", timeout=300)
    refused = machine.run("ostree-unlock apply", check=False, timeout=300)
    assert refused.returncode == 30 and "removed greeting" in " ".join(refused.stderr.split()), refused
    assert machine.run("greeting").stdout == "hello\n" and not machine.exists("/usr/share/without")
    machine.run("ostree-unlock apply --allow-replacement", timeout=300)
    assert _packages(machine) == before and machine.exists("/usr/share/without")
    machine.run("ostree-unlock rollback --all", timeout=300)
    expect_state(machine, "none")
    assert _packages(machine) == before


def _packages(machine):
    """What dpkg lists."""
    return sorted(machine.run("dpkg-query -W -f '${Package} ${Version} ${Status}\\n'").stdout.splitlines())


def _affected(machine, branch):
    """What an apply of it would find that runs on files which it replaces."""
    return json.loads(machine.run(f"ostree-unlock apply {branch} --dry-run --json", timeout=300).stdout)["affected"]


def _commit(machine, changes, branch):
    other_commit(machine, f"cd /; {changes}", branch)


def _pid(machine, name):
    return machine.run(f"systemctl show -P MainPID {name}.service").stdout.strip()
