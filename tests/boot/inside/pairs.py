"""Random pairs of trees, in a booted system: made, changed, and one made out of the other by what `diff` says.

    pairs.py make SEED COUNT DIRECTORY [--plain]     so many trees beneath it
    pairs.py change SEED DIRECTORY [--plain]         changes each of them
    pairs.py apply BEFORE AFTER APPLIED              APPLIED, a copy of BEFORE, by the lines of `diff --name-status` on
                                                     standard input; and is each of them a difference at all?

Plain are the trees that a commit can have: names are UTF-8, and there are no special files.

Why: nobody thinks of every combination, and no two of them should be told apart by anything but what they are.
What may not be in here: overlays, commits.
"""

from __future__ import annotations

import ast
import contextlib
import os
import random
import shutil
import stat
import sys

PLAIN = [b"a", b"b", b"c", b"d", "\u00e4 \u6f22".encode(), b"new\nline", b"-dash", b"*", b'"q" \\ \'', b".wh.a", b"n" * 200]
ODD = [b"odd \xff\xfe", b"\x1b[2J", b"\x80"]
XATTRS = ["user.a", "user.b", "trusted.c"]


class Trees:
    """What is random about trees."""

    def __init__(self, seed: str, is_plain: bool) -> None:
        self.random = random.Random(seed)
        self.names = PLAIN if is_plain else PLAIN + ODD
        # libostree takes no attribute without a value into a commit.
        self.values = [b"x", b"y" * 300] + ([] if is_plain else [b""])
        self.kinds = ["file"] * 5 + ["directory"] * 4 + ["symlink"] * 2 + ["link"] + ([] if is_plain else ["special"])

    def make(self, at: bytes, depth: int = 3) -> None:
        """Fills a directory."""
        for name in self.random.sample(self.names, self.random.randint(0, 5)):
            self.create(os.path.join(at, name), depth)

    def create(self, path: bytes, depth: int = 1) -> None:
        """Something that was not there."""
        kind = self.random.choice(self.kinds)
        if kind == "directory" and depth:
            os.mkdir(path)
            self.make(path, depth - 1)
        elif kind == "symlink":
            os.symlink(self.random.choice(self.names), path)
        elif kind == "link":
            beside = [entry.path for entry in os.scandir(os.path.dirname(path)) if entry.is_file(follow_symlinks=False)]
            if beside:
                os.link(self.random.choice(sorted(beside)), path)
            return
        elif kind == "special":
            how = self.random.choice([stat.S_IFIFO, stat.S_IFSOCK, stat.S_IFCHR, stat.S_IFBLK])
            os.mknod(path, how | 0o600, os.makedev(self.random.randint(1, 3), 3))
        else:
            self.write(path)
        self.dress(path)

    def write(self, path: bytes) -> None:
        """Other content, of few lengths."""
        with open(path, "wb") as file:
            file.write(self.random.randbytes(self.random.choice([0, 1, 1, 5, 5, 70_000])))

    def dress(self, path: bytes) -> None:
        """Another mode, owner, or attribute, sometimes."""
        if self.random.random() < 0.5:
            return
        os.chown(path, self.random.choice([0, 0, 7]), self.random.choice([0, 0, 8]), follow_symlinks=False)
        if not os.path.islink(path):
            os.chmod(path, self.random.choice([0o644, 0o600, 0o755, 0o4711, 0o1777]))
        with contextlib.suppress(PermissionError):  # user attributes are for files and directories alone
            os.setxattr(path, self.random.choice(XATTRS), self.random.choice(self.values), follow_symlinks=False)

    def change(self, root: bytes) -> None:
        """Some changes of one tree."""
        for _ in range(self.random.randint(0, 6)):
            # What cannot be, such as to move a directory into itself, is not done.
            with contextlib.suppress(OSError):
                self.change_one(root)

    def change_one(self, root: bytes) -> None:
        """One of them."""
        paths = [root, *everything(root)]
        path = self.random.choice(paths)
        directories = [path for path in paths if is_directory(path)]
        inside = os.path.join(self.random.choice(directories), self.random.choice(self.names))
        choice = self.random.choice(["touch", "again", "write", "dress", "undress", "add", "add", "remove", "replace", "anew", "move", "link"])
        if choice == "touch":
            os.utime(path, (1, 1), follow_symlinks=False)
        elif choice in ("again", "write") and stat.S_ISREG(os.lstat(path).st_mode):
            with open(path, "r+b") as file:
                file.write(b"" if choice == "again" else self.random.randbytes(2))
        elif choice == "dress":
            self.dress(path)
        elif choice == "undress":
            for name in os.listxattr(path, follow_symlinks=False):
                os.removexattr(path, name, follow_symlinks=False)
        elif choice == "add" and not os.path.lexists(inside):
            self.create(inside)
        elif path == root:
            return
        elif choice == "remove":
            remove(path)
        elif choice == "replace":
            remove(path)
            self.create(path)
        elif choice == "anew" and is_directory(path):
            remove(path)
            os.mkdir(path)
            self.make(path, 1)
        elif choice == "move":
            os.rename(path, inside)
        elif choice == "link":
            os.link(path, inside, follow_symlinks=False)


def everything(root: bytes) -> list[bytes]:
    """The paths of all that is in it."""
    return sorted(os.path.join(at, name) for at, dirs, files in os.walk(root) for name in dirs + files)


def is_directory(path: bytes) -> bool:
    """No link is followed."""
    return os.path.isdir(path) and not os.path.islink(path)


def remove(path: bytes) -> None:
    """Whatever it is, with what is in it."""
    shutil.rmtree(path) if is_directory(path) else os.unlink(path)


def xattrs(path: bytes) -> dict[str, bytes]:
    """All of them."""
    return {name: os.getxattr(path, name, follow_symlinks=False) for name in os.listxattr(path, follow_symlinks=False)}


def there(root: bytes, path: bytes) -> bool:
    """Whether it is in that tree, with no symbolic link followed on the way: below one there is nothing."""
    parts = path.split(b"/")
    parents = (os.path.join(root, *parts[:depth]) for depth in range(1, len(parts)))
    return all(map(is_directory, parents)) and os.path.lexists(os.path.join(root, path))


def what(root: bytes, path: bytes) -> tuple | None:
    """All that counts of a file."""
    if not there(root, path):
        return None
    path = os.path.join(root, path)
    state = os.lstat(path)
    content = None
    if stat.S_ISREG(state.st_mode):
        with open(path, "rb") as file:
            content = file.read()
    elif stat.S_ISLNK(state.st_mode):
        content = os.readlink(path)
    elif stat.S_ISCHR(state.st_mode) or stat.S_ISBLK(state.st_mode):
        content = state.st_rdev
    return state.st_mode, state.st_uid, state.st_gid, content, xattrs(path)


def put(source: bytes, target: bytes) -> None:
    """One file like another, in the place of whatever is there; of a directory not what is in it."""
    state = os.lstat(source)
    if is_directory(source):
        if not is_directory(target):
            if os.path.lexists(target):
                remove(target)
            os.mkdir(target)
    else:
        if os.path.lexists(target):
            remove(target)
        if stat.S_ISREG(state.st_mode):
            shutil.copyfile(source, target)
        elif stat.S_ISLNK(state.st_mode):
            os.symlink(os.readlink(source), target)
        else:
            os.mknod(target, state.st_mode, state.st_rdev)
    os.chown(target, state.st_uid, state.st_gid, follow_symlinks=False)
    if not stat.S_ISLNK(state.st_mode):
        os.chmod(target, stat.S_IMODE(state.st_mode))
    for name in os.listxattr(target, follow_symlinks=False):
        os.removexattr(target, name, follow_symlinks=False)
    for name, value in xattrs(source).items():
        os.setxattr(target, name, value, follow_symlinks=False)


def apply(before: bytes, after: bytes, applied: bytes) -> None:
    """Makes `applied` out of what it is by the differences."""
    for line in sys.stdin.buffer.read().splitlines():
        letter, path = line.split(b"\t", 1)
        if path.startswith(b'"'):
            path = ast.literal_eval("b" + path.decode())
        path = path.removeprefix(b"/usr/pairs").lstrip(b"/")
        old, new = what(before, path), what(after, path)
        expected = "A" if old is None else "D" if new is None else "T" if kind(old) != kind(new) else "M" if old[3] != new[3] else "m"
        assert old != new and letter.decode() == expected, (letter, expected, path)
        target = os.path.join(applied, path)
        if letter != b"D":
            put(os.path.join(after, path), target)
        elif there(applied, path):
            remove(target)
    # That two names are of one file is no difference, as no commit keeps it.
    names = {}
    for path in everything(after):
        if not is_directory(path):
            state = os.lstat(path)
            names.setdefault((state.st_dev, state.st_ino), []).append(os.path.relpath(path, after))
    for first, *others in names.values():
        for other in others:
            if what(applied, first) == what(applied, other) is not None:
                os.unlink(os.path.join(applied, other))
                os.link(os.path.join(applied, first), os.path.join(applied, other), follow_symlinks=False)


def kind(of: tuple) -> int:
    """The type of a file; devices are of one."""
    return stat.S_IFCHR if stat.S_ISBLK(of[0]) else stat.S_IFMT(of[0])


def main(trees: type[Trees] = Trees) -> None:
    """As it says above; of trees of that kind."""
    verb, *words = sys.argv[1:]
    is_plain = "--plain" in words
    words = [os.fsencode(word) for word in words if word != "--plain"]
    if verb == "make":
        seed, count, directory = words
        for number in range(int(count)):
            root = os.path.join(directory, b"%04d" % number)
            os.makedirs(root)
            trees(f"{seed} {number}", is_plain).make(root)
    elif verb == "change":
        seed, directory = words
        for name in sorted(os.listdir(directory)):
            trees(f"{seed} {name}", is_plain).change(os.path.join(directory, name))
    else:
        apply(*words)


if __name__ == "__main__":
    main()
