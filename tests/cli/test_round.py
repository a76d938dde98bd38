"""The whole round on a booted system, as a person and as a script goes it: look, unlock, write, look, relock."""

from __future__ import annotations

import json
import re

from harness import documents
from harness.fixtures import trees

HIERARCHY = {
    "path", "unlocked", "read_only", "writable", "persistent", "made_by", "since", "until", "live", "layers", "upper",
    "upper_reason", "deltas", "problems",
}  # fmt: skip


def answer(result) -> dict:
    """The JSON of a verb that did what it was asked to."""
    assert (result.returncode, result.stderr) == (0, ""), result
    document = documents.parse(result.stdout)
    assert document["format"] == 1
    return document


def test_in_json(system, unlock):
    before = answer(unlock("--json"))
    assert before.keys() == {"format", "booted", "deployment", "hierarchies"}
    assert before["booted"] is True
    deployment = before["deployment"]
    assert deployment.keys() == {"id", "os", "commit", "serial"}
    assert deployment["id"] == f"{deployment['commit']}.{deployment['serial']}"
    assert deployment["id"] in system.run("ostree admin status").stdout
    (usr,) = before["hierarchies"]
    assert usr == {
        "path": "/usr",
        "unlocked": "none",
        "read_only": True,
        "writable": False,
        "persistent": False,
        "made_by": None,
        "since": None,
        "until": None,
        "live": None,
        "layers": [],
        "upper": None,
        "upper_reason": "locked",
        "deltas": {"count": 0, "entries": None, "bytes": None},
        "problems": [],
    }

    begun = answer(unlock("begin", "--json"))
    assert begun.keys() == {"format", "unlocked", "dry_run", "steps", "notes"}
    assert (begun["unlocked"], begun["dry_run"]) == ("development", False)
    assert begun["steps"]

    system.run("mkdir /usr/written && echo some >/usr/written/text && rm /usr/bin/yes")
    (usr,) = answer(unlock("status", "--json"))["hierarchies"]
    assert usr.keys() == HIERARCHY
    assert (usr["unlocked"], usr["read_only"], usr["writable"]) == ("development", False, True)
    assert (usr["persistent"], usr["made_by"], usr["problems"]) == (False, "ostree-unlock", [])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", usr["since"])
    assert usr["upper"].keys() == {"path", "entries", "bytes"}
    assert (usr["upper"]["entries"], usr["upper"]["bytes"], usr["upper_reason"]) == (None, None, None)
    assert system.read(f"{usr['upper']['path']}/written/text") == "some\n"

    (usr,) = answer(unlock("status", "--usage", "--json"))["hierarchies"]
    # the directory, the file in it, and what hides the file that was removed (in a directory that was there before)
    assert usr["upper"]["entries"] == 4
    assert usr["upper"]["bytes"] > 0

    detected = answer(unlock("detect", "--json"))
    assert detected["deployment"] == deployment
    assert (detected["unlocked"], detected["writable"], detected["persistent"]) == ("development", True, False)
    assert "Unlocked: development" in system.run("ostree admin status").stdout

    ended = answer(unlock("end", "--json"))
    assert ended.keys() == {"format", "unlocked", "dry_run", "steps", "notes", "discarded"}
    assert (ended["unlocked"], ended["dry_run"]) == ("none", False)
    assert ended["discarded"]["entries"] == 4

    assert not system.exists("/usr/written")
    assert system.exists("/usr/bin/yes")
    assert answer(unlock("--json")) == before
    assert "Unlocked" not in system.run("ostree admin status").stdout


def test_for_people(system, unlock):
    locked = unlock()
    assert locked.returncode == 0, locked
    assert re.search(r"^/usr  locked  read-only$", locked.stdout, re.MULTILINE)
    assert "ostree-unlock begin" in locked.stdout

    begun = unlock("begin")
    assert begun.returncode == 0, begun
    assert begun.stdout.startswith("/usr is unlocked: development, writable.\n")
    assert "`ostree-unlock end`" in begun.stdout

    system.run("echo some >/usr/written")
    shown = unlock("status", "--usage")
    assert re.search(r"^/usr  development  writable, gone after reboot$", shown.stdout, re.MULTILINE), shown
    assert re.search(r"^  since   \d{4}-.* \(just now\), by ostree-unlock$", shown.stdout, re.MULTILINE)
    assert re.search(r"^  upper   /sysroot/.*", shown.stdout, re.MULTILINE)
    assert re.search(r"^  holds   1 entry, \S+ \S+$", shown.stdout, re.MULTILINE)
    for line in shown.stdout.splitlines():
        # a path is not broken: it is there to be copied
        assert len(line) <= 80 or line.startswith("  upper   /"), line

    # There is no terminal: it says what is discarded and asks nothing.
    ended = unlock("end")
    assert ended.returncode == 0, ended
    assert ended.stdout.startswith("/usr is locked again, as it was deployed.\nDiscarded 1 entry, ")
    assert unlock().stdout == locked.stdout


def test_as_a_subcommand_of_ostree(system):
    assert "OSTree" not in system.run("ostree unlock").stderr
    system.run("ostree unlock begin")
    assert json.loads(system.run("ostree unlock --json").stdout)["hierarchies"][0]["unlocked"] == "development"
    system.run("ostree unlock relock")
    assert json.loads(system.run("ostree unlock detect --json").stdout)["unlocked"] == "none"


def test_the_shell_asks_whether_it_is_writable(system, unlock):
    assert unlock("detect", "--writable").returncode == 1
    system.run("ostree-unlock begin")
    assert unlock("detect", "--writable").returncode == 0
    assert unlock("detect", "--writable", user="nobody").returncode == 1
    system.run("ostree-unlock end")
    assert unlock("detect", "--writable").returncode == 1


def test_an_end_with_nothing_written(unlock):
    assert unlock("begin").returncode == 0
    ended = unlock("end")
    assert "Nothing had been written." in ended.stdout, ended


def test_transient(system, unlock, status):
    begun = unlock("begin", "--transient")
    assert begun.returncode == 0, begun
    assert begun.stdout.startswith("/usr is unlocked: transient, read-only, ")
    usr = status()
    assert (usr["unlocked"], usr["read_only"], usr["writable"]) == ("transient", True, False)
    system.run("unshare --mount sh -c 'mount -o remount,bind,rw /usr && echo some >/usr/written'")
    assert system.read("/usr/written") == "some\n"
    assert unlock("relock").returncode == 0
    assert not system.exists("/usr/written")


def test_backing_in_ram(system, unlock, status):
    begun = unlock("begin", "--backing", "ram", "--size-limit", "16M")
    assert begun.returncode == 0, begun
    upper = status()["upper"]["path"]
    blocks, size = map(int, system.run(["stat", "-f", "-c", "%b %S", upper]).stdout.split())
    assert blocks * size == 16 << 20
    assert unlock("end").returncode == 0


def test_a_dry_run_changes_nothing(system, unlock, unchanged):
    with unchanged():
        text = unlock("begin", "--dry-run")
        document = answer(unlock("begin", "--dry-run", "--json"))
    assert text.returncode == 0, text
    assert text.stdout.startswith("Nothing was changed. It would:\n  1. ")
    assert "/usr would then be development.\n" in text.stdout
    assert (document["unlocked"], document["dry_run"]) == ("development", True)
    steps = document["steps"]
    assert len(re.findall(r"^ *\d+\. ", text.stdout, re.MULTILINE)) == len(steps)

    system.run("ostree-unlock begin && echo some >/usr/written")
    with unchanged():
        text = unlock("end", "-n")
        document = answer(unlock("end", "--dry-run", "--json"))
    assert "/usr would then be locked.\n" in text.stdout, text
    assert "It would discard 1 entry, " in text.stdout
    assert (document["unlocked"], document["dry_run"]) == ("none", True)
    assert document["discarded"]["entries"] == 1
    assert system.read("/usr/written") == "some\n"


@trees()  # where the root is private, nobody sees what libostree's command mounts
def test_what_libostree_unlocked(system, unlock, status):
    system.run("ostree admin unlock && echo some >/usr/written")
    usr = status()
    assert (usr["unlocked"], usr["made_by"]) == ("development", "libostree")
    ended = unlock("end")
    assert ended.returncode == 0, ended
    assert "Discarded 1 entry, " in ended.stdout
    assert status()["unlocked"] == "none"
