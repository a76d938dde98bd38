// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockFollowUp`: what was to be done once other files were live, and what became
//! of it.

use std::ffi::{CStr, c_char};
use std::sync::{Arc, OnceLock};

use glib::GString;
use glib_sys::GType;

use crate::after::{End, Followed, Step};
use crate::capi::boxed::{Border, add_reference, drop_reference, register};
use crate::capi::guard::{Nothing, guard_quiet, method};
use crate::capi::text::{pointer, text};

/// OstreeSysrootUnlockFollowUpStep:
/// @OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_STEP_LOADER_CACHE: `/etc/ld.so.cache`, by ldconfig
/// @OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_STEP_USERS: users and groups, by systemd-sysusers
/// @OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_STEP_FILES: what is in tmpfiles.d, by systemd-tmpfiles
/// @OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_STEP_UNIT_FILES: systemd reads all unit files anew
/// @OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_STEP_RELOAD: a service reads its own files anew
/// @OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_STEP_RESTART: a service is restarted, as
/// ostree_sysroot_unlock_options_set_restart() asked for
///
/// What may have to be done once other files are live, in this order. The numbers never change, and
/// more may be added.
///
/// Since: 2026.1
#[repr(C)]
#[derive(Clone, Copy)]
pub enum OstreeSysrootUnlockFollowUpStep {
    LoaderCache = 0,
    Users = 1,
    Files = 2,
    UnitFiles = 3,
    Reload = 4,
    Restart = 5,
}

impl From<Step> for OstreeSysrootUnlockFollowUpStep {
    fn from(value: Step) -> OstreeSysrootUnlockFollowUpStep {
        use OstreeSysrootUnlockFollowUpStep as C;
        match value {
            Step::LoaderCache => C::LoaderCache,
            Step::Users => C::Users,
            Step::Files => C::Files,
            Step::UnitFiles => C::UnitFiles,
            Step::Reload => C::Reload,
            Step::Restart => C::Restart,
        }
    }
}

impl Nothing for OstreeSysrootUnlockFollowUpStep {
    const NOTHING: Self = OstreeSysrootUnlockFollowUpStep::LoaderCache;
}

/// OstreeSysrootUnlockFollowUpEnd:
/// @OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_END_DONE: it was done
/// @OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_END_FAILED: it failed
/// @OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_END_NOT_DONE: it was not tried, for want of systemd, for
/// example
///
/// What became of it. The numbers never change, and more may be added.
///
/// Since: 2026.1
#[repr(C)]
#[derive(Clone, Copy)]
pub enum OstreeSysrootUnlockFollowUpEnd {
    Done = 0,
    Failed = 1,
    NotDone = 2,
}

impl From<End> for OstreeSysrootUnlockFollowUpEnd {
    fn from(value: End) -> OstreeSysrootUnlockFollowUpEnd {
        use OstreeSysrootUnlockFollowUpEnd as C;
        match value {
            End::Done => C::Done,
            End::Failed => C::Failed,
            End::NotDone => C::NotDone,
        }
    }
}

impl Nothing for OstreeSysrootUnlockFollowUpEnd {
    const NOTHING: Self = OstreeSysrootUnlockFollowUpEnd::Done;
}

/// OstreeSysrootUnlockFollowUp:
///
/// What was to be done once the files of another commit were live, and what became of it. A failure
/// here changes nothing about what is live. It never changes, and may be used by several threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockFollowUp(());

pub struct Value {
    step: OstreeSysrootUnlockFollowUpStep,
    unit: Option<GString>,
    end: OstreeSysrootUnlockFollowUpEnd,
    why: Option<GString>,
}

impl From<&Followed> for Value {
    fn from(followed: &Followed) -> Value {
        Value {
            step: followed.step.into(),
            unit: followed.unit.as_deref().map(text),
            end: followed.end.into(),
            why: followed.why.as_deref().map(text),
        }
    }
}

/// What C gets of `steps`.
pub fn values(steps: &[Followed]) -> Vec<Arc<Value>> {
    let values = steps.iter().map(|followed| Arc::new(followed.into()));
    values.collect()
}

impl Border for OstreeSysrootUnlockFollowUp {
    type Value = Value;
    const NAME: &'static str = "follow_up";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockFollowUp";
}

/// ostree_sysroot_unlock_follow_up_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_follow_up_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockFollowUp>(&TYPE))
}

/// ostree_sysroot_unlock_follow_up_ref:
/// @follow_up: a follow-up
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @follow_up
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_follow_up_ref(
    follow_up: *mut OstreeSysrootUnlockFollowUp,
) -> *mut OstreeSysrootUnlockFollowUp {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(follow_up) })
}

/// ostree_sysroot_unlock_follow_up_unref:
/// @follow_up: (transfer full): a follow-up
///
/// Gives a reference up; with the last one @follow_up is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_follow_up_unref(
    follow_up: *mut OstreeSysrootUnlockFollowUp,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(follow_up) });
}

/// ostree_sysroot_unlock_follow_up_get_step:
/// @follow_up: a follow-up
///
/// Returns: what was to be done
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_follow_up_get_step(
    follow_up: *mut OstreeSysrootUnlockFollowUp,
) -> OstreeSysrootUnlockFollowUpStep {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(follow_up, |follow_up| follow_up.step) }
}

/// ostree_sysroot_unlock_follow_up_get_unit:
/// @follow_up: a follow-up
///
/// Returns: (transfer none) (nullable): the service that it is about, or %NULL where it is about
/// none
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_follow_up_get_unit(
    follow_up: *mut OstreeSysrootUnlockFollowUp,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(follow_up, |follow_up| pointer(follow_up.unit.as_ref())) }
}

/// ostree_sysroot_unlock_follow_up_get_end:
/// @follow_up: a follow-up
///
/// Returns: what became of it
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_follow_up_get_end(
    follow_up: *mut OstreeSysrootUnlockFollowUp,
) -> OstreeSysrootUnlockFollowUpEnd {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(follow_up, |follow_up| follow_up.end) }
}

/// ostree_sysroot_unlock_follow_up_get_why:
/// @follow_up: a follow-up
///
/// Returns: (transfer none) (nullable): how it failed, or why it was not done, for people; %NULL
/// where it was done
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_follow_up_get_why(
    follow_up: *mut OstreeSysrootUnlockFollowUp,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(follow_up, |follow_up| pointer(follow_up.why.as_ref())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_was_not_there_again() {
        let failed = Followed {
            step: Step::Restart,
            unit: Some("a.service".to_owned()),
            end: End::Failed,
            why: Some("it ended".to_owned()),
        };
        let values = values(&[failed]);
        assert_eq!(values.len(), 1);
        let value = &values[0];
        assert_eq!(value.step as i32, Step::Restart as i32);
        assert_eq!(value.end as i32, End::Failed as i32);
        assert_eq!(value.unit.as_deref(), Some("a.service"));
        assert_eq!(value.why.as_deref(), Some("it ended"));
    }
}
