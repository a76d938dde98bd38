// SPDX-License-Identifier: LGPL-2.1-or-later
//! Trees in a repository: a directory is two objects, of which one names what is in it by
//! checksum; a file is one. Only what is asked for is read.

use std::cell::OnceCell;
use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use gio::prelude::*;
use glib::Variant;
use ostree::ObjectType;

use super::dirtree::Dirtree;
use super::{Checksum, Entry, FileType, Identity, Node, Side, Xattrs};
use crate::error::{Error, Kind, Result};

const TYPE: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;
const SYMLINK: u32 = 0o120_000;

struct Directory {
    repo: ostree::Repo,
    tree: Checksum,
    meta: Checksum,
    side: Side,
    xattrs: Xattrs,
    /// The dirtree, once it was needed.
    contents: OnceCell<Variant>,
}

struct File {
    repo: ostree::Repo,
    checksum: Checksum,
    side: Side,
    target: PathBuf,
    xattrs: Variant,
}

/// The tree of `commit`, which is a checksum; also of one that is partial, as long as what is
/// asked for is there.
pub fn root(repo: &ostree::Repo, commit: &str) -> Result<Rc<dyn Node>> {
    let variant = repo
        .load_variant(ObjectType::Commit, commit)
        .map_err(|e| missing(e, "commit", commit))?;
    let checksum = |index| checksum(&variant.child_value(index), commit);
    directory(repo, checksum(6)?, checksum(7)?)
}

/// The directory of these two objects.
pub fn directory(repo: &ostree::Repo, tree: Checksum, meta: Checksum) -> Result<Rc<dyn Node>> {
    let name = hex(&meta);
    let parsed = repo
        .read_dirmeta(&name)
        .map_err(|e| missing(e, "dirmeta", &name))?;
    Ok(Rc::new(Directory {
        repo: repo.clone(),
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
    }))
}

fn file(repo: &ostree::Repo, checksum: Checksum) -> Result<File> {
    let name = hex(&checksum);
    let (info, xattrs) = repo
        .query_file(&name, gio::Cancellable::NONE)
        .map_err(|e| missing(e, "file", &name))?;
    let mode = info.attribute_uint32("unix::mode");
    let file_type = match mode & TYPE {
        REGULAR => FileType::Regular,
        SYMLINK => FileType::Symlink,
        _ => return Err(damaged("file", &name, "it is neither a file nor a link")),
    };
    let side = Side {
        file_type,
        mode: mode & 0o7777,
        uid: info.attribute_uint32("unix::uid"),
        gid: info.attribute_uint32("unix::gid"),
        size: match file_type {
            FileType::Regular => u64::try_from(info.size()).unwrap_or_default(),
            _ => 0,
        },
    };
    Ok(File {
        repo: repo.clone(),
        checksum,
        side,
        target: match file_type {
            FileType::Symlink => info.symlink_target().unwrap_or_default(),
            _ => PathBuf::new(),
        },
        xattrs,
    })
}

impl Directory {
    /// What `look` sees in the dirtree.
    fn contents<T>(&self, look: impl FnOnce(Dirtree) -> Option<T>) -> Result<T> {
        let name = || hex(&self.tree);
        if self.contents.get().is_none() {
            let contents = self
                .repo
                .load_variant(ObjectType::DirTree, &name())
                .map_err(|e| missing(e, "dirtree", &name()))?;
            let _ = self.contents.set(contents);
        }
        let bytes = self
            .contents
            .get()
            .map_or(&[][..], |contents| contents.data());
        Dirtree::new(bytes)
            .and_then(look)
            .ok_or_else(|| damaged("dirtree", &name(), "what is in it is no directory"))
    }
}

impl Node for Directory {
    fn side(&self) -> &Side {
        &self.side
    }

    fn xattrs(&self) -> Result<Xattrs> {
        Ok(self.xattrs.clone())
    }

    fn entries(&self) -> Result<Vec<Entry>> {
        self.contents(|tree| tree.entries())
    }

    fn child(&self, name: &OsStr) -> Result<Option<Rc<dyn Node>>> {
        Ok(match self.contents(|tree| Some(tree.find(name)))? {
            None => None,
            Some((checksum, None)) => Some(Rc::new(file(&self.repo, checksum)?)),
            Some((tree, Some(meta))) => Some(directory(&self.repo, tree, meta)?),
        })
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

impl File {
    fn content(&self) -> Result<gio::InputStream> {
        let name = hex(&self.checksum);
        let (content, _, _) = self
            .repo
            .load_file(&name, gio::Cancellable::NONE)
            .map_err(|e| missing(e, "file", &name))?;
        content.ok_or_else(|| not_a("file"))
    }
}

impl Node for File {
    fn side(&self) -> &Side {
        &self.side
    }

    fn xattrs(&self) -> Result<Xattrs> {
        let pairs: Vec<(Vec<u8>, Vec<u8>)> = self.xattrs.get().unwrap_or_default();
        Ok(pairs.into_iter().map(without_end).collect())
    }

    fn entries(&self) -> Result<Vec<Entry>> {
        Err(not_a("directory"))
    }

    fn child(&self, _name: &OsStr) -> Result<Option<Rc<dyn Node>>> {
        Ok(None)
    }

    fn open(&self) -> Result<Box<dyn Read>> {
        Ok(Box::new(self.content()?.into_read()))
    }

    fn open_file(&self) -> Result<Option<fs::File>> {
        // The stream of an object that is not compressed has its file.
        let Ok(stream) = self.content()?.downcast::<gio::UnixInputStream>() else {
            return Ok(None);
        };
        let path = format!("/proc/self/fd/{}", stream.as_raw_fd());
        let failed = |e| Error::io("opening an object", e).at(&path);
        fs::File::open(&path).map(Some).map_err(failed)
    }

    fn target(&self) -> Result<PathBuf> {
        Ok(self.target.clone())
    }

    fn identity(&self) -> Identity<'_> {
        Identity::File(&self.checksum)
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
        (Some(tree), Some(meta)) => directory(repo, tree, meta),
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

/// As libostree writes checksums.
pub fn hex(checksum: &Checksum) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    let nibbles = checksum.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    nibbles.map(digit).collect()
}

/// In an object the name of an attribute ends with a zero byte.
fn without_end((mut name, value): (Vec<u8>, Vec<u8>)) -> (Vec<u8>, Vec<u8>) {
    if name.last() == Some(&0) {
        name.pop();
    }
    (name, value)
}

fn missing(source: glib::Error, what: &str, name: &str) -> Error {
    if source.matches(gio::IOErrorEnum::NotFound) {
        return Error::new(
            Kind::NotFound,
            format!("the repository does not have the {what} {name}"),
        )
        .next("a commit that was pulled in part has to be pulled whole");
    }
    if source.matches(gio::IOErrorEnum::Cancelled) {
        return source.into();
    }
    damaged(what, name, source.message())
}

fn damaged(what: &str, name: &str, how: &str) -> Error {
    Error::new(
        Kind::Corrupt,
        format!("the {what} {name} cannot be read: {how}"),
    )
    .next("see what `ostree fsck` says of the repository")
}

fn not_a(what: &str) -> Error {
    Error::new(Kind::Failed, format!("what is read as a {what} is none"))
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
