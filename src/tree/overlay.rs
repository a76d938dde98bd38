// SPDX-License-Identifier: LGPL-2.1-or-later
//! One tree over another, as overlayfs has it: an upper, and what it lies on. Read from
//! the upper itself, so that it needs no mount; several are one over the other.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Read;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::disk::File;
use super::{Entry, FileType, Identity, Node, Side, Xattrs, is_directory, lookup};
use crate::error::{Error, Kind, Result};

/// A file of the upper, with what shows through it.
struct Merged {
    file: File,
    /// What shows through: of a directory that of below; of a file whose metadata alone
    /// was copied up, the one that has the content.
    below: Option<Rc<dyn Node>>,
    /// Where a directory was moved from.
    moved_from: Option<PathBuf>,
    /// Where it is in the tree.
    path: PathBuf,
    /// The root of what the whole upper lies on.
    root: Rc<dyn Node>,
}

/// The directory `upper` over the tree `below`.
pub fn over(upper: &Path, below: Rc<dyn Node>) -> Result<Rc<dyn Node>> {
    let Some(file) = File::look(upper.to_owned())? else {
        return Err(Error::new(Kind::NotFound, "there is no such directory").at(upper));
    };
    let shows = match is_opaque(&file)? {
        true => None,
        false => Some(Rc::clone(&below)),
    };
    Ok(Rc::new(Merged {
        file,
        below: shows,
        moved_from: None,
        path: PathBuf::new(),
        root: below,
    }))
}

impl Merged {
    /// What this directory has below at `name`, where it shows through.
    fn beneath(&self, name: &OsStr) -> Result<Option<Rc<dyn Node>>> {
        match &self.below {
            Some(below) if is_directory(&**below) => below.child(name),
            _ => Ok(None),
        }
    }

    fn merge(&self, file: File, name: &OsStr) -> Result<Merged> {
        let path = self.path.join(name);
        let redirect = match file.side().file_type {
            FileType::Directory | FileType::Regular => redirect(&file, &path)?,
            _ => None,
        };
        let there = match &redirect {
            Some(from) => lookup(&self.root, from)?,
            None => None,
        };
        let mut moved_from = None;
        let below = match file.side().file_type {
            FileType::Directory if there.as_deref().is_some_and(is_directory) => {
                moved_from = redirect;
                there
            }
            FileType::Directory if is_opaque(&file)? => None,
            FileType::Directory => self.beneath(name)?.filter(|below| is_directory(&**below)),
            FileType::Regular if attribute(&file, "metacopy")?.is_some() => match there {
                Some(there) => Some(there),
                None => self.beneath(name)?,
            },
            _ => None,
        };
        Ok(Merged {
            file,
            below,
            moved_from,
            path,
            root: Rc::clone(&self.root),
        })
    }
}

impl Node for Merged {
    fn side(&self) -> &Side {
        self.file.side()
    }

    fn xattrs(&self) -> Result<Xattrs> {
        self.file.xattrs()
    }

    fn entries(&self) -> Result<Vec<Entry<'_>>> {
        let mut all = match &self.below {
            Some(below) => below.entries()?,
            None => Vec::new(),
        };
        for name in self.file.names()? {
            let place = all.binary_search_by(|entry| (*entry.name).cmp(&name));
            let entry = Entry {
                name: name.into(),
                checksums: None,
            };
            match place {
                Ok(place) => all[place] = entry,
                Err(place) => all.insert(place, entry),
            }
        }
        Ok(all)
    }

    fn child(&self, name: &OsStr) -> Result<Option<Rc<dyn Node>>> {
        match self.file.inside(name)? {
            None => self.beneath(name),
            Some(file) if is_whiteout(&file)? => Ok(None),
            Some(file) => Ok(Some(Rc::new(self.merge(file, name)?))),
        }
    }

    fn open(&self) -> Result<Box<dyn Read>> {
        match &self.below {
            Some(content) => content.open(),
            None => self.file.open(),
        }
    }

    fn open_file(&self) -> Result<Option<fs::File>> {
        match &self.below {
            Some(content) => content.open_file(),
            None => self.file.open_file(),
        }
    }

    fn target(&self) -> Result<PathBuf> {
        self.file.target()
    }

    fn device(&self) -> (bool, u64) {
        self.file.device()
    }

    fn identity(&self) -> Identity<'_> {
        Identity::Unknown
    }

    fn place(&self) -> Option<&Path> {
        match &self.below {
            Some(content) => content.place(),
            None => self.file.place(),
        }
    }

    fn changed_since(&self, base: &dyn Node) -> Option<Result<Vec<OsString>>> {
        let below = self.below.as_ref()?;
        match below.identity().is(base.identity()) {
            true => Some(self.file.names()),
            false => None,
        }
    }

    fn moved_from(&self) -> Option<&Path> {
        self.moved_from.as_deref()
    }
}

fn attribute(file: &File, name: &str) -> Result<Option<Vec<u8>>> {
    file.attribute(&format!("trusted.overlay.{name}"))
}

/// A character device 0:0, or an empty file with an attribute that says so.
fn is_whiteout(file: &File) -> Result<bool> {
    match file.side().file_type {
        FileType::Device => Ok(file.device() == (false, 0)),
        FileType::Regular if file.side().size == 0 => Ok(attribute(file, "whiteout")?.is_some()),
        _ => Ok(false),
    }
}

/// With `x` there are whiteouts of the other form in it, and it hides nothing by itself.
fn is_opaque(directory: &File) -> Result<bool> {
    Ok(attribute(directory, "opaque")?.is_some_and(|value| value == b"y"))
}

/// Where the overlay says that the file at `path` has its content: below the root, or a
/// name beside it.
fn redirect(file: &File, path: &Path) -> Result<Option<PathBuf>> {
    let Some(target) = attribute(file, "redirect")? else {
        return Ok(None);
    };
    let target = PathBuf::from(OsString::from_vec(target));
    Ok(Some(match target.strip_prefix("/") {
        Ok(below) => below.to_owned(),
        Err(_) => path.parent().unwrap_or(Path::new("")).join(&target),
    }))
}
