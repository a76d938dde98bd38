// SPDX-License-Identifier: LGPL-2.1-or-later
//! The arguments that the verbs have in common, checked, and owned: an asynchronous
//! call needs them longer than its caller lends them.

use std::ffi::{c_char, c_int};

use gio_sys::GCancellable;
use glib::prelude::*;
use glib::translate::{FromGlibPtrNone, IntoGlib, from_glib, from_glib_none};
use glib_sys::GFALSE;
use gobject_sys::{GTypeInstance, g_type_check_instance_is_a};
use ostree_sys::{OstreeAsyncProgress, OstreeDeployment, OstreeRepo, OstreeSysroot};

use crate::capi::boxed::lend;
use crate::capi::options::OstreeSysrootUnlockOptions;
use crate::capi::progress::tell;
use crate::capi::text::read_text;
use crate::error::{Error, Kind, Result};
use crate::options::{Options, Progress, Watch};
use crate::stack::State;

/// What every verb takes that needs a sysroot.
pub struct Request {
    sysroot: ostree::Sysroot,
    deployment: Option<ostree::Deployment>,
    options: Options,
    progress: Option<ostree::AsyncProgress>,
    cancellable: Option<gio::Cancellable>,
}

impl Request {
    /// Checks the arguments of a caller and keeps them.
    ///
    /// # Safety
    ///
    /// Each pointer is NULL or to an instance of some `GObject`; `options` is NULL or
    /// one that the caller has a reference to.
    pub unsafe fn new(
        sysroot: *mut OstreeSysroot,
        deployment: *mut OstreeDeployment,
        options: *mut OstreeSysrootUnlockOptions,
        progress: *mut OstreeAsyncProgress,
        cancellable: *mut GCancellable,
    ) -> Result<Request> {
        // SAFETY: the promises above, passed on.
        unsafe {
            Ok(Request {
                sysroot: object("sysroot", sysroot)?
                    .ok_or_else(|| invalid("sysroot is NULL").next("pass an OstreeSysroot"))?,
                deployment: object("deployment", deployment)?,
                options: lend(options).map_or_else(|| Ok(Options::new()), |set| set.options())?,
                progress: object("progress", progress)?,
                cancellable: object("cancellable", cancellable)?,
            })
        }
    }

    /// Calls `verb` with them.
    pub fn run<T, V>(&self, verb: V) -> Result<T>
    where
        V: FnOnce(&ostree::Sysroot, Option<&ostree::Deployment>, &Options, &Watch) -> Result<T>,
    {
        let told = |progress: &Progress| {
            if let Some(to) = &self.progress {
                tell(to, progress);
            }
        };
        let watch = Watch {
            cancellable: self.cancellable.as_ref(),
            progress: Some(&told),
        };
        verb(
            &self.sysroot,
            self.deployment.as_ref(),
            &self.options,
            &watch,
        )
    }
}

/// A request goes to a thread as a whole, and its caller must not use the sysroot before
/// the callback.
pub struct Moved(pub Request);

// SAFETY: reference counts of GObjects are atomic, and of the sysroot itself nothing is
// used but its path, which never changes.
unsafe impl Send for Moved {}

/// What the comparison of two commits takes.
pub struct CommitsRequest {
    repo: ostree::Repo,
    from: String,
    to: String,
    options: Options,
    cancellable: Option<gio::Cancellable>,
}

impl CommitsRequest {
    /// Checks the arguments of a caller and keeps them.
    ///
    /// # Safety
    ///
    /// Each object is NULL or an instance of some `GObject`, each text NULL or ends with a
    /// zero byte; `options` is NULL or one that the caller has a reference to.
    pub unsafe fn new(
        repo: *mut OstreeRepo,
        from: *const c_char,
        to: *const c_char,
        options: *mut OstreeSysrootUnlockOptions,
        cancellable: *mut GCancellable,
    ) -> Result<CommitsRequest> {
        // SAFETY: the promises above, passed on.
        unsafe {
            let commit = |name, given| required(name, given, "pass a checksum or a ref");
            Ok(CommitsRequest {
                repo: object("repo", repo)?
                    .ok_or_else(|| invalid("repo is NULL").next("pass an OstreeRepo"))?,
                from: commit("from", from)?,
                to: commit("to", to)?,
                options: lend(options).map_or_else(|| Ok(Options::new()), |set| set.options())?,
                cancellable: object("cancellable", cancellable)?,
            })
        }
    }

    /// Calls `verb` with them.
    pub fn run<T, V>(&self, verb: V) -> Result<T>
    where
        V: FnOnce(&ostree::Repo, &str, &str, &Options, &Watch) -> Result<T>,
    {
        let watch = Watch {
            cancellable: self.cancellable.as_ref(),
            progress: None,
        };
        verb(&self.repo, &self.from, &self.to, &self.options, &watch)
    }
}

/// The cancellable of a caller, checked.
///
/// # Safety
///
/// `cancellable` is NULL or an instance of some `GObject`.
pub unsafe fn cancellable(cancellable: *mut GCancellable) -> Result<Option<gio::Cancellable>> {
    // SAFETY: the promise above, passed on.
    unsafe { object("cancellable", cancellable) }
}

/// The name that something is kept under.
///
/// # Safety
///
/// `name` is NULL or ends with a zero byte.
pub unsafe fn name(name: *const c_char) -> Result<String> {
    // SAFETY: the promise above, passed on.
    unsafe { required("name", name, "pass the name that it is kept under") }
}

/// The commit that a caller means.
///
/// # Safety
///
/// `commit` is NULL or ends with a zero byte.
pub unsafe fn commit(commit: *const c_char) -> Result<String> {
    // SAFETY: the promise above, passed on.
    unsafe { required("commit", commit, "pass a checksum or a ref") }
}

/// Where there has to be one.
pub fn no_deployment() -> Error {
    invalid("deployment is NULL").next("pass one that is not booted")
}

/// The text of the argument `name`.
///
/// # Safety
///
/// `given` is NULL or ends with a zero byte.
unsafe fn required(name: &str, given: *const c_char, next: &str) -> Result<String> {
    // SAFETY: the promise above, passed on.
    let text = unsafe { read_text(given) };
    text.ok_or_else(|| invalid(format!("{name} is NULL")).next(next))
}

/// The state that a caller means by `number`.
pub fn state(number: c_int) -> Result<State> {
    State::from_number(number).ok_or_else(|| {
        let names: Vec<_> = State::ALL
            .iter()
            .map(|known| format!("{} ({known})", *known as c_int))
            .collect();
        invalid(format!(
            "state is {number}, which is no OstreeDeploymentUnlockedState"
        ))
        .next(format!("known are {}", names.join(", ")))
    })
}

fn invalid(cause: impl Into<String>) -> Error {
    Error::new(Kind::InvalidArgument, cause)
}

/// A reference to the object that the argument `name` points to, `None` if it is NULL.
///
/// # Safety
///
/// `pointer` is NULL or points to an instance of some `GObject`.
unsafe fn object<G: 'static, T>(name: &str, pointer: *mut G) -> Result<Option<T>>
where
    T: StaticType + FromGlibPtrNone<*mut G>,
{
    if pointer.is_null() {
        return Ok(None);
    }
    let wanted = T::static_type();
    // SAFETY: an instance begins with a pointer to its class, and that with its type;
    // a reference is taken only once the type is known to be right.
    unsafe {
        let instance: *mut GTypeInstance = pointer.cast();
        if g_type_check_instance_is_a(instance, wanted.into_glib()) == GFALSE {
            let found: glib::Type = from_glib((*(*instance).g_class).g_type);
            return Err(
                invalid(format!("{name} is a {found}")).next(format!("pass a {wanted} or NULL"))
            );
        }
        Ok(Some(from_glib_none(pointer)))
    }
}
