// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockAffected`: what runs on files that are others now.

use std::ffi::{CStr, c_char, c_int};
use std::sync::{Arc, OnceLock};

use glib::{GString, StrV};
use glib_sys::{GPtrArray, GType, gboolean};

use crate::affected::{Affected, Verdict};
use crate::capi::boxed::{Border, add_reference, drop_reference, give_all, register};
use crate::capi::changed_file::{self, OstreeSysrootUnlockChangedFile};
use crate::capi::guard::{Nothing, guard_quiet, method};
use crate::capi::text::{list, pointer, text, texts};
use crate::capi::types::{gsize, guint};

/// OstreeSysrootUnlockVerdict:
/// @OSTREE_SYSROOT_UNLOCK_VERDICT_RESTART: the unit can be restarted, as
/// ostree_sysroot_unlock_options_set_restart() does
/// @OSTREE_SYSROOT_UNLOCK_VERDICT_REBOOT: restarting it would take down more than itself, so it
/// waits for a reboot
/// @OSTREE_SYSROOT_UNLOCK_VERDICT_LOG_OUT: it is a user's own, and ends with the session
/// @OSTREE_SYSROOT_UNLOCK_VERDICT_CALLER: it is what the caller runs in
/// @OSTREE_SYSROOT_UNLOCK_VERDICT_BY_HAND: it is no unit: whoever started it has to start it again
///
/// What has to be done for something to run on the new files. The numbers never change, and more
/// may be added.
///
/// Since: 2026.1
#[repr(C)]
#[derive(Clone, Copy)]
pub enum OstreeSysrootUnlockVerdict {
    Restart = 0,
    Reboot = 1,
    LogOut = 2,
    Caller = 3,
    ByHand = 4,
}

impl From<Verdict> for OstreeSysrootUnlockVerdict {
    fn from(value: Verdict) -> OstreeSysrootUnlockVerdict {
        use OstreeSysrootUnlockVerdict as C;
        match value {
            Verdict::Restart => C::Restart,
            Verdict::Reboot => C::Reboot,
            Verdict::LogOut => C::LogOut,
            Verdict::Caller => C::Caller,
            Verdict::ByHand => C::ByHand,
        }
    }
}

impl Nothing for OstreeSysrootUnlockVerdict {
    const NOTHING: Self = OstreeSysrootUnlockVerdict::Restart;
}

/// OstreeSysrootUnlockAffected:
///
/// A unit, a user, or a process of neither, that runs on files which are others now. It never
/// changes, and may be used by several threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockAffected(());

pub struct Value {
    unit: Option<GString>,
    uid: Option<guint>,
    commands: StrV,
    pids: Vec<c_int>,
    files: Vec<Arc<changed_file::Value>>,
    verdict: OstreeSysrootUnlockVerdict,
    why: Option<GString>,
}

impl From<Affected> for Value {
    fn from(affected: Affected) -> Value {
        Value {
            unit: affected.unit.as_deref().map(text),
            uid: affected.uid,
            commands: texts(&affected.commands),
            pids: affected.pids,
            files: changed_file::values(&affected.by),
            verdict: affected.verdict.into(),
            why: affected.why.map(text),
        }
    }
}

impl Border for OstreeSysrootUnlockAffected {
    type Value = Value;
    const NAME: &'static str = "affected";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockAffected";
}

/// ostree_sysroot_unlock_affected_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_affected_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockAffected>(&TYPE))
}

/// ostree_sysroot_unlock_affected_ref:
/// @affected: what is affected
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @affected
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_affected_ref(
    affected: *mut OstreeSysrootUnlockAffected,
) -> *mut OstreeSysrootUnlockAffected {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(affected) })
}

/// ostree_sysroot_unlock_affected_unref:
/// @affected: (transfer full): what is affected
///
/// Gives a reference up; with the last one @affected is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_affected_unref(
    affected: *mut OstreeSysrootUnlockAffected,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(affected) });
}

/// ostree_sysroot_unlock_affected_get_unit:
/// @affected: what is affected
///
/// Returns: (transfer none) (nullable): the systemd unit of the system, or %NULL where it is a
/// user's, or no unit's
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_affected_get_unit(
    affected: *mut OstreeSysrootUnlockAffected,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(affected, |affected| pointer(affected.unit.as_ref())) }
}

/// ostree_sysroot_unlock_affected_get_uid:
/// @affected: what is affected
/// @uid: (out) (optional): the number of the user, 0 where it is none's
///
/// Whose it is: of processes that belong to no unit of the system.
///
/// Returns: %TRUE if it is a user's, %FALSE for a unit
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_affected_get_uid(
    affected: *mut OstreeSysrootUnlockAffected,
    uid: *mut guint,
) -> gboolean {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        let user = method(affected, |affected| affected.uid);
        if let Some(uid) = uid.as_mut() {
            *uid = user.unwrap_or_default();
        }
        user.is_some().into()
    }
}

/// ostree_sysroot_unlock_affected_get_commands:
/// @affected: what is affected
///
/// Returns: (transfer none) (array zero-terminated=1): the commands that run, as in
/// `/proc/PID/comm`; maybe none
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_affected_get_commands(
    affected: *mut OstreeSysrootUnlockAffected,
) -> *const *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(affected, |affected| list(&affected.commands)) }
}

/// ostree_sysroot_unlock_affected_get_pids:
/// @affected: what is affected
/// @length: (out): how many they are
///
/// None where it is affected by its unit file alone.
///
/// Returns: (transfer none) (array length=length): the ids of the processes, as seen from the
/// caller's pid namespace
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_affected_get_pids(
    affected: *mut OstreeSysrootUnlockAffected,
    length: *mut gsize,
) -> *const c_int {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        let mut count = 0;
        let pids = method(affected, |affected| {
            count = affected.pids.len();
            affected.pids.as_ptr()
        });
        if let Some(length) = length.as_mut() {
            *length = count;
        }
        pids
    }
}

/// ostree_sysroot_unlock_affected_get_files:
/// @affected: what is affected
///
/// Returns: (transfer container) (element-type OstreeSysrootUnlockChangedFile): the files by which
/// it is affected; free with g_ptr_array_unref()
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_affected_get_files(
    affected: *mut OstreeSysrootUnlockAffected,
) -> *mut GPtrArray {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(affected, |affected| {
            give_all::<OstreeSysrootUnlockChangedFile>(&affected.files)
        })
    }
}

/// ostree_sysroot_unlock_affected_get_verdict:
/// @affected: what is affected
///
/// Returns: what has to be done for it to run on the new files
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_affected_get_verdict(
    affected: *mut OstreeSysrootUnlockAffected,
) -> OstreeSysrootUnlockVerdict {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(affected, |affected| affected.verdict) }
}

/// ostree_sysroot_unlock_affected_get_why:
/// @affected: what is affected
///
/// Returns: (transfer none) (nullable): why it is not restarted, for people, or %NULL where that is
/// plain
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_affected_get_why(
    affected: *mut OstreeSysrootUnlockAffected,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(affected, |affected| pointer(affected.why.as_ref())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::affected::Reason;

    #[test]
    fn a_service_is_nobodys_and_says_why_it_waits() {
        let value = Value::from(Affected {
            unit: Some("a.service".to_owned()),
            uid: None,
            commands: vec!["a".to_owned()],
            pids: vec![7, 8],
            by: vec![(Reason::Library, "/usr/lib/a.so".into())],
            verdict: Verdict::Reboot,
            why: Some("it ends what is on the screen"),
        });
        assert_eq!(value.unit.as_deref(), Some("a.service"));
        assert_eq!(value.uid, None);
        assert_eq!(value.pids, [7, 8]);
        assert_eq!(value.files.len(), 1);
        assert_eq!(value.verdict as i32, Verdict::Reboot as i32);
        assert_eq!(value.why.as_deref(), Some("it ends what is on the screen"));
    }
}
