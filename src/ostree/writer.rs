// SPDX-License-Identifier: LGPL-2.1-or-later
//! Writes files of any tree into one of a repository: over the tree of a commit, so that
//! only what is written costs anything, or into an empty one.

use std::io::Read;
use std::path::{Path, PathBuf};

use gio::prelude::*;
use glib::Variant;
use ostree::{MutableTree, ObjectType};

use crate::error::{Error, Kind, Result};
use crate::tree::{FileType, Node, Xattrs};

const SELINUX: &[u8] = b"security.selinux";

/// A tree that is being written. Nothing of it is seen before its root is in a commit.
pub struct Writer<'a> {
    repo: &'a ostree::Repo,
    root: MutableTree,
    policy: Option<ostree::SePolicy>,
    /// The directory that was written into last.
    last: Option<(PathBuf, MutableTree)>,
}

impl<'a> Writer<'a> {
    /// Over the tree of `commit`.
    pub fn over(repo: &'a ostree::Repo, commit: &str) -> Result<Writer<'a>> {
        Ok(Writer {
            repo,
            root: MutableTree::from_commit(repo, commit)?,
            policy: None,
            last: None,
        })
    }

    /// Into an empty tree, whose root is a plain directory.
    pub fn empty(repo: &'a ostree::Repo) -> Result<Writer<'a>> {
        let root = MutableTree::new();
        let meta = write_dirmeta(repo, (0o755, 0, 0), &Xattrs::new())?;
        root.set_metadata_checksum(&meta);
        Ok(Writer {
            repo,
            root,
            policy: None,
            last: None,
        })
    }

    /// Has what is written labelled by `policy`, instead of as it is.
    pub fn labelled_by(mut self, policy: Option<ostree::SePolicy>) -> Writer<'a> {
        self.policy = policy.filter(|policy| policy.name().is_some());
        self
    }

    /// Puts a file at `path`, in the place of what is there, or changes what a directory is
    /// itself. Directories on the way that are not there become plain ones.
    pub fn put(&mut self, path: &Path, content: &dyn Node, metadata: &dyn Node) -> Result<()> {
        let failed = |error: Error| error.at(Path::new("/").join(path));
        if path.as_os_str().is_empty() {
            return Err(failed(Error::new(Kind::Failed, "the root is not written")));
        }
        let name = name(path)?;
        let parent = match self.parent(path)? {
            Some(parent) => parent,
            None => self.make_parent(path)?,
        };
        let xattrs = self.labelled(path, metadata)?;
        if content.side().file_type == FileType::Directory {
            let side = metadata.side();
            let meta = write_dirmeta(self.repo, (side.mode, side.uid, side.gid), &xattrs)
                .map_err(failed)?;
            // A file in its place, of which libostree would say that it is no directory.
            if let Ok((Some(_), None)) = parent.lookup(name) {
                parent.remove(name, true)?;
            }
            parent.ensure_dir(name)?.set_metadata_checksum(&meta);
            return Ok(());
        }
        let checksum = self.write(content, metadata, &xattrs).map_err(failed)?;
        if let Ok((None, Some(_))) = parent.lookup(name) {
            parent.remove(name, true)?;
            self.last = None;
        }
        parent.replace_file(name, &checksum)?;
        Ok(())
    }

    /// Puts a directory at `path` that says nothing of itself.
    pub fn put_plain_directory(&mut self, path: &Path) -> Result<()> {
        if let Some(parent) = self.parent(path)? {
            let meta = write_dirmeta(self.repo, (0o755, 0, 0), &Xattrs::new())?;
            parent.ensure_dir(name(path)?)?.set_metadata_checksum(&meta);
        }
        Ok(())
    }

    /// Has nothing at `path`.
    pub fn remove(&mut self, path: &Path) -> Result<()> {
        let name = name(path)?;
        if let Some(parent) = self.parent(path)? {
            parent.remove(name, true)?;
            self.last = None;
        }
        Ok(())
    }

    /// Writes the tree down, and gives it back as the root of a commit to be.
    pub fn finish(self) -> Result<ostree::RepoFile> {
        let root = self.repo.write_mtree(&self.root, gio::Cancellable::NONE)?;
        root.downcast::<ostree::RepoFile>()
            .map_err(|_| Error::new(Kind::Failed, "libostree made no tree of the files"))
    }

    /// The directory that `path` is in; `None` where there is none.
    fn parent(&mut self, path: &Path) -> Result<Option<MutableTree>> {
        let directory = path.parent().unwrap_or(Path::new(""));
        if let Some((at, tree)) = &self.last {
            if at == directory {
                return Ok(Some(tree.clone()));
            }
        }
        let mut tree = self.root.clone();
        for part in directory.components() {
            // libostree says that something is not there by an error.
            match tree.lookup(name(Path::new(part.as_os_str()))?) {
                Ok((_, Some(below))) => tree = below,
                Ok((_, None)) => return Ok(None),
                Err(e) if e.matches(gio::IOErrorEnum::NotFound) => return Ok(None),
                Err(e) => return Err(Error::from(e).at(Path::new("/").join(directory))),
            }
        }
        self.last = Some((directory.to_owned(), tree.clone()));
        Ok(Some(tree))
    }

    fn make_parent(&mut self, path: &Path) -> Result<MutableTree> {
        let directory = path.parent().unwrap_or(Path::new(""));
        let mut tree = self.root.clone();
        let mut at = PathBuf::new();
        for part in directory.components() {
            at.push(part);
            let name = name(&at)?;
            let is_there = tree.lookup(name).is_ok_and(|(_, below)| below.is_some());
            tree = tree.ensure_dir(name)?;
            if !is_there {
                let mode = 0o755 | type_bits(FileType::Directory);
                let xattrs = self.label(&at, mode, Xattrs::new())?;
                let meta = write_dirmeta(self.repo, (0o755, 0, 0), &xattrs)?;
                tree.set_metadata_checksum(&meta);
            }
        }
        Ok(tree)
    }

    fn labelled(&self, path: &Path, file: &dyn Node) -> Result<Xattrs> {
        let mut xattrs = file.xattrs()?;
        // libostree reads none without a value back, so an object with one would not be what its
        // checksum says.
        xattrs.retain(|_, value| !value.is_empty());
        let side = file.side();
        self.label(path, side.mode | type_bits(side.file_type), xattrs)
    }

    fn label(&self, path: &Path, mode: u32, mut xattrs: Xattrs) -> Result<Xattrs> {
        let Some(policy) = &self.policy else {
            return Ok(xattrs);
        };
        // Defaults for /etc get the labels that they have there.
        let there = match path.strip_prefix("usr/etc") {
            Ok(below) => Path::new("/etc").join(below),
            Err(_) => Path::new("/").join(path),
        };
        let there = there.to_str().unwrap_or_default();
        match policy.label(there, mode, gio::Cancellable::NONE)? {
            Some(label) => {
                let label = [label.as_bytes(), b"\0"].concat();
                xattrs.insert(SELINUX.to_vec(), label);
            }
            None => {
                xattrs.remove(SELINUX);
            }
        }
        Ok(xattrs)
    }

    fn write(
        &self,
        content: &dyn Node,
        metadata: &dyn Node,
        xattrs: &Xattrs,
    ) -> Result<glib::GString> {
        let side = metadata.side();
        let xattrs = Some(variant(xattrs));
        if content.side().file_type == FileType::Symlink {
            let target = content.target()?;
            let target = target.to_str().ok_or_else(|| {
                Error::new(
                    Kind::Unsupported,
                    "the target of a link in a commit has to be UTF-8",
                )
            })?;
            return Ok(self.repo.write_symlink(
                None,
                side.uid,
                side.gid,
                xattrs.as_ref(),
                target,
                gio::Cancellable::NONE,
            )?);
        }
        let mode = side.mode | type_bits(FileType::Regular);
        let size = content.side().size;
        let out = self
            .repo
            .write_regfile(None, side.uid, side.gid, mode, size, xattrs.as_ref())?;
        let mut from = content.open()?;
        let mut piece = vec![0; 64 << 10];
        let mut left = size;
        loop {
            let length = from
                .read(&mut piece)
                .map_err(|e| Error::io("reading it", e))?;
            left = match left.checked_sub(length as u64) {
                Some(left) if length > 0 || left == 0 => left,
                _ => return Err(changed()),
            };
            if length == 0 {
                break;
            }
            let (_, failed) = out.write_all(&piece[..length], gio::Cancellable::NONE)?;
            if let Some(failed) = failed {
                return Err(failed.into());
            }
        }
        Ok(out.finish(gio::Cancellable::NONE)?)
    }
}

/// Why a file cannot be in a commit; `None` where it can.
pub fn cannot_hold(path: &Path, file: &dyn Node) -> Result<Option<&'static str>> {
    if path.to_str().is_none() {
        return Ok(Some("its name is not UTF-8"));
    }
    Ok(match file.side().file_type {
        FileType::Regular | FileType::Directory => None,
        FileType::Symlink if file.target()?.to_str().is_none() => Some("its target is not UTF-8"),
        FileType::Symlink => None,
        FileType::Device => Some("it is a device"),
        FileType::Fifo => Some("it is a named pipe"),
        FileType::Socket => Some("it is a socket"),
    })
}

/// What was read was written to meanwhile.
pub fn changed() -> Error {
    Error::new(Kind::Changed, "it was written to while it was read")
        .next("nothing was made of it; try again once nobody writes")
}

fn name(path: &Path) -> Result<&str> {
    path.file_name()
        .and_then(|name| name.to_str())
        .ok_or_else(|| Error::new(Kind::Unsupported, "a name in a commit has to be UTF-8").at(path))
}

fn type_bits(file_type: FileType) -> u32 {
    match file_type {
        FileType::Directory => 0o040_000,
        FileType::Symlink => 0o120_000,
        _ => 0o100_000,
    }
}

fn write_dirmeta(
    repo: &ostree::Repo,
    (mode, uid, gid): (u32, u32, u32),
    xattrs: &Xattrs,
) -> Result<String> {
    let info = gio::FileInfo::new();
    info.set_attribute_uint32("unix::mode", mode | type_bits(FileType::Directory));
    info.set_attribute_uint32("unix::uid", uid);
    info.set_attribute_uint32("unix::gid", gid);
    let meta = ostree::create_directory_metadata(&info, Some(&variant(xattrs)));
    let checksum = repo.write_metadata(ObjectType::DirMeta, None, &meta, gio::Cancellable::NONE)?;
    Ok(checksum.to_hex())
}

/// As objects have them: sorted, each name with a zero byte at its end.
fn variant(xattrs: &Xattrs) -> Variant {
    let pairs: Vec<(Vec<u8>, Vec<u8>)> = xattrs
        .iter()
        .map(|(name, value)| ([name.as_slice(), b"\0"].concat(), value.clone()))
        .collect();
    pairs.to_variant()
}
