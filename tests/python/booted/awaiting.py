"""begin and end are awaited in asyncio; a cancelled task leaves everything as it was."""

import asyncio

import gi

gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")

from gi.repository import OSTree, OstreeUnlock

HOLDS_THE_LOCK = """
import gi
gi.require_version("OSTree", "1.0")
from gi.repository import OSTree
sysroot = OSTree.Sysroot.new_default()
sysroot.set_mount_namespace_in_use()
sysroot.load(None)
sysroot.lock()
print("locked", flush=True)
input()
"""

State = OSTree.DeploymentUnlockedState
sysroot = OSTree.Sysroot.new_default()


def state():
    return OstreeUnlock.detect().get_state()


async def main():
    outcome = await OstreeUnlock.begin_async(sysroot, state=State.TRANSIENT)
    assert outcome.get_state() == state() == State.TRANSIENT
    try:
        await OstreeUnlock.begin_async(sysroot, state=State.TRANSIENT)
    except OstreeUnlock.AlreadyUnlockedError:
        pass
    else:
        raise AssertionError("a second begin was not refused")
    await OstreeUnlock.end_async(sysroot, lazy=True)
    assert state() == State.NONE

    holder = await asyncio.create_subprocess_exec(
        "/usr/bin/python3", "-c", HOLDS_THE_LOCK, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    await holder.stdout.readline()
    task = asyncio.ensure_future(OstreeUnlock.begin_async(sysroot, lock_wait=20_000))
    await asyncio.sleep(0.2)
    assert not task.done()
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        assert state() == State.NONE
    else:
        raise AssertionError("not cancelled")
    holder.stdin.write(b"\n")
    holder.stdin.close()
    await holder.wait()


asyncio.run(asyncio.wait_for(main(), 30))
