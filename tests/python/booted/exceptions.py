"""Each kind of error is a class, which is a GLib.Error still, and has who stands in the way."""

import os

import gi

gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")

from gi.repository import GLib, OSTree, OstreeUnlock

sysroot = OSTree.Sysroot.new_default()
number = OstreeUnlock.Error.NOT_UNLOCKED
try:
    OstreeUnlock.end(sysroot)
except OstreeUnlock.NotUnlockedError as error:
    assert isinstance(error, OstreeUnlock.UnlockError) and isinstance(error, GLib.Error)
    assert error.matches(OstreeUnlock.error_quark(), number) and error.kind == number
    assert "not unlocked" in str(error) and error.holders == ()
else:
    raise AssertionError("no error")

OstreeUnlock.begin(sysroot)
with open("/usr/log", "w"):
    (holder,) = OstreeUnlock.get_holders(sysroot)
    assert (holder.get_pid(), holder.get_use()) == (os.getpid(), "writes")
    try:
        OstreeUnlock.end(sysroot)
    except OstreeUnlock.InUseError as error:
        (holder,) = error.holders
        assert (holder.get_pid(), holder.get_path()) == (os.getpid(), "/usr/log")
    else:
        raise AssertionError("no error")
assert OstreeUnlock.get_holders(sysroot) == []
OstreeUnlock.end(sysroot)
kinds = [name for name in dir(OstreeUnlock.Error) if name.isupper()]
for kind in kinds:
    words = "".join(word.capitalize() for word in kind.split("_"))
    assert issubclass(getattr(OstreeUnlock, f"{words}Error"), OstreeUnlock.UnlockError), kind
