"""Our Debian packages in an OSTree system: installed in its tree, committed, booted, used; removed without a trace."""

import contextlib
import hashlib
import os
import shutil
import stat

import pytest

from harness import images, suites
from harness.namespace import NamespaceSystem
from harness.payload import SOURCE
from harness.workshop import run

from . import consumers, rooms
from .conftest import install_debs
from .test_dependencies import DEVELOPMENT

EXAMPLES = SOURCE / "examples"
INSTALLED = ("libostree-unlock1", "gir1.2-ostreeunlock-1.0", "python3-ostree-unlock", "ostree-unlock")

# Where dpkg, apt and ldconfig write down what they did.
LOGS = ("/var/log/", "/var/cache/", "/var/lib/apt/", "/given")

(TARGET,) = suites.targets(rooms.SUITE)


@pytest.fixture
def ostree_tree(lab):
    """The tree of the test systems, as a room in which dpkg works as anywhere."""
    return _ostree_tree(lab)


@contextlib.contextmanager
def _ostree_tree(lab):
    scratch = lab.session.new("ostree")
    tree, image = scratch / "tree", scratch / "tree.img"
    tree.mkdir()
    # on the session's tmpfs, as all that has a loop device
    run(["cp", "--sparse=always", lab.tree(TARGET.suite) / "tree.img", image])
    run(["mount", "-o", "loop,ro", image, tree])
    try:
        with rooms.layered(lab.session, tree) as (root, layer):
            # as in a deployment that runs
            (root / "etc").symlink_to("usr/etc")
            for name in ("lib/apt/lists/partial", "cache/apt/archives/partial", "log/apt", "cache/ldconfig", "tmp"):
                (root / "var" / name).mkdir(parents=True)
            (root / "var/lib/dpkg").symlink_to("/usr/share/dpkg/database")
            yield rooms.Room(root, layer)
    finally:
        run(["umount", tree])
        shutil.rmtree(scratch)


@pytest.fixture
def consumer(room, build_tree, debs):
    """A program that others wrote and packaged."""
    there = room(build_tree)
    install_debs(there, *(debs[package] for package in DEVELOPMENT))
    return consumers.deb(there, EXAMPLES / "c/unlock.c")


def listing(room):
    """Every file of a room, with what it is and what is in it."""
    found = {}
    for directory, names, files in os.walk(room.root):
        for name in (*names, *files):
            path = os.path.join(directory, name)
            status = os.lstat(path)
            what = [stat.filemode(status.st_mode), status.st_uid, status.st_gid]
            if stat.S_ISREG(status.st_mode):
                with open(path, "rb") as file:
                    what.append(hashlib.file_digest(file, "sha256").hexdigest())
            elif stat.S_ISLNK(status.st_mode):
                what.append(os.readlink(path))
            found[path.removeprefix(str(room.root))] = what
    return found


def is_a_log(path):
    """Whether it is there to say what happened, and not part of the system."""
    return path.startswith(LOGS) or (path.startswith("/usr/share/dpkg/database/") and path.endswith(("-old", "/lock")))


def test_purged_without_a_trace(ostree_tree, debs, consumer):
    with ostree_tree as there:
        # dpkg and apt make files of their own when they do anything at all
        there.run("dpkg --configure --pending && apt-get check")
        before = listing(there)
        install_debs(there, *(debs[package] for package in INSTALLED), consumer)
        there.run("consumer-unlock --version; ostree-unlock --version", check=False)
        installed = listing(there)
        there.run("apt-get purge --assume-yes consumer-unlock " + " ".join(INSTALLED))
        after = listing(there)
        assert "/usr/bin/ostree-unlock" in installed
        changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
        assert [path for path in sorted(changed) if not is_a_log(path)] == []


@pytest.fixture
def booted(lab, ostree_tree, debs, consumer, checkout):
    """A system that has our packages from its distribution."""
    with ostree_tree as there:
        install_debs(there, *(debs[package] for package in INSTALLED), consumer)
        payload = lab.session.new("payload")
        # what dpkg wrote, without what the overlay says of itself in attributes
        run(["cp", "-r", "--preserve=mode,ownership,timestamps,links", there.layer / "usr", payload])
    assert not [path for path in payload.rglob("*") if path.is_char_device()], "something was removed"
    image = images.image(lab.session, TARGET, lab.tree(TARGET.suite), payload, checkout / "packages")
    shutil.rmtree(payload)
    disk = images.fresh(image, lab.session.new("system"))
    with NamespaceSystem(TARGET, disk, lab.host) as system:
        system.boot()
        yield system
    disk.unlink()


def damaged(system):
    """What is not as the packages have it; the trees of the tests leave out all documentation."""
    lines = system.run("dpkg --verify " + " ".join(INSTALLED), check=False).stdout.splitlines()
    left_out = (" /usr/share/doc/", " /usr/share/man/")
    return [line for line in lines if not any(place in f"{line}/" for place in left_out)]


def test_booted_and_used_from_c_python_and_the_shell(booted):
    assert damaged(booted) == []
    for program in (["consumer-unlock"], ["/usr/bin/python3", "-"]):
        code = (EXAMPLES / "python/unlock.py").read_text() if program[-1] == "-" else None
        assert "/usr is as it was before" in booted.run(program, input=code).stdout
    assert booted.run("touch /usr/new", check=False).returncode != 0
    booted.run("ostree-unlock begin && touch /usr/new && ostree-unlock end --yes")
    assert not booted.exists("/usr/new")


def test_removed_while_unlocked_it_is_back_after_the_end(booted):
    """What dpkg does to an unlocked /usr is gone with everything else, the library and its command included.

    Not what it does to /etc, which is not covered: purged, the hook for apt would stay away.
    """
    booted.run("cp /usr/bin/ostree-unlock /run/command && /run/command begin")
    booted.run("dpkg --remove consumer-unlock ostree-unlock python3-ostree-unlock")
    assert not booted.exists("/usr/bin/ostree-unlock")
    booted.run("/run/command end --yes")
    assert damaged(booted) == []
    booted.run("ostree-unlock status")
