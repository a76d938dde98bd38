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
    text = system.run("ostree-unlock diff /usr/new/sub /usr/bin/tac").stdout
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert lines == [
        "/usr/",
        "bin/",
        "m tac mode 0755 → 4711",
        "new/",
        "A sub/",
        "A file 5 bytes",
        "2 added, 1 with other metadata; 5 bytes in files",
    ]
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


def named(system, *options: str) -> list[str]:
    """What `--name-status` says, a tab become a space."""
    return system.run(["ostree-unlock", "diff", "--name-status", *options]).stdout.replace("\t", " ").splitlines()


def deployments(system) -> list[str]:
    """Their names, in the order of `ostree admin status`."""
    words = system.run("ostree admin status").stdout.split()
    return [word for word in words if len(word.partition(".")[0]) == 64]


@trees("trixie", "sid")
def test_the_hotfix_of_another_deployment(system):
    system.run("ostree-unlock begin hotfix && touch /usr/new && rm /usr/bin/tac && chmod 700 /usr/share/misc")
    seen = named(system)
    assert seen == ["D /usr/bin/tac", "A /usr/new", "m /usr/share/misc"]
    fixed = deployments(system)[0]
    system.reboot(deployment=1)
    assert named(system) == []
    index = str(deployments(system).index(fixed))
    commit, _, serial = fixed.partition(".")
    for name in (fixed, f"{commit[:12]}.{serial}", index):
        assert named(system, "--deployment", name) == seen
    assert named(system, "--deployment", fixed, "/usr/bin") == seen[:1]
    # A hotfix has a twin to go back to.
    several = system.run(["ostree-unlock", "diff", "--deployment", commit], check=False)
    assert several.returncode == 2 and "any of 2" in several.stderr, several
    wrong = system.run("ostree-unlock diff --deployment 777", check=False)
    assert wrong.returncode == 26 and "ostree admin status" in wrong.stderr, wrong


# Overlays that others made, with all that the kernel has for them.
OTHERS = r"""
cd /sysroot/ostree/deploy/debian/deploy/$1
python3 -c 'import fcntl, os; fcntl.ioctl(os.open(".", os.O_RDONLY), 0x40086602, b"\0" * 8)'   # no longer immutable
mkdir .usr-ovl-upper .usr-ovl-work
unshare -m sh -e -c '
mount -t overlay -o lowerdir=usr,upperdir=.usr-ovl-upper,workdir=.usr-ovl-work,redirect_dir=on,metacopy=on,index=off overlay /mnt
cd /mnt
mv share/base-files share/moved && mv share/moved/profile share/moved/other
mv share/base-passwd share/misc/deeper
mv lib/apt lib/moved && mv lib/moved/methods lib/moved/ways && chmod 4711 lib/moved/ways/file
chmod 4711 bin/tac && mv bin/head bin/newest
rm bin/cksum
'
cd .usr-ovl-upper
mkdir -p lib/systemd
setfattr() { python3 -c 'import os, sys; os.setxattr(sys.argv[1], sys.argv[2], sys.argv[3].encode())' "$@"; }
touch lib/os-release && setfattr lib/os-release trusted.overlay.whiteout y && setfattr lib trusted.overlay.opaque x
"""


@trees("trixie")
def test_overlays_that_others_made(system):
    other = deployments(system)[1]
    before = f"/sysroot/ostree/deploy/debian/deploy/{other}/usr"
    inside = {name: system.run(f"cd {before}/share/{name} && find . -mindepth 1 -printf '%P\n'").stdout.split() for name in ("base-files", "base-passwd")}
    apt = system.run(f"cd {before}/lib/apt && find . -mindepth 1 -printf '%P\n'").stdout.split()
    system.run(["sh", "-e", "-c", OTHERS, "others", other])
    seen = named(system, "--deployment", other)
    expected = {
        "D /usr/bin/cksum",
        "D /usr/bin/head",
        "A /usr/bin/newest",
        "m /usr/bin/tac",
        "D /usr/lib/os-release",
        "R /usr/share/moved",
        "D /usr/share/moved/profile",
        "A /usr/share/moved/other",
        "R /usr/share/misc/deeper",
        "R /usr/lib/moved",
        "R /usr/lib/moved/ways",
        "m /usr/lib/moved/ways/file",
        "D /usr/lib/apt",
        *(f"D /usr/lib/apt/{path}" for path in apt),
        *(f"D /usr/lib/moved/{path}" for path in apt if path.split("/")[0] == "methods"),
        *(f"D /usr/share/{name}" for name in inside),
        *(f"D /usr/share/{name}/{path}" for name, paths in inside.items() for path in paths),
    }
    assert set(seen) == expected and len(seen) == len(expected)
    renamed = parse_lines(system.run(["ostree-unlock", "diff", "--json", "--deployment", other]).stdout, "difference")
    assert {entry["from"] for entry in renamed} == {
        None,
        "/usr/share/base-files",
        "/usr/share/base-passwd",
        "/usr/lib/apt",
        "/usr/lib/apt/methods",
    }
    (newest,) = [entry for entry in renamed if entry["path"] == "/usr/bin/newest"]
    assert newest["after"]["size"] == int(system.run(f"stat -c %s {before}/bin/head").stdout)


@trees("trixie", "sid")
def test_commits_and_what_is_there(system):
    suite = system.target.suite.name
    system.run(
        "mkdir -p /var/tree/usr/new && touch /var/tree/usr/new/file"
        f" && ostree commit -b other --tree=ref=debian/{suite} --tree=dir=/var/tree"
    )
    booted = system.run("ostree-unlock status --json | grep -o '[0-9a-f]\\{64\\}' | head -1").stdout.strip()
    assert named(system, "--from", booted) == []
    assert named(system, "--to", "other") == ["A /usr/new", "A /usr/new/file"]
    system.run("ostree-unlock begin && touch /usr/mine && rm /usr/bin/tac")
    mine = ["D /usr/bin/tac", "A /usr/mine"]
    assert named(system) == named(system, "--from", booted) == mine
    assert named(system, "--from", "other") == [*mine, "D /usr/new", "D /usr/new/file"]
    # As wholes, by anybody.
    both = system.run(["ostree-unlock", "diff", "--name-status", "--from", "other", "--to", booted], user="nobody").stdout
    assert both == "D\t/usr/new\nD\t/usr/new/file\n"


# Two commits that differ in what `ostree diff` leaves out, too.
COMMITS = r"""
mkdir -p /var/one/changed /var/one/becomes/deep /var/one/same && cd /var/one
echo x > becomes/deep/file && echo x > file && ln -s a link && echo x > same/file
cp -a /var/one /var/two && cd /var/two
chmod 700 changed && rm -r becomes && echo x > becomes && rm file && mkdir file && echo x > file/inside && ln -sf b link
touch same/file
ostree --repo=/var/repo init --mode=archive
for name in one two; do ostree --repo=/var/repo commit -b $name /var/$name; done
"""


def commits(system, *options: str, check: bool = True):
    """Compares the two."""
    words = ["ostree-unlock", "diff", "--name-status", "--repo", "/var/repo", "--from", "one", "--to", "two", *options]
    return system.run(words, check=check)


@trees("bookworm")
def test_two_commits(system):
    system.run(COMMITS)
    expected = ["T /becomes", "D /becomes/deep", "D /becomes/deep/file", "m /changed", "T /file", "A /file/inside", "M /link"]
    assert commits(system).stdout.replace("\t", " ").splitlines() == expected
    assert commits(system, "/file", "/changed", "/file/inside").stdout == "m\t/changed\nT\t/file\nA\t/file/inside\n"
    assert commits(system, "/same").stdout == commits(system, "/nowhere").stdout == ""


@trees("bookworm")
def test_bad_input(system):
    system.run(COMMITS)
    for path in ("file", "./file", "/file/../link"):
        refused = commits(system, path, check=False)
        assert refused.returncode == 2 and "absolute path" in refused.stderr, refused
    outside = system.run("ostree-unlock diff /etc", check=False)
    assert outside.returncode == 2 and "only what is in /usr" in outside.stderr, outside
    unknown = system.run("ostree-unlock diff --from nowhere", check=False)
    assert unknown.returncode == 26 and "nowhere" in unknown.stderr, unknown
    nowhere = system.run("ostree-unlock diff --repo /nowhere --from a --to b", check=False)
    assert nowhere.returncode == 26, nowhere
    # A commit that is no system.
    other = system.run("ostree pull-local /var/repo one && ostree-unlock diff --to one", check=False)
    assert other.returncode == 2 and "no system" in other.stderr, other


@trees("bookworm")
@pytest.mark.parametrize("kind", ["dirtree", "dirmeta", "filez", "commit"])
def test_a_repository_that_is_damaged_or_partial(system, kind):
    system.run(COMMITS)
    for number, path in enumerate(system.run(f"find /var/repo/objects -name '*.{kind}'").stdout.split()):
        for harm, exits in ((f"rm {path}", (0, 26)), (f"head -c 5 {path} > /var/x; cat /var/x > {path}", (0, 26, 27)), (f"tr a-z b-za < {path} > /var/x; cat /var/x > {path}", (0, 26, 27, 1))):
            system.run(f"cp -a {path} /var/kept && {harm}")
            done = commits(system, check=False)
            assert done.returncode in exits and "panic" not in done.stderr, (number, harm, done)
            assert done.returncode == 0 or done.stderr.startswith("ostree-unlock: diff: "), done
            system.run(f"cp -a /var/kept {path}")
    gone = system.run("rm -r /var/repo/objects/*").returncode
    assert gone == 0 and commits(system, check=False).returncode == 26


@trees("trixie")
def test_an_upper_that_is_written_to_meanwhile(system):
    system.run("ostree-unlock begin --backing ram")
    churn = system.popen(
        "cd /usr && while :; do for i in 1 2 3 4 5 6 7 8; do mkdir -p new/$i/deep; echo $i > new/$i/deep/file; "
        "mv new/$i new/moved$i; rm -r new/moved$i; rm -rf share/misc; mkdir -p share/misc/x; done; done"
    )
    try:
        for _ in range(100):
            done = system.run("ostree-unlock diff --name-status", check=False)
            # All of it, or that it was changed.
            assert done.returncode in (0, 29), done
            assert done.returncode == 0 or "was written to" in done.stderr, done
    finally:
        churn.kill()
        churn.wait()
