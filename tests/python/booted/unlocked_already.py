"""`with unlocked():` is refused where something is open already, and leaves that as it is."""

import os

import gi

gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")

from gi.repository import OSTree, OstreeUnlock

State = OSTree.DeploymentUnlockedState
sysroot = OSTree.Sysroot.new_default()


def is_left_alone(state, **keywords):
    try:
        with OstreeUnlock.unlocked(sysroot, **keywords):
            raise AssertionError("unlocked")
    except OstreeUnlock.AlreadyUnlockedError as error:
        assert "only where it is locked" in str(error), error
    assert OstreeUnlock.detect().get_state() == state
    assert os.path.exists("/usr/of-somebody")


OstreeUnlock.begin(sysroot)
open("/usr/of-somebody", "w").close()
is_left_alone(State.DEVELOPMENT)
is_left_alone(State.DEVELOPMENT, time_limit=600)
for state in (State.TRANSIENT, State.HOTFIX):
    OstreeUnlock.begin(sysroot, state=state)
    is_left_alone(state)
    is_left_alone(state, lazy=True)

OstreeUnlock.end(sysroot)
with OstreeUnlock.unlocked(sysroot):
    assert not os.path.exists("/usr/of-somebody")
