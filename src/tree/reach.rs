// SPDX-License-Identifier: LGPL-2.1-or-later
//! How the files of a tree on a disk are reached: from the directories on the way to what was
//! looked at last, which stay open, as does the file that was read last. A path is long, and the
//! kernel would walk it once more for everything that is asked about a file.
//!
//! A few descriptors for a whole tree, however many of its files somebody keeps.

use std::cell::RefCell;
use std::ffi::{CString, OsStr};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustix::fs::{AtFlags, CWD, Mode, OFlags, Stat};
use rustix::io::{Errno, Result};

/// So many directories stay open; of a longer way the first, from which no link is followed, and the
/// innermost ones.
const MOST: usize = 16;

/// What is open of a tree.
#[derive(Default)]
pub struct Reach {
    /// Each is in the one before it, or below that.
    way: RefCell<Vec<(PathBuf, Rc<OwnedFd>)>>,
    file: RefCell<Option<(PathBuf, Rc<OwnedFd>)>>,
}

impl Reach {
    /// What is at `path`; no link is followed.
    pub fn look(&self, path: &Path) -> Result<Stat> {
        // Looked at anew, it may have become another.
        self.file.borrow_mut().take_if(|(at, _)| is(at, path));
        leave_while(&self.way, |at| below(path, at).is_some());
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

    /// A directory, to be read; open as long as what is looked at is in it.
    pub fn directory(&self, path: &Path) -> Result<Rc<OwnedFd>> {
        leave_while(&self.way, |at| below(at, path).is_none());
        let mut way = self.way.borrow_mut();
        let opened = match way.last() {
            Some((at, directory)) if is(at, path) => return Ok(Rc::clone(directory)),
            Some((at, directory)) => {
                let rest = below(at, path).unwrap_or(path);
                open_directory(directory.as_fd(), rest, OFlags::NOFOLLOW)
            }
            // What a user gives as a tree may be reached by links.
            None => open_directory(CWD, path, OFlags::empty()),
        };
        let directory = Rc::new(opened?);
        way.push((path.to_owned(), Rc::clone(&directory)));
        if way.len() > MOST {
            way.remove(1);
        }
        Ok(directory)
    }

    /// A file, to be read.
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
        match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) if parent.as_os_str().is_empty() => call(CWD, name),
            (Some(parent), Some(name)) => match self.directory(parent) {
                // What cannot be read may be searched all the same.
                Err(Errno::ACCESS) => call(CWD, path.as_os_str()),
                directory => call(directory?.as_fd(), name),
            },
            _ => call(CWD, path.as_os_str()),
        }
    }
}

fn leave_while(way: &RefCell<Vec<(PathBuf, Rc<OwnedFd>)>>, is_left: impl Fn(&Path) -> bool) {
    let mut way = way.borrow_mut();
    while way.last().is_some_and(|(at, _)| is_left(at)) {
        way.pop();
    }
}

fn open_directory(base: BorrowedFd, path: &Path, flags: OFlags) -> Result<OwnedFd> {
    let flags = flags | OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::openat(base, path, flags, Mode::empty())
}

/// Paths are made by adding names, so the same one has the same bytes.
fn is(one: &Path, other: &Path) -> bool {
    one.as_os_str() == other.as_os_str()
}

/// Where `path` is below `directory`; empty, where it is that.
fn below<'a>(directory: &Path, path: &'a Path) -> Option<&'a Path> {
    let (directory, path) = (
        directory.as_os_str().as_bytes(),
        path.as_os_str().as_bytes(),
    );
    let rest = path.strip_prefix(directory)?;
    let inside = rest.strip_prefix(b"/");
    let is_there = rest.is_empty() || inside.is_some() || directory.ends_with(b"/");
    is_there.then(|| Path::new(OsStr::from_bytes(inside.unwrap_or(rest))))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::fs;

    struct Tree(PathBuf);

    impl Tree {
        fn new(name: &str, files: &[&str]) -> Tree {
            let top = std::env::temp_dir().join(format!("ou-reach-{name}-{}", std::process::id()));
            for file in files {
                let at = top.join(file);
                fs::create_dir_all(at.parent().unwrap()).unwrap();
                fs::write(at, file).unwrap();
            }
            Tree(top)
        }

        fn sizes(&self, reach: &Reach, files: &[&str]) {
            for file in files {
                let stat = reach.look(&self.0.join(file)).unwrap();
                assert_eq!(usize::try_from(stat.st_size).unwrap(), file.len(), "{file}");
            }
        }
    }

    impl Drop for Tree {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn what_is_open_leads_to_what_is_asked_for_and_to_nothing_else() {
        let files = [
            "a/one",
            "a/deep/down/file",
            "a/deeper",
            "ab/two",
            "b",
            "a/last",
        ];
        let tree = Tree::new("way", &files);
        let reach = Reach::default();
        reach.directory(&tree.0).unwrap();
        tree.sizes(&reach, &files);
        tree.sizes(&reach, &files);
        assert_eq!(reach.way.borrow().len(), 2);
    }

    #[test]
    fn what_is_below_a_directory_is_known_by_the_path() {
        let is = |directory, path| below(Path::new(directory), Path::new(path));
        assert_eq!(is("/usr", "/usr/lib/os"), Some(Path::new("lib/os")));
        assert_eq!(is("/usr", "/usr"), Some(Path::new("")));
        assert_eq!(is("/", "/usr"), Some(Path::new("usr")));
        assert_eq!(is("/usr", "/usrlocal"), None);
        assert_eq!(is("/usr/lib", "/usr"), None);
    }

    #[test]
    fn a_directory_that_was_replaced_is_another_one_when_it_is_looked_at() {
        let tree = Tree::new("replaced", &["a/in/file", "b/in/other file"]);
        let reach = Reach::default();
        tree.sizes(&reach, &["a/in/file"]);
        fs::rename(tree.0.join("a"), tree.0.join("c")).unwrap();
        fs::rename(tree.0.join("b"), tree.0.join("a")).unwrap();
        reach.look(&tree.0.join("a")).unwrap();
        assert!(reach.look(&tree.0.join("a/in/other file")).is_ok());
        assert!(reach.look(&tree.0.join("a/in/file")).is_err());
    }

    #[test]
    fn a_way_that_is_long_keeps_few_directories_open() {
        let deep = "d/".repeat(3 * MOST) + "file";
        let tree = Tree::new("long", &[&deep, "file"]);
        let reach = Reach::default();
        let mut path = tree.0.clone();
        for part in Path::new(&deep).parent().unwrap() {
            path.push(part);
            reach.directory(&path).unwrap();
        }
        assert_eq!(reach.way.borrow().len(), MOST);
        assert_eq!(reach.way.borrow()[0].0, tree.0.join("d"));
        tree.sizes(&reach, &[&deep, "file", &deep]);
    }
}
