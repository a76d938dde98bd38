// SPDX-License-Identifier: LGPL-2.1-or-later
//! `monitor`: tells when the state changes, whoever changes it. Asks the kernel, which
//! wakes up whoever polls its table of mounts; needs no privilege.

use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd};

use crate::error::{Error, Result};
use crate::observe::{self, Observation};
use crate::ostree::{DeploymentId, booted};
use crate::stack::State;
use crate::sys::mountinfo::View;

const MOUNTS: &str = "/proc/1/mountinfo";

/// Watches `/usr` of the booted deployment.
///
/// ```no_run
/// let mut monitor = ostree_unlock::Monitor::new()?;
/// // ... once its file descriptor is ready for POLLPRI:
/// if monitor.check()? {
///     println!("{} now", monitor.state());
/// }
/// # Ok::<(), ostree_unlock::Error>(())
/// ```
#[derive(Debug)]
pub struct Monitor {
    deployment: DeploymentId,
    mounts: File,
    last: Seen,
}

/// The state, and which overlay it is: its superblock stays the same through a change of
/// state, its mount does not. The kernel soon gives the number of one that is gone to another
/// one, which of ours the token tells.
type Seen = (State, Option<((u32, u32), String)>);

impl Monitor {
    /// Starts to watch.
    pub fn new() -> Result<Monitor> {
        let start = || {
            let deployment = booted::find()?;
            // Opened before the first look: what changes in between is not missed.
            let mounts =
                File::open(MOUNTS).map_err(|e| Error::io("watching the mounts", e).at(MOUNTS))?;
            Ok(Monitor {
                last: look(&deployment)?,
                deployment,
                mounts,
            })
        };
        start().map_err(|error: Error| error.during("monitor"))
    }

    /// Looks again: whether it is in another state than at the last look, or another
    /// overlay was begun meanwhile.
    pub fn check(&mut self) -> Result<bool> {
        let now = look(&self.deployment).map_err(|error| error.during("monitor"))?;
        let changed = now != self.last;
        self.last = now;
        Ok(changed)
    }

    /// The state at the last look.
    pub fn state(&self) -> State {
        self.last.0
    }
}

/// What to poll for `POLLPRI` and `POLLERR`; then [`Monitor::check`].
impl AsFd for Monitor {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.mounts.as_fd()
    }
}

fn look(deployment: &DeploymentId) -> Result<Seen> {
    Ok(seen(&observe::observe(deployment, View::System)?))
}

fn seen(observation: &Observation) -> Seen {
    let mount = observation.mount.as_ref();
    let overlay = mount.map(|mount| (mount.device, mount.source.clone()));
    (observation.stack.state(), overlay)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::tests::unlocked;

    #[test]
    fn another_overlay_with_the_same_number_is_another_one() {
        let before = unlocked(None);
        let mut after = before.clone();
        assert_eq!(seen(&before), seen(&after));
        if let Some(mount) = &mut after.mount {
            mount.source = "ostree-unlock-0000000000000008".to_owned();
        }
        assert_ne!(seen(&before), seen(&after));
    }
}
