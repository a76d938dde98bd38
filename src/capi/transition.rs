// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockTransition`: what an apply or a rollback did.

use std::ffi::{CStr, c_char};
use std::sync::{Arc, OnceLock};

use glib::{GString, StrV};
use glib_sys::{GPtrArray, GType, gboolean};

use crate::capi::affected::{self, OstreeSysrootUnlockAffected};
use crate::capi::boxed::{Border, add_reference, drop_reference, give, give_all, register};
use crate::capi::follow_up::{self, OstreeSysrootUnlockFollowUp};
use crate::capi::guard::{guard_quiet, method};
use crate::capi::malformed_unit::{self, OstreeSysrootUnlockMalformedUnit};
use crate::capi::missing_library::{self, OstreeSysrootUnlockMissingLibrary};
use crate::capi::omission::{self, OstreeSysrootUnlockOmission};
use crate::capi::outcome::{self, OstreeSysrootUnlockOutcome};
use crate::capi::package_difference::{self, OstreeSysrootUnlockPackageDifference};
use crate::capi::text::{Filenames, filenames, list, pointer, text, texts};
use crate::capi::types::guint64;
use crate::transition::Transition;

/// OstreeSysrootUnlockTransition:
///
/// What ostree_sysroot_unlock_apply() or ostree_sysroot_unlock_rollback() did, or with a dry run
/// would do, what it means for files, packages and `/etc`, and what became of what runs. It never
/// changes, and may be used by several threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockTransition(());

pub struct Value {
    outcome: Arc<outcome::Value>,
    from: GString,
    to: GString,
    added: guint64,
    removed: guint64,
    changed: guint64,
    packages: Vec<Arc<package_difference::Value>>,
    is_purely_additive: bool,
    etc: Filenames,
    etc_kept: Vec<Arc<omission::Value>>,
    kernels: StrV,
    missing_libraries: Vec<Arc<missing_library::Value>>,
    malformed_units: Vec<Arc<malformed_unit::Value>>,
    follow_ups: Vec<Arc<follow_up::Value>>,
    users: StrV,
    groups: StrV,
    affected: Vec<Arc<affected::Value>>,
    restarted: Vec<Arc<follow_up::Value>>,
    deployment: Option<GString>,
}

impl From<Transition> for Value {
    fn from(transition: Transition) -> Value {
        let is_purely_additive = transition.is_purely_additive();
        let packages = transition.packages.into_iter();
        let unresolved = transition.unresolved.into_iter();
        let malformed = transition.malformed.into_iter();
        let affected = transition.affected.into_iter();
        Value {
            outcome: Arc::new(transition.outcome.into()),
            from: text(&transition.from),
            to: text(&transition.to),
            added: transition.added,
            removed: transition.removed,
            changed: transition.changed,
            packages: packages.map(|one| Arc::new(one.into())).collect(),
            is_purely_additive,
            etc: filenames(&transition.etc),
            etc_kept: omission::values(&transition.etc_kept),
            kernels: texts(&transition.kernels),
            missing_libraries: unresolved.map(|one| Arc::new(one.into())).collect(),
            malformed_units: malformed.map(|one| Arc::new(one.into())).collect(),
            follow_ups: follow_up::values(&transition.aftermath.steps),
            users: texts(&transition.aftermath.users),
            groups: texts(&transition.aftermath.groups),
            affected: affected.map(|one| Arc::new(one.into())).collect(),
            restarted: follow_up::values(&transition.restarted),
            deployment: transition.deployment.as_deref().map(text),
        }
    }
}

impl Border for OstreeSysrootUnlockTransition {
    type Value = Value;
    const NAME: &'static str = "transition";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockTransition";
}

/// ostree_sysroot_unlock_transition_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_transition_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockTransition>(&TYPE))
}

/// ostree_sysroot_unlock_transition_ref:
/// @transition: a transition
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @transition
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_transition_ref(
    transition: *mut OstreeSysrootUnlockTransition,
) -> *mut OstreeSysrootUnlockTransition {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(transition) })
}

/// ostree_sysroot_unlock_transition_unref:
/// @transition: (transfer full): a transition
///
/// Gives a reference up; with the last one @transition is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_transition_unref(
    transition: *mut OstreeSysrootUnlockTransition,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(transition) });
}

/// ostree_sysroot_unlock_transition_get_outcome:
/// @transition: a transition
///
/// Returns: (transfer full): what was done: the state of `/usr` afterwards, the steps, and notes
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_transition_get_outcome(
    transition: *mut OstreeSysrootUnlockTransition,
) -> *mut OstreeSysrootUnlockOutcome {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(transition, |transition| {
            give::<OstreeSysrootUnlockOutcome>(Arc::clone(&transition.outcome))
        })
    }
}

/// ostree_sysroot_unlock_transition_get_from:
/// @transition: a transition
///
/// Returns: (transfer none): the checksum of the commit that was live before
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_transition_get_from(
    transition: *mut OstreeSysrootUnlockTransition,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(transition, |transition| transition.from.as_ptr()) }
}

/// ostree_sysroot_unlock_transition_get_to:
/// @transition: a transition
///
/// Returns: (transfer none): the checksum of the commit that is live now; with a dry run, that
/// would be
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_transition_get_to(
    transition: *mut OstreeSysrootUnlockTransition,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(transition, |transition| transition.to.as_ptr()) }
}

/// ostree_sysroot_unlock_transition_get_added:
/// @transition: a transition
///
/// What was written to `/usr` is not counted, here and in the other two numbers.
///
/// Returns: how many paths the second commit has in `/usr` that the first one has not
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_transition_get_added(
    transition: *mut OstreeSysrootUnlockTransition,
) -> guint64 {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(transition, |transition| transition.added) }
}

/// ostree_sysroot_unlock_transition_get_removed:
/// @transition: a transition
///
/// Returns: how many paths the first commit has in `/usr` that the second one has not
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_transition_get_removed(
    transition: *mut OstreeSysrootUnlockTransition,
) -> guint64 {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(transition, |transition| transition.removed) }
}

/// ostree_sysroot_unlock_transition_get_changed:
/// @transition: a transition
///
/// Returns: how many paths are others in the second commit than in the first one
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_transition_get_changed(
    transition: *mut OstreeSysrootUnlockTransition,
) -> guint64 {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(transition, |transition| transition.changed) }
}

/// ostree_sysroot_unlock_transition_get_packages:
/// @transition: a transition
///
/// Returns: (transfer container) (element-type OstreeSysrootUnlockPackageDifference): each
/// package that is not as it was, sorted by name; maybe none; free with g_ptr_array_unref()
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_transition_get_packages(
    transition: *mut OstreeSysrootUnlockTransition,
) -> *mut GPtrArray {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(transition, |transition| {
            give_all::<OstreeSysrootUnlockPackageDifference>(&transition.packages)
        })
    }
}

/// ostree_sysroot_unlock_transition_is_purely_additive:
/// @transition: a transition
///
/// Returns: %TRUE if packages were added, or none is different, and nothing else became of any
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_transition_is_purely_additive(
    transition: *mut OstreeSysrootUnlockTransition,
) -> gboolean {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(transition, |transition| {
            transition.is_purely_additive.into()
        })
    }
}

/// ostree_sysroot_unlock_transition_get_etc:
/// @transition: a transition
///
/// What a rollback puts back in `/etc` is not listed.
///
/// Returns: (transfer none) (array zero-terminated=1) (element-type filename): the files of `/etc`
/// that were merged from the commit; maybe none
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_transition_get_etc(
    transition: *mut OstreeSysrootUnlockTransition,
) -> *const *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(transition, |transition| transition.etc.as_ptr()) }
}

/// ostree_sysroot_unlock_transition_get_etc_kept:
/// @transition: a transition
///
/// Returns: (transfer container) (element-type OstreeSysrootUnlockOmission): the files of `/etc`
/// that stay as they are although the commit has another default for them, each with the reason;
/// maybe none; free with g_ptr_array_unref()
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_transition_get_etc_kept(
    transition: *mut OstreeSysrootUnlockTransition,
) -> *mut GPtrArray {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(transition, |transition| {
            give_all::<OstreeSysrootUnlockOmission>(&transition.etc_kept)
        })
    }
}

/// ostree_sysroot_unlock_transition_get_kernels:
/// @transition: a transition
///
/// The kernel that runs stays, and so do its modules, whatever the commit has.
///
/// Returns: (transfer none) (array zero-terminated=1): the releases of the kernels of which modules
/// came, went, or are others; maybe none
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_transition_get_kernels(
    transition: *mut OstreeSysrootUnlockTransition,
) -> *const *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(transition, |transition| list(&transition.kernels)) }
}

/// ostree_sysroot_unlock_transition_get_missing_libraries:
/// @transition: a transition
///
/// Where there are any, ostree_sysroot_unlock_options_set_allow_broken() has allowed it, or it is a
/// dry run. A rollback does not look for them.
///
/// Returns: (transfer container) (element-type OstreeSysrootUnlockMissingLibrary): the libraries
/// that programs and libraries would no longer find, each with who needs it, sorted by that; maybe
/// none; free with g_ptr_array_unref()
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_transition_get_missing_libraries(
    transition: *mut OstreeSysrootUnlockTransition,
) -> *mut GPtrArray {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(transition, |transition| {
            give_all::<OstreeSysrootUnlockMissingLibrary>(&transition.missing_libraries)
        })
    }
}

/// ostree_sysroot_unlock_transition_get_malformed_units:
/// @transition: a transition
///
/// As ostree_sysroot_unlock_transition_get_missing_libraries() says it of libraries.
///
/// Returns: (transfer container) (element-type OstreeSysrootUnlockMalformedUnit): the unit files
/// that systemd would not read; maybe none; free with g_ptr_array_unref()
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_transition_get_malformed_units(
    transition: *mut OstreeSysrootUnlockTransition,
) -> *mut GPtrArray {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(transition, |transition| {
            give_all::<OstreeSysrootUnlockMalformedUnit>(&transition.malformed_units)
        })
    }
}

/// ostree_sysroot_unlock_transition_get_follow_ups:
/// @transition: a transition
///
/// With a dry run there are none.
///
/// Returns: (transfer container) (element-type OstreeSysrootUnlockFollowUp): what was to be done
/// after the swap, in the order in which it was, each with what became of it; maybe none; free with
/// g_ptr_array_unref()
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_transition_get_follow_ups(
    transition: *mut OstreeSysrootUnlockTransition,
) -> *mut GPtrArray {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(transition, |transition| {
            give_all::<OstreeSysrootUnlockFollowUp>(&transition.follow_ups)
        })
    }
}

/// ostree_sysroot_unlock_transition_get_users:
/// @transition: a transition
///
/// They stay after a rollback, too.
///
/// Returns: (transfer none) (array zero-terminated=1): the users that were made for what the commit
/// brought; maybe none
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_transition_get_users(
    transition: *mut OstreeSysrootUnlockTransition,
) -> *const *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(transition, |transition| list(&transition.users)) }
}

/// ostree_sysroot_unlock_transition_get_groups:
/// @transition: a transition
///
/// They stay after a rollback, too.
///
/// Returns: (transfer none) (array zero-terminated=1): the groups that were made for what the
/// commit brought; maybe none
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_transition_get_groups(
    transition: *mut OstreeSysrootUnlockTransition,
) -> *const *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(transition, |transition| list(&transition.groups)) }
}

/// ostree_sysroot_unlock_transition_get_affected:
/// @transition: a transition
///
/// What was started after the swap is not among it.
///
/// Returns: (transfer container) (element-type OstreeSysrootUnlockAffected): what runs on files
/// that are others now, or with a dry run would be, and what has to be done about it, units first;
/// maybe none; free with g_ptr_array_unref()
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_transition_get_affected(
    transition: *mut OstreeSysrootUnlockTransition,
) -> *mut GPtrArray {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(transition, |transition| {
            give_all::<OstreeSysrootUnlockAffected>(&transition.affected)
        })
    }
}

/// ostree_sysroot_unlock_transition_get_restarted:
/// @transition: a transition
///
/// None without ostree_sysroot_unlock_options_set_restart(), and with a dry run.
///
/// Returns: (transfer container) (element-type OstreeSysrootUnlockFollowUp): the services that were
/// to be restarted, each with what became of it; maybe none; free with g_ptr_array_unref()
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_transition_get_restarted(
    transition: *mut OstreeSysrootUnlockTransition,
) -> *mut GPtrArray {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(transition, |transition| {
            give_all::<OstreeSysrootUnlockFollowUp>(&transition.restarted)
        })
    }
}

/// ostree_sysroot_unlock_transition_get_deployment:
/// @transition: a transition
///
/// Returns: (transfer none) (nullable): the deployment of the commit that boots next, as
/// `COMMIT.SERIAL`, or %NULL where that was not asked for
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_transition_get_deployment(
    transition: *mut OstreeSysrootUnlockTransition,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        method(transition, |transition| {
            pointer(transition.deployment.as_ref())
        })
    }
}
