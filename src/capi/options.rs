// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockOptions`: what a caller may ask beyond the verb. One setter function
//! an option: who uses a new option then depends on the library version that has it.

use std::ffi::{CStr, c_char};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use glib_sys::{GFALSE, GType, gboolean};

use crate::capi::boxed::{Border, add_reference, drop_reference, give, register};
use crate::capi::choices::{backing, deploy, home, prefer};
use crate::capi::guard::{guard_quiet, method};
use crate::capi::text::{read_path, read_text};
use crate::capi::types::{BackingNumber, DeployNumber, HomeNumber, PreferNumber, guint, guint64};
use crate::error::Result;
use crate::options::Options;

/// OstreeSysrootUnlockOptions:
///
/// What a caller may ask of an operation beyond its arguments. An operation refuses an option
/// that means nothing to it with %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT, so that none is
/// ever ignored; each setter says what its option is for, by the operations' names without their
/// prefix.
///
/// May be used again, and by several threads: an operation takes what is set when it is called.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockOptions(());

/// What was set. A value of an enumeration stays a number until it is used: a setter could not
/// report one that nobody knows.
#[derive(Clone, Default)]
pub(super) struct Set {
    pub(super) options: Options,
    backing: Option<BackingNumber>,
    pub(super) deploy: Option<DeployNumber>,
    pub(super) home: Option<HomeNumber>,
    pub(super) preferences: Vec<(PathBuf, PreferNumber)>,
}

#[derive(Default)]
pub struct Value(Mutex<Set>);

impl Value {
    pub(super) fn set(&self) -> MutexGuard<'_, Set> {
        // A setter that panicked has left what was set before.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn change(&self, change: impl FnOnce(Options) -> Options) {
        let mut set = self.set();
        set.options = change(set.options.clone());
    }

    /// The options as the public Rust API wants them.
    pub fn options(&self) -> Result<Options> {
        let set = self.set().clone();
        let mut options = set.options;
        if let Some(number) = set.backing {
            options = options.backing(backing(number)?);
        }
        if let Some(number) = set.deploy {
            options = options.deploy(deploy(number)?);
        }
        if let Some(number) = set.home {
            options = options.home(home(number)?);
        }
        for (path, number) in set.preferences {
            options = options.prefer(path, prefer(number)?);
        }
        Ok(options)
    }
}

impl Border for OstreeSysrootUnlockOptions {
    type Value = Value;
    const NAME: &'static str = "options";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockOptions";
}

/// ostree_sysroot_unlock_options_new:
///
/// Returns: (transfer full): options with every default: do it, refuse rather than lose, do not
/// wait
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_options_new() -> *mut OstreeSysrootUnlockOptions {
    guard_quiet(|| give(Arc::new(Value::default())))
}

/// ostree_sysroot_unlock_options_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_options_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockOptions>(&TYPE))
}

/// ostree_sysroot_unlock_options_ref:
/// @options: the options
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @options
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_ref(
    options: *mut OstreeSysrootUnlockOptions,
) -> *mut OstreeSysrootUnlockOptions {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(options) })
}

/// ostree_sysroot_unlock_options_unref:
/// @options: (transfer full): the options
///
/// Gives a reference up; with the last one @options is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_unref(
    options: *mut OstreeSysrootUnlockOptions,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(options) });
}

/// ostree_sysroot_unlock_options_set_dry_run:
/// @options: the options
/// @dry_run: %TRUE to change nothing
///
/// `begin`, `end`, `cleanup`, `commit`, `keep_restore`, `apply` and `rollback`: say what would be
/// done, and change nothing. The default is to do it.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_dry_run(
    options: *mut OstreeSysrootUnlockOptions,
    dry_run: gboolean,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.change(|o| o.dry_run(dry_run != GFALSE))
        })
    }
}

/// ostree_sysroot_unlock_options_set_lazy:
/// @options: the options
/// @lazy: %TRUE to go on
///
/// `end`, and `begin` where it changes the state: go on although somebody still uses what would
/// be lost. The default is to refuse with %OSTREE_SYSROOT_UNLOCK_ERROR_IN_USE.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_lazy(
    options: *mut OstreeSysrootUnlockOptions,
    lazy: gboolean,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.change(|o| o.lazy(lazy != GFALSE))
        })
    }
}

/// ostree_sysroot_unlock_options_set_usage:
/// @options: the options
/// @usage: %TRUE to count
///
/// `status`: count what was written, which takes time in proportion to it. The default is not
/// to.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_usage(
    options: *mut OstreeSysrootUnlockOptions,
    usage: gboolean,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.change(|o| o.usage(usage != GFALSE))
        })
    }
}

/// ostree_sysroot_unlock_options_set_lock_wait:
/// @options: the options
/// @milliseconds: the longest wait, in milliseconds
///
/// Of all that take the lock of the sysroot: how long to wait for it, if somebody else holds it,
/// before failing with %OSTREE_SYSROOT_UNLOCK_ERROR_SYSROOT_LOCKED. The default is not to wait.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_lock_wait(
    options: *mut OstreeSysrootUnlockOptions,
    milliseconds: guint,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.change(|o| o.lock_wait(Duration::from_millis(milliseconds.into())))
        })
    }
}

/// ostree_sysroot_unlock_options_set_lock_held:
/// @options: the options
/// @lock_held: %TRUE if the caller holds it
///
/// Of all that take the lock of the sysroot: the caller holds it already, from libostree's
/// ostree_sysroot_lock() or ostree_sysroot_try_lock(), and it is not to be taken once more (it
/// would wait for itself). The default is to take it and to release it afterwards.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_lock_held(
    options: *mut OstreeSysrootUnlockOptions,
    lock_held: gboolean,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.change(|o| o.lock_held(lock_held != GFALSE))
        })
    }
}

/// ostree_sysroot_unlock_options_set_backing:
/// @options: the options
/// @backing: where
///
/// `begin`: where what is written goes. The default is the disk where that can be written to,
/// and memory where it cannot or where there is a size limit. A value that this library does
/// not know makes the operation fail with %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_backing(
    options: *mut OstreeSysrootUnlockOptions,
    backing: BackingNumber,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(options, |options| options.set().backing = Some(backing)) }
}

/// ostree_sysroot_unlock_options_set_size_limit:
/// @options: the options
/// @bytes: the limit, in bytes
///
/// `begin`: the most that may be written, to memory; asks for
/// %OSTREE_SYSROOT_UNLOCK_BACKING_RAM by itself. The default is what a tmpfs takes, half of the
/// memory.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_size_limit(
    options: *mut OstreeSysrootUnlockOptions,
    bytes: guint64,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(options, |options| options.change(|o| o.size_limit(bytes))) }
}

/// ostree_sysroot_unlock_options_set_time_limit:
/// @options: the options
/// @seconds: the limit, in seconds; not 0
///
/// `begin`: how long it may stay unlocked. Then it ends by itself, by the rules of
/// ostree_sysroot_unlock_end(), and also after a suspend; who is logged in at a terminal is
/// warned before. On what is unlocked already, in the same state or in another, the limit counts
/// from now. A timer of systemd does it: where that does not run, the notes of the outcome say
/// that nothing will. A wait for the lock of the sysroot counts; where that takes all of the time, it
/// is refused with %OSTREE_SYSROOT_UNLOCK_ERROR_SYSROOT_LOCKED. The default is no limit, unless the
/// configuration of the system has one.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_time_limit(
    options: *mut OstreeSysrootUnlockOptions,
    seconds: guint,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.change(|o| o.time_limit(Duration::from_secs(seconds.into())))
        })
    }
}

/// ostree_sysroot_unlock_options_set_only_locked:
/// @options: the options
/// @only_locked: %TRUE to refuse what is unlocked
///
/// `begin`: only where nothing is unlocked; otherwise refuse with
/// %OSTREE_SYSROOT_UNLOCK_ERROR_ALREADY_UNLOCKED, whatever the state, and under the lock. For who
/// ends it again: ostree_sysroot_unlock_end() discards also what was written before, be it a
/// hotfix. The default is to change the state and keep what was written.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_only_locked(
    options: *mut OstreeSysrootUnlockOptions,
    only_locked: gboolean,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.change(|o| o.only_locked(only_locked != GFALSE))
        })
    }
}

/// ostree_sysroot_unlock_options_set_after_upgrade:
/// @options: the options
/// @after_upgrade: %TRUE to do it
///
/// `cleanup`: do also what is to be done once for each deployment after it was booted, which is
/// libostree's own cleanup of the sysroot, and the hooks in `post-upgrade.d`. Where all of it has
/// been done, nothing is. The default is not to.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_after_upgrade(
    options: *mut OstreeSysrootUnlockOptions,
    after_upgrade: gboolean,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.change(|o| o.after_upgrade(after_upgrade != GFALSE))
        })
    }
}

/// ostree_sysroot_unlock_options_set_allow_broken:
/// @options: the options
/// @allow_broken: %TRUE to go on
///
/// `apply`: go on although the commit lacks a library that is needed, or has a unit file that
/// systemd would not read. The default is to refuse.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_allow_broken(
    options: *mut OstreeSysrootUnlockOptions,
    allow_broken: gboolean,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.change(|o| o.allow_broken(allow_broken != GFALSE))
        })
    }
}

/// ostree_sysroot_unlock_options_set_allow_other_system:
/// @options: the options
/// @allow_other_system: %TRUE to go on
///
/// `apply`: go on although the commit is of another operating system, by the `ID` of its
/// os-release(5), or for another kind of machine. The default is to refuse.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_allow_other_system(
    options: *mut OstreeSysrootUnlockOptions,
    allow_other_system: gboolean,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.change(|o| o.allow_other_system(allow_other_system != GFALSE))
        })
    }
}

/// ostree_sysroot_unlock_options_set_no_pull:
/// @options: the options
/// @no_pull: %TRUE to refuse it
///
/// `apply`: refuse a commit that is not in the repository as a whole. The default is to pull what
/// is missing, where a remote is known that may have it.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_no_pull(
    options: *mut OstreeSysrootUnlockOptions,
    no_pull: gboolean,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.change(|o| o.no_pull(no_pull != GFALSE))
        })
    }
}

/// ostree_sysroot_unlock_options_set_restart:
/// @options: the options
/// @restart: %TRUE to restart them
///
/// `apply` and `rollback`: restart the services that run on files that are others now, where that
/// takes nothing else down. The default is not to.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_restart(
    options: *mut OstreeSysrootUnlockOptions,
    restart: gboolean,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.change(|o| o.restart(restart != GFALSE))
        })
    }
}

/// ostree_sysroot_unlock_options_set_only_etc:
/// @options: the options
/// @only_etc: %TRUE for no more than that
///
/// `cleanup`: only take back what live commits brought to `/etc`, that of the one that is live
/// now as well, as when the system goes down. The default is to clean up.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_only_etc(
    options: *mut OstreeSysrootUnlockOptions,
    only_etc: gboolean,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.change(|o| o.only_etc(only_etc != GFALSE))
        })
    }
}

/// ostree_sysroot_unlock_options_set_allow_replacement:
/// @options: the options
/// @allow_replacement: %TRUE to go on
///
/// `apply`: go on although packages are replaced or removed under what runs, or a database of theirs
/// cannot be read, so that nobody can tell. The default is to refuse with
/// %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_ADDITIVE, or with what is the matter with the database;
/// `rollback` never asks.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_allow_replacement(
    options: *mut OstreeSysrootUnlockOptions,
    allow_replacement: gboolean,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.change(|o| o.allow_replacement(allow_replacement != GFALSE))
        })
    }
}

/// ostree_sysroot_unlock_options_set_from:
/// @options: the options
/// @commit: (nullable): a checksum or a ref
///
/// `diff` and `diff_packages`: the commit to compare with. The default, which %NULL stands for, is what was
/// deployed.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_from(
    options: *mut OstreeSysrootUnlockOptions,
    commit: *const c_char,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.set().options.from = read_text(commit)
        })
    }
}

/// ostree_sysroot_unlock_options_set_to:
/// @options: the options
/// @commit: (nullable): a checksum or a ref
///
/// `diff` and `diff_packages`: the commit to be compared. The default, which %NULL stands for, is
/// what is there now.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_set_to(
    options: *mut OstreeSysrootUnlockOptions,
    commit: *const c_char,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.set().options.to = read_text(commit)
        })
    }
}

/// ostree_sysroot_unlock_options_add_path:
/// @options: the options
/// @path: (type filename): an absolute path
///
/// `diff`, `diff_commits`, `commit`, `keep_save` and `keep_restore`: only what is at @path or
/// below it; with several, what is at or below any of them. The default is everything. A path that
/// is not absolute, or not in what is looked at, makes the operation fail with
/// %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_options_add_path(
    options: *mut OstreeSysrootUnlockOptions,
    path: *const c_char,
) {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(options, |options| {
            options.change(|o| o.path(read_path(path)))
        })
    }
}
