// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockTransfer`: changes that were set aside or put back.

use std::ffi::{CStr, c_char};
use std::sync::{Arc, OnceLock};

use glib::GString;
use glib_sys::{GPtrArray, GType};

use crate::capi::boxed::{Border, add_reference, drop_reference, give_all, register};
use crate::capi::conflict::{self, OstreeSysrootUnlockConflict};
use crate::capi::guard::{guard_quiet, method};
use crate::capi::omission::{self, OstreeSysrootUnlockOmission};
use crate::capi::text::{pointer, text};
use crate::capi::types::guint64;
use crate::verbs::keep::Transfer;

/// OstreeSysrootUnlockTransfer:
///
/// What became of changes that were set aside by ostree_sysroot_unlock_keep_save() or put back
/// by ostree_sysroot_unlock_keep_restore(). It never changes, and may be used by several
/// threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockTransfer(());

pub struct Value {
    changes: guint64,
    checksum: Option<GString>,
    skipped: Vec<Arc<omission::Value>>,
    resolved: Vec<Arc<conflict::Value>>,
}

impl From<Transfer> for Value {
    fn from(transfer: Transfer) -> Value {
        Value {
            changes: transfer.changes,
            checksum: transfer.checksum.as_deref().map(text),
            skipped: omission::values(&transfer.skipped),
            resolved: conflict::resolved(&transfer.resolved),
        }
    }
}

impl Border for OstreeSysrootUnlockTransfer {
    type Value = Value;
    const NAME: &'static str = "transfer";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockTransfer";
}

/// ostree_sysroot_unlock_transfer_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_transfer_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockTransfer>(&TYPE))
}

/// ostree_sysroot_unlock_transfer_ref:
/// @transfer: a transfer
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @transfer
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_transfer_ref(
    transfer: *mut OstreeSysrootUnlockTransfer,
) -> *mut OstreeSysrootUnlockTransfer {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(transfer) })
}

/// ostree_sysroot_unlock_transfer_unref:
/// @transfer: (transfer full): a transfer
///
/// Gives a reference up; with the last one @transfer is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_transfer_unref(
    transfer: *mut OstreeSysrootUnlockTransfer,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(transfer) });
}

/// ostree_sysroot_unlock_transfer_get_changes:
/// @transfer: a transfer
///
/// Returns: how many paths were set aside or put back; with a dry run, would be
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_transfer_get_changes(
    transfer: *mut OstreeSysrootUnlockTransfer,
) -> guint64 {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(transfer, |transfer| transfer.changes) }
}

/// ostree_sysroot_unlock_transfer_get_checksum:
/// @transfer: a transfer
///
/// Returns: (transfer none) (nullable): the checksum of the commit that holds what was set
/// aside, or %NULL where it was put back
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_transfer_get_checksum(
    transfer: *mut OstreeSysrootUnlockTransfer,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(transfer, |transfer| pointer(transfer.checksum.as_ref())) }
}

/// ostree_sysroot_unlock_transfer_get_skipped:
/// @transfer: a transfer
///
/// Returns: (transfer container) (element-type OstreeSysrootUnlockOmission): what was left out;
/// maybe nothing; free with g_ptr_array_unref()
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_transfer_get_skipped(
    transfer: *mut OstreeSysrootUnlockTransfer,
) -> *mut GPtrArray {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(transfer, |transfer| {
            give_all::<OstreeSysrootUnlockOmission>(&transfer.skipped)
        })
    }
}

/// ostree_sysroot_unlock_transfer_get_resolved:
/// @transfer: a transfer
///
/// Returns: (transfer container) (element-type OstreeSysrootUnlockConflict): what both sides
/// had changed, each with whose version was taken; maybe nothing; free with g_ptr_array_unref()
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_transfer_get_resolved(
    transfer: *mut OstreeSysrootUnlockTransfer,
) -> *mut GPtrArray {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(transfer, |transfer| {
            give_all::<OstreeSysrootUnlockConflict>(&transfer.resolved)
        })
    }
}
