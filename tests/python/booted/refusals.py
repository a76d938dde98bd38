"""What makes no sense now raises an error with a number of its own, and changes nothing."""

import gi

gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")

from gi.repository import Gio, GLib, OSTree, OstreeUnlock

sysroot = OSTree.Sysroot.new_default()


def expect(code, function, *arguments, domain=None, **keywords):
    try:
        function(*arguments, **keywords)
    except GLib.Error as error:
        assert error.matches(domain or OstreeUnlock.error_quark(), code), error
    else:
        raise AssertionError("no error")


expect(OstreeUnlock.Error.NOT_UNLOCKED, OstreeUnlock.end, sysroot)
expect(OstreeUnlock.Error.INVALID_ARGUMENT, OstreeUnlock.end, sysroot, usage=True)

cancellable = Gio.Cancellable()
cancellable.cancel()
expect(
    Gio.IOErrorEnum.CANCELLED, OstreeUnlock.begin, sysroot, cancellable=cancellable, domain=Gio.io_error_quark()
)

with OstreeUnlock.unlocked(sysroot):
    expect(OstreeUnlock.Error.ALREADY_UNLOCKED, OstreeUnlock.begin, sysroot)
    expect(OstreeUnlock.Error.ALREADY_UNLOCKED, OstreeUnlock.unlocked(sysroot).__enter__)
