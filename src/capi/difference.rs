// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockDifference`: what became of one path.

use std::ffi::{CStr, CString, c_char};
use std::ptr;
use std::sync::{Arc, OnceLock};

use glib_sys::{GType, gboolean};

use crate::capi::boxed::{Border, add_reference, borrow, drop_reference, register};
use crate::capi::guard::{Nothing, guard_quiet, method};
use crate::capi::side::{self, OstreeSysrootUnlockSide};
use crate::capi::text::filename;
use crate::diff::{Change, Difference};

/// OstreeSysrootUnlockChange:
/// @OSTREE_SYSROOT_UNLOCK_CHANGE_ADDED: it was not there
/// @OSTREE_SYSROOT_UNLOCK_CHANGE_REMOVED: it is no longer there
/// @OSTREE_SYSROOT_UNLOCK_CHANGE_MODIFIED: other content, or another target of a link
/// @OSTREE_SYSROOT_UNLOCK_CHANGE_TYPE_CHANGED: a file of another type
/// @OSTREE_SYSROOT_UNLOCK_CHANGE_METADATA: the same content with another mode, owner, or
/// extended attributes
/// @OSTREE_SYSROOT_UNLOCK_CHANGE_RENAMED: a directory that was moved here, as the overlay says
///
/// What became of a path. The numbers never change, and more may be added.
///
/// Since: 2026.1
#[repr(C)]
#[derive(Clone, Copy)]
pub enum OstreeSysrootUnlockChange {
    Added = 0,
    Removed = 1,
    Modified = 2,
    TypeChanged = 3,
    Metadata = 4,
    Renamed = 5,
}

impl From<Change> for OstreeSysrootUnlockChange {
    fn from(change: Change) -> OstreeSysrootUnlockChange {
        use OstreeSysrootUnlockChange as C;
        match change {
            Change::Added => C::Added,
            Change::Removed => C::Removed,
            Change::Modified => C::Modified,
            Change::TypeChanged => C::TypeChanged,
            Change::Metadata => C::Metadata,
            Change::Renamed => C::Renamed,
        }
    }
}

impl Nothing for OstreeSysrootUnlockChange {
    const NOTHING: Self = OstreeSysrootUnlockChange::Added;
}

/// OstreeSysrootUnlockDifference:
///
/// What became of one path. It never changes, and may be used by several threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockDifference(());

pub struct Value {
    path: CString,
    change: OstreeSysrootUnlockChange,
    before: Option<Arc<side::Value>>,
    after: Option<Arc<side::Value>>,
    xattrs_differ: bool,
    from: Option<CString>,
}

impl From<Difference> for Value {
    fn from(difference: Difference) -> Value {
        Value {
            path: filename(&difference.path),
            change: difference.change.into(),
            before: difference.before.map(|side| Arc::new(side.into())),
            after: difference.after.map(|side| Arc::new(side.into())),
            xattrs_differ: difference.xattrs_differ,
            from: difference.from.as_deref().map(filename),
        }
    }
}

impl Border for OstreeSysrootUnlockDifference {
    type Value = Value;
    const NAME: &'static str = "difference";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockDifference";
}

/// ostree_sysroot_unlock_difference_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_difference_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockDifference>(&TYPE))
}

/// ostree_sysroot_unlock_difference_ref:
/// @difference: a difference
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @difference
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_difference_ref(
    difference: *mut OstreeSysrootUnlockDifference,
) -> *mut OstreeSysrootUnlockDifference {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(difference) })
}

/// ostree_sysroot_unlock_difference_unref:
/// @difference: (transfer full): a difference
///
/// Gives a reference up; with the last one @difference is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_difference_unref(
    difference: *mut OstreeSysrootUnlockDifference,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(difference) });
}

/// ostree_sysroot_unlock_difference_get_path:
/// @difference: a difference
///
/// Returns: (transfer none) (type filename): the path, as the system sees it; of two commits,
/// below their root
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_difference_get_path(
    difference: *mut OstreeSysrootUnlockDifference,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(difference, |difference| difference.path.as_ptr()) }
}

/// ostree_sysroot_unlock_difference_get_change:
/// @difference: a difference
///
/// Returns: what became of it
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_difference_get_change(
    difference: *mut OstreeSysrootUnlockDifference,
) -> OstreeSysrootUnlockChange {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(difference, |difference| difference.change) }
}

/// ostree_sysroot_unlock_difference_get_before:
/// @difference: a difference
///
/// Returns: (transfer none) (nullable): what was there, or %NULL where it was added
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_difference_get_before(
    difference: *mut OstreeSysrootUnlockDifference,
) -> *mut OstreeSysrootUnlockSide {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(difference, |difference| borrow(difference.before.as_ref())) }
}

/// ostree_sysroot_unlock_difference_get_after:
/// @difference: a difference
///
/// Returns: (transfer none) (nullable): what is there, or %NULL where it was removed
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_difference_get_after(
    difference: *mut OstreeSysrootUnlockDifference,
) -> *mut OstreeSysrootUnlockSide {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(difference, |difference| borrow(difference.after.as_ref())) }
}

/// ostree_sysroot_unlock_difference_xattrs_differ:
/// @difference: a difference
///
/// Returns: %TRUE if the extended attributes, ACLs and security labels among them, are others
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_difference_xattrs_differ(
    difference: *mut OstreeSysrootUnlockDifference,
) -> gboolean {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(difference, |difference| difference.xattrs_differ.into()) }
}

/// ostree_sysroot_unlock_difference_get_from:
/// @difference: a difference
///
/// Returns: (transfer none) (type filename) (nullable): where a directory was that was moved
/// here, or %NULL where none was
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_difference_get_from(
    difference: *mut OstreeSysrootUnlockDifference,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(difference, |difference| {
            let from = difference.from.as_deref();
            from.map_or(ptr::null(), CStr::as_ptr)
        })
    }
}
