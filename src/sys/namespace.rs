// SPDX-License-Identifier: LGPL-2.1-or-later
//! Acting where the system sees it, whatever namespace the caller is in, and building
//! mounts where nobody sees them.
//!
//! The caller's process is never moved: the work is done on a thread of its own that
//! enters process 1's mount namespace. What has to be attached while it is being built
//! is attached in a private copy of that namespace, which goes away with the thread: a
//! crash leaves nothing behind.

use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::Mode;
use rustix::mount::UnmountFlags;
use rustix::thread::{LinkNameSpaceType, UnshareFlags, move_into_link_name_space};

use crate::error::{Error, Kind, Result};
use crate::sys::{files, mounts};

const SYSTEM: &str = "/proc/1/ns/mnt";
const ROOT: &str = "/proc/1/root";
const OURS: &str = "/proc/thread-self/ns/mnt";

/// Proof that the current thread is in the system's mount namespace and may leave it
/// for a while. Neither `Send` nor constructible elsewhere.
pub struct System {
    namespace: OwnedFd,
    /// Its root directory: that of the namespace itself may be another one, beneath it.
    root: OwnedFd,
    _thread_bound: std::marker::PhantomData<*const ()>,
}

/// Runs `work` in the system's mount namespace, on a thread of its own, and `meanwhile`
/// on the caller's.
pub fn in_system<T: Send>(
    work: impl FnOnce(&System) -> Result<T> + Send,
    meanwhile: impl FnOnce(),
) -> Result<T> {
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new()
            .name("ostree-unlock".to_owned())
            .spawn_scoped(scope, || {
                block_signals();
                System::enter().and_then(|system| work(&system))
            })
            .map_err(|e| Error::io("starting a thread", e))?;
        meanwhile();
        match worker.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

impl System {
    fn enter() -> Result<System> {
        let cannot_reach =
            |e: Error, path| e.at(path).next("call it as root, outside of a container");
        let namespace: OwnedFd = File::open(SYSTEM)
            .map_err(|e| Error::io("reaching process 1's mount namespace", e))
            .map_err(|e| cannot_reach(e, SYSTEM))?
            .into();
        let root = files::hold(Path::new(ROOT)).map_err(|e| cannot_reach(e, ROOT))?;
        apart()?;
        // The thread's own by now: what is made is for others to read as well.
        rustix::process::umask(Mode::WGRP | Mode::WOTH);
        let system = System {
            namespace,
            root,
            _thread_bound: std::marker::PhantomData,
        };
        if identity(SYSTEM)? != identity(OURS)? {
            system.come_back()?;
        }
        Ok(system)
    }

    /// Runs `work` in a private copy of the system's namespace. Only what it returns
    /// remains of it.
    pub fn in_private_copy<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        unshare(UnshareFlags::NEWNS, "making a private mount namespace")?;
        let result = mounts::make_all_private().and_then(|()| work());
        self.come_back()?;
        result
    }

    fn come_back(&self) -> Result<()> {
        // setns(2) also moves to the root of the namespace, which need not be the system's:
        // an initramfs may have left it by chroot(2) alone.
        move_into_link_name_space(self.namespace.as_fd(), Some(LinkNameSpaceType::Mount))
            .and_then(|()| rustix::process::fchdir(&self.root))
            .and_then(|()| rustix::process::chroot("."))
            .map_err(|e| Error::os("entering the system's mount namespace", e).at(SYSTEM))
    }
}

/// Gives the calling thread a root and a working directory of its own. setns(2) wants that of who
/// calls it; and of every thread that it has started, as one which was joined just now may still
/// be there.
pub fn apart() -> Result<()> {
    unshare(UnshareFlags::FS, "separating a thread")
}

/// Gives the calling thread a mount namespace of its own for good, which follows the one
/// that it leaves.
pub fn leave() -> Result<()> {
    unshare(UnshareFlags::NEWNS, "making a mount namespace")?;
    mounts::make_all_followers()
}

/// Makes the mount at `path` the root of the calling thread's namespace, which has to be one of
/// its own, and goes to where the thread was working, or to the root where that is not there.
pub fn change_root(path: &Path) -> Result<()> {
    let was_in = std::env::current_dir().ok();
    let root = files::hold(path)?;
    rustix::process::fchdir(&root)
        // Beneath itself, from where it can be taken away without a name.
        .and_then(|()| rustix::process::pivot_root(".", "."))
        .and_then(|()| rustix::mount::unmount(".", UnmountFlags::DETACH))
        .map_err(|e| Error::os("changing the root directory", e).at(path))?;
    work_in(was_in)
}

/// Has the calling thread, whose namespace has to be one of its own, work in what is seen now at the
/// path where it works. What was mounted there since covers the directory that it still has, and
/// relative paths would lead beneath it.
pub fn work_in_what_is_seen() -> Result<()> {
    work_in(std::env::current_dir().ok())
}

fn work_in(place: Option<PathBuf>) -> Result<()> {
    rustix::process::chdir("/").map_err(|e| Error::os("entering the root directory", e).at("/"))?;
    if let Some(place) = place {
        // Not there: it stays in the root.
        let _ = rustix::process::chdir(place);
    }
    Ok(())
}

fn unshare(flags: UnshareFlags, doing: &str) -> Result<()> {
    // SAFETY: what is unsafe about unshare(2) is leaving a shared table of file
    // descriptors, and neither FS nor NEWNS touches that.
    unsafe { rustix::thread::unshare_unsafe(flags) }.map_err(|e| Error::os(doing, e))
}

fn identity(path: &str) -> Result<(u64, u64)> {
    rustix::fs::stat(path)
        .map(|stat| (stat.st_dev, stat.st_ino))
        .map_err(|e| Error::os("looking at a namespace", e).at(path))
}

/// Whether the caller's root directory is the system's; false in a chroot or container.
pub fn root_is_the_systems() -> Result<bool> {
    let own = rustix::fs::stat("/").map_err(|e| Error::os("looking at the root", e).at("/"))?;
    match rustix::fs::stat("/proc/1/root/") {
        Ok(system) => Ok((own.st_dev, own.st_ino) == (system.st_dev, system.st_ino)),
        Err(e) => Err(Error::os("looking at process 1's root", e).at("/proc/1/root")),
    }
}

/// Whether the calling thread is in the system's mount namespace.
pub fn is_the_systems() -> Result<bool> {
    Ok(identity(SYSTEM)? == identity(OURS)?)
}

/// Refuses early what would fail half-way.
pub fn require_root() -> Result<()> {
    if rustix::process::geteuid().is_root() {
        return Ok(());
    }
    Err(Error::new(Kind::PermissionDenied, "only root may do this")
        .next("call it through sudo, pkexec or run0"))
}

/// The host program's signal handlers must not run on a thread whose root and mounts
/// are not its own.
fn block_signals() {
    // SAFETY: an all-zero `sigset_t` is valid storage for sigfillset(3), and both
    // calls only touch it and this thread's mask.
    unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &all, std::ptr::null_mut());
    }
}

/// Has a program hear every signal, also where it is started by a thread that hears none.
pub fn unblock_signals(program: &mut Command) {
    let unblock = || {
        // SAFETY: as above; both calls may be made between fork(2) and exec(2).
        unsafe {
            let mut none: libc::sigset_t = std::mem::zeroed();
            libc::sigemptyset(&mut none);
            libc::pthread_sigmask(libc::SIG_SETMASK, &none, std::ptr::null_mut());
        }
        Ok(())
    };
    // SAFETY: it allocates nothing, takes no lock, and touches nothing but the child's mask.
    unsafe { program.pre_exec(unblock) };
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Whether a thread comes back from a private copy while another one, which it started there and
    /// which does `first`, is still there, as one may be for a while that was joined.
    fn comes_back(first: fn() -> Result<()>) -> Result<()> {
        let (said, hears) = std::sync::mpsc::channel();
        let (ends, end) = std::sync::mpsc::channel::<()>();
        let work = move || {
            apart()?;
            leave()?;
            let system = System {
                namespace: File::open("/proc/thread-self/ns/mnt").unwrap().into(),
                root: files::hold(Path::new("/"))?,
                _thread_bound: std::marker::PhantomData,
            };
            let came_back = system.in_private_copy(|| {
                std::thread::spawn(move || {
                    said.send(first()).unwrap();
                    let _ = end.recv();
                });
                hears.recv().unwrap()
            });
            drop(ends);
            came_back
        };
        std::thread::spawn(work).join().unwrap()
    }

    #[test]
    fn a_program_hears_what_the_thread_that_starts_it_does_not() {
        let work = || {
            block_signals();
            let mut program = Command::new("cat");
            unblock_signals(program.arg("/proc/self/status"));
            program.output().unwrap().stdout
        };
        let status = std::thread::spawn(work).join().unwrap();
        let status = String::from_utf8(status).unwrap();
        assert!(status.contains("\nSigBlk:\t0000000000000000\n"), "{status}");
    }

    #[test]
    #[ignore = "needs root"]
    fn a_thread_that_is_apart_is_in_nobodys_way() {
        assert!(comes_back(|| Ok(())).is_err());
        assert!(comes_back(apart).is_ok());
    }
}
