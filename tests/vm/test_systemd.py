"""Unlock and relock under a running systemd: services go on, the journal tells of it, an extension is not walked over.

Why only here: no other test has a service manager. One boot for each suite, since it takes half a minute.
"""

import re
from pathlib import Path

import pytest

from harness.fixtures import trees

pytestmark = [trees(), pytest.mark.timeout(900)]

_SERVICE = """
[Service]
PrivateTmp=yes
ProtectSystem=strict
ExecStart=/bin/sh -c 'while :; do sleep 1; done'
"""


def test_a_system_with_services(systemd_machine, expect_state):
    machine = systemd_machine
    before = _settled(machine)
    machine.write("/run/systemd/system/private.service", _SERVICE)
    machine.run("systemctl daemon-reload && systemctl start private")
    pid = machine.run("systemctl show -P MainPID private").stdout.strip()

    machine.run("ostree-unlock begin && echo new >/usr/new")
    expect_state(machine, "development")
    assert machine.run(f"cat /proc/{pid}/root/usr/new").stdout == "new\n"
    machine.run("ostree-unlock end --yes")
    expect_state(machine, "none")

    assert machine.run("systemctl show -P MainPID private; systemctl is-active private").stdout.split() == [pid, "active"]
    assert _settled(machine) == before
    assert _states_in_the_journal(machine) == ["development", "none"]

    _a_merged_extension_is_refused(machine)
    expect_state(machine, "none")

    _a_soft_reboot(machine)

    # systemd ends its services and unmounts, as on a user's machine
    machine.run("ostree-unlock begin && touch /usr/new")
    machine.reboot()
    expect_state(machine, "none")
    assert not machine.exists("/usr/new")


def _a_soft_reboot(machine):
    """By systemd itself, where libostree can prepare it: into another deployment, which is as deployed."""
    if not machine.target.composefs:
        return
    machine.run("ostree-unlock begin && touch /usr/softly")
    before = machine.run("ostree-unlock detect --json").stdout
    machine.soft_reboot(1)
    assert machine.run("ostree-unlock detect --json").stdout != before
    # the flag was that of the other deployment, and the cleanup at boot takes it away
    _settled(machine)
    assert "Unlocked: " not in machine.run("ostree admin status").stdout
    assert not machine.exists("/usr/softly")
    machine.run("ostree-unlock begin && touch /usr/again && ostree-unlock end --yes")


def _settled(machine):
    """What systemd says of itself when it has started everything."""
    ask = "systemctl is-system-running --wait; systemctl --failed --plain --no-legend"
    return machine.run(ask, check=False, timeout=180).stdout


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
    machine.run("systemd-sysext unmerge")
