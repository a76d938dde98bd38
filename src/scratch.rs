// SPDX-License-Identifier: LGPL-2.1-or-later
//! A scratch: a copy of the system as it was deployed, for one user to write to. `/usr`,
//! `/etc` and `/var` each get an upper of their own, in a namespace that nobody else sees.
//! It stays when the command in it is over, until it is begun anew or another boot finds it.

use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, Mode, OFlags};
use rustix::io::{Errno, FdFlags};

use crate::error::{Error, Kind, Result};
use crate::observe::{OURS, USR};
use crate::ostree::{DeploymentId, sysroot};
use crate::swap;
use crate::sys::boot;
use crate::sys::files::{self, Attributes};
use crate::sys::mounts::{self, Overlay};
use crate::sys::namespace::{self, System};

/// The name of its directory, in what is ours of the backing directory.
pub const NAME: &str = "scratch";
/// What its mounts are called.
const SOURCE: &str = "ostree-unlock-scratch";
/// What it has copies of.
const HIERARCHIES: [&str; 3] = ["usr", "etc", "var"];

/// While it is held, nobody else has the scratch. It goes to what is executed, and is given up
/// with the last process that has it.
pub struct Lock {
    directory: OwnedFd,
}

/// The scratch of a deployment.
pub struct Scratch {
    directory: PathBuf,
    pub lock: Lock,
}

impl Scratch {
    /// Where what was written to a hierarchy is.
    pub fn upper(&self, hierarchy: &str) -> PathBuf {
        self.directory.join(hierarchy).join("upper")
    }
}

/// Below the sysroot.
fn place(deployment: &DeploymentId) -> PathBuf {
    deployment.backing().join(OURS).join(NAME)
}

/// Where what was written to a hierarchy is, for who only looks: somebody may be in it.
pub fn upper(deployment: &DeploymentId, hierarchy: &str) -> Result<PathBuf> {
    let directory = Path::new(sysroot::PATH).join(place(deployment));
    match files::exists(&directory.join(boot::STAMP)) {
        true => Ok(directory.join(hierarchy).join("upper")),
        false => Err(none(&directory)),
    }
}

fn none(directory: &Path) -> Error {
    Error::new(Kind::NotFound, "there is no scratch")
        .at(directory)
        .next("`ostree-unlock run --scratch -- COMMAND` makes one")
}

/// Opens what is there.
pub fn open(deployment: &DeploymentId) -> Result<Scratch> {
    let directory = Path::new(sysroot::PATH).join(place(deployment));
    match open_directory(&directory)? {
        Some(opened) => Ok(Scratch {
            lock: Lock::take(opened, &directory)?,
            directory,
        }),
        None => Err(none(&directory)),
    }
}

/// Opens the scratch, and makes it where there is none; anew, if `fresh`. In a namespace where
/// the sysroot can be written to.
fn ensure(deployment: &DeploymentId, fresh: bool) -> Result<Scratch> {
    let ours = deployment.backing().join(OURS);
    let base = files::hold(Path::new(sysroot::PATH))?;
    let ours = files::ensure_directory(&base, &ours, 0o700)?;
    let scratch = files::ensure_directory(&ours, Path::new(NAME), 0o700)?;
    let directory = Path::new(sysroot::PATH).join(place(deployment));
    let opened = open_directory(&directory)?;
    let opened = opened.ok_or_else(|| Error::new(Kind::Failed, "it is gone").at(&directory))?;
    let lock = Lock::take(opened, &directory)?;
    if !files::is_same(&lock.directory, &directory) {
        // It was removed before it was locked.
        return Err(
            Error::new(Kind::InUse, "a cleanup was removing what was there")
                .at(&directory)
                .next("try it again"),
        );
    }
    if fresh || !boot::made(&directory) {
        files::remove_file(&scratch, boot::STAMP)?;
        for hierarchy in HIERARCHIES {
            files::remove_tree(&scratch, hierarchy)?;
            let like = Attributes::of(&Path::new("/").join(hierarchy))?;
            let place = files::ensure_directory(&scratch, Path::new(hierarchy), 0o700)?;
            files::make_directory_like(&place, "upper", &like)?;
            files::make_directory_like(&place, "work", &like)?;
        }
        // Last: without it there is none.
        boot::stamp(&scratch)?;
    }
    Ok(Scratch { directory, lock })
}

/// Removes one of another boot, which is at `path` below the sysroot, unless somebody has begun it
/// anew meanwhile, or is about to; says whether it did.
pub fn remove_of_before(sysroot: &OwnedFd, path: &Path) -> Result<bool> {
    let directory = Path::new(sysroot::PATH).join(path);
    let Some(opened) = open_directory(&directory)? else {
        return Ok(true);
    };
    let _lock = match Lock::take(opened, &directory) {
        Err(error) if error.kind() == Kind::InUse => return Ok(false),
        lock => lock?,
    };
    if boot::made(&directory) {
        return Ok(false);
    }
    let parent = path.parent().unwrap_or(Path::new("."));
    if let Some(parent) = files::open_directory(sysroot, parent)? {
        files::remove_tree(&parent, NAME)?;
    }
    Ok(true)
}

/// Has the calling thread, whose namespace has to be one of its own, see the scratch, and keeps
/// it for as long as the thread and what it executes live.
pub fn enter(deployment: &DeploymentId, fresh: bool) -> Result<()> {
    let sysroot = Path::new(sysroot::PATH);
    let was_writable = sysroot::is_writable(&files::hold(sysroot)?)?;
    sysroot::make_writable()?;
    let scratch = ensure(deployment, fresh)?;
    for hierarchy in HIERARCHIES {
        lay(&scratch, hierarchy)?;
    }
    mounts::set_read_only(files::hold(sysroot)?, !was_writable)?;
    namespace::work_in_what_is_seen()?;
    scratch.lock.leave()
}

/// Lays the scratch's upper over a hierarchy, with what is mounted below it.
fn lay(scratch: &Scratch, hierarchy: &str) -> Result<()> {
    let path = Path::new("/").join(hierarchy);
    let upper = scratch.upper(hierarchy);
    let work = scratch.directory.join(hierarchy).join("work");
    if path == Path::new(USR) {
        let clone = |system: &System| swap::clone_under(system, SOURCE, &upper, &work);
        return swap::show(&namespace::in_system(clone, || ())?);
    }
    let carried = swap::clone_all(&swap::mounted_below(&path)?)?;
    let overlay = Overlay {
        source: SOURCE,
        lowers: &[&path],
        upper: &upper,
        work: &work,
        exclusive: false,
    };
    mounts::mount_overlay(&overlay, &path)
        .map_err(|e| Error::os("the kernel refuses the overlay of the scratch", e).at(&path))?;
    for (point, tree) in &carried {
        mounts::attach_on_top(tree, point)?;
    }
    Ok(())
}

impl Lock {
    fn take(directory: OwnedFd, path: &Path) -> Result<Lock> {
        match rustix::fs::flock(&directory, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Lock { directory }),
            Err(Errno::WOULDBLOCK) => Err(Error::new(Kind::InUse, "somebody is in the scratch")
                .at(path)
                .next("wait until that command is over")),
            Err(e) => Err(Error::os("locking the scratch", e).at(path)),
        }
    }

    /// Leaves it with the process, and what it executes.
    fn leave(self) -> Result<()> {
        rustix::io::fcntl_setfd(self.directory.as_fd(), FdFlags::empty())
            .map_err(|e| Error::os("keeping the lock of the scratch", e))?;
        std::mem::forget(self.directory);
        Ok(())
    }
}

fn open_directory(path: &Path) -> Result<Option<OwnedFd>> {
    let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    match rustix::fs::open(path, flags, Mode::empty()) {
        Ok(directory) => Ok(Some(directory)),
        Err(Errno::NOENT) => Ok(None),
        Err(e) => Err(Error::os("opening the scratch", e).at(path)),
    }
}
