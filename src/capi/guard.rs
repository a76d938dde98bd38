// SPDX-License-Identifier: LGPL-2.1-or-later
//! What stands around every exported body and every callback: a panic must never reach
//! the caller, whose process it would abort, and an argument that is NULL is reported
//! in the way of GLib. A function with a `GError` argument reports there, any other by
//! a critical warning, as g_return_if_fail() does.

use std::any::{Any, type_name};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use glib_sys::{GError, GType};

use crate::capi::boxed::{Border, lend};
use crate::capi::error::set_error;
use crate::capi::text::text;
use crate::error::{Error, Kind, Result};

/// The domain of our messages in GLib's log.
const LOG_DOMAIN: &str = "OstreeUnlock";

/// What a function returns that could not do its work: NULL, `FALSE` or 0.
pub trait Nothing {
    const NOTHING: Self;
}

impl<T> Nothing for *const T {
    const NOTHING: Self = ptr::null();
}
impl<T> Nothing for *mut T {
    const NOTHING: Self = ptr::null_mut();
}
impl<T> Nothing for Option<T> {
    const NOTHING: Self = None;
}
impl Nothing for () {
    const NOTHING: Self = ();
}
impl Nothing for i32 {
    const NOTHING: Self = 0;
}
impl Nothing for u32 {
    const NOTHING: Self = 0;
}
impl Nothing for u64 {
    const NOTHING: Self = 0;
}
impl Nothing for i64 {
    const NOTHING: Self = 0;
}
impl Nothing for GType {
    const NOTHING: Self = 0;
}

/// Runs the body of a function that has a `GError` argument.
///
/// # Safety
///
/// `error` is NULL or points to where a `GError` pointer may be stored.
pub unsafe fn guard<R: Nothing, F: FnOnce() -> Result<R>>(error: *mut *mut GError, body: F) -> R {
    caught(body).unwrap_or_else(|failure| {
        let failure = failure.during(function_of::<F>());
        // SAFETY: the caller's promise about `error`, passed on.
        contained(function_of::<F>(), || unsafe { set_error(error, &failure) });
        R::NOTHING
    })
}

/// Runs what is called back with nobody to tell but the result.
pub fn caught<T>(body: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| Err(bug(panic)))
}

/// Runs the body of a function that has no `GError` argument, or of a callback.
pub fn guard_quiet<R: Nothing, F: FnOnce() -> R>(body: F) -> R {
    contained(function_of::<F>(), body)
}

/// Runs the body of a method of `instance`.
///
/// # Safety
///
/// `instance` is NULL or an instance that the caller has a reference to.
pub unsafe fn method<B: Border, R: Nothing, F: FnOnce(&B::Value) -> R>(
    instance: *mut B,
    body: F,
) -> R {
    contained(function_of::<F>(), || {
        // SAFETY: the caller's promise, passed on.
        let Some(value) = (unsafe { lend(instance) }) else {
            critical(function_of::<F>(), &format!("{} is NULL", B::NAME));
            return R::NOTHING;
        };
        body(value)
    })
}

fn contained<R: Nothing>(function: &str, body: impl FnOnce() -> R) -> R {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| {
        critical(function, &bug(panic).to_string());
        R::NOTHING
    })
}

fn critical(function: &str, what: &str) {
    let what = text(what);
    glib::g_critical!(LOG_DOMAIN, "{function}: {what}");
}

/// The exported function in whose body the closure `F` stands: messages name it, and no body
/// has to repeat its own name.
fn function_of<F>() -> &'static str {
    type_name::<F>()
        .split("::")
        .find(|part| part.starts_with("ostree_sysroot_unlock_"))
        .unwrap_or("libostree-unlock")
}

fn bug(panic: Box<dyn Any + Send>) -> Error {
    let words = match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(words), _) => words,
        (None, Some(words)) => words.as_str(),
        (None, None) => "for an unknown reason",
    };
    let error = Error::new(Kind::Failed, format!("panicked: {words}"))
        .next("this is a bug of libostree-unlock, please report it");
    // Dropping a payload that is neither text may panic again.
    std::mem::forget(panic);
    error
}

#[cfg(test)]
#[allow(clippy::panic)]
mod tests {
    use super::*;
    use std::ffi::c_int;

    extern "C" fn ostree_sysroot_unlock_panics(error: *mut *mut GError) -> c_int {
        // SAFETY: the tests below pass NULL or a pointer to a local.
        unsafe { guard(error, || -> Result<c_int> { std::panic::panic_any("boom") }) }
    }

    #[test]
    fn a_panic_becomes_an_error() {
        let mut error = ptr::null_mut();
        assert_eq!(ostree_sysroot_unlock_panics(&mut error), 0);
        // SAFETY: the function above has stored an error there, which we own.
        let error: glib::Error = unsafe { glib::translate::from_glib_full(error) };
        let message = error.message();
        assert!(
            message.starts_with("ostree_sysroot_unlock_panics: panicked: boom"),
            "{message}"
        );
    }

    #[test]
    fn a_panic_is_contained_when_nobody_wants_the_error() {
        assert_eq!(ostree_sysroot_unlock_panics(ptr::null_mut()), 0);
    }

    #[test]
    fn a_payload_of_any_type_is_contained() {
        struct Vicious;
        impl Drop for Vicious {
            fn drop(&mut self) {
                std::panic::panic_any("again");
            }
        }
        // SAFETY: NULL is allowed.
        let result = unsafe {
            guard(ptr::null_mut(), || -> Result<c_int> {
                std::panic::panic_any(Vicious)
            })
        };
        assert_eq!(result, 0);
    }
}
