"""What earlier boots left is removed, and what is open has a deadline."""

import os
import time

import gi

gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")

from gi.repository import OSTree, OstreeUnlock

sysroot = OSTree.Sysroot.new_default()

OstreeUnlock.begin(sysroot, time_limit=600, size_limit=16 << 20)
(usr,) = OstreeUnlock.status(sysroot)
assert 0 <= usr.get_until() - usr.get_since() - 600 <= 1
assert 500 < usr.get_until() - time.time() <= 600
would = OstreeUnlock.cleanup(sysroot, dry_run=True, after_upgrade=True)
assert would.is_dry_run() and any("ostree admin cleanup" in step for step in would.get_steps())
assert OstreeUnlock.cleanup(sysroot).get_steps() == []
assert OstreeUnlock.end(sysroot).get_state() == OSTree.DeploymentUnlockedState.NONE

os.makedirs("/run/ostree/deployment-state/other.0")
open("/run/ostree/deployment-state/other.0/unlocked-transient", "w").close()
(step,) = OstreeUnlock.cleanup(sysroot).get_steps()
assert "other.0/unlocked-transient" in step

os.makedirs("/etc/ostree-unlock/config.d")
with open("/etc/ostree-unlock/config.d/x.conf", "w") as file:
    file.write("[Unlock]\nStates=none\n")
try:
    OstreeUnlock.begin(sysroot)
except OstreeUnlock.NotAllowedError as error:
    assert error.kind == OstreeUnlock.Error.NOT_ALLOWED and "x.conf:2" in error.message
else:
    raise AssertionError("allowed")

for wrong in ({"lazy": True}, {"time_limit": 5}):
    try:
        OstreeUnlock.cleanup(sysroot, **wrong)
    except OstreeUnlock.InvalidArgumentError:
        pass
    else:
        raise AssertionError(wrong)
