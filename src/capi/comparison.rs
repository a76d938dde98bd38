// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockComparison`: the differences of two trees, one at a time.

use std::ffi::CStr;
use std::ptr;
use std::sync::{Mutex, OnceLock, PoisonError};

use gio_sys::GCancellable;
use glib_sys::{GError, GType};

use crate::capi::boxed::{Border, add_reference, drop_reference, hand_over, lend, register};
use crate::capi::difference::OstreeSysrootUnlockDifference;
use crate::capi::guard::{guard, guard_quiet};
use crate::capi::request::cancellable as checked;
use crate::error::{Error, Kind};
use crate::verbs::diff::Diff;

/// OstreeSysrootUnlockComparison:
///
/// The differences between two trees, which ostree_sysroot_unlock_comparison_next() gives one
/// after the other. What it holds is the way to where it is, and does not grow with the number
/// of files. May be handed from thread to thread, and used by several.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockComparison(());

/// Nothing, once it is at its end: then nothing is kept open, either.
pub struct Value(Mutex<Option<Moved>>);

/// All there is of one comparison.
struct Moved(Diff);

// SAFETY: what is not atomic in it are the counts of `Rc`s. All references that share one are
// in this same value: the trees are made for it, and what comes out of it is plain data. So
// they are moved together, touched under the lock alone, and dropped together. Counts of
// GObjects are atomic; a repository of the caller's is, by the promise of the header, used by
// nobody else meanwhile.
unsafe impl Send for Moved {}

impl From<Diff> for Value {
    fn from(diff: Diff) -> Value {
        Value(Mutex::new(Some(Moved(diff))))
    }
}

impl Border for OstreeSysrootUnlockComparison {
    type Value = Value;
    const NAME: &'static str = "comparison";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockComparison";
}

/// ostree_sysroot_unlock_comparison_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_comparison_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockComparison>(&TYPE))
}

/// ostree_sysroot_unlock_comparison_ref:
/// @comparison: a comparison
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @comparison
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_comparison_ref(
    comparison: *mut OstreeSysrootUnlockComparison,
) -> *mut OstreeSysrootUnlockComparison {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(comparison) })
}

/// ostree_sysroot_unlock_comparison_unref:
/// @comparison: (transfer full): a comparison
///
/// Gives a reference up; with the last one @comparison is freed, at its end or not. NULL is
/// ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_comparison_unref(
    comparison: *mut OstreeSysrootUnlockComparison,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(comparison) });
}

/// ostree_sysroot_unlock_comparison_next:
/// @comparison: a comparison
/// @cancellable: (nullable): stops it
/// @error: return location for an error, or %NULL
///
/// Looks for the next difference: parents come before what is in them, and names in the order of
/// their bytes. At the end it returns %NULL and sets no @error. Neither is there more after an
/// error, as what came after it would be half of the truth.
///
/// Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND if a repository lacks an object,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_CORRUPT if one is damaged,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_CHANGED if what was read was written to meanwhile, with
/// %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @comparison is %NULL, with
/// %G_IO_ERROR_CANCELLED, and any other of #OstreeSysrootUnlockError.
///
/// Returns: (transfer full) (nullable): the next difference; %NULL at the end, or with @error
/// set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_comparison_next(
    comparison: *mut OstreeSysrootUnlockComparison,
    cancellable: *mut GCancellable,
    error: *mut *mut GError,
) -> *mut OstreeSysrootUnlockDifference {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        guard(error, || {
            let Value(comparison) = lend(comparison)
                .ok_or_else(|| Error::new(Kind::InvalidArgument, "comparison is NULL"))?;
            let cancellable = checked(cancellable)?;
            let mut place = comparison.lock().unwrap_or_else(PoisonError::into_inner);
            // It goes back only where there may be more.
            let Some(Moved(mut diff)) = place.take() else {
                return Ok(ptr::null_mut());
            };
            let Some(found) = diff.next_unless(cancellable.as_ref()).transpose()? else {
                return Ok(ptr::null_mut());
            };
            *place = Some(Moved(diff));
            Ok(hand_over(found))
        })
    }
}
