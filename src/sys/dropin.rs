// SPDX-License-Identifier: LGPL-2.1-or-later
//! Directories that go over one another, as systemd has them: a name in one of them
//! replaces the same name in those of lower priority. What the files are is not known here.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Every name with the file that counts, below `root`; the first directory is the one
/// that replaces. One that is not there has no names.
pub fn find(root: &Path, directories: &[&str]) -> Result<BTreeMap<OsString, PathBuf>> {
    let mut found = BTreeMap::new();
    for directory in directories {
        let directory = root.join(directory);
        let unreadable = |e| Error::io("reading a directory", e).at(&directory);
        let entries = match std::fs::read_dir(&directory) {
            Err(e) if e.kind() == ErrorKind::NotFound => continue,
            entries => entries.map_err(unreadable)?,
        };
        for entry in entries {
            let name = entry.map_err(unreadable)?.file_name();
            let path = directory.join(&name);
            found.entry(name).or_insert(path);
        }
    }
    Ok(found)
}
