// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockPackageDiff`: what became of all packages.

use std::ffi::{CStr, c_char};
use std::sync::{Arc, OnceLock};

use glib_sys::{GPtrArray, GType, gboolean};

use crate::capi::boxed::{Border, add_reference, drop_reference, give_all, register};
use crate::capi::guard::{guard_quiet, method};
use crate::capi::package_difference::{self, OstreeSysrootUnlockPackageDifference};
use crate::capi::text::{Filenames, filenames};
use crate::verbs::diff_packages::PackageDiff;

/// OstreeSysrootUnlockPackageDiff:
///
/// What became of the packages, and which changed files belong to none, from
/// ostree_sysroot_unlock_diff_packages(). It never changes, and may be used by several threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockPackageDiff(());

pub struct Value {
    packages: Vec<Arc<package_difference::Value>>,
    unowned: Filenames,
    is_purely_additive: bool,
}

impl From<PackageDiff> for Value {
    fn from(diff: PackageDiff) -> Value {
        let is_purely_additive = diff.is_purely_additive();
        let packages = diff.packages.into_iter();
        Value {
            packages: packages.map(|one| Arc::new(one.into())).collect(),
            unowned: filenames(&diff.unowned),
            is_purely_additive,
        }
    }
}

impl Border for OstreeSysrootUnlockPackageDiff {
    type Value = Value;
    const NAME: &'static str = "diff";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockPackageDiff";
}

/// ostree_sysroot_unlock_package_diff_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_package_diff_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockPackageDiff>(&TYPE))
}

/// ostree_sysroot_unlock_package_diff_ref:
/// @diff: a diff
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @diff
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_package_diff_ref(
    diff: *mut OstreeSysrootUnlockPackageDiff,
) -> *mut OstreeSysrootUnlockPackageDiff {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(diff) })
}

/// ostree_sysroot_unlock_package_diff_unref:
/// @diff: (transfer full): a diff
///
/// Gives a reference up; with the last one @diff is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_package_diff_unref(
    diff: *mut OstreeSysrootUnlockPackageDiff,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(diff) });
}

/// ostree_sysroot_unlock_package_diff_get_packages:
/// @diff: a diff
///
/// Returns: (transfer container) (element-type OstreeSysrootUnlockPackageDifference): each
/// package that is not as it was, sorted by name; free with g_ptr_array_unref()
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_package_diff_get_packages(
    diff: *mut OstreeSysrootUnlockPackageDiff,
) -> *mut GPtrArray {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(diff, |diff| {
            give_all::<OstreeSysrootUnlockPackageDifference>(&diff.packages)
        })
    }
}

/// ostree_sysroot_unlock_package_diff_get_unowned:
/// @diff: a diff
///
/// Returns: (transfer none) (array zero-terminated=1) (element-type filename): the files that
/// were added, changed or removed and belong to no package, sorted; without directories, and
/// without the databases of packages
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_package_diff_get_unowned(
    diff: *mut OstreeSysrootUnlockPackageDiff,
) -> *const *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(diff, |diff| diff.unowned.as_ptr()) }
}

/// ostree_sysroot_unlock_package_diff_is_purely_additive:
/// @diff: a diff
///
/// Returns: %TRUE if packages were added and nothing else became of any; files that belong to
/// none do not count
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_package_diff_is_purely_additive(
    diff: *mut OstreeSysrootUnlockPackageDiff,
) -> gboolean {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(diff, |diff| diff.is_purely_additive.into()) }
}
