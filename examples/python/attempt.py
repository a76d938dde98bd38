#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tries a command on an unlocked system: runs it, shows what it changed below /usr, and locks again.

Usage: attempt.py COMMAND…
"""

import os
import subprocess
import sys

import gi

gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")

from gi.repository import GLib, OSTree, OstreeUnlock

sysroot = OSTree.Sysroot.new_default()
try:
    with OstreeUnlock.unlocked(sysroot):
        status = subprocess.run(sys.argv[1:], check=False).returncode
        for hierarchy in OstreeUnlock.status(sysroot):
            upper = hierarchy.get_upper_path() or ""
            for directory, _, names in os.walk(upper):
                for name in sorted(names):
                    print(os.path.join(directory, name).replace(upper, hierarchy.get_path(), 1))
except OstreeUnlock.InUseError as error:
    for holder in error.holders:
        print(holder.get_sentence(), file=sys.stderr)
    sys.exit("it goes on in the background; `ostree-unlock end` locks again when it is done")
except GLib.Error as error:
    sys.exit(error.message)
sys.exit(status)
