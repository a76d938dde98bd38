// SPDX-License-Identifier: LGPL-2.1-or-later
//! The verbs that make changes last, as C calls them: `commit` and `keep`; and the scratch
//! that changes can be made in.

use std::ffi::c_char;
use std::ptr;

use gio_sys::GCancellable;
use glib_sys::{GError, GFALSE, GPtrArray, GTRUE, gboolean};
use ostree_sys::{OstreeAsyncProgress, OstreeDeployment, OstreeSysroot};

use crate::capi::boxed::{give_all, hand_over};
use crate::capi::guard::guard;
use crate::capi::kept::{OstreeSysrootUnlockKept, values};
use crate::capi::options::OstreeSysrootUnlockOptions;
use crate::capi::request::{Request, name as given_name};
use crate::capi::revision::OstreeSysrootUnlockRevision;
use crate::capi::transfer::OstreeSysrootUnlockTransfer;
use crate::verbs::commit::commit;
use crate::verbs::keep::{keep_drop, keep_list, keep_restore, keep_save};
use crate::verbs::scratch::enter_scratch;

/// ostree_sysroot_unlock_commit:
/// @sysroot: the booted sysroot; it need not be loaded
/// @deployment: (nullable): the booted deployment, or %NULL for just that; another one for its
/// hotfix
/// @options: (nullable): of the options, `dry_run`, `lock_wait`, `lock_held`, `path`, `subject`,
/// `body`, `etc_path`, `onto`, `preference`, `skip_special`, `repo`, `branch`, `gpg_key`,
/// `gpg_home`, `sign_key`, `deploy`, `kept` and `scratch` mean something here
/// @progress: (nullable): is told what is being done, as ostree_sysroot_unlock_begin()
/// describes
/// @cancellable: (nullable): stops it
/// @error: return location for an error, or %NULL
///
/// Makes a commit of what was written to `/usr`, whoever unlocked it, in whatever state; or of
/// what was kept, or is in the scratch. Only what changed is written. What runs stays as it is.
///
/// The parent of the commit is what the changes were made on, or the commit that
/// ostree_sysroot_unlock_options_set_onto() names: on that they are replayed path by path, and
/// where both sides changed the same, ostree_sysroot_unlock_options_add_preference() decides. With
/// ostree_sysroot_unlock_options_set_deploy() the commit boots next.
///
/// Needs root, and takes the lock of the sysroot, unless
/// ostree_sysroot_unlock_options_set_lock_held() says that the caller has it. @sysroot itself does
/// not see a new deployment before ostree_sysroot_load_if_changed().
///
/// Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_UNLOCKED if nothing is unlocked,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND if nothing was changed, or what an option names is not
/// there, %OSTREE_SYSROOT_UNLOCK_ERROR_CONFLICT (see
/// ostree_sysroot_unlock_error_get_conflicts()), %OSTREE_SYSROOT_UNLOCK_ERROR_UNSUPPORTED for what
/// cannot be in a commit, for a signature that libostree cannot make, and for a deployment on a
/// system that would not boot it, %OSTREE_SYSROOT_UNLOCK_ERROR_CHANGED if it was written to
/// meanwhile, %OSTREE_SYSROOT_UNLOCK_ERROR_IN_USE if somebody is in the scratch,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_NO_SPACE, %OSTREE_SYSROOT_UNLOCK_ERROR_CORRUPT if the repository
/// is damaged, %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot is %NULL or an option
/// makes no sense, %OSTREE_SYSROOT_UNLOCK_ERROR_PERMISSION_DENIED,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_SYSROOT_LOCKED, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED, %G_IO_ERROR_CANCELLED, and any other of
/// #OstreeSysrootUnlockError. After a failure there is no commit, and libostree's next cleanup
/// removes what was written for it; where only copying it to another repository or deploying it
/// failed, it is there.
///
/// Returns: (transfer full): the commit, or %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_commit(
    sysroot: *mut OstreeSysroot,
    deployment: *mut OstreeDeployment,
    options: *mut OstreeSysrootUnlockOptions,
    progress: *mut OstreeAsyncProgress,
    cancellable: *mut GCancellable,
    error: *mut *mut GError,
) -> *mut OstreeSysrootUnlockRevision {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        guard(error, || {
            let request = Request::new(sysroot, deployment, options, progress, cancellable)?;
            request.run(commit).map(hand_over)
        })
    }
}

/// ostree_sysroot_unlock_keep_save:
/// @sysroot: the booted sysroot; it need not be loaded
/// @deployment: (nullable): the booted deployment, or %NULL for just that; another one for its
/// hotfix
/// @name: what to call it: letters, digits, and `-`, `_`, `.`
/// @options: (nullable): of the options, `lock_wait`, `lock_held`, `path`, `etc_path`,
/// `skip_special`, `subject` and `scratch` mean something here
/// @progress: (nullable): is told what is being done, as ostree_sysroot_unlock_begin()
/// describes
/// @cancellable: (nullable): stops it
/// @error: return location for an error, or %NULL
///
/// Sets aside what was written to `/usr`, under a name, in the repository of the system. `/usr`
/// stays as it is. It lasts until ostree_sysroot_unlock_keep_drop(), across reboots and upgrades.
///
/// Needs the same privilege and takes the same lock as ostree_sysroot_unlock_commit().
///
/// Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot or @name is %NULL, @name
/// is no name or taken already, or an option makes no sense, and otherwise like
/// ostree_sysroot_unlock_commit(). After a failure nothing is kept.
///
/// Returns: (transfer full): what was set aside, or %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_keep_save(
    sysroot: *mut OstreeSysroot,
    deployment: *mut OstreeDeployment,
    name: *const c_char,
    options: *mut OstreeSysrootUnlockOptions,
    progress: *mut OstreeAsyncProgress,
    cancellable: *mut GCancellable,
    error: *mut *mut GError,
) -> *mut OstreeSysrootUnlockTransfer {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        guard(error, || {
            let request = Request::new(sysroot, deployment, options, progress, cancellable)?;
            let name = given_name(name)?;
            let moved = request.run(|s, d, options, watch| keep_save(s, d, &name, options, watch));
            moved.map(hand_over)
        })
    }
}

/// ostree_sysroot_unlock_keep_list:
/// @sysroot: a sysroot; it need not be loaded, nor be the booted one
/// @cancellable: (nullable): stops it
/// @error: return location for an error, or %NULL
///
/// What is kept, sorted by name. Changes nothing, takes no lock, and needs no privilege but to
/// read the repository of @sysroot.
///
/// Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot is %NULL,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_CORRUPT if what is kept does not say what it is,
/// %G_IO_ERROR_CANCELLED, and any other of #OstreeSysrootUnlockError.
///
/// Returns: (transfer container) (element-type OstreeSysrootUnlockKept): what is kept, perhaps
/// nothing; free with g_ptr_array_unref(). %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_keep_list(
    sysroot: *mut OstreeSysroot,
    cancellable: *mut GCancellable,
    error: *mut *mut GError,
) -> *mut GPtrArray {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        guard(error, || {
            let (none, options, progress) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
            let request = Request::new(sysroot, none, options, progress, cancellable)?;
            let kept = request.run(|sysroot, _, _, watch| keep_list(sysroot, watch))?;
            Ok(give_all::<OstreeSysrootUnlockKept>(&values(&kept)))
        })
    }
}

/// ostree_sysroot_unlock_keep_restore:
/// @sysroot: the booted sysroot; it need not be loaded
/// @deployment: (nullable): the booted deployment, or %NULL for just that
/// @name: what it was called
/// @options: (nullable): of the options, `dry_run`, `lock_wait`, `lock_held`, `path` and
/// `preference` mean something here
/// @progress: (nullable): is told what is being done, as ostree_sysroot_unlock_begin()
/// describes
/// @cancellable: (nullable): stops it
/// @error: return location for an error, or %NULL
///
/// Puts back what was kept, into the `/usr` of the booted deployment, which has to be unlocked.
/// It goes path by path, and where something else is there than what the changes were made on,
/// ostree_sysroot_unlock_options_add_preference() decides. It stays kept.
///
/// Needs the same privilege and takes the same lock as ostree_sysroot_unlock_commit(), also with
/// a dry run.
///
/// Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND if nothing was kept under @name,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_UNLOCKED if `/usr` is locked,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_CONFLICT (see ostree_sysroot_unlock_error_get_conflicts()),
/// %OSTREE_SYSROOT_UNLOCK_ERROR_NO_SPACE, %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if
/// @sysroot or @name is %NULL or an option makes no sense, and otherwise like
/// ostree_sysroot_unlock_commit(). After these nothing was put back. Where it breaks off later,
/// each file is there whole or not at all, and the same call goes on from there; the message says
/// how far it got.
///
/// Returns: (transfer full): what was put back, or %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_keep_restore(
    sysroot: *mut OstreeSysroot,
    deployment: *mut OstreeDeployment,
    name: *const c_char,
    options: *mut OstreeSysrootUnlockOptions,
    progress: *mut OstreeAsyncProgress,
    cancellable: *mut GCancellable,
    error: *mut *mut GError,
) -> *mut OstreeSysrootUnlockTransfer {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        guard(error, || {
            let request = Request::new(sysroot, deployment, options, progress, cancellable)?;
            let name = given_name(name)?;
            let moved =
                request.run(|s, d, options, watch| keep_restore(s, d, &name, options, watch));
            moved.map(hand_over)
        })
    }
}

/// ostree_sysroot_unlock_keep_drop:
/// @sysroot: the booted sysroot; it need not be loaded
/// @name: what it was called
/// @options: (nullable): of the options, `lock_wait` and `lock_held` mean something here
/// @progress: (nullable): is told what is being done, as ostree_sysroot_unlock_begin()
/// describes
/// @cancellable: (nullable): stops it
/// @error: return location for an error, or %NULL
///
/// Forgets what was kept under a name. libostree's next cleanup frees its space.
///
/// Needs the same privilege and takes the same lock as ostree_sysroot_unlock_commit().
///
/// Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND if nothing was kept under @name,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot or @name is %NULL or an option makes
/// no sense, %OSTREE_SYSROOT_UNLOCK_ERROR_PERMISSION_DENIED,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_SYSROOT_LOCKED, %G_IO_ERROR_CANCELLED, and any other of
/// #OstreeSysrootUnlockError. After a failure it stays kept.
///
/// Returns: %TRUE if it was forgotten, or %FALSE with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_keep_drop(
    sysroot: *mut OstreeSysroot,
    name: *const c_char,
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
            let name = given_name(name)?;
            request.run(|s, _, options, watch| keep_drop(s, &name, options, watch))?;
            Ok(GTRUE)
        })
    }
}

/// ostree_sysroot_unlock_enter_scratch:
/// @fresh: %TRUE to begin it anew, %FALSE to go on with what is there
/// @error: return location for an error, or %NULL
///
/// Gives the calling thread, and the processes that it starts from then on, a copy of the system
/// to write to: `/usr` as it was deployed, `/etc` and `/var` as they are. Nobody else sees what is
/// written there. ostree_sysroot_unlock_commit() makes a commit of it, with
/// ostree_sysroot_unlock_options_set_scratch().
///
/// The thread gets a mount namespace, a root directory and a working directory of its own, as
/// unshare() does it. There is no way back but the end of the thread: call it in a child process,
/// or first thing in a program that does nothing else. The scratch stays when that is over, until
/// it is begun anew or another boot finds it. What is mounted below `/var` from elsewhere is no
/// copy.
///
/// Needs the privilege to mount (`CAP_SYS_ADMIN`, in practice root).
///
/// Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_IN_USE while another process is in the scratch,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_PERMISSION_DENIED, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_NO_SPACE, and any other of #OstreeSysrootUnlockError. After a
/// failure the thread may be in a namespace of its own, in which some of the three are copies
/// already.
///
/// Returns: %TRUE if it is in the scratch now, or %FALSE with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_enter_scratch(
    fresh: gboolean,
    error: *mut *mut GError,
) -> gboolean {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { guard(error, || enter_scratch(fresh != GFALSE).map(|()| GTRUE)) }
}
