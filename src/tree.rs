// SPDX-License-Identifier: LGPL-2.1-or-later
//! A tree of files, wherever it is kept: on a disk, in a commit, or one over another. What
//! reads one kind of them is beneath, a file each; nobody else needs to know which it is.

pub mod commit;
mod dirtree;
pub mod disk;
pub mod object;
pub mod overlay;
mod reach;
#[cfg(test)]
pub mod sample;
pub mod whole;

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use crate::error::{Error, Result};
pub use crate::side::{FileType, Side};
use crate::sys::files;
pub use crate::sys::xattr::Xattrs;

/// What tells without reading that two files are the same, with all that is below them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity<'a> {
    /// Nothing does.
    Unknown,
    /// Both are at the same place of the disk.
    Place(&'a Path),
    /// The checksum of a file's content and metadata.
    File(&'a Checksum),
    /// The checksums of what is in a directory, and of its own metadata.
    Directory(&'a Checksum, &'a Checksum),
}

impl Identity<'_> {
    /// Whether the two are known to be the same.
    pub fn is(self, other: Identity<'_>) -> bool {
        self != Identity::Unknown && self == other
    }
}

/// Of an object.
pub type Checksum = [u8; 32];

/// Of what a name in a directory stands for: of a file the one, of a directory those of what is
/// in it and of its metadata.
pub type Checksums = (Checksum, Option<Checksum>);

/// A name in a directory.
pub struct Entry<'a> {
    pub name: Cow<'a, OsStr>,
    /// The checksums of what it names, where they are known without looking.
    pub checksums: Option<Checksums>,
}

/// One file of a tree.
pub trait Node {
    /// What it is.
    fn side(&self) -> &Side;

    /// Its extended attributes, as a commit would keep them.
    fn xattrs(&self) -> Result<Xattrs>;

    /// What is in a directory, in the order of the bytes of the names.
    fn entries(&self) -> Result<Vec<Entry<'_>>>;

    /// What `name` is in a directory; `None` if it is not there.
    fn child(&self, name: &OsStr) -> Result<Option<Rc<dyn Node>>>;

    /// The content of an ordinary file.
    fn open(&self) -> Result<Box<dyn Read>>;

    /// The same, to be read from any place of it on; `None` where that cannot be had.
    fn open_file(&self) -> Result<Option<File>> {
        Ok(None)
    }

    /// What a symbolic link says.
    fn target(&self) -> Result<PathBuf>;

    /// Whether a device is one of blocks, and its number.
    fn device(&self) -> (bool, u64) {
        (false, 0)
    }

    /// What tells it from others without reading.
    fn identity(&self) -> Identity<'_>;

    /// Where a file of the disk has the content of an ordinary file, and nothing else may be
    /// in the place of it.
    fn place(&self) -> Option<&Path> {
        None
    }

    /// The names in a directory that can be different from `base`, where that is known without
    /// looking at all of them.
    fn changed_since(&self, _base: &dyn Node) -> Option<Result<Vec<OsString>>> {
        None
    }

    /// Where a directory was, below the root of the tree, that was moved to its place.
    fn moved_from(&self) -> Option<&Path> {
        None
    }
}

/// Whether it is a directory.
pub fn is_directory(node: &dyn Node) -> bool {
    node.side().file_type == FileType::Directory
}

/// What is at `path` below `root`; no link is followed.
pub fn lookup(root: &Rc<dyn Node>, path: &Path) -> Result<Option<Rc<dyn Node>>> {
    let mut node = Rc::clone(root);
    for part in path.components() {
        let Component::Normal(name) = part else {
            continue;
        };
        if !is_directory(&*node) {
            return Ok(None);
        }
        match node.child(name)? {
            Some(child) => node = child,
            None => return Ok(None),
        }
    }
    Ok(Some(node))
}

/// Whether both have the same content: bytes, target of a link, number of a device.
/// Both must be of one type; of directories only what they are is compared, which is nothing.
pub fn same_content(one: &dyn Node, other: &dyn Node) -> Result<bool> {
    match one.side().file_type {
        FileType::Regular if one.side().size != other.side().size => Ok(false),
        FileType::Regular => {
            let size = one.side().size;
            same_bytes(&mut *one.open()?, &mut *other.open()?, size)
                .map_err(|e| Error::io("comparing the content of two files", e))
        }
        FileType::Symlink => Ok(one.target()? == other.target()?),
        FileType::Device => Ok(one.device() == other.device()),
        FileType::Directory | FileType::Fifo | FileType::Socket => Ok(true),
    }
}

/// Fills `to`, which is empty, with the content of an ordinary file.
pub fn copy_content(node: &dyn Node, to: &mut File) -> Result<()> {
    match node.open_file()? {
        Some(from) => files::copy(&from, to),
        None => std::io::copy(&mut *node.open()?, to).map(drop),
    }
    .map_err(|e| Error::io("copying the content of a file", e))
}

/// Whether the first `size` bytes, which both have, are the same.
fn same_bytes(one: &mut dyn Read, other: &mut dyn Read, size: u64) -> std::io::Result<bool> {
    const PIECE: u64 = 64 << 10;
    // Most files are small, and to clear large buffers costs more than to read those.
    let piece = usize::try_from(size.min(PIECE)).unwrap_or_default();
    let (mut left, mut right) = (vec![0; piece], vec![0; piece]);
    let mut rest = size;
    while rest > 0 {
        let length = read_piece(one, &mut left)?;
        if read_piece(other, &mut right)? != length || left[..length] != right[..length] {
            return Ok(false);
        }
        if length == 0 {
            break;
        }
        rest = rest.saturating_sub(length as u64);
    }
    Ok(true)
}

/// As much as there is, up to the whole buffer.
fn read_piece(file: &mut dyn Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match file.read(&mut buffer[length..])? {
            0 => break,
            more => length += more,
        }
    }
    Ok(length)
}
