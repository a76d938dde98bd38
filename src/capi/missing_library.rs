// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockMissingLibrary`: a library that something would no longer find.

use std::ffi::{CStr, CString, c_char};
use std::sync::OnceLock;

use glib::GString;
use glib_sys::GType;

use crate::capi::boxed::{Border, add_reference, drop_reference, register};
use crate::capi::guard::{guard_quiet, method};
use crate::capi::text::{filename, text};
use crate::linkage::Unresolved;

/// OstreeSysrootUnlockMissingLibrary:
///
/// A library that a program, or another library, needs and would no longer find in a commit. It
/// never changes, and may be used by several threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockMissingLibrary(());

pub struct Value {
    path: CString,
    soname: GString,
}

impl From<Unresolved> for Value {
    fn from(unresolved: Unresolved) -> Value {
        Value {
            path: filename(&unresolved.file),
            soname: text(&unresolved.soname),
        }
    }
}

impl Border for OstreeSysrootUnlockMissingLibrary {
    type Value = Value;
    const NAME: &'static str = "missing";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockMissingLibrary";
}

/// ostree_sysroot_unlock_missing_library_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_missing_library_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockMissingLibrary>(&TYPE))
}

/// ostree_sysroot_unlock_missing_library_ref:
/// @missing: a missing library
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @missing
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_missing_library_ref(
    missing: *mut OstreeSysrootUnlockMissingLibrary,
) -> *mut OstreeSysrootUnlockMissingLibrary {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(missing) })
}

/// ostree_sysroot_unlock_missing_library_unref:
/// @missing: (transfer full): a missing library
///
/// Gives a reference up; with the last one @missing is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_missing_library_unref(
    missing: *mut OstreeSysrootUnlockMissingLibrary,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(missing) });
}

/// ostree_sysroot_unlock_missing_library_get_path:
/// @missing: a missing library
///
/// Returns: (transfer none) (type filename): the path of what needs it, as the system sees it
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_missing_library_get_path(
    missing: *mut OstreeSysrootUnlockMissingLibrary,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(missing, |missing| missing.path.as_ptr()) }
}

/// ostree_sysroot_unlock_missing_library_get_soname:
/// @missing: a missing library
///
/// Returns: (transfer none): the library, by the name that it is needed by, such as `libc.so.6`
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_missing_library_get_soname(
    missing: *mut OstreeSysrootUnlockMissingLibrary,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(missing, |missing| missing.soname.as_ptr()) }
}
