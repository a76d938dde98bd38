"""Random defaults for /etc and random changes of it, in a booted system; and by a rule of its own what is to come of them.

    defaults.py make SEED COUNT DIRECTORY [--plain]
    defaults.py change SEED DIRECTORY [--plain]     as pairs.py does; plain are the trees that a commit can have
    defaults.py check OLD THERE NEW NOW             NOW is what comes of THERE where the defaults OLD become NEW; on standard
                                                    input which paths are said to stay, in JSON: `named`, and how many `more`

Why: whoever merges and whoever says what a merge should be must not be the same.
What may not be in here: what merges.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import struct
import sys

import pairs

LIST, INHERITED = "system.posix_acl_access", "system.posix_acl_default"


def access_list(user: int, rights: int) -> bytes:
    """One that names a user, as the kernel has it."""
    everybody = 0xFFFFFFFF
    entries = [(0x01, 6, everybody), (0x02, rights, user), (0x04, 4, everybody), (0x10, 6, everybody), (0x20, 4, everybody)]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


class Trees(pairs.Trees):
    """With access control lists. Those for what is made in a directory are in no commit: libostree checks that out with files that
    have inherited them."""

    def __init__(self, seed: str, is_plain: bool) -> None:
        super().__init__(seed, is_plain)
        self.lists = [LIST] if is_plain else [LIST, INHERITED]

    def dress(self, path: bytes) -> None:
        """Also who else may read it."""
        super().dress(path)
        if self.random.random() < 0.15:
            with contextlib.suppress(OSError):  # links have none, and files none to be inherited
                os.setxattr(path, self.random.choice(self.lists), access_list(self.random.choice([7, 8]), 4), follow_symlinks=False)


def tree(root: bytes) -> dict[bytes, tuple]:
    """What is at each path, long content by a sum, since a failure shows it."""
    found = {}
    for path in pairs.everything(root):
        path = os.path.relpath(path, root)
        *state, content, xattrs = pairs.what(root, path)
        is_long = isinstance(content, bytes) and len(content) > 99
        found[path] = (*state, hashlib.sha256(content).hexdigest() if is_long else content, xattrs)
    return found


def is_directory(file: tuple | None) -> bool:
    """Nothing is none."""
    return file is not None and stat.S_ISDIR(file[0])


def merged(old: dict, there: dict, new: dict) -> tuple[dict, set[bytes]]:
    """What is to be there, and which changes of defaults have no effect."""
    now, stays = dict(there), set()
    changed = {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
    # What is inside goes before what it is in.
    for path in sorted(changed, reverse=True):
        if there.get(path) == new.get(path):
            continue
        if there.get(path) != old.get(path):
            stays.add(path)
        elif path in there and not (is_directory(there[path]) and is_directory(new.get(path))):
            if any(os.path.dirname(other) == path for other in now):
                stays.add(path)
            else:
                del now[path]
    for path in sorted(changed - stays):
        if path in new and there.get(path) != new[path]:
            directory = os.path.dirname(path)
            if directory and not is_directory(now.get(directory)):
                stays.add(path)
            else:
                now[path] = new[path]
    return now, stays


def check(*roots: bytes) -> None:
    """Compares, and says the first difference."""
    old, there, new, now = map(tree, roots)
    said = json.load(sys.stdin)
    named = {os.fsencode(path) for path in said["named"]}
    expected, stays = merged(old, there, new)
    for path in sorted(expected.keys() | now.keys()):
        sides = (old.get(path), there.get(path), new.get(path))
        assert now.get(path) == expected.get(path), (path, "is", now.get(path), "of", sides)
    for path in sorted(named ^ stays if said["more"] == 0 else named - stays):
        raise AssertionError((path, "is said to stay" if path in named else "stays", old.get(path), there.get(path), new.get(path)))
    assert len(named) + said["more"] == len(stays), (said["more"], sorted(named), sorted(stays))
    print(sum(now.get(path) != there.get(path) for path in now.keys() | there.keys()), len(stays))


def main() -> None:
    """As it says above."""
    verb, *words = sys.argv[1:]
    if verb == "check":
        check(*map(os.fsencode, words))
    else:
        pairs.main(Trees)


if __name__ == "__main__":
    main()
