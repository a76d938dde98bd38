"""A whole system: systemd is process 1, and what needs it is tried: services with namespaces of their own, our units, a time
limit that ends by itself and says so at a terminal, what boots do, and a soft reboot.

Why only here: no other test has a service manager, a clock that wakes anybody, or somebody who is logged in. One test for
each suite, since its boot takes half a minute: a chapter each, from a locked system to a locked system.
"""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from boot.test_apply import other_commit
from harness.fixtures import trees

HOOK = "/etc/ostree-unlock/post-upgrade.d/10-hook"
UNITS = ("ostree-unlock-cleanup.service", "ostree-unlock-post-upgrade.service")
NOTICE = "/run/motd.d/ostree-unlock"

_SERVICE = """
[Service]
PrivateTmp=yes
ProtectSystem=strict
ExecStart=/bin/sh -c 'while :; do sleep 1; done'
"""

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

# Says that it is there, and ends when what is begun then has ended. Started before that, it does not run from what is written.
_UNTIL_IT_ENDS = f"""
import os, time
print(flush=True)
patience = time.monotonic() + 120
for there in True, False:
    while os.path.exists("{NOTICE}") != there:
        time.sleep(0.1)
        assert time.monotonic() < patience
"""

# Mounts what says that something is under way onto itself, as soon as it is there: so it can be read, and not removed.
_HOLD = """
import ctypes, sys
intent, libc = sys.argv[1].encode(), ctypes.CDLL(None)
print(flush=True)
while libc.mount(intent, intent, None, ctypes.c_ulong(4096), None):
    pass
"""

# Half of a hotfix, as a power cut leaves it, in a directory that is immutable again.
_HALF = """
import array, fcntl, os, sys
GET, SET, FLAG = 0x80086601, 0x40086602, 0x10
path = sys.argv[1]
directory, flags = os.open(path, os.O_RDONLY), array.array("l", [0])
fcntl.ioctl(directory, GET, flags)
for mask in (~FLAG, -1):
    fcntl.ioctl(directory, SET, array.array("l", [flags[0] & mask]))
    if mask == ~FLAG:
        os.mkdir(f"{path}/.usr-ovl-upper")
"""


@trees()
@pytest.mark.timeout(900)
def test_a_system_with_services(systemd_machine, expect_state):
    machine = systemd_machine
    _the_units_ran_at_boot(machine)
    _services_go_on(machine, expect_state)
    _a_merged_extension_is_refused(machine)
    expect_state(machine, "none")

    _somebody_logs_in(machine)
    _it_warns_and_ends(machine, expect_state)
    _it_waits_for_who_writes(machine, expect_state)
    _an_end_takes_the_timer_with_it(machine)
    _a_failure_that_leaves_it_open_leaves_the_timer(machine, expect_state)
    _what_is_only_mapped_is_seen(machine, expect_state)
    _a_deadline_takes_a_live_commit_back(machine, expect_state)

    _what_the_next_boot_does(machine, expect_state)
    if machine.target.suite.name == "trixie":  # that hooks run until they succeed, and then no more, is the same everywhere
        _what_further_boots_do(machine)
    if machine.target.suite.name == "bookworm":  # where it takes the least time; libostree stages the same everywhere
        _a_hotfix_goes_along_to_an_upgrade(machine, expect_state)
    if machine.target.composefs:  # where libostree can prepare one
        _a_soft_reboot(machine)


def _the_units_ran_at_boot(machine):
    machine.settled()
    for name in UNITS:
        _expect_result(machine, name, "success")
    assert machine.run("cat /sysroot/ostree/deploy/*/backing/*/unlock/cleaned").stdout
    assert not [name for name in UNITS if name in machine.run("systemctl --failed --plain --no-legend").stdout]


def _services_go_on(machine, expect_state):
    before = machine.settled()
    machine.write("/run/systemd/system/private.service", _SERVICE)
    machine.run("systemctl daemon-reload && systemctl start private")
    pid = machine.run("systemctl show -P MainPID private").stdout.strip()

    machine.run("ostree-unlock begin && echo new >/usr/new")
    expect_state(machine, "development")
    assert machine.run(f"cat /proc/{pid}/root/usr/new").stdout == "new\n"
    machine.run("ostree-unlock end --yes")
    expect_state(machine, "none")

    assert machine.run("systemctl show -P MainPID private; systemctl is-active private").stdout.split() == [pid, "active"]
    assert machine.settled() == before
    assert _states_in_the_journal(machine) == ["development", "none"]
    machine.run("systemctl stop private")


def _states_in_the_journal(machine):
    source = (Path(__file__).parents[2] / "src/journal.rs").read_text()
    message_id = re.search(r'STATE_CHANGED: &str = "([0-9a-f]{32})"', source)[1]
    machine.run("journalctl --sync", check=False)
    fields = machine.run(f"journalctl MESSAGE_ID={message_id} -o verbose --no-pager").stdout
    return re.findall(r"OSTREE_UNLOCK_STATE=(\w+)", fields)


def _a_merged_extension_is_refused(machine):
    release = "/run/extensions/some/usr/lib/extension-release.d/extension-release.some"
    machine.run(f"install -D /dev/stdin {release}", input="ID=_any\n")
    machine.run("systemd-sysext merge")
    refused = machine.run("ostree-unlock begin", check=False)
    assert refused.returncode != 0
    assert "systemd-sysext unmerge" in refused.stderr, refused
    machine.run("systemd-sysext unmerge && rm -r /run/extensions")


def _somebody_logs_in(machine):
    machine.write("/run/login.py", _LOGIN)
    machine.run("systemd-run --quiet --unit=terminal /usr/bin/python3 /run/login.py")
    _wait_for(lambda: "pts/" in machine.run("loginctl list-sessions").stdout)
    # What is started later runs through the overlay, and keeps it in use.
    _wait_for(lambda: machine.run("systemctl is-active user@0", check=False).stdout == "active\n")


def _it_warns_and_ends(machine, expect_state):
    with machine.popen(["/usr/bin/python3", "-S", "-E", "-c", _UNTIL_IT_ENDS], stdout=-1) as until_it_ends:
        until_it_ends.stdout.readline()
        begun = " ".join(machine.run("ostree-unlock begin --for 10min").stdout.split())
        assert "it ends by itself at" in begun, begun
        assert _timers(machine)
        expect_state(machine, "development")
        machine.run("touch /usr/new")
        _time_passes(machine, "5 minutes")
        _wait_for(lambda: "/usr is locked again in 4min " in machine.read("/run/terminal"))
        expect_state(machine, "development")
        _time_passes(machine, "5 minutes")
        # Not by asking all the time: whatever runs meanwhile would be what keeps it in use.
        assert until_it_ends.wait(150) == 0
    _wait_for(lambda: _timers(machine) == "")
    expect_state(machine, "none")
    assert not machine.exists("/usr/new")
    # The command itself ran from what it ended; another one after it has removed that.
    assert machine.run("ls -d /sysroot/ostree/deploy/*/backing/*/unlock/old-*", check=False).stdout == ""


def _it_waits_for_who_writes(machine, expect_state):
    # tried again, so that the writer need not be told; here without the minute between
    assert _unit(machine, "ostree-unlock-end@0.service", "RestartUSec") == {"RestartUSec": "1min"}
    sooner = "/run/systemd/system/ostree-unlock-end@.service.d/sooner.conf"
    machine.run(f"install -D /dev/stdin {sooner} && systemctl daemon-reload", input="[Service]\nRestartSec=1s\n")

    machine.run("ostree-unlock begin --for 10min")
    with machine.popen("exec 3>/usr/log; echo; read wait", stdin=-1, stdout=-1) as writer:
        writer.stdout.readline()
        _time_passes(machine, "10 minutes")
        _wait_for(lambda: "overdue" in [problem["code"] for problem in _usr(machine)["problems"]])
        _wait_for(lambda: "/usr/log" in machine.read("/run/terminal"))
        assert "but it stays unlocked" in machine.read("/run/terminal")
        assert _usr(machine)["unlocked"] == "development"
        writer.stdin.close()
    _wait_for(lambda: _usr(machine)["unlocked"] == "none")
    expect_state(machine, "none")


def _an_end_takes_the_timer_with_it(machine):
    machine.run("ostree-unlock begin --for 1h")
    assert _timers(machine)
    machine.run("ostree-unlock end --yes")
    assert _timers(machine) == ""


def _a_failure_that_leaves_it_open_leaves_the_timer(machine, expect_state):
    intent = f"/run/ostree/deployment-state/{_booted(machine)}/ostree-unlock/intent"
    for _ in range(10):
        with machine.popen(["/usr/bin/python3", "-S", "-E", "-c", _HOLD, intent], stdout=-1) as hold:
            hold.stdout.readline()
            failed = machine.run("ostree-unlock begin --for 1h", check=False)
            hold.kill()
        if failed.returncode != 0:
            break
        machine.run("ostree-unlock end --yes")  # it was faster
    assert "taking it back failed too" in " ".join(failed.stderr.split()), failed
    assert _usr(machine)["unlocked"] == "development"
    assert _timers(machine)
    machine.run(f"umount {intent} && ostree-unlock end --yes")
    assert _timers(machine) == ""
    expect_state(machine, "none")


def _what_is_only_mapped_is_seen(machine, expect_state):
    """By older kernels, too, which name the disk beneath the overlay instead."""
    machine.run("ostree-unlock begin && head -c 100000 /dev/zero >/usr/lib/only-mapped")
    maps = "import mmap; f = open('/usr/lib/only-mapped'); m = mmap.mmap(f.fileno(), 0, mmap.MAP_PRIVATE, mmap.PROT_READ); f.close()"
    # Python keeps another descriptor open.
    closes = "import os; [os.close(n) for n in range(3, 20) if os.path.realpath(f'/proc/self/fd/{n}').startswith('/usr/lib/')]"
    with machine.popen(["python3", "-c", f"{maps}\n{closes}\nprint(flush=True); input()"], stdin=-1, stdout=-1) as process:
        process.stdout.readline()
        refused = machine.run("ostree-unlock end --yes --json", check=False)
        holders = json.loads(refused.stdout)["error"]["holders"]
        assert [(holder["use"], holder["path"]) for holder in holders] == [("maps", "/usr/lib/only-mapped")], refused
        process.stdin.close()
        process.wait(60)
    machine.run("ostree-unlock end --yes")
    expect_state(machine, "none")


def _a_deadline_takes_a_live_commit_back(machine, expect_state):
    """Of others than root, too, which takes a privilege that the unit has to have."""
    for name in ("one", "two"):
        other_commit(machine, f"echo {name} >/etc/greeted; chgrp daemon /etc/greeted; chmod 640 /etc/greeted", name)
    machine.run("ostree-unlock begin --for 10min && ostree-unlock apply one && ostree-unlock apply two")
    assert machine.run("cat /etc/greeted; stat -c %G /etc/greeted").stdout == "two\ndaemon\n"
    _time_passes(machine, "10 minutes")
    _wait_for(lambda: _usr(machine)["unlocked"] == "none")
    _wait_for(lambda: not machine.exists("/etc/greeted"))
    expect_state(machine, "none")
    assert _usr(machine)["problems"] == []
    assert machine.run("ostree refs --list unlock/live").stdout == ""
    # Where another target is isolated, the system goes on and so does what is live in it.
    for name in ("ostree-unlock-etc-shutdown.service", "ostree-unlock-records.service"):
        assert _unit(machine, name, "IgnoreOnIsolate", "ActiveState") == {"IgnoreOnIsolate": "yes", "ActiveState": "active"}


def _what_the_next_boot_does(machine, expect_state):
    """systemd ends its services and unmounts, as on a user's machine; what is left is removed, and a hook has failed."""
    _write_to_the_sysroot(machine, "rm /sysroot/ostree/deploy/*/backing/*/unlock/cleaned")
    hook = "#!/bin/sh\necho ran >>/var/ran\ntest -e /var/fixed\n"
    machine.run(["install", "-D", "-m", "755", "/dev/stdin", HOOK], input=hook)
    machine.run("ostree-unlock begin --for 1d && touch /usr/new")
    machine.write("/run/half.py", _HALF)
    directory = f"/sysroot/ostree/deploy/debian/deploy/{_booted(machine)}"
    _write_to_the_sysroot(machine, f"/usr/bin/python3 /run/half.py {directory}")

    machine.reboot()
    machine.settled()
    assert machine.run("ls -d /sysroot/ostree/deploy/*/deploy/*/.usr-ovl-*", check=False).stdout == ""
    assert machine.run("ls -d /sysroot/ostree/deploy/*/backing/*/usr-transient", check=False).stdout == ""
    _expect_result(machine, UNITS[0], "success")
    _expect_result(machine, UNITS[1], "exit-code")
    assert HOOK in machine.run(f"journalctl --sync; journalctl --no-pager -u {UNITS[1]}").stdout
    expect_state(machine, "none")
    assert not machine.exists("/usr/new")


def _write_to_the_sysroot(machine, command):
    """Which composefs has mounted read-only."""
    machine.run(["unshare", "--mount", "sh", "-ec", f"mount -o remount,rw /sysroot; {command}"])


def _what_further_boots_do(machine):
    machine.run("touch /var/fixed")
    for _ in range(2):
        machine.reboot()
        machine.settled()
        _expect_result(machine, UNITS[1], "success")
        assert machine.read("/var/ran") == "ran\nran\n"


def _a_hotfix_goes_along_to_an_upgrade(machine, expect_state):
    """Staged, so that /etc is merged as it is when the system goes down."""
    machine.run("ostree-unlock begin hotfix && echo fixed >/usr/lib/fixed")
    machine.run(
        "base=$(ostree rev-parse debian/bookworm) && ostree checkout $base /var/next && echo new >/var/next/usr/lib/upgraded && "
        "ostree commit -b next --parent=$base --tree=dir=/var/next && rm -rf /var/next",
        timeout=300,
    )
    site = "/etc/ostree-unlock"
    machine.run(["install", "-D", "/dev/stdin", f"{site}/config.d/50-site.conf"], input="[Unlock]\nRecords=site\n")
    program = "#!/bin/sh\ncat /etc/later /usr/lib/upgraded >/etc/site\n"
    machine.run(["install", "-D", "-m", "755", "/dev/stdin", f"{site}/records.d/site"], input=program)
    machine.run("echo local >/etc/local && ostree-unlock commit --onto next --stage", timeout=300)
    assert "(staged)" in machine.run("ostree admin status").stdout
    machine.run("echo later >/etc/later")
    machine.reboot()
    machine.settled()
    expect_state(machine, "none")
    assert machine.run("cat /usr/lib/fixed /usr/lib/upgraded /etc/local /etc/later").stdout == "fixed\nnew\nlocal\nlater\n"
    # by the program in it, when the system went down, and after /etc was merged
    assert machine.read("/etc/site") == "later\nnew\n"
    assert machine.run("ls /sysroot/ostree/deploy/*/backing/*/unlock/records").stdout == "site\n"


def _a_soft_reboot(machine):
    """By systemd itself: into another deployment, which is as deployed."""
    machine.run("ostree-unlock begin && touch /usr/softly")
    before = machine.run("ostree-unlock detect --json").stdout
    machine.soft_reboot(1)
    assert machine.run("ostree-unlock detect --json").stdout != before
    # the flag was that of the other deployment, and the cleanup at boot takes it away
    machine.settled()
    assert "Unlocked: " not in machine.run("ostree admin status").stdout
    assert not machine.exists("/usr/softly")
    machine.run("ostree-unlock begin && touch /usr/again && ostree-unlock end --yes")


def _unit(machine, name, *properties):
    shown = machine.run(["systemctl", "show", name, *(f"--property={key}" for key in properties)]).stdout
    return dict(line.split("=", 1) for line in shown.splitlines())


def _expect_result(machine, name, wanted):
    """How the unit's last run ended; it did run."""
    found = _unit(machine, name, "Result", "ExecMainCode")
    said = machine.run(f"journalctl --sync; journalctl --no-pager -b -u {name}", check=False).stdout
    assert found == {"Result": wanted, "ExecMainCode": "1"}, said


def _usr(machine):
    (hierarchy,) = json.loads(machine.run("ostree-unlock status --json").stdout)["hierarchies"]
    return hierarchy


def _booted(machine):
    return json.loads(machine.run("ostree-unlock --json").stdout)["deployment"]["id"]


def _timers(machine):
    return machine.run("systemctl list-units --all --plain --no-legend 'ostree-unlock-end@*.timer'").stdout


def _time_passes(machine, span):
    """All at once, as for a machine that was suspended."""
    machine.run(f"date --set '+{span}'")


def _wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "that did not come about"
        time.sleep(0.5)
    return found
