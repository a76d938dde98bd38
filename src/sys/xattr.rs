// SPDX-License-Identifier: LGPL-2.1-or-later
//! Extended attributes of a file that is open, or of what a path names; a link at its end is
//! not followed.

use std::collections::BTreeMap;
use std::os::fd::BorrowedFd;
use std::path::Path;

use rustix::fs::XattrFlags;
use rustix::io::{Errno, Result};
use rustix::path::Arg;

/// Names and values.
pub type Xattrs = BTreeMap<Vec<u8>, Vec<u8>>;

/// No value is longer, and no list of names: XATTR_SIZE_MAX and XATTR_LIST_MAX of the kernel.
const MOST: usize = 64 << 10;

/// The file that they are of.
#[derive(Clone, Copy)]
pub enum Of<'a> {
    /// What is at a path.
    Named(&'a Path),
    /// One that is open.
    Open(BorrowedFd<'a>),
}

impl<'a> From<&'a Path> for Of<'a> {
    fn from(path: &'a Path) -> Of<'a> {
        Of::Named(path)
    }
}

/// Their names.
pub struct Names(Vec<u8>);

impl Names {
    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let names = self.0.split(|byte| *byte == 0);
        names.filter(|name| !name.is_empty())
    }
}

/// The names of all; of none, where the file system has no such thing.
pub fn names<'a>(file: impl Into<Of<'a>>) -> Result<Names> {
    let file = file.into();
    let names = whole(|buffer| match file {
        Of::Named(path) => rustix::fs::llistxattr(path, buffer),
        Of::Open(file) => rustix::fs::flistxattr(file, buffer),
    })?;
    Ok(Names(names.unwrap_or_default()))
}

/// All of them.
pub fn all(path: &Path) -> Result<Xattrs> {
    some(path, &names(path)?, |_| true)
}

/// Those of `names` that are wanted.
pub fn some<'a>(
    file: impl Into<Of<'a>>,
    names: &Names,
    wanted: impl Fn(&[u8]) -> bool,
) -> Result<Xattrs> {
    let file = file.into();
    let mut found = Xattrs::new();
    for name in names.iter().filter(|name| wanted(name)) {
        if let Some(value) = get(file, name)? {
            found.insert(name.to_vec(), value);
        }
    }
    Ok(found)
}

/// One of them; `None` where it is not set.
pub fn get<'a>(file: impl Into<Of<'a>>, name: impl Arg + Copy) -> Result<Option<Vec<u8>>> {
    let file = file.into();
    whole(|buffer| match file {
        Of::Named(path) => rustix::fs::lgetxattr(path, name, buffer),
        Of::Open(file) => rustix::fs::fgetxattr(file, name, buffer),
    })
}

/// Sets all of `xattrs`.
pub fn set_all(path: &Path, xattrs: &Xattrs) -> Result<()> {
    for (name, value) in xattrs {
        rustix::fs::lsetxattr(path, name.as_slice(), value, XattrFlags::empty())?;
    }
    Ok(())
}

/// Has the file have `xattrs`, and of others only those that stay.
pub fn replace_all(path: &Path, xattrs: &Xattrs, stays: impl Fn(&[u8]) -> bool) -> Result<()> {
    let old = names(path)?;
    for name in old.iter() {
        if !xattrs.contains_key(name) && !stays(name) {
            // The kernel keeps some of its own.
            let _ = rustix::fs::lremovexattr(path, name);
        }
    }
    set_all(path, xattrs)
}

/// Most are small. The kernel's answer to an empty buffer, the size that is needed, is nothing
/// that rustix passes on.
fn whole(read: impl Fn(&mut [u8]) -> Result<usize>) -> Result<Option<Vec<u8>>> {
    let mut small = [0; 256];
    match read(&mut small) {
        Ok(length) => return Ok(Some(small[..length].to_vec())),
        Err(Errno::RANGE) => {}
        Err(e) => return none(e),
    }
    let mut large = vec![0; MOST];
    match read(&mut large) {
        Ok(length) => {
            large.truncate(length);
            Ok(Some(large))
        }
        Err(e) => none(e),
    }
}

/// Where there is no such attribute, or nothing of that kind.
fn none(error: Errno) -> Result<Option<Vec<u8>>> {
    match error {
        Errno::NODATA | Errno::OPNOTSUPP => Ok(None),
        error => Err(error),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn values_and_lists_of_any_length_are_read() {
        let name = format!("ou-xattr-{}", std::process::id());
        let at = std::env::temp_dir().join(name);
        std::fs::write(&at, "").unwrap();
        let lengths = [1, 255, 256, 257, 3_000];
        let read = lengths.map(|length| {
            let one = Xattrs::from([(b"user.test".to_vec(), vec![b'x'; length])]);
            set_all(&at, &one).unwrap();
            all(&at).unwrap()[b"user.test".as_slice()].len()
        });
        let names = (0..20).map(|number| format!("user.{number:0>30}").into_bytes());
        let many: Xattrs = names.map(|name| (name, b"x".to_vec())).collect();
        replace_all(&at, &many, |_| false).unwrap();
        let found = all(&at).unwrap();
        std::fs::remove_file(&at).unwrap();
        assert_eq!(read, lengths);
        assert_eq!(found, many);
    }
}
