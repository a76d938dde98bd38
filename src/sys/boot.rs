// SPDX-License-Identifier: LGPL-2.1-or-later
//! Which boot this is, and of which boot a directory of ours is. What is to be done with that of
//! another boot is decided elsewhere.

use std::os::fd::AsFd;
use std::path::Path;

use crate::error::{Error, Result};
use crate::sys::files;

const ID: &str = "/proc/sys/kernel/random/boot_id";
/// The file that says it, in the directory.
const NAME: &str = "boot";

/// Has a directory be of this boot.
pub fn mark(directory: impl AsFd) -> Result<()> {
    files::write_whole(directory, NAME, id()?.as_bytes())
}

/// Takes that back.
pub fn unmark(directory: impl AsFd) -> Result<()> {
    files::remove_file(directory, NAME)
}

/// Whether a directory was marked, in whatever boot.
pub fn is_marked(directory: &Path) -> bool {
    files::exists(&directory.join(NAME))
}

/// Whether it was marked in this boot.
pub fn is_marked_now(directory: &Path) -> bool {
    let found = std::fs::read_to_string(directory.join(NAME));
    found.is_ok_and(|found| id().is_ok_and(|id| found == id))
}

fn id() -> Result<String> {
    std::fs::read_to_string(ID).map_err(|e| Error::io("asking which boot this is", e).at(ID))
}
