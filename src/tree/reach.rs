// SPDX-License-Identifier: LGPL-2.1-or-later
//! How the files of a tree on a disk are reached: from the directory that was looked into
//! last, which stays open, as does the file that was read last. A path is long, and the kernel
//! would walk it once more for everything that is asked about a file.
//!
//! Two descriptors for a whole tree, however many of its files somebody keeps.

use std::cell::RefCell;
use std::ffi::{CString, OsStr};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustix::fs::{AtFlags, CWD, Mode, OFlags, Stat};
use rustix::io::Result;

/// What is open of a tree.
#[derive(Default)]
pub struct Reach {
    directory: RefCell<Option<(PathBuf, OwnedFd)>>,
    file: RefCell<Option<(PathBuf, Rc<OwnedFd>)>>,
}

impl Reach {
    /// What is at `path`; no link is followed.
    pub fn look(&self, path: &Path) -> Result<Stat> {
        // Looked at anew, it may have become another.
        self.file.borrow_mut().take_if(|(at, _)| is(at, path));
        self.directory.borrow_mut().take_if(|(at, _)| is(at, path));
        self.beside_others(path, |directory, name| {
            rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)
        })
    }

    /// What a link says.
    pub fn read_link(&self, path: &Path) -> Result<CString> {
        self.beside_others(path, |directory, name| {
            rustix::fs::readlinkat(directory, name, Vec::new())
        })
    }

    /// A file or directory, to be read.
    pub fn open(&self, path: &Path) -> Result<OwnedFd> {
        // What has become a pipe meanwhile is not waited for.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        self.beside_others(path, |directory, name| {
            rustix::fs::openat(directory, name, flags, Mode::empty())
        })
    }

    /// The same, open until another one is wanted.
    pub fn keep_open(&self, path: &Path) -> Result<Rc<OwnedFd>> {
        if let Some((_, file)) = self.file.borrow().as_ref().filter(|(at, _)| is(at, path)) {
            return Ok(Rc::clone(file));
        }
        let file = Rc::new(self.open(path)?);
        *self.file.borrow_mut() = Some((path.to_owned(), Rc::clone(&file)));
        Ok(file)
    }

    /// The one that is open, if it is this.
    pub fn take(&self, path: &Path) -> Option<OwnedFd> {
        let (at, file) = self.file.take()?;
        match is(&at, path) {
            true => Rc::into_inner(file),
            false => None,
        }
    }

    fn beside_others<T>(
        &self,
        path: &Path,
        call: impl FnOnce(BorrowedFd, &OsStr) -> Result<T>,
    ) -> Result<T> {
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return call(CWD, path.as_os_str());
        };
        if parent.as_os_str().is_empty() {
            return call(CWD, name);
        }
        let mut last = self.directory.borrow_mut();
        if let Some((_, directory)) = last.as_ref().filter(|(at, _)| is(at, parent)) {
            return call(directory.as_fd(), name);
        }
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory = rustix::fs::openat(CWD, parent, flags, Mode::empty())?;
        let result = call(directory.as_fd(), name);
        *last = Some((parent.to_owned(), directory));
        result
    }
}

/// Paths are made by adding names, so the same one has the same bytes.
fn is(one: &Path, other: &Path) -> bool {
    one.as_os_str() == other.as_os_str()
}
