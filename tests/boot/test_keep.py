"""Changes are set aside under a name and come back later, on another boot or another base; and a scratch, which only one
command sees and a commit is made of."""

from __future__ import annotations

import pytest

from harness import greeting
from harness.documents import parse
from harness.fixtures import trees

from .test_commit import committed
from .test_hard_systems import fill


def diff(system, *words: str) -> set[str]:
    """What is different, as letters and paths."""
    return set(system.run(["ostree-unlock", "diff", "--name-status", *words]).stdout.splitlines())


@trees()
def test_changes_come_back(system, is_locked):
    system.run("ostree-unlock begin")
    system.run("""cd /usr && mkdir -p new/sub && echo text > new/sub/file && ln -s nowhere new/link && chmod 4711 bin/tac
        rm -r share/misc bin/cksum && chown 7:8 new
        python3 -B -c 'import os; os.setxattr("new/sub/file", "user.note", b"hello")'""")
    before = diff(system)
    answer = parse(system.run("ostree-unlock keep save fix --subject 'A fix' --json").stdout)
    assert answer["changes"] == len(before) and answer["checksum"]
    assert diff(system) == before
    assert diff(system, "--kept", "fix") == before
    again = system.run("ostree-unlock keep save fix", check=False)
    assert again.returncode == 2 and "keep drop" in again.stderr, again
    system.run("ostree-unlock end --yes")
    locked = system.run("ostree-unlock keep restore fix", check=False)
    assert locked.returncode == 16 and "begin" in locked.stderr, locked
    system.reboot()
    is_locked()
    # it keeps what changed, and nothing else
    size = int(system.run("ostree ls -R unlock/kept/fix | wc -l").stdout)
    assert size < 60, size
    (kept,) = parse(system.run("ostree-unlock keep list --json").stdout)["kept"]
    assert (kept["name"], kept["subject"], kept["state"]) == ("fix", "A fix", "development")
    system.run("ostree-unlock begin transient")
    system.run("ostree-unlock keep restore fix")
    assert diff(system) == before
    assert system.run("cat /usr/new/sub/file").stdout == "text\n"
    assert system.run("touch /usr/x", check=False).returncode != 0
    # once more: all of it is there
    assert parse(system.run("ostree-unlock keep restore fix --json").stdout)["changes"] == 0
    system.run("ostree-unlock keep drop fix")
    assert system.run("ostree-unlock keep list").stdout == "Nothing is kept.\n"
    for words in ("keep drop fix", "keep restore fix", "diff --kept fix", "commit --kept fix"):
        assert system.run(f"ostree-unlock {words}", check=False).returncode == 26, words
    assert system.run("ostree-unlock keep save a/b", check=False).returncode == 2


@trees("trixie")
def test_conflicts_with_what_is_there(system):
    system.run("ostree-unlock begin && echo ours >> /usr/lib/os-release && echo new > /usr/lib/new && ostree-unlock keep save fix")
    system.run("ostree-unlock end --yes && ostree-unlock begin && echo theirs > /usr/lib/new")
    before = diff(system)
    refused = system.run("ostree-unlock keep restore fix", check=False)
    assert refused.returncode == 28 and "/usr/lib/new: made on both sides" in refused.stderr, refused
    assert diff(system) == before
    dry = system.run("ostree-unlock keep restore fix --prefer=changes --dry-run").stdout
    assert "It would put back 2 paths of fix." in dry and diff(system) == before
    system.run("ostree-unlock keep restore fix --prefer=commit:/usr/lib/new")
    assert system.run("cat /usr/lib/new; tail -1 /usr/lib/os-release").stdout == "theirs\nours\n"


@trees("trixie")
def test_what_a_link_leads_to_is_left_alone(system):
    """A directory was moved away and a link left in its place: what is where that leads is not what was removed."""
    system.run("ostree-unlock begin && mkdir /var/app && echo kept >/var/app/local && cp -a /usr/share/base-files/. /var/app")
    system.run("rm -r /usr/share/base-files && ln -s /var/app /usr/share/base-files")
    there = system.run("ls -R /var/app").stdout
    system.run("ostree-unlock keep save moved && ostree-unlock end --yes && ostree-unlock begin && ostree-unlock keep restore moved")
    assert system.run("readlink /usr/share/base-files").stdout == "/var/app\n"
    assert system.run("ls -R /var/app").stdout == there
    # a directory that became a link meanwhile: nothing is put through that either
    system.run("mkdir /usr/share/base-passwd/new && touch /usr/share/base-passwd/new/file && ostree-unlock keep save more")
    system.run("ostree-unlock end --yes && ostree-unlock begin && rm -r /usr/share/base-passwd && ln -s /var/app /usr/share/base-passwd")
    refused = system.run("ostree-unlock keep restore more --prefer=changes", check=False)
    assert refused.returncode != 0 and "/usr/share/base-passwd" in refused.stderr, refused
    assert system.run("ls -R /var/app").stdout == there


MANY = {
    "one large file": "mkdir /usr/lib/many && head -c 20M /dev/urandom >/usr/lib/many/1",
    "many small files": "mkdir /usr/lib/many && cd /usr/lib/many && for name in $(seq 3000); do echo $name >$name; done",
}


@trees("bookworm")
@pytest.mark.parametrize("how", MANY)
def test_a_disk_that_fills_up_while_they_come_back(system, how):
    """What is too large is seen beforehand; of many small files some are put back, each of them whole."""
    system.run(f"ostree-unlock begin && rm /usr/bin/cksum && {MANY[how]}")
    written, sums = diff(system), system.run("cd /usr/lib/many && sha256sum *").stdout
    system.run("ostree-unlock keep save fix && ostree-unlock end --yes && ostree-unlock begin && head -c 4M /dev/zero >/var/room")
    fill(system, "/var")
    system.run("rm /var/room")
    refused = system.run("ostree-unlock keep restore fix", check=False)
    said = " ".join(refused.stderr.split())
    assert refused.returncode == 21, refused
    if how == "one large file":
        assert "nothing was put back" in said and diff(system) == set(), refused
    else:
        assert "No space left" in said and "goes on from there" in said, refused
        some = system.run("cd /usr/lib/many && sha256sum *").stdout.splitlines()
        assert some and set(some) < set(sums.splitlines())
    assert parse(system.run("ostree-unlock keep list --json").stdout)["kept"][0]["name"] == "fix"
    system.run("rm /var/full* && ostree-unlock keep restore fix")
    assert diff(system) == written and system.run("cd /usr/lib/many && sha256sum *").stdout == sums


@trees("trixie")
def test_what_is_local_to_etc_is_in_no_scratch(system):
    """A package that only gives a directory another mode takes nothing along that is in it."""
    system.run("mkdir -p /etc/apt/keys && echo secret >/etc/apt/keys/mine && echo changed >>/etc/apt/apt.conf.d/01autoremove")
    system.run("ostree-unlock run --scratch -- sh -ec 'chmod 750 /etc/apt /etc/apt/keys; echo theirs >/etc/apt/theirs'")
    commit = system.run("ostree-unlock commit --scratch").stdout.strip()
    shown = system.run(["ostree", "ls", "-R", commit, "/usr/etc/apt"]).stdout
    assert "/usr/etc/apt/theirs" in shown and "mine" not in shown and shown.startswith("d00750 "), shown
    assert "changed" not in system.run(["ostree", "cat", commit, "/usr/etc/apt/apt.conf.d/01autoremove"]).stdout


@trees("bookworm", "sid")
def test_kept_changes_become_a_deployment(system, is_locked):
    system.run("ostree-unlock begin && echo fixed > /usr/lib/fixed && ostree-unlock keep save fix && ostree-unlock end --yes")
    system.run("ostree-unlock commit --kept fix --deploy")
    system.reboot()
    is_locked()
    assert system.run("cat /usr/lib/fixed").stdout == "fixed\n"


@trees("bookworm", "sid")
def test_on_another_deployment_than_where_it_was_kept(system, is_locked):
    """Put back, and committed, after an upgrade that changed the same path; and on that upgrade before it is booted."""
    base = parse(system.run("ostree-unlock status --json").stdout)["deployment"]["commit"]
    both = "/usr/share/base-files/profile"
    system.run(f"ostree-unlock begin && echo fixed >/usr/lib/fixed && echo ours >>{both}")
    system.run("ostree-unlock keep save fix && ostree-unlock end --yes")
    system.run(f"ostree checkout {base} /var/next && cd /var/next/usr && echo upgraded >lib/upgraded")
    system.run(f"cd /var/next && cp -a .{both} changed && echo theirs >>changed && mv changed .{both}")
    upgrade = system.run(["ostree", "commit", "-b", "next", f"--parent={base}", "--tree=dir=/var/next"]).stdout.strip()

    def is_refused(words: str) -> None:
        refused = system.run(f"ostree-unlock {words}", check=False)
        assert refused.returncode == 28 and f"{both}: " in refused.stderr and "--prefer" in refused.stderr, refused

    def is_made(name: str, last: str) -> None:
        assert system.run(["ostree", "rev-parse", f"{name}^"]).stdout.strip() == upgrade
        assert system.run(["ostree", "cat", name, "/usr/lib/fixed", "/usr/lib/upgraded"]).stdout == "fixed\nupgraded\n"
        assert system.run(["ostree", "cat", name, both]).stdout.endswith(last)

    is_refused("commit --kept fix --onto next")
    committed(system, "--kept", "fix", "--onto", "next", "--prefer=changes", "--branch", "onto")
    is_made("onto", "ours\n")
    system.run("ostree admin deploy next")
    system.reboot()
    is_locked()
    is_refused("commit --kept fix")
    committed(system, "--kept", "fix", "--prefer=commit", "--branch", "here")
    is_made("here", "theirs\n")
    system.run("ostree-unlock begin")
    is_refused("keep restore fix")
    assert diff(system) == set()
    system.run(f"ostree-unlock keep restore fix --prefer=changes:{both}")
    assert diff(system) == {"A\t/usr/lib/fixed", f"M\t{both}"}
    assert system.read(both).endswith("ours\n") and system.exists("/usr/lib/upgraded")


@trees()
def test_a_scratch(system, is_locked):
    none = system.run("ostree-unlock commit --scratch", check=False)
    assert none.returncode == 26 and "run --scratch" in none.stderr, none
    run = "ostree-unlock run --scratch --"
    system.run(f"{run} sh -c 'echo x > /usr/lib/fixed && echo y > /etc/fixed && echo z > /var/fixed && rm /usr/bin/cksum'")
    is_locked()
    for path in ("/usr/lib/fixed", "/etc/fixed", "/var/fixed"):
        assert not system.exists(path), path
    assert system.exists("/usr/bin/cksum")
    assert system.run("touch /sysroot/ostree/x", check=False).returncode == system.run(
        f"{run} touch /sysroot/ostree/x", check=False
    ).returncode
    # it goes on where it was, whatever the system is unlocked for
    system.run("ostree-unlock begin && touch /usr/lib/other")
    assert system.run(f"{run} sh -c 'cat /usr/lib/fixed /etc/fixed /var/fixed; ls /usr/lib/other'", check=False).stdout == "x\ny\nz\n"
    assert diff(system, "--scratch") == {"A\t/usr/lib/fixed", "D\t/usr/bin/cksum"}
    assert diff(system) == {"A\t/usr/lib/other"}
    assert system.run(f"{run} sh -c 'exit 7'", check=False).returncode == 7
    busy = system.run(f"{run} sh -c 'ostree-unlock commit --scratch'", check=False)
    assert busy.returncode == 18 and "in the scratch" in busy.stderr, busy
    part = system.run("ostree-unlock commit --scratch /usr/lib/fixed").stdout.strip()
    assert system.run(["ostree", "ls", part, "/usr/etc/fixed"], check=False).returncode != 0
    system.run("ostree-unlock commit --scratch --deploy")
    system.run("ostree-unlock run --scratch --fresh -- sh -c '! ls /usr/lib/fixed'")
    assert diff(system, "--scratch") == set()
    system.reboot()
    is_locked()
    assert system.run("cat /usr/lib/fixed /etc/fixed").stdout == "x\ny\n"
    assert not system.exists("/usr/bin/cksum") and not system.exists("/var/fixed")
    # in the namespace boots /proc says that it is the same boot: it is made to be another
    boot = system.run("ls /sysroot/ostree/deploy/*/backing/*/unlock/scratch/boot").stdout.strip()
    system.run(f"unshare --mount sh -ec 'mount -o remount,bind,rw /sysroot; echo another > {boot}'")
    assert "/unlock/scratch" in system.run("ostree-unlock cleanup").stdout
    assert not system.run("ls -d /sysroot/ostree/deploy/*/backing/*/unlock/scratch", check=False).stdout
    nobody = system.run(f"{run} true", user="nobody", check=False)
    assert nobody.returncode == 14, nobody


@trees()
def test_packages_for_the_next_boot(system, is_locked):
    """What apt installs in a scratch is in the next system, and nothing of it in the one that runs."""
    system.run(greeting.MAKE)
    system.run(greeting.PREPARE_APT)
    system.run("ostree-unlock run --scratch -- apt-get install --yes /var/greeting.deb")
    is_locked()
    assert not system.exists(greeting.PROGRAM)
    assert system.run("dpkg-query -s greeting", check=False).returncode != 0
    assert f"A\t{greeting.PROGRAM}" in diff(system, "--scratch")
    assert "greeting" in system.run("ostree-unlock diff --scratch --packages").stdout
    commit = system.run("ostree-unlock commit --scratch --deploy --subject 'With a greeting'").stdout.strip()
    packages = system.run(["ostree", "show", "--print-metadata-key=unlock.packages", commit]).stdout
    assert packages == "[('greeting', 'all', 'added', '', '1')]\n"
    system.reboot()
    is_locked()
    assert system.run("greeting").stdout == "hello\n"
    assert "install ok installed" in system.run("dpkg-query -W -f '${Status}' greeting").stdout
