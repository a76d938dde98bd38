"""Hundreds of random triples for /etc: old defaults, what was changed here, new defaults. What an apply makes of them is held
against a rule of the test's own, and a rollback gives back all of it, but for what was changed meanwhile.

A failure names the seed, and the number of the triple is the directory's name; `inside/defaults.py` makes them again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.fixtures import trees

from .test_commit import listing

INSIDE = Path(__file__).parent / "inside"
TRIPLES = 150

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def defaults(system) -> Callable[..., str]:
    """Runs inside/defaults.py."""
    for name in ("pairs.py", "defaults.py"):
        system.write(f"/var/{name}", (INSIDE / name).read_text())

    def run(*words: object, **options: object) -> str:
        return system.run(["/usr/bin/python3", "-B", "/var/defaults.py", *map(str, words)], timeout=300, **options).stdout

    return run


def said_of(paths: list[str], more: int = 0) -> str:
    """What was said to stay as it was, for inside/defaults.py."""
    return json.dumps({"named": [path.split("/", 3)[3] for path in paths], "more": more})


def said_by(notes: list[str]) -> str:
    """The same of what was taken back: some names in a sentence, and how many there are besides."""
    for note in notes:
        if found := re.fullmatch(r"changed since the apply, and kept: (.*?)(?: and (\d+) more)?", note, re.DOTALL):
            return said_of(found[1].split(", "), int(found[2] or 0))
    return said_of([])


@trees(usually=("trixie", "sid"))
def test_triples(system, defaults, seeds):
    for seed in seeds:
        # Of its own: what was removed stays removed.
        place = f"/etc/random-{seed}"
        defaults("make", seed, TRIPLES, f"/var/old/usr{place}", "--plain")
        system.run("ostree commit -b old --tree=ref=debian/$(hostname) --tree=dir=/var/old && ostree admin deploy old")
        system.reboot()
        system.run(f"mkdir -p /var/new/usr/etc && cp -a /usr{place} /var/new/usr/etc/")
        defaults("change", f"{seed} new", f"/var/new/usr{place}", "--plain")
        system.run("ostree commit -b new --tree=ref=debian/$(hostname) --tree=dir=/var/new")
        for name in ("old", "new"):
            system.run(f"rm -rf /var/{name} && ostree checkout --subpath=/usr{place} {name} /var/{name}")
        defaults("change", f"{seed} here", place)
        before = listing(system, "/etc")
        system.run(f"cp -a {place} /var/here")

        answer = json.loads(system.run("ostree-unlock apply new --json").stdout)
        said = said_of([entry["path"] for entry in answer["etc_kept"]])
        print(seed, "others now, and stay:", defaults("check", "/var/old", "/var/here", "/var/new", place, input=said))
        system.run("ostree-unlock rollback")
        assert listing(system, "/etc") == before

        # Once more, with changes while it is live.
        system.run(f"ostree-unlock apply new && cp -a {place} /var/live")
        defaults("change", f"{seed} since", place)
        system.run(f"cp -a {place} /var/since")
        said = said_by(json.loads(system.run("ostree-unlock rollback --json").stdout)["notes"])
        print(seed, "others now, and stay:", defaults("check", "/var/live", "/var/since", "/var/here", place, input=said))
        system.run("rm -rf /var/old /var/new /var/here /var/live /var/since")
