// SPDX-License-Identifier: LGPL-2.1-or-later
//! Where the libraries of a tree are looked for, and whether one is there, as ld.so(8) has it.
//! The loader's cache is of the running system, so the directories that it is made from are
//! gone through instead. What somebody needs is not known here.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use super::elf::{self, Linked};
use crate::diff::Change;
use crate::error::{Error, Result};
use crate::tree::whole::Whole;
use crate::tree::{FileType, Node, is_directory};

/// Without being written down anywhere. Debian's own are in a file of `CONFIGURED`.
const DEFAULT: [&str; 2] = ["/usr/lib64", "/usr/lib"];
const CONFIGURATION: &str = "/usr/etc/ld.so.conf";
const CONFIGURED: &str = "/usr/etc/ld.so.conf.d";

/// The libraries of a tree for `/usr`. What was looked at once is remembered.
pub struct Libraries {
    tree: Whole,
    directories: Vec<PathBuf>,
    /// After all links; `None` where there is none.
    opened: RefCell<HashMap<PathBuf, Option<Rc<dyn Node>>>>,
    files: RefCell<HashMap<PathBuf, Option<Rc<Linked>>>>,
    /// Where each name of a library is, once that was needed.
    names: OnceCell<HashMap<OsString, Vec<PathBuf>>>,
}

impl Libraries {
    pub fn of(usr: &Rc<dyn Node>) -> Result<Libraries> {
        let tree = Whole {
            top: "/usr".into(),
            root: Rc::clone(usr),
        };
        let mut directories = configured(&tree)?;
        directories.extend(DEFAULT.map(PathBuf::from));
        Ok(Libraries {
            tree,
            directories,
            opened: RefCell::default(),
            files: RefCell::default(),
            names: OnceCell::new(),
        })
    }

    /// Whether these changes may be of where libraries are looked for, and not only of what
    /// is there.
    pub fn is_elsewhere(&self, changed: &[(PathBuf, Change)]) -> bool {
        changed.iter().any(|(path, change)| {
            let kept = [Change::Added, Change::Metadata].contains(change);
            let is_on_the_way = || self.directories.iter().any(|d| d.starts_with(path));
            path.starts_with(CONFIGURATION)
                || path.starts_with(CONFIGURED)
                || (!kept && is_on_the_way())
        })
    }

    /// The program or library at a path, links followed.
    pub fn at(&self, path: &Path) -> Result<Option<Rc<Linked>>> {
        if let Some(known) = self.files.borrow().get(path) {
            return Ok(known.clone());
        }
        let linked = match self.node(path)? {
            Some(node) if node.side().file_type == FileType::Symlink => {
                self.tree.follow(path)?.map(|(_, node)| node)
            }
            node => node,
        };
        let linked = match linked {
            Some(node) => elf::read(&*node)?.map(Rc::new),
            None => None,
        };
        let path = path.to_owned();
        self.files.borrow_mut().insert(path, linked.clone());
        Ok(linked)
    }

    /// What is at a path, of which only the last part may be a link that is not followed.
    pub fn node(&self, path: &Path) -> Result<Option<Rc<dyn Node>>> {
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Ok(None);
        };
        match self.directory(parent)? {
            Some(directory) => directory.child(name),
            None => Ok(None),
        }
    }

    fn directory(&self, path: &Path) -> Result<Option<Rc<dyn Node>>> {
        if let Some(known) = self.opened.borrow().get(path) {
            return Ok(known.clone());
        }
        let leads_back = path.components().any(|part| part == Component::ParentDir);
        let found = match self.node(path)? {
            _ if path == self.tree.top => Some(Rc::clone(&self.tree.root)),
            Some(node) if !leads_back && is_directory(&*node) => Some(node),
            // By links, if at all.
            _ => self.tree.follow(path)?.map(|(_, node)| node),
        };
        let directory = found.filter(|node| is_directory(&**node));
        let path = path.to_owned();
        self.opened.borrow_mut().insert(path, directory.clone());
        Ok(directory)
    }

    /// Whether what is at `path` finds a library of this name.
    pub fn resolves(&self, soname: &str, path: &Path, of: &Linked) -> Result<bool> {
        if soname.contains('/') {
            return Ok(self.at(&in_usr(Path::new(soname)))?.is_some());
        }
        let origin = path.parent().unwrap_or(path);
        let own = of.paths.iter().filter_map(|path| expand(path, origin));
        for directory in own.chain(self.directories.iter().cloned()) {
            let found = self.at(&directory.join(soname))?;
            if found.is_some_and(|found| found.machine == of.machine) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Where a library has this name, in any directory.
    pub fn places(&self, soname: &str) -> Result<Vec<PathBuf>> {
        if self.names.get().is_none() {
            let mut names: HashMap<OsString, Vec<PathBuf>> = HashMap::new();
            self.each_file(&mut |path, _| {
                if let Some(name) = path.file_name().filter(|_| is_named_library(path)) {
                    names
                        .entry(name.to_owned())
                        .or_default()
                        .push(path.to_owned());
                }
                Ok(())
            })?;
            let _ = self.names.set(names);
        }
        let places = self
            .names
            .get()
            .and_then(|names| names.get(OsStr::new(soname)));
        Ok(places.cloned().unwrap_or_default())
    }

    /// Every file that may be a program or a library, by its name and mode, and links to such.
    pub fn each_file(&self, seen: &mut dyn FnMut(&Path, &dyn Node) -> Result<()>) -> Result<()> {
        let mut waiting = vec![(self.tree.top.clone(), Rc::clone(&self.tree.root))];
        while let Some((path, directory)) = waiting.pop() {
            for entry in directory.entries()? {
                // Of a commit it is known without looking which ones are directories.
                let is_file = entry.checksums.is_some_and(|(_, meta)| meta.is_none());
                let Some(node) = directory.child(&entry.name)? else {
                    continue;
                };
                let path = path.join(&entry.name);
                if !is_file && is_directory(&*node) {
                    waiting.push((path, node));
                } else if may_be_linked(&path, &*node) {
                    seen(&path, &*node)?;
                }
            }
        }
        Ok(())
    }
}

/// Whether it is worth a look inside: libraries need no mode, and programs no name.
pub fn may_be_linked(path: &Path, node: &dyn Node) -> bool {
    let side = node.side();
    match side.file_type {
        FileType::Regular => side.mode & 0o111 != 0 || is_named_library(path),
        FileType::Symlink => is_named_library(path),
        _ => false,
    }
}

/// `libx.so` or `libx.so.1`
pub fn is_named_library(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy());
    name.is_some_and(|name| name.ends_with(".so") || name.contains(".so."))
}

/// A path of a library, as it is in `/usr`: `/lib` is a link.
fn in_usr(path: &Path) -> PathBuf {
    match path.strip_prefix("/") {
        Ok(below) if !below.starts_with("usr") => Path::new("/usr").join(below),
        _ => path.to_owned(),
    }
}

/// A directory as a file names it; `None` where it depends on the processor.
fn expand(path: &str, origin: &Path) -> Option<PathBuf> {
    let origin = origin.to_str()?;
    let path = path.replace("${ORIGIN}", origin).replace("$ORIGIN", origin);
    (!path.contains('$') && path.starts_with('/')).then(|| in_usr(Path::new(&path)))
}

/// The directories that the files of ldconfig(8) name. Which of them includes which is always
/// the same: the one all of the others.
fn configured(tree: &Whole) -> Result<Vec<PathBuf>> {
    let mut files = vec![PathBuf::from(CONFIGURATION)];
    if let Some((path, directory)) = tree.follow(Path::new(CONFIGURED))? {
        if is_directory(&*directory) {
            let entries = directory.entries()?.into_iter();
            files.extend(entries.map(|entry| path.join(entry.name)));
        }
    }
    let mut directories = Vec::new();
    for path in files {
        if let Some((_, node)) = tree.follow(&path)? {
            if node.side().file_type == FileType::Regular {
                let mut content = Vec::new();
                node.open()?
                    .read_to_end(&mut content)
                    .map_err(|e| Error::io("reading where libraries are", e).at(&path))?;
                // What is in another encoding names nothing that would be there.
                directories.extend(named(&String::from_utf8_lossy(&content)));
            }
        }
    }
    Ok(directories)
}

fn named(text: &str) -> Vec<PathBuf> {
    let lines = text.lines().map(|line| match line.split_once('#') {
        Some((line, _)) => line.trim(),
        None => line.trim(),
    });
    lines
        .filter(|line| line.starts_with('/'))
        // What once was a kind of library stands behind it.
        .map(|line| line.split('=').next().unwrap_or(line))
        .map(|line| in_usr(Path::new(line)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_named_one_on_a_line() {
        let text = "include /etc/ld.so.conf.d/*.conf\n# /usr/no\n/lib/x86_64-linux-gnu # yes\n/usr/x=libc6\n\n";
        let wanted = ["/usr/lib/x86_64-linux-gnu", "/usr/x"].map(PathBuf::from);
        assert_eq!(named(text), wanted);
    }

    #[test]
    fn a_path_may_be_relative_to_the_file() {
        let origin = Path::new("/usr/lib/x");
        for (path, wanted) in [
            ("$ORIGIN/../y", Some("/usr/lib/x/../y")),
            ("${ORIGIN}", Some("/usr/lib/x")),
            ("/lib/y", Some("/usr/lib/y")),
            ("/usr/$LIB/y", None),
            ("y", None),
        ] {
            assert_eq!(expand(path, origin), wanted.map(PathBuf::from), "{path}");
        }
    }
}
