// SPDX-License-Identifier: LGPL-2.1-or-later
//! Carries out what a replay decided, on a directory tree of the disk: each file appears
//! whole or not at all.
//!
//! What has to be done in several steps, such as a file in the place of a directory, has
//! something beside it meanwhile, under a name that follows from its own: so who goes on after
//! a death knows that a path was begun, and leaves nothing.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Mode};

use crate::error::{Error, Kind, Result};
use crate::replay::Action;
use crate::sys::{files, xattr};
use crate::tree::{self, FileType, Node, Side, Xattrs, is_directory};

/// Does one of them below the directory `root`. No link is followed on the way: what is in a
/// directory that became one is gone with it, and what is where that leads is nobody's business.
pub fn one(root: &Path, action: &Action) -> Result<()> {
    let root_directory = files::hold(root)?;
    match action {
        Action::Remove { path } => {
            let Some(parent) = parent_of(&root_directory, path)? else {
                return Ok(());
            };
            remove(&inside(&parent, path))
                .map_err(|e| Error::io("removing it", e).at(root.join(path)))
        }
        Action::Put {
            path,
            content,
            metadata,
        } => make_directory(&root_directory, above(path))
            .and_then(|parent| put(&inside(&parent, path), &**content, &**metadata))
            .map_err(|e| e.at(root.join(path))),
    }
}

/// Whether one that puts something at `path` was begun by who died then.
pub fn is_begun(root: &Path, path: &Path) -> bool {
    let Ok(Some(parent)) = files::hold(root).and_then(|root| parent_of(&root, path)) else {
        return false;
    };
    files::exists(&beside(&inside(&parent, path)))
}

/// Whether what is at `path` may be half of one that was begun, and nobody's: a directory whose
/// attributes were being set, or nothing.
pub fn is_half(root: &Path, path: &Path) -> bool {
    let there = fs::symlink_metadata(root.join(path));
    is_begun(root, path) && there.map_or(true, |there| there.is_dir())
}

/// Removes what is left of one that was begun, where all of it is done.
pub fn finish(root: &Path, path: &Path) -> Result<()> {
    let Some(parent) = parent_of(&files::hold(root)?, path)? else {
        return Ok(());
    };
    remove(&beside(&inside(&parent, path)))
        .map_err(|e| Error::io("removing what was begun", e).at(root.join(path)))
}

/// The directory that `path` is in; `None` where there is none, or a link leads there.
fn parent_of(root: &OwnedFd, path: &Path) -> Result<Option<OwnedFd>> {
    match files::open_directory(root, above(path)) {
        Err(error) if error.kind() == Kind::UnsafePath => Ok(None),
        found => found,
    }
}

/// Opens a directory, and makes it where it is missing; never through a link.
fn make_directory(root: &OwnedFd, path: &Path) -> Result<OwnedFd> {
    let on_the_way = |error: Error| match error.kind() {
        Kind::UnsafePath => Error::new(Kind::UnsafePath, "what leads to it is no directory here")
            .next("put a directory there, or leave this path out"),
        _ => error,
    };
    if let Some(found) = files::open_directory(root, path).map_err(on_the_way)? {
        return Ok(found);
    }
    let parent = make_directory(root, above(path))?;
    fs::create_dir(inside(&parent, path)).map_err(|e| Error::io("making its directory", e))?;
    make_directory(root, path)
}

/// The path of what `path` is in.
fn above(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Where `path` is, seen from the directory that it is in.
fn inside(parent: &OwnedFd, path: &Path) -> PathBuf {
    files::through(parent, ".").join(path.file_name().unwrap_or_default())
}

/// How many bytes they write.
pub fn size(actions: &[Action]) -> u64 {
    let size = |action: &Action| match action {
        Action::Put { content, .. } => content.side().size,
        Action::Remove { .. } => 0,
    };
    actions.iter().map(size).sum()
}

fn remove(at: &Path) -> std::io::Result<()> {
    let gone = match fs::symlink_metadata(at) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(at),
        Ok(_) => fs::remove_file(at),
        Err(e) => Err(e),
    };
    match gone {
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(()),
        other => other,
    }
}

fn put(at: &Path, content: &dyn Node, metadata: &dyn Node) -> Result<()> {
    let beside = beside(at);
    remove(&beside).map_err(|e| Error::io("removing what was begun", e))?;
    let is_there = fs::symlink_metadata(at).is_ok_and(|found| found.is_dir());
    if is_directory(content) && is_there {
        // It cannot be replaced with what is in it; empty, that beside it is a mere sign.
        return fs::create_dir(&beside)
            .map_err(|e| Error::io("noting what is begun", e))
            .and_then(|()| describe(at, metadata.side(), &metadata.xattrs()?))
            .and_then(|()| remove(&beside).map_err(|e| Error::io("removing what was begun", e)));
    }
    let made = match is_directory(content) {
        true => fs::create_dir(&beside).map_err(|e| Error::io("making a directory", e)),
        false => make(&beside, content),
    };
    let made = made.and_then(|()| describe(&beside, metadata.side(), &metadata.xattrs()?));
    if made.is_err() {
        let _ = remove(&beside);
        return made;
    }
    if is_directory(content) || is_there {
        remove(at).map_err(|e| Error::io("removing what was there", e))?;
    }
    fs::rename(&beside, at).map_err(|e| Error::io("putting it in its place", e))
}

/// A new file with the content of `content`.
pub fn make(at: &Path, content: &dyn Node) -> Result<()> {
    if content.side().file_type == FileType::Symlink {
        let target = content.target()?;
        return std::os::unix::fs::symlink(target, at).map_err(|e| Error::io("making a link", e));
    }
    let mut to = File::create_new(at).map_err(|e| Error::io("making a file", e))?;
    tree::copy_content(content, &mut to)
}

/// Owner, mode and extended attributes.
pub fn describe(at: &Path, side: &Side, xattrs: &Xattrs) -> Result<()> {
    std::os::unix::fs::lchown(at, Some(side.uid), Some(side.gid))
        .map_err(|e| Error::io("changing an owner", e))?;
    xattr::replace_all(at, xattrs, |_| false)
        .map_err(|e| Error::os("setting extended attributes", e))?;
    if side.file_type != FileType::Symlink {
        // After the owner, whose change takes the set-user-id bit away.
        rustix::fs::chmodat(CWD, at, Mode::from_raw_mode(side.mode), AtFlags::empty())
            .map_err(|e| Error::os("changing a mode", e))?;
    }
    Ok(())
}

fn beside(at: &Path) -> PathBuf {
    let name = at.file_name().unwrap_or_default().as_bytes();
    let sum = glib::compute_checksum_for_data(glib::ChecksumType::Sha256, name);
    let sum = sum.unwrap_or_default();
    at.with_file_name(format!(".ostree-unlock.{:.16}", sum.as_str()))
}
