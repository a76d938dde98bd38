// SPDX-License-Identifier: LGPL-2.1-or-later
//! The options of `commit` and `keep`, each a setter of `OstreeSysrootUnlockOptions`.

use std::ffi::c_char;

use glib_sys::{GFALSE, gboolean};

use crate::capi::guard::method;
use crate::capi::options::OstreeSysrootUnlockOptions;
use crate::capi::text::{read_path, read_text};
use crate::capi::types::{DeployNumber, PreferNumber};

/// ostree_sysroot_unlock_options_set_subject:
/// @options: the options
/// @subject: (nullable): one line
///
/// `commit` and `keep_save`: what it is. The default, which %NULL stands for, names the state
/// that the changes were made in, or is the name that they are kept under.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_subject(
    options: *mut OstreeSysrootUnlockOptions,
    subject: *const c_char,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.set().options.subject = read_text(subject)
        })
    }
}

/// ostree_sysroot_unlock_options_set_body:
/// @options: the options
/// @body: (nullable): as many lines as it takes
///
/// `commit`: more about it. The default, which %NULL stands for, is nothing.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_body(
    options: *mut OstreeSysrootUnlockOptions,
    body: *const c_char,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.set().options.body = read_text(body)
        })
    }
}

/// ostree_sysroot_unlock_options_add_etc_path:
/// @options: the options
/// @path: (type filename): a path of `/etc`, or `/etc` itself
///
/// `commit` and `keep_save`: take in what was changed at @path or below it, as a default in
/// `/usr/etc`; may be called several times. With `/etc` itself, what belongs to this machine
/// alone, such as `machine-id` and `passwd`, is left out. The default is to take in nothing of
/// `/etc`. A path that is not in `/etc` makes the operation fail with
/// %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_add_etc_path(
    options: *mut OstreeSysrootUnlockOptions,
    path: *const c_char,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.change(|o| o.etc_path(read_path(path)))
        })
    }
}

/// ostree_sysroot_unlock_options_set_onto:
/// @options: the options
/// @onto: (nullable): a checksum or a ref
///
/// `commit`: replay the changes on this commit, path by path, instead of on what they were made
/// on, which is the default and what %NULL stands for.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_onto(
    options: *mut OstreeSysrootUnlockOptions,
    onto: *const c_char,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.set().options.onto = read_text(onto)
        })
    }
}

/// ostree_sysroot_unlock_options_add_preference:
/// @options: the options
/// @path: (type filename): an absolute path; `/` is everywhere
/// @prefer: whose version
///
/// `commit` and `keep_restore`, where changes come onto something else than they were made on:
/// whose version is taken at @path and below it, where both sides changed the same; may be
/// called several times, and of those that fit, the longest path counts. By default such a
/// conflict makes the operation fail with %OSTREE_SYSROOT_UNLOCK_ERROR_CONFLICT.
///
/// `apply` and `rollback`, where what was written hides what the commit changes: with
/// %OSTREE_SYSROOT_UNLOCK_PREFER_CHANGES it goes on hiding that. There is no other way to decide
/// it, as what was written is never taken away.
///
/// A path that is not absolute, or a value that this library does not know, makes it fail with
/// %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_add_preference(
    options: *mut OstreeSysrootUnlockOptions,
    path: *const c_char,
    prefer: PreferNumber,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.set().preferences.push((read_path(path), prefer))
        })
    }
}

/// ostree_sysroot_unlock_options_set_skip_special:
/// @options: the options
/// @skip_special: %TRUE to leave it out
///
/// `commit` and `keep_save`: leave out what cannot be in a commit, such as devices, sockets and
/// names that are not UTF-8, and name it in the result. The default is to refuse it with
/// %OSTREE_SYSROOT_UNLOCK_ERROR_UNSUPPORTED.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_skip_special(
    options: *mut OstreeSysrootUnlockOptions,
    skip_special: gboolean,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.change(|o| o.skip_special(skip_special != GFALSE))
        })
    }
}

/// ostree_sysroot_unlock_options_set_repo:
/// @options: the options
/// @path: (type filename) (nullable): a directory
///
/// `commit`: the repository that gets it; the system's is the default, and what %NULL stands
/// for. It is not deployed from there.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_repo(
    options: *mut OstreeSysrootUnlockOptions,
    path: *const c_char,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.set().options.repo = (!path.is_null()).then(|| read_path(path))
        })
    }
}

/// ostree_sysroot_unlock_options_set_branch:
/// @options: the options
/// @branch: (nullable): the name of a ref
///
/// `commit`: the ref that then leads to it. The default, which %NULL stands for, is
/// `unlock/commit/` and the stateroot; where it is deployed, none.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_branch(
    options: *mut OstreeSysrootUnlockOptions,
    branch: *const c_char,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.set().options.branch = read_text(branch)
        })
    }
}

/// ostree_sysroot_unlock_options_add_gpg_key:
/// @options: the options
/// @id: the id of a key
///
/// `commit`: sign it with this GPG key; may be called several times. A key that is %NULL or
/// empty makes the operation fail with %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_add_gpg_key(
    options: *mut OstreeSysrootUnlockOptions,
    id: *const c_char,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.change(|o| o.gpg_key(read_text(id).unwrap_or_default()))
        })
    }
}

/// ostree_sysroot_unlock_options_set_gpg_home:
/// @options: the options
/// @directory: (type filename) (nullable): a directory
///
/// `commit`: where GPG has its keys. The default, which %NULL stands for, is where it looks by
/// itself.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_gpg_home(
    options: *mut OstreeSysrootUnlockOptions,
    directory: *const c_char,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.set().options.signers.gpg_home =
                (!directory.is_null()).then(|| read_path(directory))
        })
    }
}

/// ostree_sysroot_unlock_options_add_sign_key:
/// @options: the options
/// @kind: a kind of signature that libostree knows, such as `ed25519`
/// @key: the secret key, as `ostree sign` takes it
///
/// `commit`: sign it with this key; may be called several times. It stays in memory as long as
/// @options. One that is %NULL or empty makes the operation fail with
/// %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_add_sign_key(
    options: *mut OstreeSysrootUnlockOptions,
    kind: *const c_char,
    key: *const c_char,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            let read = |given| read_text(given).unwrap_or_default();
            options.change(|o| o.sign_key(read(kind), read(key)))
        })
    }
}

/// ostree_sysroot_unlock_options_set_deploy:
/// @options: the options
/// @deploy: how
///
/// `commit`: have it booted next, with the kernel arguments and the `/etc` of the deployment
/// that `ostree admin deploy` would take them from. The default is not to. `apply`: the same with
/// %OSTREE_SYSROOT_UNLOCK_DEPLOY_STAGED; the other value is refused. A value that this library does not know makes the operation fail with
/// %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_deploy(
    options: *mut OstreeSysrootUnlockOptions,
    deploy: DeployNumber,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(options, |options| options.set().deploy = Some(deploy)) }
}

/// ostree_sysroot_unlock_options_set_kept:
/// @options: the options
/// @kept: (nullable): a name
///
/// `commit` and `diff`: of what was kept under this name by ostree_sysroot_unlock_keep_save(),
/// instead of what was written to `/usr`, which is the default and what %NULL stands for. On
/// another deployment than it was made on, the changes are replayed.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_kept(
    options: *mut OstreeSysrootUnlockOptions,
    kept: *const c_char,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.set().options.kept = read_text(kept)
        })
    }
}

/// ostree_sysroot_unlock_options_set_scratch:
/// @options: the options
/// @scratch: %TRUE for the scratch
///
/// `commit` and `keep_save`: of what is in the scratch of
/// ostree_sysroot_unlock_enter_scratch(), its `/etc` included, instead of what was written to
/// `/usr`, which is the default. `diff`: of the `/usr` of the scratch.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_scratch(
    options: *mut OstreeSysrootUnlockOptions,
    scratch: gboolean,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.change(|o| o.scratch(scratch != GFALSE))
        })
    }
}
