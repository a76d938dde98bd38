// SPDX-License-Identifier: LGPL-2.1-or-later
//! Copies a directory tree as it is: owners, modes, times, extended attributes, hard
//! links and special files, so that the copy of an upper is the same upper elsewhere.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, Timespec, Timestamps};

use crate::error::{Error, Result};
use crate::sys::{files, xattr};

/// Copies what is in the directory `from` into the directory `to`, and the attributes of
/// `from` itself. `proceed` is asked before each entry.
pub fn tree(from: &Path, to: &Path, proceed: &dyn Fn() -> Result<()>) -> Result<()> {
    let mut copied = HashMap::new();
    let mut waiting = vec![(from.to_owned(), to.to_owned())];
    let mut directories = Vec::new();
    while let Some((from, to)) = waiting.pop() {
        let unreadable = |e| Error::io("copying", e).at(&from);
        for entry in fs::read_dir(&from).map_err(unreadable)? {
            proceed()?;
            let source = entry.map_err(unreadable)?.path();
            let target = to.join(source.file_name().unwrap_or_default());
            let metadata = fs::symlink_metadata(&source).map_err(unreadable)?;
            if metadata.is_dir() {
                fs::create_dir(&target).map_err(|e| Error::io("copying", e).at(&source))?;
                waiting.push((source, target));
            } else {
                entry_at(&source, &target, &metadata, &mut copied)
                    .map_err(|e| Error::io("copying", e).at(&source))?;
            }
        }
        directories.push((from, to));
    }
    // Last, since each entry changes the time of its directory, and a directory may be one
    // that cannot be written to.
    for (from, to) in directories.iter().rev() {
        fs::symlink_metadata(from)
            .and_then(|metadata| attributes(from, to, &metadata))
            .map_err(|e| Error::io("copying", e).at(from))?;
    }
    Ok(())
}

fn entry_at(
    source: &Path,
    target: &Path,
    metadata: &fs::Metadata,
    copied: &mut HashMap<(u64, u64), PathBuf>,
) -> std::io::Result<()> {
    let identity = (metadata.dev(), metadata.ino());
    if let Some(first) = copied.get(&identity) {
        return fs::hard_link(first, target);
    }
    let kind = metadata.file_type();
    if kind.is_symlink() {
        std::os::unix::fs::symlink(fs::read_link(source)?, target)?;
    } else if kind.is_file() {
        files::copy(&fs::File::open(source)?, &fs::File::create_new(target)?)?;
    } else {
        let special = match () {
            () if kind.is_char_device() => FileType::CharacterDevice,
            () if kind.is_block_device() => FileType::BlockDevice,
            () if kind.is_fifo() => FileType::Fifo,
            () => FileType::Socket,
        };
        rustix::fs::mknodat(CWD, target, special, Mode::empty(), metadata.rdev())?;
    }
    attributes(source, target, metadata)?;
    if metadata.nlink() > 1 {
        copied.insert(identity, target.to_owned());
    }
    Ok(())
}

fn attributes(source: &Path, target: &Path, metadata: &fs::Metadata) -> std::io::Result<()> {
    let (uid, gid) = (metadata.uid(), metadata.gid());
    std::os::unix::fs::lchown(target, Some(uid), Some(gid))?;
    if !metadata.file_type().is_symlink() {
        // After the owner, whose change takes the set-user-id bit away.
        let mode = Mode::from_raw_mode(metadata.mode() & 0o7777);
        rustix::fs::chmodat(CWD, target, mode, AtFlags::empty())?;
    }
    xattr::set_all(target, &xattr::all(source)?)?;
    let times = Timestamps {
        last_access: Timespec {
            tv_sec: metadata.atime(),
            tv_nsec: metadata.atime_nsec() as _,
        },
        last_modification: Timespec {
            tv_sec: metadata.mtime(),
            tv_nsec: metadata.mtime_nsec() as _,
        },
    };
    rustix::fs::utimensat(CWD, target, &times, AtFlags::SYMLINK_NOFOLLOW)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_copy_is_the_same() -> std::io::Result<()> {
        let base = std::env::temp_dir().join(format!("ostree-unlock-copy-{}", std::process::id()));
        let (from, to) = (base.join("from"), base.join("to"));
        fs::create_dir_all(from.join("sub"))?;
        fs::create_dir(&to)?;
        fs::write(from.join("sub/file"), "content")?;
        fs::hard_link(from.join("sub/file"), from.join("other"))?;
        fs::set_permissions(from.join("sub/file"), fs::Permissions::from_mode(0o640))?;
        fs::set_permissions(from.join("sub"), fs::Permissions::from_mode(0o551))?;
        std::os::unix::fs::symlink("nowhere", from.join("link"))?;
        rustix::fs::mknodat(CWD, from.join("fifo"), FileType::Fifo, Mode::RUSR, 0)?;
        assert!(tree(&from, &to, &|| Ok(())).is_ok());
        let seen = |path: &str| {
            let one = fs::symlink_metadata(from.join(path))?;
            let other = fs::symlink_metadata(to.join(path))?;
            assert_eq!(one.mode(), other.mode(), "{path}");
            assert_eq!(one.nlink(), other.nlink(), "{path}");
            assert_eq!(one.mtime_nsec(), other.mtime_nsec(), "{path}");
            std::io::Result::Ok(other.ino())
        };
        for path in ["sub", "link", "fifo"] {
            seen(path)?;
        }
        assert_eq!(seen("sub/file")?, seen("other")?);
        assert_eq!(fs::read_to_string(to.join("other"))?, "content");
        assert_eq!(fs::read_link(to.join("link"))?, Path::new("nowhere"));
        fs::set_permissions(from.join("sub"), fs::Permissions::from_mode(0o700))?;
        fs::set_permissions(to.join("sub"), fs::Permissions::from_mode(0o700))?;
        fs::remove_dir_all(&base)
    }

    #[test]
    fn it_stops_where_it_is_told_to() {
        let nowhere = Path::new("/nonexistent");
        let stop = || Err(Error::new(crate::error::Kind::Cancelled, "stop"));
        assert!(tree(nowhere, nowhere, &stop).is_err());
        assert!(tree(Path::new("/etc"), nowhere, &stop).is_err_and(|e| e.to_string() == "stop"));
    }
}
