// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockOutcome`: what an operation did.

use std::ffi::{CStr, c_char};
use std::sync::OnceLock;

use glib::StrV;
use glib_sys::{GType, gboolean};
use ostree_sys::OstreeDeploymentUnlockedState;

use crate::capi::boxed::{Border, add_reference, drop_reference, register};
use crate::capi::guard::{guard_quiet, method};
use crate::capi::text::{list, texts};
use crate::perform::Outcome;

/// OstreeSysrootUnlockOutcome:
///
/// What an operation did, or with a dry run would do. It never changes, and may be used by
/// several threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockOutcome(());

pub struct Value {
    state: OstreeDeploymentUnlockedState,
    dry_run: bool,
    steps: StrV,
    notes: StrV,
}

impl From<Outcome> for Value {
    fn from(outcome: Outcome) -> Value {
        Value {
            state: outcome.state as OstreeDeploymentUnlockedState,
            dry_run: outcome.dry_run,
            steps: texts(&outcome.steps),
            notes: texts(&outcome.notes),
        }
    }
}

impl Border for OstreeSysrootUnlockOutcome {
    type Value = Value;
    const NAME: &'static str = "outcome";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockOutcome";
}

/// ostree_sysroot_unlock_outcome_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_outcome_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockOutcome>(&TYPE))
}

/// ostree_sysroot_unlock_outcome_ref:
/// @outcome: an outcome
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @outcome
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_outcome_ref(
    outcome: *mut OstreeSysrootUnlockOutcome,
) -> *mut OstreeSysrootUnlockOutcome {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(outcome) })
}

/// ostree_sysroot_unlock_outcome_unref:
/// @outcome: (transfer full): an outcome
///
/// Gives a reference up; with the last one @outcome is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_outcome_unref(
    outcome: *mut OstreeSysrootUnlockOutcome,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(outcome) });
}

/// ostree_sysroot_unlock_outcome_get_state:
/// @outcome: an outcome
///
/// Returns: the state of `/usr` afterwards; with a dry run the state that it would have
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_outcome_get_state(
    outcome: *mut OstreeSysrootUnlockOutcome,
) -> OstreeDeploymentUnlockedState {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(outcome, |outcome| outcome.state) }
}

/// ostree_sysroot_unlock_outcome_is_dry_run:
/// @outcome: an outcome
///
/// Returns: %TRUE if nothing was changed, because that was asked for
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_outcome_is_dry_run(
    outcome: *mut OstreeSysrootUnlockOutcome,
) -> gboolean {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(outcome, |outcome| outcome.dry_run.into()) }
}

/// ostree_sysroot_unlock_outcome_get_steps:
/// @outcome: an outcome
///
/// Returns: (transfer none) (array zero-terminated=1): the steps in their order, for people;
/// maybe none
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_outcome_get_steps(
    outcome: *mut OstreeSysrootUnlockOutcome,
) -> *const *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(outcome, |outcome| list(&outcome.steps)) }
}

/// ostree_sysroot_unlock_outcome_get_notes:
/// @outcome: an outcome
///
/// Returns: (transfer none) (array zero-terminated=1): what a person should know besides, such
/// as what is not covered, who keeps an old view or what was repaired; maybe nothing
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_outcome_get_notes(
    outcome: *mut OstreeSysrootUnlockOutcome,
) -> *const *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(outcome, |outcome| list(&outcome.notes)) }
}
