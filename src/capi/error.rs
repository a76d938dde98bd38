// SPDX-License-Identifier: LGPL-2.1-or-later
//! The error domain: each kind with its number, and who and what stands in the way beside the
//! message, in the private part that `GError` has for an extended domain.

use std::cell::RefCell;
use std::ffi::c_int;
use std::mem::size_of;
use std::sync::{Arc, OnceLock};

use glib_sys::{
    GError, GPtrArray, GQuark, g_error_domain_register_static, g_error_new_literal,
    g_propagate_error,
};

use crate::capi::boxed::give_all;
use crate::capi::conflict::{self, OstreeSysrootUnlockConflict};
use crate::capi::guard::guard_quiet;
use crate::capi::holder::{self, OstreeSysrootUnlockHolder};
use crate::capi::text::text;
use crate::error::{Error, Kind};

/// OstreeSysrootUnlockError:
/// @OSTREE_SYSROOT_UNLOCK_ERROR_FAILED: a system call or libostree failed in a way that has no
/// number of its own
/// @OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT: an argument, or a combination of options,
/// makes no sense
/// @OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE: the running system was not booted by OSTree
/// @OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED: the sysroot or the deployment is not the one that
/// is booted
/// @OSTREE_SYSROOT_UNLOCK_ERROR_PERMISSION_DENIED: the caller lacks a privilege that the
/// operation needs
/// @OSTREE_SYSROOT_UNLOCK_ERROR_ALREADY_UNLOCKED: it is unlocked already
/// @OSTREE_SYSROOT_UNLOCK_ERROR_NOT_UNLOCKED: it is not unlocked, so there is nothing to end
/// @OSTREE_SYSROOT_UNLOCK_ERROR_SYSROOT_LOCKED: somebody else holds the lock of the sysroot;
/// see ostree_sysroot_unlock_error_get_holders()
/// @OSTREE_SYSROOT_UNLOCK_ERROR_IN_USE: ending would lose what somebody is writing or running;
/// see ostree_sysroot_unlock_error_get_holders()
/// @OSTREE_SYSROOT_UNLOCK_ERROR_FOREIGN_MOUNT: somebody else's mount lies on `/usr`
/// @OSTREE_SYSROOT_UNLOCK_ERROR_UNSUPPORTED: this kernel, this file system or this kind of
/// deployment cannot do it
/// @OSTREE_SYSROOT_UNLOCK_ERROR_NO_SPACE: there is not enough space for what was asked
/// @OSTREE_SYSROOT_UNLOCK_ERROR_UNSAFE_PATH: what stands at a path of ours was not made by us
/// and is not safe to use
/// @OSTREE_SYSROOT_UNLOCK_ERROR_UNVERIFIED: the kernel shows something else than the operation
/// was to bring about
/// @OSTREE_SYSROOT_UNLOCK_ERROR_NOT_ALLOWED: the configuration of this system does not allow it
/// @OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND: the commit, object, or name that was asked for is not
/// there
/// @OSTREE_SYSROOT_UNLOCK_ERROR_CORRUPT: an object or a database is damaged
/// @OSTREE_SYSROOT_UNLOCK_ERROR_CONFLICT: both sides changed the same; see
/// ostree_sysroot_unlock_error_get_conflicts()
/// @OSTREE_SYSROOT_UNLOCK_ERROR_CHANGED: what was read was written to meanwhile
/// @OSTREE_SYSROOT_UNLOCK_ERROR_NOT_ADDITIVE: packages would be replaced or removed under what
/// runs, which was not allowed
///
/// What went wrong. The numbers never change, and more may be added, so treat one that you do
/// not know like %OSTREE_SYSROOT_UNLOCK_ERROR_FAILED.
///
/// A cancelled operation fails with %G_IO_ERROR_CANCELLED, in the domain %G_IO_ERROR, as
/// everywhere in GIO; its number here, 14, is not used.
///
/// Since: 2026.1
#[repr(C)]
#[derive(Clone, Copy)]
pub enum OstreeSysrootUnlockError {
    Failed = 0,
    InvalidArgument = 1,
    NotOstree = 2,
    NotBooted = 3,
    PermissionDenied = 4,
    AlreadyUnlocked = 5,
    NotUnlocked = 6,
    SysrootLocked = 7,
    InUse = 8,
    ForeignMount = 9,
    Unsupported = 10,
    NoSpace = 11,
    UnsafePath = 12,
    Unverified = 13,
    // 14 is the kind Cancelled, which C has from GIO.
    NotAllowed = 15,
    NotFound = 16,
    Corrupt = 17,
    Conflict = 18,
    Changed = 19,
    NotAdditive = 20,
}

/// A missing line here does not compile: every kind has its number in C.
fn number(kind: Kind) -> Option<OstreeSysrootUnlockError> {
    use OstreeSysrootUnlockError as C;
    Some(match kind {
        Kind::Failed => C::Failed,
        Kind::InvalidArgument => C::InvalidArgument,
        Kind::NotOstree => C::NotOstree,
        Kind::NotBooted => C::NotBooted,
        Kind::PermissionDenied => C::PermissionDenied,
        Kind::AlreadyUnlocked => C::AlreadyUnlocked,
        Kind::NotUnlocked => C::NotUnlocked,
        Kind::SysrootLocked => C::SysrootLocked,
        Kind::InUse => C::InUse,
        Kind::ForeignMount => C::ForeignMount,
        Kind::Unsupported => C::Unsupported,
        Kind::NoSpace => C::NoSpace,
        Kind::UnsafePath => C::UnsafePath,
        Kind::Unverified => C::Unverified,
        Kind::NotAllowed => C::NotAllowed,
        Kind::NotFound => C::NotFound,
        Kind::Corrupt => C::Corrupt,
        Kind::Conflict => C::Conflict,
        Kind::Changed => C::Changed,
        Kind::NotAdditive => C::NotAdditive,
        Kind::Cancelled => return None,
    })
}

/// ostree_sysroot_unlock_error_quark:
///
/// The error domain of this library: `ostree-sysroot-unlock-error-quark`.
///
/// Returns: the quark of %OSTREE_SYSROOT_UNLOCK_ERROR
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_error_quark() -> GQuark {
    guard_quiet(domain)
}

/// ostree_sysroot_unlock_error_get_holders: (skip)
/// @error: an error that a function of this library has set
///
/// Who stands in the way, as data: the message of the error names them too.
///
/// Only for %OSTREE_SYSROOT_UNLOCK_ERROR_IN_USE and %OSTREE_SYSROOT_UNLOCK_ERROR_SYSROOT_LOCKED
/// is there anybody; for any other error, also one of another domain, the array is empty. A
/// copy made by g_error_copy() has the holders, one that was made anew from domain, number and
/// message has not. Language bindings do the latter, hence this function is for C alone, and
/// ostree_sysroot_unlock_get_last_holders() for others.
///
/// Returns: (transfer container) (element-type OstreeSysrootUnlockHolder): the holders; free
/// with g_ptr_array_unref()
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_error_get_holders(
    error: *const GError,
) -> *mut GPtrArray {
    // SAFETY: the caller passes NULL or an error.
    guard_quiet(|| unsafe { give_all::<OstreeSysrootUnlockHolder>(&details(error).holders) })
}

/// ostree_sysroot_unlock_error_get_conflicts: (skip)
/// @error: an error that a function of this library has set
///
/// What both sides changed, as data: the message of the error names the first of them too.
///
/// Only for %OSTREE_SYSROOT_UNLOCK_ERROR_CONFLICT is there anything. Otherwise it is like
/// ostree_sysroot_unlock_error_get_holders(), and for language bindings there is
/// ostree_sysroot_unlock_get_last_conflicts().
///
/// Returns: (transfer container) (element-type OstreeSysrootUnlockConflict): the conflicts; free
/// with g_ptr_array_unref()
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_error_get_conflicts(
    error: *const GError,
) -> *mut GPtrArray {
    // SAFETY: the caller passes NULL or an error.
    guard_quiet(|| unsafe { give_all::<OstreeSysrootUnlockConflict>(&details(error).conflicts) })
}

/// ostree_sysroot_unlock_get_last_holders:
///
/// Who stood in the way of the last call of this library that failed on the calling thread with
/// an error: the same as ostree_sysroot_unlock_error_get_holders() of that error, for languages
/// whose bindings make the error anew and lose what came with it. A call that succeeds does not
/// change it.
///
/// Returns: (transfer container) (element-type OstreeSysrootUnlockHolder): the holders, perhaps
/// none; free with g_ptr_array_unref()
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_get_last_holders() -> *mut GPtrArray {
    guard_quiet(|| LAST.with_borrow(|last| give_all::<OstreeSysrootUnlockHolder>(&last.holders)))
}

/// ostree_sysroot_unlock_get_last_conflicts:
///
/// What both sides had changed, where the last call of this library that failed on the calling
/// thread failed for that: the same as ostree_sysroot_unlock_error_get_conflicts() of its error,
/// for languages whose bindings make the error anew and lose what came with it. A call that
/// succeeds does not change it.
///
/// Returns: (transfer container) (element-type OstreeSysrootUnlockConflict): the conflicts,
/// perhaps none; free with g_ptr_array_unref()
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_get_last_conflicts() -> *mut GPtrArray {
    guard_quiet(|| {
        LAST.with_borrow(|last| give_all::<OstreeSysrootUnlockConflict>(&last.conflicts))
    })
}

/// What an error has beside its message.
#[derive(Clone, Default)]
struct Details {
    holders: Vec<Arc<holder::Value>>,
    conflicts: Vec<Arc<conflict::Value>>,
}

impl Details {
    const NONE: Details = Details {
        holders: Vec::new(),
        conflicts: Vec::new(),
    };

    fn of(failure: &Error) -> Details {
        Details {
            holders: holder::values(failure.holders()),
            conflicts: conflict::undecided(failure.conflicts()),
        }
    }
}

thread_local! {
    /// Those of the last error on this thread.
    static LAST: RefCell<Details> = const { RefCell::new(Details::NONE) };
}

/// Stores `failure` where `error` points to, in the way of GLib.
///
/// # Safety
///
/// `error` is NULL or points to where a `GError` pointer may be stored.
pub unsafe fn set_error(error: *mut *mut GError, failure: &Error) {
    // SAFETY: the promise above, and an error that is ours to hand on.
    unsafe { pass_on(error, new_error(failure)) }
}

/// Makes a `GError` of `failure`; the caller owns it.
pub fn new_error(failure: &Error) -> *mut GError {
    let message = text(&failure.to_string());
    // SAFETY: a new error of a domain with or without a private part, which only an error of
    // our own domain has.
    unsafe {
        let Some(number) = number(failure.kind()) else {
            let (domain, code) = (gio_sys::g_io_error_quark(), gio_sys::G_IO_ERROR_CANCELLED);
            return g_error_new_literal(domain, code, message.as_ptr());
        };
        let new = g_error_new_literal(domain(), number as c_int, message.as_ptr());
        *private(new) = Some(Box::new(Details::of(failure)));
        new
    }
}

/// Stores an error of this library, of whatever thread, where the calling thread wants it.
///
/// # Safety
///
/// `error` is NULL or points to where a `GError` pointer may be stored; `failure` is an error
/// that the caller owns and gives up.
pub unsafe fn pass_on(error: *mut *mut GError, failure: *mut GError) {
    // SAFETY: the promises above.
    unsafe {
        LAST.set(details(failure));
        g_propagate_error(error, failure);
    }
}

/// What `error` has, none if it is of somebody else.
///
/// # Safety
///
/// `error` is NULL or an error.
unsafe fn details(error: *const GError) -> Details {
    // SAFETY: the promise above; an error of our domain has gone through `init`.
    let details = unsafe {
        match !error.is_null() && (*error).domain == domain() {
            true => (*private(error)).as_deref().cloned(),
            false => None,
        }
    };
    details.unwrap_or_default()
}

/// Behind a pointer, since most errors have none.
type Private = Option<Box<Details>>;

fn domain() -> GQuark {
    static DOMAIN: OnceLock<GQuark> = OnceLock::new();
    *DOMAIN.get_or_init(|| {
        // SAFETY: a static name, the size of what `init` puts there, and functions that
        // stay where they are: the library is linked with `-z nodelete`.
        unsafe {
            g_error_domain_register_static(
                c"ostree-sysroot-unlock-error-quark".as_ptr(),
                size_of::<Private>(),
                Some(init),
                Some(copy),
                Some(clear),
            )
        }
    })
}

/// The private part of an error of our domain lies before it, with its size rounded up to twice
/// that of a pointer: gerror.h says so in `G_DEFINE_EXTENDED_ERROR`.
fn private(error: *const GError) -> *mut Private {
    let step = 2 * size_of::<usize>();
    let size = size_of::<Private>().div_ceil(step) * step;
    error.cast_mut().wrapping_byte_sub(size).cast()
}

unsafe extern "C" fn init(error: *mut GError) {
    // SAFETY: GLib passes an error of our domain whose private part is raw memory.
    guard_quiet(|| unsafe { private(error).write(None) });
}

unsafe extern "C" fn copy(from: *const GError, to: *mut GError) {
    // SAFETY: GLib passes two errors of our domain, both through `init`.
    guard_quiet(|| unsafe { *private(to) = (*private(from)).clone() });
}

unsafe extern "C" fn clear(error: *mut GError) {
    // SAFETY: GLib passes an error of our domain that is not used again.
    guard_quiet(|| unsafe { private(error).drop_in_place() });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::holder::{Holder, Use};
    use std::ptr;

    fn holder() -> Holder {
        Holder {
            pid: 42,
            command: "sleep".into(),
            uid: 7,
            unit: None,
            how: Use::Writes,
            path: "/usr/x".into(),
        }
    }

    #[test]
    fn numbers_are_those_of_the_kinds() {
        for kind in Kind::ALL {
            match number(kind) {
                Some(number) => assert_eq!(number as i32, kind as i32),
                None => assert_eq!(kind, Kind::Cancelled),
            }
        }
    }

    #[test]
    fn holders_survive_a_copy() {
        let failure = Error::new(Kind::InUse, "busy").held_by(vec![holder()]);
        let mut error = ptr::null_mut();
        // SAFETY: all pointers are to what was made here, and freed once.
        unsafe {
            set_error(&mut error, &failure);
            let copy = glib_sys::g_error_copy(error);
            glib_sys::g_error_free(error);
            let holders = ostree_sysroot_unlock_error_get_holders(copy);
            glib_sys::g_error_free(copy);
            assert_eq!((*holders).len, 1);
            glib_sys::g_ptr_array_unref(holders);
            let last = ostree_sysroot_unlock_get_last_holders();
            assert_eq!((*last).len, 1);
            glib_sys::g_ptr_array_unref(last);
        }
    }

    #[test]
    fn what_another_thread_met_is_told_on_the_one_that_asks() {
        let failure = std::thread::spawn(|| {
            let failure = Error::new(Kind::InUse, "busy").held_by(vec![holder()]);
            new_error(&failure) as usize
        });
        // SAFETY: the error is handed over once, and nobody wants it.
        unsafe {
            let failure = failure
                .join()
                .map_or(ptr::null_mut(), |at| at as *mut GError);
            pass_on(ptr::null_mut(), failure);
            let last = ostree_sysroot_unlock_get_last_holders();
            assert_eq!((*last).len, 1);
            glib_sys::g_ptr_array_unref(last);
        }
    }

    #[test]
    fn an_error_made_by_somebody_else_has_no_holders() {
        // SAFETY: all pointers are to what was made here, and freed once.
        unsafe {
            let error = g_error_new_literal(domain(), 8, c"busy".as_ptr());
            let holders = ostree_sysroot_unlock_error_get_holders(error);
            assert_eq!((*holders).len, 0);
            glib_sys::g_ptr_array_unref(holders);
            glib_sys::g_error_free(error);
        }
    }

    #[test]
    fn cancelled_is_the_one_of_gio() {
        let mut error = ptr::null_mut();
        // SAFETY: the error stored is taken over once.
        let error: glib::Error = unsafe {
            set_error(&mut error, &Error::new(Kind::Cancelled, "cancelled"));
            glib::translate::from_glib_full(error)
        };
        assert!(error.matches(gio::IOErrorEnum::Cancelled));
    }
}
