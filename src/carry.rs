// SPDX-License-Identifier: LGPL-2.1-or-later
//! What somebody mounted in an overlay while it was open must outlive it. Before the
//! overlay goes, a copy of each such mount is attached aside, where a crash cannot
//! take it; afterwards it goes onto the base, or is let go where it stayed as it was.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::sys::mountinfo::{self, Mount, View};
use crate::sys::{files, mounts};

/// For root alone; one place in it for each mount, named by its position in the list.
const ASIDE: &str = "/run/ostree-unlock/carried";

/// Attaches a copy of what is mounted at each of `points` aside.
pub fn keep(points: &[PathBuf]) -> Result<()> {
    let run = files::hold(Path::new("/run"))?;
    let below = Path::new(ASIDE)
        .strip_prefix("/run")
        .unwrap_or(Path::new(ASIDE));
    files::ensure_directory(&run, below, 0o700).map_err(|e| e.at(ASIDE))?;
    for (position, point) in points.iter().enumerate() {
        let place = place(position);
        make_place(&place, point)?;
        copy(point, &place)?;
    }
    Ok(())
}

/// Puts each copy where it was, and says of which there is no longer a place.
///
/// May be called again after a crash: what is back already stays as it is.
pub fn put_back(points: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mounts = mountinfo::load(View::Caller)?;
    let mut lost = Vec::new();
    for (position, point) in points.iter().enumerate() {
        let place = place(position);
        let kept = is_mounted(&mounts, &place);
        if kept && !is_same(&place, point) && copy(&place, point).is_err() {
            lost.push(point.clone());
        }
    }
    let_go()?;
    Ok(lost)
}

/// Gives up the copies.
pub fn let_go() -> Result<()> {
    let entries = match fs::read_dir(ASIDE) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(|e| Error::io("reading a directory", e).at(ASIDE))?,
    };
    let mounts = mountinfo::load(View::Caller)?;
    for entry in entries.flatten() {
        let place = entry.path();
        if is_mounted(&mounts, &place) {
            mounts::detach(&place)?;
        }
        fs::remove_dir(&place)
            .or_else(|_| fs::remove_file(&place))
            .map_err(|e| Error::io("removing a mount point", e).at(&place))?;
    }
    fs::remove_dir(ASIDE).map_err(|e| Error::io("removing a directory", e).at(ASIDE))
}

fn place(position: usize) -> PathBuf {
    Path::new(ASIDE).join(position.to_string())
}

/// A mount's root and what it lies on are both directories, or neither is.
fn make_place(place: &Path, point: &Path) -> Result<()> {
    let is_directory = fs::symlink_metadata(point).is_ok_and(|metadata| metadata.is_dir());
    let made = match is_directory {
        true => fs::create_dir(place),
        false => fs::File::create_new(place).map(drop),
    };
    made.map_err(|e| Error::io("making a mount point", e).at(place))
}

/// A copy of its own: one that followed the original would lose what is mounted in it
/// when that goes.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let tree = mounts::clone_tree(from, true)?;
    mounts::make_tree_private(&tree)?;
    mounts::attach_on_top(&tree, to)
}

fn is_mounted(mounts: &[Mount], point: &Path) -> bool {
    !mountinfo::chain_at(mounts, point).is_empty()
}

fn is_same(one: &Path, other: &Path) -> bool {
    let identity = |path: &Path| {
        let metadata = fs::symlink_metadata(path).ok()?;
        Some((metadata.dev(), metadata.ino()))
    };
    identity(one).is_some() && identity(one) == identity(other)
}
