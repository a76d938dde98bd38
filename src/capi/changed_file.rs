// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockChangedFile`: a file that is another one now, and what it is to who runs on
//! it.

use std::ffi::{CStr, CString, c_char};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use glib_sys::GType;

use crate::affected::Reason;
use crate::capi::boxed::{Border, add_reference, drop_reference, register};
use crate::capi::guard::{Nothing, guard_quiet, method};
use crate::capi::text::filename;

/// OstreeSysrootUnlockReason:
/// @OSTREE_SYSROOT_UNLOCK_REASON_UNIT_FILE: the file that the unit is from, or one that adds to it
/// @OSTREE_SYSROOT_UNLOCK_REASON_PROGRAM: a program that it runs, or a script
/// @OSTREE_SYSROOT_UNLOCK_REASON_LIBRARY: a file that it has code from
///
/// By what something is affected. The numbers never change, and more may be added.
///
/// Since: 2026.1
#[repr(C)]
#[derive(Clone, Copy)]
pub enum OstreeSysrootUnlockReason {
    UnitFile = 0,
    Program = 1,
    Library = 2,
}

impl From<Reason> for OstreeSysrootUnlockReason {
    fn from(value: Reason) -> OstreeSysrootUnlockReason {
        use OstreeSysrootUnlockReason as C;
        match value {
            Reason::UnitFile => C::UnitFile,
            Reason::Program => C::Program,
            Reason::Library => C::Library,
        }
    }
}

impl Nothing for OstreeSysrootUnlockReason {
    const NOTHING: Self = OstreeSysrootUnlockReason::UnitFile;
}

/// OstreeSysrootUnlockChangedFile:
///
/// A file by which something is affected, as it is another one now, or gone. It never changes, and
/// may be used by several threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockChangedFile(());

pub struct Value {
    path: CString,
    reason: OstreeSysrootUnlockReason,
}

/// What C gets of `files`.
pub fn values(files: &[(Reason, PathBuf)]) -> Vec<Arc<Value>> {
    let values = files.iter().map(|(reason, path)| {
        Arc::new(Value {
            path: filename(path),
            reason: (*reason).into(),
        })
    });
    values.collect()
}

impl Border for OstreeSysrootUnlockChangedFile {
    type Value = Value;
    const NAME: &'static str = "file";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockChangedFile";
}

/// ostree_sysroot_unlock_changed_file_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_changed_file_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockChangedFile>(&TYPE))
}

/// ostree_sysroot_unlock_changed_file_ref:
/// @file: a changed file
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @file
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_changed_file_ref(
    file: *mut OstreeSysrootUnlockChangedFile,
) -> *mut OstreeSysrootUnlockChangedFile {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(file) })
}

/// ostree_sysroot_unlock_changed_file_unref:
/// @file: (transfer full): a changed file
///
/// Gives a reference up; with the last one @file is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_changed_file_unref(
    file: *mut OstreeSysrootUnlockChangedFile,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(file) });
}

/// ostree_sysroot_unlock_changed_file_get_path:
/// @file: a changed file
///
/// Returns: (transfer none) (type filename): the path, as the system sees it
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_changed_file_get_path(
    file: *mut OstreeSysrootUnlockChangedFile,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(file, |file| file.path.as_ptr()) }
}

/// ostree_sysroot_unlock_changed_file_get_reason:
/// @file: a changed file
///
/// Returns: what it is to who is affected by it
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_changed_file_get_reason(
    file: *mut OstreeSysrootUnlockChangedFile,
) -> OstreeSysrootUnlockReason {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(file, |file| file.reason) }
}
