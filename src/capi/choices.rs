// SPDX-License-Identifier: LGPL-2.1-or-later
//! The enumerations that options take. A setter could not report a number that nobody knows,
//! so they stay numbers until they are used, and here is what each stands for.

use std::ffi::c_int;

use crate::capi::types::{BackingNumber, DeployNumber, HomeNumber, PreferNumber};
use crate::conflict::Prefer;
use crate::error::{Error, Kind, Result};
use crate::options::{Backing, Deploy, Home};

/// OstreeSysrootUnlockBacking:
/// @OSTREE_SYSROOT_UNLOCK_BACKING_DISK: beside the deployment, on the file system of the
/// sysroot
/// @OSTREE_SYSROOT_UNLOCK_BACKING_RAM: in memory, with a limit
///
/// Where what is written to an unlocked hierarchy goes. The numbers never change, and more may
/// be added.
///
/// Since: 2026.1
#[repr(C)]
#[derive(Clone, Copy)]
pub enum OstreeSysrootUnlockBacking {
    Disk = 0,
    Ram = 1,
}

/// What a caller means by `number`.
pub(super) fn backing(number: BackingNumber) -> Result<Backing> {
    use OstreeSysrootUnlockBacking as C;
    let known = [
        (C::Disk as c_int, "disk", Backing::Disk),
        (C::Ram as c_int, "ram", Backing::Ram),
    ];
    meant("backing", "OstreeSysrootUnlockBacking", known, number)
}

/// OstreeSysrootUnlockPrefer:
/// @OSTREE_SYSROOT_UNLOCK_PREFER_CHANGES: that of the changes
/// @OSTREE_SYSROOT_UNLOCK_PREFER_COMMIT: that of the commit that they are replayed on, or of the
/// `/usr` that they are put back into
///
/// Whose version is taken where both sides changed the same. The numbers never change, and more
/// may be added.
///
/// Since: 2026.1
#[repr(C)]
#[derive(Clone, Copy)]
pub enum OstreeSysrootUnlockPrefer {
    Changes = 0,
    Commit = 1,
}

impl From<Prefer> for OstreeSysrootUnlockPrefer {
    fn from(prefer: Prefer) -> OstreeSysrootUnlockPrefer {
        match prefer {
            Prefer::Changes => OstreeSysrootUnlockPrefer::Changes,
            Prefer::Commit => OstreeSysrootUnlockPrefer::Commit,
        }
    }
}

/// What a caller means by `number`.
pub(super) fn prefer(number: PreferNumber) -> Result<Prefer> {
    use OstreeSysrootUnlockPrefer as C;
    let known = [
        (C::Changes as c_int, "changes", Prefer::Changes),
        (C::Commit as c_int, "commit", Prefer::Commit),
    ];
    meant("prefer", "OstreeSysrootUnlockPrefer", known, number)
}

/// OstreeSysrootUnlockDeploy:
/// @OSTREE_SYSROOT_UNLOCK_DEPLOY_NOW: it is deployed, and boots next
/// @OSTREE_SYSROOT_UNLOCK_DEPLOY_STAGED: it is staged, and deployed when the system goes down
///
/// What becomes of a commit on this system. The numbers never change, and more may be added.
///
/// Since: 2026.1
#[repr(C)]
#[derive(Clone, Copy)]
pub enum OstreeSysrootUnlockDeploy {
    Now = 0,
    Staged = 1,
}

/// What a caller means by `number`.
pub(super) fn deploy(number: DeployNumber) -> Result<Deploy> {
    use OstreeSysrootUnlockDeploy as C;
    let known = [
        (C::Now as c_int, "now", Deploy::Now),
        (C::Staged as c_int, "staged", Deploy::Staged),
    ];
    meant("deploy", "OstreeSysrootUnlockDeploy", known, number)
}

/// OstreeSysrootUnlockHome:
/// @OSTREE_SYSROOT_UNLOCK_HOME_SHARED: those of the system that runs
/// @OSTREE_SYSROOT_UNLOCK_HOME_SCRATCH: a copy of them, which is gone with the last process that
/// sees it
///
/// What `/home` and `/root` are in a deployment that is not booted. The numbers never change, and
/// more may be added.
///
/// Since: 2026.1
#[repr(C)]
#[derive(Clone, Copy)]
pub enum OstreeSysrootUnlockHome {
    Shared = 0,
    Scratch = 1,
}

/// What a caller means by `number`.
pub(super) fn home(number: HomeNumber) -> Result<Home> {
    use OstreeSysrootUnlockHome as C;
    let known = [
        (C::Shared as c_int, "shared", Home::Shared),
        (C::Scratch as c_int, "scratch", Home::Scratch),
    ];
    meant("home", "OstreeSysrootUnlockHome", known, number)
}

/// What `number` stands for, of the values that an enumeration has.
fn meant<T, const N: usize>(
    name: &str,
    enumeration: &str,
    known: [(c_int, &str, T); N],
    number: c_int,
) -> Result<T> {
    let words = known
        .each_ref()
        .map(|(number, word, _)| format!("{number} ({word})"));
    let mut known = known.into_iter();
    match known.find(|(known, ..)| *known == number) {
        Some((_, _, value)) => Ok(value),
        None => Err(Error::new(
            Kind::InvalidArgument,
            format!("{name} is {number}, which is no {enumeration}"),
        )
        .next(format!("use {}", words.join(" or ")))),
    }
}
