"""What was written becomes a commit and a deployment; what both sides changed is on the exception, and can be decided."""

import asyncio
import os

import gi

gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")

from gi.repository import GLib, OSTree, OstreeUnlock

Deploy, Prefer = OstreeUnlock.Deploy, OstreeUnlock.Prefer
sysroot = OSTree.Sysroot.new_default()
sysroot.load(None)
base = sysroot.get_booted_deployment().get_csum()


def put(path, text):
    with open(path, "w") as file:
        file.write(text)


def expect_conflict(error):
    (conflict,) = error.conflicts
    assert error.kind == OstreeUnlock.Error.CONFLICT and error.holders == ()
    assert (conflict.get_path(), conflict.get_cause()) == ("/usr/both", "made on both sides")
    assert conflict.get_base() is None
    assert (conflict.get_changes().get_size(), conflict.get_commit().get_size()) == (6, 4)
    assert conflict.get_taken() == (False, Prefer.CHANGES)
    assert conflict.get_sentence() in str(error)


OstreeUnlock.begin(sysroot)
put("/usr/both", "ours")
would = OstreeUnlock.commit(sysroot, dry_run=True)
assert (would.get_checksum(), would.get_parent(), would.get_changes()) == (None, base, 1)
first = OstreeUnlock.commit(sysroot, subject="Subject", body="Body", branch="mine", paths=["/usr/both"])
assert (first.get_parent(), first.get_changes(), first.get_branch(), first.get_deployment()) == (base, 1, "mine", None)
assert (list(first.get_skipped()), list(first.get_resolved()), first.get_notes()) == ([], [], [])
_, variant, _ = sysroot.repo().load_commit(first.get_checksum())
assert (variant.get_child_value(3).get_string(), variant.get_child_value(4).get_string()) == ("Subject", "Body")

put("/usr/both", "theirs")
put("/usr/alone", "x")
os.mkfifo("/usr/fifo")
for attempt in (
    lambda: OstreeUnlock.commit(sysroot, onto="mine", skip_special=True),
    lambda: asyncio.run(OstreeUnlock.commit_async(sysroot, onto="mine", skip_special=True)),
):
    try:
        attempt()
    except OstreeUnlock.ConflictError as error:
        expect_conflict(error)
    else:
        raise AssertionError("no conflict")

try:
    OstreeUnlock.commit(sysroot)
except OstreeUnlock.UnsupportedError as error:
    assert "/usr/fifo" in str(error) and error.conflicts == ()
else:
    raise AssertionError("a fifo in a commit")

second = OstreeUnlock.commit(
    sysroot,
    onto="mine",
    preferences=[("/", Prefer.CHANGES), (b"/usr/both", Prefer.COMMIT)],
    skip_special=True,
    deploy=Deploy.NOW,
)
(resolved,) = second.get_resolved()
assert resolved.get_taken() == (True, Prefer.COMMIT)
(skipped,) = second.get_skipped()
assert skipped.get_path() == "/usr/fifo" and "pipe" in skipped.get_reason()
assert second.get_parent() == first.get_checksum() and second.get_branch() is None
sysroot.load(None)
assert sysroot.get_deployments()[0].get_csum() == second.get_checksum()
assert second.get_deployment().startswith(second.get_checksum())

# On another thread, into another repository.
other = OSTree.Repo.create_at(-100, "/var/other", OSTree.RepoMode.ARCHIVE, None, None)
third = asyncio.run(OstreeUnlock.commit_async(sysroot, paths=["/usr/alone"], repo="/var/other", branch="there"))
assert other.resolve_rev("there", False)[1] == third.get_checksum()

for wrong in (
    {"preferences": [("/", Prefer.CHANGES)]},
    {"onto": "mine", "preferences": [("usr", Prefer.CHANGES)]},
    {"repo": "/var/other", "deploy": Deploy.STAGED},
    {"gpg_keys": [""]},
    {"gpg_home": "/var"},
    {"sign_keys": [("ed25519", "")]},
    {"etc_paths": ["/var"]},
    {"kept": "x", "scratch": True},
    {"lazy": True},
):
    try:
        OstreeUnlock.commit(sysroot, **wrong)
    except OstreeUnlock.InvalidArgumentError:
        pass
    else:
        raise AssertionError(wrong)
try:
    OstreeUnlock.commit(sysroot, skip_special=True, sign_keys=[("nonsense", "key")])
except OstreeUnlock.UnsupportedError as error:
    assert isinstance(error, GLib.Error) and "nonsense" in str(error)
else:
    raise AssertionError("signed with nonsense")
