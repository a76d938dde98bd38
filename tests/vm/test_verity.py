"""A root whose files are checked by fs-verity, which only the kernels of virtual machines can do here.

Why no signed one: its ostree-prepare-root needs ed25519, which Debian's libostree is built without; what is mounted is the
same.
"""

import subprocess

import pytest

from harness.fixtures import trees


@trees("sid", composefs=True)
@pytest.mark.timeout(600)
def test_unlock_and_relock_over_verified_files(machine, expect_state):
    machine.stop()
    subprocess.run(["tune2fs", "-O", "verity", machine.disk], check=True, stdout=subprocess.DEVNULL)
    machine.boot()
    # an initramfs may have several parts, of which the last one counts
    machine.run("mkdir -p /tmp/part/usr/lib/ostree")
    machine.write("/tmp/part/usr/lib/ostree/prepare-root.conf", "[composefs]\nenabled = verity\n")
    machine.run("cd /tmp/part && find . | busybox cpio -o -H newc >/tmp/part.cpio && mount -o remount,rw /boot")
    machine.run("for image in /boot/ostree/*/initramfs-*; do cat /tmp/part.cpio >>$image; done")
    machine.run("ostree config set ex-integrity.fsverity yes && ostree admin post-copy", timeout=300)
    machine.reboot()
    assert "verity=require" in machine.run("findmnt -no OPTIONS /").stdout

    expect_state(machine, "none")
    refused = machine.run("ostree-unlock begin hotfix", check=False)
    assert refused.returncode == 20, refused
    machine.run("ostree-unlock begin && echo new >/usr/new && echo more >>/usr/lib/os-release && rm /usr/bin/tac")
    expect_state(machine, "development")
    machine.run("ostree-unlock begin transient")
    expect_state(machine, "transient")
    machine.run("ostree-unlock end --yes")
    expect_state(machine, "none")
    assert "more" not in machine.read("/usr/lib/os-release")
    assert machine.exists("/usr/bin/tac")
