// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockConflict`: a path that both sides changed.

use std::ffi::{CStr, CString, c_char};
use std::sync::{Arc, OnceLock};

use glib::GString;
use glib_sys::{GType, gboolean};

use crate::capi::boxed::{Border, add_reference, borrow, drop_reference, register};
use crate::capi::choices::OstreeSysrootUnlockPrefer;
use crate::capi::guard::{guard_quiet, method};
use crate::capi::side::{self, OstreeSysrootUnlockSide};
use crate::capi::text::{filename, text};
use crate::conflict::{Conflict, Prefer};
use crate::side::Side;

/// OstreeSysrootUnlockConflict:
///
/// One path where the changes and the commit that they are replayed on, or the `/usr` that they
/// are put back into, both differ from what the changes were made on, and from each other. It
/// never changes, and may be used by several threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockConflict(());

pub struct Value {
    path: CString,
    cause: GString,
    base: Option<Arc<side::Value>>,
    changes: Option<Arc<side::Value>>,
    commit: Option<Arc<side::Value>>,
    taken: Option<OstreeSysrootUnlockPrefer>,
    sentence: GString,
}

impl Value {
    fn of(conflict: &Conflict, taken: Option<Prefer>) -> Arc<Value> {
        let side = |side: &Option<Side>| side.clone().map(|side| Arc::new(side.into()));
        Arc::new(Value {
            path: filename(&conflict.path),
            cause: text(conflict.cause),
            base: side(&conflict.base),
            changes: side(&conflict.changes),
            commit: side(&conflict.commit),
            taken: taken.map(OstreeSysrootUnlockPrefer::from),
            sentence: text(&conflict.to_string()),
        })
    }
}

/// What C gets of `conflicts` that nobody has decided.
pub fn undecided(conflicts: &[Conflict]) -> Vec<Arc<Value>> {
    let values = conflicts.iter().map(|conflict| Value::of(conflict, None));
    values.collect()
}

/// What C gets of those that were decided.
pub fn resolved(conflicts: &[(Conflict, Prefer)]) -> Vec<Arc<Value>> {
    let value = |(conflict, taken): &(Conflict, Prefer)| Value::of(conflict, Some(*taken));
    conflicts.iter().map(value).collect()
}

impl Border for OstreeSysrootUnlockConflict {
    type Value = Value;
    const NAME: &'static str = "conflict";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockConflict";
}

/// ostree_sysroot_unlock_conflict_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_conflict_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockConflict>(&TYPE))
}

/// ostree_sysroot_unlock_conflict_ref:
/// @conflict: a conflict
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @conflict
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_conflict_ref(
    conflict: *mut OstreeSysrootUnlockConflict,
) -> *mut OstreeSysrootUnlockConflict {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(conflict) })
}

/// ostree_sysroot_unlock_conflict_unref:
/// @conflict: (transfer full): a conflict
///
/// Gives a reference up; with the last one @conflict is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_conflict_unref(
    conflict: *mut OstreeSysrootUnlockConflict,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(conflict) });
}

/// ostree_sysroot_unlock_conflict_get_path:
/// @conflict: a conflict
///
/// Returns: (transfer none) (type filename): the path, as the system sees it
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_conflict_get_path(
    conflict: *mut OstreeSysrootUnlockConflict,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(conflict, |conflict| conflict.path.as_ptr()) }
}

/// ostree_sysroot_unlock_conflict_get_cause:
/// @conflict: a conflict
///
/// Returns: (transfer none): what is the matter, for people
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_conflict_get_cause(
    conflict: *mut OstreeSysrootUnlockConflict,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(conflict, |conflict| conflict.cause.as_ptr()) }
}

/// ostree_sysroot_unlock_conflict_get_base:
/// @conflict: a conflict
///
/// Returns: (transfer none) (nullable): what the changes were made on, or %NULL where nothing
/// was there
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_conflict_get_base(
    conflict: *mut OstreeSysrootUnlockConflict,
) -> *mut OstreeSysrootUnlockSide {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(conflict, |conflict| borrow(conflict.base.as_ref())) }
}

/// ostree_sysroot_unlock_conflict_get_changes:
/// @conflict: a conflict
///
/// Returns: (transfer none) (nullable): what the changes have, or %NULL where they took it away
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_conflict_get_changes(
    conflict: *mut OstreeSysrootUnlockConflict,
) -> *mut OstreeSysrootUnlockSide {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(conflict, |conflict| borrow(conflict.changes.as_ref())) }
}

/// ostree_sysroot_unlock_conflict_get_commit:
/// @conflict: a conflict
///
/// Returns: (transfer none) (nullable): what the commit has that they are replayed on, or the
/// `/usr` that they are put back into; %NULL where nothing is there
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_conflict_get_commit(
    conflict: *mut OstreeSysrootUnlockConflict,
) -> *mut OstreeSysrootUnlockSide {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(conflict, |conflict| borrow(conflict.commit.as_ref())) }
}

/// ostree_sysroot_unlock_conflict_get_taken:
/// @conflict: a conflict
/// @taken: (out) (optional): whose version was taken; %OSTREE_SYSROOT_UNLOCK_PREFER_CHANGES where
/// none was
///
/// Whether it was decided, as ostree_sysroot_unlock_options_add_preference() asked for. Those
/// of an error were not.
///
/// Returns: %TRUE if one of the two was taken
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_conflict_get_taken(
    conflict: *mut OstreeSysrootUnlockConflict,
    taken: *mut OstreeSysrootUnlockPrefer,
) -> gboolean {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        let side = method(conflict, |conflict| conflict.taken);
        if let Some(taken) = taken.as_mut() {
            *taken = side.unwrap_or(OstreeSysrootUnlockPrefer::Changes);
        }
        side.is_some().into()
    }
}

/// ostree_sysroot_unlock_conflict_get_sentence:
/// @conflict: a conflict
///
/// Returns: (transfer none): all of it on one line, for people, as in the message of the error
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_conflict_get_sentence(
    conflict: *mut OstreeSysrootUnlockConflict,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(conflict, |conflict| conflict.sentence.as_ptr()) }
}
