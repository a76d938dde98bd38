// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockMalformedUnit`: a unit file that systemd would not read.

use std::ffi::{CStr, CString, c_char};
use std::sync::OnceLock;

use glib::GString;
use glib_sys::GType;

use crate::capi::boxed::{Border, add_reference, drop_reference, register};
use crate::capi::guard::{guard_quiet, method};
use crate::capi::text::{filename, text};
use crate::capi::types::guint;
use crate::unit_files::Malformed;

/// OstreeSysrootUnlockMalformedUnit:
///
/// A unit file of a commit, or one that adds to a unit, that systemd would not read. It never
/// changes, and may be used by several threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockMalformedUnit(());

pub struct Value {
    path: CString,
    line: guint,
    why: GString,
}

impl From<Malformed> for Value {
    fn from(malformed: Malformed) -> Value {
        Value {
            path: filename(&malformed.file),
            line: malformed.line.try_into().unwrap_or(guint::MAX),
            why: text(malformed.why),
        }
    }
}

impl Border for OstreeSysrootUnlockMalformedUnit {
    type Value = Value;
    const NAME: &'static str = "malformed";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockMalformedUnit";
}

/// ostree_sysroot_unlock_malformed_unit_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_malformed_unit_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockMalformedUnit>(&TYPE))
}

/// ostree_sysroot_unlock_malformed_unit_ref:
/// @malformed: a malformed unit
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @malformed
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_malformed_unit_ref(
    malformed: *mut OstreeSysrootUnlockMalformedUnit,
) -> *mut OstreeSysrootUnlockMalformedUnit {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(malformed) })
}

/// ostree_sysroot_unlock_malformed_unit_unref:
/// @malformed: (transfer full): a malformed unit
///
/// Gives a reference up; with the last one @malformed is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_malformed_unit_unref(
    malformed: *mut OstreeSysrootUnlockMalformedUnit,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(malformed) });
}

/// ostree_sysroot_unlock_malformed_unit_get_path:
/// @malformed: a malformed unit
///
/// Returns: (transfer none) (type filename): the path of the file, as the system sees it
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_malformed_unit_get_path(
    malformed: *mut OstreeSysrootUnlockMalformedUnit,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(malformed, |malformed| malformed.path.as_ptr()) }
}

/// ostree_sysroot_unlock_malformed_unit_get_line:
/// @malformed: a malformed unit
///
/// Returns: the line that systemd gives up at, from 1
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_malformed_unit_get_line(
    malformed: *mut OstreeSysrootUnlockMalformedUnit,
) -> guint {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(malformed, |malformed| malformed.line) }
}

/// ostree_sysroot_unlock_malformed_unit_get_why:
/// @malformed: a malformed unit
///
/// Returns: (transfer none): what is wrong there, for people
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_malformed_unit_get_why(
    malformed: *mut OstreeSysrootUnlockMalformedUnit,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(malformed, |malformed| malformed.why.as_ptr()) }
}
