"""`with unlocked():` is writable inside and locked again after it."""

import os

import gi

gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")

from gi.repository import OSTree, OstreeUnlock

State = OSTree.DeploymentUnlockedState
sysroot = OSTree.Sysroot.new_default()

with OstreeUnlock.unlocked(sysroot, lock_wait=1000) as outcome:
    assert outcome.get_state() == State.DEVELOPMENT
    assert outcome.get_steps() and outcome.get_notes()
    open("/usr/new", "w").close()
    assert OstreeUnlock.detect().get_state() == State.DEVELOPMENT

assert OstreeUnlock.detect().get_state() == State.NONE
assert not os.path.exists("/usr/new")
assert not os.access("/usr", os.W_OK)
