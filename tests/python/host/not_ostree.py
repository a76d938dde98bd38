"""On a system that was not booted by OSTree: detect() says so, the others raise."""

import gi

gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")

from gi.repository import Gio, GLib, OSTree, OstreeUnlock

detection = OstreeUnlock.detect()
assert not detection.is_booted()
assert (detection.get_os(), detection.get_commit(), detection.get_serial()) == (None, None, -1)
assert detection.get_state() == OSTree.DeploymentUnlockedState.NONE
assert detection.get_message()

sysroot = OSTree.Sysroot.new(Gio.File.new_for_path("/"))


def with_block(sysroot):
    with OstreeUnlock.unlocked(sysroot):
        raise AssertionError("not reached")


def keep(sysroot):
    OstreeUnlock.keep_save(sysroot, name="name")


def scratch(_sysroot):
    OstreeUnlock.enter_scratch()


def record(sysroot):
    OstreeUnlock.record(sysroot, name="name")


functions = (OstreeUnlock.status, OstreeUnlock.begin, OstreeUnlock.end, OstreeUnlock.commit, OstreeUnlock.diff_packages)
live = (OstreeUnlock.apply, OstreeUnlock.rollback)
for function in (*functions, *live, with_block, keep, scratch, record):
    try:
        function(sysroot)
    except GLib.Error as error:
        assert error.matches(OstreeUnlock.error_quark(), OstreeUnlock.Error.NOT_OSTREE), error
        assert error.domain == "ostree-sysroot-unlock-error-quark"
    else:
        raise AssertionError(function)
