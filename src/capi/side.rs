// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockSide`: what a file is on one side of a difference.

use std::ffi::CStr;
use std::sync::OnceLock;

use glib_sys::GType;

use crate::capi::boxed::{Border, add_reference, drop_reference, register};
use crate::capi::guard::{Nothing, guard_quiet, method};
use crate::capi::types::{guint, guint64};
use crate::tree::{FileType, Side};

/// OstreeSysrootUnlockFileType:
/// @OSTREE_SYSROOT_UNLOCK_FILE_TYPE_REGULAR: an ordinary file
/// @OSTREE_SYSROOT_UNLOCK_FILE_TYPE_DIRECTORY: a directory
/// @OSTREE_SYSROOT_UNLOCK_FILE_TYPE_SYMLINK: a symbolic link
/// @OSTREE_SYSROOT_UNLOCK_FILE_TYPE_DEVICE: a character or block device
/// @OSTREE_SYSROOT_UNLOCK_FILE_TYPE_FIFO: a named pipe
/// @OSTREE_SYSROOT_UNLOCK_FILE_TYPE_SOCKET: a socket
///
/// The types of files. The numbers never change, and more may be added.
///
/// Since: 2026.1
#[repr(C)]
#[derive(Clone, Copy)]
pub enum OstreeSysrootUnlockFileType {
    Regular = 0,
    Directory = 1,
    Symlink = 2,
    Device = 3,
    Fifo = 4,
    Socket = 5,
}

impl From<FileType> for OstreeSysrootUnlockFileType {
    fn from(file_type: FileType) -> OstreeSysrootUnlockFileType {
        use OstreeSysrootUnlockFileType as C;
        match file_type {
            FileType::Regular => C::Regular,
            FileType::Directory => C::Directory,
            FileType::Symlink => C::Symlink,
            FileType::Device => C::Device,
            FileType::Fifo => C::Fifo,
            FileType::Socket => C::Socket,
        }
    }
}

impl Nothing for OstreeSysrootUnlockFileType {
    const NOTHING: Self = OstreeSysrootUnlockFileType::Regular;
}

/// OstreeSysrootUnlockSide:
///
/// What a file is on one side of a difference. It never changes, and may be used by several
/// threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockSide(());

pub struct Value(Side);

impl From<Side> for Value {
    fn from(side: Side) -> Value {
        Value(side)
    }
}

impl Border for OstreeSysrootUnlockSide {
    type Value = Value;
    const NAME: &'static str = "side";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockSide";
}

/// ostree_sysroot_unlock_side_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_side_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockSide>(&TYPE))
}

/// ostree_sysroot_unlock_side_ref:
/// @side: a side
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @side
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_side_ref(
    side: *mut OstreeSysrootUnlockSide,
) -> *mut OstreeSysrootUnlockSide {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(side) })
}

/// ostree_sysroot_unlock_side_unref:
/// @side: (transfer full): a side
///
/// Gives a reference up; with the last one @side is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_side_unref(side: *mut OstreeSysrootUnlockSide) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(side) });
}

/// ostree_sysroot_unlock_side_get_file_type:
/// @side: a side
///
/// Returns: the type of the file
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_side_get_file_type(
    side: *mut OstreeSysrootUnlockSide,
) -> OstreeSysrootUnlockFileType {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(side, |Value(side)| side.file_type.into()) }
}

/// ostree_sysroot_unlock_side_get_mode:
/// @side: a side
///
/// Returns: its permission bits, as in 0755 or 04711
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_side_get_mode(
    side: *mut OstreeSysrootUnlockSide,
) -> guint {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(side, |Value(side)| side.mode) }
}

/// ostree_sysroot_unlock_side_get_uid:
/// @side: a side
///
/// Returns: the number of the user that owns it
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_side_get_uid(
    side: *mut OstreeSysrootUnlockSide,
) -> guint {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(side, |Value(side)| side.uid) }
}

/// ostree_sysroot_unlock_side_get_gid:
/// @side: a side
///
/// Returns: the number of the group that owns it
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_side_get_gid(
    side: *mut OstreeSysrootUnlockSide,
) -> guint {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(side, |Value(side)| side.gid) }
}

/// ostree_sysroot_unlock_side_get_size:
/// @side: a side
///
/// Returns: the size of an ordinary file, in bytes; of anything else 0
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_side_get_size(
    side: *mut OstreeSysrootUnlockSide,
) -> guint64 {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(side, |Value(side)| side.size) }
}
