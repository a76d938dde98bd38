// SPDX-License-Identifier: LGPL-2.1-or-later
//! A job on a thread of GIO's, and what came of it.

use std::sync::Arc;

use gio_sys::{
    GAsyncReadyCallback, GAsyncResult, GCancellable, GTask, g_task_is_valid, g_task_new,
    g_task_propagate_pointer, g_task_return_error, g_task_return_pointer, g_task_run_in_thread,
    g_task_set_check_cancellable, g_task_set_source_tag, g_task_set_task_data,
};
use glib_sys::{GDestroyNotify, GError, gpointer};
use gobject_sys::{GObject, g_object_unref};

use crate::capi::boxed::{Border, callback_unref, give};
use crate::capi::error::{new_error, pass_on};
use crate::capi::guard::{caught, guard_quiet};
use crate::error::{Error, Kind, Result};

/// What is to be done on the thread; an error in the arguments is told there too, since
/// `_async` has nowhere to tell it.
pub type Job = Box<dyn FnOnce() -> Result<Made> + Send>;

/// What came of a job: a reference, and how it is given up where nobody takes it.
pub struct Made {
    reference: gpointer,
    give_up: GDestroyNotify,
}

impl Made {
    /// A result of the type `B`, which [`finish`] has to ask for.
    pub fn new<B: Border>(result: impl Into<B::Value>) -> Made {
        Made {
            reference: give::<B>(Arc::new(result.into())).cast(),
            give_up: Some(callback_unref::<B>),
        }
    }
}

/// Starts a task; it belongs to no object, so that a sysroot that is none is told in the
/// same way as everything else. `tag` is the function that starts it.
///
/// # Safety
///
/// `cancellable` is NULL or one, and `callback` may be called with `user_data`.
pub unsafe fn start(
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
            Ok(made) => g_task_return_pointer(task, made.reference, made.give_up),
            Err(failure) => g_task_return_error(task, new_error(&failure)),
        }
    });
}

/// What came of the task that the function `tag` has started, which made a `B`.
///
/// # Safety
///
/// `result` is NULL or some result, and `error` NULL or a place for an error.
pub unsafe fn finish<B: Border>(
    result: *mut GAsyncResult,
    tag: gpointer,
    error: *mut *mut GError,
) -> Result<*mut B> {
    // SAFETY: the promises above; a result that has the tag is a task of ours.
    unsafe {
        let is_ours = !result.is_null()
            && g_task_is_valid(result.cast(), std::ptr::null_mut()) != glib_sys::GFALSE
            && gio_sys::g_async_result_is_tagged(result, tag) != glib_sys::GFALSE;
        if !is_ours {
            return Err(
                Error::new(Kind::InvalidArgument, "result is not of this operation")
                    .next("pass what the callback was given, to the function that belongs to it"),
            );
        }
        let mut failure = std::ptr::null_mut();
        let made = g_task_propagate_pointer(result.cast(), &mut failure);
        if !failure.is_null() {
            pass_on(error, failure);
        }
        Ok(made.cast())
    }
}
