"""What package managers are told, and what they do: detect, the hooks of apt and dpkg, and `run --writable`."""

import json
import subprocess

import pytest

from harness import greeting
from harness.fixtures import trees

APT = "apt-get install --yes /var/greeting.deb"
DPKG = "dpkg -i /var/greeting.deb"


@pytest.fixture
def package(system):
    """A package to be installed; and apt finds the place for its lists."""
    system.run(greeting.MAKE)
    system.run(greeting.PREPARE_APT)


def detect(system) -> dict:
    return json.loads(system.run("ostree-unlock detect --json").stdout)


@trees()
@pytest.mark.parametrize("install", [APT, DPKG], ids=["apt", "dpkg"])
def test_a_locked_system_refuses_and_says_what_to_do(system, package, install):
    refused = system.run(install, check=False)
    assert refused.returncode != 0
    said = refused.stdout + refused.stderr
    assert said.count("/usr is read-only: `ostree-unlock begin` makes it writable") == 1, refused
    assert "ostree-unlock(7)" in said
    assert not system.exists(greeting.PROGRAM)


@trees("bookworm", "trixie")
def test_another_root_directory_is_not_asked_for(system, package):
    system.run("mkdir -p /var/root/var/lib/dpkg && touch /var/root/var/lib/dpkg/status")
    system.run("dpkg --root=/var/root --force-script-chrootless --force-depends -i /var/greeting.deb")
    assert system.run(f"cat /var/root{greeting.PROGRAM}").stdout
    assert not system.exists(greeting.PROGRAM)


@trees()
@pytest.mark.parametrize("state", ["development", "hotfix"])
@pytest.mark.parametrize("install", [APT, DPKG], ids=["apt", "dpkg"])
def test_an_unlocked_system_installs_and_says_how_long_it_lasts(system, package, install, state):
    system.run("ostree admin unlock --hotfix" if state == "hotfix" else "ostree-unlock begin")
    said = system.run(install)
    lasts = "stays until `ostree-unlock end`" if state == "hotfix" else "is gone after a reboot"
    assert (said.stdout + said.stderr).count(lasts) == 1, said
    assert system.run("greeting").stdout == "hello\n"


@trees()
@pytest.mark.parametrize("install", [APT, DPKG], ids=["apt", "dpkg"])
def test_transient_refuses_and_a_private_view_installs(system, package, install):
    system.run("ostree-unlock begin transient")
    refused = system.run(install, check=False)
    assert refused.returncode != 0
    assert "run --writable" in refused.stdout + refused.stderr
    system.run(f"ostree-unlock run --writable -- {install}")
    assert system.run("greeting").stdout == "hello\n"
    assert "Read-only file system" in system.run("touch /usr/x", check=False).stderr
    system.run("ostree-unlock end --yes")
    assert not system.exists(greeting.PROGRAM)


@trees()
def test_run_unlocks_what_is_locked_and_passes_everything_through(system, usr):
    script = "touch /usr/new && echo out && echo err >&2 && cat && pwd && exit 7"
    ran = system.run(
        ["ostree-unlock", "run", "--writable", "--", "sh", "-c", script], input="in\n", cwd="/usr/share", check=False
    )
    assert (ran.returncode, ran.stdout) == (7, "out\nin\n/usr/share\n")
    assert "state transient" in ran.stderr and ran.stderr.endswith("err\n")
    assert system.exists("/usr/new")
    assert usr()["unlocked"] == "transient"
    again = system.run("ostree-unlock run --writable -- rm /usr/new")
    assert again.stderr == ""
    assert not system.exists("/usr/new")


@trees("bookworm")
def test_run_is_killed_by_the_signal_that_it_gets(system):
    with system.popen(["ostree-unlock", "run", "--writable", "--", "sh", "-c", "echo $$; exec sleep 60"], stdout=-1) as process:
        pid = process.stdout.readline().strip()
        system.run(f"kill -TERM {pid if isinstance(pid, str) else pid.decode()}")
        assert process.wait(10) in (-15, 128 + 15)


@trees("bookworm")
@pytest.mark.parametrize(
    ("command", "status", "said"),
    [
        ("run --writable -- /no/such", 127, "/no/such: No such file"),
        ("run --writable -- /etc/passwd", 126, "/etc/passwd: Permission denied"),
        ("run -- true", 2, "--writable"),
        ("run --writable", 2, "COMMAND"),
    ],
)
def test_run_says_why_it_cannot(system, command, status, said):
    refused = system.run(f"ostree-unlock {command}", check=False)
    assert refused.returncode == status
    assert said in refused.stderr


@trees("bookworm")
def test_run_without_privilege_changes_nothing(system, is_locked):
    refused = system.run("ostree-unlock run --writable -- touch /usr/x", user="nobody", check=False)
    assert refused.returncode == 14
    assert "root" in refused.stderr
    is_locked()


@trees()
@pytest.mark.parametrize("unlock", ["ostree-unlock begin transient", "ostree admin unlock --transient"])
def test_enter_works_over_every_transient_overlay(system, unlock):
    """Also over libostree's own, which is read-only as a whole."""
    system.run(unlock)
    code = """
import gi
gi.require_version("OstreeUnlock", "1.0")
from gi.repository import OstreeUnlock
OstreeUnlock.enter()
open("/usr/new", "w").close()
"""
    system.python(code)
    assert system.exists("/usr/new")
    assert "Read-only file system" in system.run("touch /usr/x", check=False).stderr


@trees()
def test_enter_is_refused_where_it_is_locked_and_needless_where_it_is_open(system):
    code = "import gi; gi.require_version('OstreeUnlock', '1.0'); from gi.repository import OstreeUnlock as o; o.enter()"
    refused = system.run(["/usr/bin/python3", "-c", code], check=False)
    assert "ostree-unlock begin transient" in refused.stderr
    system.run("ostree-unlock begin")
    system.run(["/usr/bin/python3", "-c", code])


@trees()
def test_who_manages_the_system(system):
    assert detect(system)["manager"] == "ostree"
    system.run("ostree-unlock begin && printf '#!/bin/sh\\n' >/usr/bin/rpm-ostree && chmod +x /usr/bin/rpm-ostree")
    assert detect(system)["manager"] == "rpm-ostree"


@pytest.mark.parametrize("how", ["true", "mount --bind /usr /usr; mount -o remount,bind,ro /usr"], ids=["writable", "read-only"])
def test_the_hook_is_silent_where_usr_is_an_ordinary_one(staged, how):
    """Here, on a system that was not booted by OSTree."""
    enter = ["unshare", "--mount", "--propagation=private", "--", "sh", "-ec", f'{how}; exec "$0" detect --hook']
    command = [*enter, staged / "usr/bin/ostree-unlock"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
