"""What was changed becomes a commit, and that a deployment: held against a walk through the system that was committed."""

from __future__ import annotations

import re
import time

import pytest

from harness.documents import parse
from harness.fixtures import trees

from .test_hard_systems import fill

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
python3 -B -c 'import os; os.setxattr("new/sub/file", "user.note", b"hello" * 100)'
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


def bytes_of(variant: str) -> str:
    """The text in an array of bytes as GVariant prints it."""
    return bytes(int(byte, 16) for byte in re.findall(r"0x([0-9a-f]{2})", variant)).decode()


@trees(usually=("bookworm", "sid"))
@pytest.mark.parametrize("begin", ["ostree-unlock begin hotfix", "ostree admin unlock"], ids=["hotfix", "libostrees"])
def test_the_system_boots_what_was_written(system, is_locked, begin):
    _commit_and_boot(system, is_locked, begin)


@trees("trixie")
@pytest.mark.parametrize("begin", ["ostree-unlock begin", "ostree-unlock begin --backing ram"], ids=["development", "ram"])
def test_in_every_other_state(system, is_locked, begin):
    _commit_and_boot(system, is_locked, begin)


def _commit_and_boot(system, is_locked, begin):
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
    before = int(time.time())
    dry = parse(system.run("ostree-unlock commit --dry-run --json").stdout)
    assert dry["checksum"] is None and dry["changes"] > 10
    answer = parse(system.run("ostree-unlock commit --json -s Subject -m Body").stdout)
    commit, base = answer["checksum"], answer["parent"]
    assert answer["branch"].startswith("unlock/commit/") and answer["changes"] == dry["changes"]
    assert system.run(["ostree", "rev-parse", answer["branch"]]).stdout.strip() == commit
    assert system.run(["ostree", "rev-parse", f"{commit}^"]).stdout.strip() == base
    assert base in system.run(["ostree", "show", "--print-metadata-key=unlock.base", commit]).stdout
    assert "development" in system.run(["ostree", "show", "--print-metadata-key=unlock.state", commit]).stdout
    made = system.run(["ostree", "show", "--print-metadata-key=unlock.time", commit]).stdout
    assert before <= int(made.split()[-1]) <= time.time(), made
    # what libostree makes of it
    system.run(["ostree", "checkout", commit, "/var/out"])
    assert listing(system, "/var/out/usr") == listing(system)
    # all else is the base's, object by object
    seen = system.run(["ostree", "diff", base, commit]).stdout.splitlines()
    assert seen and all(" /usr/" in line for line in seen), seen
    again = committed(system, "--branch", "mine", "/usr/new")
    assert all(" /usr/new" in line for line in system.run(["ostree", "diff", base, again]).stdout.splitlines())


@trees("trixie")
def test_a_path_alone_has_the_directories_that_lead_to_it(system):
    system.run("ostree-unlock begin && cd /usr && mkdir -p new/sub && chmod 700 new && chown 7:8 new/sub && touch new/sub/file new/other")
    commit = committed(system, "/usr/new/sub/file")
    shown = [line.split() for line in system.run(["ostree", "ls", "-R", commit, "/usr/new"]).stdout.splitlines()]
    assert [(words[0], words[1], words[2], words[-1]) for words in shown] == [
        ("d00700", "0", "0", "/usr/new"),
        ("d00755", "7", "8", "/usr/new/sub"),
        ("-00644", "0", "0", "/usr/new/sub/file"),
    ]
    assert committed(system, "--onto", "debian/trixie", "/usr/new/sub/file")


@trees("trixie")
def test_an_attribute_without_a_value_is_in_no_object(system):
    """libostree does not read one back, so the object would not be what its checksum says."""
    system.run("ostree-unlock begin && mkdir /usr/new && echo x >/usr/new/file")
    system.python("import os; [os.setxattr(path, 'user.flag', b'') for path in ('/usr/new', '/usr/new/file')]")
    committed(system)
    system.run("ostree-unlock keep save it && ostree fsck")


@trees("trixie")
def test_what_cannot_be_in_a_commit(system):
    assert system.run("ostree-unlock commit", check=False).returncode == 16  # not unlocked
    system.run("ostree-unlock begin")
    nothing = system.run("ostree-unlock commit", check=False)
    assert nothing.returncode == 26 and "nothing was changed" in nothing.stderr, nothing
    system.run(r"""cd /usr && mkdir new && echo x > new/file && mkfifo new/fifo && mknod new/null c 1 3
        printf x > "$(printf 'new/odd\377')" && ln -s "$(printf 'odd\377')" new/link""")
    system.python("import socket; socket.socket(socket.AF_UNIX).bind('/usr/new/socket')")
    refs = system.run("ostree refs").stdout
    refused = system.run("ostree-unlock commit", check=False)
    assert refused.returncode == 20, refused
    for what in ("/usr/new/fifo: it is a named pipe", "/usr/new/null: it is a device", "/usr/new/socket: it is a socket", "UTF-8", "--skip-special"):
        assert what in refused.stderr, refused
    assert system.run("ostree refs").stdout == refs
    answer = parse(system.run("ostree-unlock commit --skip-special --json").stdout)
    assert {entry["path"] for entry in answer["skipped"]} >= {"/usr/new/fifo", "/usr/new/null", "/usr/new/socket"}
    assert len(answer["skipped"]) == 5
    shown = system.run(["ostree", "ls", "-R", answer["checksum"], "/usr/new"]).stdout
    assert "/usr/new/file" in shown and "fifo" not in shown
    for words in ("--prefer=changes", "--repo /nowhere", "--deploy --stage", "--etc /var/x", "--onto nothing"):
        assert system.run(f"ostree-unlock commit --skip-special {words}", check=False).returncode in (1, 2, 26), words
    nobody = system.run("ostree-unlock commit", user="nobody", check=False)
    assert nobody.returncode == 14 and "root" in nobody.stderr, nobody


@trees("bookworm", "trixie")
def test_defaults_of_etc(system):
    system.run("ostree-unlock begin && touch /usr/lib/x && mkdir -p /etc/new.d && echo a > /etc/new.d/one && echo b > /etc/two")
    system.run("echo changed >> /etc/profile && rm /etc/issue && echo secret > /etc/shadow.mine && echo host > /etc/hostname")
    commit = committed(system, "--etc", "/etc/new.d", "--etc", "/etc/profile")
    listed = system.run(["ostree", "ls", "-R", commit, "/usr/etc"]).stdout
    assert "/usr/etc/new.d/one" in listed and "/usr/etc/two" not in listed and "/usr/etc/issue\n" in listed
    assert system.run(["ostree", "cat", commit, "/usr/etc/profile"]).stdout.endswith("changed\n")
    everything = committed(system, "--etc", "/etc")
    seen = set(system.run(["ostree", "diff", f"{everything}^", everything]).stdout.splitlines())
    assert seen >= {"A    /usr/etc/two", "A    /usr/etc/new.d/one", "D    /usr/etc/issue", "M    /usr/etc/profile"}, seen
    assert not [line for line in seen if line.split("/")[-1] in ("machine-id", "hostname", "passwd", "shadow")], seen


@trees("trixie", "sid")
def test_to_another_repository_and_signed(system):
    system.run("ostree-unlock begin && mkdir /usr/new && echo x > /usr/new/file && ostree init --repo=/var/other --mode=archive")
    commit = committed(system, "--repo", "/var/other", "--branch", "mine", "--subject", "Elsewhere")
    assert system.run("ostree --repo=/var/other rev-parse mine").stdout.strip() == commit
    system.run("ostree --repo=/var/other fsck")
    assert "/usr/new/file" in system.run("ostree --repo=/var/other ls -R mine /usr/new").stdout
    refused = system.run("ostree-unlock commit --sign=nonsense:key", check=False)
    assert refused.returncode == 20 and "nonsense" in refused.stderr, refused
    assert "mine" not in system.run("ostree refs").stdout
    # libostree's own kind for tests: what it signs with stands in the signature
    signed = system.run(
        "OSTREE_DUMMY_SIGN_ENABLED=1 ostree-unlock commit --sign=dummy:secret --repo /var/other --branch signed"
    ).stdout.strip()
    show = "ostree --repo=/var/other show --print-detached-metadata-key=ostree.sign.dummy"
    assert "secret" in bytes_of(system.run(f"{show} {signed}").stdout)
    gpg = system.run("ostree-unlock commit --gpg-sign=nobody --gpg-homedir=/var/none", check=False)
    assert gpg.returncode == 1 and "gpg --list-secret-keys" in gpg.stderr, gpg
    assert system.run("ostree-unlock commit --gpg-homedir=/var/none", check=False).returncode == 2


@trees("bookworm", "sid")
def test_signed_by_gpg(system, is_locked):
    """No daemon that gpg starts for it keeps what was unlocked; one that is there is somebody's."""
    gpg, daemons = "gpg --homedir /var/keys --batch", "pgrep -x 'gpg-agent|keyboxd|dirmngr|scdaemon'"
    # where there is one, a daemon besides the agent
    system.run("mkdir -m 700 /var/keys /var/trusted; test ! -x /usr/lib/gnupg/keyboxd || echo use-keyboxd >/var/keys/common.conf")
    system.run(f"{gpg} --passphrase '' --quick-gen-key tester@localhost")
    keys = system.run(f"{gpg} --with-colons --list-secret-keys").stdout.splitlines()
    key = next(line.split(":")[9] for line in keys if line.startswith("fpr:"))
    system.run(f"{gpg} --export --output /var/trusted/key.gpg")
    gone = f"until ! {daemons}; do sleep 0.1; done"
    system.run(f"gpgconf --homedir /var/keys --kill all; {gone}")

    system.run("ostree-unlock begin && echo new >/usr/new")
    commit = committed(system, "--gpg-sign", key, "--gpg-homedir", "/var/keys")
    system.run(gone, timeout=10)
    shown = system.run(f"ostree show --gpg-homedir=/var/trusted {commit}").stdout
    assert "Found 1 signature" in shown and "Good signature from" in shown, shown
    system.run("gpgconf --homedir /var/keys --launch gpg-agent")
    agent = system.run(daemons).stdout
    again = committed(system, "--gpg-sign", key, "--gpg-homedir", "/var/keys", "--subject", "Again")
    system.run(f"until test \"$({daemons})\" = {agent.strip()}; do sleep 0.1; done", timeout=10)
    assert "Good signature from" in system.run(f"ostree show --gpg-homedir=/var/trusted {again}").stdout
    # that one alone: what was left besides would be in the way of the end
    system.run(f"gpgconf --homedir /var/keys --kill gpg-agent; {gone}", timeout=10)

    system.run("ostree-unlock end --yes")
    is_locked()
    # what ran from it has ended, this command's own predecessor too
    system.run("ostree-unlock cleanup")
    left = system.run("ls -d /sysroot/ostree/deploy/*/backing/*/unlock/old-*", check=False).stdout
    assert left == "", left


@trees()
def test_replayed_on_an_upgrade(system, is_locked):
    """A hotfix survives an upgrade: what both sides changed is named, and never decided silently."""
    base = parse(system.run("ostree-unlock status --json").stdout)["deployment"]["commit"]
    system.run("ostree-unlock begin")
    system.run("""cd /usr && echo fixed > lib/fixed && chmod 4711 bin/tac && rm bin/cksum && echo ours >> share/base-files/profile
        mkdir lib/both && echo ours > lib/both/file && rm -r share/misc && echo same > lib/same
        echo ours > share/common-licenses/ours""")
    # the upgrade, made of the same base
    system.run(f"ostree checkout -U {base} /var/next && cd /var/next/usr && rm -f bin/tac && cp -a /usr/bin/head bin/tac.new")
    system.run(f"rm -rf /var/next && ostree checkout {base} /var/next")
    system.run("""cd /var/next/usr && echo upgraded > lib/upgraded && cp lib/os-release lib/os-release.new
        echo theirs > x && cat x >> share/base-files/profile.md5sums && rm x && echo same > lib/same
        cp bin/tac bin/tac.2 && echo more >> bin/tac.2 && mv bin/tac.2 bin/tac""")
    clean = system.run(["ostree", "commit", "--branch=next", f"--parent={base}", "--tree=dir=/var/next"]).stdout.strip()
    merged = committed(system, "--onto", "next", "--branch", "merged")
    assert system.run(["ostree", "rev-parse", f"{merged}^"]).stdout.strip() == clean
    for path, text in (("/usr/lib/fixed", "fixed\n"), ("/usr/lib/upgraded", "upgraded\n")):
        assert system.run(["ostree", "cat", merged, path]).stdout == text
    # its content of theirs, its mode of ours
    assert "-04711" in system.run(["ostree", "ls", merged, "/usr/bin/tac"]).stdout
    assert system.run(["ostree", "cat", merged, "/usr/bin/tac"]).stdout.endswith("more\n")
    assert system.run(["ostree", "ls", merged, "/usr/bin/cksum"], check=False).returncode != 0
    # and now against one that changed the same
    system.run("""cd /var/next/usr && cp share/base-files/profile p && echo theirs >> p && mv p share/base-files/profile
        mkdir lib/both && echo theirs > lib/both/file && touch share/misc/added && cp bin/cksum c && echo x >> c && mv c bin/cksum
        rm -r share/common-licenses""")
    system.run(["ostree", "commit", "--branch=next", f"--parent={clean}", "--tree=dir=/var/next"])
    refs = system.run("ostree refs | sort").stdout
    refused = system.run("ostree-unlock commit --onto next", check=False)
    assert refused.returncode == 28, refused
    for path in ("share/base-files/profile", "lib/both/file", "share/misc", "bin/cksum", "share/common-licenses/ours"):
        assert f"/usr/{path}: " in refused.stderr, (path, refused)
    assert refused.stderr.count("(changes: ") == 5 and "--prefer" in refused.stderr, refused
    assert system.run("ostree refs | sort").stdout == refs
    partly = system.run("ostree-unlock commit --onto next --prefer=changes:/usr/lib --prefer=commit:/usr/bin/cksum", check=False)
    assert partly.returncode == 28 and partly.stderr.count("(changes: ") == 3, partly
    answer = parse(
        system.run(
            "ostree-unlock commit --onto next --prefer=commit --prefer=changes:/usr/lib/both"
            " --prefer=changes:/usr/share/common-licenses --deploy --json"
        ).stdout
    )
    assert {entry["taken"] for entry in answer["resolved"]} == {"changes", "commit"}
    system.reboot()
    is_locked()
    assert system.run("cat /usr/lib/both/file /usr/lib/fixed").stdout == "ours\nfixed\n"
    assert system.run("tail -1 /usr/share/base-files/profile").stdout == "theirs\n"
    assert system.run("ls /usr/share/common-licenses").stdout == "ours\n"
    assert system.exists("/usr/share/misc/added") and system.exists("/usr/bin/cksum")
    assert system.run("stat -c %a /usr/bin/tac").stdout == "4711\n"


@trees("trixie", "sid")
def test_a_hotfix_that_would_be_left_behind(system, usr):
    base = parse(system.run("ostree-unlock status --json").stdout)["deployment"]["commit"]
    system.run("ostree-unlock begin hotfix && touch /usr/lib/fixed")
    assert usr()["problems"] == []
    system.run(f"ostree checkout {base} /var/next && touch /var/next/usr/lib/upgraded")
    upgrade = system.run(["ostree", "commit", "-b", "next", f"--parent={base}", "--tree=dir=/var/next"]).stdout.strip()
    system.run(["ostree", "admin", "deploy", "next"])
    (problem,) = usr()["problems"]
    assert problem["code"] == "hotfix-left-behind" and f"--onto {upgrade}" in problem["text"], problem
    system.run(f"ostree-unlock commit --onto {upgrade} --deploy")
    assert usr()["problems"] == []
    system.run("sleep 1.1; echo more >>/usr/lib/fixed")
    (problem,) = usr()["problems"]
    assert "changed since" in problem["text"] and f"commit --onto {upgrade} --deploy" in problem["text"], problem
    # what was kept is of then, whenever it is committed
    system.run("ostree-unlock keep save early && sleep 1.1 && touch /usr/lib/later")
    system.run(f"ostree-unlock commit --kept early --onto {upgrade} --deploy")
    (problem,) = usr()["problems"]
    assert "changed since" in problem["text"], problem
    system.run(f"ostree-unlock commit --onto {upgrade} --deploy")
    assert usr()["problems"] == []
    system.reboot()
    assert system.read("/usr/lib/fixed") == "more\n" and system.exists("/usr/lib/upgraded")
    # that of the other deployment is still there
    other = system.run("ostree-unlock diff --deployment 1 --name-status").stdout
    assert other == "A\t/usr/lib/fixed\nA\t/usr/lib/later\n", other


@trees("trixie", "sid")
def test_of_the_hotfix_of_another_deployment(system, is_locked):
    """It was left behind; what is committed of it later is on its own base, or on the one that runs."""
    base = parse(system.run("ostree-unlock status --json").stdout)["deployment"]["commit"]
    system.run("ostree-unlock begin hotfix && echo fixed >/usr/lib/fixed && rm /usr/bin/cksum")
    system.run(f"ostree checkout {base} /var/next && touch /var/next/usr/lib/upgraded")
    system.run(["ostree", "commit", "-b", "next", f"--parent={base}", "--tree=dir=/var/next"])
    system.run(["ostree", "admin", "deploy", "next"])
    system.reboot()
    assert not system.exists("/usr/lib/fixed")
    commit = committed(system, "--deployment", "1")
    assert system.run(["ostree", "rev-parse", f"{commit}^"]).stdout.strip() == base
    seen = set(system.run(["ostree", "diff", base, commit]).stdout.splitlines())
    assert seen == {"A    /usr/lib/fixed", "D    /usr/bin/cksum"}, seen
    committed(system, "--deployment", "1", "--onto", "next", "--deploy")
    system.reboot()
    is_locked()
    assert system.read("/usr/lib/fixed") == "fixed\n" and system.exists("/usr/lib/upgraded")
    assert not system.exists("/usr/bin/cksum")


@trees("trixie")
def test_commits_that_changes_cannot_go_on(system):
    base = parse(system.run("ostree-unlock status --json").stdout)["deployment"]["commit"]
    system.run("ostree-unlock begin && touch /usr/lib/x")
    system.run("mkdir -p /var/empty/etc /var/other/usr/lib && echo ID=other > /var/other/usr/lib/os-release")
    for name, words in (("empty", "has no /usr"), ("other", "another system: other")):
        system.run(["ostree", "commit", "-b", name, f"--tree=dir=/var/{name}"])
        refused = system.run(f"ostree-unlock commit --onto {name}", check=False)
        assert refused.returncode == 2 and words in refused.stderr, refused
    # in part, and damaged
    system.run(f"ostree checkout {base} /var/next && mkdir /var/next/usr/lib/deep && touch /var/next/usr/lib/deep/file")
    commit = system.run(["ostree", "commit", "-b", "next", "--tree=dir=/var/next"]).stdout.strip()
    system.run(f"touch /sysroot/ostree/repo/state/{commit}.commitpartial")
    refused = system.run("ostree-unlock commit --onto next", check=False)
    assert refused.returncode == 26 and "in part" in refused.stderr, refused


@trees("trixie")
def test_written_to_meanwhile(system):
    """Nothing is made of what changed while it was read."""
    system.run("ostree-unlock begin && mkdir /usr/many && cd /usr/many && seq 3000 | xargs -n 500 touch")
    script = """
import subprocess, threading, time
stop = False
def write():
    n = 0
    while not stop:
        n += 1
        with open(f"/usr/many/{n % 3000 + 1}", "w") as f: f.write(str(n))
writer = threading.Thread(target=write); writer.start()
done = subprocess.run(["ostree-unlock", "commit"], capture_output=True, text=True)
stop = True; writer.join()
print(done.returncode, done.stderr)
"""
    refs = system.run("ostree refs | sort").stdout
    said = system.python(script).stdout
    assert said.startswith("29 ") and "written to while it was read" in said, said
    assert system.run("ostree refs | sort").stdout == refs
    committed(system)


@trees("trixie")
def test_a_repository_without_room(system):
    system.run("ostree-unlock begin --backing ram && head -c 20000000 /dev/urandom > /usr/lib/large")
    system.run("ostree config set core.min-free-space-size 900GB")
    refs = system.run("ostree refs | sort").stdout
    refused = system.run("ostree-unlock commit", check=False)
    assert refused.returncode == 21 and "min-free-space" in refused.stderr, refused
    assert system.run("ostree refs | sort").stdout == refs
    system.run("ostree config unset core.min-free-space-size")
    committed(system)


@trees("bookworm")
@pytest.mark.parametrize(
    ("command", "size", "room"),
    [
        ("commit --branch made", "20M", "0"),
        ("commit --branch made", "20M", "8M"),
        # What is committed has room, but not the rest of the system in the other repository.
        ("commit --branch made --repo /var/other", "1k", "512k"),
        ("keep save made", "20M", "0"),
        ("keep save made", "20M", "8M"),
    ],
)
def test_a_disk_that_fills_up(system, command, size, room):
    """At once, or in the middle: nothing is made of half of it, and the same works where there is room."""
    repo = "--repo=/var/other" if "/var/other" in command else "--repo=/sysroot/ostree/repo"
    system.run("ostree init --repo=/var/other --mode=bare")
    for where in ("/var/other", "/sysroot/ostree/repo"):
        system.run(f"ostree config --repo={where} set core.min-free-space-percent 0")
    system.run(f"ostree-unlock begin --backing ram && head -c {size} /dev/urandom >/usr/lib/large && rm /usr/bin/cksum")
    refs = [system.run(f"ostree refs --repo={where} | sort").stdout for where in ("/sysroot/ostree/repo", "/var/other")]
    system.run(f"head -c {room} /dev/zero >/var/room")
    fill(system, "/var")
    system.run("rm /var/room")
    refused = system.run(f"ostree-unlock {command}", check=False)
    assert refused.returncode == 21 and "No space left" in " ".join(refused.stderr.split()) and refused.stdout == "", refused
    assert [system.run(f"ostree refs --repo={where} | sort").stdout for where in ("/sysroot/ostree/repo", "/var/other")] == refs
    assert system.run("ostree-unlock keep list").stdout == "Nothing is kept.\n"
    system.run(f"rm /var/full* && ostree-unlock {command}")
    if command.startswith("keep"):
        shown = system.run("ostree-unlock diff --kept made --name-status").stdout
        assert shown == "D\t/usr/bin/cksum\nA\t/usr/lib/large\n", shown
    else:
        assert " /usr/lib/large\n" in system.run(f"ostree ls {repo} made /usr/lib/large").stdout
        assert system.run(f"ostree ls {repo} made /usr/bin/cksum", check=False).returncode != 0
    system.run(f"ostree fsck -q {repo}")


@trees("trixie", "sid")
def test_a_scratch_stays_its_own_whatever_the_system_does(system):
    system.run("ostree-unlock begin && touch /usr/outside")
    inside = "touch /usr/inside /var/ready; while test -e /var/ready; do sleep 0.1; done; test -e /usr/inside && ! test -e /usr/outside"
    # What it writes to /var is its own; what it waits for is not.
    inside = inside.replace("/var/ready", "/run/ready")
    command = system.popen(["ostree-unlock", "run", "--scratch", "--", "sh", "-c", inside])
    system.run("until test -e /run/ready; do sleep 0.1; done; ostree-unlock end --yes --lazy; ostree-unlock begin transient; rm /run/ready")
    assert command.wait(30) == 0
    assert not system.exists("/usr/inside")
