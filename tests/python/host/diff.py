"""The differences between two commits are iterated over, need no booted system, and a hundred thousand take little."""

import os
import resource
import tempfile
import time

import gi

gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")

from gi.repository import Gio, GLib, OSTree, OstreeUnlock

MANY = 100_000

directory = tempfile.TemporaryDirectory()
repo = OSTree.Repo.new(Gio.File.new_for_path(directory.name))
repo.create(OSTree.RepoMode.BARE_USER_ONLY, None)


def commit(names):
    """A commit of files that all have the same content."""
    repo.prepare_transaction(None)
    content = GLib.Bytes.new(b"text")
    _, header, length = OSTree.raw_file_to_content_stream(Gio.MemoryInputStream.new_from_bytes(content), INFO, None, None)
    _, checksum = repo.write_content(None, header, length, None)
    tree = OSTree.MutableTree.new()
    _, metadata = repo.write_metadata(OSTree.ObjectType.DIR_META, None, OSTree.create_directory_metadata(DIRECTORY, None), None)
    tree.set_metadata_checksum(metadata.hex())
    for name in names:
        tree.replace_file(name, checksum.hex())
    _, root = repo.write_mtree(tree, None)
    _, made = repo.write_commit(None, "subject", None, None, root, None)
    repo.commit_transaction(None)
    return made


def info(mode, kind):
    made = Gio.FileInfo()
    made.set_file_type(kind)
    made.set_size(4)
    for name, value in (("mode", mode), ("uid", 0), ("gid", 0)):
        made.set_attribute_uint32(f"unix::{name}", value)
    return made


INFO = info(0o100644, Gio.FileType.REGULAR)
DIRECTORY = info(0o040755, Gio.FileType.DIRECTORY)

one, two = commit(["a", "b"]), commit(["b", "c"])

seen = []
for difference in OstreeUnlock.diff_commits(repo, one, two):
    before, after = difference.get_before(), difference.get_after()
    seen.append((difference.get_path(), difference.get_change()))
    side = before or after
    assert (before is None) == (difference.get_change() == OstreeUnlock.Change.ADDED)
    assert (after is None) == (difference.get_change() == OstreeUnlock.Change.REMOVED)
    assert side.get_file_type() == OstreeUnlock.FileType.REGULAR
    assert (side.get_mode(), side.get_uid(), side.get_gid(), side.get_size()) == (0o644, 0, 0, 4)
    assert not difference.xattrs_differ() and difference.get_from() is None
assert seen == [("/a", OstreeUnlock.Change.REMOVED), ("/c", OstreeUnlock.Change.ADDED)], seen

# An iteration is over once.
comparison = OstreeUnlock.diff_commits(repo, one, two, paths=["/a", "/nowhere"])
assert iter(comparison) is comparison
assert [difference.get_path() for difference in comparison] == ["/a"]
assert list(comparison) == [] and comparison.next() is None

# A pair of commits of a sysroot needs no booted one, either.
try:
    OstreeUnlock.diff_commits(repo, "nowhere", two)
except OstreeUnlock.NotFoundError as error:
    assert "nowhere" in error.message
else:
    raise AssertionError("no such commit")
for paths in (["usr"], ["/usr/../etc"], [""]):
    try:
        OstreeUnlock.diff_commits(repo, one, two, paths=paths)
    except OstreeUnlock.InvalidArgumentError as error:
        assert "absolute path" in error.message
    else:
        raise AssertionError(paths)
for options in (OstreeUnlock.Options(lazy=True), OstreeUnlock.Options(from_=one)):
    try:
        OstreeUnlock.diff_commits(repo, one, two, options)
    except OstreeUnlock.InvalidArgumentError as error:
        assert "means nothing here" in error.message
    else:
        raise AssertionError("not refused")

# An object that is not there ends it, and there is no more.
three = commit(["d", "e"])
tree = repo.read_commit(three)[1]
contents = tree.tree_get_contents_checksum()
os.unlink(f"{directory.name}/objects/{contents[:2]}/{contents[2:]}.dirtree")
comparison = OstreeUnlock.diff_commits(repo, one, three)
try:
    list(comparison)
except OstreeUnlock.NotFoundError as error:
    assert "dirtree" in error.message
else:
    raise AssertionError("not noticed")
assert list(comparison) == []

# Many.
four = commit([f"file{number}" for number in range(MANY)])
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.monotonic()
count = sum(1 for difference in OstreeUnlock.diff_commits(repo, one, four) if difference.get_path().startswith("/file"))
seconds = time.monotonic() - start
kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base
assert count == MANY
assert seconds < 5 and kilobytes < 100_000, (seconds, kilobytes)
