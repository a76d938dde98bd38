// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockConfiguration`: what was decided for every caller, and the function that
//! reads it.

use std::ffi::{CStr, c_char};
use std::sync::{Arc, OnceLock};

use glib::StrV;
use glib_sys::{GError, GPtrArray, GType};

use crate::capi::boxed::{Border, add_reference, drop_reference, give_all, hand_over, register};
use crate::capi::guard::{guard, guard_quiet, method};
use crate::capi::setting::{self, OstreeSysrootUnlockSetting};
use crate::capi::text::{list, texts};
use crate::config::{Config, config};

/// OstreeSysrootUnlockConfiguration:
///
/// What whoever administers the system has decided for every caller: what may be begun, with which
/// defaults and limits. It never changes, and may be used by several threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockConfiguration(());

pub struct Value {
    settings: Vec<Arc<setting::Value>>,
    warnings: StrV,
}

impl From<Config> for Value {
    fn from(config: Config) -> Value {
        let settings = config.settings().into_iter();
        Value {
            settings: settings.map(|one| Arc::new(one.into())).collect(),
            warnings: texts(config.warnings()),
        }
    }
}

impl Border for OstreeSysrootUnlockConfiguration {
    type Value = Value;
    const NAME: &'static str = "configuration";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockConfiguration";
}

/// ostree_sysroot_unlock_configuration_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_configuration_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockConfiguration>(&TYPE))
}

/// ostree_sysroot_unlock_configuration_ref:
/// @configuration: a configuration
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @configuration
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_configuration_ref(
    configuration: *mut OstreeSysrootUnlockConfiguration,
) -> *mut OstreeSysrootUnlockConfiguration {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(configuration) })
}

/// ostree_sysroot_unlock_configuration_unref:
/// @configuration: (transfer full): a configuration
///
/// Gives a reference up; with the last one @configuration is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_configuration_unref(
    configuration: *mut OstreeSysrootUnlockConfiguration,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(configuration) });
}

/// ostree_sysroot_unlock_configuration_get_settings:
/// @configuration: a configuration
///
/// Returns: (transfer container) (element-type OstreeSysrootUnlockSetting): every setting, in the
/// order of ostree-unlock.conf(5), set or not; free with g_ptr_array_unref()
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_configuration_get_settings(
    configuration: *mut OstreeSysrootUnlockConfiguration,
) -> *mut GPtrArray {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(configuration, |configuration| {
            give_all::<OstreeSysrootUnlockSetting>(&configuration.settings)
        })
    }
}

/// ostree_sysroot_unlock_configuration_get_warnings:
/// @configuration: a configuration
///
/// Returns: (transfer none) (array zero-terminated=1): what was skipped, as this version does not
/// know it, for people, with file and line; maybe none
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_configuration_get_warnings(
    configuration: *mut OstreeSysrootUnlockConfiguration,
) -> *const *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(configuration, |configuration| list(&configuration.warnings)) }
}

/// ostree_sysroot_unlock_config:
/// @error: return location for an error, or %NULL
///
/// What whoever administers this system has decided for every caller, as ostree-unlock.conf(5) says
/// it, and where each value comes from. ostree_sysroot_unlock_begin() and
/// ostree_sysroot_unlock_apply() keep to it. Reads files alone: it needs no sysroot and no
/// privilege, and changes nothing.
///
/// Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_FAILED if a value cannot be understood, and names file
/// and line, or if a file cannot be read, and with %OSTREE_SYSROOT_UNLOCK_ERROR_PERMISSION_DENIED
/// if it must not.
///
/// Returns: (transfer full): the configuration, or %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_config(
    error: *mut *mut GError,
) -> *mut OstreeSysrootUnlockConfiguration {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { guard(error, || config().map(hand_over)) }
}
