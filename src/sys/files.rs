// SPDX-License-Identifier: LGPL-2.1-or-later
//! Files and directories of ours: made, opened and removed so that nothing planted in
//! their place is followed, written to or removed instead.

use std::fs;
use std::io::{Read, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, FileType, FsWord, Gid, IFlags, Mode, OFlags, ResolveFlags, Uid, XattrFlags,
};
use rustix::io::Errno;

use crate::error::{Error, Kind, Result};
use crate::sys::xattr;

const SELINUX: &str = "security.selinux";

/// What a directory that stands for another one must share with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attributes {
    mode: u32,
    uid: u32,
    gid: u32,
    selinux: Option<Vec<u8>>,
}

impl Attributes {
    /// Those of the directory at `path`.
    pub fn of(path: &Path) -> Result<Attributes> {
        let stat = rustix::fs::stat(path).map_err(|e| Error::os("looking at it", e).at(path))?;
        let selinux = xattr::get(path, SELINUX)
            .map_err(|e| Error::os("reading its SELinux label", e).at(path))?;
        Ok(Attributes {
            mode: stat.st_mode & 0o7777,
            uid: stat.st_uid,
            gid: stat.st_gid,
            selinux,
        })
    }

    fn apply(&self, directory: BorrowedFd<'_>) -> rustix::io::Result<()> {
        rustix::fs::fchown(
            directory,
            Some(Uid::from_raw(self.uid)),
            Some(Gid::from_raw(self.gid)),
        )?;
        rustix::fs::fchmod(directory, Mode::from_raw_mode(self.mode))?;
        match &self.selinux {
            Some(label) => rustix::fs::fsetxattr(directory, SELINUX, label, XattrFlags::empty()),
            None => Ok(()),
        }
    }
}

/// Opens the directory `path` below `base`, following no link and leaving no
/// directory by `..`; `None` if it is not there.
pub fn open_directory(base: impl AsFd, path: &Path) -> Result<Option<OwnedFd>> {
    let opened = rustix::fs::openat2(
        base,
        path,
        OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC,
        Mode::empty(),
        ResolveFlags::NO_SYMLINKS | ResolveFlags::BENEATH,
    );
    match opened {
        Ok(directory) => Ok(Some(directory)),
        Err(Errno::NOENT) => Ok(None),
        Err(Errno::LOOP | Errno::NOTDIR) => Err(planted(path, "is not a directory")),
        Err(e) => Err(Error::os("opening a directory", e).at(path)),
    }
}

/// Opens the directory `path` below `base`, made with `mode` where it is missing;
/// refuses one that somebody other than root could have made or can change.
pub fn ensure_directory(base: impl AsFd, path: &Path, mode: u32) -> Result<OwnedFd> {
    let mut so_far = PathBuf::new();
    let mut directory =
        rustix::fs::openat(&base, ".", OFlags::PATH | OFlags::CLOEXEC, Mode::empty())
            .map_err(|e| Error::os("opening a directory", e).at(path))?;
    for part in path.components() {
        so_far.push(part);
        match rustix::fs::mkdirat(&directory, part.as_os_str(), Mode::from_raw_mode(mode)) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(e) => return Err(Error::os("making a directory", e).at(&so_far)),
        }
        let step =
            open_directory(&directory, Path::new(part.as_os_str())).map_err(|e| e.at(&so_far))?;
        directory = step.ok_or_else(|| {
            Error::new(Kind::Failed, "it went away while it was opened").at(&so_far)
        })?;
        check_owner(&directory, &so_far)?;
    }
    Ok(directory)
}

/// Who could change a directory on the way could change what we do beneath it.
fn check_owner(directory: &OwnedFd, path: &Path) -> Result<()> {
    let stat = rustix::fs::fstat(directory)
        .map_err(|e| Error::os("looking at a directory", e).at(path))?;
    if stat.st_uid != 0 {
        return Err(planted(path, "belongs to somebody other than root"));
    }
    if stat.st_mode & 0o022 != 0 {
        return Err(planted(path, "can be written to by others than root"));
    }
    Ok(())
}

fn planted(path: &Path, what: &str) -> Error {
    Error::new(Kind::UnsafePath, format!("what stands here {what}"))
        .at(path)
        .next("look at it, and move it away if nothing needs it")
}

/// Makes the directory `name` in `parent`, which must not be there yet, with the
/// attributes of another one.
pub fn make_directory_like(parent: impl AsFd, name: &str, like: &Attributes) -> Result<OwnedFd> {
    let make = || {
        rustix::fs::mkdirat(&parent, name, Mode::RWXU)?;
        let directory = rustix::fs::openat(
            &parent,
            name,
            OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC,
            Mode::empty(),
        )?;
        like.apply(directory.as_fd())?;
        Ok(directory)
    };
    make().map_err(|e| Error::os("making a directory", e).at(name))
}

/// Runs `work` while the directory takes changes, although it may be immutable otherwise, as
/// that of a deployment is.
pub fn while_mutable<T>(directory: impl AsFd, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let was = set_immutable(&directory, false)?;
    let result = work();
    if was {
        set_immutable(&directory, true)?;
    }
    result
}

/// Sets or clears the immutable flag of a directory, where its file system knows that, and
/// says what it was.
pub fn set_immutable(directory: impl AsFd, immutable: bool) -> Result<bool> {
    let failed = |e| Error::os("changing the immutable flag of a directory", e);
    let flags = match rustix::fs::ioctl_getflags(&directory) {
        Ok(flags) => flags,
        Err(Errno::NOTTY | Errno::OPNOTSUPP | Errno::NOSYS) => return Ok(false),
        Err(e) => return Err(failed(e)),
    };
    let was = flags.contains(IFlags::IMMUTABLE);
    if was != immutable {
        let mut wanted = flags;
        wanted.set(IFlags::IMMUTABLE, immutable);
        rustix::fs::ioctl_setflags(&directory, wanted).map_err(failed)?;
    }
    Ok(was)
}

/// Waits until the names in a directory are on the disk.
pub fn sync_directory(directory: impl AsFd) -> Result<()> {
    rustix::fs::fsync(directory).map_err(|e| Error::os("writing a directory to the disk", e))
}

/// Waits until everything on the file system of `directory` is on the disk.
pub fn sync_file_system(directory: impl AsFd) -> Result<()> {
    rustix::fs::syncfs(directory).map_err(|e| Error::os("writing to the disk", e))
}

/// Renames within or between two directories; never over something that is there.
pub fn rename(from: impl AsFd, name: &str, to: impl AsFd, new_name: &str) -> Result<()> {
    rustix::fs::renameat_with(from, name, to, new_name, rustix::fs::RenameFlags::NOREPLACE)
        .map_err(|e| Error::os("renaming", e).at(name))
}

/// Writes `name` in `directory` as a whole or not at all.
pub fn write_whole(directory: impl AsFd, name: &str, content: &[u8]) -> Result<()> {
    write_aside(&directory, name, content, |_| Ok(()))
}

/// The same, and on the disk when it returns; what the file was labelled with it keeps.
pub fn write_lasting(directory: impl AsFd, name: &str, content: &[u8]) -> Result<()> {
    let old = rustix::fs::openat(
        &directory,
        name,
        OFlags::RDONLY | OFlags::CLOEXEC,
        Mode::empty(),
    );
    let label = old.ok().and_then(|old| {
        let mut label = vec![0; 1024];
        let length = rustix::fs::fgetxattr(old, SELINUX, label.as_mut_slice()).ok()?;
        label.truncate(length);
        Some(label)
    });
    write_aside(&directory, name, content, |file| {
        if let Some(label) = label {
            rustix::fs::fsetxattr(file, SELINUX, &label, XattrFlags::empty())?;
        }
        file.sync_all()
    })?;
    sync_directory(open_again(&directory)?)
}

/// What was opened only to be had cannot be synced.
fn open_again(directory: impl AsFd) -> Result<OwnedFd> {
    let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
    rustix::fs::openat(directory, ".", flags, Mode::empty())
        .map_err(|e| Error::os("opening a directory", e))
}

fn write_aside(
    directory: impl AsFd,
    name: &str,
    content: &[u8],
    finish: impl FnOnce(&fs::File) -> std::io::Result<()>,
) -> Result<()> {
    let temporary = unfinished(name);
    // Whatever the caller's umask: others read what we write, and go on reading what they could.
    let mode = match rustix::fs::statat(&directory, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(old) if FileType::from_raw_mode(old.st_mode).is_file() => old.st_mode & 0o7777,
        _ => 0o644,
    };
    let failed = |e| Error::io("writing", e).at(name);
    let file = rustix::fs::openat(
        &directory,
        &temporary,
        OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC,
        Mode::from_raw_mode(0o644),
    )
    .map_err(|e| failed(e.into()))?;
    let mut file = fs::File::from(file);
    let write = || -> std::io::Result<()> {
        rustix::fs::fchmod(&file, Mode::from_raw_mode(mode))?;
        file.write_all(content)?;
        finish(&file)?;
        rustix::fs::renameat(&directory, &temporary, &directory, name)?;
        Ok(())
    };
    write().map_err(|e| {
        // The next one could not make it.
        let _ = remove_file(&directory, &temporary);
        failed(e)
    })
}

/// Removes what `write_whole` leaves where it is killed.
pub fn remove_unfinished(directory: impl AsFd, name: &str) -> Result<()> {
    remove_file(directory, &unfinished(name))
}

fn unfinished(name: &str) -> String {
    format!(".{name}.new")
}

/// Writes `name` in `directory` where it stands: for a file of which only matters that it
/// is there, and in a directory where no other name of ours should ever be seen.
pub fn write_in_place(directory: impl AsFd, name: &str, content: &[u8]) -> Result<()> {
    let write = || -> std::io::Result<()> {
        let file = rustix::fs::openat(
            &directory,
            name,
            OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::NOFOLLOW | OFlags::CLOEXEC,
            Mode::from_raw_mode(0o644),
        )?;
        fs::File::from(file).write_all(content)
    };
    write().map_err(|e| Error::io("writing", e).at(name))
}

/// Removes the file `name`; that it is not there is no error.
pub fn remove_file(directory: impl AsFd, name: &str) -> Result<()> {
    match rustix::fs::unlinkat(directory, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(e) => Err(Error::os("removing", e).at(name)),
    }
}

/// Removes the directory `name` and all in it; that it is not there is no error.
pub fn remove_tree(directory: impl AsFd, name: &str) -> Result<()> {
    match fs::remove_dir_all(through(directory, name)) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::io("removing what was discarded", e).at(name))
        }
        _ => Ok(()),
    }
}

/// Removes all that is in a directory.
pub fn empty(directory: impl AsFd) -> Result<()> {
    for name in names(&directory)? {
        match remove_tree(&directory, &name) {
            Ok(()) => {}
            // No directory.
            Err(_) => remove_file(&directory, &name)?,
        }
    }
    Ok(())
}

/// Removes the directory `name` if nothing is in it; that it is not there is no error.
pub fn remove_empty(directory: impl AsFd, name: &str) -> Result<()> {
    match rustix::fs::unlinkat(directory, name, AtFlags::REMOVEDIR) {
        Ok(()) | Err(Errno::NOENT | Errno::NOTEMPTY) => Ok(()),
        Err(e) => Err(Error::os("removing a directory", e).at(name)),
    }
}

/// The names in a directory, unsorted.
pub fn names(directory: impl AsFd) -> Result<Vec<String>> {
    let entries =
        fs::read_dir(through(directory, ".")).map_err(|e| Error::io("reading a directory", e))?;
    Ok(entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect())
}

/// Where `path` leads to if `root` is the root directory, as one sees it from outside of that;
/// `None` if nothing is there.
pub fn resolve_in(root: &Path, path: &Path) -> Result<Option<PathBuf>> {
    let found = rustix::fs::openat2(
        hold(root)?,
        path,
        OFlags::PATH | OFlags::CLOEXEC,
        Mode::empty(),
        ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS,
    );
    match found {
        Ok(found) => fs::read_link(format!("/proc/thread-self/fd/{}", found.as_raw_fd()))
            .map(Some)
            .map_err(|e| Error::io("looking where it is", e).at(path)),
        Err(Errno::NOENT) => Ok(None),
        Err(e) => Err(Error::os("looking where it is", e).at(root.join(path))),
    }
}

/// A path that leads through an open directory, for what only takes paths.
pub fn through(directory: impl AsFd, name: &str) -> PathBuf {
    PathBuf::from(format!(
        "/proc/thread-self/fd/{}/{name}",
        directory.as_fd().as_raw_fd()
    ))
}

/// Whether something is at `path`, links not followed.
pub fn exists(path: &Path) -> bool {
    rustix::fs::lstat(path).is_ok()
}

/// Whether the caller may not know what is at `path`.
pub fn is_hidden(path: &Path) -> bool {
    rustix::fs::lstat(path).is_err_and(|e| e == Errno::ACCESS)
}

/// Whether what `path` leads to is in an overlay.
pub fn is_overlay(path: &Path) -> rustix::io::Result<bool> {
    const OVERLAYFS_SUPER_MAGIC: FsWord = 0x794c_7630;
    Ok(rustix::fs::statfs(path)?.f_type == OVERLAYFS_SUPER_MAGIC)
}

/// Whether what is at `path` is this one.
pub fn is_same(opened: impl AsFd, path: &Path) -> bool {
    match (rustix::fs::fstat(opened), rustix::fs::lstat(path)) {
        (Ok(one), Ok(other)) => (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino),
        _ => false,
    }
}

/// The same of `name` in an open directory.
pub fn is_in(directory: impl AsFd, name: &str) -> bool {
    rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW).is_ok()
}

/// Sets the modification time of `path` below `base` to now.
pub fn touch(base: impl AsFd, path: &str) -> Result<()> {
    let now = rustix::fs::Timespec {
        tv_sec: 0,
        tv_nsec: rustix::fs::UTIME_NOW,
    };
    let times = rustix::fs::Timestamps {
        last_access: now,
        last_modification: now,
    };
    rustix::fs::utimensat(base, path, &times, AtFlags::empty())
        .map_err(|e| Error::os("setting its time", e).at(path))
}

/// Fills `to`, which is empty, with what is in `from`: both share it where the file system can.
pub fn copy(mut from: &fs::File, mut to: &fs::File) -> std::io::Result<()> {
    match rustix::fs::ioctl_ficlone(to, from) {
        Ok(()) => Ok(()),
        Err(_) => std::io::copy(&mut from, &mut to).map(drop),
    }
}

/// Reads a file of /proc. It has no size, and each read(2) of one costs.
pub fn read_of_kernel(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut text = Vec::with_capacity(64 << 10);
    fs::File::open(path)?.read_to_end(&mut text)?;
    Ok(text)
}

/// Opens a directory by its path, only to have it.
pub fn hold(path: &Path) -> Result<OwnedFd> {
    rustix::fs::openat(
        CWD,
        path,
        OFlags::DIRECTORY | OFlags::PATH | OFlags::CLOEXEC,
        Mode::empty(),
    )
    .map_err(|e| Error::os("opening a directory", e).at(path))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn what_is_written_anew_can_be_read_by_whom_it_could() {
        let name = format!("ostree-unlock-files-{}", std::process::id());
        let place = std::env::temp_dir().join(name);
        fs::create_dir(&place).unwrap();
        let directory = hold(&place).unwrap();
        let mode = |name| fs::metadata(place.join(name)).unwrap().permissions().mode() & 0o7777;
        for (name, before) in [
            ("new", None),
            ("open", Some(0o664)),
            ("closed", Some(0o600)),
        ] {
            if let Some(mode) = before {
                fs::write(place.join(name), "old").unwrap();
                fs::set_permissions(place.join(name), fs::Permissions::from_mode(mode)).unwrap();
            }
            write_whole(&directory, name, b"new").unwrap();
            assert_eq!(mode(name), before.unwrap_or(0o644), "{name}");
        }
        fs::remove_dir_all(&place).unwrap();
    }

    #[test]
    fn a_copy_has_all_of_it() -> std::io::Result<()> {
        let top = std::env::temp_dir().join(format!("ou-copy-{}", std::process::id()));
        fs::create_dir(&top)?;
        let content: Vec<u8> = (0..=255).cycle().take(100_001).collect();
        fs::write(top.join("from"), &content)?;
        let to = fs::File::create_new(top.join("to"))?;
        copy(&fs::File::open(top.join("from"))?, &to)?;
        let copied = fs::read(top.join("to"))?;
        fs::remove_dir_all(&top)?;
        assert!(copied == content);
        Ok(())
    }

    #[test]
    fn what_failed_once_can_be_written_again() {
        let top = std::env::temp_dir().join(format!("ou-files-{}", std::process::id()));
        assert!(fs::create_dir(&top).is_ok());
        let full = || Err(Errno::NOSPC.into());
        let write = |finish: &dyn Fn() -> std::io::Result<()>| {
            let directory = hold(&top)?;
            write_aside(&directory, "name", b"content", |_| finish())?;
            names(&directory)
        };
        let (failed, left) = (write(&full), hold(&top).and_then(|left| names(&left)));
        let written = write(&|| Ok(()));
        assert!(fs::remove_dir_all(&top).is_ok());
        assert!(failed.is_err_and(|error| error.kind() == Kind::NoSpace));
        assert!(left.is_ok_and(|left| left.is_empty()));
        assert!(written.is_ok_and(|written| written == ["name"]));
    }
}
