// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockLiveCommit`: the commit that is live in the place of the booted one.

use std::ffi::{CStr, c_char};
use std::sync::OnceLock;

use glib::GString;
use glib_sys::GType;

use crate::capi::boxed::{Border, add_reference, drop_reference, register};
use crate::capi::guard::{guard_quiet, method};
use crate::capi::text::{pointer, text};
use crate::capi::types::{gint64, guint64};
use crate::verbs::status::Live;

/// OstreeSysrootUnlockLiveCommit:
///
/// The commit that ostree_sysroot_unlock_apply() made live, in the place of the booted one. It
/// never changes, and may be used by several threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockLiveCommit(());

pub struct Value {
    checksum: GString,
    origin: Option<GString>,
    since: gint64,
    rollbacks: guint64,
}

impl From<&Live> for Value {
    fn from(live: &Live) -> Value {
        Value {
            checksum: text(&live.commit),
            origin: live.origin.as_deref().map(text),
            since: live.since.unwrap_or(0),
            rollbacks: live.rollbacks,
        }
    }
}

impl Border for OstreeSysrootUnlockLiveCommit {
    type Value = Value;
    const NAME: &'static str = "live";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockLiveCommit";
}

/// ostree_sysroot_unlock_live_commit_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_live_commit_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockLiveCommit>(&TYPE))
}

/// ostree_sysroot_unlock_live_commit_ref:
/// @live: a live commit
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @live
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_live_commit_ref(
    live: *mut OstreeSysrootUnlockLiveCommit,
) -> *mut OstreeSysrootUnlockLiveCommit {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(live) })
}

/// ostree_sysroot_unlock_live_commit_unref:
/// @live: (transfer full): a live commit
///
/// Gives a reference up; with the last one @live is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_live_commit_unref(
    live: *mut OstreeSysrootUnlockLiveCommit,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(live) });
}

/// ostree_sysroot_unlock_live_commit_get_checksum:
/// @live: a live commit
///
/// Returns: (transfer none): its checksum
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_live_commit_get_checksum(
    live: *mut OstreeSysrootUnlockLiveCommit,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(live, |live| live.checksum.as_ptr()) }
}

/// ostree_sysroot_unlock_live_commit_get_origin:
/// @live: a live commit
///
/// Returns: (transfer none) (nullable): what the caller of ostree_sysroot_unlock_apply() called it,
/// or %NULL where that was its checksum, or is not known
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_live_commit_get_origin(
    live: *mut OstreeSysrootUnlockLiveCommit,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(live, |live| pointer(live.origin.as_ref())) }
}

/// ostree_sysroot_unlock_live_commit_get_since:
/// @live: a live commit
///
/// Returns: since when it is live, in seconds since the epoch; 0 where that is not known
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_live_commit_get_since(
    live: *mut OstreeSysrootUnlockLiveCommit,
) -> gint64 {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(live, |live| live.since) }
}

/// ostree_sysroot_unlock_live_commit_get_rollbacks:
/// @live: a live commit
///
/// Returns: how often ostree_sysroot_unlock_rollback() can take back what is live
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_live_commit_get_rollbacks(
    live: *mut OstreeSysrootUnlockLiveCommit,
) -> guint64 {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(live, |live| live.rollbacks) }
}
