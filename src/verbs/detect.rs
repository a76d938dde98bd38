// SPDX-License-Identifier: LGPL-2.1-or-later
//! `detect`: the fast part of `status`, for package managers. Loads no libostree,
//! needs no privilege and changes nothing.

use std::path::Path;

use rustix::fs::{Access, AtFlags, CWD, StatVfsMountFlags};

use crate::error::{Error, Kind, Result};
use crate::observe::USR;
use crate::ostree::{DeploymentId, Manager, booted, flags, manager};
use crate::stack::State;
use crate::sys::files;

/// What a package manager has to know before it writes below `/usr`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Detection {
    /// Whether the system was booted by OSTree.
    pub booted: bool,
    /// The booted deployment; `None` where the system was not booted by OSTree, or where
    /// the caller cannot see it (a container).
    pub deployment: Option<DeploymentId>,
    /// Who makes deployments here; `None` where `deployment` is.
    pub manager: Option<Manager>,
    /// In which state `/usr` is.
    pub state: State,
    /// Whether `/usr` is mounted read-only, as the caller sees it.
    pub read_only: bool,
    /// Whether the caller could write below `/usr`: mount and permission.
    pub writable: bool,
    /// Whether what is written below `/usr` now is still there after a reboot.
    pub persistent: bool,
    /// One sentence for people.
    pub message: String,
}

/// Looks at the running system, as the caller sees it.
///
/// Succeeds also on a system that was not booted by OSTree, and says so.
///
/// ```
/// let now = ostree_unlock::detect()?;
/// if !now.writable {
///     println!("{}", now.message);
/// }
/// # Ok::<(), ostree_unlock::Error>(())
/// ```
pub fn detect() -> Result<Detection> {
    look().map_err(|error| error.during("detect"))
}

fn look() -> Result<Detection> {
    let cannot_look = |e| Error::os("looking at it", e).at(USR);
    let mount = rustix::fs::statvfs(USR).map_err(cannot_look)?;
    let read_only = mount.f_flag.contains(StatVfsMountFlags::RDONLY);
    let writable = rustix::fs::accessat(CWD, USR, Access::WRITE_OK, AtFlags::EACCESS).is_ok();
    let booted = booted::by_ostree();
    let deployment = match booted::find() {
        Ok(deployment) => Some(deployment),
        Err(error) if matches!(error.kind(), Kind::NotOstree | Kind::NotBooted) => None,
        Err(error) => return Err(error),
    };
    let state = match &deployment {
        Some(deployment) if is_covered()? => flags::read(deployment).state(),
        _ => State::None,
    };
    // Without OSTree, what is written to /usr stays there.
    let persistent = writable && (!booted || state.is_persistent());
    let mut detection = Detection {
        booted,
        manager: deployment.as_ref().map(manager::find),
        deployment,
        state,
        read_only,
        writable,
        persistent,
        message: String::new(),
    };
    detection.message = message(&detection);
    Ok(detection)
}

/// Whether an overlay of its own lies on the hierarchy: a flag alone may be stale.
fn is_covered() -> Result<bool> {
    let cannot_look = |e| Error::os("looking at it", e).at(USR);
    if !files::is_overlay(Path::new(USR)).map_err(cannot_look)? {
        return Ok(false);
    }
    // With composefs the root is an overlay as well, and /usr a directory of it.
    let usr = rustix::fs::stat(USR).map_err(cannot_look)?;
    let root = rustix::fs::stat(Path::new("/")).map_err(cannot_look)?;
    Ok(usr.st_dev != root.st_dev)
}

fn message(detection: &Detection) -> String {
    if !detection.booted {
        return "This system was not booted by OSTree.".to_owned();
    }
    let gone = "what is changed is gone after a reboot or `ostree-unlock end`";
    let text = match (detection.state, detection.writable) {
        (State::None, false) => format!(
            "/usr is read-only: `ostree-unlock begin` makes it writable until the reboot, \
             `ostree-unlock run --writable -- COMMAND` for one command{}",
            lasting(detection.manager)
        ),
        (State::None, true) => "/usr is writable although nobody unlocked it".to_owned(),
        (State::Transient, false) => format!(
            "/usr is unlocked in the state transient: `ostree-unlock run --writable -- COMMAND` can write to it, and {gone}"
        ),
        (State::Development | State::Transient, _) => {
            format!("/usr is unlocked in the state {}: {gone}", detection.state)
        }
        (State::Hotfix, _) => {
            "/usr is unlocked for a hotfix: what is changed stays until `ostree-unlock end`, or until another deployment is booted"
                .to_owned()
        }
    };
    format!("{text}. See ostree-unlock(7).")
}

/// Where a change belongs that is to stay.
fn lasting(manager: Option<Manager>) -> &'static str {
    match manager {
        Some(Manager::Bootc) => "; what is to stay belongs into the image, for `bootc upgrade`",
        Some(Manager::RpmOstree) => "; `rpm-ostree install` adds a package to stay",
        Some(Manager::Ostree) | None => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_a_sentence() {
        for state in State::ALL {
            for writable in [false, true] {
                let detection = Detection {
                    booted: true,
                    state,
                    writable,
                    ..Detection::default()
                };
                let message = message(&detection);
                assert!(
                    message.ends_with(". See ostree-unlock(7).") && message.contains("/usr"),
                    "{message}"
                );
            }
        }
    }
}
