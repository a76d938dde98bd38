// SPDX-License-Identifier: LGPL-2.1-or-later
//! What a difference is made of, and how two files are compared. Where the two sides
//! come from is not known here: that is beneath, a file for each kind.
//!
//! Compared is what a commit would keep: type, mode, owner, extended attributes, content,
//! target of a link. A mere touch is no change.

pub mod overlay;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::io::Read;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// What became of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
#[non_exhaustive]
pub enum Change {
    /// It was not there.
    Added = 0,
    /// It is no longer there.
    Removed = 1,
    /// Other content, or another target of a link.
    Modified = 2,
    /// A file of another type.
    TypeChanged = 3,
    /// The same content with another mode, owner, or extended attributes.
    Metadata = 4,
    /// A directory that was moved here, as the overlay says.
    Renamed = 5,
}

impl Change {
    /// Every change.
    pub const ALL: [Change; 6] = [
        Change::Added,
        Change::Removed,
        Change::Modified,
        Change::TypeChanged,
        Change::Metadata,
        Change::Renamed,
    ];

    /// The word in JSON and messages.
    pub fn name(self) -> &'static str {
        match self {
            Change::Added => "added",
            Change::Removed => "removed",
            Change::Modified => "modified",
            Change::TypeChanged => "type-changed",
            Change::Metadata => "metadata",
            Change::Renamed => "renamed",
        }
    }

    /// The letter that version control systems show it by.
    pub fn letter(self) -> char {
        match self {
            Change::Added => 'A',
            Change::Removed => 'D',
            Change::Modified => 'M',
            Change::TypeChanged => 'T',
            Change::Metadata => 'm',
            Change::Renamed => 'R',
        }
    }
}

/// The types of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
#[non_exhaustive]
pub enum FileType {
    /// An ordinary file.
    Regular = 0,
    /// A directory.
    Directory = 1,
    /// A symbolic link.
    Symlink = 2,
    /// A character or block device.
    Device = 3,
    /// A named pipe.
    Fifo = 4,
    /// A socket.
    Socket = 5,
}

impl FileType {
    /// The word in JSON and messages.
    pub fn name(self) -> &'static str {
        match self {
            FileType::Regular => "file",
            FileType::Directory => "directory",
            FileType::Symlink => "symlink",
            FileType::Device => "device",
            FileType::Fifo => "fifo",
            FileType::Socket => "socket",
        }
    }

    fn of(metadata: &Metadata) -> FileType {
        let kind = metadata.file_type();
        match () {
            () if kind.is_dir() => FileType::Directory,
            () if kind.is_symlink() => FileType::Symlink,
            () if kind.is_fifo() => FileType::Fifo,
            () if kind.is_socket() => FileType::Socket,
            () if kind.is_file() => FileType::Regular,
            () => FileType::Device,
        }
    }
}

/// A file on one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Its type.
    pub file_type: FileType,
    /// Its permission bits.
    pub mode: u32,
    /// Who owns it.
    pub uid: u32,
    /// Which group owns it.
    pub gid: u32,
    /// The size of an ordinary file, in bytes; of anything else 0.
    pub size: u64,
}

impl Side {
    fn of(metadata: &Metadata) -> Side {
        let file_type = FileType::of(metadata);
        Side {
            file_type,
            mode: metadata.mode() & 0o7777,
            uid: metadata.uid(),
            gid: metadata.gid(),
            size: match file_type {
                FileType::Regular => metadata.size(),
                _ => 0,
            },
        }
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The path, as the system sees it.
    pub path: PathBuf,
    /// What became of it.
    pub change: Change,
    /// What was there; `None` where it was added.
    pub before: Option<Side>,
    /// What is there; `None` where it was removed.
    pub after: Option<Side>,
    /// Whether the extended attributes, ACLs and security labels among them, are others.
    pub xattrs_differ: bool,
    /// Where a directory was that was moved here.
    pub from: Option<PathBuf>,
}

impl Difference {
    fn added(path: PathBuf, after: &Metadata) -> Difference {
        Difference {
            path,
            change: Change::Added,
            before: None,
            after: Some(Side::of(after)),
            xattrs_differ: false,
            from: None,
        }
    }

    fn removed(path: PathBuf, before: &Metadata) -> Difference {
        Difference {
            path,
            change: Change::Removed,
            before: Some(Side::of(before)),
            after: None,
            xattrs_differ: false,
            from: None,
        }
    }
}

/// One file with the path that leads to it.
#[derive(Clone, Copy)]
struct Located<'a> {
    at: &'a Path,
    metadata: &'a Metadata,
}

/// Compares two files that are both there; `None` if they are the same. `content` is where
/// the new content is, which may be elsewhere than its metadata.
fn compare(
    path: &Path,
    before: Located<'_>,
    after: Located<'_>,
    content: &Path,
) -> Result<Option<Difference>> {
    let (old, new) = (Side::of(before.metadata), Side::of(after.metadata));
    let xattrs_differ = xattrs(before.at)? != xattrs(after.at)?;
    let change = if old.file_type != new.file_type {
        Change::TypeChanged
    } else if !same_content(before, after, content)? {
        Change::Modified
    } else if (old.mode, old.uid, old.gid) != (new.mode, new.uid, new.gid) || xattrs_differ {
        Change::Metadata
    } else {
        return Ok(None);
    };
    Ok(Some(Difference {
        path: path.to_owned(),
        change,
        before: Some(old),
        after: Some(new),
        xattrs_differ,
        from: None,
    }))
}

fn same_content(before: Located<'_>, after: Located<'_>, content: &Path) -> Result<bool> {
    match FileType::of(after.metadata) {
        FileType::Regular => {
            if before.metadata.size() != after.metadata.size() {
                return Ok(false);
            }
            same_bytes(before.at, content).map_err(|e| Error::io("comparing", e).at(after.at))
        }
        FileType::Symlink => {
            let target = |path: &Path| {
                fs::read_link(path).map_err(|e| Error::io("reading a link", e).at(path))
            };
            Ok(target(before.at)? == target(after.at)?)
        }
        FileType::Device => {
            let kind = |m: &Metadata| (m.file_type().is_block_device(), m.rdev());
            Ok(kind(before.metadata) == kind(after.metadata))
        }
        FileType::Directory | FileType::Fifo | FileType::Socket => Ok(true),
    }
}

fn same_bytes(one: &Path, other: &Path) -> std::io::Result<bool> {
    const PIECE: usize = 64 << 10;
    let (mut one, mut other) = (File::open(one)?, File::open(other)?);
    let (mut left, mut right) = (vec![0; PIECE], vec![0; PIECE]);
    loop {
        let length = read_piece(&mut one, &mut left)?;
        if read_piece(&mut other, &mut right)? != length || left[..length] != right[..length] {
            return Ok(false);
        }
        if length == 0 {
            return Ok(true);
        }
    }
}

/// As much as there is, up to the whole buffer.
fn read_piece(file: &mut File, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match file.read(&mut buffer[length..])? {
            0 => break,
            more => length += more,
        }
    }
    Ok(length)
}

/// All extended attributes but overlayfs' own.
fn xattrs(path: &Path) -> Result<BTreeMap<Vec<u8>, Vec<u8>>> {
    let failed = |e| Error::os("reading extended attributes", e).at(path);
    let mut found = BTreeMap::new();
    for name in xattr_names(path).map_err(failed)? {
        if name.starts_with(OVERLAY.as_bytes()) || name.starts_with(b"user.overlay.") {
            continue;
        }
        let value = xattr(path, OsStr::from_bytes(&name)).map_err(failed)?;
        found.insert(name, value.unwrap_or_default());
    }
    Ok(found)
}

/// How overlayfs' own attributes begin.
const OVERLAY: &str = "trusted.overlay.";

fn xattr_names(path: &Path) -> rustix::io::Result<Vec<Vec<u8>>> {
    let length = match rustix::fs::llistxattr(path, &mut [0u8; 0][..]) {
        Ok(0) | Err(rustix::io::Errno::OPNOTSUPP) => return Ok(Vec::new()),
        length => length?,
    };
    let mut names = vec![0; length];
    let length = rustix::fs::llistxattr(path, names.as_mut_slice())?;
    Ok(names[..length]
        .split(|b| *b == 0)
        .filter(|name| !name.is_empty())
        .map(<[u8]>::to_vec)
        .collect())
}

fn xattr(path: &Path, name: &OsStr) -> rustix::io::Result<Option<Vec<u8>>> {
    use rustix::io::Errno;
    let length = match rustix::fs::lgetxattr(path, name, &mut [0u8; 0][..]) {
        Err(Errno::NODATA | Errno::OPNOTSUPP) => return Ok(None),
        length => length?,
    };
    let mut value = vec![0; length];
    let length = rustix::fs::lgetxattr(path, name, value.as_mut_slice())?;
    value.truncate(length);
    Ok(Some(value))
}

/// The names in a directory, in the order of their bytes.
fn names(directory: &Path) -> Result<Vec<OsString>> {
    let failed = |e| Error::io("reading a directory", e).at(directory);
    let entries = fs::read_dir(directory).map_err(failed)?;
    let mut names = entries
        .map(|entry| entry.map(|entry| entry.file_name()))
        .collect::<std::io::Result<Vec<OsString>>>()
        .map_err(failed)?;
    names.sort_unstable();
    Ok(names)
}

/// What is at `path`, links not followed; `None` if nothing is.
fn look(path: &Path) -> Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(e)
            if matches!(
                e.kind(),
                std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(None)
        }
        Err(e) => Err(Error::io("looking at a file", e).at(path)),
    }
}

fn path_from(bytes: Vec<u8>) -> PathBuf {
    PathBuf::from(OsString::from_vec(bytes))
}
