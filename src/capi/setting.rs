// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockSetting`: one setting of the configuration, and where it stands.

use std::ffi::{CStr, CString, c_char};
use std::ptr;
use std::sync::OnceLock;

use glib::GString;
use glib_sys::GType;

use crate::capi::boxed::{Border, add_reference, drop_reference, register};
use crate::capi::guard::{guard_quiet, method};
use crate::capi::text::{filename, text};
use crate::capi::types::guint;
use crate::config::{Origin, Setting};

/// OstreeSysrootUnlockSetting:
///
/// One setting of the configuration, and where it stands. It never changes, and may be used by
/// several threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockSetting(());

pub struct Value {
    key: GString,
    value: GString,
    origin: Option<(CString, guint)>,
}

impl From<Setting> for Value {
    fn from(setting: Setting) -> Value {
        let place = |Origin { path, line }| {
            let line = line.try_into().unwrap_or(guint::MAX);
            (filename(&path), line)
        };
        Value {
            key: text(setting.key),
            value: text(&setting.value),
            origin: setting.origin.map(place),
        }
    }
}

impl Border for OstreeSysrootUnlockSetting {
    type Value = Value;
    const NAME: &'static str = "setting";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockSetting";
}

/// ostree_sysroot_unlock_setting_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_setting_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockSetting>(&TYPE))
}

/// ostree_sysroot_unlock_setting_ref:
/// @setting: a setting
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @setting
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_setting_ref(
    setting: *mut OstreeSysrootUnlockSetting,
) -> *mut OstreeSysrootUnlockSetting {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(setting) })
}

/// ostree_sysroot_unlock_setting_unref:
/// @setting: (transfer full): a setting
///
/// Gives a reference up; with the last one @setting is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_setting_unref(
    setting: *mut OstreeSysrootUnlockSetting,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(setting) });
}

/// ostree_sysroot_unlock_setting_get_key:
/// @setting: a setting
///
/// Returns: (transfer none): its key, as ostree-unlock.conf(5) has it
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_setting_get_key(
    setting: *mut OstreeSysrootUnlockSetting,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(setting, |setting| setting.key.as_ptr()) }
}

/// ostree_sysroot_unlock_setting_get_value:
/// @setting: a setting
///
/// Returns: (transfer none): what holds, a size in bytes; empty where nothing is set and there is
/// no default
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_setting_get_value(
    setting: *mut OstreeSysrootUnlockSetting,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(setting, |setting| setting.value.as_ptr()) }
}

/// ostree_sysroot_unlock_setting_get_path:
/// @setting: a setting
///
/// Returns: (transfer none) (type filename) (nullable): the file that it stands in, or %NULL where
/// it is the default
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_setting_get_path(
    setting: *mut OstreeSysrootUnlockSetting,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(setting, |setting| {
            setting
                .origin
                .as_ref()
                .map_or(ptr::null(), |(path, _)| path.as_ptr())
        })
    }
}

/// ostree_sysroot_unlock_setting_get_line:
/// @setting: a setting
///
/// Returns: the line in that file, from 1, or 0 where it is the default
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_setting_get_line(
    setting: *mut OstreeSysrootUnlockSetting,
) -> guint {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(setting, |setting| {
            setting.origin.as_ref().map_or(0, |(_, line)| *line)
        })
    }
}
