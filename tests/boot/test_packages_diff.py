"""What became of packages that dpkg and rpm really installed, and which files are nobody's."""

from __future__ import annotations

import pytest

from harness import debian
from harness.documents import parse_lines
from harness.fixtures import trees

# name, version, architecture, a file, what is in it
MAKE = r"""
set -e
make() {
    rm -rf /var/deb && mkdir -p /var/deb/DEBIAN "/var/deb$(dirname "$4")" && echo "$5" >"/var/deb$4"
    printf 'Package: %s\nVersion: %s\nArchitecture: %s\nMulti-Arch: %s\nMaintainer: x\nDescription: x\n' \
        "$1" "$2" "$3" "$([ "$3" = all ] || echo same)" | grep -v ': $' >/var/deb/DEBIAN/control
    dpkg-deb --root-owner-group --build /var/deb "/var/$1_$2_$3.deb" >/dev/null
}
"""

BEFORE = f"""{MAKE}
make stays 1 all /usr/share/t/stays x
make gone 1.0-1 all /usr/share/t/gone x
make up 1.0~rc1 all /usr/share/t/up 1
make down 1:2 all /usr/share/t/down 2
make again 7 all /usr/share/t/again x
make machine 1 all /usr/share/t/machine x
dpkg -i /var/stays_1_all.deb /var/gone_1.0-1_all.deb /var/up_1.0~rc1_all.deb /var/down_1:2_all.deb /var/again_7_all.deb \
    /var/machine_1_all.deb
"""

CHANGE = f"""{MAKE}
make new 2.0-3 amd64 /lib/x86_64-linux-gnu/new x
make up 1.0 all /usr/share/t/up 2
make down 1:1 all /usr/share/t/down 1
make machine 1 amd64 /usr/share/t/machine x
make again 7 all /usr/share/t/again x
dpkg -i --force-downgrade /var/new_2.0-3_amd64.deb /var/up_1.0_all.deb /var/down_1:1_all.deb /var/machine_1_amd64.deb
dpkg -i /var/again_7_all.deb
dpkg --purge gone
mkdir -p /usr/share/t/hand && echo x >/usr/share/t/hand/made && echo more >>/usr/share/t/stays
"""

CHANGED = """\
reinstalled  again    all          7
downgraded   down     all          1:2 → 1:1
removed      gone     all          1.0-1
reinstalled  machine  all → amd64  1
added        new      amd64        2.0-3
upgraded     up       all          1.0~rc1 → 1.0
unowned      /usr/share/t/hand/made
"""

SUM = "1 added, 1 removed, 1 upgraded, 1 downgraded, 2 reinstalled, not purely additive; 1 changed file belongs to no package\n"


@pytest.fixture
def deployed(system):
    """Boots a deployment that has some packages of ours."""
    system.run(f"ostree-unlock begin; {BEFORE}")
    system.run(
        "mkdir -p /var/over/usr/share && cp -a /usr/share/t /usr/share/dpkg /var/over/usr/share/ && rm /var/*.deb"
        " && ostree commit -b next --tree=ref=debian/$(hostname) --tree=dir=/var/over && ostree admin deploy next"
    )
    system.reboot()
    return system


def show(system, *options: str) -> str:
    return system.run(["ostree-unlock", "diff", "--packages", *options]).stdout


@trees()
def test_every_change(deployed):
    deployed.run("ostree-unlock begin")
    assert show(deployed) == "No package is different\n"
    deployed.run(CHANGE)
    assert show(deployed) == CHANGED + SUM
    assert show(deployed, "--stat") == SUM


@trees("trixie")
def test_json(deployed):
    deployed.run(f"ostree-unlock begin; {CHANGE}")
    lines = parse_lines(show(deployed, "--json"), "package-line")
    machine = next(line["package"] for line in lines if line.get("package", {}).get("name") == "machine")
    assert machine == {
        "name": "machine",
        "format": "deb",
        "change": "reinstalled",
        "before": {"version": "1", "architecture": "all", "state": "installed"},
        "after": {"version": "1", "architecture": "amd64", "state": "installed"},
    }
    assert [line["unowned"] for line in lines if "unowned" in line] == ["/usr/share/t/hand/made"]
    assert lines[-1]["sum"]["reinstalled"] == 2 and lines[-1]["sum"]["purely_additive"] is False


@trees("trixie")
def test_commits(deployed):
    """Of the sysroot and of any repository; and what is there now beside another commit than its own."""
    added = ["again", "down", "gone", "machine", "stays", "up"]
    branch = f"debian/{deployed.target.suite.name}"
    for which in (["--sysroot=/"], ["--repo=/sysroot/ostree/repo"]):
        shown = show(deployed, *which, "--from", branch, "--to", "next").splitlines()
        assert [line.split()[:2] for line in shown[:-1]] == [["added", name] for name in added]
        assert shown[-1] == "6 added, purely additive"
    back = show(deployed, "--from", "next", "--to", branch).splitlines()
    assert back[-1] == "6 removed, not purely additive"
    deployed.run("ostree-unlock begin && dpkg --purge gone stays")
    now = show(deployed, "--from", branch).splitlines()
    assert [line.split()[:2] for line in now[:-1]] == [["added", name] for name in added if name not in ("gone", "stays")]


@trees("trixie")
def test_architectures_are_apart(system):
    system.run("ostree-unlock begin && dpkg --add-architecture i386")
    system.run(f"{MAKE} for a in amd64 i386; do make lib 1 $a /usr/lib/$a/lib x; done; dpkg -i /var/*.deb")
    assert show(system).startswith("added  lib  amd64  1\nadded  lib  i386   1\n2 added, purely additive\n")


@trees("trixie")
def test_a_package_that_is_not_whole(system):
    system.run("ostree-unlock begin")
    system.run(f"{MAKE} make half 1 all /usr/share/t/half x; dpkg --unpack /var/half_1_all.deb")
    assert show(system).startswith("added  half  all  1  (unpacked)\n")


@trees("trixie")
def test_a_file_that_a_package_left_is_nobodys(deployed):
    """Also the other way round: one that a package brings under another name."""
    deployed.run("ostree-unlock begin && dpkg --purge gone && echo other >/usr/share/t/gone")
    assert "unowned  /usr/share/t/gone\n" in show(deployed)
    deployed.run("dpkg-divert --local --rename --add /usr/share/t/stays && ls /usr/share/t/stays.distrib")
    assert "stays" not in show(deployed)


@trees("trixie")
@pytest.mark.parametrize("how", ["truncate -s -1", "truncate -s 1000", "truncate -s 0"])
def test_a_status_that_is_cut_off(system, how):
    system.run(f"ostree-unlock begin && cd /usr/share/dpkg/database && sed -i '$d' status && {how} status")
    refused = system.run("ostree-unlock diff --packages", check=False)
    assert refused.returncode == 27, refused
    assert "/usr/share/dpkg/database/status: dpkg's database is damaged" in refused.stderr
    assert "what is there now" in refused.stderr


@trees("trixie")
def test_refused(system):
    for options in ("/usr/bin", "--name-status"):
        refused = system.run(f"ostree-unlock diff --packages {options}", check=False)
        assert refused.returncode == 2 and "cannot be used with" in refused.stderr, refused
    refused = system.run("ostree-unlock diff --packages", user="nobody", check=False)
    assert refused.returncode == 14, refused
    system.run("ostree-unlock begin && rm -r /usr/share/dpkg/database")
    assert "removed" in show(system)
    system.run("mkdir -p /var/t/usr && for b in one two; do ostree --repo=/sysroot/ostree/repo commit -b $b --tree=dir=/var/t; done")
    refused = system.run("ostree-unlock diff --packages --from one --to two", check=False)
    assert refused.returncode == 26 and "no database of packages" in refused.stderr, refused


@trees()
@pytest.mark.parametrize("begin", ["begin", "begin --backing ram", "begin hotfix"])
def test_dpkg(system, begin):
    system.run(f"ostree-unlock {begin}")
    assert show(system) == "No package is different\n"
    system.run(f"{MAKE} make new 2.0-3 amd64 /usr/share/t/new x\nmake other 1 all /bin/other x\n dpkg -i /var/*.deb")
    added = "added  new    amd64  2.0-3\nadded  other  all    1\n2 added, purely additive\n"
    assert show(system) == added
    if "hotfix" in begin:
        system.reboot()
        assert show(system) == added
    system.run("dpkg --purge new other")
    assert show(system) == "No package is different\n"


DATABASE = "/usr/lib/sysimage/rpm"


@pytest.fixture
def rpm(lab, system):
    """Runs rpm on the booted system, with whose tree it has nothing to do."""
    try:
        archive = lab.rpm().read_bytes()
    except debian.Unavailable as error:
        pytest.skip(str(error))
    system.run("mkdir -p /var/rpm/mnt /var/rpm/tmp && tar -xf - -C /var/rpm", input=archive)
    into = 'mount --rbind / /var/rpm/mnt && exec chroot /var/rpm rpm --root /mnt --nodeps "$@"'

    def run(*words: str):
        command = ["unshare", "--mount", "--propagation=private", "sh", "-ec", into, "-", f"--dbpath={DATABASE}", *words]
        return system.run(command)

    return run


def package(name: str) -> str:
    return f"/packages/{name}-1.noarch.rpm"


@trees()
def test_rpm(system, rpm):
    """Also where the directory of the database is a link, as on systems that rpm-ostree made."""
    system.run(f"ostree-unlock begin && mkdir /usr/share/rpm /usr/lib/sysimage && ln -s ../../share/rpm {DATABASE}")
    rpm("-i", package("lonely-1"), package("company-1"))
    system.run("rm /usr/share/company/version; mkdir /usr/share/hand; touch /usr/share/hand/made")
    assert show(system) == (
        "added    company  noarch  1-1\nadded    lonely   noarch  1-1\nunowned  /usr/lib/sysimage/rpm\n"
        "unowned  /usr/share/hand/made\n2 added, purely additive; 2 changed files belong to no package\n"
    )
    commit = system.run("ostree-unlock commit --deploy").stdout.strip()
    made = system.run(["ostree", "show", "--print-metadata-key=unlock.packages", commit]).stdout
    assert made == "[('company', 'noarch', 'added', '', '1-1'), ('lonely', 'noarch', 'added', '', '1-1')]\n"
    system.reboot()
    assert system.run("cat /usr/share/lonely/version").stdout == "1\n" and not system.exists("/usr/share/company/version")
    system.run("ostree-unlock begin && sleep 1")
    assert show(system) == "No package is different\n"
    rpm("-U", package("lonely-2"))
    assert show(system) == "upgraded  lonely  noarch  1-1 → 2-1\n1 upgraded, not purely additive\n"
    rpm("-U", "--oldpackage", package("lonely-1"))
    again = "reinstalled  lonely  noarch  1-1\n1 reinstalled, not purely additive\n"
    assert show(system) == again
    rpm("-U", "--replacepkgs", package("lonely-1"))
    assert show(system) == again
    rpm("-e", "lonely")
    assert show(system) == "removed  lonely  noarch  1-1\n1 removed, not purely additive\n"
    assert system.run("ostree-unlock diff --packages --json --from debian/$(hostname)").stdout.count('"package"') == 1
    assert not system.run("ls -A /tmp | grep ostree-unlock", check=False).stdout


@trees("trixie")
def test_what_rpm_has_not_taken_over_yet(system, rpm):
    """A writer that is at it keeps what it wrote in another file, which is of the upper alone."""
    system.run(f"ostree-unlock begin && mkdir -p {DATABASE}")
    rpm("-i", package("company-1"))
    base = system.run(f"sha256sum <{DATABASE}/rpmdb.sqlite").stdout
    writer = f"""
import os, sqlite3, subprocess
database = sqlite3.connect("{DATABASE}/rpmdb.sqlite", isolation_level=None)
database.execute("PRAGMA wal_autocheckpoint = 0")
database.execute("DELETE FROM Packages")
print(os.stat("{DATABASE}/rpmdb.sqlite-wal").st_size, flush=True)
subprocess.run(["ostree-unlock", "diff", "--packages", "--stat"], check=True)
os._exit(0)
"""
    size, said = system.python(writer).stdout.splitlines()[:2]
    assert int(size) > 0
    assert said.startswith("No package is different")
    assert system.run(f"sha256sum <{DATABASE}/rpmdb.sqlite").stdout == base


@trees("trixie")
@pytest.mark.parametrize(
    ("damage", "status", "said"),
    [
        ("truncate -s -1 rpmdb.sqlite", 27, "rpm's database is damaged: it ends in the middle"),
        ("truncate -s 8192 rpmdb.sqlite", 27, "rpm's database is damaged"),
        ("truncate -s 0 rpmdb.sqlite", 27, "rpm's database is damaged"),
        ("shred -n1 rpmdb.sqlite", 27, "file is not a database"),
        ("rm * && touch Packages", 20, "Packages: rpm's database is of the kind Berkeley DB, which cannot be read"),
        ("rm * && touch Packages.db", 20, "Packages.db: rpm's database is of the kind ndb, which cannot be read"),
    ],
)
def test_a_database_of_rpm_that_cannot_be_read(system, rpm, damage, status, said):
    system.run(f"ostree-unlock begin && mkdir -p {DATABASE}")
    rpm("-i", package("lonely-1"))
    system.run(f"cd {DATABASE} && {damage}")
    refused = system.run("ostree-unlock diff --packages", check=False)
    assert refused.returncode == status and said in refused.stderr and DATABASE in refused.stderr, refused
    assert "what is there now" in refused.stderr and "; " in refused.stderr
