// SPDX-License-Identifier: LGPL-2.1-or-later
//! Reference-counted types of the border: to C an opaque struct, inside an `Arc` of the
//! Rust value behind it.
//!
//! The struct that C sees is of size zero and never exists: a tool that compares ABIs
//! follows pointers into the debug information, and must not find private fields there.

use std::ffi::CStr;
use std::ptr;
use std::sync::{Arc, OnceLock};

use glib_sys::{GPtrArray, GType, g_ptr_array_add, g_ptr_array_new_with_free_func, gpointer};
use gobject_sys::g_boxed_type_register_static;

use crate::capi::guard::guard_quiet;

/// A type of the border.
pub trait Border: Sized {
    /// What is behind the pointer.
    type Value: Send + Sync + 'static;
    /// The name that the instance has as a parameter.
    const NAME: &'static str;
    /// The name of its `GType`.
    const TYPE_NAME: &'static CStr;
}

/// Hands a reference to the value over to C.
pub fn give<B: Border>(value: Arc<B::Value>) -> *mut B {
    Arc::into_raw(value).cast_mut().cast()
}

/// Hands a result over to C.
pub fn hand_over<B: Border, T: Into<B::Value>>(result: T) -> *mut B {
    give(Arc::new(result.into()))
}

/// What is behind `instance`, `None` for NULL.
///
/// # Safety
///
/// `instance` is NULL or one that the caller has a reference to, for as long as `'a`.
pub unsafe fn lend<'a, B: Border>(instance: *mut B) -> Option<&'a B::Value> {
    // SAFETY: by the promise above NULL, or from `give` and alive.
    unsafe { instance.cast::<B::Value>().as_ref() }
}

/// Lends `value` to C, as long as its owner lives; NULL for none.
pub fn borrow<B: Border>(value: Option<&Arc<B::Value>>) -> *mut B {
    let pointer = value.map_or(ptr::null(), Arc::as_ptr);
    pointer.cast_mut().cast()
}

/// A new array with a reference to each of `values`; the array owns them.
pub fn give_all<B: Border>(values: &[Arc<B::Value>]) -> *mut GPtrArray {
    // SAFETY: a new array, and elements that its free function is made for.
    unsafe {
        let array = g_ptr_array_new_with_free_func(Some(callback_unref::<B>));
        for value in values {
            g_ptr_array_add(array, give::<B>(Arc::clone(value)).cast());
        }
        array
    }
}

/// Takes a reference more, for C.
///
/// # Safety
///
/// `instance` is NULL, which is passed through, or an instance that the caller has a reference
/// to.
pub unsafe fn add_reference<B: Border>(instance: *mut B) -> *mut B {
    if !instance.is_null() {
        // SAFETY: by the promise above it came from `give`, and is alive.
        unsafe { Arc::increment_strong_count(instance.cast::<B::Value>()) };
    }
    instance
}

/// Takes a reference back from C.
///
/// # Safety
///
/// `instance` is NULL, which does nothing, or one whose reference the caller gives up.
pub unsafe fn drop_reference<B: Border>(instance: *mut B) {
    if !instance.is_null() {
        // SAFETY: by the promise above it came from `give`, and is alive.
        unsafe { Arc::decrement_strong_count(instance.cast::<B::Value>()) };
    }
}

/// The `GType`, registered at the first call.
pub fn register<B: Border>(once: &OnceLock<GType>) -> GType {
    *once.get_or_init(|| {
        // SAFETY: the name is a C string, and both functions stay where they are: the
        // library is linked with `-z nodelete`.
        unsafe {
            g_boxed_type_register_static(
                B::TYPE_NAME.as_ptr(),
                Some(callback_ref::<B>),
                Some(callback_unref::<B>),
            )
        }
    })
}

unsafe extern "C" fn callback_ref<B: Border>(instance: gpointer) -> gpointer {
    // SAFETY: GObject passes instances of the type that this was registered for.
    guard_quiet(|| unsafe { add_reference::<B>(instance.cast()).cast() })
}

/// Gives up a reference to a `B`, for who calls back.
pub unsafe extern "C" fn callback_unref<B: Border>(instance: gpointer) {
    // SAFETY: GObject and GPtrArray pass the references that they own.
    guard_quiet(|| unsafe { drop_reference::<B>(instance.cast()) });
}
