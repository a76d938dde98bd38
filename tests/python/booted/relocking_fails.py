"""When only the relocking of `with unlocked():` fails, that is what comes out; `lazy` goes on."""

import gi

gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")

from gi.repository import GLib, OSTree, OstreeUnlock

State = OSTree.DeploymentUnlockedState
sysroot = OSTree.Sysroot.new_default()

try:
    with OstreeUnlock.unlocked(sysroot):
        log = open("/usr/log", "w")
    raise AssertionError("relocked")
except GLib.Error as error:
    assert error.matches(OstreeUnlock.error_quark(), OstreeUnlock.Error.IN_USE), error
    assert "/usr/log" in error.message, error
log.close()
OstreeUnlock.end(sysroot)

with OstreeUnlock.unlocked(sysroot, lazy=True):
    log = open("/usr/log", "w")
assert OstreeUnlock.detect().get_state() == State.NONE
