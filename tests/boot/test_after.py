"""What is refused before another commit is live, as it would break what runs; and what comes after it where no systemd runs.

What needs a service manager is in ../vm/test_live.py.
"""

from __future__ import annotations

import json

import pytest

from harness.fixtures import trees

from .test_apply import other_commit

pytestmark = trees(usually=("trixie",))

LIBRARIES = "usr/lib/x86_64-linux-gnu"

BREAKS = {
    "library": (f"rm {LIBRARIES}/libz.so.1*", "libz.so.1", "lib"),
    "dangling": (f"ln -sf nowhere {LIBRARIES}/libz.so.1", "libz.so.1", "lib"),
    "newcomer": (
        f"set -- {LIBRARIES}/libapt-pkg.so.*; cp $1 usr/bin/needs; chmod 755 usr/bin/needs; sed -i s/libz.so.1/libz.so.7/ usr/bin/needs",
        "libz.so.7",
        "bin/needs",
    ),
    "unit": ("echo '[Service' >usr/lib/systemd/system/bad.service", "bad.service", "lib/systemd/system/bad.service:1"),
}


@pytest.fixture
def apply(system):
    """Makes a commit of the booted one and these changes, and applies it."""

    def act(changes: str):
        other_commit(system, f"cd /; {changes}", "next")
        return system.run("ostree-unlock apply next", check=False, timeout=300)

    return act


@pytest.mark.parametrize("how", BREAKS)
def test_what_would_break_is_refused(system, apply, how):
    changes, named, changed = BREAKS[how]
    refused = apply(changes)
    assert refused.returncode != 0
    assert named in refused.stderr, refused
    assert "Unlocked: " not in system.run("ostree admin status").stdout
    foretold = " ".join(system.run("ostree-unlock apply next --dry-run").stdout.split())
    assert "it would be refused: mend the commit" in foretold, foretold
    assert f"broken: /usr/{changed}" in foretold and named in foretold, foretold


def test_what_was_written_is_part_of_what_has_to_work(system, apply):
    """A program of the upper loses its library to the commit; with a library in the upper nobody does."""
    library = f"/{LIBRARIES}/libz.so.1"
    system.run(f"ostree-unlock begin && set -- /{LIBRARIES}/libapt-pkg.so.* && cp $1 /usr/bin/mine && chmod 755 /usr/bin/mine")
    assert apply(f"rm .{library}*").returncode != 0
    broken = json.loads(system.run("ostree-unlock apply next --dry-run --json").stdout)["unresolved"]
    assert {"path": "/usr/bin/mine", "soname": "libz.so.1"} in broken, broken
    system.run(f"cp {library} /usr/lib/")
    broken = json.loads(system.run("ostree-unlock apply next --dry-run --json").stdout)["unresolved"]
    assert broken == []
    system.run("ostree-unlock apply next && dpkg-deb --version")
    assert not system.exists(library)


def test_a_library_may_come_in_another_version(system, apply):
    done = apply(f"cd {LIBRARIES} && mv libz.so.1.* libz.so.1.99 && ln -sf libz.so.1.99 libz.so.1")
    assert done.returncode == 0, done
    system.run("dpkg-deb --version")


def foretold(system, words: str) -> list[str]:
    """What a dry run says that would be done after the swap."""
    steps = json.loads(system.run(f"ostree-unlock {words} --dry-run --json").stdout)["steps"]
    (swap,) = (number for number, step in enumerate(steps) if step.startswith("announce the state"))
    return steps[swap + 1 :]


def test_without_systemd_its_programs_run_all_the_same(system):
    other_commit(
        system,
        "cd /; echo 'u newcomer - -' >usr/lib/sysusers.d/newcomer.conf; "
        "echo 'd /var/lib/newcomer 0750 newcomer newcomer' >usr/lib/tmpfiles.d/newcomer.conf; "
        "printf '[Service]\\nExecStart=/usr/bin/true\\n' >usr/lib/systemd/system/newcomer.service; "
        f"mkdir usr/lib/newcomer; cp {LIBRARIES}/libz.so.1 usr/lib/newcomer/; "
        "echo /usr/lib/newcomer >etc/ld.so.conf.d/n.conf",
        "next",
    )
    foreseen = foretold(system, "apply next")
    assert foreseen == [
        "write the loader's cache anew",
        "make the users and groups of sysusers.d: newcomer.conf",
        "make the files and directories of tmpfiles.d: newcomer.conf",
        "have systemd read its unit files anew",
    ]
    done = system.run("ostree-unlock apply next", timeout=300)
    assert foretold(system, "rollback") == [foreseen[-1]]
    assert system.run("stat -c '%a %U' /var/lib/newcomer").stdout == "750 newcomer\n"
    assert "/usr/lib/newcomer/libz.so.1" in system.run("ldconfig -p").stdout
    # what only systemd can do is said not to be done
    assert "systemd does not run here" in " ".join((done.stdout + done.stderr).split())


NEWCOMER = f"cd /; mkdir usr/lib/newcomer; cp {LIBRARIES}/libz.so.1 usr/lib/newcomer/; echo /usr/lib/newcomer >etc/ld.so.conf.d/n.conf\n"

# What happens while what comes after the swap is done, by an `ldconfig` that has it happen.
MEANWHILE = {
    "cancelled": "kill -TERM $PPID; sleep 0.5",
    "locked": """
python3 -c '
import fcntl, time
lock = open("/sysroot/ostree/lock", "w")
fcntl.lockf(lock, fcntl.LOCK_EX)
open("/run/is-locked", "w")
time.sleep(2)' </dev/null >/dev/null 2>&1 &
until test -e /run/is-locked; do sleep 0.05; done
""",
}


def own_ldconfig(script: str) -> str:
    """What has a commit run this in the place of its `ldconfig`, which is `ldconfig.real` then."""
    ldconfig = f"#!/bin/sh\n{script}\n"
    return f"mv usr/sbin/ldconfig usr/sbin/ldconfig.real; cat >usr/sbin/ldconfig <<'END'\n{ldconfig}END\nchmod 755 usr/sbin/ldconfig\n"


@pytest.mark.parametrize("how", MEANWHILE)
def test_the_loaders_cache_goes_back_whatever_happens_meanwhile(system, how):
    other_commit(system, NEWCOMER + own_ldconfig(f'/usr/sbin/ldconfig.real "$@"\n{MEANWHILE[how]}'), "next")
    before = system.run("sha256sum </etc/ld.so.cache").stdout
    done = system.run("ostree-unlock apply next", timeout=300)
    assert "is not put back" not in " ".join((done.stdout + done.stderr).split()), done
    assert "/usr/lib/newcomer/libz.so.1" in system.run("ldconfig.real -p").stdout
    system.run("ostree-unlock rollback")
    assert system.run("sha256sum </etc/ld.so.cache").stdout == before


def test_a_cache_that_comes_after_the_way_back_is_written_once_more(system):
    """Somebody goes back between what `ldconfig` has read and what it puts there."""
    late = """
/usr/sbin/ldconfig.real -X -C /etc/late
ostree-unlock rollback </dev/null >/run/back 2>&1
mv /etc/late /etc/ld.so.cache"""
    other_commit(system, NEWCOMER + own_ldconfig(late), "next")
    done = system.run("ostree-unlock apply next", timeout=300)
    assert "Unlocked: " not in system.run("ostree admin status").stdout, system.read("/run/back")
    assert "was taken back meanwhile" in " ".join((done.stdout + done.stderr).split()), done
    assert "/usr/lib/newcomer" not in system.run("ldconfig -p").stdout


def test_the_wait_that_comes_after_is_not_shown(system):
    """Nobody asked for it, and its line would stand while services are waited for."""
    other_commit(system, NEWCOMER + own_ldconfig(MEANWHILE["locked"]), "next")
    at_terminal = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(['ostree-unlock', 'apply', 'next'])))"
    shown = system.python(at_terminal, timeout=300).stdout
    assert "Files: " in shown and "wait for the lock" not in shown, shown


@pytest.mark.parametrize("back", ["rollback", "end"])
def test_a_cache_that_was_changed_meanwhile_is_written_anew(system, back):
    other_commit(system, NEWCOMER, "next")
    system.run("ostree-unlock apply next", timeout=300)
    system.run(f"mkdir /var/mine && cp /{LIBRARIES}/libz.so.1 /var/mine/ && echo /var/mine >/etc/ld.so.conf.d/mine.conf && ldconfig -X")
    assert "/usr/lib/newcomer/libz.so.1" in system.run("ldconfig -p").stdout
    system.run(f"ostree-unlock {back}")
    found = system.run("ldconfig -p").stdout
    assert "/var/mine/libz.so.1" in found and "/usr/lib/newcomer" not in found, found
