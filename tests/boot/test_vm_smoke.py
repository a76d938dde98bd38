"""One virtual machine in the default run, so that what breaks VM boots is seen at once; the rest is the tier vm."""

import pytest

from harness.fixtures import trees


@trees("bookworm")
@pytest.mark.timeout(180)
def test_unlock_and_relock_on_the_distributions_own_kernel(machine):
    assert machine.run("uname -r").stdout.strip() == machine.kernel.release
    assert "Read-only file system" in machine.run("touch /usr/new", check=False).stderr
    machine.run("ostree-unlock begin && echo new >/usr/new")
    assert machine.read("/usr/new") == "new\n"
    machine.run("ostree-unlock end --yes")
    assert not machine.exists("/usr/new")
    assert "Read-only file system" in machine.run("touch /usr/new", check=False).stderr
