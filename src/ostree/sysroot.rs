// SPDX-License-Identifier: LGPL-2.1-or-later
//! The sysroot: which of a caller's objects we may act on, the lock around every
//! change, and a way to write below it although it is mounted read-only.

use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gio::prelude::*;
use rustix::fs::StatVfsMountFlags;
use rustix::io::Errno;

use crate::error::{Error, Kind, Result};
use crate::ostree::booted::{self, DeploymentId};
use crate::sys::lock::{self, LockFile};
use crate::sys::namespace::System;
use crate::sys::{files, mounts, namespace, processes};

/// Where the booted sysroot is.
pub const PATH: &str = "/sysroot";
const REPO: &str = "ostree/repo";
const LOCK: &str = "ostree/lock";
const RUN_LOCK: &str = "ostree-unlock.lock";

/// The booted deployment, if that is what the caller means.
pub fn target(
    sysroot: &ostree::Sysroot,
    deployment: Option<&ostree::Deployment>,
) -> Result<DeploymentId> {
    match named(sysroot, deployment)? {
        Named::Booted(booted) => Ok(booted),
        Named::Other(other, booted) => Err(Error::new(
            Kind::NotBooted,
            format!("deployment {} of {} is not booted", other.id(), other.os),
        )
        .next(format!(
            "only the booted one, {}, can be acted on",
            booted.id()
        ))),
    }
}

/// A deployment that a caller means.
pub enum Named {
    /// The booted one.
    Booted(DeploymentId),
    /// Another one, and the booted one.
    Other(DeploymentId, DeploymentId),
}

impl Named {
    /// The one that is booted.
    pub fn booted(&self) -> &DeploymentId {
        match self {
            Named::Booted(booted) | Named::Other(_, booted) => booted,
        }
    }

    /// Which one it is.
    pub fn deployment(&self) -> &DeploymentId {
        match self {
            Named::Booted(booted) => booted,
            Named::Other(other, _) => other,
        }
    }
}

/// Which deployment of the booted sysroot the caller means; the booted one without a name.
pub fn named(sysroot: &ostree::Sysroot, deployment: Option<&ostree::Deployment>) -> Result<Named> {
    let booted = booted::find()?;
    if !namespace::root_is_the_systems().unwrap_or(true) {
        return Err(Error::new(
            Kind::NotBooted,
            "the caller's root directory is not the system's",
        )
        .at("/")
        .next("call it outside of the container or chroot"));
    }
    // Not by loading it: that costs more than all the rest of a call.
    let path = sysroot.path().path().unwrap_or_default();
    if identity(&path)? != identity(Path::new("/"))? {
        return Err(
            Error::new(Kind::NotBooted, "this sysroot is not the booted one")
                .at(path)
                .next("name none to act on the booted one"),
        );
    }
    let Some(meant) = deployment else {
        return Ok(Named::Booted(booted));
    };
    let meant = DeploymentId {
        os: meant.osname().into(),
        commit: meant.csum().into(),
        serial: meant.deployserial(),
    };
    Ok(match meant == booted {
        true => Named::Booted(booted),
        false => Named::Other(meant, booted),
    })
}

/// Refuses a deployment of another commit than the one with the checksum `wanted`.
pub fn refuse_other_commit(deployment: &DeploymentId, wanted: Option<&str>) -> Result<()> {
    match wanted {
        Some(wanted) if wanted != deployment.commit => Err(Error::new(
            Kind::InvalidArgument,
            format!(
                "the deployment is of commit {}, and not of {wanted}",
                deployment.commit
            ),
        )
        .at(deployment.id())
        .next("take what was made for that commit, or name a deployment of this one")),
        _ => Ok(()),
    }
}

/// The repository of a sysroot, which need not be loaded.
pub fn repo(sysroot: &ostree::Sysroot) -> Result<ostree::Repo> {
    open_repo(&sysroot.path().path().unwrap_or_default().join(REPO))
}

/// That of the booted one.
pub fn booted_repo() -> Result<ostree::Repo> {
    open_repo(&booted_repo_path())
}

/// Where that is.
pub fn booted_repo_path() -> PathBuf {
    Path::new(PATH).join(REPO)
}

/// The repository at `path`.
pub fn open_repo(path: &Path) -> Result<ostree::Repo> {
    let repo = ostree::Repo::new_for_path(path);
    match repo.open(gio::Cancellable::NONE) {
        Ok(()) => Ok(repo),
        Err(e) => Err(Error::from(e).at(path)),
    }
}

fn identity(path: &Path) -> Result<(u64, u64)> {
    rustix::fs::stat(path)
        .map(|stat| (stat.st_dev, stat.st_ino))
        .map_err(|e| Error::os("looking at the sysroot", e).at(path))
}

/// The repository of the booted one where it can be written to, for as long as what comes with it
/// is held: on the caller's own side.
pub fn writable_repo() -> Result<(ostree::Repo, OwnedFd)> {
    let sysroot = writable()?;
    Ok((repo_below(&sysroot)?, sysroot))
}

/// The repository below a directory that is one of the booted sysroot.
pub fn repo_below(sysroot: &OwnedFd) -> Result<ostree::Repo> {
    open_repo(&files::through(sysroot, REPO)).map_err(|e| e.at(booted_repo_path()))
}

/// A directory of the sysroot that can be written to, whatever its mount says; seen by
/// nobody else.
pub fn open_writable(_system: &System) -> Result<OwnedFd> {
    writable()
}

fn writable() -> Result<OwnedFd> {
    let as_it_is = files::hold(Path::new(PATH))?;
    if is_writable(&as_it_is)? {
        return Ok(as_it_is);
    }
    let sysroot = mounts::clone_tree(Path::new(PATH), false)?;
    mounts::set_read_only(&sysroot, false)?;
    Ok(sysroot)
}

/// Makes the mount of the sysroot writable in the caller's namespace, which has to be a private
/// one.
pub fn make_writable() -> Result<()> {
    let sysroot = files::hold(Path::new(PATH))?;
    if !is_writable(&sysroot)? {
        mounts::set_read_only(&sysroot, false).map_err(|e| e.at(PATH))?;
    }
    match is_writable(&files::hold(Path::new(PATH))?)? {
        true => Ok(()),
        false => Err(Error::new(
            Kind::Unsupported,
            "the file system of the sysroot takes no writes",
        )
        .because(std::io::Error::from(Errno::ROFS))
        .at(PATH)),
    }
}

/// Takes libostree's lock of the sysroot, waiting as long as asked; `None` where the
/// caller holds it.
pub fn lock(
    sysroot: &OwnedFd,
    held: bool,
    wait: Duration,
    cancellable: Option<&gio::Cancellable>,
) -> Result<Option<LockFile>> {
    const PAUSE: Duration = Duration::from_millis(20);
    if held {
        return Ok(None);
    }
    // Where nothing can be written below the sysroot (a live medium), libostree cannot
    // lock it either, and only we must keep out of each other's way.
    let run = files::hold(Path::new("/run/ostree"))?;
    let (mut directory, mut path) = match is_writable(sysroot)? {
        true => (sysroot, LOCK),
        false => (&run, RUN_LOCK),
    };
    // What is longer than there is time has no end.
    let deadline = Instant::now().checked_add(wait);
    loop {
        if let Some(cancellable) = cancellable {
            cancellable.set_error_if_cancelled()?;
        }
        match lock::try_lock(directory, path) {
            Ok(Some(lock)) => return Ok(Some(lock)),
            Ok(None) => {}
            // A file system whose medium failed does not say so beforehand.
            Err(error) if error.is_of_medium() && path == LOCK => {
                (directory, path) = (&run, RUN_LOCK);
                continue;
            }
            Err(error) => return Err(error),
        }
        let now = Instant::now();
        let left = deadline.map_or(PAUSE, |deadline| deadline.saturating_duration_since(now));
        if left.is_zero() {
            return Err(locked(directory, path));
        }
        std::thread::sleep(left.min(PAUSE));
    }
}

/// Whether the file system itself takes writes; the mount of this directory does.
pub fn is_writable(sysroot: &OwnedFd) -> Result<bool> {
    let file_system = rustix::fs::fstatvfs(sysroot)
        .map_err(|e| Error::os("looking at the sysroot", e).at(PATH))?;
    Ok(!file_system.f_flag.contains(StatVfsMountFlags::RDONLY))
}

fn locked(directory: &OwnedFd, path: &str) -> Error {
    let holders = lock::identity(directory, path)
        .map(processes::who_opened)
        .unwrap_or_default();
    Error::new(
        Kind::SysrootLocked,
        "somebody else is changing the deployments",
    )
    .at(Path::new(PATH).join(LOCK))
    .held_by(holders.iter().map(|holder| holder.describe()).collect())
    .next("wait until it is done, or ask to wait for the lock")
}
