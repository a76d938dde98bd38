"""What was changed becomes a commit, and that a deployment: held against a walk through the system that was committed."""

from __future__ import annotations

import pytest

from harness.documents import parse
from harness.fixtures import trees

CHANGES = r"""
cd /usr
mkdir -p new/sub && echo text > new/sub/file && ln -s nowhere new/link && ln new/sub/file new/hard
touch share/base-files/profile                    # only touched
chmod 4711 bin/tac && chown 7:8 bin/head
echo more >> share/base-files/profile.md5sums
rm -r share/base-passwd && ln -s nowhere share/base-passwd      # a link in the place of a directory
rm bin/cksum && mkdir bin/cksum && touch bin/cksum/inside       # the reverse
rm -r share/misc && mkdir share/misc && touch share/misc/other  # an opaque directory
chmod 2775 lib/os-release.d 2>/dev/null || chmod 2775 share/common-licenses
setfattr -n user.note -v hello new/sub/file
rm -r share/doc
head -c 3000000 /dev/urandom > new/large
"""

# Everything that a commit keeps of a tree, as one line a file.
LISTING = r"""
import hashlib, os, stat, sys
root = sys.argv[1].encode()
for parent, directories, names in os.walk(root):
    for name in directories + names:
        path = os.path.join(parent, name)
        s = os.lstat(path)
        kind = stat.S_IFMT(s.st_mode)
        content = b""
        if stat.S_ISREG(kind): content = hashlib.sha256(open(path, "rb").read()).hexdigest().encode()
        if stat.S_ISLNK(kind): content = os.readlink(path)
        xattrs = sorted((n, os.getxattr(path, n, follow_symlinks=False)) for n in os.listxattr(path, follow_symlinks=False)
                        if not n.startswith(("trusted.overlay", "user.overlay")))
        print(ascii(path[len(root):]), oct(s.st_mode), s.st_uid, s.st_gid, ascii(content), xattrs)
"""


def listing(system, root: str = "/usr") -> list[str]:
    """What a tree is, as a commit would keep it."""
    return sorted(system.run(["python3", "-B", "-c", LISTING, root]).stdout.splitlines())


def committed(system, *words: str) -> str:
    """Commits; the checksum is the one line of the answer."""
    lines = system.run(["ostree-unlock", "commit", *words]).stdout.splitlines()
    assert len(lines) == 1 and len(lines[0]) == 64, lines
    return lines[0]


@trees()
@pytest.mark.parametrize(
    "begin",
    ["ostree-unlock begin", "ostree-unlock begin --backing ram", "ostree-unlock begin hotfix", "ostree admin unlock"],
    ids=["development", "ram", "hotfix", "libostrees"],
)
def test_the_system_boots_what_was_written(system, is_locked, begin):
    base = system.run("ostree admin status --json 2>/dev/null || true").stdout
    system.run(f"{begin} && {{ {CHANGES} }}")
    live = listing(system)
    commit = committed(system, "--deploy", "--subject", "Try it")
    assert listing(system) == live
    assert "Try it" in system.run(["ostree", "log", commit]).stdout
    system.run("ostree fsck")
    system.reboot()
    is_locked()
    assert commit in system.run("ostree admin status").stdout, base
    assert listing(system) == live
    assert system.run("touch /usr/x", check=False).returncode != 0
    assert system.run("ostree-unlock diff").stdout == "No differences.\n"


@trees("trixie")
def test_a_commit_under_a_ref(system):
    system.run(f"ostree-unlock begin && {{ {CHANGES} }}")
    dry = parse(system.run("ostree-unlock commit --dry-run --json").stdout)
    assert dry["checksum"] is None and dry["changes"] > 10
    answer = parse(system.run("ostree-unlock commit --json -s Subject -m Body").stdout)
    commit, base = answer["checksum"], answer["parent"]
    assert answer["branch"].startswith("unlock/commit/") and answer["changes"] == dry["changes"]
    assert system.run(["ostree", "rev-parse", answer["branch"]]).stdout.strip() == commit
    assert system.run(["ostree", "rev-parse", f"{commit}^"]).stdout.strip() == base
    assert base in system.run(["ostree", "show", "--print-metadata-key=unlock.base", commit]).stdout
    assert "development" in system.run(["ostree", "show", "--print-metadata-key=unlock.state", commit]).stdout
    # what libostree makes of it
    system.run(["ostree", "checkout", commit, "/var/out"])
    assert listing(system, "/var/out/usr") == listing(system)
    # all else is the base's, object by object
    seen = system.run(["ostree", "diff", base, commit]).stdout.splitlines()
    assert seen and all(" /usr/" in line for line in seen), seen
    again = committed(system, "--branch", "mine", "/usr/new")
    assert all(" /usr/new" in line for line in system.run(["ostree", "diff", base, again]).stdout.splitlines())
