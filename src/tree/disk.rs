// SPDX-License-Identifier: LGPL-2.1-or-later
//! Trees on a disk: a file is what its path names.

use std::cell::OnceCell;
use std::ffi::{OsStr, OsString};
use std::fs::{self, Metadata};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::{Entry, FileType, Identity, Node, Side, Xattrs};
use crate::error::{Error, Kind, Result};
use crate::sys::xattr;

/// How overlayfs' own attributes begin.
const OVERLAY: [&[u8]; 2] = [b"trusted.overlay.", b"user.overlay."];
const ATTRIBUTES: &str = "reading extended attributes";

/// A file.
pub struct File {
    path: PathBuf,
    side: Side,
    device: (bool, u64),
    /// Of its extended attributes, once they were needed: most files have none of those that
    /// are looked for, and one call says so.
    names: OnceCell<xattr::Names>,
}

impl File {
    /// What is at `path`, links not followed; `None` if nothing is.
    pub fn look(path: PathBuf) -> Result<Option<File>> {
        let metadata = match fs::symlink_metadata(&path) {
            Ok(metadata) => metadata,
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(e) => return Err(Error::io("looking at a file", e).at(path)),
        };
        Ok(Some(File {
            side: side(&metadata),
            device: (metadata.file_type().is_block_device(), metadata.rdev()),
            names: OnceCell::new(),
            path,
        }))
    }

    /// One extended attribute; `None` where it is not set.
    pub fn attribute(&self, name: &str) -> Result<Option<Vec<u8>>> {
        if !self.attributes()?.iter().any(|set| set == name.as_bytes()) {
            return Ok(None);
        }
        xattr::get(&self.path, name).map_err(|e| self.failed(ATTRIBUTES, e))
    }

    fn attributes(&self) -> Result<&xattr::Names> {
        if self.names.get().is_none() {
            let names = xattr::names(&self.path).map_err(|e| self.failed(ATTRIBUTES, e))?;
            let _ = self.names.set(names);
        }
        self.names
            .get()
            .ok_or_else(|| Error::new(Kind::Failed, ATTRIBUTES))
    }

    /// The error of a call on what was there just before.
    fn failed(&self, doing: &str, error: impl Into<std::io::Error>) -> Error {
        let error = error.into();
        let gone = [ErrorKind::NotFound, ErrorKind::NotADirectory];
        match gone.contains(&error.kind()) {
            true => Error::new(Kind::Changed, "it was written to while it was read")
                .next("try it again"),
            false => Error::io(doing, error),
        }
        .at(&self.path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The names in it, in the order of their bytes.
    pub fn names(&self) -> Result<Vec<OsString>> {
        let failed = |e| self.failed("reading a directory", e);
        let entries = fs::read_dir(&self.path).map_err(failed)?;
        let mut names = entries
            .map(|entry| entry.map(|entry| entry.file_name()))
            .collect::<std::io::Result<Vec<OsString>>>()
            .map_err(failed)?;
        names.sort_unstable();
        Ok(names)
    }
}

fn side(metadata: &Metadata) -> Side {
    let kind = metadata.file_type();
    let file_type = match () {
        () if kind.is_dir() => FileType::Directory,
        () if kind.is_symlink() => FileType::Symlink,
        () if kind.is_fifo() => FileType::Fifo,
        () if kind.is_socket() => FileType::Socket,
        () if kind.is_file() => FileType::Regular,
        () => FileType::Device,
    };
    Side {
        file_type,
        mode: metadata.mode() & 0o7777,
        uid: metadata.uid(),
        gid: metadata.gid(),
        size: match file_type {
            FileType::Regular => metadata.size(),
            _ => 0,
        },
    }
}

/// The directory at `path` as the root of a tree.
pub fn root(path: &Path) -> Result<Rc<dyn Node>> {
    match File::look(path.to_owned())? {
        Some(root) => Ok(Rc::new(root)),
        None => Err(Error::new(Kind::NotFound, "there is no such directory").at(path)),
    }
}

impl Node for File {
    fn side(&self) -> &Side {
        &self.side
    }

    fn xattrs(&self) -> Result<Xattrs> {
        let is_meant = |name: &[u8]| !OVERLAY.iter().any(|own| name.starts_with(own));
        xattr::some(&self.path, self.attributes()?, is_meant)
            .map_err(|e| self.failed(ATTRIBUTES, e))
    }

    fn entries(&self) -> Result<Vec<Entry>> {
        let entry = |name| Entry {
            name,
            checksums: None,
        };
        Ok(self.names()?.into_iter().map(entry).collect())
    }

    fn child(&self, name: &OsStr) -> Result<Option<Rc<dyn Node>>> {
        let child = File::look(self.path.join(name))?;
        Ok(child.map(|child| Rc::new(child) as Rc<dyn Node>))
    }

    fn open(&self) -> Result<Box<dyn Read>> {
        match fs::File::open(&self.path) {
            Ok(file) => Ok(Box::new(file)),
            Err(e) => Err(self.failed("opening a file", e)),
        }
    }

    fn target(&self) -> Result<PathBuf> {
        fs::read_link(&self.path).map_err(|e| self.failed("reading a link", e))
    }

    fn device(&self) -> (bool, u64) {
        self.device
    }

    fn identity(&self) -> Identity<'_> {
        Identity::Place(&self.path)
    }

    fn place(&self) -> Option<&Path> {
        Some(&self.path)
    }
}
