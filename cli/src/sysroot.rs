// SPDX-License-Identifier: LGPL-2.1-or-later
//! Opens the sysroot that a verb acts on.

use std::path::{Path, PathBuf};

use ostree_unlock::{Error, Result};

/// The sysroot at `path`, or the one of the running system. Where the system was not
/// booted by OSTree, or where this is a container of it, it is not loaded: libostree could
/// only fail at that, and the verbs look at the system before they look at the sysroot
/// and say it better.
pub(crate) fn open(path: Option<&Path>) -> Result<ostree::Sysroot> {
    let sysroot = match path {
        Some(path) => ostree::Sysroot::new(Some(&gio::File::for_path(path))),
        None => ostree::Sysroot::new_default(),
    };
    if ostree_unlock::detect()?.deployment.is_some() {
        sysroot
            .load(gio::Cancellable::NONE)
            .map_err(|error| cannot_open(path, error))?;
    }
    Ok(sysroot)
}

fn cannot_open(path: Option<&Path>, error: glib::Error) -> Error {
    let path = path.map_or_else(|| PathBuf::from("/"), Path::to_owned);
    Error::from(error).during("open the sysroot").at(path)
}
