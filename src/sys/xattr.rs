// SPDX-License-Identifier: LGPL-2.1-or-later
//! Extended attributes of what a path names; a link at its end is not followed.

use std::collections::BTreeMap;
use std::path::Path;

use rustix::fs::XattrFlags;
use rustix::io::{Errno, Result};
use rustix::path::Arg;

/// Names and values.
pub type Xattrs = BTreeMap<Vec<u8>, Vec<u8>>;

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
pub fn names(path: &Path) -> Result<Names> {
    let names = whole(|buffer| rustix::fs::llistxattr(path, buffer))?;
    Ok(Names(names.unwrap_or_default()))
}

/// All of them.
pub fn all(path: &Path) -> Result<Xattrs> {
    some(path, &names(path)?, |_| true)
}

/// Those of `names` that are wanted.
pub fn some(path: &Path, names: &Names, wanted: impl Fn(&[u8]) -> bool) -> Result<Xattrs> {
    let mut found = Xattrs::new();
    for name in names.iter().filter(|name| wanted(name)) {
        if let Some(value) = get(path, name)? {
            found.insert(name.to_vec(), value);
        }
    }
    Ok(found)
}

/// One of them; `None` where it is not set.
pub fn get(path: &Path, name: impl Arg + Copy) -> Result<Option<Vec<u8>>> {
    whole(|buffer| rustix::fs::lgetxattr(path, name, buffer))
}

/// Sets all of `xattrs`.
pub fn set_all(path: &Path, xattrs: &Xattrs) -> Result<()> {
    for (name, value) in xattrs {
        rustix::fs::lsetxattr(path, name.as_slice(), value, XattrFlags::empty())?;
    }
    Ok(())
}

/// Most are small; what is not is asked for with the size that the kernel says.
fn whole(read: impl Fn(&mut [u8]) -> Result<usize>) -> Result<Option<Vec<u8>>> {
    let mut buffer = vec![0; 256];
    loop {
        match read(&mut buffer) {
            Ok(length) => {
                buffer.truncate(length);
                return Ok(Some(buffer));
            }
            Err(Errno::RANGE) => {
                let length = read(&mut [])?;
                buffer.resize(length, 0);
            }
            Err(Errno::NODATA | Errno::OPNOTSUPP) => return Ok(None),
            Err(e) => return Err(e),
        }
    }
}
