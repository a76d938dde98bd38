// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockDetection`: what a package manager has to know.

use std::ffi::{CStr, c_char, c_int};
use std::sync::OnceLock;

use glib::GString;
use glib_sys::{GType, gboolean};
use ostree_sys::OstreeDeploymentUnlockedState;

use crate::capi::boxed::{Border, add_reference, drop_reference, register};
use crate::capi::guard::{guard_quiet, method};
use crate::capi::text::{pointer, text};
use crate::verbs::detect::Detection;

/// OstreeSysrootUnlockDetection:
///
/// What a package manager has to know before it writes below `/usr`, from
/// ostree_sysroot_unlock_detect(). It never changes, and may be used by several threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockDetection(());

pub struct Value {
    os: Option<GString>,
    commit: Option<GString>,
    manager: Option<GString>,
    message: GString,
    rest: Detection,
}

impl From<Detection> for Value {
    fn from(detection: Detection) -> Value {
        let deployment = detection.deployment.as_ref();
        Value {
            os: deployment.map(|deployment| text(&deployment.os)),
            commit: deployment.map(|deployment| text(&deployment.commit)),
            manager: detection.manager.map(|manager| text(manager.name())),
            message: text(&detection.message),
            rest: detection,
        }
    }
}

impl Border for OstreeSysrootUnlockDetection {
    type Value = Value;
    const NAME: &'static str = "detection";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockDetection";
}

/// ostree_sysroot_unlock_detection_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_detection_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockDetection>(&TYPE))
}

/// ostree_sysroot_unlock_detection_ref:
/// @detection: a detection
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @detection
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_detection_ref(
    detection: *mut OstreeSysrootUnlockDetection,
) -> *mut OstreeSysrootUnlockDetection {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(detection) })
}

/// ostree_sysroot_unlock_detection_unref:
/// @detection: (transfer full): a detection
///
/// Gives a reference up; with the last one @detection is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_detection_unref(
    detection: *mut OstreeSysrootUnlockDetection,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(detection) });
}

/// ostree_sysroot_unlock_detection_is_booted:
/// @detection: a detection
///
/// Returns: %TRUE if the running system was booted by OSTree
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_detection_is_booted(
    detection: *mut OstreeSysrootUnlockDetection,
) -> gboolean {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(detection, |detection| detection.rest.booted.into()) }
}

/// ostree_sysroot_unlock_detection_get_os:
/// @detection: a detection
///
/// Returns: (transfer none) (nullable): the stateroot of the booted deployment, or %NULL if the
/// system was not booted by OSTree
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_detection_get_os(
    detection: *mut OstreeSysrootUnlockDetection,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(detection, |detection| pointer(detection.os.as_ref())) }
}

/// ostree_sysroot_unlock_detection_get_commit:
/// @detection: a detection
///
/// Returns: (transfer none) (nullable): the checksum of the commit of the booted deployment, or
/// %NULL if the system was not booted by OSTree
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_detection_get_commit(
    detection: *mut OstreeSysrootUnlockDetection,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(detection, |detection| pointer(detection.commit.as_ref())) }
}

/// ostree_sysroot_unlock_detection_get_serial:
/// @detection: a detection
///
/// Returns: the number that tells deployments of one commit apart, or -1 if the system was not
/// booted by OSTree
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_detection_get_serial(
    detection: *mut OstreeSysrootUnlockDetection,
) -> c_int {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(detection, |detection| {
            detection.rest.deployment.as_ref().map_or(-1, |d| d.serial)
        })
    }
}

/// ostree_sysroot_unlock_detection_get_manager:
/// @detection: a detection
///
/// Who makes deployments here, and so where a change belongs that is to stay: `bootc`,
/// `rpm-ostree`, or `ostree` for `ostree admin` and all other programs that call libostree. More
/// may be added.
///
/// Returns: (transfer none) (nullable): the name, or %NULL where there is no booted deployment
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_detection_get_manager(
    detection: *mut OstreeSysrootUnlockDetection,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(detection, |detection| pointer(detection.manager.as_ref())) }
}

/// ostree_sysroot_unlock_detection_get_state:
/// @detection: a detection
///
/// Returns: in which state `/usr` is, as the kernel shows it
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_detection_get_state(
    detection: *mut OstreeSysrootUnlockDetection,
) -> OstreeDeploymentUnlockedState {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(detection, |detection| {
            detection.rest.state as OstreeDeploymentUnlockedState
        })
    }
}

/// ostree_sysroot_unlock_detection_is_read_only:
/// @detection: a detection
///
/// Returns: %TRUE if `/usr` is mounted read-only, as the caller sees it
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_detection_is_read_only(
    detection: *mut OstreeSysrootUnlockDetection,
) -> gboolean {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(detection, |detection| detection.rest.read_only.into()) }
}

/// ostree_sysroot_unlock_detection_is_writable:
/// @detection: a detection
///
/// Returns: %TRUE if the caller could write below `/usr`: both the mount and the permissions
/// let it
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_detection_is_writable(
    detection: *mut OstreeSysrootUnlockDetection,
) -> gboolean {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(detection, |detection| detection.rest.writable.into()) }
}

/// ostree_sysroot_unlock_detection_is_persistent:
/// @detection: a detection
///
/// Returns: %TRUE if what is written below `/usr` now is still there after a reboot
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_detection_is_persistent(
    detection: *mut OstreeSysrootUnlockDetection,
) -> gboolean {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(detection, |detection| detection.rest.persistent.into()) }
}

/// ostree_sysroot_unlock_detection_get_message:
/// @detection: a detection
///
/// Returns: (transfer none): all of it in one sentence, for people
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_detection_get_message(
    detection: *mut OstreeSysrootUnlockDetection,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(detection, |detection| detection.message.as_ptr()) }
}
