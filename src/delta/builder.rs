// SPDX-License-Identifier: LGPL-2.1-or-later
//! Makes what a course says, below a directory that is new. Files are hard links of the
//! repository's objects; a copy, where they cannot be, that shares its blocks where it can.

use std::ffi::OsStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Timespec, Timestamps};
use rustix::io::Errno;

use super::course::Step;
use crate::error::{Error, Result};
use crate::observe::USR;
use crate::rewrite;
use crate::sys::files;
use crate::sys::xattr::{self, Of};
use crate::tree::object::{self, Source};
use crate::tree::{Checksum, Side, Xattrs, disk};

/// What it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Built {
    /// Files, links, directories and whiteouts.
    pub entries: u64,
    /// Files of which the content had to be copied.
    pub copied: u64,
}

/// A delta that is being made.
pub struct Builder<'a> {
    repo: &'a ostree::Repo,
    root: &'a Path,
    /// Where objects can be linked from: those of other kinds of repositories are not the files.
    objects: Option<OwnedFd>,
    /// The directories that were entered, and the path of the last one below `/usr`.
    entered: Vec<OwnedFd>,
    path: PathBuf,
    built: Built,
}

impl<'a> Builder<'a> {
    /// Its root is to be `root`, which is not there.
    pub fn new(repo: &'a ostree::Repo, root: &'a Path) -> Result<Builder<'a>> {
        let objects = object::directory(repo).map(|path| files::hold(&path));
        Ok(Builder {
            repo,
            root,
            objects: objects.transpose()?,
            entered: Vec::new(),
            path: PathBuf::from(USR),
            built: Built::default(),
        })
    }

    /// What was made so far.
    pub fn built(&self) -> Built {
        self.built
    }

    /// Does one step.
    pub fn take(&mut self, step: &Step) -> Result<()> {
        let (name, done) = match step {
            Step::Leave => return self.leave(),
            Step::Enter { name, side, xattrs } => (name, self.enter(name, side, xattrs)),
            Step::File { name, checksum } => (name, self.file(name, checksum)),
            Step::Whiteout { name } => (name, self.whiteout(name)),
        };
        self.built.entries += 1;
        done.map_err(|error| error.at(self.path.join(name)))
    }

    /// The directory that was entered last.
    fn here(&self) -> BorrowedFd<'_> {
        self.entered.last().map_or(CWD, AsFd::as_fd)
    }

    fn enter(&mut self, name: &OsStr, side: &Side, xattrs: &Xattrs) -> Result<()> {
        let at = match self.entered.is_empty() {
            true => self.root,
            false => Path::new(name),
        };
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let made = rustix::fs::mkdirat(self.here(), at, Mode::from_raw_mode(side.mode))
            .and_then(|()| rustix::fs::openat(self.here(), at, flags, Mode::empty()))
            .map_err(|e| Error::os("making a directory", e))?;
        describe(&made, side, xattrs)?;
        self.entered.push(made);
        self.path.push(name);
        Ok(())
    }

    fn leave(&mut self) -> Result<()> {
        let Some(directory) = self.entered.pop() else {
            return Ok(());
        };
        // What was made in it changed its time. In a commit there are none.
        rustix::fs::futimens(&directory, &EPOCH)
            .map_err(|e| Error::os("setting a time", e).at(&self.path))?;
        self.path.pop();
        Ok(())
    }

    fn file(&mut self, name: &OsStr, checksum: &Checksum) -> Result<()> {
        if let Some(objects) = &self.objects {
            let object = object::path(checksum);
            match rustix::fs::linkat(objects, object, self.here(), name, AtFlags::empty()) {
                // Another file system, no room for one more link, or an object that is elsewhere.
                Err(Errno::XDEV | Errno::MLINK | Errno::NOENT) => {}
                done => return done.map_err(|e| Error::os("linking a file", e)),
            }
        }
        self.built.copied += 1;
        let file = object::file(&Source::new(self.repo), *checksum)?;
        let at = files::through(self.here(), ".").join(name);
        rewrite::make(&at, &*file)?;
        rewrite::describe(&at, file.side(), &file.xattrs()?)?;
        rustix::fs::utimensat(CWD, &at, &EPOCH, AtFlags::SYMLINK_NOFOLLOW)
            .map_err(|e| Error::os("setting a time", e))
    }

    fn whiteout(&self, name: &OsStr) -> Result<()> {
        let device = FileType::CharacterDevice;
        rustix::fs::mknodat(self.here(), name, device, Mode::empty(), 0)
            .map_err(|e| Error::os("hiding what the commit does not have", e))
    }
}

const EPOCH: Timestamps = Timestamps {
    last_access: Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    },
    last_modification: Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    },
};

/// Owner, mode and extended attributes of a directory that is new: mostly it was made with them.
fn describe(directory: &OwnedFd, side: &Side, xattrs: &Xattrs) -> Result<()> {
    let failed = |e| Error::os("looking at a directory", e);
    let made = disk::side(&rustix::fs::fstat(directory).map_err(failed)?);
    let names = xattr::names(Of::Open(directory.as_fd())).map_err(failed)?;
    if made == *side && xattrs.is_empty() && names.iter().next().is_none() {
        return Ok(());
    }
    rewrite::describe(&files::through(directory, "."), side, xattrs)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::ostree::sysroot;
    use crate::tree::Identity;
    use crate::tree::sample::committed;
    use std::fs;
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    /// Directories that go whatever becomes of the test.
    struct Made([PathBuf; 2]);

    impl Drop for Made {
        fn drop(&mut self) {
            for directory in &self.0 {
                let _ = fs::remove_dir_all(directory);
            }
        }
    }

    /// How many files are copied for a delta in `place` of one file, which is in a new repository of
    /// this mode in `there`; checks what is made.
    fn copied(there: &Path, mode: ostree::RepoMode, place: &Path) -> u64 {
        let name = format!("ou-builder-{}", std::process::id());
        let made = Made([there.join(&name), place.join(format!("{name}.delta"))]);
        let Made([top, root]) = &made;
        fs::create_dir_all(top.join("tree")).unwrap();
        let file = top.join("tree/file");
        fs::write(&file, "text").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        let [tree] = committed(top, mode, ["tree"]);
        let repo = match mode {
            ostree::RepoMode::Bare => top.join("repo.bare"),
            _ => top.join("repo"),
        };
        let repo = sysroot::open_repo(&repo).unwrap();
        let node = tree.child("file".as_ref()).unwrap().unwrap();
        let checksum = match node.identity() {
            Identity::File(checksum) => *checksum,
            _ => Checksum::default(),
        };
        let mut builder = Builder::new(&repo, root).unwrap();
        let (side, xattrs) = (tree.side().clone(), tree.xattrs().unwrap());
        let enter = Step::Enter {
            name: "".into(),
            side,
            xattrs,
        };
        let name = "file".into();
        for step in [enter, Step::File { name, checksum }, Step::Leave] {
            builder.take(&step).unwrap();
        }
        let file = fs::metadata(root.join("file")).unwrap();
        assert_eq!((file.mode() & 0o7777, file.mtime()), (0o640, 0));
        assert_eq!(fs::read(root.join("file")).unwrap(), b"text");
        let copied = builder.built().copied;
        assert_eq!(file.nlink(), 2 - copied);
        copied
    }

    #[test]
    fn what_cannot_be_linked_is_copied() {
        use ostree::RepoMode::{Archive, Bare};
        let here = std::env::temp_dir();
        assert_eq!(copied(&here, Bare, &here), 0);
        assert_eq!(copied(&here, Archive, &here), 1);
        let memory = Path::new("/dev/shm");
        let device = |path| fs::metadata(path).map(|found| found.dev()).ok();
        // Where it is a file system of its own.
        if device(memory).is_some_and(|other| device(&here) != Some(other)) {
            assert_eq!(copied(memory, Bare, &here), 1);
        }
    }
}
