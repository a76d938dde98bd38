"""When the body of `with unlocked():` raises, it is relocked, and what it raised comes out."""

import gi

gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")

from gi.repository import OSTree, OstreeUnlock

State = OSTree.DeploymentUnlockedState
sysroot = OSTree.Sysroot.new_default()


class Ours(BaseException):
    """Not even an Exception, like KeyboardInterrupt."""


def fail(**keywords):
    """The exception that comes out, having been raised while a file was open."""
    try:
        with OstreeUnlock.unlocked(sysroot, **keywords), open("/usr/new", "w"):
            raise Ours("body")
    except BaseException as error:
        return error


error = fail()
assert isinstance(error, Ours), repr(error)
assert not getattr(error, "__notes__", None)
assert OstreeUnlock.detect().get_state() == State.NONE

# What cannot be relocked stays unlocked, and is said beside what the body raised.
try:
    with OstreeUnlock.unlocked(sysroot):
        log = open("/usr/log", "w")
        raise Ours("body")
except Ours as error:
    (note,) = error.__notes__
    assert "stays unlocked" in note and "/usr/log" in note, note
assert OstreeUnlock.detect().get_state() == State.DEVELOPMENT
log.close()
OstreeUnlock.end(sysroot)
