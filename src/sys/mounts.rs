// SPDX-License-Identifier: LGPL-2.1-or-later
//! Mount system calls, each a safe function that says in words what failed.
//! What is mounted where and why is decided elsewhere.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::CWD;
use rustix::io::Errno;
use rustix::mount::{
    FsPickFlags, MountFlags, MountPropagationFlags, MoveMountFlags, OpenTreeFlags, UnmountFlags,
};

use crate::error::{Error, Result};

/// `struct mount_attr` of mount_setattr(2); rustix has only its flags.
#[repr(C)]
struct MountAttr {
    set: u64,
    clear: u64,
    propagation: u64,
    user_namespace: u64,
}

const RDONLY: u64 = 0x1;
/// `MS_PRIVATE`, whose type in libc is another one on 32-bit machines.
const PRIVATE: u64 = 1 << 18;

fn set_attributes(mount: BorrowedFd<'_>, attr: &MountAttr, flags: i32) -> rustix::io::Result<()> {
    // SAFETY: mount_setattr(2) reads `attr`, whose size goes with it, and an empty
    // path; nothing is written to our memory. KERNEL(5.12): the call is new there.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            mount.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_EMPTY_PATH | flags,
            std::ptr::from_ref(attr),
            size_of::<MountAttr>(),
        )
    };
    if result == 0 {
        Ok(())
    } else {
        let errno = std::io::Error::last_os_error().raw_os_error();
        Err(Errno::from_raw_os_error(errno.unwrap_or(libc::EIO)))
    }
}

fn read_only_attribute(read_only: bool) -> MountAttr {
    MountAttr {
        set: if read_only { RDONLY } else { 0 },
        clear: if read_only { 0 } else { RDONLY },
        propagation: 0,
        user_namespace: 0,
    }
}

/// Sets or clears the read-only flag of one mount (not of its superblock).
pub fn set_read_only(mount: impl AsFd, read_only: bool) -> Result<()> {
    set_attributes(mount.as_fd(), &read_only_attribute(read_only), 0)
        .map_err(|e| Error::os("changing the read-only flag of a mount", e))
}

/// The same, where it may be that somebody writes through the mount: `Ok(false)` then.
pub fn try_set_read_only(mount: impl AsFd, read_only: bool) -> rustix::io::Result<bool> {
    match set_attributes(mount.as_fd(), &read_only_attribute(read_only), 0) {
        Ok(()) => Ok(true),
        Err(Errno::BUSY) => Ok(false),
        Err(e) => Err(e),
    }
}

/// A detached copy of the mount at `path`, with the mounts below it if `recursive`.
pub fn clone_tree(path: &Path, recursive: bool) -> Result<OwnedFd> {
    let mut flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC;
    if recursive {
        flags |= OpenTreeFlags::AT_RECURSIVE;
    }
    rustix::mount::open_tree(CWD, path, flags).map_err(|e| Error::os("copying a mount", e).at(path))
}

/// Takes a detached tree out of the peer groups of what it was copied from: what is
/// mounted or unmounted there no longer reaches it.
pub fn make_tree_private(tree: impl AsFd) -> Result<()> {
    let attr = MountAttr {
        set: 0,
        clear: 0,
        propagation: PRIVATE,
        user_namespace: 0,
    };
    set_attributes(tree.as_fd(), &attr, libc::AT_RECURSIVE)
        .map_err(|e| Error::os("making a copy of a mount private", e))
}

/// Makes all mounts of a detached tree read-only.
pub fn set_tree_read_only(tree: impl AsFd) -> Result<()> {
    set_attributes(tree.as_fd(), &read_only_attribute(true), libc::AT_RECURSIVE)
        .map_err(|e| Error::os("changing the read-only flag of mounts", e))
}

/// Puts a detached tree on top of what is at `path`.
pub fn attach_on_top(tree: impl AsFd, path: &Path) -> Result<()> {
    let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH;
    rustix::mount::move_mount(tree, "", CWD, path, flags)
        .map_err(|e| Error::os("mounting", e).at(path))
}

/// Puts a detached tree beneath the topmost mount at `path`; `Ok(false)` where this
/// kernel, or this mount, does not allow that. KERNEL(6.5): the flag is new there.
pub fn attach_beneath(tree: impl AsFd, path: &Path) -> Result<bool> {
    let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH | MoveMountFlags::MOVE_MOUNT_BENEATH;
    match rustix::mount::move_mount(tree, "", CWD, path, flags) {
        Ok(()) => Ok(true),
        Err(Errno::INVAL | Errno::NOSYS) => Ok(false),
        Err(e) => Err(Error::os("mounting beneath", e).at(path)),
    }
}

/// Mounts a new tmpfs at `path`, for root alone.
pub fn mount_tmpfs(path: &Path, limit: Option<u64>) -> Result<()> {
    let mut options = "mode=0700".to_owned();
    if let Some(bytes) = limit {
        options += &format!(",size={bytes}");
    }
    let options = std::ffi::CString::new(options)
        .map_err(|_| Error::os("mounting a file system in RAM", Errno::INVAL))?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV;
    rustix::mount::mount(
        "ostree-unlock",
        path,
        "tmpfs",
        flags,
        Some(options.as_c_str()),
    )
    .map_err(|e| Error::os("mounting a file system in RAM", e).at(path))
}

/// Takes the topmost mount away from `path`, with what is mounted below it, at once
/// for everybody who looks up a path; who is in it stays in it.
pub fn detach(path: &Path) -> Result<()> {
    rustix::mount::unmount(path, UnmountFlags::DETACH | UnmountFlags::NOFOLLOW)
        .map_err(|e| Error::os("taking the mount away", e).at(path))
}

/// Stops mounts made here from reaching any other namespace, and the reverse.
pub fn make_all_private() -> Result<()> {
    rustix::mount::mount_change(
        "/",
        MountPropagationFlags::PRIVATE | MountPropagationFlags::REC,
    )
    .map_err(|e| Error::os("making a namespace private", e))
}

/// Mounts made where these were copied from are seen here, and not the reverse.
pub fn make_all_followers() -> Result<()> {
    rustix::mount::mount_change(
        "/",
        MountPropagationFlags::DOWNSTREAM | MountPropagationFlags::REC,
    )
    .map_err(|e| Error::os("making a namespace follow another", e))
}

/// Makes the superblock of the mount at `path` read-only or writable: fails with
/// `BUSY` while any file of it is open for writing, also by who reached it through
/// another mount or one that was detached since.
pub fn reconfigure(path: &Path, read_only: bool) -> rustix::io::Result<()> {
    let context = rustix::mount::fspick(
        CWD,
        path,
        FsPickFlags::FSPICK_CLOEXEC | FsPickFlags::FSPICK_NO_AUTOMOUNT,
    )?;
    rustix::mount::fsconfig_set_flag(&context, if read_only { "ro" } else { "rw" })?;
    rustix::mount::fsconfig_reconfigure(&context)
}

/// The directories of an overlay, and what it is called.
pub struct Overlay<'a> {
    pub source: &'a str,
    /// The topmost first.
    pub lowers: &'a [&'a Path],
    pub upper: &'a Path,
    pub work: &'a Path,
    /// Refuse (`BUSY`) instead of going on where another overlay uses the same upper.
    /// Only for an upper that will not be used again: the kernel marks it.
    pub exclusive: bool,
}

/// Mounts an overlay at `path`.
///
/// By mount(2): the same on every kernel, no limit of 256 bytes to a path, and its
/// errno is the error. What the overlay may not do (`redirect_dir`, `metacopy`,
/// `index`) would tie an upper to its lower.
pub fn mount_overlay(overlay: &Overlay<'_>, path: &Path) -> rustix::io::Result<()> {
    let directories = [
        ("lowerdir", overlay.lowers),
        ("upperdir", &[overlay.upper]),
        ("workdir", &[overlay.work]),
    ];
    mount_directories(overlay.source, &directories, overlay.exclusive, path)
}

/// Mounts an overlay that nobody can write to; of `lowers`, at least two, the topmost is the first.
pub fn mount_layers(source: &str, lowers: &[&Path], path: &Path) -> rustix::io::Result<()> {
    mount_directories(source, &[("lowerdir", lowers)], false, path)
}

fn mount_directories(
    source: &str,
    all: &[(&str, &[&Path])],
    exclusive: bool,
    path: &Path,
) -> rustix::io::Result<()> {
    let index = if exclusive { "on" } else { "off" };
    let mut options = Vec::new();
    for (key, directories) in all {
        options.extend_from_slice(key.as_bytes());
        for (position, directory) in directories.iter().enumerate() {
            options.push(if position == 0 { b'=' } else { b':' });
            escape_into(&mut options, directory);
        }
        options.push(b',');
    }
    options.extend_from_slice(format!("index={index},metacopy=off,redirect_dir=off").as_bytes());
    let options = std::ffi::CString::new(options).map_err(|_| Errno::INVAL)?;
    let options = Some(options.as_c_str());
    rustix::mount::mount(source, path, "overlay", MountFlags::empty(), options)
}

/// In overlay's options commas and colons separate, and a backslash takes that away.
fn escape_into(options: &mut Vec<u8>, path: &Path) {
    use std::os::unix::ffi::OsStrExt;
    for &byte in path.as_os_str().as_bytes() {
        if matches!(byte, b'\\' | b',' | b':') {
            options.push(b'\\');
        }
        options.push(byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_in_a_path_are_escaped() {
        let mut options = Vec::new();
        escape_into(&mut options, Path::new(r"/a:b,c\d"));
        assert_eq!(options, br"/a\:b\,c\\d");
    }
}
