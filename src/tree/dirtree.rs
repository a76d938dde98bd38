// SPDX-License-Identifier: LGPL-2.1-or-later
//! What a dirtree object says, read from its bytes where they are: a GVariant of the type
//! `(a(say)a(sayay))`, files and directories. A value of GLib's for each entry would cost
//! more than everything else that is done with it. Pure.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::{Checksums, Entry};

/// A dirtree.
#[derive(Clone, Copy)]
pub struct Dirtree<'a> {
    files: List<'a>,
    directories: List<'a>,
}

/// One of its two lists.
#[derive(Clone, Copy)]
struct List<'a> {
    bytes: &'a [u8],
    /// Where the offsets begin, which stand behind the entries.
    offsets: usize,
    length: usize,
    /// How many checksums an entry has.
    checksums: usize,
}

impl<'a> Dirtree<'a> {
    /// The dirtree in these bytes; `None` if they are none.
    pub fn new(bytes: &'a [u8]) -> Option<Dirtree<'a>> {
        let width = width(bytes.len());
        let end = bytes.len().checked_sub(width)?;
        let middle = number(bytes, end, width)?;
        let tree = Dirtree {
            files: List::new(bytes.get(..middle)?, 1)?,
            directories: List::new(bytes.get(middle..end)?, 2)?,
        };
        Some(tree)
    }

    /// Whether each list is in the order of the bytes of its names, as libostree writes it: only
    /// then is each found that is there.
    pub fn is_sorted(&self) -> bool {
        self.files.is_sorted() && self.directories.is_sorted()
    }

    /// All entries, in the order of the bytes of their names; `None` if one of them cannot be
    /// in a directory, or is there twice.
    pub fn entries(&self) -> Option<Vec<Entry<'a>>> {
        let mut entries = Vec::with_capacity(self.files.length + self.directories.length);
        for list in [self.files, self.directories] {
            for index in 0..list.length {
                let (name, checksums) = list.entry(index)?;
                entries.push(Entry {
                    name: OsStr::from_bytes(name).into(),
                    checksums: Some(checksums),
                });
            }
        }
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        let distinct = entries.windows(2).all(|two| two[0].name != two[1].name);
        distinct.then_some(entries)
    }

    /// The entry of this name.
    pub fn find(&self, name: &OsStr) -> Option<Checksums> {
        let name = name.as_bytes();
        let found = self.files.find(name);
        found.or_else(|| self.directories.find(name))
    }
}

impl<'a> List<'a> {
    fn new(bytes: &'a [u8], checksums: usize) -> Option<List<'a>> {
        let width = width(bytes.len());
        let offsets = match bytes.len().checked_sub(width) {
            Some(last) => number(bytes, last, width)?,
            None => 0,
        };
        Some(List {
            bytes,
            offsets,
            length: bytes.len().checked_sub(offsets)? / width,
            checksums,
        })
    }

    /// The name and the checksums of one; `None` if they are not what a directory can have.
    fn entry(&self, index: usize) -> Option<(&'a [u8], Checksums)> {
        let offset = |index| {
            let width = width(self.bytes.len());
            number(self.bytes, self.offsets + index * width, width)
        };
        let start = match index {
            0 => 0,
            _ => offset(index - 1)?,
        };
        let bytes = self.bytes.get(start..offset(index)?)?;
        let width = width(bytes.len());
        // Behind all but the last part stands where it ends, the first one's at the very end.
        let ends = bytes.len().checked_sub(self.checksums * width)?;
        let name_end = number(bytes, bytes.len() - width, width)?;
        let name = bytes.get(..name_end)?.strip_suffix(b"\0")?;
        let first_end = match self.checksums {
            1 => ends,
            _ => number(bytes, ends, width)?,
        };
        let first = bytes.get(name_end..first_end)?.try_into().ok()?;
        let second = match self.checksums {
            1 => None,
            _ => Some(bytes.get(first_end..ends)?.try_into().ok()?),
        };
        can_be_in_a_directory(name).then_some((name, (first, second)))
    }

    fn is_sorted(&self) -> bool {
        let names = (0..self.length).map(|index| self.entry(index).map(|(name, _)| name));
        names.is_sorted_by(|one, other| one.is_some() && one < other)
    }

    fn find(&self, name: &[u8]) -> Option<Checksums> {
        let (mut low, mut high) = (0, self.length);
        while low < high {
            let middle = low + (high - low) / 2;
            let (found, checksums) = self.entry(middle)?;
            match found.cmp(name) {
                Ordering::Equal => return Some(checksums),
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
            }
        }
        None
    }
}

fn can_be_in_a_directory(name: &[u8]) -> bool {
    let special = matches!(name, b"" | b"." | b"..");
    !special && !name.contains(&b'/') && !name.contains(&0)
}

/// How wide an offset is in a container of this size.
fn width(size: usize) -> usize {
    match size {
        0..=0xff => 1,
        0x100..=0xffff => 2,
        0x1_0000..=0xffff_ffff => 4,
        _ => 8,
    }
}

/// The offset of this width at `place`.
fn number(bytes: &[u8], place: usize, width: usize) -> Option<usize> {
    let bytes = bytes.get(place..place.checked_add(width)?)?;
    let mut wide = [0; 8];
    wide[..width].copy_from_slice(bytes);
    usize::try_from(u64::from_le_bytes(wide)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use glib::prelude::*;

    type Files = Vec<(String, Vec<u8>)>;
    type Directories = Vec<(String, Vec<u8>, Vec<u8>)>;

    fn bytes(files: Files, directories: Directories) -> Vec<u8> {
        (files, directories).to_variant().data().to_vec()
    }

    fn file(name: &str) -> (String, Vec<u8>) {
        (name.to_owned(), vec![1; 32])
    }

    fn directory(name: &str) -> (String, Vec<u8>, Vec<u8>) {
        (name.to_owned(), vec![2; 32], vec![3; 32])
    }

    #[test]
    fn it_is_what_glib_wrote() {
        for count in [0, 1, 2, 7, 300, 3_000] {
            let names: Vec<String> = (0..count).map(|n| format!("name{n:05}")).collect();
            let written = bytes(
                names.iter().map(|name| file(name)).collect(),
                names
                    .iter()
                    .map(|name| directory(&format!("d{name}")))
                    .collect(),
            );
            let Some(tree) = Dirtree::new(&written) else {
                unreachable!("{count}");
            };
            let entries = tree.entries().unwrap_or_default();
            assert_eq!(entries.len(), 2 * count);
            assert!(entries.is_sorted_by(|one, other| one.name < other.name));
            for name in &names {
                let found = tree.find(OsStr::new(name));
                assert_eq!(found, Some(([1; 32], None)));
                let found = tree.find(OsStr::new(&format!("d{name}")));
                assert_eq!(found, Some(([2; 32], Some([3; 32]))));
            }
            assert_eq!(tree.find(OsStr::new("name")), None);
            assert_eq!(tree.find(OsStr::new("z")), None);
        }
    }

    #[test]
    fn what_no_directory_can_have_is_refused() {
        let refused = |files, directories| {
            let written = bytes(files, directories);
            Dirtree::new(&written)
                .and_then(|tree| tree.entries())
                .is_none()
        };
        for name in ["", ".", "..", "a/b"] {
            assert!(refused(vec![file(name)], vec![]), "{name}");
        }
        assert!(refused(vec![file("a"), file("a")], vec![]));
        assert!(refused(vec![file("a")], vec![directory("a")]));
        assert!(refused(vec![("a".to_owned(), vec![1; 31])], vec![]));
    }

    #[test]
    fn what_would_not_be_found_is_known() {
        let is_sorted = |names: &[&str]| {
            let files = bytes(names.iter().map(|name| file(name)).collect(), vec![]);
            let directories = bytes(vec![], names.iter().map(|name| directory(name)).collect());
            [files, directories]
                .map(|written| Dirtree::new(&written).is_some_and(|tree| tree.is_sorted()))
        };
        assert_eq!(is_sorted(&["a", "b", "c"]), [true, true]);
        assert_eq!(is_sorted(&["a"]), [true, true]);
        assert_eq!(is_sorted(&["a", "c", "b"]), [false, false]);
        assert_eq!(is_sorted(&["a", "a"]), [false, false]);
        assert_eq!(is_sorted(&["a", "b/c"]), [false, false]);
    }

    #[test]
    fn damage_of_any_kind_is_no_panic() {
        let good = bytes(vec![file("a"), file("b")], vec![directory("c")]);
        let look = |bytes: &[u8]| {
            if let Some(tree) = Dirtree::new(bytes) {
                tree.entries();
                tree.find(OsStr::new("b"));
            }
        };
        for place in 0..good.len() {
            look(&good[..place]);
            for value in 0..=255 {
                let mut bad = good.clone();
                bad[place] = value;
                look(&bad);
            }
        }
    }
}
