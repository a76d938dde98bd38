"""A live commit on machines that boot for real: what it brought to /etc is in no other deployment, however the machine goes down."""

from __future__ import annotations

import pytest

from boot.test_apply import ETC, listing, other_commit
from harness.fixtures import trees

pytestmark = pytest.mark.timeout(900)


def etc(machine, at: str = "/etc") -> list[str]:
    """What is in /etc, but for what boots and logins write there."""
    own = ("resolv.conf", "machine-id", "ld.so.cache", ".updated", "mtab")
    return [line for line in listing(machine, at) if not any(f"'/{name}'" in line for name in own)]


def no_undo_is_left(machine) -> bool:
    """Whether all of it was taken back."""
    return machine.run("find /sysroot/ostree/deploy/*/backing/*/unlock/etc", check=False).stdout == ""


@trees()
def test_no_other_boot_has_what_was_live(systemd_machine, expect_state):
    machine = systemd_machine
    before = etc(machine)
    usr = listing(machine)
    other_commit(machine, ETC + "echo live >/usr/share/live")
    suite = machine.target.suite.name

    # The power fails: what is left is taken back early at the next boot.
    machine.run("ostree-unlock apply other", timeout=300)
    assert etc(machine) != before and machine.exists("/usr/share/live")
    machine.power_cut()
    expect_state(machine, "none")
    assert etc(machine) == before and listing(machine) == usr

    # Staged while it is live: made when the machine goes down.
    machine.run("ostree-unlock apply other", timeout=300)
    machine.run(f"ostree commit -b plain --tree=ref=debian/{suite} && ostree admin deploy --stage plain", timeout=300)
    machine.reboot()
    expect_state(machine, "none")
    assert etc(machine) == before and listing(machine) == usr
    assert no_undo_is_left(machine)

    # Deployed while it is live: made at once, from an /etc that has what is live.
    machine.run("ostree-unlock apply other", timeout=300)
    machine.run(f"ostree commit -b plain --tree=ref=debian/{suite} && ostree admin deploy plain", timeout=300)
    machine.reboot()
    expect_state(machine, "none")
    assert etc(machine) == before and listing(machine) == usr

    # What is live is staged by the apply itself: it boots with the /etc that an upgrade without it would have given.
    machine.run("echo mine >/etc/mine; echo mine >/etc/issue; rm /etc/debian_version; ostree admin deploy other", timeout=300)
    upgraded = etc(machine, machine.run("ls -d /sysroot/ostree/deploy/*/deploy/$(ostree rev-parse other).0/etc").stdout.strip())
    machine.run("ostree admin undeploy 0 && ostree-unlock apply other --stage", timeout=300)
    machine.reboot()
    expect_state(machine, "none")
    assert etc(machine) == upgraded and machine.exists("/usr/share/live")
    assert machine.read("/etc/issue") == machine.read("/etc/mine") == "mine\n" and machine.exists("/etc/new-default")
    assert no_undo_is_left(machine)
