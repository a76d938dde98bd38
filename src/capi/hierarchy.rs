// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockHierarchy`: one directory tree that can be unlocked.

use std::ffi::{CStr, CString, c_char};
use std::ptr;
use std::sync::{Arc, OnceLock};

use glib::GString;
use glib_sys::{GPtrArray, GType, gboolean};
use ostree_sys::OstreeDeploymentUnlockedState;

use crate::capi::boxed::{Border, add_reference, borrow, drop_reference, give_all, register};
use crate::capi::guard::{guard_quiet, method};
use crate::capi::live_commit::{self, OstreeSysrootUnlockLiveCommit};
use crate::capi::problem::{self, OstreeSysrootUnlockProblem};
use crate::capi::text::{Filenames, filename, filenames, pointer, text};
use crate::capi::types::{gint64, guint64};
use crate::verbs::status::{Deltas, Hierarchy, NoUpper, Usage};

/// OstreeSysrootUnlockHierarchy:
///
/// A directory tree of the booted deployment that can be unlocked, such as `/usr`, and what it
/// is made of. It never changes, and may be used by several threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockHierarchy(());

pub struct Value {
    path: CString,
    state: OstreeDeploymentUnlockedState,
    read_only: bool,
    writable: bool,
    persistent: bool,
    made_by: Option<GString>,
    since: gint64,
    until: gint64,
    live: Option<Arc<live_commit::Value>>,
    layers: Filenames,
    upper_path: Option<CString>,
    upper_usage: Option<Usage>,
    no_upper_reason: Option<GString>,
    deltas: Option<Deltas>,
    problems: Vec<Arc<problem::Value>>,
}

impl From<Hierarchy> for Value {
    fn from(hierarchy: Hierarchy) -> Value {
        let problems = hierarchy.problems.iter();
        let upper = hierarchy.upper.as_ref();
        Value {
            path: filename(&hierarchy.path),
            state: hierarchy.state as OstreeDeploymentUnlockedState,
            read_only: hierarchy.read_only,
            writable: hierarchy.writable,
            persistent: hierarchy.persistent,
            made_by: hierarchy.made_by.map(|who| text(who.name())),
            since: hierarchy.since.unwrap_or(0),
            until: hierarchy.until.unwrap_or(0),
            live: hierarchy.live.as_ref().map(|live| Arc::new(live.into())),
            layers: filenames(&hierarchy.layers),
            upper_path: upper.ok().map(|upper| filename(&upper.path)),
            upper_usage: upper.ok().and_then(|upper| upper.usage),
            no_upper_reason: upper.err().map(|reason| text(reason_of(reason))),
            deltas: hierarchy.deltas,
            problems: problems.map(|one| Arc::new(one.into())).collect(),
        }
    }
}

fn reason_of(reason: &NoUpper) -> &str {
    match reason {
        NoUpper::Locked => "locked",
        NoUpper::Unknown(words) => words,
    }
}

impl Border for OstreeSysrootUnlockHierarchy {
    type Value = Value;
    const NAME: &'static str = "hierarchy";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockHierarchy";
}

/// ostree_sysroot_unlock_hierarchy_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_hierarchy_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockHierarchy>(&TYPE))
}

/// ostree_sysroot_unlock_hierarchy_ref:
/// @hierarchy: a hierarchy
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @hierarchy
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_hierarchy_ref(
    hierarchy: *mut OstreeSysrootUnlockHierarchy,
) -> *mut OstreeSysrootUnlockHierarchy {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(hierarchy) })
}

/// ostree_sysroot_unlock_hierarchy_unref:
/// @hierarchy: (transfer full): a hierarchy
///
/// Gives a reference up; with the last one @hierarchy is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_hierarchy_unref(
    hierarchy: *mut OstreeSysrootUnlockHierarchy,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(hierarchy) });
}

/// ostree_sysroot_unlock_hierarchy_get_path:
/// @hierarchy: a hierarchy
///
/// Returns: (transfer none) (type filename): where it is
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_hierarchy_get_path(
    hierarchy: *mut OstreeSysrootUnlockHierarchy,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(hierarchy, |hierarchy| hierarchy.path.as_ptr()) }
}

/// ostree_sysroot_unlock_hierarchy_get_state:
/// @hierarchy: a hierarchy
///
/// Returns: in which state it is, as the kernel shows it
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_hierarchy_get_state(
    hierarchy: *mut OstreeSysrootUnlockHierarchy,
) -> OstreeDeploymentUnlockedState {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(hierarchy, |hierarchy| hierarchy.state) }
}

/// ostree_sysroot_unlock_hierarchy_is_read_only:
/// @hierarchy: a hierarchy
///
/// Returns: %TRUE if its mount is read-only for the system
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_hierarchy_is_read_only(
    hierarchy: *mut OstreeSysrootUnlockHierarchy,
) -> gboolean {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(hierarchy, |hierarchy| hierarchy.read_only.into()) }
}

/// ostree_sysroot_unlock_hierarchy_is_writable:
/// @hierarchy: a hierarchy
///
/// Returns: %TRUE if the caller could write to it
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_hierarchy_is_writable(
    hierarchy: *mut OstreeSysrootUnlockHierarchy,
) -> gboolean {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(hierarchy, |hierarchy| hierarchy.writable.into()) }
}

/// ostree_sysroot_unlock_hierarchy_is_persistent:
/// @hierarchy: a hierarchy
///
/// Returns: %TRUE if what is written is still there after a reboot
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_hierarchy_is_persistent(
    hierarchy: *mut OstreeSysrootUnlockHierarchy,
) -> gboolean {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(hierarchy, |hierarchy| hierarchy.persistent.into()) }
}

/// ostree_sysroot_unlock_hierarchy_get_made_by:
/// @hierarchy: a hierarchy
///
/// Who unlocked it: `ostree-unlock` (this library), `libostree` (`ostree admin unlock`, or
/// ostree-prepare-root at boot), or `other`. These words do not change, and more may be added.
///
/// Returns: (transfer none) (nullable): who unlocked it, or %NULL where it is locked
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_hierarchy_get_made_by(
    hierarchy: *mut OstreeSysrootUnlockHierarchy,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(hierarchy, |hierarchy| pointer(hierarchy.made_by.as_ref())) }
}

/// ostree_sysroot_unlock_hierarchy_get_since:
/// @hierarchy: a hierarchy
///
/// Returns: since when it is unlocked, in seconds since the epoch; 0 where it is locked or
/// where that is not known
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_hierarchy_get_since(
    hierarchy: *mut OstreeSysrootUnlockHierarchy,
) -> gint64 {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(hierarchy, |hierarchy| hierarchy.since) }
}

/// ostree_sysroot_unlock_hierarchy_get_until:
/// @hierarchy: a hierarchy
///
/// Returns: when it is to end by itself, in seconds since the epoch; 0 where it is not. A time
/// that is over says that it could not be ended
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_hierarchy_get_until(
    hierarchy: *mut OstreeSysrootUnlockHierarchy,
) -> gint64 {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(hierarchy, |hierarchy| hierarchy.until) }
}

/// ostree_sysroot_unlock_hierarchy_get_live:
/// @hierarchy: a hierarchy
///
/// Returns: (transfer none) (nullable): the commit that was applied, and is there in the place of
/// the booted one, or %NULL where none was
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_hierarchy_get_live(
    hierarchy: *mut OstreeSysrootUnlockHierarchy,
) -> *mut OstreeSysrootUnlockLiveCommit {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(hierarchy, |hierarchy| borrow(hierarchy.live.as_ref())) }
}

/// ostree_sysroot_unlock_hierarchy_get_layers:
/// @hierarchy: a hierarchy
///
/// Returns: (transfer none) (array zero-terminated=1) (element-type filename): the directories that
/// lie between what was deployed and the upper, the topmost first; maybe none
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_hierarchy_get_layers(
    hierarchy: *mut OstreeSysrootUnlockHierarchy,
) -> *const *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(hierarchy, |hierarchy| hierarchy.layers.as_ptr()) }
}

/// ostree_sysroot_unlock_hierarchy_get_upper_path:
/// @hierarchy: a hierarchy
///
/// Returns: (transfer none) (nullable) (type filename): the directory that takes what is
/// written, or %NULL where there is none or where it cannot be shown
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_hierarchy_get_upper_path(
    hierarchy: *mut OstreeSysrootUnlockHierarchy,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(hierarchy, |hierarchy| {
            hierarchy
                .upper_path
                .as_ref()
                .map_or(ptr::null(), |path| path.as_ptr())
        })
    }
}

/// ostree_sysroot_unlock_hierarchy_get_no_upper_reason:
/// @hierarchy: a hierarchy
///
/// Returns: (transfer none) (nullable): why ostree_sysroot_unlock_hierarchy_get_upper_path() is
/// %NULL: `locked`, or words for people; %NULL where it is not %NULL
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_hierarchy_get_no_upper_reason(
    hierarchy: *mut OstreeSysrootUnlockHierarchy,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(hierarchy, |hierarchy| {
            pointer(hierarchy.no_upper_reason.as_ref())
        })
    }
}

/// ostree_sysroot_unlock_hierarchy_get_upper_usage:
/// @hierarchy: a hierarchy
/// @entries: (out) (optional): files, directories, links and whiteouts, counted
/// @bytes: (out) (optional): disk space, in bytes
///
/// What was written since it was unlocked, also before another commit was applied over it. Counted
/// only where ostree_sysroot_unlock_options_set_usage() asked for it, as it takes time; where it was
/// not, or the caller may not see all of it, both are 0.
///
/// Returns: %TRUE if it was counted
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_hierarchy_get_upper_usage(
    hierarchy: *mut OstreeSysrootUnlockHierarchy,
    entries: *mut guint64,
    bytes: *mut guint64,
) -> gboolean {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        let usage = method(hierarchy, |hierarchy| hierarchy.upper_usage);
        store_usage(usage, entries, bytes)
    }
}

/// ostree_sysroot_unlock_hierarchy_get_problems:
/// @hierarchy: a hierarchy
///
/// Returns: (transfer container) (element-type OstreeSysrootUnlockProblem): what is stale or
/// wrong; maybe nothing; free with g_ptr_array_unref()
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_hierarchy_get_problems(
    hierarchy: *mut OstreeSysrootUnlockHierarchy,
) -> *mut GPtrArray {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(hierarchy, |hierarchy| {
            give_all::<OstreeSysrootUnlockProblem>(&hierarchy.problems)
        })
    }
}

/// Stores what something takes where the caller wants it; says whether that is known.
///
/// # Safety
///
/// Each place is NULL or may be written to.
unsafe fn store_usage(
    usage: Option<Usage>,
    entries: *mut guint64,
    bytes: *mut guint64,
) -> gboolean {
    let known = usage.unwrap_or_default();
    // SAFETY: the promise above.
    unsafe {
        store(entries, known.entries);
        store(bytes, known.bytes);
    }
    usage.is_some().into()
}

/// Stores a result where the caller wants it.
///
/// # Safety
///
/// `place` is NULL or may be written to.
unsafe fn store(place: *mut guint64, number: guint64) {
    if !place.is_null() {
        // SAFETY: the promise above.
        unsafe { place.write(number) };
    }
}

/// ostree_sysroot_unlock_hierarchy_get_deltas:
/// @hierarchy: a hierarchy
/// @count: (out) (optional): how many commits
///
/// What makes other commits live at once: of those that were live in this boot, or were shown to a
/// command. It goes with the boot.
///
/// Returns: %TRUE if it can be seen; otherwise @count is 0
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_hierarchy_get_deltas(
    hierarchy: *mut OstreeSysrootUnlockHierarchy,
    count: *mut guint64,
) -> gboolean {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        let deltas = method(hierarchy, |hierarchy| hierarchy.deltas);
        store(count, deltas.unwrap_or_default().count);
        deltas.is_some().into()
    }
}

/// ostree_sysroot_unlock_hierarchy_get_deltas_usage:
/// @hierarchy: a hierarchy
/// @entries: (out) (optional): directories, whiteouts, and files that were copied
/// @bytes: (out) (optional): disk space, in bytes
///
/// What ostree_sysroot_unlock_hierarchy_get_deltas() takes beside links into the repository.
/// Counted only where ostree_sysroot_unlock_options_set_usage() asked for it; where it was not,
/// both are 0.
///
/// Returns: %TRUE if it was counted
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_hierarchy_get_deltas_usage(
    hierarchy: *mut OstreeSysrootUnlockHierarchy,
    entries: *mut guint64,
    bytes: *mut guint64,
) -> gboolean {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        let usage = method(hierarchy, |hierarchy| hierarchy.deltas?.usage);
        store_usage(usage, entries, bytes)
    }
}
