"""Changes are set aside under a name, listed, compared, put back and forgotten."""

import asyncio
import os

import gi

gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")

from gi.repository import OSTree, OstreeUnlock

State = OSTree.DeploymentUnlockedState
sysroot = OSTree.Sysroot.new_default()
assert list(OstreeUnlock.keep_list(sysroot)) == []

with OstreeUnlock.unlocked(sysroot):
    os.mkdir("/usr/new")
    with open("/usr/new/file", "w") as file:
        file.write("text")
    saved = OstreeUnlock.keep_save(sysroot, name="fix", subject="A fix")
    assert saved.get_changes() == 2 and list(saved.get_skipped()) == []
    also = asyncio.run(OstreeUnlock.keep_save_async(sysroot, name="also", paths=["/usr/new"]))
    assert also.get_changes() == 2

also, kept = OstreeUnlock.keep_list(sysroot)
assert (also.get_name(), kept.get_name(), kept.get_subject()) == ("also", "fix", "A fix")
assert kept.get_checksum() == saved.get_checksum() and kept.get_time() > 0
assert (kept.get_state(), kept.is_from_scratch()) == (State.DEVELOPMENT, False)
paths = [difference.get_path() for difference in OstreeUnlock.diff(sysroot, kept="fix")]
assert paths == ["/usr/new", "/usr/new/file"], paths

made = OstreeUnlock.commit(sysroot, kept="fix")
assert made.get_parent() == kept.get_base() and made.get_changes() == 2

OstreeUnlock.begin(sysroot, state=State.TRANSIENT)
would = OstreeUnlock.keep_restore(sysroot, name="fix", dry_run=True)
assert would.get_changes() == 2 and not os.path.exists("/usr/new")
OstreeUnlock.keep_restore(sysroot, None, "fix")
with open("/usr/new/file") as file:
    assert file.read() == "text"
again = asyncio.run(OstreeUnlock.keep_restore_async(sysroot, name="fix"))
assert (again.get_changes(), again.get_checksum()) == (0, None)

for name in ("fix", "also"):
    OstreeUnlock.keep_drop(sysroot, name)
assert list(OstreeUnlock.keep_list(sysroot)) == []
for function in (OstreeUnlock.keep_restore, OstreeUnlock.keep_drop):
    try:
        function(sysroot, name="fix")
    except OstreeUnlock.NotFoundError as error:
        assert "fix" in str(error)
    else:
        raise AssertionError(function)
try:
    OstreeUnlock.keep_save(sysroot, name="a/b")
except OstreeUnlock.InvalidArgumentError as error:
    assert "a/b" in str(error)
else:
    raise AssertionError("no name")
try:
    OstreeUnlock.keep_save(sysroot)
except TypeError as error:
    assert "None" in str(error)
else:
    raise AssertionError("no name at all")
