"""A command in another commit, and in a deployment that is not booted: what it sees, what stays of what it writes, and what
is recorded of it."""

from __future__ import annotations

import time

import pytest

from harness.documents import parse
from harness.fixtures import trees

REFUSED, LOCKED, UNPRIVILEGED, MISSING = 2, 17, 14, 26
# What of libostree asks systemd for may fail here: there is none.
STUB = "mkdir -p /run/stub && install /dev/stdin /run/stub/systemctl"


@pytest.fixture
def next_commit(system) -> str:
    """A commit with more in /usr than what is booted, under the ref `next`."""
    system.run("""mkdir -p /var/change/usr/lib /var/change/usr/bin /var/change/usr/etc && cd /var/change/usr
        echo next >lib/next; echo default >etc/site.conf; printf '#!/bin/sh\\necho there\\n' >bin/only-there; chmod 755 bin/only-there""")
    return system.run("ostree commit -b next --tree=ref=debian/$(hostname) --tree=dir=/var/change").stdout.strip()


@pytest.fixture
def deployed(system, next_commit) -> str:
    """That commit is deployed, and boots next: the name of its deployment."""
    system.run("echo 'of this machine' >/etc/local && ostree admin deploy next")
    return f"{next_commit}.0"


def fails(system, command: str, status: int, words: str, **options):
    """It is refused so."""
    result = system.run(command, check=False, **options)
    assert result.returncode == status and words in result.stderr, result


def wait_for(system, path: str):
    """Until something is there."""
    for _ in range(200):
        if system.exists(path):
            return
        time.sleep(0.05)
    raise AssertionError(path)


def mounts(system) -> str:
    return system.read("/proc/1/mountinfo")


@trees()
def test_the_usr_of_another_commit(system, next_commit, is_locked):
    before = mounts(system)
    for name in ("next", next_commit, next_commit[:12]):
        assert system.run(f"ostree-unlock run --commit {name} -- cat /usr/lib/next").stdout == "next\n"
    assert system.run("ostree-unlock run --commit next -- only-there").stdout == "there\n"
    assert system.run("ostree-unlock run --commit next -- touch /usr/lib/x", check=False).returncode != 0
    # what is not of the commit is the system's
    system.run("ostree-unlock run --commit next -- sh -c 'echo written >/etc/written; echo written >/var/written'")
    assert system.run("cat /etc/written /var/written").stdout == "written\nwritten\n"
    assert not system.exists("/usr/lib/next")
    assert mounts(system) == before
    is_locked()
    assert system.run("ls -A /sysroot/ostree/deploy/*/backing/*/unlock/deltas").stdout.split() == sorted(["boot", next_commit])


@trees(usually=("sid",))
def test_its_defaults_in_etc(system, next_commit):
    """Merged as an upgrade would, and for the command alone."""
    system.run("echo mine >>/etc/os-release-of-mine; rm -f /etc/site.conf")
    run = "ostree-unlock run --commit next --merge-etc --"
    assert system.run(f"{run} cat /usr/lib/next /etc/site.conf /etc/os-release-of-mine").stdout == "next\ndefault\nmine\n"
    assert system.run(f"{run} sh -c 'echo x >/etc/site.conf; echo y >/etc/y; cat /etc/site.conf'").stdout == "x\n"
    assert not system.exists("/etc/site.conf") and not system.exists("/etc/y")
    # without it nothing is merged, and /etc is the system's
    fails(system, "ostree-unlock run --commit next -- cat /etc/site.conf", 1, "No such file")
    # what is here stays where both are another than the old default
    system.run("echo here >/etc/site.conf")
    assert system.run(f"{run} cat /etc/site.conf").stdout == "here\n"


@trees(usually=("bookworm", "sid"))
def test_beside_an_unlocked_usr(system, next_commit, is_locked, is_unlocked):
    """Neither knows of the other: not what is begun before, nor what is begun and ended meanwhile."""
    booted = parse(system.run("ostree-unlock status --json").stdout)["deployment"]["commit"]
    system.run("ostree-unlock begin && echo text >/usr/lib/written")
    assert system.run("ostree-unlock run --commit next -- sh -c 'cat /usr/lib/next; ls /usr/lib/written'", check=False).stdout == "next\n"
    # the booted one is shown as it was deployed
    fails(system, f"ostree-unlock run --commit {booted} -- cat /usr/lib/written", 1, "No such file")
    assert system.run(f"ostree-unlock run --commit {booted} -- touch /usr/lib/x", check=False).returncode != 0
    loop = "touch /run/started; while ! test -e /run/stop; do cat /usr/lib/next >/dev/null || exit 3; sleep 0.02; done; ! test -e /usr/lib/written"
    with system.popen(["ostree-unlock", "run", "--commit", "next", "--", "sh", "-c", loop]) as command:
        wait_for(system, "/run/started")
        system.run("ostree-unlock end --yes")
        is_locked()
        system.run("ostree-unlock begin transient && ostree-unlock end --yes")
        system.run("ostree-unlock begin && echo text >/usr/lib/written")
        is_unlocked("development")
        # nothing that libostree removes takes it away
        system.run("ostree refs --delete next && ostree prune --refs-only && ostree admin cleanup")
        time.sleep(0.2)
        system.run("touch /run/stop")
        assert command.wait(30) == 0
    system.run("ostree-unlock end --yes")
    is_locked()


@trees(usually=("trixie",))
def test_it_becomes_the_command(system, next_commit, deployed):
    views = ("--commit next", "--deployment 0", "--deployment 0 --record x")
    for view in views:
        run = f"ostree-unlock run {view} --"
        assert system.run(f"{run} sh -c 'exit 7'", check=False).returncode == 7, view
        assert system.run(f"sh -c '{run} sh -c \"kill -TERM \\$\\$\"; echo $?'").stdout == "143\n", view
        fails(system, f"{run} nothing-of-that-name", 127, "nothing-of-that-name")
        fails(system, f"{run} /usr/lib/next", 126, "/usr/lib/next")
        in_json = system.run(f"{run.removesuffix('--')} --json -- nothing-of-that-name", check=False)
        assert in_json.returncode == 127 and in_json.stderr == "", in_json
        assert "nothing-of-that-name" in parse(in_json.stdout)["error"]["message"]
        assert system.run(f"{run} cat", input="through").stdout == "through", view
        assert system.run(f"{run} pwd", cwd="/etc").stdout == "/etc\n", view
        fails(system, f"{run} true", UNPRIVILEGED, "only root", user="nobody")
    assert system.run("ostree-unlock run --deployment 0 -- pwd", cwd="/sysroot/ostree").stdout == "/\n"


@trees(usually=("bookworm",))
def test_relative_paths_lead_to_what_the_command_sees(system, next_commit):
    """The directory where the command is started is covered like any other."""
    system.run("ostree-unlock begin && mkdir /etc/here /var/here")
    for place in ("/etc", "/var", "/usr", "/etc/here", "/var/here"):
        run = "ostree-unlock run --scratch -- sh -c 'echo x >probe && cat $0/probe'"
        assert system.run(f"{run} {place}", cwd=place).stdout == "x\n", place
        assert not system.exists(f"{place}/probe"), place
    assert system.run("ostree-unlock run --commit next -- cat next", cwd="/usr/lib").stdout == "next\n"
    system.run("ostree-unlock run --commit next --merge-etc -- sh -c 'echo x >probe'", cwd="/etc")
    assert not system.exists("/etc/probe")


@trees(usually=("trixie",))
def test_what_is_opened_is_open_where_it_is_called(system):
    """Also to a shell that was in the base before."""
    run = "ostree-unlock run --writable -- sh -c 'echo x >probe'"
    system.run(f"ostree-unlock begin --transient && {run} && test -e /usr/lib/probe", cwd="/usr/lib")


@trees(usually=("bookworm",))
def test_commits_that_cannot_be_shown(system, next_commit, is_locked):
    run = "ostree-unlock run --commit"
    fails(system, f"{run} nothing -- true", MISSING, "ostree pull")
    fails(system, f"{run} {'0' * 64} -- true", MISSING, "ostree pull")
    system.run("mkdir -p /var/empty/etc && ostree commit -b empty --tree=dir=/var/empty")
    fails(system, f"{run} empty -- true", REFUSED, "has no /usr")
    system.run(f"unshare --mount sh -ec 'mount -o remount,rw /sysroot; touch /sysroot/ostree/repo/state/{next_commit}.commitpartial'")
    fails(system, f"{run} next -- true", MISSING, "in part")
    is_locked()


@trees(usually=("trixie",))
def test_what_is_checked_out_is_good_for_one_boot(system, next_commit):
    run = "ostree-unlock run --commit next -- cat /usr/lib/next"
    system.run(run)
    assert "unlock/deltas" not in system.run("ostree-unlock cleanup").stdout
    # in the namespace boots /proc says that it is the same boot: it is made to be another
    boot = system.run("ls /sysroot/ostree/deploy/*/backing/*/unlock/deltas/boot").stdout.strip()
    another = f"unshare --mount sh -ec 'mount -o remount,bind,rw /sysroot; echo another >{boot}; mkdir {boot[:-4]}damaged'"
    system.run(another)
    assert system.run(run).stdout == "next\n"
    assert not system.exists(f"{boot[:-4]}damaged")
    system.run(another)
    assert "/unlock/deltas" in system.run("ostree-unlock cleanup").stdout
    assert not system.exists(boot[:-5])


@trees(usually=("sid",), readonly=(False, True))
def test_a_deployment_that_is_not_booted(system, deployed, is_locked):
    before = mounts(system)
    run = "ostree-unlock run --deployment 0 --"
    assert system.run(f"{run} sh -c 'cat /usr/lib/next /etc/local /etc/site.conf'").stdout == "next\nof this machine\ndefault\n"
    system.run(f"{run} sh -c 'echo site >/etc/site.conf; mkdir /etc/site.d; rm /etc/local'")
    assert system.run("cat /etc/local").stdout == "of this machine\n"
    assert not system.exists("/etc/site.conf") and not system.exists("/etc/site.d") and not system.exists("/usr/lib/next")
    for place in ("/usr/lib/x", "/var/x", "/x", "/root/x", "/home/x", "/var/tmp/x", "/sysroot/x"):
        assert system.run(f"{run} touch {place}", check=False).returncode != 0, place
    assert system.run(f"{run} ls -A /sysroot /boot").stdout == "/boot:\n\n/sysroot:\n"
    assert mounts(system) == before
    is_locked()
    # a name does, too
    assert system.run(f"ostree-unlock run --deployment {deployed} -- cat /etc/site.conf").stdout == "site\n"
    system.reboot()
    assert system.run("cat /usr/lib/next /etc/site.conf").stdout == "next\nsite\n"
    assert system.exists("/etc/site.d") and not system.exists("/etc/local")
    fails(system, f"{run} true", REFUSED, "booted deployment")
    # a number that no deployment has is not the beginning of a checksum
    for name in ("7", deployed[:3]):
        if name not in ("000", "001"):
            fails(system, f"ostree-unlock run --deployment {name} -- true", MISSING, f"no deployment {name}")


@trees(usually=("bookworm",))
def test_what_it_shares_with_the_system(system, deployed):
    run = "ostree-unlock run --deployment 0"
    for name in ("net", "pid", "ipc", "uts"):
        assert system.run(f"{run} -- readlink /proc/self/ns/{name}").stdout == system.run(f"readlink /proc/self/ns/{name}").stdout
    system.run("echo nameserver >/run/resolv.conf && echo data >/var/data && mkdir -p /root/.config && echo key >/root/.config/key")
    system.run(f"{run} -- ln -sf ../run/resolv.conf /etc/resolv.conf")
    assert system.run(f"{run} -- cat /etc/resolv.conf /var/data").stdout == "nameserver\ndata\n"
    system.run(f"{run} -- sh -c 'echo x >/run/from-there; echo x >/dev/null; test -d /proc/1 && test -d /sys/kernel'")
    assert system.exists("/run/from-there")
    # nobody else has a scratch, and it is gone
    assert system.run(f"{run} --var scratch -- sh -c 'echo x >>/var/data; echo y >/root/y; cat /var/data'").stdout == "data\nx\n"
    assert system.run("cat /var/data").stdout == "data\n" and not system.exists("/root/y")
    assert system.run(f"{run} --home scratch -- sh -c 'echo x >>/root/.config/key; cat /root/.config/key'").stdout == "key\nx\n"
    assert system.run("cat /root/.config/key").stdout == "key\n"
    fails(system, f"{run} --home scratch -- touch /var/x", 1, "Read-only")
    system.run(f"{run} --home shared -- sh -c 'echo x >/root/x; echo x >/home/x'")
    assert system.exists("/root/x") and system.exists("/home/x")
    assert "ostree-unlock-scratch" not in mounts(system)


@trees(usually=("trixie",))
def test_nobody_removes_it_meanwhile(system, deployed):
    with system.popen("ostree-unlock run --deployment 0 -- sh -c 'touch /run/started; while ! test -e /run/stop; do sleep 0.02; done; cat /usr/lib/next'") as command:
        wait_for(system, "/run/started")
        fails(system, "ostree-unlock run --deployment 0 -- true", LOCKED, "sh")
        fails(system, "ostree-unlock begin", LOCKED, "changing the deployments")
        fails(system, "timeout 1 ostree admin undeploy 0", 124, "")
        system.run("ostree-unlock run --commit next -- true", check=False)
        system.run("touch /run/stop")
        assert command.wait(30) == 0
    system.run("ostree-unlock run --deployment 0 -- true && ostree-unlock begin && ostree-unlock end --yes && ostree admin undeploy 0")


@trees(usually=("sid",))
def test_another_stateroot(system, next_commit):
    system.run("ostree admin os-init other && ostree admin deploy --os=other --karg=quiet next")
    run = "ostree-unlock run --deployment 0"
    system.run("touch /var/of-the-system; unshare --mount sh -ec 'mount -o remount,rw /sysroot; touch /sysroot/ostree/deploy/other/var/of-the-other'")
    assert system.run(f"{run} -- sh -c 'cat /usr/lib/next; echo site >/etc/site.conf; ls /var/of*'").stdout == "next\n/var/of-the-other\n"
    assert system.run("cat /sysroot/ostree/deploy/other/deploy/*.0/etc/site.conf").stdout == "site\n"
    # it was never booted, so it has no homes
    fails(system, f"{run} --home shared -- true", MISSING, "--var=scratch")
    system.run("echo x >/root/key")
    assert system.run(f"{run} --home shared --var scratch -- cat /root/key").stdout == "x\n"


@trees()
def test_a_staged_deployment_is_refused(system, next_commit):
    system.run(STUB, input="#!/bin/sh\n")
    system.run("echo here >/etc/local && PATH=/run/stub:$PATH ostree admin deploy --stage next")
    fails(system, "ostree-unlock run --deployment 0 -- true", 20, "staged")
    # what it says: the defaults are there, what this machine has changed is not
    etc = system.run("ls -d /sysroot/ostree/deploy/*/deploy/$(ostree rev-parse next).0/etc").stdout.strip()
    assert system.exists(f"{etc}/site.conf") and not system.exists(f"{etc}/local")
    system.run("ostree admin finalize-staged")
    assert system.run("ostree-unlock run --deployment 0 -- cat /etc/local").stdout == "here\n"


@trees("trixie")
def test_a_deployment_with_a_hotfix_is_refused(system, deployed):
    system.reboot()
    system.run("ostree-unlock begin hotfix && ostree admin deploy debian/$(hostname) && ostree admin status")
    names = system.run("ostree admin status").stdout
    system.reboot()
    fails(system, f"ostree-unlock run --deployment {deployed} -- true", 20, "hotfix"), names


@pytest.fixture
def missing(system):
    """The records that status misses, of the deployment that boots next."""

    def look() -> list[str]:
        (usr,) = parse(system.run("ostree-unlock status --json").stdout)["hierarchies"]
        texts = [problem["text"] for problem in usr["problems"] if problem["code"] == "record-missing"]
        return [text.partition("without the record ")[2].split(":")[0].split(";")[0] for text in texts]

    return look


@trees(usually=("bookworm",))
def test_a_record(system, deployed, next_commit, missing):
    run = "ostree-unlock run --deployment 0 --record"
    record = "/sysroot/ostree/deploy/*/backing/*/unlock/records/site"
    assert missing() == []
    fails(system, f"{run} site -- sh -c 'echo site >/etc/site.conf; exit 3'", 3, "site is not recorded")
    assert not system.run(f"ls {record}", check=False).stdout
    fails(system, f"{run} a/b -- true", REFUSED, "no name of a record")
    fails(system, f"{run} site --for-commit {'0' * 64} -- true", REFUSED, next_commit)
    system.run(f"{run} site --for-commit {next_commit} -- true")
    assert system.run(f"ls {record}").stdout
    # what is done again is not done until it is
    fails(system, f"{run} site -- false", 1, "not recorded")
    assert not system.run(f"ls {record}", check=False).stdout
    system.run(f"{run} site -- true")
    system.reboot()
    assert missing() == []
    system.run("echo more >/var/change/usr/lib/more && ostree commit -b next --tree=ref=next --tree=dir=/var/change && ostree admin deploy next")
    assert missing() == ["site"]
    text = system.run("ostree-unlock status").stdout
    assert "without the record site" in text, text
    assert parse(system.run("ostree-unlock status --json", user="nobody").stdout)["hierarchies"][0]["problems"] == []
    system.run(f"{run} site -- true")
    assert missing() == []
    # one of the same name is another one
    system.run("ostree admin undeploy 0 && ostree admin deploy next")
    assert missing() == ["site"]
    system.run(f"{run} site -- true")
    assert missing() == []


@trees("bookworm")
def test_a_record_that_broke_off_once_can_be_made_again(system, deployed):
    """Somebody was killed while it was written."""
    run = "ostree-unlock run --deployment 0 --record"
    system.run(f"{run} other -- true")
    records = system.run("ls -d /sysroot/ostree/deploy/*/backing/*/unlock/records").stdout.strip()
    system.run(["unshare", "--mount", "sh", "-ec", f"mount -o remount,bind,rw /sysroot; echo half >{records}/.site.new"])
    system.run(f"{run} site -- true")
    assert system.run(["ls", "-A", records]).stdout.split() == ["other", "site"]


@trees("trixie")
def test_records_that_the_configuration_wants(system, deployed, missing):
    system.run(["install", "-D", "/dev/stdin", "/etc/ostree-unlock/config.d/50-site.conf"], input="[Unlock]\nRecords=site other\n")
    assert missing() == ["other", "site"]
    system.run("ostree-unlock run --deployment 0 --record other -- true")
    assert missing() == ["site"]
    # who makes a deployment is told
    system.run("ostree-unlock begin && touch /usr/lib/fixed")
    told = parse(system.run("ostree-unlock commit --deploy --json").stdout)["notes"]
    assert [note for note in told if "--record=other" in note] and [note for note in told if "--record=site" in note], told
    system.run("ostree-unlock end --yes")
    system.run(STUB, input="#!/bin/sh\n")
    system.run("PATH=/run/stub:$PATH ostree admin deploy --stage debian/$(hostname)")
    assert missing() == ["other", "site"]
    assert "once it is finalized" in system.run("ostree-unlock status --json").stdout


@trees(usually=("bookworm",))
def test_what_is_missing_is_made_by_programs_of_the_deployment(system, next_commit, missing):
    make = "ostree-unlock run --missing-records"
    system.run(make)
    system.run(["install", "-D", "/dev/stdin", "/etc/ostree-unlock/config.d/50-site.conf"], input="[Unlock]\nRecords=a b c d\n")
    # nothing boots next but what is booted: it has no record either, and it is not touched
    system.run(make)
    program = "#!/bin/sh\necho $0 >>/etc/made; test -e /etc/good || test ${0##*/} != b\n"
    for name in "abd":
        system.run(["install", "-D", "-m", "755", "/dev/stdin", f"/etc/ostree-unlock/records.d/{name}"], input=program)
    system.run(f"mkdir -p /var/change/usr/lib/ostree-unlock/records.d && cd /var/change/usr/lib/ostree-unlock/records.d && cp -a /etc/ostree-unlock/records.d/a c && cp -a c d && cp -a c a && ln -sf /dev/null /etc/ostree-unlock/records.d/d && ostree commit -b next --tree=ref={next_commit} --tree=dir=/var/change && ostree admin deploy next")
    assert missing() == ["a", "b", "c", "d"]
    failed = system.run(make, check=False)
    assert failed.returncode == 1 and "b is not recorded" in failed.stderr and "nothing makes the record d" in failed.stderr, failed
    assert missing() == ["b", "d"]
    made = "/sysroot/ostree/deploy/*/deploy/$(ostree rev-parse next).0/etc/made"
    lines = ["/etc/ostree-unlock/records.d/a", "/etc/ostree-unlock/records.d/b", "/usr/lib/ostree-unlock/records.d/c"]
    assert system.run(f"cat {made}").stdout.splitlines() == lines
    # once more, what failed alone
    system.run("ostree-unlock run --deployment 0 -- touch /etc/good")
    system.run("ostree-unlock run --deployment 0 --record d -- true")
    system.run(make)
    assert missing() == []
    assert system.run(f"cat {made}").stdout.splitlines() == [*lines, lines[1]]
    assert not system.exists("/etc/made")
    system.reboot()
    system.run(make)
    assert system.run("cat /etc/made").stdout.splitlines() == [*lines, lines[1]]
    fails(system, f"{make} -- true", REFUSED, "cannot be used with")
    system.run(STUB, input="#!/bin/sh\n")
    system.run("PATH=/run/stub:$PATH ostree admin deploy --stage next")
    staged = system.run(make, check=False)
    assert staged.returncode == 1 and "it is staged" in " ".join(staged.stderr.split()), staged


@trees("trixie")
def test_what_is_missing_is_made_where_another_stateroot_has_the_same_commit(system, next_commit, missing):
    system.run(["install", "-D", "/dev/stdin", "/etc/ostree-unlock/config.d/50-site.conf"], input="[Unlock]\nRecords=a\n")
    system.run(["install", "-D", "-m", "755", "/dev/stdin", "/etc/ostree-unlock/records.d/a"], input="#!/bin/sh\n")
    system.run("ostree admin os-init other && ostree admin deploy --os=other --karg=quiet next && ostree admin deploy next")
    fails(system, f"ostree-unlock run --deployment {next_commit}.0 -- true", REFUSED, "may be any of 2 deployments")
    assert system.run(f"ostree-unlock run --deployment other/{next_commit}.0 -- cat /usr/lib/next").stdout == "next\n"
    assert missing() == ["a"]
    system.run("ostree-unlock run --missing-records")
    assert missing() == []


@trees("trixie")
def test_who_is_asked_to_stop_makes_no_other_record(system, next_commit, missing):
    system.run(["install", "-D", "/dev/stdin", "/etc/ostree-unlock/config.d/50-site.conf"], input="[Unlock]\nRecords=a b\n")
    program = "#!/bin/sh\necho ${0##*/} >>/run/made; exec sleep 20\n"
    for name in "ab":
        system.run(["install", "-D", "-m", "755", "/dev/stdin", f"/etc/ostree-unlock/records.d/{name}"], input=program)
    system.run("ostree admin deploy next")
    # python, since a shell has what is in its background ignore what a terminal sends
    code = """
import os, signal, subprocess, time
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    running = subprocess.Popen(["ostree-unlock", "run", "--missing-records"], stdin=subprocess.DEVNULL)
    while not os.path.exists("/run/made") or open("/run/made").read() != "a\\n": time.sleep(0.02)
    os.kill(running.pid, number)
    assert running.wait(timeout=15) == 128 + number, (number, running.returncode)
    assert open("/run/made").read() == "a\\n", number
    os.unlink("/run/made")
"""
    system.python(code)
    assert missing() == ["a", "b"]


@trees("trixie")
def test_signals_are_passed_on(system, deployed):
    # python, since a shell has what is in its background ignore what a terminal sends
    code = """
import os, signal, subprocess, sys, time
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
    script = f"trap 'echo heard; exit 4' {number.value}; touch /run/started; while true; do sleep 0.02; done"
    words = ["ostree-unlock", "run", "--deployment", "0", "--record", "x", "--", "sh", "-c", script]
    running = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    while not os.path.exists("/run/started"): time.sleep(0.02)
    os.kill(running.pid, number)
    assert running.communicate()[0] == "heard\\n" and running.returncode == 4, (number, running.returncode)
    os.unlink("/run/started")
"""
    system.python(code)
    assert not system.run("ls /sysroot/ostree/deploy/*/backing/*/unlock/records/x", check=False).stdout
