"""Systems on which something is in the way: read-only media, roots that forget, extensions, disks that are full or fail.

Why: on each of them begin and end work, work with less, or are refused, and the words say which; docs/systems.md has a row
for each.
What may not be in here: who holds what (test_holders.py), where what is written goes (test_backing.py), namespaces
(test_views.py).
"""

import re
from pathlib import Path

import pytest

from harness.fixtures import trees

LIVE = trees(live=True)


def there_and_back(system, is_unlocked) -> None:
    """Every state that ends with the boot, and what was written is gone at the end."""
    system.run("ostree-unlock begin && echo new > /usr/new && rm /usr/bin/tac")
    is_unlocked("development")
    system.run("ostree-unlock begin transient")
    is_unlocked("transient")
    system.run("ostree-unlock begin development")
    assert system.read("/usr/new") == "new\n"
    system.run("ostree-unlock end --yes")
    assert not system.exists("/usr/new")
    assert system.exists("/usr/bin/tac")


# A medium that takes no writes.


@LIVE
def test_a_live_medium(system, usr, is_unlocked, is_locked):
    """Nothing below /sysroot takes writes, and no remount would change that."""
    assert system.run("mount -o remount,rw /sysroot && touch /sysroot/new", check=False).returncode != 0
    refused = system.run("ostree-unlock begin --backing disk", check=False)
    assert refused.returncode == 20, refused
    assert "ask for backing in RAM" in refused.stderr
    begun = system.run("ostree-unlock begin")
    assert "what is written goes to memory" in begun.stdout
    assert usr()["upper"]["path"].startswith("/run/")
    system.run("ostree-unlock end --yes")
    there_and_back(system, is_unlocked)
    is_locked()


@LIVE
def test_two_on_a_live_medium_keep_out_of_each_others_way(system):
    """libostree's lock can't be taken there; ours is in /run."""
    lock = (
        "import fcntl; file = open('/run/ostree/ostree-unlock.lock', 'w'); fcntl.lockf(file, fcntl.LOCK_EX)\n"
        "print('locked', flush=True); input()"
    )
    with system.popen(["/usr/bin/python3", "-c", lock], stdin=-1, stdout=-1) as other:
        other.stdout.readline()
        refused = system.run("ostree-unlock begin", check=False)
        assert refused.returncode == 17, refused
        other.communicate(b"\n")
    system.run("ostree-unlock begin")


# Roots that forget.


@trees("sid", etc_transient=True)
def test_etc_that_forgets(system, is_unlocked, is_locked):
    there_and_back(system, is_unlocked)
    is_locked()
    system.run("ostree-unlock begin && touch /usr/new /etc/new")
    system.reboot()
    is_locked()
    assert not system.exists("/usr/new") and not system.exists("/etc/new")


@trees("sid", root_transient=True)
def test_a_root_that_forgets(system, is_unlocked, libostree, usr):
    """With root.transient and composefs /usr takes writes by itself, and goes on to do so after the end."""
    system.run("touch /usr/before")
    there_and_back(system, is_unlocked)
    assert system.exists("/usr/before")
    assert (usr()["unlocked"], usr()["read_only"], usr()["problems"]) == ("none", False, [])
    assert libostree() == "none"
    assert "writable although nobody unlocked it" in system.run("ostree-unlock detect").stdout
    system.run("touch /usr/after && ostree-unlock begin && touch /usr/new")
    system.reboot()
    assert not system.run("ls -d /usr/before /usr/after /usr/new", check=False).stdout


# Mounts below /usr.


@trees()
def test_binds_below_usr_before_and_after(system, is_unlocked, is_locked):
    """What loads modules from elsewhere, and what a service puts into /usr/share while it is unlocked."""
    system.run("mkdir -p /var/modules/1.0 && mount --bind /var/modules /usr/lib/modules")
    there_and_back(system, is_unlocked)
    assert system.exists("/usr/lib/modules/1.0")
    system.run("ostree-unlock begin && mkdir /usr/share/x && mount -t tmpfs after /usr/share/x && touch /usr/share/x/it")
    system.run("mkdir /usr/lib/modules/2.0 && umount /usr/lib/modules && mount --bind /var/modules /usr/games")
    assert "/usr/share/x had no place" in " ".join(system.run("ostree-unlock end --yes").stdout.split())
    is_locked()
    assert system.exists("/usr/games/2.0")
    assert not system.exists("/usr/share/x")
    # it was taken from the overlay alone
    assert system.exists("/usr/lib/modules/1.0")


@trees("bookworm", private=(False, True))
def test_mounts_in_and_over_one_that_is_carried(system, is_locked):
    system.run("mkdir -p /var/modules/new /var/over && touch /var/over/there && mount --bind /var/modules /usr/lib/modules")
    system.run("ostree-unlock begin && mount -t tmpfs in /usr/lib/modules/new && touch /usr/lib/modules/new/it")
    system.run("ostree-unlock end --yes")
    is_locked()
    assert system.exists("/usr/lib/modules/new/it")
    system.run("ostree-unlock begin && mount --bind /var/over /usr/lib/modules && ostree-unlock end --yes")
    is_locked()
    assert system.exists("/usr/lib/modules/there")
    system.run("ostree-unlock begin && ostree-unlock end --yes")
    assert system.run("grep -c ' /usr/lib/modules' /proc/1/mountinfo").stdout.strip() == "3", "none of them is there twice"
    system.run("umount /usr/lib/modules")
    assert system.exists("/usr/lib/modules/new/it")


# Extensions.


def extension(system) -> None:
    """A system extension that any system takes."""
    release = "/run/extensions/some/usr/lib/extension-release.d/extension-release.some"
    system.run(f"install -D /dev/stdin {release}", input="ID=_any\n")
    system.run("install -D /dev/stdin /run/extensions/some/usr/share/from-it", input="hello\n")


@trees()
def test_an_extension_that_is_merged_while_it_is_unlocked(system, usr, is_unlocked, is_locked):
    extension(system)
    system.run("ostree-unlock begin && touch /usr/new")
    merged = system.run("systemd-sysext merge", check=False)
    if system.target.composefs:
        # the root, ours and this would be three overlays on top of each other
        assert merged.returncode != 0 and "Invalid argument" in merged.stderr, merged
    else:
        assert system.exists("/usr/share/from-it")
        assert {problem["code"] for problem in usr()["problems"]} == {"foreign-mount"}
        assert usr()["unlocked"] == "development" and usr()["read_only"]
        for command in ("begin transient", "end --yes", "end --yes --lazy"):
            refused = system.run(f"ostree-unlock {command}", check=False)
            assert refused.returncode == 19, refused
            assert "systemd-sysext unmerge" in refused.stderr
        system.run("systemd-sysext unmerge")
    is_unlocked("development")
    assert system.exists("/usr/new")
    system.run("ostree-unlock end --yes")
    is_locked()
    system.run("systemd-sysext merge")
    assert system.exists("/usr/share/from-it")


# Nobody there.


@trees()
def test_without_systemd(system, is_unlocked, is_locked):
    """No journal to tell, no bus to ask: nothing is said of it and nothing fails."""
    assert not system.exists("/run/systemd/journal/socket") and not system.exists("/run/systemd/system")
    for command in ("begin", "begin transient", "end --yes"):
        assert system.run(f"ostree-unlock {command}").stderr == ""
    is_locked()


# Disks.


@trees()
def test_a_disk_that_fills_up_while_it_is_unlocked(system, is_unlocked, is_locked):
    system.run("ostree-unlock begin && touch /usr/new")
    fill(system, "/usr")
    is_unlocked("development")
    system.run("ostree-unlock end --yes")
    is_locked()
    # what had been written is gone, and its room is there again
    system.run("ostree-unlock begin && head -c 9M /dev/zero > /usr/more")


@trees()
def test_libostrees_own_on_a_disk_that_fills_up(system, is_unlocked, is_locked):
    """Nobody has made room for what is to be discarded: it stays where it is until there is some."""
    system.run("ostree admin unlock")
    fill(system, "/var")
    is_unlocked("development")
    system.run("ostree-unlock end --yes")
    is_locked()
    system.run("rm /var/full* && ostree-unlock begin && ostree-unlock end --yes")
    is_locked()


@trees()
def test_a_hotfix_on_a_disk_that_fills_up(system, is_unlocked, is_locked):
    """To take it out writes a little; that is refused before anything is done, and not in the middle."""
    system.run("ostree-unlock begin hotfix && touch /usr/new")
    fill(system, "/usr")
    for refused in ("end --yes", "begin development", "begin transient"):
        done = system.run(f"ostree-unlock {refused}", check=False)
        assert done.returncode == 21 and "make room" in done.stderr, done
    is_unlocked("hotfix")
    system.run("rm /usr/full* && ostree-unlock end --yes")
    is_locked()


@trees("bookworm")
def test_a_hotfix_on_a_disk_without_inodes(system, usr, is_locked):
    """There are bytes; that no directory can be made shows in the middle, and the next call goes on from there."""
    system.run("ostree-unlock begin hotfix && touch /usr/new")
    system.run("mkdir /var/full; cd /var/full; seq 70000 | xargs touch", check=False)
    ended = system.run("ostree-unlock end --yes", check=False)
    assert ended.returncode == 21 and "No space" in ended.stderr, ended
    assert "interrupted" in [problem["code"] for problem in usr()["problems"]]
    system.run("rm -r /var/full && ostree-unlock begin && ostree-unlock end --yes")
    is_locked()
    system.reboot()
    is_locked()
    assert not system.exists("/usr/new")


def fill(system, directory: str) -> None:
    """Take the last block of the disk; no directory can be made any more."""
    system.run(f"fallocate -l $(df --output=avail -B1 /var | tail -1) {directory}/full", check=False)
    system.run(f"cat /dev/zero > {directory}/full.last", check=False)
    assert "No space" in system.run("mkdir /var/new", check=False).stderr


@trees("bookworm")
@pytest.mark.parametrize(
    ("fill", "empty"),
    [
        ("mkdir /var/full; cd /var/full; seq 70000 | xargs touch", "rm -r /var/full"),
        ("mount -o remount,size=8M /run; cat /dev/zero > /run/full", "rm /run/full"),
        ("mount -o remount,nr_inodes=$(($(df --output=iused /run | tail -1) + 3)) /run", "mount -o remount,nr_inodes=999 /run"),
    ],
    ids=["no inode on the disk", "no memory for /run", "no inode in /run"],
)
def test_room_that_ends_in_the_middle_of_begin(system, is_locked, fill, empty):
    """There are bytes on the disk when it looks; then no directory can be made, or no record written."""
    system.run(fill, check=False)
    refused = system.run("ostree-unlock begin", check=False)
    assert refused.returncode == 21, refused
    assert "No space" in refused.stderr
    system.run(empty)
    is_locked()
    system.run("ostree-unlock begin && touch /usr/new && ostree-unlock end --yes")
    is_locked()


@trees()
def test_a_disk_that_fails_while_it_is_unlocked(system, usr, is_locked):
    """An error of the medium: the file system refuses every write from then on."""
    system.run("ostree-unlock begin && touch /usr/new && sync")
    fail(system)
    assert "Read-only file system" in system.run("touch /usr/more", check=False).stderr
    assert usr()["unlocked"] == "development"
    assert [problem["code"] for problem in usr()["problems"]] == ["read-only-medium"]
    ended = " ".join(system.run("ostree-unlock end --yes").stdout.split())
    assert "what was written could not be removed" in ended
    is_locked()
    # and what goes to memory still works
    system.run("ostree-unlock begin && touch /usr/again && ostree-unlock end --yes")
    is_locked()
    system.reboot()
    is_locked()
    system.run("ostree-unlock begin")
    assert not system.exists("/usr/new")


@trees("bookworm")
def test_a_hotfix_on_a_disk_that_fails(system, usr, is_unlocked, is_locked):
    """It can't be taken out of its place, and would be there again: nothing is ended by halves."""
    system.run("ostree-unlock begin hotfix && touch /usr/new && sync")
    fail(system)
    for refused in ("end --yes", "begin development", "end --yes --lazy"):
        done = system.run(f"ostree-unlock {refused}", check=False)
        assert done.returncode == 20 and "there again after a reboot" in " ".join(done.stderr.split()), done
    assert usr()["unlocked"] == "hotfix" and system.exists("/usr/new")
    system.reboot()
    is_unlocked("hotfix")
    system.run("ostree-unlock end --yes")
    is_locked()


def fail(system) -> None:
    """Have the kernel act as if it had found the file system of this system damaged."""
    device = re.sub(r"\[.*", "", system.run("findmnt -nro SOURCE /sysroot").stdout.strip())
    trigger = Path(f"/sys/fs/ext4/{device.removeprefix('/dev/')}/trigger_fs_error")
    inside = f"mount -o remount,rw /sys && echo 1 > {trigger}"
    system.run("mount -o remount,rw,errors=remount-ro /sysroot")
    failed = system.run(["unshare", "--mount", "sh", "-ec", inside], check=False)
    if failed.returncode:
        pytest.skip(f"this kernel can't be made to find an error: {failed.stderr.strip()}")


@trees()
def test_memory_that_somebody_has_unmounted(system, usr, is_locked):
    system.run("ostree-unlock begin --backing ram && touch /usr/new && umount -l /run/ostree-unlock/*")
    seen = usr()
    assert seen["unlocked"] == "development" and seen["upper"] is None, seen
    assert "No such file" in seen["upper_reason"]
    system.run("touch /usr/more")
    system.run("ostree-unlock end --yes")
    is_locked()
    assert not system.exists("/usr/new")


# A soft reboot.


def _can_reboot_softly(system) -> None:
    if system.run("ostree admin prepare-soft-reboot --help", check=False).returncode or not system.target.composefs:
        pytest.skip("this libostree has no soft reboot")


@trees("sid")
@pytest.mark.parametrize("backing", ["disk", "ram"])
def test_a_soft_reboot_into_another_deployment(system, usr, libostree, is_unlocked, is_locked, backing):
    _can_reboot_softly(system)
    system.run(f"ostree-unlock begin --backing {backing} && touch /usr/old")
    before = system.run("ostree-unlock status --json").stdout
    system.soft_reboot(deployment=1)
    after = system.run("ostree-unlock status --json").stdout
    assert re.search('"id": .*', after)[0] != re.search('"id": .*', before)[0]
    is_locked()
    there_and_back(system, is_unlocked)
    is_locked()
    system.reboot()
    is_locked()


@trees("sid")
def test_a_soft_reboot_and_back(system, usr, libostree, is_locked):
    """/run stays, and with it the flag and the record of an overlay that went with the root of before."""
    _can_reboot_softly(system)
    system.run("ostree-unlock begin && touch /usr/old")
    system.soft_reboot(deployment=1)
    # libostree takes the flag's file for the deployment's directory, and finds none to boot into
    system.run("rm /run/ostree/deployment-state/*/unlocked-*")
    system.soft_reboot(deployment=0)
    assert {problem["code"] for problem in usr()["problems"]} == {"stale-record"}
    assert system.run("ostree-unlock end --yes", check=False).returncode == 16
    is_locked()
    system.run("ostree-unlock begin")
    assert not system.exists("/usr/old")
