// SPDX-License-Identifier: LGPL-2.1-or-later
//! What brings a thread into another commit or deployment, as C calls it, and what is recorded of
//! what was done there.

use std::ffi::c_char;
use std::ptr;

use gio_sys::GCancellable;
use glib::translate::ToGlibPtr;
use glib_sys::{GError, GTRUE, gboolean};
use ostree_sys::{OstreeAsyncProgress, OstreeDeployment, OstreeSysroot};

use crate::capi::guard::guard;
use crate::capi::options::OstreeSysrootUnlockOptions;
use crate::capi::request::{Request, commit as given_commit, name as given_name, no_deployment};
use crate::capi::text::texts;
use crate::error::Result;
use crate::options::Watch;
use crate::verbs::enter_commit::enter_commit;
use crate::verbs::enter_deployment::enter_deployment;
use crate::verbs::record::{missing_records, record, recorded};

/// ostree_sysroot_unlock_enter_commit:
/// @sysroot: the booted sysroot; it need not be loaded
/// @commit: a ref, a checksum, or the beginning of one
/// @options: (nullable): of the options, `lock_wait`, `lock_held` and `merge_etc` mean something
/// here
/// @progress: (nullable): is told what is being done, as ostree_sysroot_unlock_begin()
/// describes
/// @cancellable: (nullable): stops it
/// @error: return location for an error, or %NULL
///
/// Shows the calling thread, and the processes that it starts from then on, the `/usr` of another
/// commit, read-only. Everybody else goes on to see what they saw. `/etc` and `/var` are those of
/// the system.
///
/// The commit has to be in the repository of the system, whole; it need not be deployed. The first
/// call for it in a boot compares it with what is booted, under the lock of the sysroot, and keeps what is
/// different as links of the repository's files. The modules of the kernel that runs stay as they
/// are.
///
/// The thread gets a mount namespace, a root directory and a working directory of its own, as
/// unshare() does it; the namespace follows the system's. There is no way back but the end of the
/// thread: call it in a child process, or first thing in a program that does nothing else.
///
/// Needs the privilege to mount (`CAP_SYS_ADMIN`, in practice root).
///
/// Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND if the repository does not have the commit, or
/// only a part of it, %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot or @commit is %NULL,
/// the commit has no `/usr`, or an option makes no sense,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_NO_SPACE, %OSTREE_SYSROOT_UNLOCK_ERROR_SYSROOT_LOCKED,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_PERMISSION_DENIED, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED, %G_IO_ERROR_CANCELLED, and any other of
/// #OstreeSysrootUnlockError. After a failure the thread may be in a namespace of its own.
///
/// Returns: %TRUE if it sees the commit now, or %FALSE with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_enter_commit(
    sysroot: *mut OstreeSysroot,
    commit: *const c_char,
    options: *mut OstreeSysrootUnlockOptions,
    progress: *mut OstreeAsyncProgress,
    cancellable: *mut GCancellable,
    error: *mut *mut GError,
) -> gboolean {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        guard(error, || {
            let none = ptr::null_mut();
            let request = Request::new(sysroot, none, options, progress, cancellable)?;
            let commit = given_commit(commit)?;
            request.run(|s, _, options, watch| enter_commit(s, &commit, options, watch))?;
            Ok(GTRUE)
        })
    }
}

/// ostree_sysroot_unlock_enter_deployment:
/// @sysroot: the booted sysroot
/// @deployment: a deployment of it that is not booted, of any stateroot
/// @options: (nullable): of the options, `lock_wait`, `scratch_var`, `home`, `record` and
/// `for_commit` mean something here
/// @cancellable: (nullable): stops it while it waits for the lock
/// @error: return location for an error, or %NULL
///
/// Has the calling thread, and the processes that it starts from then on, be in a deployment that is
/// not booted: it is their root directory. What they write to its `/etc` stays there. Its `/usr` is
/// read-only, and so is `/var`, which is that of its stateroot, unless an option says more. `/proc`,
/// `/sys`, `/dev`, `/run`, `/tmp` and the network are those of the system that runs.
///
/// The process holds the lock of the sysroot from then on, and so do those that it starts, until
/// the last of them ends: nobody removes the deployment meanwhile. The caller must not hold it
/// before.
///
/// The thread gets a mount namespace, a root directory and a working directory of its own, as
/// unshare() does it. There is no way back but the end of the thread: call it in a child process,
/// or first thing in a program that does nothing else.
///
/// Needs the privilege to mount (`CAP_SYS_ADMIN`, in practice root).
///
/// Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot or @deployment is %NULL, it
/// is the booted deployment, or one of another commit than an option wants, or an option makes no sense,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_UNSUPPORTED if it is staged or has a hotfix, or the sysroot takes no
/// writes, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND if it is gone, or has no place for the homes,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_SYSROOT_LOCKED, %OSTREE_SYSROOT_UNLOCK_ERROR_PERMISSION_DENIED,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED,
/// %G_IO_ERROR_CANCELLED, and any other of #OstreeSysrootUnlockError. After a failure the thread may
/// be in a namespace of its own, and what an option names may be forgotten.
///
/// Returns: %TRUE if it is there now, or %FALSE with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_enter_deployment(
    sysroot: *mut OstreeSysroot,
    deployment: *mut OstreeDeployment,
    options: *mut OstreeSysrootUnlockOptions,
    cancellable: *mut GCancellable,
    error: *mut *mut GError,
) -> gboolean {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        guard(error, || {
            let progress = ptr::null_mut();
            let request = Request::new(sysroot, deployment, options, progress, cancellable)?;
            request.run(|s, deployment, options, watch| {
                let deployment = deployment.ok_or_else(no_deployment)?;
                enter_deployment(s, deployment, options, watch)
            })?;
            Ok(GTRUE)
        })
    }
}

/// ostree_sysroot_unlock_record:
/// @sysroot: the booted sysroot; it need not be loaded
/// @deployment: (nullable): the booted deployment, or %NULL for just that, or any other
/// @name: what was done: letters, digits, and `-`, `_`, `.`
/// @options: (nullable): of the options, `lock_wait`, `lock_held` and `for_commit` mean something
/// here
/// @cancellable: (nullable): stops it
/// @error: return location for an error, or %NULL
///
/// Records that something was done to a deployment. The record is bound to that deployment, is
/// there after a reboot, and goes with it. ostree_sysroot_unlock_status() shows the problem
/// `record-missing` where the deployment that boots next lacks a record that the booted one has, or that the
/// configuration wants.
///
/// Needs the same privilege and takes the same lock as ostree_sysroot_unlock_commit().
///
/// Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot or @name is %NULL, @name is
/// no name, or the deployment is of another commit than an option wants,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_UNSUPPORTED if it is staged, and otherwise like
/// ostree_sysroot_unlock_commit(). After a failure there is no new record.
///
/// Returns: %TRUE if it was recorded, or %FALSE with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_record(
    sysroot: *mut OstreeSysroot,
    deployment: *mut OstreeDeployment,
    name: *const c_char,
    options: *mut OstreeSysrootUnlockOptions,
    cancellable: *mut GCancellable,
    error: *mut *mut GError,
) -> gboolean {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        guard(error, || {
            let progress = ptr::null_mut();
            let request = Request::new(sysroot, deployment, options, progress, cancellable)?;
            let name = given_name(name)?;
            request.run(|s, d, options, watch| record(s, d, &name, options, watch))?;
            Ok(GTRUE)
        })
    }
}

/// ostree_sysroot_unlock_get_records:
/// @sysroot: the booted sysroot; it need not be loaded
/// @deployment: (nullable): the booted deployment, or %NULL for just that, or any other
/// @cancellable: (nullable): stops it
/// @error: return location for an error, or %NULL
///
/// The names of what was recorded of a deployment with ostree_sysroot_unlock_record(). Changes
/// nothing and takes no lock. Only root sees them: to anybody else there are none.
///
/// Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot is %NULL, %G_IO_ERROR_CANCELLED, and any
/// other of #OstreeSysrootUnlockError.
///
/// Returns: (transfer full) (array zero-terminated=1): the names, sorted, perhaps none; free with
/// g_strfreev(). %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_get_records(
    sysroot: *mut OstreeSysroot,
    deployment: *mut OstreeDeployment,
    cancellable: *mut GCancellable,
    error: *mut *mut GError,
) -> *mut *mut c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        guard(error, || {
            let (options, progress) = (ptr::null_mut(), ptr::null_mut());
            let request = Request::new(sysroot, deployment, options, progress, cancellable)?;
            names(&request, recorded)
        })
    }
}

/// ostree_sysroot_unlock_get_missing_records:
/// @sysroot: the booted sysroot; it need not be loaded
/// @deployment: (nullable): the booted deployment, or %NULL for just that, or any other
/// @cancellable: (nullable): stops it
/// @error: return location for an error, or %NULL
///
/// The names of the records that a deployment lacks: those that the booted one has, or that the configuration
/// wants (`Records=` in ostree-unlock.conf(5)). Changes nothing and takes no lock. Only root sees
/// what is recorded: to anybody else all are missing that the configuration wants.
///
/// Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot is %NULL,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_FAILED if a file of the configuration has a bad value,
/// %G_IO_ERROR_CANCELLED, and any other of #OstreeSysrootUnlockError.
///
/// Returns: (transfer full) (array zero-terminated=1): the names, sorted, perhaps none; free with
/// g_strfreev(). %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_get_missing_records(
    sysroot: *mut OstreeSysroot,
    deployment: *mut OstreeDeployment,
    cancellable: *mut GCancellable,
    error: *mut *mut GError,
) -> *mut *mut c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        guard(error, || {
            let (options, progress) = (ptr::null_mut(), ptr::null_mut());
            let request = Request::new(sysroot, deployment, options, progress, cancellable)?;
            names(&request, missing_records)
        })
    }
}

/// What `find` says, as C gets it.
fn names(
    request: &Request,
    find: fn(&ostree::Sysroot, Option<&ostree::Deployment>, &Watch<'_>) -> Result<Vec<String>>,
) -> Result<*mut *mut c_char> {
    let names = request.run(|s, d, _, watch| find(s, d, watch))?;
    Ok(texts(&names).to_glib_full())
}
