"""Another commit becomes live and is taken back, with options as keywords, in asyncio too; what it means is data."""

import asyncio
import os
import subprocess
import time

import gi

gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")

from gi.repository import GLib, OSTree, OstreeUnlock

PARAGRAPH = "Package: new\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n\n"

Prefer, State = OstreeUnlock.Prefer, OSTree.DeploymentUnlockedState
sysroot = OSTree.Sysroot.new_default()
sysroot.load(None)
base = sysroot.get_booted_deployment().get_csum()


def put(path, text):
    with open(path, "w") as file:
        file.write(text)


def make(branch, change):
    """A commit with a change of what was deployed."""
    with OstreeUnlock.unlocked(sysroot):
        change()
        return OstreeUnlock.commit(sysroot, branch=branch).get_checksum()


def add():
    put("/usr/lib/new", "theirs")
    put("/usr/etc/odd name", "x")
    put("/usr/etc/issue", "theirs")
    with open("/usr/share/dpkg/database/status", "a") as status:
        status.write(PARAGRAPH)


def replace():
    subprocess.run(["sed", "-i", "/^Package: tar$/,/^$/d", "/usr/share/dpkg/database/status"], check=True)


def expect(transition, there, to, state):
    assert (transition.get_from(), transition.get_to()) == (there, to)
    assert transition.get_outcome().get_state() == state == OstreeUnlock.detect().get_state()


def live():
    """What is live, with what it was called and how often it can be taken back; and the commits that layers make."""
    (usr,) = OstreeUnlock.status(sysroot)
    there, layers = usr.get_live(), [os.path.basename(layer) for layer in usr.get_layers()]
    if there is None:
        return None, layers
    assert 0 <= time.time() - there.get_since() < 600
    return (there.get_checksum(), there.get_origin(), there.get_rollbacks()), layers


for attempt in (OstreeUnlock.apply, OstreeUnlock.rollback):
    try:
        attempt(sysroot)
    except OstreeUnlock.NotFoundError as error:
        assert isinstance(error, GLib.Error)
    else:
        raise AssertionError(attempt)

added, replaced = make("added", add), make("replaced", replace)
put("/etc/issue", "mine")

would = OstreeUnlock.apply(sysroot, commit="replaced", dry_run=True)
assert would.get_outcome().is_dry_run() and would.get_outcome().get_steps()
assert not would.is_purely_additive() and [one.get_name() for one in would.get_packages()] == ["tar"]
assert OstreeUnlock.detect().get_state() == State.NONE

done = OstreeUnlock.apply(sysroot, commit="added")
expect(done, base, added, State.TRANSIENT)
assert live() == ((added, "added", 1), [added])
assert (done.get_added(), done.get_removed(), done.get_changed()) == (2, 0, 2)
assert done.is_purely_additive() and [one.get_name() for one in done.get_packages()] == ["new"]
assert (done.get_etc(), done.get_kernels(), done.get_deployment()) == (["/etc/odd name"], [], None)
(kept,) = done.get_etc_kept()
assert kept.get_path() == "/etc/issue" and "changed here" in kept.get_reason()
assert os.path.exists("/usr/lib/new") and os.path.exists("/etc/odd name")

for refused in (
    lambda: OstreeUnlock.apply(sysroot, None, "replaced"),
    lambda: asyncio.run(OstreeUnlock.apply_async(sysroot, commit="replaced")),
):
    try:
        refused()
    except OstreeUnlock.NotAdditiveError as error:
        assert error.kind == OstreeUnlock.Error.NOT_ADDITIVE == 20
        assert "removed tar" in str(error) and (error.holders, error.conflicts) == ((), ())
    else:
        raise AssertionError("it replaced packages")

expect(OstreeUnlock.apply(sysroot, commit="replaced", allow_replacement=True), added, replaced, State.TRANSIENT)
expect(OstreeUnlock.rollback(sysroot), replaced, added, State.TRANSIENT)
OstreeUnlock.apply(sysroot, commit=replaced, allow_replacement=True)
assert live() == ((replaced, None, 2), [replaced])
expect(OstreeUnlock.rollback(sysroot, all=True), replaced, base, State.NONE)
assert live() == (None, [])
assert not os.path.exists("/usr/lib/new") and not os.path.exists("/etc/odd name")


async def there_and_back():
    expect(await OstreeUnlock.apply_async(sysroot, commit="added"), base, added, State.TRANSIENT)
    expect(await OstreeUnlock.rollback_async(sysroot, all=True), added, base, State.NONE)


asyncio.run(there_and_back())

# In the way of GIO, too.
loop, results = GLib.MainLoop(), []
OstreeUnlock.apply_async(
    sysroot, None, "added", None, None, None, lambda _source, result, *_data: (results.append(result), loop.quit()), None
)
loop.run()
expect(OstreeUnlock.apply_finish(results.pop()), base, added, State.TRANSIENT)
OstreeUnlock.end(sysroot)

OstreeUnlock.begin(sysroot)
put("/usr/lib/new", "mine")
try:
    OstreeUnlock.apply(sysroot, commit="added")
except OstreeUnlock.ConflictError as error:
    assert [conflict.get_path() for conflict in error.conflicts] == ["/usr/lib/new"]
else:
    raise AssertionError("what was written hides what changes")
mine = [("/usr/lib", Prefer.CHANGES)]
expect(OstreeUnlock.apply(sysroot, commit="added", preferences=mine), base, added, State.DEVELOPMENT)
expect(OstreeUnlock.rollback(sysroot, preferences=mine), added, base, State.DEVELOPMENT)
with open("/usr/lib/new") as file:
    assert file.read() == "mine"
OstreeUnlock.end(sysroot)

for function, wrong in (
    (OstreeUnlock.apply, {"lazy": True}),
    (OstreeUnlock.apply, {"preferences": [("usr", Prefer.CHANGES)]}),
    (OstreeUnlock.rollback, {"allow_replacement": True}),
):
    try:
        function(sysroot, **wrong)
    except OstreeUnlock.InvalidArgumentError:
        pass
    else:
        raise AssertionError(wrong)
