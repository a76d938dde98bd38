"""What versioned symbols are for: a program depends on the oldest version that has what it uses, without anybody having
said so; and it is not installed beside an older one.

The later version has one function more, in a node of its own (release.py); nothing of it ships.
"""

import re

import pytest

from . import consumers
from .conftest import install_debs, put
from .consumers import NEW, OLD
from .release import LATER

NODE = "libostree-unlock.so.1(LIBOSTREE_UNLOCK_{})(64bit)"
NO_NODE = "libostree-unlock.so.1()(64bit)"

# What libostree-unlock-dev is installed with.
DEVELOPMENT = ("libostree-unlock1", "gir1.2-ostreeunlock-1.0", "libostree-unlock-dev")

# Which consumer is built on which version of the library, and which version it then needs.
CONSUMERS = [(OLD, "now", "2026.1"), (OLD, "later", "2026.1"), (NEW, "later", LATER)]
# ... and beside which version it is installed.
ACCEPTED = [(OLD, "now", "now"), (OLD, "later", "now"), (OLD, "now", "later"), (NEW, "later", "later")]


def short(word):
    """What a consumer is called in the name of a test."""
    return getattr(word, "stem", word)


@pytest.fixture(scope="module")
def deb_versions(debs, later_debs):
    return {"now": debs, "later": later_debs}


@pytest.fixture(scope="module")
def rpm_versions(rpms, later_rpms):
    return {"now": rpms, "later": later_rpms}


@pytest.fixture
def deb_consumer(room, build_tree, deb_versions):
    """The Debian package of a consumer, built on that version of the library."""

    def make(consumer, built_on):
        there, debs = room(build_tree), deb_versions[built_on]
        install_debs(there, *(debs[package] for package in DEVELOPMENT))
        return consumers.deb(there, consumer)

    return make


@pytest.fixture
def rpm_room(room, bench, rpm_versions):
    """A room with the RPM packages of the library installed beside what Debian has."""

    def make(version):
        there = room(bench)
        rpms = rpm_versions[version]
        put(there, rpms["libostree-unlock"], rpms["libostree-unlock-devel"])
        there.run("rpm --install --nodeps --noscripts /given/*.rpm")
        return there

    return make


def ask_rpm(room, question, file):
    """The lines that rpm answers, sorted, without the features of rpm itself."""
    put(room, file)
    lines = room.run(["rpm", "--query", question, "--package", f"/given/{file.name}"]).stdout.splitlines()
    return sorted({line.strip() for line in lines if not line.startswith("rpmlib(")})


@pytest.mark.parametrize(("consumer", "built_on", "needs"), CONSUMERS, ids=short)
def test_dpkg_shlibdeps(deb_consumer, room, bench, consumer, built_on, needs):
    file = deb_consumer(consumer, built_on)
    there = room(bench)
    put(there, file)
    depends = there.run(["dpkg-deb", "--field", f"/given/{file.name}", "Depends"]).stdout
    ours = [entry for entry in depends.strip().split(", ") if "ostree-unlock" in entry]
    assert ours == [f"libostree-unlock1 (>= {needs})"]


@pytest.mark.parametrize(("consumer", "built_on", "needs"), CONSUMERS, ids=short)
def test_rpm_requires(rpm_room, consumer, built_on, needs):
    there = rpm_room(built_on)
    requires = ask_rpm(there, "--requires", consumers.rpm(there, consumer))
    expected = {NO_NODE, NODE.format("2026.1"), NODE.format(needs)}
    assert {line for line in requires if "ostree-unlock" in line} == expected


@pytest.mark.parametrize(("version", "nodes"), [("now", ["2026.1"]), ("later", ["2026.1", LATER])])
def test_rpm_provides(room, bench, rpm_versions, version, nodes):
    rpms = rpm_versions[version]
    provides = ask_rpm(room(bench), "--provides", rpms["libostree-unlock"])
    number = f"{nodes[-1]}.0-1"
    named = {f"libostree-unlock = {number}", f"libostree-unlock(x86-64) = {number}"}
    assert set(provides) == {NO_NODE, *map(NODE.format, nodes), *named}


def test_dpkg_refuses_the_new_consumer_beside_the_old_library(deb_consumer, installed, debs):
    there = installed(debs)
    put(there, deb_consumer(NEW, "later"))
    done = there.run("dpkg --install /given/consumer-new_*.deb", check=False)
    assert done.returncode != 0
    assert f"consumer-new depends on libostree-unlock1 (>= {LATER}); however:" in done.stderr
    assert re.search(r"Version of libostree-unlock1\S* on system is 2026\.1\.0-1", done.stderr), done


def test_apt_refuses_the_new_consumer_beside_the_old_library(deb_consumer, installed, debs):
    there = installed(debs)
    put(there, deb_consumer(NEW, "later"))
    done = there.run("apt-get install --assume-yes /given/consumer-new_*.deb", check=False)
    assert done.returncode != 0
    assert f"consumer-new : Depends: libostree-unlock1 (>= {LATER})" in done.stdout
    assert not there.inside("/usr/bin/consumer-new").exists()


def test_without_the_refusal_the_new_consumer_would_not_start(deb_consumer, installed, debs):
    there = installed(debs)
    put(there, deb_consumer(NEW, "later"))
    there.run("dpkg --install --force-depends /given/consumer-new_*.deb", check=False)
    done = there.run("consumer-new", check=False)
    assert f"version `LIBOSTREE_UNLOCK_{LATER}' not found" in done.stderr


@pytest.mark.parametrize(("consumer", "built_on", "beside"), ACCEPTED, ids=short)
def test_dpkg_accepts(deb_consumer, installed, deb_versions, consumer, built_on, beside):
    there, file = installed(deb_versions[beside]), deb_consumer(consumer, built_on)
    put(there, file)
    there.run(["dpkg", "--install", f"/given/{file.name}"])
    there.run(f"consumer-{consumer.stem}")


def install_rpm(there, library, consumer):
    """Whether rpm would install the consumer on a system that has everything else, and that version of the library."""
    packages = (library["libostree-unlock"], consumer)
    wanted = {line for file in packages for line in ask_rpm(there, "--requires", file)}
    system = consumers.rpm_of_the_system(there, {line for line in wanted if "ostree-unlock" not in line})
    put(there, system)
    there.directory("/elsewhere/var/lib/rpm")
    rpm = ["rpm", "--root=/elsewhere", "--dbpath=/var/lib/rpm"]
    there.run([*rpm, "--install", "--justdb", f"/given/{system.name}", f"/given/{packages[0].name}"])
    return there.run([*rpm, "--install", "--test", f"/given/{consumer.name}"], check=False)


@pytest.mark.parametrize(("consumer", "built_on", "beside"), ACCEPTED, ids=short)
def test_rpm_accepts(rpm_room, rpm_versions, consumer, built_on, beside):
    there = rpm_room(built_on)
    done = install_rpm(there, rpm_versions[beside], consumers.rpm(there, consumer))
    assert done.returncode == 0, done


def test_rpm_refuses_the_new_consumer_beside_the_old_library(rpm_room, rpm_versions):
    there = rpm_room("later")
    done = install_rpm(there, rpm_versions["now"], consumers.rpm(there, NEW))
    assert done.returncode != 0
    needed = re.findall(r"^\s+(.*) is needed by", done.stderr, re.MULTILINE)
    assert needed == [NODE.format(LATER)]
