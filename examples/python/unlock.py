#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Unlocks the booted deployment, writes below /usr, shows what was written, and locks it again."""

import sys
from pathlib import Path

import gi

gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")

from gi.repository import GLib, OSTree, OstreeUnlock

sysroot = OSTree.Sysroot.new_default()
try:
    with OstreeUnlock.unlocked(sysroot):
        Path("/usr/share/hello").write_text("hello\n")
        print(OstreeUnlock.detect().get_message())
        for hierarchy in OstreeUnlock.status(sysroot, usage=True):
            _, entries, size = hierarchy.get_upper_usage()
            print(f"{hierarchy.get_path()}: {entries} entries, {size} bytes, in {hierarchy.get_upper_path()}")
except GLib.Error as error:
    sys.exit(error.message)
print("/usr is as it was before")
