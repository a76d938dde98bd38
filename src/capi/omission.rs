// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockOmission`: a file that was left out, or left as it is, and why.

use std::ffi::{CStr, CString, c_char};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use glib::GString;
use glib_sys::GType;

use crate::capi::boxed::{Border, add_reference, drop_reference, register};
use crate::capi::guard::{guard_quiet, method};
use crate::capi::text::{filename, text};

/// OstreeSysrootUnlockOmission:
///
/// A file that cannot be in a commit and was left out, as
/// ostree_sysroot_unlock_options_set_skip_special() asked for; or one of `/etc` that stays as it
/// is although a live commit has another default for it, from
/// ostree_sysroot_unlock_transition_get_etc_kept(). It never changes, and may be used by several
/// threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockOmission(());

pub struct Value {
    path: CString,
    reason: GString,
}

/// What C gets of `skipped`.
pub fn values(skipped: &[(PathBuf, &str)]) -> Vec<Arc<Value>> {
    let values = skipped.iter().map(|(path, reason)| {
        Arc::new(Value {
            path: filename(path),
            reason: text(reason),
        })
    });
    values.collect()
}

impl Border for OstreeSysrootUnlockOmission {
    type Value = Value;
    const NAME: &'static str = "omission";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockOmission";
}

/// ostree_sysroot_unlock_omission_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_omission_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockOmission>(&TYPE))
}

/// ostree_sysroot_unlock_omission_ref:
/// @omission: an omission
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @omission
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_omission_ref(
    omission: *mut OstreeSysrootUnlockOmission,
) -> *mut OstreeSysrootUnlockOmission {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(omission) })
}

/// ostree_sysroot_unlock_omission_unref:
/// @omission: (transfer full): an omission
///
/// Gives a reference up; with the last one @omission is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_omission_unref(
    omission: *mut OstreeSysrootUnlockOmission,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(omission) });
}

/// ostree_sysroot_unlock_omission_get_path:
/// @omission: an omission
///
/// Returns: (transfer none) (type filename): the path, as the system sees it
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_omission_get_path(
    omission: *mut OstreeSysrootUnlockOmission,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(omission, |omission| omission.path.as_ptr()) }
}

/// ostree_sysroot_unlock_omission_get_reason:
/// @omission: an omission
///
/// Returns: (transfer none): why it was left out, or stays as it is, for people
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_omission_get_reason(
    omission: *mut OstreeSysrootUnlockOmission,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(omission, |omission| omission.reason.as_ptr()) }
}
