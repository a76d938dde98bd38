// SPDX-License-Identifier: LGPL-2.1-or-later
//! The sysroot that a verb acts on.

use std::path::Path;

/// The sysroot at `path`, or the one of the running system; not loaded, the verbs do not
/// need that.
pub(crate) fn open(path: Option<&Path>) -> ostree::Sysroot {
    match path {
        Some(path) => ostree::Sysroot::new(Some(&gio::File::for_path(path))),
        None => ostree::Sysroot::new_default(),
    }
}
