// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockOverview`: everything that `status` says.

use std::ffi::{CStr, c_char, c_int};
use std::sync::{Arc, OnceLock};

use glib::GString;
use glib_sys::{GPtrArray, GType};

use crate::capi::boxed::{Border, add_reference, drop_reference, give_all, register};
use crate::capi::guard::{guard_quiet, method};
use crate::capi::hierarchy::{self, OstreeSysrootUnlockHierarchy};
use crate::capi::text::text;
use crate::verbs::status::Overview;

/// OstreeSysrootUnlockOverview:
///
/// What the booted deployment is made of, from ostree_sysroot_unlock_status(). It never
/// changes, and may be used by several threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockOverview(());

pub struct Value {
    os: GString,
    commit: GString,
    serial: c_int,
    hierarchies: Vec<Arc<hierarchy::Value>>,
}

impl From<Overview> for Value {
    fn from(overview: Overview) -> Value {
        let hierarchies = overview.hierarchies.into_iter();
        Value {
            os: text(&overview.deployment.os),
            commit: text(&overview.deployment.commit),
            serial: overview.deployment.serial,
            hierarchies: hierarchies.map(|one| Arc::new(one.into())).collect(),
        }
    }
}

impl Border for OstreeSysrootUnlockOverview {
    type Value = Value;
    const NAME: &'static str = "overview";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockOverview";
}

/// ostree_sysroot_unlock_overview_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_overview_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockOverview>(&TYPE))
}

/// ostree_sysroot_unlock_overview_ref:
/// @overview: an overview
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @overview
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_overview_ref(
    overview: *mut OstreeSysrootUnlockOverview,
) -> *mut OstreeSysrootUnlockOverview {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(overview) })
}

/// ostree_sysroot_unlock_overview_unref:
/// @overview: (transfer full): an overview
///
/// Gives a reference up; with the last one @overview is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_overview_unref(
    overview: *mut OstreeSysrootUnlockOverview,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(overview) });
}

/// ostree_sysroot_unlock_overview_get_os:
/// @overview: an overview
///
/// Returns: (transfer none): the stateroot of the booted deployment
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_overview_get_os(
    overview: *mut OstreeSysrootUnlockOverview,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(overview, |overview| overview.os.as_ptr()) }
}

/// ostree_sysroot_unlock_overview_get_commit:
/// @overview: an overview
///
/// Returns: (transfer none): the checksum of the commit of the booted deployment
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_overview_get_commit(
    overview: *mut OstreeSysrootUnlockOverview,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(overview, |overview| overview.commit.as_ptr()) }
}

/// ostree_sysroot_unlock_overview_get_serial:
/// @overview: an overview
///
/// Returns: the number that tells deployments of one commit apart
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_overview_get_serial(
    overview: *mut OstreeSysrootUnlockOverview,
) -> c_int {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(overview, |overview| overview.serial) }
}

/// ostree_sysroot_unlock_overview_get_hierarchies:
/// @overview: an overview
///
/// Returns: (transfer container) (element-type OstreeSysrootUnlockHierarchy): each hierarchy
/// that can be unlocked; free with g_ptr_array_unref()
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_overview_get_hierarchies(
    overview: *mut OstreeSysrootUnlockOverview,
) -> *mut GPtrArray {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(overview, |overview| {
            give_all::<OstreeSysrootUnlockHierarchy>(&overview.hierarchies)
        })
    }
}
