"""What an administrator has decided holds for every caller: refused with file and line, or the default where a caller is silent."""

import json

import pytest

from harness.fixtures import trees

from .test_apply import other_commit

ONE = trees("trixie")
FILE = "/etc/ostree-unlock/config.d/50-site.conf"
NOT_ALLOWED = 25


@pytest.fixture
def configure(system):
    """Write the site's file: section and lines."""

    def write(*lines: str, path: str = FILE) -> None:
        system.run(["install", "-D", "/dev/stdin", path], input="\n".join(["[Unlock]", *lines, ""]))

    return write


def refused(system, command, *words):
    result = system.run(command, check=False)
    assert result.returncode == NOT_ALLOWED, result
    assert [word for word in words if word not in result.stderr] == [], result
    return result


@trees()
def test_a_state_that_is_not_in_the_list_is_refused(system, configure, is_locked, is_unlocked):
    configure("# only this one", "States=transient")
    refused(system, "ostree-unlock begin", "development", f"{FILE}:3")
    refused(system, "ostree-unlock begin --backing ram --dry-run", f"{FILE}:3")
    is_locked()
    system.run("ostree-unlock begin transient")
    is_unlocked("transient")
    refused(system, "ostree-unlock begin development", f"{FILE}:3")
    is_unlocked("transient")
    # Who administers the system takes it back for this boot.
    configure("States=", path="/run/ostree-unlock/config.d/90-now.conf")
    system.run("ostree-unlock begin development")
    is_unlocked("development")


@ONE
def test_the_command_run_follows_it_too(system, configure, is_locked):
    configure("States=development")
    refused(system, "ostree-unlock run --writable -- true", f"{FILE}:2")
    is_locked()


@ONE
def test_apply_follows_it_too(system, configure, is_locked):
    other_commit(system)
    configure("States=development")
    for words in ("apply other", "apply other --dry-run"):
        refused(system, f"ostree-unlock {words}", f"{FILE}:2")
    is_locked()


@ONE
def test_defaults_hold_where_the_caller_says_nothing(system, configure, usr):
    configure("Backing=ram", "SizeLimit=16M", "TimeLimit=1h")
    begun = system.run("ostree-unlock begin").stdout
    assert "at most 16.8 MB" in begun, begun
    path = usr()["upper"]["path"]
    assert path.startswith("/run/ostree-unlock/")
    assert int(system.run(f"stat -f -c '%b %S' {path}").stdout.split()[0]) * 4096 == 16 << 20
    assert usr()["until"]
    system.run("ostree-unlock end --yes")
    system.run("ostree-unlock begin --backing disk")
    assert usr()["upper"]["path"].startswith("/sysroot/")


@ONE
def test_limits_are_upper_bounds(system, configure, is_locked, usr):
    configure("SizeLimit=16M", "TimeLimit=1h")
    refused(system, "ostree-unlock begin --size-limit 17M", "SizeLimit=16777216", f"{FILE}:2")
    refused(system, "ostree-unlock begin --for 61min", "TimeLimit=1h", f"{FILE}:3")
    is_locked()
    system.run("ostree-unlock begin --size-limit 16M --for 1h")
    assert usr()["unlocked"] == "development"


@ONE
def test_a_time_limit_excludes_what_outlives_it(system, configure, is_locked):
    configure("TimeLimit=1h", "Backing=ram")
    refused(system, "ostree-unlock begin hotfix", "TimeLimit=1h", f"{FILE}:2")
    configure("Backing=ram", "SizeLimit=16M")
    system.run("ostree-unlock begin hotfix --dry-run")
    is_locked()


@trees(composefs=True)
def test_a_root_that_is_guaranteed_may_be_refused(system, configure, is_locked, is_unlocked):
    configure("OnVerity=refuse")
    system.run("ostree-unlock begin && ostree-unlock end --yes")
    # What ostree-prepare-root writes down for one whose files have to have fs-verity.
    code = """
from gi.repository import GLib
path = "/run/ostree-booted"
said = GLib.Variant.new_from_bytes(GLib.VariantType("a{sv}"), GLib.Bytes(open(path, "rb").read()), False)
told = GLib.VariantDict.new(said)
told.insert_value("composefs.verity", GLib.Variant("b", True))
open(path, "wb").write(told.end().get_data_as_bytes().get_data())
"""
    system.python(code)
    refused(system, "ostree-unlock begin", "OnVerity=refuse", f"{FILE}:2")
    is_locked()
    configure("OnVerity=allow")
    system.run("ostree-unlock begin")
    is_unlocked("development")


@ONE
def test_a_broken_file_stops_begin_alone(system, configure, usr):
    system.run("ostree-unlock begin && touch /usr/new")
    configure("TimeLimit=soon")
    (problem,) = usr()["problems"]
    assert problem["code"] == "config" and f"{FILE}: line 2: TimeLimit=soon" in problem["text"]
    for command in ("ostree-unlock begin transient", "ostree-unlock config"):
        broken = system.run(command, check=False)
        assert broken.returncode == 1, broken
        assert f"{FILE}: line 2: TimeLimit=soon: a time such as" in broken.stderr
    system.run("ostree-unlock end --yes")
    assert not system.exists("/usr/new")


@ONE
def test_what_is_not_known_is_a_note(system, configure):
    configure("Colour=red")
    warning = f"{FILE}:2: unknown key Colour, skipped"
    assert warning in " ".join(system.run("ostree-unlock begin").stdout.split())
    assert json.loads(system.run("ostree-unlock config --json").stdout)["warnings"] == [warning]


@ONE
def test_config_shows_each_value_and_where_it_stands(system, configure):
    lines = system.run("ostree-unlock config", user="nobody").stdout.splitlines()
    assert [line.split()[-1] for line in lines] == ["default"] * 6
    system.run("ostree-unlock begin")
    configure("SizeLimit=1G", path="/usr/lib/ostree-unlock/config.d/10-vendor.conf")
    system.run("ostree-unlock begin transient")
    configure("TimeLimit=90min", path="/run/ostree-unlock/config.d/20-now.conf")
    settings = json.loads(system.run("ostree-unlock config --json").stdout)["settings"]
    found = {setting["key"]: (setting["value"], setting["path"], setting["line"]) for setting in settings}
    assert found == {
        "States": ("development transient hotfix", None, None),
        "OnVerity": ("allow", None, None),
        "Backing": ("", None, None),
        "SizeLimit": ("1073741824", "/usr/lib/ostree-unlock/config.d/10-vendor.conf", 2),
        "TimeLimit": ("1h 30min", "/run/ostree-unlock/config.d/20-now.conf", 2),
        "Records": ("", None, None),
    }
