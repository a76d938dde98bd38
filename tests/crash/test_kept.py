"""SIGKILL before the system calls of what writes to the repository: commit, also deployed or replayed, keep, and a scratch. What
was written stays, no ref leads to half of something, what boots is what booted before or that and the new one, and the same
again succeeds and makes the same.

Why apart from the matrix: what counts here is the repository and the deployments, and no state changes.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass

import pytest

from crash.programs import PLACE, bring, kill
from harness.fixtures import trees
from harness.result import Result
from harness.system import System

pytestmark = pytest.mark.timeout(1800)

CHANGES = """
cd /usr; mkdir -p new.d/sub; echo text >new.d/sub/file; chmod 750 new.d/sub; chown 7:8 new.d new.d/sub/file; ln -s nowhere new.d/link
head -c 300000 /dev/zero >new.d/large; chmod 4711 bin/tac; echo more >>share/base-files/profile; rm bin/cksum bin/head
mkdir -m 700 bin/head; echo inside >bin/head/file; rm -r share/misc; ln -s nowhere share/misc
"""
WRITE = f"ostree-unlock begin && {{ {CHANGES} }}"
# An upgrade that changes something else.
NEXT = """
mkdir -p /var/next/usr/lib && echo upgraded >/var/next/usr/lib/upgraded &&
ostree commit -b next --tree=ref=debian/$(hostname) --tree=dir=/var/next && rm -r /var/next
"""
MADE = "ostree ls -dC made /usr 2>/dev/null || true"
KEPT = "ostree ls -dC unlock/kept/made 2>/dev/null || true"
FORGET = "ostree refs --delete made"
SCRATCH = f"ostree-unlock run --scratch --fresh -- sh -ec {shlex.quote(CHANGES)}"
COMMIT = ("ostree-unlock", "commit", "--branch", "made")


@dataclass(frozen=True)
class Operation:
    """One call of the command, and what shows what it has made."""

    prepare: str
    """What is done once."""
    reset: str
    """What is done before each kill, on what the one before has made."""
    command: tuple[str, ...]
    made: str
    """Prints what there is of it, and nothing where there is nothing."""
    again: tuple[int, ...] = (0,)
    """The exit statuses of the same again, whatever the first one came to."""
    is_whole: bool = True
    """Whether it is made as a whole or not at all."""


OPERATIONS = {
    "commit": Operation(WRITE, FORGET, COMMIT, MADE),
    "commit-onto": Operation(f"{NEXT} {WRITE}", FORGET, (*COMMIT, "--onto", "next"), MADE),
    "commit-kept": Operation(f"{WRITE} && ostree-unlock keep save fix", FORGET, (*COMMIT, "--kept", "fix"), MADE),
    "commit-scratch": Operation(SCRATCH, FORGET, (*COMMIT, "--scratch"), MADE),
    "commit-elsewhere": Operation(
        f"{WRITE} && ostree init --repo=/var/other --mode=bare && ostree --repo=/var/other pull-local /ostree/repo debian/$(hostname)",
        "ostree --repo=/var/other refs --delete made; ostree --repo=/var/other prune --refs-only",
        (*COMMIT, "--repo", "/var/other"),
        MADE.replace("ostree", "ostree --repo=/var/other"),
    ),
    "keep-save": Operation(WRITE, "ostree refs --delete unlock/kept/made", ("ostree-unlock", "keep", "save", "made"), KEPT, (0, 2)),
    "keep-drop": Operation(
        WRITE,
        "ostree refs | grep -q kept/made || ostree-unlock keep save made",
        ("ostree-unlock", "keep", "drop", "made"),
        KEPT,
        (0, 26),
    ),
    "keep-restore": Operation(
        f"{WRITE} && ostree-unlock keep save fix",
        "ostree-unlock end --yes; ostree-unlock begin",
        ("ostree-unlock", "keep", "restore", "fix"),
        "ostree-unlock diff --name-status",
        is_whole=False,
    ),
    "run-scratch": Operation(
        "true",
        "ostree-unlock run --scratch --fresh -- true",
        ("ostree-unlock", "run", "--scratch", "--fresh", "--", "sh", "-ec", CHANGES),
        "ostree-unlock diff --scratch --name-status 2>/dev/null || true",
        is_whole=False,
    ),
}

# What a tree is, but for the content of its files.
_TREE = r"find . -xdev -type d -printf '%p %m %U %G\n' -o -printf '%p %m %U %G %s %l\n' | LC_ALL=C sort | sha256sum"
# All that a mere death must not change: what /usr is, where nothing writes to it, and what the system has mounted.
_USR = f"""
cd /usr && {_TREE}
cat new.d/sub/file share/base-files/profile bin/head/file 2>/dev/null | sha256sum
cut -d' ' -f 4- /proc/1/mountinfo | grep -v overlay
"""
# What is in the repository beside objects: refs, but for those of deployments; those that may be new with all that they lead to.
# And what transactions leave.
_REFS = """
ostree refs | grep -v '^ostree/' | while read ref; do
  echo "$ref $(ostree rev-parse "$ref")"
  case $ref in debian/*|next) ;; *) ostree ls -R "$ref" >/dev/null || echo "half: $ref" ;; esac
done
"""
# What libostree 2022.7 leaves of a ref that it was writing, beside it: another name of the same commit.
_UNFINISHED = re.compile(r"(?:.*/)?tmp\.\w{6}")
# But for the empty files that libostree locks, one of which a kill at the wrong moment can leave each time.
_TMP = "ls -A /sysroot/ostree/repo/tmp | grep -v -e '^cache$' -e '-lock$' | wc -l"


def ask(system: System, script: str) -> str:
    """What a script prints, which has to succeed."""
    return system.run(["sh", "-ec", script]).stdout


def refs(system: System) -> dict[str, str]:
    """The refs, each of which has to be whole."""
    said = ask(system, _REFS)
    assert "half" not in said, said
    all_refs = dict(line.split() for line in said.splitlines())
    return {ref: commit for ref, commit in all_refs.items() if not _UNFINISHED.fullmatch(ref)}


def status(system: System) -> dict:
    """What our status says; there is no problem."""
    (usr,) = json.loads(system.run("ostree-unlock status --json").stdout)["hierarchies"]
    assert usr["problems"] == [], usr
    return usr


def check_kept(system: System, names: set[str]) -> None:
    """What is kept can be listed, and all of it shown."""
    kept = json.loads(system.run("ostree-unlock keep list --json").stdout)["kept"]
    assert {entry["name"] for entry in kept} <= names, kept
    for entry in kept:
        shown = system.run(["ostree-unlock", "diff", "--kept", entry["name"], "--name-status"]).stdout
        assert "A\t/usr/new.d/sub/file\n" in shown, (entry, shown)


def killed_everywhere(system: System, name: str, step: int) -> None:
    """Kills before each `step`-th call, and looks: at what is left, at what the same again makes, and at what that leaves."""
    operation = OPERATIONS[name]
    ask(system, operation.prepare)
    bring(system)
    ask(system, operation.reset)
    refs_before, usr, before = refs(system), ask(system, _USR), ask(system, operation.made)
    system.run(operation.command)
    refs_after, after = refs(system), ask(system, operation.made)
    assert before != after
    new = refs_after.keys() ^ refs_before.keys()
    tmp, seen, fatal, killed = 0, set(), 1, True
    while killed:
        ask(system, operation.reset)
        killed = kill(system, fatal, operation.command)
        now, left = ask(system, operation.made), refs(system)
        where = (name, fatal, now)
        seen.add(now)
        if operation.is_whole:
            assert now in (before, after), where
        if name != "keep-restore":
            assert ask(system, _USR) == usr, where
        assert left.keys() ^ refs_before.keys() <= new, (where, left)
        assert {ref: left.get(ref) for ref in refs_before.keys() - new} == {ref: refs_before[ref] for ref in refs_before.keys() - new}
        check_kept(system, {"made", "fix"})
        status(system)
        done = system.run(operation.command, check=False)
        assert done.returncode in operation.again, (where, done)
        assert ask(system, operation.made) == after, (where, done)
        assert refs(system).keys() == refs_after.keys(), where
        if operation.made == KEPT and done.returncode == 0:
            assert "unlock/kept/tmp." not in ask(system, "ostree refs"), where
        status(system)
        tmp = tmp or int(ask(system, _TMP)) + 2
        assert int(ask(system, _TMP)) <= tmp, (where, ask(system, "ls -la /sysroot/ostree/repo/tmp"))
        fatal += step
    assert seen >= {before, after}, seen
    ask(system, "ostree fsck -q")


@trees()
@pytest.mark.parametrize("operation", OPERATIONS)
def test_killed_anywhere(system, operation):
    killed_everywhere(system, operation, 1)


DEPLOY = ("ostree-unlock", "commit", "--deploy")
MANY, OF_MANY = 200, 397
"""By most of its calls libostree checks the tree out, and looks for what nobody needs any more: one in so many of those counts."""

# Each boot entry leads to a whole deployment, and to a kernel.
_ENTRIES = f"""
for entry in /boot/loader/entries/*.conf; do
  root=/sysroot$(sed -n 's/^options.* ostree=\\([^ ]*\\).*/\\1/p' $entry)
  test -d $root/etc && test -e $(readlink -f $root).origin
  for file in $(sed -n 's/^\\(linux\\|initrd\\) *//p' $entry); do test -e /boot/${{file#/boot/}}; done
  (cd $root/usr && {_TREE})
done
"""
_DIRECTORIES = "ls -d /sysroot/ostree/deploy/*/deploy/*.[0-9] | wc -l"


# libostree asks systemd to start the unit that will finalize it.
_STUB = "mkdir -p /run/stub && printf '#!/bin/sh\\n' >/run/stub/systemctl && chmod +x /run/stub/systemctl"
STAGE = ("env", "PATH=/run/stub:/usr/bin:/usr/sbin", "ostree-unlock", "commit", "--stage")
# What is staged, as a sum over its /usr; nothing where nothing is.
_STAGED = f"""
name=$(ostree admin status | sed -n 's/.* \\([0-9a-f]*\\.[0-9]*\\) (staged)$/\\1/p')
test -z "$name" || {{ cd /sysroot/ostree/deploy/*/deploy/$name/usr && {_TREE}; }}
"""
UNSTAGE = "test ! -e /run/ostree/staged-deployment || ostree admin undeploy 0"


def calls(system: System, command: tuple[str, ...]) -> list[str]:
    """The names of the calls that count, of one run of the command."""
    system.run([f"{PLACE}/die", "--log", f"{PLACE}/calls", "0", *command])
    return re.findall(r"^\d+\t(\w+)", system.read(f"{PLACE}/calls"), re.MULTILINE)


def chosen(names: list[str], step: int) -> list[int]:
    """The numbers of every `step`-th call, where of those that are made all the time few count; and of one that is never made."""
    seen, numbers = dict.fromkeys(names, 0), []
    for number, name in enumerate(names, start=1):
        if names.count(name) <= MANY or seen[name] % OF_MANY == 0:
            numbers.append(number)
        seen[name] += 1
    return [*numbers[::step], 2 * len(names)]


def entries(system: System) -> list[str]:
    """What can be booted, each as a sum over its /usr."""
    return sorted(ask(system, _ENTRIES).replace("  -", "").split())


def killed_while_deployed(system: System, step: int) -> None:
    """Kills before calls of commit --deploy, by turns with the same again and a power cut as what comes next."""
    ask(system, WRITE)
    bring(system)
    names = calls(system, DEPLOY)
    both, known = entries(system), refs(system)
    ask(system, "ostree admin undeploy 0")
    (old,) = entries(system)
    usr, seen = ask(system, _USR), set()
    for turn, fatal in enumerate(chosen(names, step)):
        killed = kill(system, fatal, DEPLOY)
        left = entries(system)
        where = (fatal, names[fatal - 1 : fatal], left)
        seen.add(len(left))
        assert left in ([old], both) and (killed or left == both), where
        assert ask(system, _USR) == usr and refs(system) == known, where
        status(system)
        if turn % 2:
            system.power_cut()
            booted = ask(system, f"cd /usr; {_TREE}").split()[0]
            assert booted in left, where
            status(system)
            if booted != old:
                system.reboot(deployment=1)
            ask(system, WRITE)
            bring(system)
            usr = ask(system, _USR)
        system.run(DEPLOY)
        assert entries(system) == both, where
        status(system)
        ask(system, "ostree admin undeploy 0")
        assert ask(system, _DIRECTORIES).strip() == "1", where
    assert seen == {1, 2}, seen
    system.run("ostree fsck -q", timeout=300)


@trees()
def test_killed_while_it_is_deployed(system):
    killed_while_deployed(system, 1)


def killed_while_staged(system: System, step: int) -> None:
    """Kills before calls of commit --stage: the same again stages the same, and what is staged at the end boots."""
    ask(system, f"{_STUB} && {WRITE}")
    bring(system)
    names = calls(system, STAGE)
    whole, known, usr, seen = ask(system, _STAGED), refs(system), ask(system, _USR), set()
    assert whole
    for fatal in chosen(names, step):
        ask(system, UNSTAGE)
        killed = kill(system, fatal, STAGE)
        left = ask(system, _STAGED)
        where = (fatal, names[fatal - 1 : fatal], left)
        seen.add(left)
        assert left in ("", whole) and (killed or left == whole), where
        assert ask(system, _USR) == usr and refs(system) == known, where
        status(system)
        system.run(STAGE)
        assert ask(system, _STAGED) == whole, where
        status(system)
    assert seen == {"", whole}, seen
    ask(system, UNSTAGE)
    assert ask(system, _DIRECTORIES).strip() == "1"
    system.run("ostree fsck -q", timeout=300)
    system.run(STAGE)
    system.reboot()
    assert ask(system, f"cd /usr; {_TREE}") == whole


@trees()
def test_killed_while_it_is_staged(system):
    killed_while_staged(system, 1)
