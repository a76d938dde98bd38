"""`diff` beside `ostree diff`, and beside a bare walk and compare, and `commit` beside `ostree commit`, on a tree of 140,000
entries; as ratios, in one run.

Why: to be fast is what an overlay and checksums are for, and only a comparison says whether it is.
What may not be in here: absolute limits, but of memory.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.fixtures import trees

from .big import DIRECTORIES, FILES, change, commit

HERE = Path(__file__).parent
MEMORY = 32 << 10
"""KiB."""

pytestmark = pytest.mark.timeout(1200)

OURS = ["ostree-unlock", "diff", "--name-status"]


@trees("trixie")
def test_what_was_written(big, measure, compiled, judge):
    """A bare walk and compare is itself no more than some 50 times faster than `ostree diff` at 10,000 changes of such small
    files, so 120 times cannot be had there: what `ostree diff` spends is mostly to read all the content."""
    big.write("/var/walk", compiled(HERE / "walk.c").read_bytes())
    big.run("chmod +x /var/walk && ostree commit -b usr --tree=dir=/usr", timeout=600)
    big.run("mkdir -p /var/lower && mount --bind / /var/lower")
    ratios = []
    for count, aim in ((1_000, 400), (10_000, 120)):
        big.run("ostree-unlock begin --backing ram")
        change(big, "", count)
        upper = big.run("ostree-unlock status --json | grep -o '/run/[^\"]*upper'").stdout.strip()
        assert len(big.run(OURS).stdout.splitlines()) == count
        bare = ["/var/walk", upper, "/var/lower/usr"]
        start, ours, walked = (s for s, _ in measure(["ostree-unlock", "--version"], OURS, bare, rounds=15))
        (theirs, _), (_, memory) = measure(["ostree", "diff", "usr", "/usr"], OURS, rounds=1)
        mine = ours - start
        print(f"\n{count}: ours {ours * 1e3:.1f} ms, start {start * 1e3:.1f} ms, walk {walked * 1e3:.1f} ms")
        print(f"{count}: `ostree diff` {theirs:.2f} s; memory {memory} KiB")
        assert memory <= MEMORY
        ratios += [(f"`ostree diff` : ours at {count}", theirs / mine, aim), (f"1.5 walks : ours at {count}", 1.5 * walked / mine, 1)]
        big.run("ostree-unlock end --yes")
    judge(ratios)


@trees("trixie")
def test_commits(big, measure, judge):
    """Of commits, `ostree diff` leaves equal directories out as well. What is left is what libostree needs to load a file's
    metadata, four calls of the kernel on each side: 150 times faster would be less than that."""
    ratios = []
    total = DIRECTORIES * FILES
    for count, aim in ((total // 1000, 500), (total // 20, 150)):
        commit(big, count, "changed")
        commits = ["--from", "big", "--to", "changed"]
        assert len(big.run([*OURS, *commits]).stdout.splitlines()) == count
        start, ours = (s for s, _ in measure(["ostree-unlock", "--version"], [*OURS, *commits], rounds=15))
        (theirs, _), (_, memory) = measure(["ostree", "diff", "big", "changed"], [*OURS, *commits], rounds=1)
        print(f"\n{count}: ours {ours * 1e3:.1f} ms, start {start * 1e3:.1f} ms; `ostree diff` {theirs:.2f} s; memory {memory} KiB")
        assert memory <= MEMORY
        ratios.append((f"`ostree diff` : ours, commits, {count}", theirs / (ours - start), aim))
    judge(ratios)


@trees("trixie")
def test_commit(big, measure, judge):
    """A commit of what changed, beside one of everything. Half of the time are libostree's own tables of what is in the
    directories of the changes, each of which it reads, sorts and writes as a whole; the other half the two objects that it makes of each
    change.
    """
    big.run("ostree-unlock begin --backing ram")
    change(big, "", 1_000)
    start, ours = (s for s, _ in measure(["ostree-unlock", "--version"], ["ostree-unlock", "commit"], rounds=5))
    (theirs, _), (_, memory) = measure(
        ["ostree", "commit", "-b", "whole", "--tree=dir=/usr"], ["ostree-unlock", "commit"], rounds=1
    )
    print(f"\nours {ours * 1e3:.1f} ms, start {start * 1e3:.1f} ms; `ostree commit` {theirs:.2f} s; memory {memory} KiB")
    assert memory <= MEMORY
    judge([("`ostree commit` : ours", theirs / (ours - start), 100)])
