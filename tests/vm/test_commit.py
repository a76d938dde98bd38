"""What was changed is kept for good, on machines: packages that were installed become a deployment, which boots.

Why beside the boot tier: a boot loader's entry is only believed when it boots. What is staged is in test_systemd.
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
