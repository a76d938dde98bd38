"""The state that lasts: there after a reboot, not in the deployment to go back to, and gone after `end`."""

import itertools
import json

import pytest

from harness.fixtures import trees

BEGIN = "ostree-unlock begin hotfix"
OSTREE = "/sysroot/ostree/deploy/*/deploy"
HALVES = f"ls -d {OSTREE}/*/.usr-ovl-*"


def deployments(system) -> list[str]:
    words = system.run("ostree admin status").stdout.split()
    return [word for word in words if len(word.partition(".")[0]) == 64]


def get_unlocked(system) -> int:
    return int(
        system.python(
            "import gi; gi.require_version('OSTree', '1.0'); from gi.repository import OSTree\n"
            "s = OSTree.Sysroot.new_default(); s.load(None)\n"
            "print(int(s.get_booted_deployment().get_unlocked()))"
        ).stdout
    )


IMMUTABLE = """
import array, fcntl, glob, os, sys
GET, SET, FLAG = 0x80086601, 0x40086602, 0x10
for path in sys.argv[1:] or sorted(glob.glob("/sysroot/ostree/deploy/*/deploy/*.[0-9]")):
    directory, flags = os.open(path, os.O_RDONLY), array.array("l", [0])
    fcntl.ioctl(directory, GET, flags)
    print(bool(flags[0] & FLAG))
    if sys.argv[1:]:
        flags[0] &= ~FLAG
        fcntl.ioctl(directory, SET, flags)
"""


def immutable(system) -> list[str]:
    """Whether each deployment's directory is, in the order of their names."""
    return system.python(IMMUTABLE).stdout.split()


def is_clean(system) -> None:
    """Nothing of a hotfix is left, and the deployment is what it was."""
    assert system.run(HALVES, check=False).stdout == ""
    assert system.run(f"grep -l ^unlocked= {OSTREE}/*.origin", check=False).stdout == ""
    assert set(immutable(system)) == {"True"}
    system.run("ostree fsck -q")


@trees("bookworm")
def test_who_is_not_root_is_told_the_same(system, usr):
    """Also where only root sees whether the upper was moved, or what is in it."""

    def of_anybody(more: str = "") -> dict:
        (hierarchy,) = json.loads(system.run(f"ostree-unlock status --json {more}", user="nobody").stdout)["hierarchies"]
        return hierarchy

    for state in ("hotfix", "development", "hotfix"):
        system.run(f"ostree-unlock begin {state}")
        seen = of_anybody()
        assert (seen["unlocked"], seen["persistent"], seen["problems"]) == (state, state == "hotfix", []), seen
        assert usr()["unlocked"] == state
    system.run("mkdir -m 700 /usr/mine")
    assert of_anybody("--usage")["upper"]["entries"] is None


@trees(readonly=(False, True))
def test_it_is_there_after_a_reboot_and_not_in_the_way_back(system, usr, is_unlocked, is_locked):
    before = deployments(system)
    system.run(f"{BEGIN} && echo fixed > /usr/new && rm /usr/share/base-files/profile")
    is_unlocked("hotfix")
    assert get_unlocked(system) == 2
    now = deployments(system)
    assert len(now) == len(before) + 1 and set(before) < set(now), "no deployment was lost, and one is new"
    assert (now[0], now[2:]) == (before[0], before[1:]), "the way back stands right behind"
    assert set(immutable(system)) == {"True"}
    seen = usr()
    assert seen["persistent"] and seen["upper"]["path"].endswith(".usr-ovl-upper")

    system.reboot()
    is_unlocked("hotfix")
    assert get_unlocked(system) == 2
    assert system.read("/usr/new") == "fixed\n"
    assert not system.exists("/usr/share/base-files/profile")
    assert usr()["persistent"] and usr()["since"]

    system.reboot(deployment=1)
    is_locked()
    assert not system.exists("/usr/new") and system.exists("/usr/share/base-files/profile")
    system.reboot()
    is_unlocked("hotfix")
    assert system.read("/usr/new") == "fixed\n"


@trees(readonly=(False, True))
@pytest.mark.parametrize("reboot", [False, True], ids=["same-boot", "rebooted"])
@pytest.mark.parametrize("begin", [BEGIN, "ostree admin unlock --hotfix"], ids=["ours", "libostrees"])
def test_it_ends(system, is_unlocked, is_locked, begin, reboot):
    if "admin" in begin and system.target.readonly and system.target.suite.name == "bookworm":
        pytest.skip("libostree 2022.7 makes no hotfix below a read-only /sysroot")
    system.run(f"{begin} && echo fixed > /usr/new && echo >> /usr/share/base-files/profile")
    if reboot:
        system.reboot()
        is_unlocked("hotfix")
    system.run("mkdir /usr/mounted && mount -t tmpfs none /usr/games && touch /usr/games/here")
    system.run("ostree-unlock end --yes")
    is_locked()
    assert system.exists("/usr/games/here") and not system.exists("/usr/new")
    system.run("umount /usr/games")
    for forbidden in ("touch /usr/other", "echo >> /usr/share/base-files/profile", "chmod 700 /usr/share", "rm -r /usr/share/base-files"):
        assert system.run(forbidden, check=False).returncode != 0, forbidden
    assert get_unlocked(system) == 0
    is_clean(system)
    # And it is all as ever: another one, and the next boot.
    system.run(f"{BEGIN} && touch /usr/again && ostree-unlock end --yes")
    is_locked()
    system.run("ostree-unlock begin && touch /usr/again && ostree-unlock end --yes")
    is_locked()
    system.reboot()
    is_locked()
    is_clean(system)


STATES = ["development", "transient", "hotfix"]


@trees(readonly=(False, True))
def test_every_move_keeps_what_was_written(system, is_unlocked, is_locked):
    """An Euler tour of the states that are open, in one boot; the hotfix is then looked at after a reboot."""
    tour = ["development", "transient", "hotfix", "development", "hotfix", "transient", "development"]
    moves = set(itertools.pairwise(tour))
    assert moves == set(itertools.permutations(STATES, 2))
    numbers = {"development": 1, "hotfix": 2, "transient": 3}
    system.run(f"ostree-unlock begin {tour[0]} && echo kept > /usr/kept && rm -r /usr/share/base-files")
    for state in tour[1:]:
        system.run(f"ostree-unlock begin {state}")
        is_unlocked(state)
        assert get_unlocked(system) == numbers[state]
        assert system.read("/usr/kept") == "kept\n" and not system.exists("/usr/share/base-files")
        assert bool(system.run(HALVES, check=False).stdout) == (state == "hotfix")
        if state != "transient":
            system.run(f"touch /usr/in-{state} && rm /usr/in-{state}")
    assert len(deployments(system)) == 3, "one way back is enough"
    system.run("ostree-unlock begin hotfix")
    system.reboot()
    is_unlocked("hotfix")
    assert system.read("/usr/kept") == "kept\n" and not system.exists("/usr/share/base-files")
    for state in tour[3:]:
        system.run(f"ostree-unlock begin {state}")
        is_unlocked(state)
        assert system.read("/usr/kept") == "kept\n" and not system.exists("/usr/share/base-files")
    system.reboot()
    is_locked()
    system.run("ostree-unlock begin && ostree-unlock end --yes")
    is_clean(system)


@trees()
def test_from_memory_it_is_copied_to_the_disk(system, usr, is_unlocked, is_locked):
    system.run("ostree-unlock begin --backing ram && mkdir -p /usr/a/b && echo one > /usr/a/one && ln /usr/a/one /usr/a/two")
    system.run("cp -a /usr/share/base-files /usr/share/other; rm -r /usr/share/base-files; mkfifo /usr/a/fifo; chmod 4751 /usr/a/one")
    system.run("setfattr -n user.note -v text /usr/a/one 2>/dev/null; mount -t tmpfs none /usr/a/b && touch /usr/a/b/here")
    listing = "cd /usr && find a share -path 'a/b*' -o -printf '%p %y %m %U %G %l\\n' | sort && stat -c %h a/one"
    before = system.run(listing).stdout
    with system.popen("exec 3>/usr/log; echo; read wait", stdin=-1, stdout=-1) as writer:
        writer.stdout.readline()
        refused = system.run(BEGIN, check=False)
        assert refused.returncode == 18 and "/usr/log" in refused.stderr, refused
        is_unlocked("development")
        system.run("touch /usr/still && rm /usr/still")
        writer.stdin.close()
    system.run(f"rm /usr/log && {BEGIN}")
    is_unlocked("hotfix")
    assert system.run(listing).stdout == before
    assert system.exists("/usr/a/b/here")
    assert "ostree-unlock-" not in system.run("findmnt -nro TARGET -t tmpfs").stdout
    system.run("umount /usr/a/b")
    system.reboot()
    is_unlocked("hotfix")
    assert system.run(listing).stdout == before
    system.run("ostree-unlock end --yes")
    is_locked()
    is_clean(system)


@trees()
@pytest.mark.parametrize("option", ["", "--transient"], ids=["development", "transient"])
def test_libostrees_own_becomes_one(system, is_unlocked, is_locked, option):
    if option not in system.run("ostree admin unlock --help").stdout:
        pytest.skip("this libostree has no transient state")
    system.run(f"ostree admin unlock {option}")
    if not option:
        system.run("touch /usr/new")
    for state in ("transient", "development", "transient", "hotfix"):
        there = json.loads(system.run("ostree-unlock detect --json").stdout)["unlocked"] == state
        done = system.run(f"ostree-unlock begin {state}", check=False)
        assert done.returncode == (15 if there else 0), done
        is_unlocked(state)
    system.run("touch /usr/other")
    system.reboot()
    is_unlocked("hotfix")
    assert system.exists("/usr/other") and system.exists("/usr/new") == (not option)
    system.run("ostree-unlock end --yes")
    is_locked()
    is_clean(system)


@trees()
def test_it_is_refused_where_the_next_boot_would_not_have_it(system, is_locked):
    system.run("ostree admin deploy --stage $(ostree refs | head -1) || ostree admin deploy $(ostree refs | head -1)")
    refused = system.run(BEGIN, check=False)
    assert refused.returncode == 20 and "next boot" in refused.stderr and "undeploy" in refused.stderr, refused
    is_locked()
    assert system.run("ostree-unlock begin hotfix --backing ram", check=False).returncode == 2
    assert system.run("ostree-unlock begin hotfix --size-limit 1M", check=False).returncode == 2
    is_locked()


@trees("sid", composefs=True)
@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("composefs.signed", "'/etc/ostree/initramfs-root-binding.key'", "not be mounted at the next boot"),
        ("composefs.verity", "true", "verified by fs-verity"),
    ],
)
def test_it_is_refused_on_a_verified_root(system, is_locked, is_unlocked, key, value, reason):
    """What ostree-prepare-root writes down of such a root is added by hand. ../vm boots one with fs-verity; none that is signed
    can be booted by Debian's libostree."""
    system.python(
        "from gi.repository import GLib\n"
        "place = '/run/ostree-booted'\n"
        "old = GLib.Variant.new_from_bytes(GLib.VariantType('a{sv}'), GLib.Bytes.new(open(place, 'rb').read()), True)\n"
        "new = GLib.VariantDict.new(old)\n"
        f"new.insert_value({key!r}, GLib.Variant.parse(None, {value!r}, None, None))\n"
        "open(place, 'wb').write(new.end().get_data_as_bytes().get_data())\n"
    )
    refused = system.run(BEGIN, check=False)
    assert refused.returncode == 20 and reason in " ".join(refused.stderr.split()), refused
    is_locked()
    system.run("ostree-unlock begin")
    assert system.run(BEGIN, check=False).returncode == 20
    is_unlocked("development")


@trees()
def test_it_is_refused_in_the_deployment_that_is_not_the_default(system, is_locked):
    system.reboot(deployment=1)
    refused = system.run(BEGIN, check=False)
    assert refused.returncode == 20 and "next boot" in refused.stderr, refused
    is_locked()
    system.run("ostree-unlock begin && ostree-unlock end --yes")


@trees()
def test_it_is_refused_for_another_deployment(system, is_locked):
    """The rollback, one that is staged, one that was removed after it was looked up: each is named in the error."""
    system.run("ostree admin deploy --stage $(ostree refs | head -1)", check=False)
    said = system.python(
        "import gi, subprocess\n"
        "gi.require_version('OSTree', '1.0'); gi.require_version('OstreeUnlock', '1.0')\n"
        "from gi.repository import OSTree, OstreeUnlock\n"
        "sysroot = OSTree.Sysroot.new_default(); sysroot.load(None)\n"
        "booted = sysroot.get_booted_deployment()\n"
        "others = [d for d in sysroot.get_deployments() if not d.equal(booted)]\n"
        "assert others\n"
        "def attempt(deployment):\n"
        "    try:\n"
        "        OstreeUnlock.begin(sysroot, deployment, state=OSTree.DeploymentUnlockedState.HOTFIX)\n"
        "    except OstreeUnlock.NotBootedError as error:\n"
        "        assert deployment.get_csum() in str(error), error\n"
        "        return True\n"
        "assert all(attempt(d) for d in others)\n"
        "for d in others: subprocess.run(['ostree', 'admin', 'undeploy', '0' if d.is_staged() else '1'])\n"
        "assert all(attempt(d) for d in others)\n"
        "print('refused')\n"
    )
    assert said.stdout.endswith("refused\n"), said
    is_locked()


@trees()
@pytest.mark.parametrize("half", [".usr-ovl-upper", ".usr-ovl-work"])
def test_half_of_one_is_cleared(system, usr, is_locked, half):
    """What a power cut between two renames leaves; libostree's own order would leave the other half."""
    booted = system.run("readlink -f /sysroot/$(sed 's/.*ostree=\\([^ ]*\\).*/\\1/' /proc/cmdline)").stdout.strip()
    system.run("mount -o remount,rw /sysroot")
    system.run(["python3", "-c", IMMUTABLE, booted])
    system.run(f"mkdir {booted}/{half}")
    system.run(f"echo unlocked=hotfix >> {booted}.origin")
    assert [problem["code"] for problem in usr()["problems"]] == ["stale-flag"]
    done = system.run("ostree-unlock begin --json")
    assert "hotfix" in " ".join(json.loads(done.stdout)["notes"])
    system.run("ostree-unlock end --yes")
    is_locked()
    is_clean(system)


@trees("bookworm")
@pytest.mark.parametrize("left", ["before", "since"])
def test_what_was_left_in_the_other_place_is_not_in_the_way(system, is_unlocked, is_locked, left):
    """An upper of an earlier boot, where a hotfix would go that is no longer to last; `since`, one that somebody made there."""
    if left == "before":
        system.run("ostree-unlock begin && touch /usr/old")
        system.reboot()
    system.run(f"{BEGIN} && touch /usr/new")
    if left == "since":
        place = f"/sysroot/ostree/deploy/debian/backing/$(basename $(dirname $(ls -d {OSTREE}/*/.usr-ovl-work)))/usr-transient"
        system.run(f"mount -o remount,rw /sysroot; mkdir -p {place}/upper {place}/work")
    with system.popen("exec 3>/usr/log; echo; read wait", stdin=-1, stdout=-1) as writer:
        writer.stdout.readline()
        refused = system.run("ostree-unlock begin transient", check=False)
        assert refused.returncode == 18 and "/usr/log" in refused.stderr, refused
        is_unlocked("hotfix")
        writer.stdin.close()
    system.run("ostree-unlock begin transient")
    is_unlocked("transient")
    assert system.exists("/usr/new") and not system.exists("/usr/old")
    system.run("ostree-unlock end --yes")
    is_locked()
    is_clean(system)


@trees("bookworm")
def test_one_that_somebody_unmounted_waits_for_the_next_boot(system, is_unlocked):
    system.run(f"{BEGIN} && touch /usr/fixed && umount -l /usr && ostree-unlock begin && touch /usr/new")
    refused = system.run(BEGIN, check=False)
    assert refused.returncode == 20 and "has a hotfix already" in " ".join(refused.stderr.split()), refused
    assert system.exists("/usr/new") and not system.exists("/usr/fixed")
    system.run("ostree-unlock begin transient && ostree-unlock end --yes && ostree-unlock begin && ostree-unlock end --yes")
    system.reboot()
    is_unlocked("hotfix")
    assert system.exists("/usr/fixed") and not system.exists("/usr/new")


@trees()
def test_two_at_once_are_one_after_the_other(system, is_unlocked, is_locked):
    system.run("ostree-unlock begin")
    one, other = (f"ostree-unlock begin {state} --lock-wait 60 & {name}=$!" for state, name in (("hotfix", "a"), ("transient", "b")))
    system.run(f"{one}; {other}; wait $a && wait $b")
    state = json.loads(system.run("ostree-unlock status --json").stdout)["hierarchies"][0]["unlocked"]
    assert state in ("hotfix", "transient")
    is_unlocked(state)
    system.run("ostree-unlock end --yes")
    is_locked()
    is_clean(system)
