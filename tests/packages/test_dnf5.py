"""dnf5 asks before a transaction: the actions file is one that it takes, and what it is told it keeps to.

The command is a stand-in that answers as the test wants: what the real one answers in each state is in ../boot, and what dnf5 makes
of an answer only dnf5 can say.
"""

import pytest

from harness import debian
from harness.payload import SOURCE

from . import rooms

# Debian's newest has it, its actions plugin with it.
SUITE = "sid"
HOOK = "/etc/dnf/libdnf5-plugins/actions.d/ostree-unlock.actions"
SPEC = r"""
Name: greeting
Version: 1
Release: 1
Summary: greeting
License: none
BuildArch: noarch
AutoReqProv: no
%description
%install
mkdir -p %{buildroot}/usr/share && echo hello >%{buildroot}/usr/share/greeting
%files
/usr/share/greeting
"""
COMMAND = """#!/bin/sh
echo "$*" >>/asked
test ! -e /refuse || { echo 'ostree-unlock: /usr is read-only' >&2; exit 1; }
"""
INSTALL = "dnf5 install --disable-plugin=local --assumeyes --setopt=reposdir=/nowhere /given/noarch/*.rpm"


@pytest.fixture
def system(session, room):
    """A Debian with dnf5, its hook, and a package for it."""
    try:
        tree = rooms.tree(session, "dnf5", ["dnf5", "rpm"], suite=SUITE)
    except debian.Unavailable as error:
        pytest.skip(str(error))
    there = room(tree)
    there.directory("/given")
    there.inside("/given/greeting.spec").write_text(SPEC)
    there.run("rpmbuild -bb --quiet --define '_topdir /build' --define '_rpmdir /given' /given/greeting.spec")
    program = there.inside("/usr/bin/ostree-unlock")
    program.write_text(COMMAND)
    program.chmod(0o755)
    there.inside(HOOK).write_text((SOURCE / "packaging/hooks/dnf5.actions").read_text())
    return there


def test_it_asks_and_installs(system):
    done = system.run(INSTALL)
    assert system.inside("/usr/share/greeting").read_text() == "hello\n", done
    assert system.inside("/asked").read_text() == "detect --hook\n"


def test_it_asks_and_does_not(system):
    system.inside("/refuse").touch()
    refused = system.run(INSTALL, check=False)
    assert refused.returncode != 0 and "ostree-unlock" in refused.stdout + refused.stderr, refused
    assert not system.inside("/usr/share/greeting").exists()
    assert system.inside("/asked").read_text() == "detect --hook\n"


def test_another_root_is_not_asked_about(system):
    system.inside("/refuse").touch()
    system.run(INSTALL.replace("install", "install --installroot=/other --use-host-config", 1))
    assert system.inside("/other/usr/share/greeting").exists()
    assert not system.inside("/asked").exists()
