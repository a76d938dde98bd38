"""What was decided for every caller is iterated over, a setting at a time with where it stands."""

import os

import gi

gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")

from gi.repository import GLib, OstreeUnlock

DIRECTORY = "/etc/ostree-unlock/config.d"
FILE = f"{DIRECTORY}/50-site.conf"


def decide(*lines):
    os.makedirs(DIRECTORY, exist_ok=True)
    with open(FILE, "w") as file:
        file.write("\n".join(["[Unlock]", *lines, ""]))


def read():
    return {one.get_key(): (one.get_value(), one.get_path(), one.get_line()) for one in OstreeUnlock.config()}


assert read()["States"] == ("development transient hotfix", None, 0)
assert OstreeUnlock.config().get_warnings() == []

decide("States=transient", "SizeLimit=1M", "Strange=1")
assert read()["States"] == ("transient", FILE, 2)
assert read()["SizeLimit"] == ("1048576", FILE, 3)
assert read()["OnVerity"] == ("allow", None, 0)
configuration = OstreeUnlock.config()
assert [one.get_key() for one in configuration] == [one.get_key() for one in configuration.get_settings()]
(warning,) = configuration.get_warnings()
assert warning.startswith(f"{FILE}:4: unknown key Strange")

decide("States=nothing")
try:
    OstreeUnlock.config()
except OstreeUnlock.FailedError as error:
    assert isinstance(error, GLib.Error) and f"{FILE}: line 2" in str(error)
else:
    raise AssertionError("it made sense")
