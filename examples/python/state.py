#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Says in which state this host is, and since when: a line for each hierarchy, for monitoring."""

import datetime
import sys

import gi

gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")

from gi.repository import GLib, OSTree, OstreeUnlock

try:
    overview = OstreeUnlock.status(OSTree.Sysroot.new_default())
except OstreeUnlock.NotOstreeError as error:
    sys.exit(error.message)
except GLib.Error as error:
    sys.exit(f"cannot tell: {error.message}")
for hierarchy in overview:
    state = OSTree.Deployment.unlocked_state_to_string(hierarchy.get_state())
    since = hierarchy.get_since()
    when = f" since {datetime.datetime.fromtimestamp(since):%Y-%m-%d %H:%M}" if since > 0 else ""
    print(f"{hierarchy.get_path()}: {state}{when}, by {hierarchy.get_made_by() or 'nobody'}")
    for problem in hierarchy.get_problems():
        print(f"  {problem.get_text()}")
