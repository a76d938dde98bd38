// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockHolder`: who holds something that is in the way.

use std::ffi::{CStr, c_char, c_int};
use std::sync::{Arc, OnceLock};

use glib::GString;
use glib_sys::GType;

use crate::capi::boxed::{Border, add_reference, drop_reference, register};
use crate::capi::guard::{guard_quiet, method};
use crate::capi::text::{pointer, text};
use crate::capi::types::guint;
use crate::holder::Holder;

/// OstreeSysrootUnlockHolder:
///
/// One process and one thing that it holds, so that an operation was refused. It never changes,
/// and may be used by several threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockHolder(());

pub struct Value {
    pid: c_int,
    uid: guint,
    command: GString,
    unit: Option<GString>,
    r#use: GString,
    path: GString,
    sentence: GString,
}

impl From<&Holder> for Value {
    fn from(holder: &Holder) -> Value {
        Value {
            pid: holder.pid,
            uid: holder.uid,
            command: text(&holder.command),
            unit: holder.unit.as_deref().map(text),
            r#use: text(holder.how.name()),
            path: text(&holder.path),
            sentence: text(&holder.to_string()),
        }
    }
}

/// What C gets of `holders`.
pub fn values(holders: &[Holder]) -> Vec<Arc<Value>> {
    let values = holders.iter().map(|holder| Arc::new(holder.into()));
    values.collect()
}

impl Border for OstreeSysrootUnlockHolder {
    type Value = Value;
    const NAME: &'static str = "holder";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockHolder";
}

/// ostree_sysroot_unlock_holder_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_holder_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockHolder>(&TYPE))
}

/// ostree_sysroot_unlock_holder_ref:
/// @holder: a holder
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @holder
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_holder_ref(
    holder: *mut OstreeSysrootUnlockHolder,
) -> *mut OstreeSysrootUnlockHolder {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(holder) })
}

/// ostree_sysroot_unlock_holder_unref:
/// @holder: (transfer full): a holder
///
/// Gives a reference up; with the last one @holder is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_holder_unref(
    holder: *mut OstreeSysrootUnlockHolder,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(holder) });
}

/// ostree_sysroot_unlock_holder_get_pid:
/// @holder: a holder
///
/// Returns: its process id, as seen from the caller's pid namespace
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_holder_get_pid(
    holder: *mut OstreeSysrootUnlockHolder,
) -> c_int {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(holder, |holder| holder.pid) }
}

/// ostree_sysroot_unlock_holder_get_uid:
/// @holder: a holder
///
/// Returns: the number of the user that it runs as
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_holder_get_uid(
    holder: *mut OstreeSysrootUnlockHolder,
) -> guint {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(holder, |holder| holder.uid) }
}

/// ostree_sysroot_unlock_holder_get_command:
/// @holder: a holder
///
/// Returns: (transfer none): its command, as in `/proc/PID/comm`
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_holder_get_command(
    holder: *mut OstreeSysrootUnlockHolder,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(holder, |holder| holder.command.as_ptr()) }
}

/// ostree_sysroot_unlock_holder_get_unit:
/// @holder: a holder
///
/// Returns: (transfer none) (nullable): the systemd unit that it belongs to, or %NULL where it
/// belongs to none
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_holder_get_unit(
    holder: *mut OstreeSysrootUnlockHolder,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(holder, |holder| pointer(holder.unit.as_ref())) }
}

/// ostree_sysroot_unlock_holder_get_use:
/// @holder: a holder
///
/// What it does with the thing it holds: `writes` (a file is open for writing, or mapped so),
/// `runs` (the program itself), `maps` (a library, usually), `reads` (a file is open), `works
/// in` (its working or root directory), `locks` (the lock of the sysroot). These words do not
/// change, and more may be added.
///
/// Returns: (transfer none): what it does with it
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_holder_get_use(
    holder: *mut OstreeSysrootUnlockHolder,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(holder, |holder| holder.r#use.as_ptr()) }
}

/// ostree_sysroot_unlock_holder_get_path:
/// @holder: a holder
///
/// Returns: (transfer none): the path of what it holds, as the system sees it; in UTF-8, with
/// bytes that are not replaced
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_holder_get_path(
    holder: *mut OstreeSysrootUnlockHolder,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(holder, |holder| holder.path.as_ptr()) }
}

/// ostree_sysroot_unlock_holder_get_sentence:
/// @holder: a holder
///
/// Returns: (transfer none): all of it on one line, for people, as in the message of the error
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_holder_get_sentence(
    holder: *mut OstreeSysrootUnlockHolder,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(holder, |holder| holder.sentence.as_ptr()) }
}
