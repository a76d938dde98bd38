// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockPackageDifference`: what became of one package.

use std::ffi::{CStr, c_char};
use std::sync::{Arc, OnceLock};

use glib::GString;
use glib_sys::GType;

use crate::capi::boxed::{Border, add_reference, borrow, drop_reference, register};
use crate::capi::guard::{Nothing, guard_quiet, method};
use crate::capi::package::{self, OstreeSysrootUnlockPackage};
use crate::capi::text::text;
use crate::packages::{PackageChange, PackageDifference, PackageFormat};

/// OstreeSysrootUnlockPackageFormat:
/// @OSTREE_SYSROOT_UNLOCK_PACKAGE_FORMAT_DEB: Debian's, installed by dpkg
/// @OSTREE_SYSROOT_UNLOCK_PACKAGE_FORMAT_RPM: installed by rpm
///
/// The kinds of packages. The numbers never change, and more may be added.
///
/// Since: 2026.1
#[repr(C)]
#[derive(Clone, Copy)]
pub enum OstreeSysrootUnlockPackageFormat {
    Deb = 0,
    Rpm = 1,
}

impl From<PackageFormat> for OstreeSysrootUnlockPackageFormat {
    fn from(value: PackageFormat) -> OstreeSysrootUnlockPackageFormat {
        use OstreeSysrootUnlockPackageFormat as C;
        match value {
            PackageFormat::Deb => C::Deb,
            PackageFormat::Rpm => C::Rpm,
        }
    }
}

impl Nothing for OstreeSysrootUnlockPackageFormat {
    const NOTHING: Self = OstreeSysrootUnlockPackageFormat::Deb;
}

/// OstreeSysrootUnlockPackageChange:
/// @OSTREE_SYSROOT_UNLOCK_PACKAGE_CHANGE_ADDED: it was not there
/// @OSTREE_SYSROOT_UNLOCK_PACKAGE_CHANGE_REMOVED: it is no longer there
/// @OSTREE_SYSROOT_UNLOCK_PACKAGE_CHANGE_UPGRADED: a later version
/// @OSTREE_SYSROOT_UNLOCK_PACKAGE_CHANGE_DOWNGRADED: an earlier version
/// @OSTREE_SYSROOT_UNLOCK_PACKAGE_CHANGE_REINSTALLED: the same version, installed again or
/// otherwise: another build or architecture of it, another state, or another time
///
/// What became of a package. The numbers never change, and more may be added.
///
/// Since: 2026.1
#[repr(C)]
#[derive(Clone, Copy)]
pub enum OstreeSysrootUnlockPackageChange {
    Added = 0,
    Removed = 1,
    Upgraded = 2,
    Downgraded = 3,
    Reinstalled = 4,
}

impl From<PackageChange> for OstreeSysrootUnlockPackageChange {
    fn from(value: PackageChange) -> OstreeSysrootUnlockPackageChange {
        use OstreeSysrootUnlockPackageChange as C;
        match value {
            PackageChange::Added => C::Added,
            PackageChange::Removed => C::Removed,
            PackageChange::Upgraded => C::Upgraded,
            PackageChange::Downgraded => C::Downgraded,
            PackageChange::Reinstalled => C::Reinstalled,
        }
    }
}

impl Nothing for OstreeSysrootUnlockPackageChange {
    const NOTHING: Self = OstreeSysrootUnlockPackageChange::Added;
}

/// OstreeSysrootUnlockPackageDifference:
///
/// What became of one package. It never changes, and may be used by several threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockPackageDifference(());

pub struct Value {
    name: GString,
    format: OstreeSysrootUnlockPackageFormat,
    change: OstreeSysrootUnlockPackageChange,
    before: Option<Arc<package::Value>>,
    after: Option<Arc<package::Value>>,
}

impl From<PackageDifference> for Value {
    fn from(difference: PackageDifference) -> Value {
        Value {
            name: text(&difference.name),
            format: difference.format.into(),
            change: difference.change.into(),
            before: difference.before.map(|package| Arc::new(package.into())),
            after: difference.after.map(|package| Arc::new(package.into())),
        }
    }
}

impl Border for OstreeSysrootUnlockPackageDifference {
    type Value = Value;
    const NAME: &'static str = "difference";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockPackageDifference";
}

/// ostree_sysroot_unlock_package_difference_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_package_difference_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockPackageDifference>(&TYPE))
}

/// ostree_sysroot_unlock_package_difference_ref:
/// @difference: a difference
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @difference
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_package_difference_ref(
    difference: *mut OstreeSysrootUnlockPackageDifference,
) -> *mut OstreeSysrootUnlockPackageDifference {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(difference) })
}

/// ostree_sysroot_unlock_package_difference_unref:
/// @difference: (transfer full): a difference
///
/// Gives a reference up; with the last one @difference is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_package_difference_unref(
    difference: *mut OstreeSysrootUnlockPackageDifference,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(difference) });
}

/// ostree_sysroot_unlock_package_difference_get_name:
/// @difference: a difference
///
/// Returns: (transfer none): the name of the package
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_package_difference_get_name(
    difference: *mut OstreeSysrootUnlockPackageDifference,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(difference, |difference| difference.name.as_ptr()) }
}

/// ostree_sysroot_unlock_package_difference_get_format:
/// @difference: a difference
///
/// Returns: of which kind it is
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_package_difference_get_format(
    difference: *mut OstreeSysrootUnlockPackageDifference,
) -> OstreeSysrootUnlockPackageFormat {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(difference, |difference| difference.format) }
}

/// ostree_sysroot_unlock_package_difference_get_change:
/// @difference: a difference
///
/// Returns: what became of it
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_package_difference_get_change(
    difference: *mut OstreeSysrootUnlockPackageDifference,
) -> OstreeSysrootUnlockPackageChange {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(difference, |difference| difference.change) }
}

/// ostree_sysroot_unlock_package_difference_get_before:
/// @difference: a difference
///
/// Returns: (transfer none) (nullable): what was there, or %NULL where it was added
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_package_difference_get_before(
    difference: *mut OstreeSysrootUnlockPackageDifference,
) -> *mut OstreeSysrootUnlockPackage {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(difference, |difference| borrow(difference.before.as_ref())) }
}

/// ostree_sysroot_unlock_package_difference_get_after:
/// @difference: a difference
///
/// Returns: (transfer none) (nullable): what is there, or %NULL where it was removed
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_package_difference_get_after(
    difference: *mut OstreeSysrootUnlockPackageDifference,
) -> *mut OstreeSysrootUnlockPackage {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(difference, |difference| borrow(difference.after.as_ref())) }
}
