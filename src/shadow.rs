// SPDX-License-Identifier: LGPL-2.1-or-later
//! A copy of a directory, in memory as far as it is written to, over the directory itself or
//! elsewhere: for a namespace of the caller's own, with which it is gone. What is written there
//! is not known here.

use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::sys::files::{self, Attributes};
use crate::sys::mountinfo::{self, View};
use crate::sys::mounts::{self, Overlay};

/// Shows a copy of `source` at `place`, and gives a directory that is as private, and that nobody
/// sees. What is mounted below `source` is no copy, and cannot be written to.
pub fn lay(source: &Path, place: &Path) -> Result<OwnedFd> {
    let like = Attributes::of(source)?;
    let carried = clone_below(source)?;
    let lower = files::hold(source)?;
    // The overlay covers the file system that it is made of.
    mounts::mount_tmpfs(place, None)?;
    let memory = files::hold(place)?;
    for name in ["upper", "work"] {
        files::make_directory_like(&memory, name, &like)?;
    }
    let overlay = Overlay {
        source: "ostree-unlock-scratch",
        lowers: &[&files::through(&lower, ".")],
        upper: &place.join("upper"),
        work: &place.join("work"),
        exclusive: false,
    };
    mounts::mount_overlay(&overlay, place)
        .map_err(|e| Error::os("the kernel refuses the overlay of the scratch", e).at(place))?;
    for (below, tree) in carried {
        mounts::set_tree_read_only(&tree)?;
        mounts::attach_on_top(&tree, &place.join(below))?;
    }
    Ok(memory)
}

/// Copies of what is mounted below a directory, each with its path from there.
fn clone_below(directory: &Path) -> Result<Vec<(PathBuf, OwnedFd)>> {
    let table = mountinfo::load(View::Caller)?;
    let mut points: Vec<&Path> = table.iter().map(|mount| mount.point.as_path()).collect();
    points.sort_unstable();
    let mut copies: Vec<(PathBuf, OwnedFd)> = Vec::new();
    for point in points {
        let Ok(below) = point.strip_prefix(directory) else {
            continue;
        };
        let is_in_copy = copies.iter().any(|(outer, _)| below.starts_with(outer));
        // One that is covered is not there.
        if below.as_os_str().is_empty() || is_in_copy || !files::exists(point) {
            continue;
        }
        copies.push((below.to_owned(), mounts::clone_tree(point, true)?));
    }
    Ok(copies)
}
