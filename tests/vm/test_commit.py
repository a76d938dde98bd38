"""What was changed is kept for good, on machines: packages that were installed and removed become a deployment, which boots.

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
    version = machine.run("dpkg-query -W -f '${Version}' gpgsm").stdout
    dpkg = "dpkg -i /var/greeting.deb && dpkg --purge --force-depends gpgsm"
    machine.run(f"ostree-unlock begin && {dpkg} && rm /usr/bin/cksum", timeout=120)
    shown = machine.run("ostree-unlock diff --packages", timeout=120).stdout.splitlines()
    rows = [line.split() for line in shown]
    assert ["added", "greeting", "all", "1"] in rows and ["removed", "gpgsm", "amd64", version] in rows, shown
    assert shown[-1].startswith("1 added, 1 removed, not purely additive"), shown
    kernel = machine.run("cat /proc/cmdline").stdout.split()
    commit = machine.run("ostree-unlock commit --deploy --subject Installed", timeout=300).stdout.strip()
    machine.reboot()
    expect_state(machine, "none")
    assert commit in machine.run("ostree admin status").stdout
    assert machine.run("greeting").stdout == "hello\n" and not machine.exists("/usr/bin/cksum")
    assert "install ok installed" in machine.run("dpkg-query -W -f '${Status}' greeting").stdout
    gone = machine.run("dpkg-query -W -f '${db:Status-Status}' gpgsm", check=False).stdout
    assert gone in ("", "not-installed") and not machine.exists("/usr/bin/gpgsm"), gone
    packages = machine.run(["ostree", "show", "--print-metadata-key=unlock.packages", commit]).stdout
    assert f"('gpgsm', 'amd64', 'removed', '{version}', '')" in packages, packages
    assert "('greeting', 'all', 'added', '', '1')" in packages, packages
    assert machine.run("ostree-unlock diff").stdout == "No differences.\n"
    booted = machine.run("cat /proc/cmdline").stdout.split()
    assert [word for word in booted if "ostree=" not in word] == [word for word in kernel if "ostree=" not in word]
