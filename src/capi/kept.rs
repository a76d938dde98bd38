// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockKept`: changes that were set aside under a name.

use std::ffi::{CStr, c_char};
use std::sync::{Arc, OnceLock};

use glib::GString;
use glib_sys::{GType, gboolean};
use ostree_sys::{OSTREE_DEPLOYMENT_UNLOCKED_NONE, OstreeDeploymentUnlockedState};

use crate::capi::boxed::{Border, add_reference, drop_reference, register};
use crate::capi::guard::{guard_quiet, method};
use crate::capi::text::text;
use crate::capi::types::gint64;
use crate::kept::Kept;

/// OstreeSysrootUnlockKept:
///
/// Changes that were set aside under a name, from ostree_sysroot_unlock_keep_list(). It never
/// changes, and may be used by several threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockKept(());

pub struct Value {
    name: GString,
    checksum: GString,
    base: GString,
    state: Option<OstreeDeploymentUnlockedState>,
    time: gint64,
    subject: GString,
}

impl From<&Kept> for Value {
    fn from(kept: &Kept) -> Value {
        Value {
            name: text(&kept.name),
            checksum: text(&kept.checksum),
            base: text(&kept.base),
            state: kept
                .state
                .map(|state| state as OstreeDeploymentUnlockedState),
            time: kept.time,
            subject: text(&kept.subject),
        }
    }
}

/// What C gets of all that is kept.
pub fn values(all: &[Kept]) -> Vec<Arc<Value>> {
    let values = all.iter().map(|kept| Arc::new(kept.into()));
    values.collect()
}

impl Border for OstreeSysrootUnlockKept {
    type Value = Value;
    const NAME: &'static str = "kept";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockKept";
}

/// ostree_sysroot_unlock_kept_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_kept_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockKept>(&TYPE))
}

/// ostree_sysroot_unlock_kept_ref:
/// @kept: what was kept
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @kept
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_kept_ref(
    kept: *mut OstreeSysrootUnlockKept,
) -> *mut OstreeSysrootUnlockKept {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(kept) })
}

/// ostree_sysroot_unlock_kept_unref:
/// @kept: (transfer full): what was kept
///
/// Gives a reference up; with the last one @kept is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_kept_unref(kept: *mut OstreeSysrootUnlockKept) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(kept) });
}

/// ostree_sysroot_unlock_kept_get_name:
/// @kept: what was kept
///
/// Returns: (transfer none): what it was called
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_kept_get_name(
    kept: *mut OstreeSysrootUnlockKept,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(kept, |kept| kept.name.as_ptr()) }
}

/// ostree_sysroot_unlock_kept_get_checksum:
/// @kept: what was kept
///
/// Returns: (transfer none): the checksum of the commit that holds it
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_kept_get_checksum(
    kept: *mut OstreeSysrootUnlockKept,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(kept, |kept| kept.checksum.as_ptr()) }
}

/// ostree_sysroot_unlock_kept_get_base:
/// @kept: what was kept
///
/// Returns: (transfer none): the checksum of the commit that the changes were made on
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_kept_get_base(
    kept: *mut OstreeSysrootUnlockKept,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(kept, |kept| kept.base.as_ptr()) }
}

/// ostree_sysroot_unlock_kept_get_state:
/// @kept: what was kept
///
/// Returns: the state that `/usr` was in; %OSTREE_DEPLOYMENT_UNLOCKED_NONE where the changes
/// were made in a scratch
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_kept_get_state(
    kept: *mut OstreeSysrootUnlockKept,
) -> OstreeDeploymentUnlockedState {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(kept, |kept| {
            kept.state.unwrap_or(OSTREE_DEPLOYMENT_UNLOCKED_NONE)
        })
    }
}

/// ostree_sysroot_unlock_kept_is_from_scratch:
/// @kept: what was kept
///
/// Returns: %TRUE if the changes were made in a scratch
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_kept_is_from_scratch(
    kept: *mut OstreeSysrootUnlockKept,
) -> gboolean {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(kept, |kept| kept.state.is_none().into()) }
}

/// ostree_sysroot_unlock_kept_get_time:
/// @kept: what was kept
///
/// Returns: when it was kept, in seconds since the epoch
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_kept_get_time(
    kept: *mut OstreeSysrootUnlockKept,
) -> gint64 {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(kept, |kept| kept.time) }
}

/// ostree_sysroot_unlock_kept_get_subject:
/// @kept: what was kept
///
/// Returns: (transfer none): what it is, in one line
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_kept_get_subject(
    kept: *mut OstreeSysrootUnlockKept,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(kept, |kept| kept.subject.as_ptr()) }
}
