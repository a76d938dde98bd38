// SPDX-License-Identifier: LGPL-2.1-or-later
//! Carries out what a replay decided, on a directory tree of the disk: each file appears
//! whole or not at all.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Mode};

use crate::error::{Error, Result};
use crate::replay::Action;
use crate::sys::{random, xattr};
use crate::tree::{FileType, Node, is_directory};

/// Does one of them below the directory `root`.
pub fn one(root: &Path, action: &Action) -> Result<()> {
    match action {
        Action::Remove { path } => {
            let at = root.join(path);
            remove(&at).map_err(|e| Error::io("removing it", e).at(at))
        }
        Action::Put {
            path,
            content,
            metadata,
        } => {
            let at = root.join(path);
            put(&at, &**content, &**metadata).map_err(|e| e.at(at))
        }
    }
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
    if is_directory(content) {
        let is_there = fs::symlink_metadata(at).is_ok_and(|found| found.is_dir());
        if !is_there {
            remove(at)
                .and_then(|()| fs::create_dir(at))
                .map_err(|e| Error::io("making a directory", e))?;
        }
        return describe(at, metadata);
    }
    if let Some(parent) = at.parent().filter(|parent| !parent.exists()) {
        fs::create_dir_all(parent).map_err(|e| Error::io("making its directory", e))?;
    }
    let beside = beside(at)?;
    let made = make(&beside, content).and_then(|()| describe(&beside, metadata));
    let made = made.and_then(|()| {
        if fs::symlink_metadata(at).is_ok_and(|found| found.is_dir()) {
            remove(at).map_err(|e| Error::io("removing a directory", e))?;
        }
        fs::rename(&beside, at).map_err(|e| Error::io("putting it in its place", e))
    });
    if made.is_err() {
        let _ = fs::remove_file(&beside);
    }
    made
}

/// A new file with the content of `content`.
pub fn make(at: &Path, content: &dyn Node) -> Result<()> {
    if content.side().file_type == FileType::Symlink {
        let target = content.target()?;
        return std::os::unix::fs::symlink(target, at).map_err(|e| Error::io("making a link", e));
    }
    let mut to = File::create_new(at).map_err(|e| Error::io("making a file", e))?;
    std::io::copy(&mut content.open()?, &mut to)
        .map(drop)
        .map_err(|e| Error::io("writing a file", e))
}

/// Owner, mode and extended attributes.
pub fn describe(at: &Path, metadata: &dyn Node) -> Result<()> {
    let side = metadata.side();
    std::os::unix::fs::lchown(at, Some(side.uid), Some(side.gid))
        .map_err(|e| Error::io("changing an owner", e))?;
    xattr::replace_all(at, &metadata.xattrs()?, |_| false)
        .map_err(|e| Error::os("setting extended attributes", e))?;
    if side.file_type != FileType::Symlink {
        // After the owner, whose change takes the set-user-id bit away.
        rustix::fs::chmodat(CWD, at, Mode::from_raw_mode(side.mode), AtFlags::empty())
            .map_err(|e| Error::os("changing a mode", e))?;
    }
    Ok(())
}

fn beside(at: &Path) -> Result<PathBuf> {
    Ok(at.with_file_name(format!(".ostree-unlock.{:016x}", random::bits()?)))
}
