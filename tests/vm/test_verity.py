"""A root that fs-verity vouches for, file by file: it is unlocked like any other, and takes no hotfix.

Why only here: libostree has to write each object under a kernel with fs-verity, and ostree-prepare-root to demand it under
one. So a system without makes itself one with: it is the suite's own libostree that does so.
"""

import pytest

from boot.test_apply import other_commit
from harness.fixtures import trees
from harness.workshop import run

# What an image build would have done: fs-verity for every object that is there, and a deployment that demands it.
_VERIFY = r"""
set -e
repo=/sysroot/ostree/repo tree=/run/tree there=usr/lib/ostree/prepare-root.conf boot=usr/lib/modules/0-test
ostree config --repo=$repo set ex-integrity.fsverity yes
ostree admin post-copy
mkdir -p $tree/usr/lib/ostree $tree/$boot /run/initramfs/usr/lib/ostree
printf '[composefs]\nenabled = verity\n' | tee $tree/$there >/run/initramfs/$there
cp /$boot/* $tree/$boot
cd /run/initramfs && find . | busybox cpio --quiet -o -H newc >>$tree/$boot/initramfs.img
ref=$(ostree refs)
ostree commit --repo=$repo --branch=$ref --tree=ref=$ref --tree=dir=$tree
ostree admin deploy $ref
"""

# Somebody replaces what only the verified tree leads to; the same bytes, but nothing that vouches for them.
_REPLACE = r"""
object=$(find /sysroot/ostree/repo/objects -samefile /sysroot/ostree/deploy/debian/deploy/$0/usr/bin/tac)
cp $object /run/tac
mount -o remount,rw /sysroot
rm $object
cp /run/tac $object
"""


# Prints the digest of each file that has fs-verity, and fails for any other: FS_IOC_MEASURE_VERITY.
_MEASURE = """
import fcntl, struct, sys
for path in sys.argv[1:]:
    digest = bytearray(struct.pack("HH", 0, 64) + bytes(64))
    with open(path, "rb") as file:
        fcntl.ioctl(file, 0xC0046686, digest)
    print(path, digest[4:].hex())
"""


@trees("sid", composefs=True)
@pytest.mark.timeout(600)
def test_a_verified_root(machine, expect_state):
    machine.stop()
    run(["tune2fs", "-O", "verity", machine.disk])
    machine.boot()
    machine.run(_VERIFY, timeout=300)
    machine.reboot()
    assert "verity=require" in machine.run("findmnt -no OPTIONS /").stdout
    expect_state(machine, "none")

    _it_takes_no_hotfix(machine)
    expect_state(machine, "none")
    machine.run("ostree-unlock begin && echo new >/usr/new && rm /usr/bin/tac")
    expect_state(machine, "development")
    _it_takes_no_hotfix(machine)
    expect_state(machine, "development")
    machine.run("ostree-unlock begin transient")
    expect_state(machine, "transient")
    machine.run("ostree-unlock end --yes && test -e /usr/bin/tac && ! test -e /usr/new")
    expect_state(machine, "none")
    _the_files_of_a_live_commit_have_it_too(machine, expect_state)

    machine.run("ostree-unlock begin && touch /usr/new")
    machine.power_cut()
    expect_state(machine, "none")
    assert not machine.exists("/usr/new")
    machine.run("mkdir -p /etc/ostree-unlock/config.d")
    machine.write("/etc/ostree-unlock/config.d/verity.conf", "[Unlock]\nOnVerity=refuse\n")
    for verb in ("begin", "apply --reset"):
        refused = machine.run(f"ostree-unlock {verb}", check=False)
        assert refused.returncode == 25 and "OnVerity=refuse" in refused.stderr, refused
    expect_state(machine, "none")

    # and it was a verified root all the time
    deployment = machine.run("ostree admin status | sed -n 's/^\\* debian //p'").stdout.strip()
    machine.run(["unshare", "--mount", "sh", "-ec", _REPLACE, deployment])
    assert "Input/output error" in machine.run("cat /usr/bin/tac", check=False).stderr


def _the_files_of_a_live_commit_have_it_too(machine, expect_state):
    """They are the repository's own."""
    commit = other_commit(machine, "seq 5000 >/usr/new; echo theirs >>/usr/lib/os-release; rm /usr/bin/tac")
    machine.run("ostree-unlock apply other", timeout=300)
    expect_state(machine, "transient")
    assert machine.run("tail -qn1 /usr/new /usr/lib/os-release").stdout == "5000\ntheirs\n"
    delta = machine.run(f"ls -d /sysroot/ostree/deploy/*/backing/*/unlock/deltas/{commit}").stdout.strip()
    files = machine.run(f"find {delta} -type f").stdout.split()
    assert {f"{delta}/new", f"{delta}/lib/os-release"} == set(files), files
    for file in files:
        (object_,) = machine.run(f"find /sysroot/ostree/repo/objects -samefile {file}").stdout.split()
        measured = machine.run(["/usr/bin/python3", "-c", _MEASURE, file, object_]).stdout.split()
        assert measured[1] == measured[3] and set(measured[1]) != {"0"}, measured
    machine.run("ostree-unlock rollback", timeout=300)
    expect_state(machine, "none")
    assert machine.exists("/usr/bin/tac") and not machine.exists("/usr/new")


def _it_takes_no_hotfix(machine):
    refused = machine.run("ostree-unlock begin hotfix", check=False)
    assert refused.returncode == 20 and "verified by fs-verity" in " ".join(refused.stderr.split()), refused
