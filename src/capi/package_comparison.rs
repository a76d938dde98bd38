// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockPackageComparison`: what became of the packages.

use std::ffi::{CStr, c_char};
use std::sync::{Arc, OnceLock};

use glib_sys::{GPtrArray, GType, gboolean};

use crate::capi::boxed::{Border, add_reference, drop_reference, give_all, register};
use crate::capi::guard::{guard_quiet, method};
use crate::capi::package_difference::{self, OstreeSysrootUnlockPackageDifference};
use crate::capi::text::Filenames;
use crate::verbs::package_diff::PackageDiff;

/// OstreeSysrootUnlockPackageComparison:
///
/// What became of the packages between two trees, and which of the changed files belong to
/// none, from ostree_sysroot_unlock_package_diff() and
/// ostree_sysroot_unlock_package_diff_commits(). It never changes, and may be used by several
/// threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockPackageComparison(());

pub struct Value {
    packages: Vec<Arc<package_difference::Value>>,
    unowned: Filenames,
    purely_additive: bool,
}

impl From<PackageDiff> for Value {
    fn from(diff: PackageDiff) -> Value {
        Value {
            purely_additive: diff.is_purely_additive(),
            unowned: Filenames::new(&diff.unowned),
            packages: diff
                .packages
                .into_iter()
                .map(|package| Arc::new(package.into()))
                .collect(),
        }
    }
}

impl Border for OstreeSysrootUnlockPackageComparison {
    type Value = Value;
    const NAME: &'static str = "comparison";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockPackageComparison";
}

/// ostree_sysroot_unlock_package_comparison_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_package_comparison_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockPackageComparison>(&TYPE))
}

/// ostree_sysroot_unlock_package_comparison_ref:
/// @comparison: a comparison
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @comparison
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_package_comparison_ref(
    comparison: *mut OstreeSysrootUnlockPackageComparison,
) -> *mut OstreeSysrootUnlockPackageComparison {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(comparison) })
}

/// ostree_sysroot_unlock_package_comparison_unref:
/// @comparison: (transfer full): a comparison
///
/// Gives a reference up; with the last one @comparison is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_package_comparison_unref(
    comparison: *mut OstreeSysrootUnlockPackageComparison,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(comparison) });
}

/// ostree_sysroot_unlock_package_comparison_get_packages:
/// @comparison: a comparison
///
/// Returns: (transfer container) (element-type OstreeSysrootUnlockPackageDifference): each
/// package that is not as it was, sorted by name; maybe none; free with g_ptr_array_unref()
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_package_comparison_get_packages(
    comparison: *mut OstreeSysrootUnlockPackageComparison,
) -> *mut GPtrArray {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(comparison, |comparison| {
            give_all::<OstreeSysrootUnlockPackageDifference>(&comparison.packages)
        })
    }
}

/// ostree_sysroot_unlock_package_comparison_get_unowned:
/// @comparison: a comparison
///
/// The files that were added, changed or removed, and belong to no package: what is there to
/// none that is there, what is gone to none that was there. Without directories, and without
/// the databases of packages.
///
/// Returns: (transfer none) (array zero-terminated=1) (element-type filename): the paths,
/// sorted; maybe none
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_package_comparison_get_unowned(
    comparison: *mut OstreeSysrootUnlockPackageComparison,
) -> *const *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(comparison, |comparison| comparison.unowned.as_ptr()) }
}

/// ostree_sysroot_unlock_package_comparison_is_purely_additive:
/// @comparison: a comparison
///
/// Returns: %TRUE if nothing became of any package but that some were added; files that belong
/// to none do not count
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_package_comparison_is_purely_additive(
    comparison: *mut OstreeSysrootUnlockPackageComparison,
) -> gboolean {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(comparison, |comparison| comparison.purely_additive.into()) }
}
