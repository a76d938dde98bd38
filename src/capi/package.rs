// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockPackage`: a package as it is in a tree.

use std::ffi::{CStr, c_char};
use std::sync::OnceLock;

use glib::GString;
use glib_sys::GType;

use crate::capi::boxed::{Border, add_reference, drop_reference, register};
use crate::capi::guard::{Nothing, guard_quiet, method};
use crate::capi::text::text;
use crate::packages::{Package, PackageState};

/// OstreeSysrootUnlockPackageState:
/// @OSTREE_SYSROOT_UNLOCK_PACKAGE_STATE_INSTALLED: as it should be
/// @OSTREE_SYSROOT_UNLOCK_PACKAGE_STATE_HALF_INSTALLED: its files are there in part
/// @OSTREE_SYSROOT_UNLOCK_PACKAGE_STATE_UNPACKED: its files are there, and nothing was configured
/// @OSTREE_SYSROOT_UNLOCK_PACKAGE_STATE_HALF_CONFIGURED: its configuration broke off
///
/// How far a package is installed. The numbers never change, and more may be added.
///
/// Since: 2026.1
#[repr(C)]
#[derive(Clone, Copy)]
pub enum OstreeSysrootUnlockPackageState {
    Installed = 0,
    HalfInstalled = 1,
    Unpacked = 2,
    HalfConfigured = 3,
}

impl From<PackageState> for OstreeSysrootUnlockPackageState {
    fn from(value: PackageState) -> OstreeSysrootUnlockPackageState {
        use OstreeSysrootUnlockPackageState as C;
        match value {
            PackageState::Installed => C::Installed,
            PackageState::HalfInstalled => C::HalfInstalled,
            PackageState::Unpacked => C::Unpacked,
            PackageState::HalfConfigured => C::HalfConfigured,
        }
    }
}

impl Nothing for OstreeSysrootUnlockPackageState {
    const NOTHING: Self = OstreeSysrootUnlockPackageState::Installed;
}

/// OstreeSysrootUnlockPackage:
///
/// A package as it is on one side of a difference. It never changes, and may be used by several
/// threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockPackage(());

pub struct Value {
    version: GString,
    architecture: GString,
    state: OstreeSysrootUnlockPackageState,
}

impl From<Package> for Value {
    fn from(package: Package) -> Value {
        Value {
            version: text(&package.version),
            architecture: text(&package.architecture),
            state: package.state.into(),
        }
    }
}

impl Border for OstreeSysrootUnlockPackage {
    type Value = Value;
    const NAME: &'static str = "package";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockPackage";
}

/// ostree_sysroot_unlock_package_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_package_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockPackage>(&TYPE))
}

/// ostree_sysroot_unlock_package_ref:
/// @package: a package
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @package
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_package_ref(
    package: *mut OstreeSysrootUnlockPackage,
) -> *mut OstreeSysrootUnlockPackage {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(package) })
}

/// ostree_sysroot_unlock_package_unref:
/// @package: (transfer full): a package
///
/// Gives a reference up; with the last one @package is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_package_unref(
    package: *mut OstreeSysrootUnlockPackage,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(package) });
}

/// ostree_sysroot_unlock_package_get_version:
/// @package: a package
///
/// Returns: (transfer none): its version, with epoch and release where it has them
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_package_get_version(
    package: *mut OstreeSysrootUnlockPackage,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(package, |package| package.version.as_ptr()) }
}

/// ostree_sysroot_unlock_package_get_architecture:
/// @package: a package
///
/// Returns: (transfer none): for which machines it is, in the words of its format; empty
/// where nothing is said
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_package_get_architecture(
    package: *mut OstreeSysrootUnlockPackage,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(package, |package| package.architecture.as_ptr()) }
}

/// ostree_sysroot_unlock_package_get_state:
/// @package: a package
///
/// Returns: how far it is installed
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_package_get_state(
    package: *mut OstreeSysrootUnlockPackage,
) -> OstreeSysrootUnlockPackageState {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(package, |package| package.state) }
}
