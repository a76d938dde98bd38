// SPDX-License-Identifier: LGPL-2.1-or-later
//! `OstreeSysrootUnlockMonitor`: tells when the state changes, by a file descriptor that
//! any main loop can poll.

use std::ffi::{CStr, c_int};
use std::os::fd::{AsFd, AsRawFd};
use std::sync::{Mutex, OnceLock, PoisonError};

use glib_sys::{GError, GFALSE, GTRUE, GType, gboolean};
use ostree_sys::OstreeDeploymentUnlockedState;

use crate::capi::boxed::{Border, add_reference, drop_reference, hand_over, lend, register};
use crate::capi::guard::{guard, guard_quiet, method};
use crate::error::{Error, Kind};
use crate::verbs::monitor::Monitor;

/// OstreeSysrootUnlockMonitor:
///
/// Watches in which state `/usr` is, whoever changes it. May be used by several threads.
///
/// Since: 2026.1
pub struct OstreeSysrootUnlockMonitor(());

pub struct Value(Mutex<Monitor>);

impl From<Monitor> for Value {
    fn from(monitor: Monitor) -> Value {
        Value(Mutex::new(monitor))
    }
}

impl Border for OstreeSysrootUnlockMonitor {
    type Value = Value;
    const NAME: &'static str = "monitor";
    const TYPE_NAME: &'static CStr = c"OstreeSysrootUnlockMonitor";
}

/// ostree_sysroot_unlock_monitor_get_type:
///
/// Returns: the #GType
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub extern "C" fn ostree_sysroot_unlock_monitor_get_type() -> GType {
    static TYPE: OnceLock<GType> = OnceLock::new();
    guard_quiet(|| register::<OstreeSysrootUnlockMonitor>(&TYPE))
}

/// ostree_sysroot_unlock_monitor_new: (constructor)
/// @error: return location for an error, or %NULL
///
/// Starts to watch the booted deployment. Needs no privilege.
///
/// Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE if the system was not booted by OSTree,
/// and with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED in a container of such a system.
///
/// Returns: (transfer full): a monitor, or %NULL with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_monitor_new(
    error: *mut *mut GError,
) -> *mut OstreeSysrootUnlockMonitor {
    // SAFETY: the caller keeps the promises of the header.
    unsafe { guard(error, || Monitor::new().map(hand_over)) }
}

/// ostree_sysroot_unlock_monitor_ref:
/// @monitor: a monitor
///
/// Takes one more reference. NULL is passed through.
///
/// Returns: (transfer full): @monitor
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_monitor_ref(
    monitor: *mut OstreeSysrootUnlockMonitor,
) -> *mut OstreeSysrootUnlockMonitor {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { add_reference(monitor) })
}

/// ostree_sysroot_unlock_monitor_unref:
/// @monitor: (transfer full): a monitor
///
/// Gives a reference up; with the last one @monitor is freed and its file descriptor closed.
/// NULL is ignored.
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_monitor_unref(
    monitor: *mut OstreeSysrootUnlockMonitor,
) {
    // SAFETY: the caller keeps the promises of the header.
    guard_quiet(|| unsafe { drop_reference(monitor) });
}

/// ostree_sysroot_unlock_monitor_get_fd:
/// @monitor: a monitor
///
/// What to poll, for `POLLPRI` (%G_IO_PRI) and `POLLERR` (%G_IO_ERR); when it is ready, call
/// ostree_sysroot_unlock_monitor_check(). It becomes ready at any change of the system's mounts.
/// Belongs to @monitor: neither read nor close it.
///
/// Returns: the file descriptor, or -1 if @monitor is %NULL
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_monitor_get_fd(
    monitor: *mut OstreeSysrootUnlockMonitor,
) -> c_int {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        match lend(monitor) {
            Some(_) => method(monitor, |Value(monitor)| {
                let monitor = monitor.lock().unwrap_or_else(PoisonError::into_inner);
                monitor.as_fd().as_raw_fd()
            }),
            None => -1,
        }
    }
}

/// ostree_sysroot_unlock_monitor_check:
/// @monitor: a monitor
/// @state: (out) (optional): return location for the state now
/// @error: return location for an error, or %NULL
///
/// Looks again. A change is another state, or another overlay in the same state, than at the
/// last look.
///
/// Returns: %TRUE if it has changed; %FALSE if it has not, or with @error set
///
/// Since: 2026.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ostree_sysroot_unlock_monitor_check(
    monitor: *mut OstreeSysrootUnlockMonitor,
    state: *mut OstreeDeploymentUnlockedState,
    error: *mut *mut GError,
) -> gboolean {
    // SAFETY: the caller keeps the promises of the header.
    unsafe {
        guard(error, || {
            let Value(monitor) = lend(monitor)
                .ok_or_else(|| Error::new(Kind::InvalidArgument, "monitor is NULL"))?;
            let mut monitor = monitor.lock().unwrap_or_else(PoisonError::into_inner);
            let changed = monitor.check()?;
            if let Some(state) = state.as_mut() {
                *state = monitor.state() as OstreeDeploymentUnlockedState;
            }
            Ok(if changed { GTRUE } else { GFALSE })
        })
    }
}
