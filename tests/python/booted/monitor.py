"""A monitor tells of every change of state, whoever makes it, and also to who is not root; asyncio polls it as it is."""

import asyncio
import os
import subprocess

import gi

gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")

from gi.repository import OSTree, OstreeUnlock

State = OSTree.DeploymentUnlockedState
STEPS = (
    ("ostree-unlock begin", State.DEVELOPMENT),
    ("ostree-unlock begin transient", State.TRANSIENT),
    ("ostree-unlock end --yes", State.NONE),
    ("ostree admin unlock", State.DEVELOPMENT),
    ("umount -l /usr", State.NONE),
)


async def main():
    steps, to_do = os.pipe()
    seen = asyncio.Queue()
    child = os.fork()
    if child == 0:
        os.close(to_do)
        with os.fdopen(steps) as commands:
            for command in commands:
                subprocess.run(command, shell=True, check=True, stdout=subprocess.DEVNULL)
        os._exit(0)
    os.close(steps)
    os.setuid(65534)
    monitor = OstreeUnlock.Monitor.new()
    assert monitor.check() == (False, State.NONE)

    def look():
        changed, state = monitor.check()
        if changed:
            seen.put_nowait(state)

    asyncio.get_running_loop().add_reader(monitor.get_fd(), look)
    for command, state in STEPS:
        os.write(to_do, f"{command}\n".encode())
        assert await asyncio.wait_for(seen.get(), 20) == state, command
    os.close(to_do)
    os.waitpid(child, 0)
    assert seen.empty()


asyncio.run(main())
