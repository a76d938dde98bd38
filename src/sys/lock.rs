// SPDX-License-Identifier: LGPL-2.1-or-later
//! A lock file, in the form that libostree uses for a sysroot: an open-file-description
//! lock on a file that whoever releases the lock may unlink.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::{Errno, FdFlags};

use crate::error::{Error, Result};

/// A held lock; dropping it releases it, and removes the file as libostree does.
#[derive(Debug)]
pub struct LockFile {
    file: OwnedFd,
    directory: OwnedFd,
    path: &'static str,
}

impl Drop for LockFile {
    fn drop(&mut self) {
        // Still held here: nobody else can be using it. Left behind, it does no harm.
        let _ = rustix::fs::unlinkat(&self.directory, self.path, AtFlags::empty());
    }
}

impl LockFile {
    /// Leaves it with the process, and with what that executes: it is held until the last of
    /// them ends.
    pub fn leave(self) -> Result<()> {
        rustix::io::fcntl_setfd(&self.file, FdFlags::empty())
            .map_err(|e| Error::os("keeping the lock", e).at(self.path))?;
        std::mem::forget(self);
        Ok(())
    }
}

/// Takes the lock `path` below `directory`, or `None` if somebody has it.
pub fn try_lock(directory: impl AsFd, path: &'static str) -> Result<Option<LockFile>> {
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    loop {
        let file = rustix::fs::openat(&directory, path, flags, Mode::RUSR | Mode::WUSR)
            .map_err(|e| Error::os("opening the lock file", e).at(path))?;
        match set_write_lock(&file) {
            Ok(()) => {}
            Err(Errno::AGAIN | Errno::ACCESS) => return Ok(None),
            Err(e) => return Err(Error::os("locking", e).at(path)),
        }
        // Who released it may have unlinked it between our open and our lock: then
        // we hold a file that nobody else will ever look at.
        let stat = rustix::fs::fstat(&file)
            .map_err(|e| Error::os("looking at the lock file", e).at(path))?;
        if stat.st_nlink > 0 {
            let directory = directory
                .as_fd()
                .try_clone_to_owned()
                .map_err(|e| Error::io("keeping the lock", e).at(path))?;
            return Ok(Some(LockFile {
                file,
                directory,
                path,
            }));
        }
    }
}

/// Device and inode of the lock file, to find who has it open.
pub fn identity(directory: impl AsFd, path: &str) -> Option<(u64, u64)> {
    rustix::fs::statat(directory, path, AtFlags::SYMLINK_NOFOLLOW)
        .ok()
        .map(|stat| (stat.st_dev, stat.st_ino))
}

fn set_write_lock(file: &OwnedFd) -> rustix::io::Result<()> {
    // SAFETY: an all-zero `flock` is a valid one.
    let mut request: libc::flock = unsafe { std::mem::zeroed() };
    request.l_type = libc::F_WRLCK as libc::c_short;
    request.l_whence = libc::SEEK_SET as libc::c_short;
    // SAFETY: the kernel reads `request`, which outlives the call.
    let result = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_OFD_SETLK, &request) };
    if result == 0 {
        Ok(())
    } else {
        let errno = std::io::Error::last_os_error().raw_os_error();
        Err(Errno::from_raw_os_error(errno.unwrap_or(libc::EIO)))
    }
}
