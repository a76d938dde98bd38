// SPDX-License-Identifier: LGPL-2.1-or-later
//! What a file is, in a form that can be compared and written down: type, mode, owner,
//! extended attributes, the target of a link, and of a content its checksum. Reads, and
//! changes nothing.

use std::ffi::OsString;
use std::io::Read;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::error::{Error, Kind, Result};
use crate::tree::{self, FileType, Node, Side, Xattrs};

/// What the system itself gives to files, each in its place: defaults in a commit often have none
/// of these, or those of `/usr`, so they say nothing of who changed a file.
pub const LABELS: [&[u8]; 3] = [SELINUX, b"security.SMACK64", b"security.ima"];
pub const SELINUX: &[u8] = b"security.selinux";
/// The kernel's own, true of one inode alone.
pub const EVM: &[u8] = b"security.evm";

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    pub side: Side,
    pub xattrs: Xattrs,
    /// The SHA-256 of an ordinary file, the target of a link.
    pub content: Vec<u8>,
}

impl Description {
    pub fn of(node: &dyn Node) -> Result<Description> {
        let mut side = node.side().clone();
        let content = match side.file_type {
            FileType::Regular => digest(&mut *node.open()?)?,
            FileType::Symlink => {
                // That of a link means nothing, and cannot be set.
                side.mode = 0o777;
                node.target()?.as_os_str().as_bytes().to_vec()
            }
            _ => Vec::new(),
        };
        let mut xattrs = node.xattrs()?;
        xattrs.remove(EVM);
        Ok(Description {
            side,
            xattrs,
            content,
        })
    }

    pub fn is_directory(&self) -> bool {
        self.side.file_type == FileType::Directory
    }

    pub fn is_special(&self) -> bool {
        let plain = [FileType::Regular, FileType::Symlink, FileType::Directory];
        !plain.contains(&self.side.file_type)
    }

    /// What a link says.
    pub fn target(&self) -> PathBuf {
        OsString::from_vec(self.content.clone()).into()
    }

    fn is(&self, other: &Description) -> bool {
        let own = |(name, _): &(&Vec<u8>, &Vec<u8>)| !LABELS.contains(&name.as_slice());
        self.side == other.side
            && self.content == other.content
            && self
                .xattrs
                .iter()
                .filter(own)
                .eq(other.xattrs.iter().filter(own))
    }

    /// Whether each of what can be changed of a directory is that of the one or of the other.
    fn is_mixed_of(&self, one: &Description, other: &Description) -> bool {
        let among = |get: fn(&Side) -> u32| {
            let value = get(&self.side);
            value == get(&one.side) || value == get(&other.side)
        };
        let mut names = self.xattrs.keys().chain(one.xattrs.keys());
        among(|side| side.mode)
            && among(|side| side.uid)
            && among(|side| side.gid)
            && names.all(|name| {
                let value = self.xattrs.get(name);
                LABELS.contains(&name.as_slice())
                    || value == one.xattrs.get(name)
                    || value == other.xattrs.get(name)
            })
    }
}

/// What is at `path` of a tree; `None` where nothing is.
pub fn at(root: &Rc<dyn Node>, path: &Path) -> Result<Option<Description>> {
    of(tree::lookup(root, path)?.as_ref())
}

pub fn of(node: Option<&Rc<dyn Node>>) -> Result<Option<Description>> {
    node.map(|node| Description::of(&**node)).transpose()
}

/// Whether both are the same, but for labels.
pub fn same(one: Option<&Description>, other: Option<&Description>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => one.is(other),
        _ => false,
    }
}

/// Whether `there` is what somebody leaves who dies while the one becomes the other: files are
/// replaced at once, but a directory gives way to a file, or the other way round, in two steps,
/// and its attributes are set one by one.
pub fn is_halfway(
    there: Option<&Description>,
    one: Option<&Description>,
    other: Option<&Description>,
) -> bool {
    let (Some(one), Some(other)) = (one, other) else {
        return false;
    };
    match there {
        None => one.is_directory() != other.is_directory(),
        Some(there) => {
            [there, one, other].iter().all(|side| side.is_directory())
                && there.is_mixed_of(one, other)
        }
    }
}

/// The SHA-256 of what is still to be read.
pub fn digest(from: &mut dyn Read) -> Result<Vec<u8>> {
    let mut checksum = glib::Checksum::new(glib::ChecksumType::Sha256)
        .ok_or_else(|| Error::new(Kind::Unsupported, "GLib has no SHA-256"))?;
    let mut piece = vec![0; 64 << 10];
    loop {
        match from.read(&mut piece) {
            Ok(0) => return Ok(checksum.digest()),
            Ok(length) => checksum.update(&piece[..length]),
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(Error::io("reading a file", e)),
        }
    }
}
