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
    /// Where what shows through is in what the whole upper lies on.
    origin: PathBuf,
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
        origin: PathBuf::new(),
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
        let redirect = match file.side().file_type {
            FileType::Directory | FileType::Regular => attribute(&file, "redirect")?,
            _ => None,
        };
        let redirect = redirect.map(|target| PathBuf::from(OsString::from_vec(target)));
        let (origin, there) = match &redirect {
            None => (self.origin.join(name), self.beneath(name)?),
            Some(target) => match target.strip_prefix("/") {
                Ok(from) => (from.to_owned(), lookup(&self.root, from)?),
                // A name in what this directory itself shows, wherever that is.
                Err(_) => (self.origin.join(target), self.beneath(target.as_os_str())?),
            },
        };
        let below = match file.side().file_type {
            FileType::Directory if is_opaque(&file)? => None,
            FileType::Directory => there.filter(|below| is_directory(&**below)),
            FileType::Regular if attribute(&file, "metacopy")?.is_some() => {
                let content = there.filter(|below| below.side().file_type == FileType::Regular);
                Some(content.ok_or_else(|| without_content(&file))?)
            }
            _ => None,
        };
        let moved = redirect.is_some() && below.is_some() && is_directory(&file);
        Ok(Merged {
            file,
            below,
            moved_from: moved.then(|| origin.clone()),
            origin,
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

/// An empty file in its place would be a wrong answer.
fn without_content(file: &File) -> Error {
    let error = Error::new(
        Kind::Failed,
        "the overlay has its metadata alone, and its content is not where it says",
    );
    match file.place() {
        Some(place) => error.at(place),
        None => error,
    }
}
