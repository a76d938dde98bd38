// SPDX-License-Identifier: LGPL-2.1-or-later
//! Who would lose something if an overlay were taken away.
//!
//! Never decided by umount's `BUSY`: everything started since `begin` executes through
//! the overlay, also an unchanged file of the base, and loses nothing by its end. What
//! blocks is a file open for writing, and a use of what exists only in the upper or was
//! changed there. Everybody else just goes on with the old view.

use std::collections::HashSet;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType};

use crate::error::Result;
use crate::holder::{Holder, Use};
use crate::observe::{Observation, USR};
use crate::sys::mounts;
use crate::sys::processes::{self, Reference};

/// The processes that have a file open for writing through the overlay.
pub fn writers(observation: &Observation) -> Vec<Holder> {
    describe(references(observation).filter(|r| r.how == Use::Writes))
}

/// Everybody who would lose something, other than `caller` and its ancestors, who asked
/// for it; but writers are always named, since the kernel refuses for them too.
pub fn holders(observation: &Observation, caller: i32) -> Result<Vec<Holder>> {
    let exempt = with_ancestors(caller);
    let layers = Layers {
        upper: observation.upper_path(),
        base: mounts::clone_tree(Path::new("/"), false)?,
    };
    Ok(describe(references(observation).filter(|reference| {
        let exempt = exempt.contains(&reference.pid);
        reference.how == Use::Writes || (!exempt && layers.would_lose(reference))
    })))
}

/// Who goes on with the overlay although it is gone for everybody else, in one sentence;
/// `caller` does not count, it is about to end.
pub fn old_view(observation: &Observation, caller: i32) -> Option<String> {
    let processes: HashSet<i32> = references(observation)
        .map(|reference| reference.pid)
        .filter(|pid| *pid != caller)
        .collect();
    let count = match processes.len() {
        0 => return None,
        1 => "1 process goes".to_owned(),
        more => format!("{more} processes go"),
    };
    Some(format!(
        "{count} on with the old view; what was discarded is removed when they are gone, by a later call or after a reboot"
    ))
}

fn references(observation: &Observation) -> impl Iterator<Item = Reference> {
    let device = observation.mount.as_ref().map(|mount| mount.device);
    device.map(processes::uses_of).into_iter().flatten()
}

/// One line for each process and path, with the use that matters most.
fn describe(references: impl Iterator<Item = Reference>) -> Vec<Holder> {
    let mut references: Vec<Reference> = references.collect();
    references.sort_by_key(|reference| (reference.pid, reference.how));
    let mut seen = HashSet::new();
    references
        .iter()
        .filter(|r| seen.insert((r.pid, &r.path)))
        .map(Reference::describe)
        .collect()
}

fn with_ancestors(caller: i32) -> HashSet<i32> {
    let mut exempt = HashSet::new();
    let mut next = Some(caller);
    while let Some(pid) = next {
        // A pid namespace has no parent for its first process, and shows it as 0.
        if pid == 0 || !exempt.insert(pid) {
            break;
        }
        next = processes::parent(pid);
    }
    exempt
}

/// What the overlay is made of, to tell where a file comes from.
struct Layers {
    upper: Option<PathBuf>,
    /// The root without what is mounted on it: `usr` in it is the base.
    base: OwnedFd,
}

impl Layers {
    fn would_lose(&self, reference: &Reference) -> bool {
        let below = reference.path.strip_prefix(USR);
        let (Ok(below), Some(upper)) = (below, &self.upper) else {
            return false;
        };
        // What has no name any more is lost already, to everybody but its user.
        if reference.deleted || below.as_os_str().is_empty() {
            return false;
        }
        let Ok(in_upper) = rustix::fs::lstat(upper.join(below)) else {
            return false;
        };
        if FileType::from_raw_mode(in_upper.st_mode) != FileType::Directory {
            return true;
        }
        // A directory is copied up for any change beneath it; lost is only a new one.
        let in_base = Path::new("usr").join(below);
        rustix::fs::statat(&self.base, in_base, AtFlags::SYMLINK_NOFOLLOW).is_err()
    }
}
