// SPDX-License-Identifier: LGPL-2.1-or-later
//! What an undo says of each path, as a file: a GVariant, as paths and attributes may be any
//! bytes. It is written last and as a whole, so an undo that has one is complete. Knows
//! nothing of what is done with it.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use glib::Variant;
use glib::prelude::*;

use super::description::Description;
use crate::error::{Error, Kind, Result};
use crate::side::{FileType, Side};
use crate::sys::files;

const NAME: &str = "manifest";
const FORMAT: u32 = 1;

/// A path of `/etc`. Where nothing was there before and nothing comes, somebody had removed a default
/// that went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub path: PathBuf,
    /// What was there.
    pub before: Option<Description>,
    /// When that was changed last: seconds and nanoseconds.
    pub modified: (i64, u32),
    /// What is put there.
    pub after: Option<Description>,
}

type File = ((u32, u32, u32, u32, u64), Vec<(Vec<u8>, Vec<u8>)>, Vec<u8>);
type Line = (Vec<u8>, Option<File>, (i64, u32), Option<File>);
type Whole = (u32, Vec<Line>);

/// Writes it into the directory `place`; it is on the disk when this returns.
pub fn write(place: &Path, entries: &[Entry]) -> Result<()> {
    let directory = files::hold(place)?;
    files::remove_unfinished(&directory, NAME)?;
    files::write_lasting(&directory, NAME, to_variant(entries).data()).map_err(|e| e.at(place))
}

impl Entry {
    pub fn of_absent(path: &Path) -> Entry {
        Entry {
            path: path.to_owned(),
            before: None,
            modified: (0, 0),
            after: None,
        }
    }

    pub fn is_absent(&self) -> bool {
        self.before.is_none() && self.after.is_none()
    }
}

/// What `place` has; `None` where there is none, or no such directory.
pub fn read(place: &Path) -> Result<Option<Vec<Entry>>> {
    let path = place.join(NAME);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => glib::Bytes::from_owned(bytes),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(Error::io("reading how /etc is put back", e).at(path)),
    };
    let entries = from_variant(&Variant::from_bytes::<Whole>(&bytes));
    entries.map(Some).ok_or_else(|| {
        Error::new(Kind::Failed, "this is not what this version writes")
            .at(&path)
            .next("use the version that wrote it")
    })
}

/// Removes it; that it is gone is on the disk when this returns.
pub fn remove(place: &Path) -> Result<()> {
    let directory = std::fs::File::open(place).map_err(|e| Error::io("opening it", e).at(place))?;
    files::remove_file(&directory, NAME)?;
    files::sync_directory(&directory).map_err(|e| e.at(place))
}

fn to_variant(entries: &[Entry]) -> Variant {
    let line = |entry: &Entry| -> Line {
        (
            entry.path.as_os_str().as_bytes().to_vec(),
            entry.before.as_ref().map(to_file),
            entry.modified,
            entry.after.as_ref().map(to_file),
        )
    };
    let lines: Vec<Line> = entries.iter().map(line).collect();
    (FORMAT, lines).to_variant()
}

fn from_variant(variant: &Variant) -> Option<Vec<Entry>> {
    if !variant.is_normal_form() || variant.child_value(0).get() != Some(FORMAT) {
        return None;
    }
    let (_, lines): Whole = variant.get()?;
    let entry = |(path, before, modified, after): Line| {
        Some(Entry {
            path: OsString::from_vec(path).into(),
            before: before.map_or(Some(None), |file| from_file(file).map(Some))?,
            modified,
            after: after.map_or(Some(None), |file| from_file(file).map(Some))?,
        })
    };
    lines.into_iter().map(entry).collect()
}

fn to_file(file: &Description) -> File {
    let side = &file.side;
    let xattrs = file.xattrs.clone().into_iter();
    (
        (
            side.file_type as u32,
            side.mode,
            side.uid,
            side.gid,
            side.size,
        ),
        xattrs.collect(),
        file.content.clone(),
    )
}

fn from_file(((kind, mode, uid, gid, size), xattrs, content): File) -> Option<Description> {
    let kinds = [FileType::Regular, FileType::Directory, FileType::Symlink];
    let file_type = kinds.into_iter().find(|known| *known as u32 == kind)?;
    Some(Description {
        side: Side {
            file_type,
            mode,
            uid,
            gid,
            size,
        },
        xattrs: xattrs.into_iter().collect(),
        content,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &[u8]) -> Entry {
        let file = |file_type, content: &[u8]| Description {
            side: Side {
                file_type,
                mode: 0o4755,
                uid: 1,
                gid: u32::MAX,
                size: u64::MAX,
            },
            xattrs: [(b"user.odd\xff".to_vec(), b"\0\xff".to_vec())].into(),
            content: content.to_vec(),
        };
        Entry {
            path: OsString::from_vec(path.to_vec()).into(),
            before: Some(file(FileType::Symlink, b"tar\xffget\n")),
            modified: (-1, 999_999_999),
            after: Some(file(FileType::Regular, b"")),
        }
    }

    fn entries() -> Vec<Entry> {
        let mut added = entry(b"odd \xff\n name/x");
        added.before = None;
        let mut removed = entry(b"");
        removed.after = None;
        vec![
            entry(b"a"),
            added,
            removed,
            Entry::of_absent(Path::new("b")),
        ]
    }

    fn reread(bytes: &[u8]) -> Option<Vec<Entry>> {
        from_variant(&Variant::from_bytes::<Whole>(&glib::Bytes::from(bytes)))
    }

    #[test]
    fn it_is_read_as_it_was_written() {
        let variant = to_variant(&entries());
        assert_eq!(reread(variant.data()), Some(entries()));
        assert_eq!(reread(to_variant(&[]).data()), Some(Vec::new()));
    }

    #[test]
    fn what_is_no_manifest_of_ours_is_none() {
        let bytes = to_variant(&entries()).data().to_vec();
        let mut of_another_format = bytes.clone();
        of_another_format[0] ^= 3;
        assert_eq!(reread(&of_another_format), None);
        for length in 0..bytes.len() {
            assert_ne!(reread(&bytes[..length]), Some(entries()), "{length}");
        }
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x55;
            assert_ne!(reread(&damaged), Some(entries()), "{at}");
        }
    }
}
