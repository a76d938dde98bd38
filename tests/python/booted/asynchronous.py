"""begin and end in an asyncio program: the callbacks of GIO become futures, in a main loop on a thread of its own."""

import asyncio
import threading

import gi

gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")

from gi.repository import GLib, OSTree, OstreeUnlock

State = OSTree.DeploymentUnlockedState
sysroot = OSTree.Sysroot.new_default()


def call(start, finish, *arguments):
    """A future of what `finish` gives."""
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def done(_source, result, *_data):
        try:
            settle, value = future.set_result, finish(result)
        except GLib.Error as error:
            settle, value = future.set_exception, error
        loop.call_soon_threadsafe(settle, value)

    GLib.idle_add(lambda: start(*arguments, done, None) and False)
    return future


async def main():
    outcome = await call(
        OstreeUnlock.begin_async, OstreeUnlock.begin_finish, sysroot, None, State.DEVELOPMENT, None, None, None
    )
    assert outcome.get_state() == State.DEVELOPMENT
    open("/usr/new", "w").close()
    try:
        await call(OstreeUnlock.begin_async, OstreeUnlock.begin_finish, sysroot, None, State.DEVELOPMENT, None, None, None)
    except GLib.Error as error:
        assert error.matches(OstreeUnlock.error_quark(), OstreeUnlock.Error.ALREADY_UNLOCKED), error
    else:
        raise AssertionError("a second begin was not refused")
    outcome = await call(OstreeUnlock.end_async, OstreeUnlock.end_finish, sysroot, None, None, None, None)
    assert outcome.get_state() == State.NONE


glib_loop = GLib.MainLoop()
thread = threading.Thread(target=glib_loop.run)
thread.start()
try:
    asyncio.run(asyncio.wait_for(main(), 30))
finally:
    GLib.idle_add(glib_loop.quit)
    thread.join()
