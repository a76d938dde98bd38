// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockPackageSide`: what a package is on one side of a comparison.

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
/// @OSTREE_SYSROOT_UNLOCK_PACKAGE_STATE_UNPACKED: its files are there, and nothing was
/// configured
/// @OSTREE_SYSROOT_UNLOCK_PACKAGE_STATE_HALF_CONFIGURED: its configuration broke off
///
/// How far a package is installed. rpm knows only the first; to dpkg the others are failures,
/// or somebody is at it. The numbers never change, and more may be added.
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
    fn from(from: PackageState) -> OstreeSysrootUnlockPackageState {
        use OstreeSysrootUnlockPackageState as C;
        match from {
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

/// OstreeSysrootUnlockPackageSide:
///
/// What a package is on one side of a comparison. It never changes, and may be used by several
/// threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockPackageSide(());

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

impl Border for OstreeSysrootUnlockPackageSide {
    type Value = Value;
    const NAME: &'static str = "side";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockPackageSide";
}

/// ostree_sysroot_unlock_package_side_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_package_side_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockPackageSide>(&TYPE))
}

/// ostree_sysroot_unlock_package_side_ref:
/// @side: a side
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @side
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_package_side_ref(
    side: *mut OstreeSysrootUnlockPackageSide,
) -> *mut OstreeSysrootUnlockPackageSide {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(side) })
}

/// ostree_sysroot_unlock_package_side_unref:
/// @side: (transfer full): a side
///
/// Gives a reference up; with the last one @side is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_package_side_unref(
    side: *mut OstreeSysrootUnlockPackageSide,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(side) });
}

/// ostree_sysroot_unlock_package_side_get_version:
/// @side: a side
///
/// Returns: (transfer none): the version, with its epoch and release where it has them
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_package_side_get_version(
    side: *mut OstreeSysrootUnlockPackageSide,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(side, |side| side.version.as_ptr()) }
}

/// ostree_sysroot_unlock_package_side_get_architecture:
/// @side: a side
///
/// Returns: (transfer none): for which machines it is, in the words of its format; empty where
/// nothing is said
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_package_side_get_architecture(
    side: *mut OstreeSysrootUnlockPackageSide,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(side, |side| side.architecture.as_ptr()) }
}

/// ostree_sysroot_unlock_package_side_get_state:
/// @side: a side
///
/// Returns: how far it is installed
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_package_side_get_state(
    side: *mut OstreeSysrootUnlockPackageSide,
) -> OstreeSysrootUnlockPackageState {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(side, |side| side.state) }
}
