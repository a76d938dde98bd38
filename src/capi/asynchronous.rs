// SPDX-License-Identifier: LGPL-2.1-or-later
//! The verbs that can take long, on a thread of GIO's: `_async` keeps the arguments, and
//! `_finish` gives what came of it.

use std::sync::Arc;

use gio_sys::{
    GAsyncReadyCallback, GAsyncResult, GCancellable, GTask, g_task_is_valid, g_task_new,
    g_task_propagate_pointer, g_task_return_error, g_task_return_pointer, g_task_run_in_thread,
    g_task_set_check_cancellable, g_task_set_source_tag, g_task_set_task_data,
};
use glib_sys::{GError, g_propagate_error, gpointer};
use gobject_sys::{GObject, g_object_unref};
use ostree_sys::{
    OstreeAsyncProgress, OstreeDeployment, OstreeDeploymentUnlockedState, OstreeSysroot,
};

use crate::capi::boxed::{drop_reference, give};
use crate::capi::error::set_error;
use crate::capi::guard::{caught, guard, guard_quiet};
use crate::capi::options::OstreeSysrootUnlockOptions;
use crate::capi::outcome::OstreeSysrootUnlockOutcome;
use crate::capi::request::{Request, state as known_state};
use crate::error::{Error, Kind, Result};
use crate::perform::Outcome;
use crate::verbs::begin::begin;
use crate::verbs::cleanup::cleanup;
use crate::verbs::end::end;

/// What is to be done on the thread; an error in the arguments is told there too, since
/// `_async` has nowhere to tell it.
type Job = Box<dyn FnOnce() -> Result<Outcome> + Send>;

/// A request goes to a thread as a whole, and its caller must not use the sysroot before
/// the callback.
struct Moved(Request);

// SAFETY: reference counts of GObjects are atomic, and of the sysroot itself nothing is
// used but its path, which never changes.
unsafe impl Send for Moved {}

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
            request.run(|s, d, options, watch| begin(s, d, state, options, watch))
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
    unsafe { guard(error, || Ok(finish(check(result, tag)?, error))) }
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
            request.run(end)
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
    unsafe { guard(error, || Ok(finish(check(result, tag)?, error))) }
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
            request.run(cleanup)
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
    unsafe { guard(error, || Ok(finish(check(result, tag)?, error))) }
}

/// Starts the task; it belongs to no object, so that a sysroot that is none is told in the
/// same way as everything else.
///
/// # Safety
///
/// `cancellable` is NULL or one, and `callback` may be called with `user_data`.
unsafe fn start(
    job: Job,
    tag: gpointer,
    cancellable: *mut GCancellable,
    callback: GAsyncReadyCallback,
    user_data: gpointer,
) {
    // SAFETY: the promises above; the job is owned by the task and freed by `forget`.
    unsafe {
        let task = g_task_new(std::ptr::null_mut(), cancellable, callback, user_data);
        g_task_set_source_tag(task, tag);
        // What was done is told also where it was cancelled too late.
        g_task_set_check_cancellable(task, glib_sys::GFALSE);
        let job: Box<Option<Job>> = Box::new(Some(job));
        g_task_set_task_data(task, Box::into_raw(job).cast(), Some(forget));
        g_task_run_in_thread(task, Some(work));
        g_object_unref(task.cast());
    }
}

unsafe extern "C" fn forget(job: gpointer) {
    // SAFETY: it is the box that `start` gave to the task, and freed once.
    guard_quiet(|| drop(unsafe { Box::from_raw(job.cast::<Option<Job>>()) }));
}

unsafe extern "C" fn work(
    task: *mut GTask,
    _source: *mut GObject,
    data: gpointer,
    _cancellable: *mut GCancellable,
) {
    // SAFETY: GIO passes the task and its data, which nobody else uses meanwhile.
    guard_quiet(|| unsafe {
        let job = data.cast::<Option<Job>>().as_mut().and_then(Option::take);
        let done = match job {
            Some(job) => caught(job),
            None => Err(Error::new(Kind::Failed, "there is nothing to do")),
        };
        match done {
            Ok(outcome) => {
                let outcome = give::<OstreeSysrootUnlockOutcome>(Arc::new(outcome.into()));
                g_task_return_pointer(task, outcome.cast(), Some(unref));
            }
            Err(failure) => {
                let mut error = std::ptr::null_mut();
                set_error(&mut error, &failure);
                g_task_return_error(task, error);
            }
        }
    });
}

unsafe extern "C" fn unref(outcome: gpointer) {
    // SAFETY: it is what `work` returned and nobody took.
    guard_quiet(|| unsafe { drop_reference::<OstreeSysrootUnlockOutcome>(outcome.cast()) });
}

/// The task that `tag`'s function made.
///
/// # Safety
///
/// `result` is NULL or some result.
unsafe fn check(result: *mut GAsyncResult, tag: gpointer) -> Result<*mut GTask> {
    // SAFETY: the promise above.
    let is_ours = !result.is_null()
        && unsafe {
            g_task_is_valid(result.cast(), std::ptr::null_mut()) != glib_sys::GFALSE
                && gio_sys::g_async_result_is_tagged(result, tag) != glib_sys::GFALSE
        };
    is_ours.then_some(result.cast()).ok_or_else(|| {
        Error::new(Kind::InvalidArgument, "result is not of this operation")
            .next("pass what the callback was given, to the function that belongs to it")
    })
}

/// # Safety
///
/// `task` is one of ours, and `error` NULL or a place for an error.
unsafe fn finish(task: *mut GTask, error: *mut *mut GError) -> *mut OstreeSysrootUnlockOutcome {
    let mut failure = std::ptr::null_mut();
    // SAFETY: the promises above; an error is handed on.
    unsafe {
        let outcome = g_task_propagate_pointer(task, &mut failure);
        if !failure.is_null() {
            g_propagate_error(error, failure);
        }
        outcome.cast()
    }
}
