"""What was changed in /usr is iterated over; where it is locked, there is nothing."""

import os

import gi

gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")

from gi.repository import OSTree, OstreeUnlock

Change = OstreeUnlock.Change
sysroot = OSTree.Sysroot.new_default()
assert list(OstreeUnlock.diff(sysroot)) == []

with OstreeUnlock.unlocked(sysroot):
    os.mkdir("/usr/new")
    odd = b"/usr/new/odd \xff"
    open(odd, "w").close()
    os.chmod("/usr/bin/tac", 0o4711)
    os.unlink("/usr/bin/head")
    found = {difference.get_path(): difference for difference in OstreeUnlock.diff(sysroot)}
    changes = {path: difference.get_change() for path, difference in found.items()}
    assert changes == {
        "/usr/bin/head": Change.REMOVED,
        "/usr/bin/tac": Change.METADATA,
        "/usr/new": Change.ADDED,
        os.fsdecode(odd): Change.ADDED,
    }, changes
    tac = found["/usr/bin/tac"]
    assert (tac.get_before().get_mode(), tac.get_after().get_mode()) == (0o755, 0o4711)

    below = [difference.get_path() for difference in OstreeUnlock.diff(sysroot, paths=["/usr/new", "/usr/share"])]
    assert below == ["/usr/new", os.fsdecode(odd)]

    # To its own commit, which is named: the reverse of nothing is nothing.
    sysroot.load(None)
    commit = sysroot.get_booted_deployment().get_csum()
    assert len(list(OstreeUnlock.diff(sysroot, from_=commit))) == 4
    assert list(OstreeUnlock.diff(sysroot, from_=commit, to=commit)) == []
    back = {difference.get_path(): difference.get_change() for difference in OstreeUnlock.diff(sysroot, to=commit)}
    assert back == {}, back

    # Locked again while somebody iterates, what it looks at is still there.
    comparison = OstreeUnlock.diff(sysroot)
    assert next(comparison).get_path() == "/usr/bin/head"
del comparison
