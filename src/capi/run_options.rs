// SPDX-License-Identifier: LGPL-2.1-or-later
//! The options of a command in another commit, or in a deployment that is not booted, each a setter
//! of `OstreeSysrootUnlockOptions`.

use std::ffi::c_char;

use glib_sys::{GFALSE, gboolean};

use crate::capi::guard::method;
use crate::capi::options::OstreeSysrootUnlockOptions;
use crate::capi::text::read_text;
use crate::capi::types::HomeNumber;

/// ostree_sysroot_unlock_options_set_merge_etc:
/// @options: the options
/// @merge_etc: %TRUE to merge
///
/// `enter_commit`: have `/etc` be a copy, in memory, into which the defaults of the commit are
/// merged: where what is there is as the old default, it is as the new one. It is gone with the
/// last process that sees it. The default is that `/etc` is that of the system.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_merge_etc(
    options: *mut OstreeSysrootUnlockOptions,
    merge_etc: gboolean,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.change(|o| o.merge_etc(merge_etc != GFALSE))
        })
    }
}

/// ostree_sysroot_unlock_options_set_scratch_var:
/// @options: the options
/// @scratch_var: %TRUE to have a copy
///
/// `enter_deployment`: what is written to `/var` goes to a copy of it, in memory, which is gone
/// with the last process that sees it. The default is that nothing can be written there.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_scratch_var(
    options: *mut OstreeSysrootUnlockOptions,
    scratch_var: gboolean,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.change(|o| o.scratch_var(scratch_var != GFALSE))
        })
    }
}

/// ostree_sysroot_unlock_options_set_home:
/// @options: the options
/// @home: whose
///
/// `enter_deployment`: what `/home` and `/root` are. The default is that they are as the rest of
/// `/var`. A value that this library does not know makes it fail with
/// %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_home(
    options: *mut OstreeSysrootUnlockOptions,
    home: HomeNumber,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(options, |options| options.set().home = Some(home)) }
}

/// ostree_sysroot_unlock_options_set_record:
/// @options: the options
/// @record: (nullable): a name
///
/// `enter_deployment`: forget what was recorded under this name, as it is about to be done anew;
/// ostree_sysroot_unlock_record() writes it once that has succeeded. The default, which %NULL
/// stands for, is to forget nothing.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_record(
    options: *mut OstreeSysrootUnlockOptions,
    record: *const c_char,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.set().options.record = read_text(record)
        })
    }
}

/// ostree_sysroot_unlock_options_set_for_commit:
/// @options: the options
/// @checksum: (nullable): the checksum of a commit
///
/// `enter_deployment` and `record`: fail with %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT where
/// the deployment is of another commit. The default, which %NULL stands for, is to take any.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_for_commit(
    options: *mut OstreeSysrootUnlockOptions,
    checksum: *const c_char,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.set().options.for_commit = read_text(checksum)
        })
    }
}
