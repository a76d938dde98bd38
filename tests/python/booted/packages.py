"""What became of packages is iterated over, and says which files are nobody's."""

import os
import subprocess

import gi

gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")

from gi.repository import OSTree, OstreeUnlock

CONTROL = "Package: new\nVersion: 1:2-3\nArchitecture: all\nMaintainer: x\nDescription: x\n"

sysroot = OSTree.Sysroot.new_default()
locked = OstreeUnlock.diff_packages(sysroot)
assert (list(locked), locked.get_unowned(), locked.is_purely_additive()) == ([], [], True)

with OstreeUnlock.unlocked(sysroot):
    os.makedirs("/var/deb/DEBIAN")
    with open("/var/deb/DEBIAN/control", "w") as control:
        control.write(CONTROL)
    for command in (["dpkg-deb", "--build", "/var/deb", "/var/new.deb"], ["dpkg", "--install", "/var/new.deb"]):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    odd = os.fsdecode(b"/usr/odd \xff")
    open(odd, "w").close()

    diff = OstreeUnlock.diff_packages(sysroot)
    (new,) = diff
    assert (new.get_name(), new.get_format()) == ("new", OstreeUnlock.PackageFormat.DEB)
    assert (new.get_change(), new.get_before()) == (OstreeUnlock.PackageChange.ADDED, None)
    after = new.get_after()
    del new, diff
    assert (after.get_version(), after.get_architecture()) == ("1:2-3", "all")
    assert after.get_state() == OstreeUnlock.PackageState.INSTALLED

    diff = OstreeUnlock.diff_packages(sysroot)
    assert diff.is_purely_additive()
    assert diff.get_unowned() == [odd], diff.get_unowned()

    sysroot.load(None)
    commit = sysroot.get_booted_deployment().get_csum()
    assert [one.get_name() for one in OstreeUnlock.diff_packages(sysroot, from_=commit)] == ["new"]
    of_commits = OstreeUnlock.diff_packages_of_commits(sysroot.repo(), commit, commit)
    assert list(of_commits) == []

    try:
        OstreeUnlock.diff_packages(sysroot, paths=["/usr"])
    except OstreeUnlock.InvalidArgumentError as error:
        assert "path" in error.message
    else:
        raise AssertionError("it ignored an option")
