// SPDX-License-Identifier: LGPL-2.1-or-later
//! What earlier boots and other deployments left: uppers that no overlay uses, what was
//! discarded while somebody still used it, flags in /run of a deployment that is not
//! booted (a soft reboot keeps /run). Nothing of what is open is among it.

use std::fmt;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::intent;
use crate::observe::{OURS, Observation, UPPERS, USR_TRANSIENT};
use crate::ostree::{flags, sysroot};
use crate::plan::begin::RAM;
use crate::records;
use crate::scratch;
use crate::stack::DELTAS;
use crate::swap;
use crate::sys::namespace::System;
use crate::sys::{boot, files};
use crate::upper::SET_ASIDE;

/// Scratch, uppers over a commit that was live, deltas of such commits.
const OF_ONE_BOOT: [&str; 3] = [scratch::NAME, UPPERS, DELTAS];
const RUN_STATES: &str = "ostree/deployment-state";

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leftover {
    /// `upper` and `work`, below the sysroot.
    Upper(PathBuf),
    /// What is of another boot, and was for that alone, below the sysroot.
    OfBefore(PathBuf),
    /// A file system in RAM.
    Ram(PathBuf),
    /// A file or a directory below /run that says something of another deployment.
    Said(PathBuf),
}

impl fmt::Display for Leftover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Leftover::Upper(path) | Leftover::OfBefore(path) => {
                write!(
                    f,
                    "remove {}",
                    Path::new(sysroot::PATH).join(path).display()
                )
            }
            Leftover::Ram(path) => {
                write!(f, "give up the file system in RAM at {}", path.display())
            }
            Leftover::Said(path) => write!(f, "remove {}", Path::new("/run").join(path).display()),
        }
    }
}

/// Looks for them, from the root directory `root`.
pub fn find(root: &Path, now: &Observation) -> Vec<Leftover> {
    let upper = now.stack.upper.as_ref();
    let open = upper.and_then(|upper| upper.directory.as_deref());
    let frozen = now.stack.frozen().filter_map(|layer| layer.0.parent());
    let open: Vec<&Path> = open.into_iter().chain(frozen).collect();
    let mut found = Vec::new();
    let sysroot = below(root, sysroot::PATH);
    for backing in backings(&sysroot) {
        let path = backing.join(USR_TRANSIENT);
        let is_open = open.contains(&&*Path::new(sysroot::PATH).join(&path));
        if sysroot.join(&path).is_dir() && !is_open {
            found.push(Leftover::Upper(path));
        }
        for name in names(&sysroot.join(&backing).join(OURS)) {
            let path = backing.join(OURS).join(&name);
            if name.starts_with(SET_ASIDE) {
                found.push(Leftover::Upper(path));
            } else if OF_ONE_BOOT.contains(&&*name) && !boot::made(&sysroot.join(&path)) {
                found.push(Leftover::OfBefore(path));
            }
        }
    }
    for name in names(&below(root, RAM)) {
        let path = Path::new(RAM).join(&name);
        if crate::stack::Token::parse(&name).is_some() && !open.contains(&&*path) {
            found.push(Leftover::Ram(path));
        }
    }
    let run = below(root, "/run");
    for id in names(&run.join(RUN_STATES)) {
        // Deployments of one name in two stateroots share it.
        if id == now.deployment.id() {
            continue;
        }
        for name in flags::RUN_FLAGS.into_iter().chain([intent::DIRECTORY]) {
            let path = Path::new(RUN_STATES).join(&id).join(name);
            if files::exists(&run.join(&path)) {
                found.push(Leftover::Said(path));
            }
        }
    }
    found.sort();
    found
}

/// Removes one, unless it is in use after all; says whether it did.
pub fn remove(system: &System, writable_sysroot: &OwnedFd, leftover: &Leftover) -> Result<bool> {
    match leftover {
        Leftover::Upper(path) => {
            let absolute = Path::new(sysroot::PATH).join(path);
            if swap::are_in_use(system, std::slice::from_ref(&absolute))? == [true] {
                return Ok(false);
            }
            remove_below(writable_sysroot, path).map_err(|e| e.at(absolute))
        }
        Leftover::OfBefore(path) if path.ends_with(scratch::NAME) => {
            scratch::remove_of_before(writable_sysroot, path)
        }
        Leftover::OfBefore(path) => remove_below(writable_sysroot, path),
        Leftover::Ram(path) => swap::unmount_ram(path).map(|()| true),
        Leftover::Said(path) => remove_below(&files::hold(Path::new("/run"))?, path),
    }
}

fn remove_below(base: &OwnedFd, path: &Path) -> Result<bool> {
    let name = path.file_name().and_then(|name| name.to_str());
    if let (Some(parent), Some(name)) = (path.parent(), name) {
        if let Some(parent) = files::open_directory(base, parent)? {
            match flags::RUN_FLAGS.contains(&name) {
                true => files::remove_file(&parent, name)?,
                false => files::remove_tree(&parent, name)?,
            }
        }
    }
    Ok(true)
}

/// Removes markers that were being written when a cleanup died; and, as libostree before
/// 2024.1 does not, the `backing` directory of a deployment that is gone, if nothing is left
/// in it but the marker and its records.
pub fn sweep(writable_sysroot: &OwnedFd, marker: &str) {
    let sysroot = files::through(writable_sysroot, ".");
    for backing in backings(&sysroot) {
        let Some(id) = backing.file_name() else {
            continue;
        };
        let ours = sysroot.join(&backing).join(OURS);
        if let Ok(ours) = files::hold(&ours) {
            let _ = files::remove_unfinished(&ours, marker);
        }
        let stateroot = backing.parent().and_then(Path::parent);
        let deployment = stateroot.map(|stateroot| stateroot.join("deploy").join(id));
        if deployment.is_none_or(|deployment| sysroot.join(deployment).exists()) {
            continue;
        }
        // Each stops at what is still in use.
        let is_of_it = |name: &String| name == marker || name == records::NAME;
        if names(&ours).iter().all(is_of_it) {
            let _ = std::fs::remove_file(ours.join(marker));
            let _ = std::fs::remove_dir_all(ours.join(records::NAME));
            let _ = std::fs::remove_dir(&ours);
            let _ = std::fs::remove_dir(sysroot.join(&backing));
        }
    }
}

/// Every deployment's `backing` directory, also of one that is gone, below the sysroot.
fn backings(sysroot: &Path) -> Vec<PathBuf> {
    let deploy = Path::new("ostree/deploy");
    let mut found = Vec::new();
    for os in names(&sysroot.join(deploy)) {
        let backing = deploy.join(os).join("backing");
        for id in names(&sysroot.join(&backing)) {
            found.push(backing.join(id));
        }
    }
    found
}

/// What is not there, or not for us to see, has none.
fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory);
    let entries = entries.into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect()
}

fn below(root: &Path, path: &str) -> PathBuf {
    root.join(path.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::tests::{deployment, locked, unlocked};

    struct Root(PathBuf);

    impl Drop for Root {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn root(name: &str, directories: &[String]) -> Root {
        let name = format!("ostree-unlock-leftovers-{name}-{}", std::process::id());
        let root = Root(std::env::temp_dir().join(name));
        for directory in directories {
            assert!(std::fs::create_dir_all(root.0.join(directory)).is_ok());
        }
        root
    }

    #[test]
    fn everything_is_found_but_what_is_open() {
        let booted = deployment().id();
        let root = root(
            "all",
            &[
                format!("sysroot/ostree/deploy/os/backing/{booted}/usr-transient/upper"),
                format!("sysroot/ostree/deploy/os/backing/{booted}/unlock/old-1"),
                "sysroot/ostree/deploy/other/backing/gone.0/usr-transient".to_owned(),
                "sysroot/ostree/deploy/other/backing/gone.0/unlock/kept".to_owned(),
                format!("run/ostree/deployment-state/{booted}/ostree-unlock"),
                "run/ostree/deployment-state/gone.0/ostree-unlock".to_owned(),
                "run/ostree/deployment-state/gone.0/somebody-elses".to_owned(),
                "run/ostree-unlock/ostree-unlock-0000000000000008".to_owned(),
                "run/ostree-unlock/carried".to_owned(),
            ],
        );
        let lines = |now: &Observation| -> Vec<String> {
            find(&root.0, now).iter().map(Leftover::to_string).collect()
        };
        let backing = "/sysroot/ostree/deploy";
        let rest = [
            format!("remove {backing}/os/backing/{booted}/unlock/old-1"),
            format!("remove {backing}/os/backing/{booted}/usr-transient"),
            format!("remove {backing}/other/backing/gone.0/usr-transient"),
            "give up the file system in RAM at /run/ostree-unlock/ostree-unlock-0000000000000008"
                .to_owned(),
            "remove /run/ostree/deployment-state/gone.0/ostree-unlock".to_owned(),
        ];
        assert_eq!(lines(&locked()), rest);

        let mut open = unlocked(None);
        if let Some(upper) = &mut open.stack.upper {
            upper.directory = Some(crate::observe::upper_directory(&deployment()));
        }
        assert_eq!(lines(&open), [&rest[..1], &rest[2..]].concat());
        if let Some(upper) = &mut open.stack.upper {
            upper.directory = Some(Path::new(RAM).join("ostree-unlock-0000000000000008"));
        }
        assert_eq!(lines(&open), [&rest[..3], &rest[4..]].concat());
    }
}
