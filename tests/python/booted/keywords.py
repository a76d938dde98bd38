"""Options as keywords of every verb; an overview is iterated over."""

import gi

gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")

from gi.repository import OSTree, OstreeUnlock

State = OSTree.DeploymentUnlockedState
sysroot = OSTree.Sysroot.new_default()


def usr(**keywords):
    (hierarchy,) = OstreeUnlock.status(sysroot, **keywords)
    return hierarchy


would = OstreeUnlock.begin(sysroot, state=State.TRANSIENT, dry_run=True)
assert would.is_dry_run() and would.get_state() == State.TRANSIENT
assert usr().get_state() == State.NONE
assert usr().get_no_upper_reason() == "locked"
assert list(usr().get_problems()) == []

OstreeUnlock.begin(sysroot, backing=OstreeUnlock.Backing.RAM, size_limit=16 << 20)
open("/usr/new", "w").close()
assert usr().get_path() == "/usr"
assert usr().get_made_by() == "ostree-unlock"
assert usr().get_upper_usage() == (False, 0, 0)
assert (usr().get_deltas(), usr().get_deltas_usage()) == ((True, 0), (False, 0, 0))
counted, entries, _ = usr(usage=True).get_upper_usage()
assert (counted, entries) == (True, 1)

# In the order of C, without a keyword, it works as well.
options = OstreeUnlock.Options(lazy=True)
assert OstreeUnlock.end(sysroot, None, options, None, None).get_state() == State.NONE
