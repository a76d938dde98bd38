// SPDX-License-Identifier: LGPL-2.1-or-later
//! The verbs that make another commit live, as C calls them: `apply` and `rollback`.

use std::ffi::c_char;

use gio_sys::{GAsyncReadyCallback, GAsyncResult, GCancellable};
use glib_sys::{GError, GFALSE, gboolean, gpointer};
use ostree_sys::{OstreeAsyncProgress, OstreeDeployment, OstreeSysroot};

use crate::capi::boxed::hand_over;
use crate::capi::guard::{guard, guard_quiet};
use crate::capi::options::OstreeSysrootUnlockOptions;
use crate::capi::request::{Moved, Request};
use crate::capi::task::{Made, finish, start};
use crate::capi::text::read_text;
use crate::capi::transition::OstreeSysrootUnlockTransition;
use crate::verbs::apply::{apply, rollback};

/// ostree_sysroot_unlock_apply:
/// @sysroot: the booted sysroot; it need not be loaded
/// @deployment: (nullable): the booted deployment, or %NULL for just that
/// @commit: (nullable): a checksum or a ref, or %NULL for the commit of the deployment that boots
/// next
/// @options: (nullable): of the options, `dry_run`, `lock_wait`, `lock_held`, `preference`,
/// `allow_replacement`, `allow_broken`, `allow_other_system`, `no_pull`, `deploy` and `restart` mean
/// something here
/// @progress: (nullable): is told what is being done, as ostree_sysroot_unlock_begin()
/// describes
/// @cancellable: (nullable): stops it
/// @error: return location for an error, or %NULL
///
/// Makes the `/usr` of another commit live, without a reboot and in one move: nobody ever sees a
/// mixture of two commits. Where `/usr` was locked, the state is then
/// %OSTREE_DEPLOYMENT_UNLOCKED_TRANSIENT; where it was open, the state stays, and what was written
/// lies over the new commit. Files of `/etc` that nobody has changed follow the commit. It lasts
/// until ostree_sysroot_unlock_rollback(), ostree_sysroot_unlock_end() or a reboot. What boots next
/// is not changed, unless ostree_sysroot_unlock_options_set_deploy() has it staged as well, and what
/// runs goes on with the libraries that it has loaded.
///
/// What the commit asks for is done afterwards: the loader's cache, users, directories in `/var`,
/// unit files, and with ostree_sysroot_unlock_options_set_restart() services. What of it fails
/// takes nothing back: ostree_sysroot_unlock_transition_get_follow_ups() says what became of each.
/// Cancelled by then, it waits for no service any longer.
///
/// What the repository of the system lacks of the commit is pulled first, with its ref if @commit
/// names one: from the remote of a ref that leads to it, or else of the booted deployment or the
/// one that boots next. It stays live also where its ref or its deployment is removed meanwhile.
///
/// Needs root, and takes the lock of the sysroot, unless
/// ostree_sysroot_unlock_options_set_lock_held() says that the caller has it. @sysroot itself does
/// not see the change before ostree_sysroot_load_if_changed(). With a dry run it says what would
/// be done, and takes no lock.
///
/// Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_ADDITIVE if packages would be replaced or removed
/// under what runs, unless ostree_sysroot_unlock_options_set_allow_replacement() allows it (a dry
/// run does not fail so), where nobody can tell that, with what is the matter with the database of
/// packages, such as %OSTREE_SYSROOT_UNLOCK_ERROR_CORRUPT, unless the same allows it,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_ALLOWED if `/usr` is locked and the configuration of the system
/// forbids the state
/// %OSTREE_DEPLOYMENT_UNLOCKED_TRANSIENT, %OSTREE_SYSROOT_UNLOCK_ERROR_CONFLICT if what was written
/// hides what the commit changes (see ostree_sysroot_unlock_error_get_conflicts()), unless
/// ostree_sysroot_unlock_options_add_preference() says that this is meant,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_IN_USE while somebody has a file of `/usr` open for writing (see
/// ostree_sysroot_unlock_error_get_holders()), %OSTREE_SYSROOT_UNLOCK_ERROR_CHANGED if somebody
/// wrote to `/usr` meanwhile, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND if @commit is not there as a
/// whole and cannot be pulled, or is %NULL where the booted deployment boots next,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_UNSUPPORTED if a program would no longer find a library or systemd
/// would not read a unit file of the commit, unless
/// ostree_sysroot_unlock_options_set_allow_broken() allows it (a dry run does not fail so), and
/// over a hotfix, over what rpm-ostree has made live, over what this library cannot read, and where
/// the disk takes no writes, %OSTREE_SYSROOT_UNLOCK_ERROR_FOREIGN_MOUNT,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_UNVERIFIED if the kernel shows something else afterwards,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_UNSAFE_PATH, %OSTREE_SYSROOT_UNLOCK_ERROR_NO_SPACE,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_CORRUPT if the repository or a database of packages is damaged,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot is %NULL, an option makes no sense, or
/// @commit is no system, or another one unless
/// ostree_sysroot_unlock_options_set_allow_other_system() allows that,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_PERMISSION_DENIED, %OSTREE_SYSROOT_UNLOCK_ERROR_SYSROOT_LOCKED,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED,
/// %G_IO_ERROR_CANCELLED, and any other of #OstreeSysrootUnlockError. After a failure `/usr` and
/// `/etc` are as they were before, while what was pulled is in the repository; should even putting
/// them back fail, the message says so and the next call repairs it.
///
/// Returns: (transfer full): what was done, or %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_apply(
    sysroot: *mut OstreeSysroot,
    deployment: *mut OstreeDeployment,
    commit: *const c_char,
    options: *mut OstreeSysrootUnlockOptions,
    progress: *mut OstreeAsyncProgress,
    cancellable: *mut GCancellable,
    error: *mut *mut GError,
) -> *mut OstreeSysrootUnlockTransition {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        guard(error, || {
            let request = Request::new(sysroot, deployment, options, progress, cancellable)?;
            let commit = read_text(commit);
            let done =
                request.run(|s, d, options, watch| apply(s, d, commit.as_deref(), options, watch));
            done.map(hand_over)
        })
    }
}

/// ostree_sysroot_unlock_rollback:
/// @sysroot: the booted sysroot; it need not be loaded
/// @deployment: (nullable): the booted deployment, or %NULL for just that
/// @all: %TRUE for what was there before the first apply, %FALSE for what was there before the
/// last one
/// @options: (nullable): of the options, `dry_run`, `lock_wait`, `lock_held`, `preference` and
/// `restart` mean something here
/// @progress: (nullable): is told what is being done, as ostree_sysroot_unlock_begin()
/// describes
/// @cancellable: (nullable): stops it
/// @error: return location for an error, or %NULL
///
/// Puts back what ostree_sysroot_unlock_apply() changed, without a reboot and in one move: the
/// commit that was live before, and in `/etc` what was merged, but for what was changed since,
/// which stays and is named in the notes of the outcome. What was written to `/usr` stays, before
/// or after the apply. Where nothing was written and `/usr` was locked before the first apply, it
/// is locked again.
///
/// Needs the same privilege and takes the same lock as ostree_sysroot_unlock_apply().
///
/// Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND if nothing was applied in this boot, and
/// otherwise like ostree_sysroot_unlock_apply(), but for
/// %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_ADDITIVE, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_ALLOWED and what
/// would not work in the commit: the way back is not refused. After a failure `/usr` and `/etc` are
/// as they were before, as there.
///
/// Returns: (transfer full): what was done, or %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_rollback(
    sysroot: *mut OstreeSysroot,
    deployment: *mut OstreeDeployment,
    all: gboolean,
    options: *mut OstreeSysrootUnlockOptions,
    progress: *mut OstreeAsyncProgress,
    cancellable: *mut GCancellable,
    error: *mut *mut GError,
) -> *mut OstreeSysrootUnlockTransition {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        guard(error, || {
            let request = Request::new(sysroot, deployment, options, progress, cancellable)?;
            let all = all != GFALSE;
            let done = request.run(|s, d, options, watch| rollback(s, d, all, options, watch));
            done.map(hand_over)
        })
    }
}

/// ostree_sysroot_unlock_apply_async:
/// @sysroot: the booted sysroot
/// @deployment: (nullable): the booted deployment, or %NULL for just that
/// @commit: (nullable): as ostree_sysroot_unlock_apply() takes it
/// @options: (nullable): as ostree_sysroot_unlock_apply() takes them
/// @progress: (nullable): is told what is being done
/// @cancellable: (nullable): stops it
/// @callback: (scope async) (closure user_data): is called in the thread-default main context
/// of the caller when it is done
/// @user_data: for @callback
///
/// The same as ostree_sysroot_unlock_apply(), on another thread. What it takes is kept as long as
/// it is needed. Every error, one in the arguments too, comes from
/// ostree_sysroot_unlock_apply_finish().
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_apply_async(
    sysroot: *mut OstreeSysroot,
    deployment: *mut OstreeDeployment,
    commit: *const c_char,
    options: *mut OstreeSysrootUnlockOptions,
    progress: *mut OstreeAsyncProgress,
    cancellable: *mut GCancellable,
    callback: GAsyncReadyCallback,
    user_data: gpointer,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe {
        let request = Request::new(sysroot, deployment, options, progress, cancellable).map(Moved);
        let commit = read_text(commit);
        let job = move || {
            let Moved(request) = request?;
            let done =
                request.run(|s, d, options, watch| apply(s, d, commit.as_deref(), options, watch));
            done.map(Made::new::<OstreeSysrootUnlockTransition>)
        };
        let tag = ostree_sysroot_unlock_apply_async as *mut _;
        start(Box::new(job), tag, cancellable, callback, user_data);
    });
}

/// ostree_sysroot_unlock_apply_finish:
/// @result: what the callback of ostree_sysroot_unlock_apply_async() was given
/// @error: return location for an error, or %NULL
///
/// What came of it, with the errors of ostree_sysroot_unlock_apply().
///
/// Returns: (transfer full): what was done, or %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_apply_finish(
    result: *mut GAsyncResult,
    error: *mut *mut GError,
) -> *mut OstreeSysrootUnlockTransition {
    let tag = ostree_sysroot_unlock_apply_async as *mut _;
    // SAFETY: the caller keeps the promises of the header.
    unsafe { guard(error, || finish(result, tag, error)) }
}

/// ostree_sysroot_unlock_rollback_async:
/// @sysroot: the booted sysroot
/// @deployment: (nullable): the booted deployment, or %NULL for just that
/// @all: as ostree_sysroot_unlock_rollback() takes it
/// @options: (nullable): as ostree_sysroot_unlock_rollback() takes them
/// @progress: (nullable): is told what is being done
/// @cancellable: (nullable): stops it
/// @callback: (scope async) (closure user_data): is called in the thread-default main context
/// of the caller when it is done
/// @user_data: for @callback
///
/// The same as ostree_sysroot_unlock_rollback(), on another thread. What it takes is kept as long
/// as it is needed. Every error, one in the arguments too, comes from
/// ostree_sysroot_unlock_rollback_finish().
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_rollback_async(
    sysroot: *mut OstreeSysroot,
    deployment: *mut OstreeDeployment,
    all: gboolean,
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
            let (Moved(request), all) = (request?, all != GFALSE);
            let done = request.run(|s, d, options, watch| rollback(s, d, all, options, watch));
            done.map(Made::new::<OstreeSysrootUnlockTransition>)
        };
        let tag = ostree_sysroot_unlock_rollback_async as *mut _;
        start(Box::new(job), tag, cancellable, callback, user_data);
    });
}

/// ostree_sysroot_unlock_rollback_finish:
/// @result: what the callback of ostree_sysroot_unlock_rollback_async() was given
/// @error: return location for an error, or %NULL
///
/// What came of it, with the errors of ostree_sysroot_unlock_rollback().
///
/// Returns: (transfer full): what was done, or %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_rollback_finish(
    result: *mut GAsyncResult,
    error: *mut *mut GError,
) -> *mut OstreeSysrootUnlockTransition {
    let tag = ostree_sysroot_unlock_rollback_async as *mut _;
    // SAFETY: the caller keeps the promises of the header.
    unsafe { guard(error, || finish(result, tag, error)) }
}
