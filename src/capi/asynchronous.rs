// SPDX-License-Identifier: LGPL-2.1-or-later
//! The verbs that can take long, on a thread of GIO's: `_async` keeps the arguments, and
//! `_finish` gives what came of it.

use std::ffi::c_char;

use gio_sys::{GAsyncReadyCallback, GAsyncResult, GCancellable};
use glib_sys::{GError, gpointer};
use ostree_sys::{
    OstreeAsyncProgress, OstreeDeployment, OstreeDeploymentUnlockedState, OstreeSysroot,
};

use crate::capi::guard::{guard, guard_quiet};
use crate::capi::options::OstreeSysrootUnlockOptions;
use crate::capi::outcome::OstreeSysrootUnlockOutcome;
use crate::capi::request::{Moved, Request, name as given_name, state as known_state};
use crate::capi::revision::OstreeSysrootUnlockRevision;
use crate::capi::task::{Made, finish, start};
use crate::capi::transfer::OstreeSysrootUnlockTransfer;
use crate::verbs::begin::begin;
use crate::verbs::cleanup::cleanup;
use crate::verbs::commit::commit;
use crate::verbs::end::end;
use crate::verbs::keep::{keep_restore, keep_save};

/// ostree_sysroot_unlock_begin_async:
/// @sysroot: the booted sysroot
/// @deployment: (nullable): the booted deployment, or %NULL for just that
/// @state: the state to bring `/usr` to
/// @options: (nullable): as ostree_sysroot_unlock_begin() takes them
/// @progress: (nullable): is told what is being done
/// @cancellable: (nullable): stops it
/// @callback: (scope async) (closure user_data): is called in the thread-default main context
/// of the caller when it is done
/// @user_data: for @callback
///
/// The same as ostree_sysroot_unlock_begin(), on another thread. What it takes is kept as long
/// as it is needed. Every error, one in the arguments too, comes from
/// ostree_sysroot_unlock_begin_finish().
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_begin_async(
    sysroot: *mut OstreeSysroot,
    deployment: *mut OstreeDeployment,
    state: OstreeDeploymentUnlockedState,
    options: *mut OstreeSysrootUnlockOptions,
    progress: *mut OstreeAsyncProgress,
    cancellable: *mut GCancellable,
    callback: GAsyncReadyCallback,
    user_data: gpointer,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe {
        let request = Request::new(sysroot, deployment, options, progress, cancellable).map(Moved);
        let job = move || {
            let (Moved(request), state) = (request?, known_state(state)?);
            let began = request.run(|s, d, options, watch| begin(s, d, state, options, watch));
            began.map(Made::new::<OstreeSysrootUnlockOutcome>)
        };
        let tag = ostree_sysroot_unlock_begin_async as *mut _;
        start(Box::new(job), tag, cancellable, callback, user_data);
    });
}

/// ostree_sysroot_unlock_begin_finish:
/// @result: what the callback of ostree_sysroot_unlock_begin_async() was given
/// @error: return location for an error, or %NULL
///
/// What came of it, with the errors of ostree_sysroot_unlock_begin().
///
/// Returns: (transfer full): what was done, or %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_begin_finish(
    result: *mut GAsyncResult,
    error: *mut *mut GError,
) -> *mut OstreeSysrootUnlockOutcome {
    let tag = ostree_sysroot_unlock_begin_async as *mut _;
    // SAFETY: the caller keeps the promises of the header.
    unsafe { guard(error, || finish(result, tag, error)) }
}

/// ostree_sysroot_unlock_end_async:
/// @sysroot: the booted sysroot
/// @deployment: (nullable): the booted deployment, or %NULL for just that
/// @options: (nullable): as ostree_sysroot_unlock_end() takes them
/// @progress: (nullable): is told what is being done
/// @cancellable: (nullable): stops it
/// @callback: (scope async) (closure user_data): is called in the thread-default main context
/// of the caller when it is done
/// @user_data: for @callback
///
/// The same as ostree_sysroot_unlock_end(), on another thread. What it takes is kept as long as
/// it is needed. Every error, one in the arguments too, comes from
/// ostree_sysroot_unlock_end_finish().
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_end_async(
    sysroot: *mut OstreeSysroot,
    deployment: *mut OstreeDeployment,
    options: *mut OstreeSysrootUnlockOptions,
    progress: *mut OstreeAsyncProgress,
    cancellable: *mut GCancellable,
    callback: GAsyncReadyCallback,
    user_data: gpointer,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe {
        let request = Request::new(sysroot, deployment, options, progress, cancellable).map(Moved);
        let job = move || {
            let Moved(request) = request?;
            request
                .run(end)
                .map(Made::new::<OstreeSysrootUnlockOutcome>)
        };
        let tag = ostree_sysroot_unlock_end_async as *mut _;
        start(Box::new(job), tag, cancellable, callback, user_data);
    });
}

/// ostree_sysroot_unlock_end_finish:
/// @result: what the callback of ostree_sysroot_unlock_end_async() was given
/// @error: return location for an error, or %NULL
///
/// What came of it, with the errors of ostree_sysroot_unlock_end().
///
/// Returns: (transfer full): what was done, or %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_end_finish(
    result: *mut GAsyncResult,
    error: *mut *mut GError,
) -> *mut OstreeSysrootUnlockOutcome {
    let tag = ostree_sysroot_unlock_end_async as *mut _;
    // SAFETY: the caller keeps the promises of the header.
    unsafe { guard(error, || finish(result, tag, error)) }
}

/// ostree_sysroot_unlock_cleanup_async:
/// @sysroot: the booted sysroot
/// @deployment: (nullable): the booted deployment, or %NULL for just that
/// @options: (nullable): as ostree_sysroot_unlock_cleanup() takes them
/// @progress: (nullable): is told what is being done
/// @cancellable: (nullable): stops it
/// @callback: (scope async) (closure user_data): is called in the thread-default main context
/// of the caller when it is done
/// @user_data: for @callback
///
/// The same as ostree_sysroot_unlock_cleanup(), on another thread. What it takes is kept as long
/// as it is needed. Every error, one in the arguments too, comes from
/// ostree_sysroot_unlock_cleanup_finish().
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_cleanup_async(
    sysroot: *mut OstreeSysroot,
    deployment: *mut OstreeDeployment,
    options: *mut OstreeSysrootUnlockOptions,
    progress: *mut OstreeAsyncProgress,
    cancellable: *mut GCancellable,
    callback: GAsyncReadyCallback,
    user_data: gpointer,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe {
        let request = Request::new(sysroot, deployment, options, progress, cancellable).map(Moved);
        let job = move || {
            let Moved(request) = request?;
            request
                .run(cleanup)
                .map(Made::new::<OstreeSysrootUnlockOutcome>)
        };
        let tag = ostree_sysroot_unlock_cleanup_async as *mut _;
        start(Box::new(job), tag, cancellable, callback, user_data);
    });
}

/// ostree_sysroot_unlock_cleanup_finish:
/// @result: what the callback of ostree_sysroot_unlock_cleanup_async() was given
/// @error: return location for an error, or %NULL
///
/// What came of it, with the errors of ostree_sysroot_unlock_cleanup().
///
/// Returns: (transfer full): what was done, or %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_cleanup_finish(
    result: *mut GAsyncResult,
    error: *mut *mut GError,
) -> *mut OstreeSysrootUnlockOutcome {
    let tag = ostree_sysroot_unlock_cleanup_async as *mut _;
    // SAFETY: the caller keeps the promises of the header.
    unsafe { guard(error, || finish(result, tag, error)) }
}

/// ostree_sysroot_unlock_commit_async:
/// @sysroot: the booted sysroot
/// @deployment: (nullable): the booted deployment, or %NULL for just that; another one for its hotfix
/// @options: (nullable): as ostree_sysroot_unlock_commit() takes them
/// @progress: (nullable): is told what is being done
/// @cancellable: (nullable): stops it
/// @callback: (scope async) (closure user_data): is called in the thread-default main context
/// of the caller when it is done
/// @user_data: for @callback
///
/// The same as ostree_sysroot_unlock_commit(), on another thread. What it takes is kept as long
/// as it is needed. Every error, one in the arguments too, comes from
/// ostree_sysroot_unlock_commit_finish().
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_commit_async(
    sysroot: *mut OstreeSysroot,
    deployment: *mut OstreeDeployment,

    options: *mut OstreeSysrootUnlockOptions,
    progress: *mut OstreeAsyncProgress,
    cancellable: *mut GCancellable,
    callback: GAsyncReadyCallback,
    user_data: gpointer,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe {
        let request = Request::new(sysroot, deployment, options, progress, cancellable).map(Moved);
        let job = move || {
            let Moved(request) = request?;
            request
                .run(commit)
                .map(Made::new::<OstreeSysrootUnlockRevision>)
        };
        let tag = ostree_sysroot_unlock_commit_async as *mut _;
        start(Box::new(job), tag, cancellable, callback, user_data);
    });
}

/// ostree_sysroot_unlock_commit_finish:
/// @result: what the callback of ostree_sysroot_unlock_commit_async() was given
/// @error: return location for an error, or %NULL
///
/// What came of it, with the errors of ostree_sysroot_unlock_commit().
///
/// Returns: (transfer full): the commit, or %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_commit_finish(
    result: *mut GAsyncResult,
    error: *mut *mut GError,
) -> *mut OstreeSysrootUnlockRevision {
    let tag = ostree_sysroot_unlock_commit_async as *mut _;
    // SAFETY: the caller keeps the promises of the header.
    unsafe { guard(error, || finish(result, tag, error)) }
}

/// ostree_sysroot_unlock_keep_save_async:
/// @sysroot: the booted sysroot
/// @deployment: (nullable): the booted deployment, or %NULL for just that; another one for its hotfix
/// @name: the name
/// @options: (nullable): as ostree_sysroot_unlock_keep_save() takes them
/// @progress: (nullable): is told what is being done
/// @cancellable: (nullable): stops it
/// @callback: (scope async) (closure user_data): is called in the thread-default main context
/// of the caller when it is done
/// @user_data: for @callback
///
/// The same as ostree_sysroot_unlock_keep_save(), on another thread. What it takes is kept as
/// long as it is needed. Every error, one in the arguments too, comes from
/// ostree_sysroot_unlock_keep_save_finish().
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_keep_save_async(
    sysroot: *mut OstreeSysroot,
    deployment: *mut OstreeDeployment,
    name: *const c_char,
    options: *mut OstreeSysrootUnlockOptions,
    progress: *mut OstreeAsyncProgress,
    cancellable: *mut GCancellable,
    callback: GAsyncReadyCallback,
    user_data: gpointer,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe {
        let request = Request::new(sysroot, deployment, options, progress, cancellable)
            .and_then(|request| Ok((Moved(request), given_name(name)?)));
        let job = move || {
            let (Moved(request), name) = request?;
            let moved = request.run(|s, d, options, watch| keep_save(s, d, &name, options, watch));
            moved.map(Made::new::<OstreeSysrootUnlockTransfer>)
        };
        let tag = ostree_sysroot_unlock_keep_save_async as *mut _;
        start(Box::new(job), tag, cancellable, callback, user_data);
    });
}

/// ostree_sysroot_unlock_keep_save_finish:
/// @result: what the callback of ostree_sysroot_unlock_keep_save_async() was given
/// @error: return location for an error, or %NULL
///
/// What came of it, with the errors of ostree_sysroot_unlock_keep_save().
///
/// Returns: (transfer full): what was set aside, or %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_keep_save_finish(
    result: *mut GAsyncResult,
    error: *mut *mut GError,
) -> *mut OstreeSysrootUnlockTransfer {
    let tag = ostree_sysroot_unlock_keep_save_async as *mut _;
    // SAFETY: the caller keeps the promises of the header.
    unsafe { guard(error, || finish(result, tag, error)) }
}

/// ostree_sysroot_unlock_keep_restore_async:
/// @sysroot: the booted sysroot
/// @deployment: (nullable): the booted deployment, or %NULL for just that
/// @name: the name
/// @options: (nullable): as ostree_sysroot_unlock_keep_restore() takes them
/// @progress: (nullable): is told what is being done
/// @cancellable: (nullable): stops it
/// @callback: (scope async) (closure user_data): is called in the thread-default main context
/// of the caller when it is done
/// @user_data: for @callback
///
/// The same as ostree_sysroot_unlock_keep_restore(), on another thread. What it takes is kept
/// as long as it is needed. Every error, one in the arguments too, comes from
/// ostree_sysroot_unlock_keep_restore_finish().
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_keep_restore_async(
    sysroot: *mut OstreeSysroot,
    deployment: *mut OstreeDeployment,
    name: *const c_char,
    options: *mut OstreeSysrootUnlockOptions,
    progress: *mut OstreeAsyncProgress,
    cancellable: *mut GCancellable,
    callback: GAsyncReadyCallback,
    user_data: gpointer,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe {
        let request = Request::new(sysroot, deployment, options, progress, cancellable)
            .and_then(|request| Ok((Moved(request), given_name(name)?)));
        let job = move || {
            let (Moved(request), name) = request?;
            let moved =
                request.run(|s, d, options, watch| keep_restore(s, d, &name, options, watch));
            moved.map(Made::new::<OstreeSysrootUnlockTransfer>)
        };
        let tag = ostree_sysroot_unlock_keep_restore_async as *mut _;
        start(Box::new(job), tag, cancellable, callback, user_data);
    });
}

/// ostree_sysroot_unlock_keep_restore_finish:
/// @result: what the callback of ostree_sysroot_unlock_keep_restore_async() was given
/// @error: return location for an error, or %NULL
///
/// What came of it, with the errors of ostree_sysroot_unlock_keep_restore().
///
/// Returns: (transfer full): what was put back, or %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_keep_restore_finish(
    result: *mut GAsyncResult,
    error: *mut *mut GError,
) -> *mut OstreeSysrootUnlockTransfer {
    let tag = ostree_sysroot_unlock_keep_restore_async as *mut _;
    // SAFETY: the caller keeps the promises of the header.
    unsafe { guard(error, || finish(result, tag, error)) }
}
