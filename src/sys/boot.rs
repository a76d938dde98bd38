// SPDX-License-Identifier: LGPL-2.1-or-later
//! Which boot this is, and of which boot a directory is that does not outlive it.

use std::os::fd::AsFd;
use std::path::Path;

use crate::error::{Error, Result};
use crate::sys::files;

const ID: &str = "/proc/sys/kernel/random/boot_id";
/// The file that says it.
pub const STAMP: &str = "boot";

/// Whether the directory says that it is of this boot.
pub fn made(directory: &Path) -> bool {
    let found = std::fs::read_to_string(directory.join(STAMP));
    found.is_ok_and(|found| id().is_ok_and(|id| found == id))
}

/// Empties a directory, which is at `path` as well, unless it is of this boot; then it is.
pub fn renew(path: &Path, directory: impl AsFd) -> Result<()> {
    if made(path) {
        return Ok(());
    }
    files::empty(&directory)?;
    stamp(directory)
}

/// Has the directory say so, also where somebody died who was about to. One call at a time.
pub fn stamp(directory: impl AsFd) -> Result<()> {
    files::remove_unfinished(directory.as_fd(), STAMP)?;
    files::write_whole(directory.as_fd(), STAMP, id()?.as_bytes())
}

fn id() -> Result<String> {
    let id = std::fs::read_to_string(ID);
    id.map_err(|e| Error::io("asking which boot this is", e).at(ID))
}
