// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockProblem`: something stale or wrong that `status` found.

use std::ffi::{CStr, c_char};
use std::sync::OnceLock;

use glib::GString;
use glib_sys::GType;

use crate::capi::boxed::{Border, add_reference, drop_reference, register};
use crate::capi::guard::{guard_quiet, method};
use crate::capi::text::text;
use crate::verbs::status::Problem;

/// OstreeSysrootUnlockProblem:
///
/// Something stale or wrong. It never changes, and may be used by several threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockProblem(());

pub struct Value {
    code: GString,
    text: GString,
}

impl From<&Problem> for Value {
    fn from(problem: &Problem) -> Value {
        Value {
            code: text(problem.code),
            text: text(&problem.text),
        }
    }
}

impl Border for OstreeSysrootUnlockProblem {
    type Value = Value;
    const NAME: &'static str = "problem";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockProblem";
}

/// ostree_sysroot_unlock_problem_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_problem_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockProblem>(&TYPE))
}

/// ostree_sysroot_unlock_problem_ref:
/// @problem: a problem
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @problem
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_problem_ref(
    problem: *mut OstreeSysrootUnlockProblem,
) -> *mut OstreeSysrootUnlockProblem {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(problem) })
}

/// ostree_sysroot_unlock_problem_unref:
/// @problem: (transfer full): a problem
///
/// Gives a reference up; with the last one @problem is freed. NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_problem_unref(
    problem: *mut OstreeSysrootUnlockProblem,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(problem) });
}

/// ostree_sysroot_unlock_problem_get_code:
/// @problem: a problem
///
/// Returns: (transfer none): its name for programs, in lower case with hyphens; it does not
/// change
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_problem_get_code(
    problem: *mut OstreeSysrootUnlockProblem,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(problem, |problem| problem.code.as_ptr()) }
}

/// ostree_sysroot_unlock_problem_get_text:
/// @problem: a problem
///
/// Returns: (transfer none): for people: what it is and what to do about it
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_problem_get_text(
    problem: *mut OstreeSysrootUnlockProblem,
) -> *const c_char {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { method(problem, |problem| problem.text.as_ptr()) }
}
