// SPDX-License-Identifier: LGPL-2.1-or-later
//! Trees on a disk: a file is what its path names.

use std::cell::OnceCell;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{ErrorKind, Read};
use std::mem::MaybeUninit;
use std::os::fd::AsFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustix::fs::{RawDir, SeekFrom, Stat};
use rustix::io::Errno;

use super::reach::Reach;
use super::{Entry, FileType, Identity, Node, Side, Xattrs};
use crate::error::{Error, Kind, Result};
use crate::sys::xattr::{self, Of};

/// How overlayfs' own attributes begin.
const OVERLAY: [&[u8]; 2] = [b"trusted.overlay.", b"user.overlay."];
const ATTRIBUTES: &str = "reading extended attributes";

/// Bytes of a directory that the kernel is asked for at a time.
const LISTED: usize = 16 << 10;

/// A file.
pub struct File {
    reach: Rc<Reach>,
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
        File::reached(Rc::default(), path)
    }

    /// What `name` is in this directory.
    pub fn inside(&self, name: &OsStr) -> Result<Option<File>> {
        File::reached(Rc::clone(&self.reach), self.path.join(name))
    }

    fn reached(reach: Rc<Reach>, path: PathBuf) -> Result<Option<File>> {
        let stat = match reach.look(&path) {
            Ok(stat) => stat,
            Err(Errno::NOENT | Errno::NOTDIR) => return Ok(None),
            Err(e) => return Err(Error::os("looking at a file", e).at(path)),
        };
        let is_block = rustix::fs::FileType::from_raw_mode(stat.st_mode).is_block_device();
        Ok(Some(File {
            side: side(&stat),
            device: (is_block, stat.st_rdev),
            names: OnceCell::new(),
            reach,
            path,
        }))
    }

    /// One extended attribute; `None` where it is not set.
    pub fn attribute(&self, name: &str) -> Result<Option<Vec<u8>>> {
        if !self.attributes()?.iter().any(|set| set == name.as_bytes()) {
            return Ok(None);
        }
        self.with_attributes(|file| xattr::get(file, name))
    }

    fn attributes(&self) -> Result<&xattr::Names> {
        if self.names.get().is_none() {
            let names = self.with_attributes(|file| xattr::names(file))?;
            let _ = self.names.set(names);
        }
        self.names
            .get()
            .ok_or_else(|| Error::new(Kind::Failed, ATTRIBUTES))
    }

    /// Asks about extended attributes: of what will be read anyway where it is open, and of
    /// what cannot be, or must not, at its path.
    fn with_attributes<T>(&self, ask: impl Fn(Of) -> rustix::io::Result<T>) -> Result<T> {
        let open = match self.side.file_type {
            FileType::Regular => self.reach.keep_open(&self.path).ok(),
            FileType::Directory => self.reach.directory(&self.path).ok(),
            _ => None,
        };
        match open {
            Some(file) => ask(Of::Open(file.as_fd())),
            None => ask(Of::Named(&self.path)),
        }
        .map_err(|e| self.failed(ATTRIBUTES, e))
    }

    /// To be read from its beginning: nobody reads through the one that was kept open.
    fn opened(&self) -> Result<fs::File> {
        let open = match self.reach.take(&self.path) {
            Some(file) => Ok(file),
            None => self.reach.open(&self.path),
        };
        open.map(fs::File::from)
            .map_err(|e| self.failed("opening a file", e))
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

    /// The names in it, in the order of their bytes.
    pub fn names(&self) -> Result<Vec<OsString>> {
        let failed = |e| self.failed("reading a directory", e);
        let directory = self.reach.directory(&self.path).map_err(failed)?;
        // It may have been read before.
        rustix::fs::seek(&directory, SeekFrom::Start(0)).map_err(failed)?;
        let mut buffer = [MaybeUninit::uninit(); LISTED];
        let mut entries = RawDir::new(&directory, &mut buffer);
        let mut names = Vec::new();
        while let Some(entry) = entries.next() {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_bytes();
            if name != b"." && name != b".." {
                names.push(OsStr::from_bytes(name).to_owned());
            }
        }
        names.sort_unstable();
        Ok(names)
    }
}

/// What a file is that the kernel says this of.
pub fn side(stat: &Stat) -> Side {
    side_of(stat.st_mode, stat.st_uid, stat.st_gid, stat.st_size)
}

/// The same by its numbers.
pub fn side_of(mode: u32, uid: u32, gid: u32, size: i64) -> Side {
    use rustix::fs::FileType as Raw;
    let file_type = match Raw::from_raw_mode(mode) {
        Raw::Directory => FileType::Directory,
        Raw::Symlink => FileType::Symlink,
        Raw::Fifo => FileType::Fifo,
        Raw::Socket => FileType::Socket,
        Raw::RegularFile => FileType::Regular,
        _ => FileType::Device,
    };
    Side {
        file_type,
        mode: mode & 0o7777,
        uid,
        gid,
        size: match file_type {
            FileType::Regular => u64::try_from(size).unwrap_or_default(),
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
        let names = self.attributes()?;
        match names.iter().any(is_meant) {
            true => self.with_attributes(|file| xattr::some(file, names, is_meant)),
            false => Ok(Xattrs::new()),
        }
    }

    fn entries(&self) -> Result<Vec<Entry<'_>>> {
        let entry = |name: OsString| Entry {
            name: name.into(),
            checksums: None,
        };
        Ok(self.names()?.into_iter().map(entry).collect())
    }

    fn child(&self, name: &OsStr) -> Result<Option<Rc<dyn Node>>> {
        let child = self.inside(name)?;
        Ok(child.map(|child| Rc::new(child) as Rc<dyn Node>))
    }

    fn open(&self) -> Result<Box<dyn Read>> {
        Ok(Box::new(self.opened()?))
    }

    fn open_file(&self) -> Result<Option<fs::File>> {
        self.opened().map(Some)
    }

    fn target(&self) -> Result<PathBuf> {
        match self.reach.read_link(&self.path) {
            Ok(target) => Ok(OsString::from_vec(target.into_bytes()).into()),
            Err(e) => Err(self.failed("reading a link", e)),
        }
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
