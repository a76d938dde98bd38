// SPDX-License-Identifier: LGPL-2.1-or-later
//! A number of bytes, as people read it. Pure.

/// Such as `4.1 kB`.
pub(super) fn size(bytes: u64) -> String {
    // GLib puts a no-break space between number and unit.
    glib::format_size(bytes).replace('\u{a0}', " ")
}
