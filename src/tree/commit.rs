// SPDX-License-Identifier: LGPL-2.1-or-later
//! Trees in a repository: a directory is two objects, of which one names what is in it by
//! checksum; a file is one (`object`). Only what is asked for is read.

use std::cell::{OnceCell, RefCell};
use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use glib::Variant;
use ostree::ObjectType;

use super::dirtree::Dirtree;
use super::object::{self, Source, damaged, hex, missing, not_a, without_end};
use super::{Checksum, Entry, FileType, Identity, Node, Side, Xattrs};
use crate::error::{Error, Kind, Result};

struct Directory {
    source: Rc<Source>,
    tree: Checksum,
    meta: Checksum,
    side: Side,
    xattrs: Xattrs,
    /// The dirtree, once it was needed.
    contents: OnceCell<Vec<u8>>,
    /// The directory in it that was asked for last: what is wanted next is mostly in the same one.
    last: RefCell<Option<(OsString, Rc<dyn Node>)>>,
}

/// The tree of `commit`, which is a checksum; also of one that is partial, as long as what is
/// asked for is there.
pub fn root(repo: &ostree::Repo, commit: &str) -> Result<Rc<dyn Node>> {
    let variant = repo
        .load_variant(ObjectType::Commit, commit)
        .map_err(|e| missing(e, "commit", commit))?;
    let checksum = |index| checksum(&variant.child_value(index), commit);
    directory(Source::new(repo), checksum(6)?, checksum(7)?)
}

/// The directory of these two objects.
fn directory(source: Rc<Source>, tree: Checksum, meta: Checksum) -> Result<Rc<dyn Node>> {
    let name = hex(&meta);
    let parsed = source
        .repo
        .read_dirmeta(&name)
        .map_err(|e| missing(e, "dirmeta", &name))?;
    Ok(Rc::new(Directory {
        source,
        tree,
        meta,
        side: Side {
            file_type: FileType::Directory,
            mode: parsed.mode & 0o7777,
            uid: parsed.uid,
            gid: parsed.gid,
            size: 0,
        },
        xattrs: parsed.xattrs.into_iter().map(without_end).collect(),
        contents: OnceCell::new(),
        last: RefCell::default(),
    }))
}

impl Directory {
    /// One that is in it, of these two objects.
    fn directory(&self, tree: Checksum, meta: Checksum) -> Result<Rc<dyn Node>> {
        if meta != self.meta {
            return directory(Rc::clone(&self.source), tree, meta);
        }
        // Mostly it has the same owner, mode and attributes.
        Ok(Rc::new(Directory {
            source: Rc::clone(&self.source),
            tree,
            meta,
            side: self.side.clone(),
            xattrs: self.xattrs.clone(),
            contents: OnceCell::new(),
            last: RefCell::default(),
        }))
    }

    /// What `look` sees in the dirtree.
    fn contents<'a, T>(&'a self, look: impl FnOnce(Dirtree<'a>) -> Option<T>) -> Result<T> {
        let damaged = || {
            let why = "what is in it is no directory, or not in the order of its names";
            damaged("dirtree", &hex(&self.tree), why)
        };
        if self.contents.get().is_none() {
            let bytes = self.source.dirtree(&self.tree)?;
            if !Dirtree::new(&bytes).is_some_and(|tree| tree.is_sorted()) {
                return Err(damaged());
            }
            let _ = self.contents.set(bytes);
        }
        let bytes = self.contents.get().map_or(&[][..], Vec::as_slice);
        Dirtree::new(bytes).and_then(look).ok_or_else(damaged)
    }
}

impl Node for Directory {
    fn side(&self) -> &Side {
        &self.side
    }

    fn xattrs(&self) -> Result<Xattrs> {
        Ok(self.xattrs.clone())
    }

    fn entries(&self) -> Result<Vec<Entry<'_>>> {
        self.contents(|tree| tree.entries())
    }

    fn child(&self, name: &OsStr) -> Result<Option<Rc<dyn Node>>> {
        if let Some((_, last)) = self.last.borrow().as_ref().filter(|(is, _)| is == name) {
            return Ok(Some(Rc::clone(last)));
        }
        let (tree, meta) = match self.contents(|tree| Some(tree.find(name)))? {
            None => return Ok(None),
            Some((checksum, None)) => return object::file(&self.source, checksum).map(Some),
            Some((tree, Some(meta))) => (tree, meta),
        };
        let child = self.directory(tree, meta)?;
        *self.last.borrow_mut() = Some((name.to_owned(), Rc::clone(&child)));
        Ok(Some(child))
    }

    fn open(&self) -> Result<Box<dyn Read>> {
        Err(not_a("file"))
    }

    fn target(&self) -> Result<PathBuf> {
        Err(not_a("link"))
    }

    fn identity(&self) -> Identity<'_> {
        Identity::Directory(&self.tree, &self.meta)
    }
}

fn checksum(bytes: &Variant, inside: &str) -> Result<Checksum> {
    let bytes = bytes.data();
    Checksum::try_from(bytes)
        .map_err(|_| damaged("object", inside, "a checksum in it has another length"))
}

/// The tree that `file` is the root of, which may be of a transaction that goes on.
pub fn of_file(repo: &ostree::Repo, file: &ostree::RepoFile) -> Result<Rc<dyn Node>> {
    file.ensure_resolved()?;
    let checksum = |text: Option<glib::GString>| text.as_deref().and_then(from_hex);
    let tree = checksum(file.tree_get_contents_checksum());
    let meta = checksum(file.tree_get_metadata_checksum());
    match (tree, meta) {
        (Some(tree), Some(meta)) => directory(Source::new(repo), tree, meta),
        _ => Err(not_a("directory")),
    }
}

fn from_hex(text: &str) -> Option<Checksum> {
    let mut checksum = Checksum::default();
    if !text.is_ascii() || text.len() != 2 * checksum.len() {
        return None;
    }
    for (byte, at) in checksum.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(checksum)
}

/// Resolves what a user calls a commit: a checksum, a ref, or one with `^` behind it.
pub fn resolve(repo: &ostree::Repo, name: &str) -> Result<String> {
    match repo.resolve_rev(name, false) {
        Ok(Some(commit)) => Ok(commit.into()),
        Ok(None) => Err(unknown(name)),
        Err(e) if e.matches(gio::IOErrorEnum::NotFound) => Err(unknown(name)),
        Err(e) => Err(Error::from(e).at(Path::new(name))),
    }
}

/// The same of a commit that the repository has whole.
pub fn resolve_whole(repo: &ostree::Repo, name: &str) -> Result<String> {
    let commit = resolve(repo, name)?;
    match repo.load_commit(&commit) {
        Ok((_, state)) if state.contains(ostree::RepoCommitState::PARTIAL) => Err(Error::new(
            Kind::NotFound,
            format!("the commit {commit} was pulled in part"),
        )
        .next("pull it whole, with `ostree pull`")),
        Ok(_) => Ok(commit),
        Err(e) if e.matches(gio::IOErrorEnum::NotFound) => Err(unknown(name)),
        Err(e) => Err(missing(e, "commit", &commit)),
    }
}

fn unknown(name: &str) -> Error {
    Error::new(Kind::NotFound, format!("there is no commit or ref {name}"))
        .next("see `ostree refs`; `ostree pull` brings what is missing")
}
