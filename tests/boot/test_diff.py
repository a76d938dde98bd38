"""What was changed in /usr, in every state and whoever unlocked it: held against what a walk through both trees shows."""

from __future__ import annotations

import pytest

from harness.documents import parse_lines
from harness.fixtures import trees

CHANGES = r"""
cd /usr
mkdir -p new/sub && echo text > new/sub/file && ln -s nowhere new/link && mkfifo new/fifo && mknod new/null c 1 3
touch share/base-files/profile                    # only touched
cp -a lib/os-release new/copy && cat new/copy > lib/os-release && rm new/copy   # the same content again
chmod 4711 bin/tac && chown 7:8 bin/head
echo more >> share/base-files/profile.md5sums
rm -r share/base-passwd && ln -s nowhere share/base-passwd      # a link in the place of a directory
rm bin/cksum && mkdir bin/cksum && touch bin/cksum/inside       # the reverse
rm -r share/misc && mkdir share/misc && touch share/misc/other  # an opaque directory
printf x > "$(printf 'new/odd\n\377\033[2J')"
"""

# Every difference between two trees, by reading all of both; independent of overlays.
WALK = r"""
import os, stat, sys
def look(root):
    found = {}
    for parent, directories, names in os.walk(root.encode()):
        for name in directories + names:
            path = os.path.join(parent, name)
            s = os.lstat(path)
            kind = stat.S_IFMT(s.st_mode)
            content = open(path, "rb").read() if stat.S_ISREG(kind) else os.readlink(path) if stat.S_ISLNK(kind) else b""
            found[b"/usr" + path[len(root.encode()):]] = kind, content, (stat.S_IMODE(s.st_mode), s.st_uid, s.st_gid)
    return found
one, other = look(sys.argv[1]), look("/usr")
for path in sorted(one.keys() | other.keys()):
    if path not in other: letter = "D"
    elif path not in one: letter = "A"
    elif one[path][0] != other[path][0]: letter = "T"
    elif one[path][1] != other[path][1]: letter = "M"
    elif one[path][2] != other[path][2]: letter = "m"
    else: continue
    print(letter, ascii(path))
"""


def by_walking(system) -> set[str]:
    """What is different between the base, as a locked /usr shows it, and /usr now."""
    return set(system.run(["python3", "-c", WALK, "/var/before"]).stdout.splitlines())


def by_us(system) -> set[str]:
    """The same by the command."""
    shown = r"""
import ast, json, os, subprocess
for line in subprocess.run(["ostree-unlock", "diff", "--name-status"], capture_output=True, check=True).stdout.splitlines():
    letter, _, path = line.partition(b"\t")
    if path.startswith(b'"'):
        path = ast.literal_eval("b" + path.decode())
    print(letter.decode(), ascii(path))
"""
    lines = system.run(["python3", "-c", shown]).stdout.splitlines()
    assert len(lines) == len(set(lines))
    return set(lines)


@pytest.fixture
def changed(system):
    """Unlocks and changes a lot; by then a copy of what was there lies in /var."""

    def change(begin: str) -> None:
        system.run(f"cp -a /usr /var/before && {begin}")
        system.run(CHANGES)

    return change


@trees()
@pytest.mark.parametrize(
    "begin",
    ["ostree-unlock begin", "ostree-unlock begin --backing ram", "ostree-unlock begin hotfix", "ostree admin unlock"],
    ids=["development", "ram", "hotfix", "libostrees"],
)
def test_it_is_exact(system, changed, begin):
    changed(begin)
    seen = by_us(system)
    assert seen == by_walking(system)
    letters = {line[0] for line in seen}
    assert letters == set("ADMTm")
    if "hotfix" in begin:
        system.reboot()
        assert by_us(system) == seen
        system.run("ostree-unlock begin transient")
        assert by_us(system) == seen


@trees("trixie")
def test_forms(system, changed):
    system.run("ostree-unlock diff | grep -x 'No differences.'")
    changed("ostree-unlock begin")
    objects = parse_lines(system.run("ostree-unlock diff --json").stdout, "difference")
    names = system.run("ostree-unlock diff --name-status").stdout.splitlines()
    assert len(objects) == len(names)
    by_path = {entry["path"]: entry for entry in objects}
    tac = by_path["/usr/bin/tac"]
    assert (tac["change"], tac["before"]["mode"], tac["after"]["mode"]) == ("metadata", 0o755, 0o4711)
    assert by_path["/usr/new/null"]["after"]["type"] == "device"
    text = system.run("ostree-unlock diff /usr/new /usr/bin/tac").stdout
    assert "\nA /usr/new/sub/file  (5 bytes)\n" in text and "A /usr/new/sub/\n" in text
    assert "m /usr/bin/tac  (mode 0755 → 4711)\n" in text
    assert "\x1b" not in text and "/usr/share" not in text
    assert system.run("ostree-unlock diff --stat").stdout.count("\n") == 1
    assert system.run("ostree-unlock diff | head -1").returncode == 0
    refused = system.run("ostree-unlock diff", user="nobody", check=False)
    assert refused.returncode == 14 and "root" in refused.stderr, refused


@trees("trixie")
def test_a_hundred_thousand_files_take_little(system):
    system.run("ostree-unlock begin --backing ram && mkdir /usr/many && cd /usr/many && seq 100000 | xargs touch")
    measured = system.python(
        "import resource, subprocess, time\n"
        "start = time.monotonic()\n"
        "out = subprocess.run(['ostree-unlock', 'diff', '--stat'], capture_output=True, check=True).stdout\n"
        "print(time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, out.decode())"
    ).stdout
    seconds, kilobytes, added = measured.split()[:3]
    assert int(added) == 100_001
    assert float(seconds) < 10 and int(kilobytes) < 100_000, measured
