// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockRevision`: the commit that changes became.

use std::ffi::{CStr, c_char};
use std::sync::{Arc, OnceLock};

use glib::{GString, StrV};
use glib_sys::{GPtrArray, GType};

use crate::capi::boxed::{Border, add_reference, drop_reference, give_all, register};
use crate::capi::conflict::{self, OstreeSysrootUnlockConflict};
use crate::capi::guard::{guard_quiet, method};
use crate::capi::omission::{self, OstreeSysrootUnlockOmission};
use crate::capi::text::{list, pointer, text, texts};
use crate::capi::types::guint64;
use crate::verbs::commit::Revision;

/// OstreeSysrootUnlockRevision:
///
/// The commit that changes became, or with a dry run would become, from
/// ostree_sysroot_unlock_commit(). It never changes, and may be used by several threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockRevision(());

pub struct Value {
    checksum: Option<GString>,
    parent: GString,
    changes: guint64,
    branch: Option<GString>,
    deployment: Option<GString>,
    skipped: Vec<Arc<omission::Value>>,
    resolved: Vec<Arc<conflict::Value>>,
    notes: StrV,
}

impl From<Revision> for Value {
    fn from(revision: Revision) -> Value {
        Value {
            checksum: revision.checksum.as_deref().map(text),
            parent: text(&revision.parent),
            changes: revision.changes,
            branch: revision.branch.as_deref().map(text),
            deployment: revision.deployment.as_deref().map(text),
            skipped: omission::values(&revision.skipped),
            resolved: conflict::resolved(&revision.resolved),
            notes: texts(&revision.notes),
        }
    }
}

impl Border for OstreeSysrootUnlockRevision {
    type Value = Value;
    const NAME: &'static str = "revision";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockRevision";
}

/// ostree_sysroot_unlock_revision_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_revision_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockRevision>(&TYPE))
}

/// ostree_sysroot_unlock_revision_ref:
/// @revision: a revision
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @revision
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_revision_ref(
    revision: *mut OstreeSysrootUnlockRevision,
) -> *mut OstreeSysrootUnlockRevision {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(revision) })
}

/// ostree_sysroot_unlock_revision_unref:
/// @revision: (transfer full): a revision
///
/// Gives a reference up; with the last one @revision is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_revision_unref(
    revision: *mut OstreeSysrootUnlockRevision,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(revision) });
}

/// ostree_sysroot_unlock_revision_get_checksum:
/// @revision: a revision
///
/// Returns: (transfer none) (nullable): the checksum of the commit, or %NULL with a dry run
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_revision_get_checksum(
    revision: *mut OstreeSysrootUnlockRevision,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(revision, |revision| pointer(revision.checksum.as_ref())) }
}

/// ostree_sysroot_unlock_revision_get_parent:
/// @revision: a revision
///
/// Returns: (transfer none): the checksum of its parent: what the changes were made on, or
/// replayed on
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_revision_get_parent(
    revision: *mut OstreeSysrootUnlockRevision,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(revision, |revision| revision.parent.as_ptr()) }
}

/// ostree_sysroot_unlock_revision_get_changes:
/// @revision: a revision
///
/// Returns: how many paths are others than in the parent
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_revision_get_changes(
    revision: *mut OstreeSysrootUnlockRevision,
) -> guint64 {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(revision, |revision| revision.changes) }
}

/// ostree_sysroot_unlock_revision_get_branch:
/// @revision: a revision
///
/// Returns: (transfer none) (nullable): the ref that leads to it, or %NULL where only a
/// deployment does, and with a dry run
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_revision_get_branch(
    revision: *mut OstreeSysrootUnlockRevision,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(revision, |revision| pointer(revision.branch.as_ref())) }
}

/// ostree_sysroot_unlock_revision_get_deployment:
/// @revision: a revision
///
/// Returns: (transfer none) (nullable): the deployment that was made of it, as
/// `CHECKSUM.SERIAL`, or %NULL where none was. Of a staged one the serial may be another when
/// the system has gone down
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_revision_get_deployment(
    revision: *mut OstreeSysrootUnlockRevision,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(revision, |revision| pointer(revision.deployment.as_ref())) }
}

/// ostree_sysroot_unlock_revision_get_skipped:
/// @revision: a revision
///
/// Returns: (transfer container) (element-type OstreeSysrootUnlockOmission): what was left out;
/// maybe nothing; free with g_ptr_array_unref()
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_revision_get_skipped(
    revision: *mut OstreeSysrootUnlockRevision,
) -> *mut GPtrArray {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(revision, |revision| {
            give_all::<OstreeSysrootUnlockOmission>(&revision.skipped)
        })
    }
}

/// ostree_sysroot_unlock_revision_get_resolved:
/// @revision: a revision
///
/// Returns: (transfer container) (element-type OstreeSysrootUnlockConflict): what both sides
/// had changed, each with whose version was taken; maybe nothing; free with g_ptr_array_unref()
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_revision_get_resolved(
    revision: *mut OstreeSysrootUnlockRevision,
) -> *mut GPtrArray {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(revision, |revision| {
            give_all::<OstreeSysrootUnlockConflict>(&revision.resolved)
        })
    }
}

/// ostree_sysroot_unlock_revision_get_notes:
/// @revision: a revision
///
/// Returns: (transfer none) (array zero-terminated=1): what a person should know besides; maybe
/// nothing
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_revision_get_notes(
    revision: *mut OstreeSysrootUnlockRevision,
) -> *const *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(revision, |revision| list(&revision.notes)) }
}
