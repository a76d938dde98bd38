"""`apply` and `rollback` as a script and as a person go them: what they answer, and that a dry run only says so."""

from __future__ import annotations

import pytest

from harness import documents

KEYS = {
    "format", "unlocked", "dry_run", "steps", "notes", "from", "to", "added", "removed", "changed", "packages", "etc", "etc_kept",
    "kernels", "deployment", "unresolved", "malformed", "after", "users", "groups", "affected", "restarted",
}  # fmt: skip

CHANGE = r"""
echo new >/usr/lib/new; echo new >/etc/new; rm /usr/bin/sum
printf 'Package: new\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n\n' >>/usr/share/dpkg/database/status
"""


@pytest.fixture
def commits(system) -> tuple[str, str]:
    """What is booted, and a commit with a package more, under the ref `next`."""
    system.run(["ostree-unlock", "run", "--scratch", "--fresh", "--", "sh", "-ec", CHANGE])
    system.run("ostree-unlock commit --scratch --skip-special --branch next")
    booted = documents.parse(system.run("ostree-unlock --json").stdout)["deployment"]["commit"]
    return booted, system.run("ostree rev-parse next").stdout.strip()


@pytest.fixture
def answer(unlock):
    """The JSON of a verb that did what it was asked to."""

    def ask(*words: str) -> dict:
        result = unlock(*words, "--json")
        assert (result.returncode, result.stderr) == (0, ""), result
        document = documents.parse(result.stdout)
        assert document.keys() == KEYS
        return document

    return ask


def test_in_json(system, commits, answer, unchanged, status):
    booted, commit = commits
    with unchanged():
        would = answer("apply", "next", "--dry-run")
    assert (would["unlocked"], would["dry_run"], would["from"], would["to"]) == ("transient", True, booted, commit)
    assert would["steps"] and status()["unlocked"] == "none"

    done = answer("apply", "next")
    assert (done["unlocked"], done["dry_run"], done["from"], done["to"]) == ("transient", False, booted, commit)
    for key in ("added", "removed", "changed", "packages", "etc", "etc_kept", "kernels"):
        assert done[key] == would[key], key
    assert (done["added"], done["removed"]) == (2, 1)
    (package,) = done["packages"]
    assert (package["name"], package["change"], package["before"]) == ("new", "added", None)
    assert (done["etc"], done["etc_kept"], done["kernels"]) == (["/etc/new"], [], [])
    assert system.exists("/etc/new") and status()["unlocked"] == "transient"

    reset = answer("apply", "--reset", "--allow-replacement")
    assert (reset["from"], reset["to"], reset["packages"][0]["change"]) == (commit, booted, "removed")
    with unchanged():
        assert answer("rollback", "--all", "--dry-run")["unlocked"] == "none"
    assert answer("rollback")["to"] == commit
    back = answer("rollback", "--all")
    assert (back["unlocked"], back["from"], back["to"], back["etc"]) == ("none", commit, booted, [])
    assert (back["added"], back["removed"], status()["unlocked"]) == (1, 2, "none")


def test_for_people(system, commits, unlock):
    system.run("ostree admin deploy --no-prune next")
    done = unlock("apply")
    assert (done.returncode, done.stderr) == (0, ""), done
    assert done.stdout.startswith(f"{commits[1][:12]} is live, until a reboot, `ostree-unlock rollback` or `ostree-unlock end`.\n")
    assert "\nFiles: 2 added, 1 removed, " in done.stdout
    assert "\nMerged into /etc: /etc/new.\n" in done.stdout
    assert "\nPackages: 1 added, purely additive\nadded  new  all  1\n" in done.stdout
    again = unlock("apply")
    assert again.stdout.startswith(f"{commits[1][:12]} is live already.\n"), again
    back = unlock("rollback")
    assert back.stdout.startswith("/usr is locked again, as it was deployed.\nFiles: 1 added, 2 removed, "), back
