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

use rustix::fs::{AtFlags, FileType, Stat};

use crate::error::Result;
use crate::holder::{Holder, Use};
use crate::observe::{Observation, USR};
use crate::stack::Token;
use crate::sys::mountinfo::Mount;
use crate::sys::mounts;
use crate::sys::processes::{self, Reference};

/// The processes that have a file open for writing through the overlay.
pub fn writers(observation: &Observation) -> Result<Vec<Holder>> {
    let layers = Layers::of(observation)?;
    Ok(describe(
        references(observation).filter(|reference| layers.is_written(reference)),
    ))
}

/// Everybody who would lose something, other than `caller` and its ancestors, who asked
/// for it; but writers are always named, since the kernel refuses for them too.
pub fn holders(observation: &Observation, caller: i32) -> Result<Vec<Holder>> {
    let exempt = with_ancestors(caller);
    let layers = Layers::of(observation)?;
    Ok(describe(references(observation).filter(|reference| {
        let exempt = exempt.contains(&reference.pid);
        layers.is_written(reference) || (!exempt && layers.would_lose(reference))
    })))
}

/// Who goes on with the overlay although it is gone for everybody else, in one sentence;
/// `caller` does not count, it is about to end.
pub fn old_view(observation: &Observation, caller: i32) -> Option<String> {
    let processes: HashSet<i32> = references(observation)
        // What is set aside has no path any more that the others could be known by.
        .filter(|reference| reference.inode.is_none())
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

/// Of the overlay that is open, and of all that may be one of before, which an apply has frozen
/// the upper of.
fn references(observation: &Observation) -> impl Iterator<Item = Reference> {
    let is_ours = |mount: &Mount| {
        let is_in_pile = |one: &Mount| one.device == mount.device;
        Token::parse(&mount.source).is_some() || observation.mounts.iter().any(is_in_pile)
    };
    let device = observation.mount.as_ref().map(|mount| mount.device);
    let uses = device.map(|device| processes::uses_of(device, &is_ours));
    uses.into_iter().flatten()
}

/// One line for each process and path in the hierarchy, with the use that matters most.
fn describe(references: impl Iterator<Item = Reference>) -> Vec<Holder> {
    let mut references: Vec<Reference> = references
        .map(|reference| Reference {
            path: Path::new(USR).join(&reference.below),
            ..reference
        })
        .collect();
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
    /// What takes what is written, and what did so before.
    written: Vec<PathBuf>,
    /// The root without what is mounted on it: `usr` in it is the base.
    base: OwnedFd,
}

impl Layers {
    fn of(observation: &Observation) -> Result<Layers> {
        let frozen = observation.stack.frozen().map(|layer| layer.0.clone());
        Ok(Layers {
            written: observation.upper_path().into_iter().chain(frozen).collect(),
            base: mounts::clone_tree(Path::new("/"), false)?,
        })
    }

    fn is_written(&self, reference: &Reference) -> bool {
        // What was copied up while it was open may keep the inode that it had in the base.
        let is_meant = |inode| {
            let all = self.all(&reference.below);
            all.chain(self.in_base(&reference.below))
                .any(|found| found.st_ino == inode)
        };
        reference.how == Use::Writes && reference.inode.is_none_or(is_meant)
    }

    fn would_lose(&self, reference: &Reference) -> bool {
        // What has no name any more is lost already, to everybody but its user.
        if reference.deleted || reference.below.as_os_str().is_empty() {
            return false;
        }
        let is_meant = |found: &Stat| reference.inode.is_none_or(|inode| found.st_ino == inode);
        let Some(written) = self.all(&reference.below).find(is_meant) else {
            return false;
        };
        if FileType::from_raw_mode(written.st_mode) != FileType::Directory {
            return true;
        }
        // A directory is copied up for any change beneath it; lost is only a new one.
        self.in_base(&reference.below).is_none()
    }

    /// What was written at a path, the latest first.
    fn all(&self, below: &Path) -> impl Iterator<Item = Stat> {
        let at = move |layer: &PathBuf| rustix::fs::lstat(layer.join(below)).ok();
        self.written.iter().filter_map(at)
    }

    fn in_base(&self, below: &Path) -> Option<Stat> {
        let path = Path::new("usr").join(below);
        rustix::fs::statat(&self.base, path, AtFlags::SYMLINK_NOFOLLOW).ok()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn what_lies_in_any_upper_is_lost_if_it_is_that_file() {
        let place = std::env::temp_dir().join(format!("ostree-unlock-test-{}", std::process::id()));
        let [upper, frozen, root] = ["upper", "frozen", "root"].map(|name| place.join(name));
        let make = |path: PathBuf| -> std::io::Result<u64> {
            std::fs::create_dir_all(path.parent().unwrap_or(&place))?;
            std::fs::write(&path, "")?;
            Ok(std::fs::metadata(path)?.ino())
        };
        let made = || -> std::io::Result<_> {
            let files = (make(upper.join("bin/new"))?, make(frozen.join("lib/old"))?);
            make(root.join("usr/bin/sh"))?;
            Ok((files, std::fs::File::open(&root)?.into()))
        };
        let made = made();
        assert!(made.is_ok(), "{made:?}");
        let Ok(((_, old), base)) = made else {
            return;
        };
        let written = vec![upper, frozen];
        let layers = Layers { written, base };
        let loses = |below: &str, inode| {
            let reference = Reference {
                pid: 7,
                how: Use::Runs,
                path: PathBuf::from("/x"),
                below: below.into(),
                inode,
                deleted: false,
            };
            layers.would_lose(&reference)
        };
        assert!(loses("bin/new", None) && loses("lib/old", None) && loses("lib/old", Some(old)));
        assert!(loses("lib", None) && !loses("bin", None));
        assert!(!loses("bin/sh", None) && !loses("", None));
        // Of an overlay that was ended before.
        assert!(!loses("bin/new", Some(old)));
        assert!(std::fs::remove_dir_all(&place).is_ok());
    }
}
