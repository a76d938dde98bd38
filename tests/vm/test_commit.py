"""What was changed is kept for good, on machines: packages that were installed become a deployment, which boots.

Why beside the boot tier: staging needs systemd, and a boot loader's entry is only believed when it boots.
"""

import pytest

from harness import greeting
from harness.fixtures import trees

pytestmark = pytest.mark.timeout(600)

_SYNC_DPKG = "rm -rf /var/lib/dpkg; ln -s /usr/share/dpkg/database /var/lib/dpkg"


@trees()
def test_installed_committed_booted(machine, expect_state):
    machine.run(f"{_SYNC_DPKG}; {greeting.MAKE}")
    machine.run("ostree-unlock begin && dpkg -i /var/greeting.deb && rm /usr/bin/cksum && ostree-unlock diff --packages", timeout=120)
    kernel = machine.run("cat /proc/cmdline").stdout.split()
    commit = machine.run("ostree-unlock commit --deploy --subject Installed", timeout=300).stdout.strip()
    machine.reboot()
    expect_state(machine, "none")
    assert commit in machine.run("ostree admin status").stdout
    assert machine.run("greeting").stdout == "hello\n" and not machine.exists("/usr/bin/cksum")
    assert "install ok installed" in machine.run("dpkg-query -W -f '${Status}' greeting").stdout
    assert machine.run("ostree-unlock diff").stdout == "No differences.\n"
    booted = machine.run("cat /proc/cmdline").stdout.split()
    assert [word for word in booted if "ostree=" not in word] == [word for word in kernel if "ostree=" not in word]


@trees("bookworm")
def test_staged(systemd_machine, expect_state):
    """A hotfix that goes along to an upgrade, in a system that goes down as it should."""
    machine = systemd_machine
    machine.run("ostree-unlock begin hotfix && echo fixed >/usr/lib/fixed && sync")
    script = (
        "b=$(ostree refs | head -1); ostree checkout $b /var/next && echo new >/var/next/usr/lib/upgraded && "
        "ostree commit -b next --parent=$(ostree rev-parse $b) --tree=dir=/var/next && rm -rf /var/next"
    )
    machine.run(script, timeout=300)
    machine.run("echo local >/etc/local && ostree-unlock commit --onto next --stage", timeout=300)
    assert "staged" in machine.run("ostree admin status").stdout
    machine.run("echo later >/etc/later")
    machine.reboot()
    expect_state(machine, "none")
    assert machine.run("cat /usr/lib/fixed /usr/lib/upgraded /etc/local /etc/later").stdout == "fixed\nnew\nlocal\nlater\n"
