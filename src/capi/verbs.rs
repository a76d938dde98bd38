// SPDX-License-Identifier: LGPL-2.1-or-later
//! The verbs as C calls them.

use std::ffi::c_char;
use std::ptr;

use gio_sys::GCancellable;
use glib_sys::{GError, GPtrArray, GTRUE, gboolean};
use ostree_sys::{
    OstreeAsyncProgress, OstreeDeployment, OstreeDeploymentUnlockedState, OstreeRepo, OstreeSysroot,
};

use crate::capi::boxed::{give_all, hand_over};
use crate::capi::comparison::OstreeSysrootUnlockComparison;
use crate::capi::detection::OstreeSysrootUnlockDetection;
use crate::capi::guard::guard;
use crate::capi::holder::{OstreeSysrootUnlockHolder, values};
use crate::capi::options::OstreeSysrootUnlockOptions;
use crate::capi::outcome::OstreeSysrootUnlockOutcome;
use crate::capi::overview::OstreeSysrootUnlockOverview;
use crate::capi::package_diff::OstreeSysrootUnlockPackageDiff;
use crate::capi::request::{CommitsRequest, Request, state as known_state};
use crate::verbs::begin::begin;
use crate::verbs::cleanup::cleanup;
use crate::verbs::detect::detect;
use crate::verbs::diff::{diff, diff_commits};
use crate::verbs::diff_packages::{diff_packages, diff_packages_of_commits};
use crate::verbs::end::end;
use crate::verbs::enter::enter;
use crate::verbs::holders::holders;
use crate::verbs::status::status;

/// ostree_sysroot_unlock_detect:
/// @error: return location for an error, or %NULL
///
/// What a package manager has to know before it writes below `/usr`. Fast: a few reads of what
/// the kernel has mounted. Does not load libostree's view of the sysroot, needs no privilege
/// and changes nothing. A system that was not booted by OSTree is no error here:
/// ostree_sysroot_unlock_detection_is_booted() tells it.
///
/// Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_FAILED if what the kernel shows in `/proc` cannot be
/// read.
///
/// Returns: (transfer full): what was found, or %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_detect(
    error: *mut *mut GError,
) -> *mut OstreeSysrootUnlockDetection {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { guard(error, || detect().map(hand_over)) }
}

/// ostree_sysroot_unlock_status:
/// @sysroot: the booted sysroot; it need not be loaded
/// @deployment: (nullable): the booted deployment, or %NULL for just that
/// @options: (nullable): of the options, `usage` means something here
/// @progress: (nullable): is told what is being done, as ostree_sysroot_unlock_begin()
/// describes
/// @cancellable: (nullable): stops it
/// @error: return location for an error, or %NULL
///
/// What each hierarchy of the booted deployment is made of, in which state it is, since when,
/// and what is stale or wrong. Changes nothing. Needs no privilege, and says in the result what
/// could not be seen for lack of it.
///
/// Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE if the system was not booted by OSTree,
/// with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED if @sysroot or @deployment is not the booted
/// one, with %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot is %NULL or an option
/// has no meaning here, and with %G_IO_ERROR_CANCELLED.
///
/// Returns: (transfer full): what was found, or %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_status(
    sysroot: *mut OstreeSysroot,
    deployment: *mut OstreeDeployment,
    options: *mut OstreeSysrootUnlockOptions,
    progress: *mut OstreeAsyncProgress,
    cancellable: *mut GCancellable,
    error: *mut *mut GError,
) -> *mut OstreeSysrootUnlockOverview {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        guard(error, || {
            let request = Request::new(sysroot, deployment, options, progress, cancellable)?;
            request.run(status).map(hand_over)
        })
    }
}

/// ostree_sysroot_unlock_begin:
/// @sysroot: the booted sysroot; it need not be loaded
/// @deployment: (nullable): the booted deployment, or %NULL for just that
/// @state: the state to bring `/usr` to; not %OSTREE_DEPLOYMENT_UNLOCKED_NONE
/// @options: (nullable): of the options, `dry_run`, `lazy`, `lock_wait`, `lock_held`, `backing`,
/// `size_limit`, `time_limit` and `only_locked` mean something here
/// @progress: (nullable): is told what is being done
/// @cancellable: (nullable): stops it
/// @error: return location for an error, or %NULL
///
/// Unlocks the booted deployment: makes its `/usr` writable, without a reboot. What is written
/// is kept apart from the deployment, and with @state %OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT
/// and %OSTREE_DEPLOYMENT_UNLOCKED_TRANSIENT it is gone after ostree_sysroot_unlock_end() or a
/// reboot. `/etc` and `/var` are not covered. On a deployment that this library has unlocked,
/// another @state changes it and keeps what was written.
///
/// Needs the privilege to mount (`CAP_SYS_ADMIN`, in practice root) and takes the lock of the
/// sysroot, unless ostree_sysroot_unlock_options_set_lock_held() says that the caller has it.
/// @sysroot itself does not see the change before ostree_sysroot_load_if_changed().
///
/// A @progress gets the keys `status` (a text for people, as ostree_async_progress_get_status()
/// returns it), `unlock-steps-done` and `unlock-steps-total` (both `t`, the latter 0 where it
/// is not known), set together. A cancellation stops it only where nothing was changed yet or
/// where what was changed can be put back.
///
/// Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_PERMISSION_DENIED, %OSTREE_SYSROOT_UNLOCK_ERROR_SYSROOT_LOCKED,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_ALREADY_UNLOCKED if it is in @state already or somebody else
/// has unlocked it, %OSTREE_SYSROOT_UNLOCK_ERROR_UNSUPPORTED for a @state that this version or
/// this system cannot make, %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot is %NULL
/// or @state or an option makes no sense, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_ALLOWED if the
/// configuration of the system forbids it, %OSTREE_SYSROOT_UNLOCK_ERROR_IN_USE if a change
/// would take a file from under somebody who writes to it,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_UNVERIFIED if the kernel shows something else afterwards,
/// %G_IO_ERROR_CANCELLED, and any other of #OstreeSysrootUnlockError. After a failure `/usr` is as it was before; should even putting
/// it back fail, the message says so and the next call repairs it.
///
/// Returns: (transfer full): what was done, or %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_begin(
    sysroot: *mut OstreeSysroot,
    deployment: *mut OstreeDeployment,
    state: OstreeDeploymentUnlockedState,
    options: *mut OstreeSysrootUnlockOptions,
    progress: *mut OstreeAsyncProgress,
    cancellable: *mut GCancellable,
    error: *mut *mut GError,
) -> *mut OstreeSysrootUnlockOutcome {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        guard(error, || {
            let request = Request::new(sysroot, deployment, options, progress, cancellable)?;
            let state = known_state(state)?;
            let began = request.run(|s, d, options, watch| begin(s, d, state, options, watch));
            began.map(hand_over)
        })
    }
}

/// ostree_sysroot_unlock_end:
/// @sysroot: the booted sysroot; it need not be loaded
/// @deployment: (nullable): the booted deployment, or %NULL for just that
/// @options: (nullable): of the options, `dry_run`, `lazy`, `lock_wait` and `lock_held` mean
/// something here
/// @progress: (nullable): is told what is being done, as ostree_sysroot_unlock_begin()
/// describes
/// @cancellable: (nullable): stops it
/// @error: return location for an error, or %NULL
///
/// Locks the booted deployment again: `/usr` is read-only and what it was before
/// ostree_sysroot_unlock_begin(), without a reboot. What was written meanwhile is lost.
/// Programs that run since keep what they have open; the notes of the outcome name them.
///
/// Needs the same privilege and takes the same lock as ostree_sysroot_unlock_begin().
///
/// Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_UNLOCKED if there is nothing to end, with
/// %OSTREE_SYSROOT_UNLOCK_ERROR_IN_USE if something would be lost under somebody who still uses
/// it (see ostree_sysroot_unlock_error_get_holders() and
/// ostree_sysroot_unlock_options_set_lazy()), and otherwise like ostree_sysroot_unlock_begin().
/// After a failure `/usr` is unlocked as it was before.
///
/// Returns: (transfer full): what was done, or %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_end(
    sysroot: *mut OstreeSysroot,
    deployment: *mut OstreeDeployment,
    options: *mut OstreeSysrootUnlockOptions,
    progress: *mut OstreeAsyncProgress,
    cancellable: *mut GCancellable,
    error: *mut *mut GError,
) -> *mut OstreeSysrootUnlockOutcome {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        guard(error, || {
            let request = Request::new(sysroot, deployment, options, progress, cancellable)?;
            request.run(end).map(hand_over)
        })
    }
}

/// ostree_sysroot_unlock_diff:
/// @sysroot: the booted sysroot; it need not be loaded
/// @deployment: (nullable): the booted deployment, or %NULL for just that; another one for its
/// hotfix
/// @options: (nullable): of the options, `from`, `to`, `path`, `kept` and `scratch` mean something
/// here
/// @cancellable: (nullable): stops it
/// @error: return location for an error, or %NULL
///
/// Compares `/usr` with what was deployed, whoever unlocked it, in whatever state. Only what was
/// written is looked at, and a file that was merely touched is no difference. Locked, there is
/// none. What is written meanwhile may be in it or not.
///
/// With ostree_sysroot_unlock_options_set_from() it is compared with that commit instead of its
/// own, and with ostree_sysroot_unlock_options_set_to() that commit is what it became; with
/// both, the commits are compared as wholes, as ostree_sysroot_unlock_diff_commits() does it, and
/// need not be those of a booted system. With ostree_sysroot_unlock_options_set_kept() it is what
/// was kept that is shown, and with ostree_sysroot_unlock_options_set_scratch() what was written to
/// `/usr` in the scratch.
///
/// It only begins here: ostree_sysroot_unlock_comparison_next() does the looking. Changes nothing
/// and takes no lock. Needs root to look at what was written.
///
/// Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_PERMISSION_DENIED, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND if
/// there is no such commit, %OSTREE_SYSROOT_UNLOCK_ERROR_CORRUPT if it is damaged,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot is %NULL or an option makes no
/// sense, and with %G_IO_ERROR_CANCELLED.
///
/// Returns: (transfer full): the comparison, or %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_diff(
    sysroot: *mut OstreeSysroot,
    deployment: *mut OstreeDeployment,
    options: *mut OstreeSysrootUnlockOptions,
    cancellable: *mut GCancellable,
    error: *mut *mut GError,
) -> *mut OstreeSysrootUnlockComparison {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        guard(error, || {
            let progress = ptr::null_mut();
            let request = Request::new(sysroot, deployment, options, progress, cancellable)?;
            request.run(diff).map(hand_over)
        })
    }
}

/// ostree_sysroot_unlock_diff_commits:
/// @repo: the repository of both; it has to be open, and to be used by no other thread while the
/// comparison is
/// @from: the commit to compare with, by checksum or ref
/// @to: the commit to be compared, by checksum or ref
/// @options: (nullable): of the options, `path` means something here
/// @cancellable: (nullable): stops it
/// @error: return location for an error, or %NULL
///
/// Compares two commits, of whatever they are. What has the same checksum is not read. Needs no
/// booted system, and no privilege but to read @repo.
///
/// Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND if there is no such commit,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_CORRUPT if it is damaged,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @repo, @from or @to is %NULL or an option makes
/// no sense, and with %G_IO_ERROR_CANCELLED.
///
/// Returns: (transfer full): the comparison, or %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_diff_commits(
    repo: *mut OstreeRepo,
    from: *const c_char,
    to: *const c_char,
    options: *mut OstreeSysrootUnlockOptions,
    cancellable: *mut GCancellable,
    error: *mut *mut GError,
) -> *mut OstreeSysrootUnlockComparison {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        guard(error, || {
            let request = CommitsRequest::new(repo, from, to, options, cancellable)?;
            request.run(diff_commits).map(hand_over)
        })
    }
}

/// ostree_sysroot_unlock_diff_packages:
/// @sysroot: the booted sysroot; it need not be loaded
/// @deployment: (nullable): the booted deployment, or %NULL for just that; another one for its
/// hotfix
/// @options: (nullable): of the options, `from`, `to` and `scratch` mean something here, as for
/// ostree_sysroot_unlock_diff()
/// @cancellable: (nullable): stops it
/// @error: return location for an error, or %NULL
///
/// What became of the packages of `/usr`, by the databases of dpkg and rpm in it, and which
/// changed files belong to none. Changes nothing and takes no lock; a database of rpm is read in
/// a copy in `TMPDIR`. Needs root to look at what was written.
///
/// Fails as ostree_sysroot_unlock_diff() and ostree_sysroot_unlock_comparison_next(), with
/// %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND if there is no database of packages,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_CORRUPT if one is damaged,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_UNSUPPORTED if one of rpm is not SQLite, and
/// %OSTREE_SYSROOT_UNLOCK_ERROR_CHANGED if one is being written to.
///
/// Returns: (transfer full): what became of them, or %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_diff_packages(
    sysroot: *mut OstreeSysroot,
    deployment: *mut OstreeDeployment,
    options: *mut OstreeSysrootUnlockOptions,
    cancellable: *mut GCancellable,
    error: *mut *mut GError,
) -> *mut OstreeSysrootUnlockPackageDiff {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        guard(error, || {
            let progress = ptr::null_mut();
            let request = Request::new(sysroot, deployment, options, progress, cancellable)?;
            request.run(diff_packages).map(hand_over)
        })
    }
}

/// ostree_sysroot_unlock_diff_packages_of_commits:
/// @repo: the repository of both; it has to be open
/// @from: the commit to compare with, by checksum or ref
/// @to: the commit to be compared, by checksum or ref
/// @options: (nullable): none of the options means something here
/// @cancellable: (nullable): stops it
/// @error: return location for an error, or %NULL
///
/// What became of the packages between two commits, as ostree_sysroot_unlock_diff_packages() says
/// it. Needs no booted system, and no privilege but to read @repo.
///
/// Fails as that does.
///
/// Returns: (transfer full): what became of them, or %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_diff_packages_of_commits(
    repo: *mut OstreeRepo,
    from: *const c_char,
    to: *const c_char,
    options: *mut OstreeSysrootUnlockOptions,
    cancellable: *mut GCancellable,
    error: *mut *mut GError,
) -> *mut OstreeSysrootUnlockPackageDiff {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        guard(error, || {
            let request = CommitsRequest::new(repo, from, to, options, cancellable)?;
            request.run(diff_packages_of_commits).map(hand_over)
        })
    }
}

/// ostree_sysroot_unlock_cleanup:
/// @sysroot: the booted sysroot; it need not be loaded
/// @deployment: (nullable): the booted deployment, or %NULL for just that
/// @options: (nullable): of the options, `dry_run`, `lock_wait`, `lock_held`, `after_upgrade` and
/// `only_etc` mean something here
/// @progress: (nullable): is told what is being done, as ostree_sysroot_unlock_begin()
/// describes
/// @cancellable: (nullable): stops it
/// @error: return location for an error, or %NULL
///
/// Removes what earlier boots and other deployments left: what was written to `/usr` then, and
/// flags that are no longer true. Makes good what was interrupted. What is unlocked now stays as
/// it is. A boot unit of systemd calls it; elsewhere somebody has to.
///
/// Needs the same privilege, for a dry run as well, and takes the same lock as
/// ostree_sysroot_unlock_begin(). The steps of the outcome say what was removed, its notes what
/// was not, and why.
///
/// Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_FAILED if a hook failed that
/// ostree_sysroot_unlock_options_set_after_upgrade() had it run; the others have run, and all of
/// them will again. Otherwise it fails like ostree_sysroot_unlock_begin().
///
/// Returns: (transfer full): what was done, or %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_cleanup(
    sysroot: *mut OstreeSysroot,
    deployment: *mut OstreeDeployment,
    options: *mut OstreeSysrootUnlockOptions,
    progress: *mut OstreeAsyncProgress,
    cancellable: *mut GCancellable,
    error: *mut *mut GError,
) -> *mut OstreeSysrootUnlockOutcome {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        guard(error, || {
            let request = Request::new(sysroot, deployment, options, progress, cancellable)?;
            request.run(cleanup).map(hand_over)
        })
    }
}

/// ostree_sysroot_unlock_get_holders:
/// @sysroot: the booted sysroot; it need not be loaded
/// @deployment: (nullable): the booted deployment, or %NULL for just that
/// @cancellable: (nullable): stops it
/// @error: return location for an error, or %NULL
///
/// Who stands in the way of ostree_sysroot_unlock_end() now: has a file of the unlocked `/usr`
/// open for writing, or runs, maps, reads or works in what would be discarded. The calling
/// process and its ancestors count only where they write. Where `/usr` is locked there is
/// nobody. Changes nothing and takes no lock, so the answer may be out of date when it is read;
/// ostree_sysroot_unlock_end() itself asks again.
///
/// Needs the privilege to see what other processes do and to mount, in practice root.
///
/// Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_PERMISSION_DENIED, with
/// %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot is %NULL, and with
/// %G_IO_ERROR_CANCELLED.
///
/// Returns: (transfer container) (element-type OstreeSysrootUnlockHolder): the holders, perhaps
/// none; free with g_ptr_array_unref(). %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_get_holders(
    sysroot: *mut OstreeSysroot,
    deployment: *mut OstreeDeployment,
    cancellable: *mut GCancellable,
    error: *mut *mut GError,
) -> *mut GPtrArray {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        guard(error, || {
            let (options, progress) = (ptr::null_mut(), ptr::null_mut());
            let request = Request::new(sysroot, deployment, options, progress, cancellable)?;
            let found = request.run(|s, d, _options, watch| holders(s, d, watch))?;
            Ok(give_all::<OstreeSysrootUnlockHolder>(&values(&found)))
        })
    }
}

/// ostree_sysroot_unlock_enter:
/// @error: return location for an error, or %NULL
///
/// Makes `/usr` writable for the calling thread alone, and for the processes that it starts from
/// then on, while everybody else goes on to see it read-only: for a package manager that works
/// over the state %OSTREE_DEPLOYMENT_UNLOCKED_TRANSIENT. What it writes is seen by everybody at
/// once, and is discarded by ostree_sysroot_unlock_end().
///
/// The thread gets a mount namespace, a root directory and a working directory of its own, as
/// unshare() does it; the namespace follows the system's, so later mounts and an
/// ostree_sysroot_unlock_end() are seen in it. There is no way back but the end of the thread:
/// call it in a child process, or first thing in a program that does nothing else. Where `/usr`
/// is unlocked and writable anyway, nothing is done.
///
/// Needs the privilege to mount (`CAP_SYS_ADMIN`, in practice root).
///
/// Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_UNLOCKED if `/usr` is locked, or the caller is in
/// a mount namespace that does not see what unlocked it,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_FOREIGN_MOUNT, %OSTREE_SYSROOT_UNLOCK_ERROR_PERMISSION_DENIED,
/// %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED. After a
/// failure `/usr` is as it was, in a namespace of its own or not.
///
/// Returns: %TRUE if `/usr` is writable now, or %FALSE with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_enter(error: *mut *mut GError) -> gboolean {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { guard(error, || enter().map(|()| GTRUE)) }
}
