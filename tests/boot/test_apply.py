"""Another commit's /usr made live, and taken back: held against a checkout of that commit, by libostree, the kernel and a reboot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.documents import parse
from harness.fixtures import trees

from .test_commit import CHANGES, committed, listing
from .test_keep import diff


def other_commit(system, changes: str = CHANGES, name: str = "other") -> str:
    """A commit with these changes of what was deployed, under this ref."""
    system.run(["ostree-unlock", "run", "--scratch", "--fresh", "--", "sh", "-ec", changes])
    system.run(["ostree-unlock", "commit", "--scratch", "--branch", name, "--skip-special"])
    return system.run(["ostree", "rev-parse", name]).stdout.strip()


def checked_out(system, commit: str) -> list[str]:
    """What the /usr of a commit is."""
    system.run(f"rm -rf /var/checkout && ostree checkout --subpath=/usr {commit} /var/checkout")
    return listing(system, "/var/checkout")


@trees()
def test_there_and_back(system, usr, libostree, mounts, is_locked):
    before, mounted = listing(system), mounts()
    commit = other_commit(system)
    expected = checked_out(system, commit)
    assert expected != before
    system.run("ostree-unlock apply other")
    assert listing(system) == expected
    assert usr()["unlocked"] == libostree() == "transient"
    assert system.run("touch /usr/x", check=False).returncode != 0
    assert system.run("ostree refs --list unlock/live").stdout
    assert system.run("ostree-unlock diff --name-status").stdout == ""
    system.run("ostree-unlock rollback")
    assert listing(system) == before
    is_locked()
    assert mounts() == mounted
    assert system.run("ostree refs --list unlock/live").stdout == ""
    system.run("ostree fsck")


@trees("trixie")
def test_an_apply_over_what_was_written_keeps_it(system, usr, libostree):
    commit = other_commit(system)
    system.run("ostree-unlock begin && touch /usr/mine && rm /usr/bin/sum")
    before = listing(system)
    system.run("ostree-unlock apply other")
    assert usr()["unlocked"] == libostree() == "development"
    with_mine = [line for line in listing(system) if "/mine'" not in line]
    without_sum = [line for line in checked_out(system, commit) if "'/bin/sum'" not in line]
    assert with_mine == without_sum
    said = system.run("ostree-unlock diff --name-status").stdout.split()
    assert said == ["D", "/usr/bin/sum", "A", "/usr/mine"]
    system.run("touch /usr/after")
    system.run("ostree-unlock rollback")
    assert sorted([*before, next(line for line in listing(system) if "/after'" in line)]) == listing(system)
    system.run("ostree-unlock end")
    assert not system.exists("/usr/mine")


@trees("trixie")
@pytest.mark.parametrize("backing", ["disk", "ram"])
def test_what_was_written_before_an_apply_counts_as_discarded(system, backing):
    other_commit(system)
    system.run(f"ostree-unlock begin --backing {backing} && head -c 1M /dev/urandom >/usr/mine && ostree-unlock apply other")
    (usr,) = parse(system.run("ostree-unlock status --usage --json").stdout)["hierarchies"]
    assert usr["upper"]["bytes"] >= 1 << 20, usr
    discarded = json.loads(system.run("ostree-unlock end --yes --json").stdout)["discarded"]
    assert discarded["entries"] >= 1 and discarded["bytes"] >= 1 << 20, discarded


def without_mine(system) -> list[str]:
    """What /usr is, but for what was written there."""
    return [line for line in listing(system) if not line.startswith("b'/mine")]


@trees("trixie")
def test_over_memory_all_of_it_keeps_the_limit(system, usr, mounts, is_locked):
    """What is written afterwards has what is left; where nothing is, no other commit is applied."""
    limit, mebibyte = 64 << 20, 1 << 20
    commit = other_commit(system)
    other_commit(system, "touch /usr/second", "second")
    expected = checked_out(system, commit)
    system.run("ostree-unlock begin --size-limit 64M && head -c 20M /dev/urandom >/usr/mine")
    mine = system.run("sha256sum /usr/mine").stdout

    def memory() -> tuple[int, int]:
        """How large that for what is written now is, and how much those of before have in them, in bytes."""
        fresh = str(Path(usr()["upper"]["path"]).parent)
        said = system.run("df --block-size=1 --output=size,used,target /run/ostree-unlock/*").stdout
        rows = [row.split() for row in said.splitlines()[1:]]
        assert all(place.startswith("/run/ostree-unlock/") for _, _, place in rows), rows
        (size,) = [int(size) for size, _, place in rows if place == fresh]
        return size, sum(int(used) for _, used, place in rows if place != fresh)

    assert memory() == (limit, 0)
    system.run("ostree-unlock apply other")
    size, used = memory()
    assert used >= 20 * mebibyte and 43 * mebibyte <= size <= limit - used
    assert without_mine(system) == expected
    assert system.run("sha256sum /usr/mine").stdout == mine
    full = system.run("head -c 64M /dev/zero >/usr/mine-too", check=False)
    assert "No space" in full.stderr, full
    etc, seen, mounted = listing(system, "/etc"), usr(), mounts()
    refused = system.run("ostree-unlock apply second", check=False)
    assert refused.returncode == 21 and "memory" in refused.stderr, refused
    assert (listing(system, "/etc"), usr(), mounts()) == (etc, seen, mounted)
    # the way back is there all the same, with a page to write to
    system.run("ostree-unlock rollback")
    assert system.run("sha256sum /usr/mine").stdout == mine
    size, used = memory()
    assert size + used <= limit + 4096
    system.run("ostree-unlock end --yes")
    is_locked()
    assert not system.exists("/usr/mine") and system.run("ls /run/ostree-unlock").stdout == ""


@trees("bookworm", "sid")
def test_over_what_libostree_unlocked(system, usr, libostree, is_locked):
    """bookworm's writes to a directory in /var/tmp."""
    commit = other_commit(system)
    expected = checked_out(system, commit)
    system.run("ostree admin unlock && echo mine >/usr/mine")
    before = listing(system)
    system.run("ostree-unlock apply other")
    assert usr()["unlocked"] == libostree() == "development"
    assert without_mine(system) == expected and system.read("/usr/mine") == "mine\n"
    system.run("ostree-unlock rollback")
    assert listing(system) == before
    system.run("ostree-unlock end --yes")
    is_locked()
    assert not system.exists("/usr/mine")


@trees("trixie")
def test_over_a_transient_one_that_was_written_to(system, usr, is_locked):
    commit = other_commit(system)
    expected = checked_out(system, commit)
    system.run("ostree-unlock begin transient && ostree-unlock run --writable -- sh -c 'echo mine >/usr/mine'")
    before = listing(system)
    system.run("ostree-unlock apply other")
    assert without_mine(system) == expected and system.read("/usr/mine") == "mine\n"
    assert usr()["unlocked"] == "transient" and system.run("touch /usr/x", check=False).returncode != 0
    system.run("ostree-unlock rollback")
    assert listing(system) == before and usr()["unlocked"] == "transient"
    system.run("ostree-unlock end --yes")
    is_locked()


@trees("bookworm", "sid")
def test_what_was_written_before_and_since_becomes_a_commit(system, is_locked):
    """On the one that is live; and the same is kept, and comes back there."""
    live = other_commit(system, "echo theirs >/usr/theirs; rm /usr/bin/head")
    system.run("ostree-unlock begin && echo one >/usr/one && rm /usr/bin/sum && ostree-unlock apply other && echo two >/usr/two")
    written, now = {"A\t/usr/one", "A\t/usr/two", "D\t/usr/bin/sum"}, listing(system)
    commit = committed(system)
    assert system.run(["ostree", "rev-parse", f"{commit}^"]).stdout.strip() == live
    assert checked_out(system, commit) == now
    system.run("ostree-unlock keep save both")
    assert diff(system, "--kept", "both") == diff(system) == written
    assert live in system.run("ostree show --print-metadata-key=unlock.base unlock/kept/both").stdout
    system.run("ostree-unlock end --yes")
    is_locked()
    system.run("ostree-unlock apply other && ostree-unlock keep restore both")
    assert diff(system) == written and listing(system) == now


DAMAGE = {
    "a file is gone": (26, "file", "rm"),
    "a directory is cut off": (27, "dirtree", "truncate -s 2"),
}


@trees("trixie")
@pytest.mark.parametrize("how", DAMAGE)
def test_a_commit_that_is_damaged_is_refused_and_nothing_is_left_half(system, is_locked, how):
    """Nothing marks it as one; it is seen where it is read."""
    status, kind, damage = DAMAGE[how]
    other_commit(system, "mkdir /usr/new.d && echo theirs >/usr/new.d/file; echo new >/etc/new")
    listed = {
        "file": system.run("ostree ls -C other /usr/new.d/file").stdout.split()[-2],
        "dirtree": system.run("ostree ls -dC other /usr/new.d").stdout.split()[-3],
    }
    name = listed[kind]
    place = f"/sysroot/ostree/repo/objects/{name[:2]}/{name[2:]}.{kind}"

    def to_the_repository(command: str) -> None:
        system.run(["unshare", "--mount", "sh", "-ec", f"mount -o remount,bind,rw /sysroot; {command}"])

    def is_refused(words: str) -> None:
        refused = system.run(f"ostree-unlock {words}", check=False)
        assert refused.returncode == status and name in refused.stderr, refused
        assert system.run("ostree refs | sort").stdout == refs

    to_the_repository(f"cp -a {place} /var/object; {damage} {place}")
    before, etc, refs = listing(system), listing(system, "/etc"), system.run("ostree refs | sort").stdout
    for words in ("apply other", "run --commit other -- true"):
        is_refused(words)
        is_locked()
        assert (listing(system), listing(system, "/etc")) == (before, etc)
        deltas = system.run("ls -A /sysroot/ostree/deploy/*/backing/*/unlock/deltas", check=False).stdout.split()
        assert deltas in ([], ["boot"]), deltas
    system.run("ostree-unlock begin && mkdir /usr/new.d && echo mine >/usr/new.d/file")
    is_refused("commit --onto other")
    system.run("ostree-unlock end --yes")
    is_locked()
    to_the_repository(f"cp -a /var/object {place}")
    system.run("ostree-unlock apply other")
    assert system.read("/usr/new.d/file") == "theirs\n"


@trees("trixie")
def test_again_and_again_and_all_the_way_back(system, usr, libostree, mounts, is_locked):
    before, mounted = listing(system), mounts()
    first = other_commit(system)
    second = other_commit(system, "rm -r /usr/share/doc; echo second >/usr/share/second; rm /usr/bin/head", "second")
    trees_of = {name: checked_out(system, commit) for name, commit in (("other", first), ("second", second))}
    for name in ("other", "second", "other"):
        system.run(["ostree-unlock", "apply", name])
        assert listing(system) == trees_of[name]
    assert len(mounts()) == len(mounted) + 1
    system.run("ostree-unlock rollback")
    assert listing(system) == trees_of["second"]
    system.run("ostree-unlock apply --reset")
    assert listing(system) == before and usr()["unlocked"] == "transient"
    system.run("ostree-unlock rollback")
    assert listing(system) == trees_of["second"]
    again = mounts()
    assert "is live already" in system.run("ostree-unlock apply second").stdout
    assert mounts() == again and usr()["live"]["rollbacks"] == 2
    # their files are links, whatever they bring
    (counted,) = json.loads(system.run("ostree-unlock status --usage --json").stdout)["hierarchies"]
    assert usr()["deltas"] == {"count": 2, "entries": None, "bytes": None}
    assert counted["deltas"]["count"] == 2 and counted["deltas"]["entries"] > 0 and counted["deltas"]["bytes"] < 3_000_000
    as_anybody = json.loads(system.run("ostree-unlock --json", user="nobody").stdout)["hierarchies"][0]
    assert as_anybody["deltas"] is None
    system.run("ostree-unlock rollback --all")
    is_locked()
    assert listing(system) == before and mounts() == mounted
    refused = system.run("ostree-unlock rollback", check=False)
    assert refused.returncode == 26 and "nothing was applied" in refused.stderr


@trees("trixie", "sid")
def test_a_target_that_is_gone_stays_live(system, is_locked):
    """Its ref and deployment are removed, and what libostree collects then is what it would collect without us."""
    commit = other_commit(system)
    expected = checked_out(system, commit)
    system.run("ostree admin deploy --no-prune other && ostree-unlock apply")
    assert listing(system) == expected
    system.run("ostree admin undeploy 0 && ostree refs --delete other && ostree admin cleanup && ostree prune --refs-only")
    assert listing(system) == expected
    system.run(f"ostree show {commit} && ostree-unlock end --yes && ostree prune --refs-only")
    is_locked()
    assert system.run(["ostree", "show", commit], check=False).returncode != 0


@trees("trixie")
def test_what_can_be_gone_back_to_is_kept(system, is_locked):
    """The ref that was applied went on, and libostree collected what nobody has any more."""
    before = listing(system)
    one = other_commit(system, "echo one >/usr/share/one", "moving")
    expected = checked_out(system, one)
    system.run("ostree-unlock apply moving")
    two = other_commit(system, "echo two >/usr/share/two", "moving")
    system.run("ostree-unlock apply moving && ostree admin cleanup && ostree prune --refs-only")
    system.run(f"ostree show {one} && ostree show {two} && ostree-unlock rollback")
    assert listing(system) == expected
    assert len(system.run("ostree refs --list unlock/live").stdout.split()) == 1
    system.run("ostree-unlock rollback && ostree fsck")
    is_locked()
    assert listing(system) == before and system.run("ostree refs --list unlock/live").stdout == ""


@trees("trixie")
def test_a_large_etc_is_taken_back_with_few_descriptors(system):
    for name in ("one", "two"):
        other_commit(system, f"mkdir /etc/many; for n in $(seq 400); do echo {name} >/etc/many/$n; done", name)
    system.run("ostree-unlock apply one")
    before = listing(system, "/etc")
    system.run("ostree-unlock apply two")
    assert system.read("/etc/many/400") == "two\n"
    system.run("ulimit -n 64; ostree-unlock rollback")
    assert system.read("/etc/many/400") == "one\n" and listing(system, "/etc") == before


@trees("bookworm", "sid")
def test_a_reboot_ends_it(system, is_locked):
    before = listing(system)
    other_commit(system)
    system.run("ostree-unlock apply other")
    system.reboot()
    is_locked()
    assert listing(system) == before
    # In namespaces the kernel does not boot anew, so its boot has the same id.
    forget = "mount -o remount,rw /sysroot; for stamp in /sysroot/ostree/deploy/*/backing/*/unlock/*/boot; do echo x >$stamp; done"
    system.run(["unshare", "--mount", "sh", "-ec", forget])
    system.run("ostree-unlock cleanup")
    left = system.run("ls -A /sysroot/ostree/deploy/*/backing/*/unlock").stdout.split()
    assert not {"deltas", "uppers"} & set(left), left
    assert system.run("ostree refs --list unlock/live").stdout == ""


@trees("trixie")
def test_what_hides_a_change_is_a_conflict(system):
    other_commit(system, "echo theirs >/usr/lib/os-release; chmod 700 /usr/share/doc; rm /usr/bin/head; echo new >/usr/share/misc/new")
    system.run("ostree-unlock begin && echo mine >/usr/lib/os-release && touch /usr/bin/head /usr/share/doc/x")
    system.run("rm -r /usr/share/misc && mkdir /usr/share/misc")
    refused = system.run("ostree-unlock apply other --json", check=False)
    assert refused.returncode == 28, refused
    for path in ("/usr/lib/os-release", "/usr/bin/head", "/usr/share/doc", "/usr/share/misc/new"):
        assert path in refused.stdout, path
    system.run("touch /usr/still-open")
    system.run("ostree-unlock apply other --prefer changes")
    assert system.read("/usr/lib/os-release") == "mine\n"


@trees("trixie")
def test_what_cannot_be_applied_is_refused(system):
    other_commit(system)

    def is_refused(status, *words):
        return system.run(["ostree-unlock", *words], check=False).returncode == status

    assert is_refused(26, "apply")
    assert is_refused(26, "apply", "no-such-ref")
    assert is_refused(26, "rollback")
    system.run("ostree commit -b strange --tree=dir=/etc")
    refused = system.run("ostree-unlock apply strange", check=False)
    assert refused.returncode == 2, refused
    system.run("ostree-unlock begin && exec 9>/usr/open && ! ostree-unlock apply other 2>/var/said; grep -q 'open for writing' /var/said")
    said = " ".join(system.read("/var/said").split())
    assert "(sh, uid 0" in said and "writes /usr/open" in said, said
    system.run("ostree-unlock begin hotfix")
    assert is_refused(20, "apply", "other")
    system.run("ostree-unlock end --yes && ostree-unlock apply other")
    assert is_refused(20, "begin", "hotfix")
    state = system.run("ls /run/ostree/deployment-state/").stdout.strip()
    system.run(f"touch /run/ostree/deployment-state/{state}/rpmostree-is-live.stamp")
    assert is_refused(20, "apply", "other")


@trees("trixie")
def test_what_rpm_ostree_made_live_is_named(system, usr):
    """Its refs outlive a boot, and mean nothing without its stamp."""
    live = other_commit(system, "touch /usr/live", "rpmostree/live-apply")
    following = other_commit(system, "touch /usr/following", "rpmostree/live-apply-inprogress")
    assert usr()["problems"] == []
    booted = json.loads(system.run("ostree-unlock --json").stdout)["deployment"]["id"]
    system.run(f"install -D /dev/null /run/ostree/deployment-state/{booted}/rpmostree-is-live.stamp")

    def told() -> str:
        (problem,) = usr()["problems"]
        assert problem["code"] == "rpm-ostree-live"
        return problem["text"]

    assert f"is applying {following} live, or was interrupted" in told() and "--reset" in told()
    system.run("ostree refs --delete rpmostree/live-apply-inprogress")
    assert f"has applied {live} live" in told()
    system.run("ostree refs --delete rpmostree/live-apply")
    assert "another version" in told()


@trees("trixie")
def test_what_stays_until_a_reboot_is_said(system):
    """A dry run and an apply say the same of a kernel and of a policy that come with the commit; and links are made, so no copies."""
    other_commit(system, "mkdir -p /usr/lib/modules/7.0.0-other /usr/share/selinux && touch /usr/lib/modules/7.0.0-other/x /usr/share/selinux/policy")
    for words in ("--dry-run", ""):
        said = " ".join(system.run(f"ostree-unlock apply other {words}").stdout.split())
        assert "Kernels: 7.0.0-other; the modules of the one that runs stay." in said, said
        assert "another SELinux policy" in said and "copied" not in said
    system.run("ostree-unlock rollback")
    other_commit(system, "touch /usr/else", "plain")
    said = system.run("ostree-unlock apply plain").stdout
    assert "SELinux" not in said and "Kernels" not in said, said


@trees("trixie")
def test_the_modules_of_the_kernel_that_runs_stay(system):
    """A commit without them is live but for that."""
    release = system.run("uname -r").stdout.strip()
    modules = f"/usr/lib/modules/{release}"
    system.run(f"ostree-unlock begin && mkdir -p {modules}/kernel && echo x >{modules}/kernel/module && ostree-unlock commit --deploy")
    system.reboot()
    before = listing(system)
    commit = other_commit(system, f"rm -r {modules}; touch /usr/new")
    expected = checked_out(system, commit)
    would = parse(system.run("ostree-unlock apply other --dry-run --json").stdout)
    done = parse(system.run("ostree-unlock apply other --json").stdout)
    assert would["kernels"] == done["kernels"] == [release]
    stays = [line for line in before if line.startswith(f"b'/lib/modules/{release}")]
    assert len(stays) == 3 and listing(system) == sorted([*expected, *stays])
    system.run("ostree-unlock rollback")
    assert listing(system) == before


@trees("trixie")
def test_packages_that_nobody_can_tell_have_to_be_allowed(system, is_locked):
    """A database that ends in the middle is no reason never to go there, and none at all not to come back."""
    before = listing(system)
    commit = other_commit(system, "truncate -s -2 /usr/share/dpkg/database/status; touch /usr/new")
    refused = system.run("ostree-unlock apply other", check=False)
    said = " ".join(refused.stderr.split())
    assert refused.returncode == 27 and "/usr/share/dpkg/database/status: dpkg's database is damaged" in said, refused
    assert "cannot be told" in said and "--allow-replacement" in said, refused
    is_locked()
    would = " ".join(system.run("ostree-unlock apply other --dry-run").stdout.split())
    assert "it would be refused" in would and "cannot be told" in would, would
    applied = " ".join(system.run("ostree-unlock apply other --allow-replacement").stdout.split())
    assert "cannot be told" in applied, applied
    assert listing(system) == checked_out(system, commit)
    assert "cannot be told" in " ".join(system.run("ostree-unlock rollback").stdout.split())
    is_locked()
    assert listing(system) == before


FOR_ANOTHER_MACHINE = r"""
sh=$(readlink -f /usr/bin/sh); cp $sh /usr/x; printf '\267' | dd of=/usr/x bs=1 seek=18 conv=notrunc; mv /usr/x $sh
"""


@trees("trixie")
@pytest.mark.parametrize("how", ["system", "machine", "told"])
def test_another_system_has_to_be_allowed(system, how):
    """By its os-release, by the machine that its shell is for, and by what both commits say of themselves."""
    changes, named = {
        "system": ("sed -i 's/^ID=.*/ID=other/' /usr/lib/os-release", "other, and not debian"),
        "machine": (FOR_ANOTHER_MACHINE, "AARCH64 (64 bits), and not X86_64 (64 bits)"),
        "told": ("touch /usr/new", "aarch64, and not x86_64"),
    }[how]
    other_commit(system, changes)
    if how == "told":
        say = "ostree commit -b %s --tree=ref=%s --add-metadata-string=ostree.architecture=%s"
        system.run(say % ("other", "other", "aarch64"))
        system.run(say % ("same", f"debian/{system.target.suite.name}", "x86_64") + " && ostree admin deploy --no-prune same")
        system.reboot()
    refused = system.run("ostree-unlock apply other", check=False)
    assert refused.returncode == 2 and f"another system: {named}" in refused.stderr, refused
    assert "--allow-other-system" in refused.stderr
    allowed = system.run("ostree-unlock apply other --allow-other-system --dry-run").stdout
    assert named in allowed, allowed
    if how != "machine":  # nothing would start afterwards
        assert named in system.run("ostree-unlock apply other --allow-other-system").stdout


ETC = r"""
echo new >/etc/new-default; mkdir /etc/new.d && echo x >'/etc/new.d/odd name'; ln -s new-default /etc/new-link
echo theirs >>/etc/profile; chmod 600 /etc/debian_version; rm /etc/issue.net; rm /etc/bash.bashrc && mkdir /etc/bash.bashrc
echo theirs >/etc/issue
"""


@trees()
def test_etc_follows_and_comes_back(system):
    commit = other_commit(system, ETC)
    system.run("echo mine >/etc/issue && mkfifo /etc/fifo && echo mine >/etc/mine")
    before = listing(system, "/etc")
    said = system.run("ostree-unlock apply other").stdout
    assert "/etc/new-default" in said and "/etc/issue: " in said, said
    now = {line.split("' ")[0]: line for line in listing(system, "/etc")}
    defaults = {line.split("' ")[0]: line for line in checked_out(system, commit) if line.startswith("b'/etc/")}
    for name in ("new-default", "new.d", "new.d/odd name", "new-link", "profile", "debian_version", "bash.bashrc"):
        assert now[f"b'/{name}"] == defaults[f"b'/etc/{name}"].replace("'/etc/", "'/", 1), name
    assert "b'/issue.net" not in now
    assert system.read("/etc/issue") == system.read("/etc/mine") == "mine\n"
    system.run("ostree-unlock rollback")
    assert listing(system, "/etc") == before
    system.run("ostree-unlock apply other && echo since >>/etc/profile && echo more >/etc/more")
    said = system.run("ostree-unlock end --yes")
    assert "/etc/profile" in said.stdout, said
    system.run("rm /etc/more")
    kept = [line for line in listing(system, "/etc") if not line.startswith("b'/profile'")]
    assert kept == [line for line in before if not line.startswith("b'/profile'")]
    assert system.read("/etc/profile").endswith("theirs\nsince\n")


@trees("bookworm", "sid")
def test_no_boot_sees_what_was_merged(system):
    """Whether the power fails, or the next boot is into what was deployed while it was live."""
    other_commit(system, ETC)
    before = listing(system, "/etc")
    system.run("ostree-unlock apply other && sync")
    system.power_cut()
    system.run("ostree-unlock cleanup")
    assert listing(system, "/etc") == before
    suite = system.target.suite.name
    system.run("ostree-unlock apply other && echo mine >/etc/mine")
    system.run(f"ostree commit -b plain --tree=ref=debian/{suite} && ostree admin deploy --no-prune plain")
    system.reboot()
    system.run("ostree-unlock cleanup")
    now = listing(system, "/etc")
    assert [line for line in now if not line.startswith("b'/mine'")] == before and len(now) == len(before) + 1
    left = system.run("find /sysroot/ostree/deploy/*/backing/*/unlock/etc", check=False).stdout
    assert left == "", left


STAGED = "install -D /dev/stdin /run/stub/systemctl && PATH=/run/stub:$PATH ostree-unlock apply other --stage"


def changed_in_etc(system) -> set[str]:
    """What this machine has of its own in /etc, by libostree."""
    return set(system.run("ostree admin config-diff").stdout.splitlines())


@trees("bookworm", "sid")
def test_what_is_staged_too_boots_with_its_own_etc(system, is_locked):
    commit = other_commit(system, ETC)
    assert "gone at a reboot" in " ".join(system.run("ostree-unlock apply other --dry-run").stdout.split())
    system.run("echo mine >/etc/issue && echo mine >/etc/mine")
    before = changed_in_etc(system)
    would = system.run("ostree-unlock apply other --stage --dry-run").stdout
    assert f"stage the commit {commit}" in " ".join(would.split()) and "gone at a reboot" not in would
    # libostree asks systemd to start the unit that will finalize it
    done = system.run(f"{STAGED} --json", input="#!/bin/sh\n").stdout
    assert f'"deployment": "{commit}.0"' in done, done
    assert "(staged)" in system.run("ostree admin status").stdout
    # it boots next already
    again = system.run("ostree-unlock apply other --stage --dry-run").stdout
    assert "stage the commit" not in again, again
    system.run("ostree-unlock cleanup --etc")
    system.reboot()
    is_locked()
    assert f'"commit": "{commit}"' in system.run("ostree-unlock --json").stdout
    assert changed_in_etc(system) == before
    assert system.read("/etc/issue") == system.read("/etc/mine") == "mine\n"
    assert system.read("/etc/new-default") == "new\n"


@trees("trixie")
def test_what_cannot_be_staged_is_not_applied(system, is_locked):
    other_commit(system, "rm -rf /usr/lib/modules/* /usr/lib/ostree-boot/*; touch /usr/new")
    before = listing(system, "/etc")
    refused = system.run(STAGED, input="#!/bin/sh\n", check=False)
    assert refused.returncode == 1 and "kernel" in refused.stderr, refused
    is_locked()
    assert listing(system, "/etc") == before
    assert "(staged)" not in system.run("ostree admin status").stdout
    system.run("ostree-unlock apply other")
    live = listing(system)
    refused = system.run(STAGED, input="#!/bin/sh\n", check=False)
    assert refused.returncode == 1 and "kernel" in refused.stderr, refused
    assert listing(system) == live
