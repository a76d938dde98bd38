// SPDX-License-Identifier: LGPL-2.1-or-later
//! The one act: put the next stack in the place of the current one in a single move.
//!
//! Built aside, in a private copy of the system's mount namespace, by the ordinary
//! mount(2) and with ordinary paths; what leaves it is one detached tree. So nothing
//! half-made is ever visible, nothing is left behind by a crash, and every kernel from
//! 5.12 on does it the same way. The base is never detached.

use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use crate::error::{Error, Kind, Result};
use crate::observe::{Observation, USR, superblock_is_read_only};
use crate::ostree::sysroot;
use crate::plan::{Cover, Exchange};
use crate::sys::files::{self, Attributes};
use crate::sys::mountinfo::{self, View};
use crate::sys::mounts::{self, Overlay};
use crate::sys::namespace::System;

/// Lays an overlay over the base.
pub fn cover(system: &System, cover: &Cover) -> Result<()> {
    let tree = system.in_private_copy(|| build(cover))?;
    mounts::set_read_only(&tree, cover.read_only())?;
    mounts::attach_on_top(&tree, Path::new(USR))
}

/// Puts another overlay in the place of the mount `old`.
pub fn replace(system: &System, cover: &Cover, old: u32) -> Result<()> {
    let tree = system.in_private_copy(|| build(cover))?;
    mounts::set_read_only(&tree, cover.read_only())?;
    put_in_place_of(old, &tree)
}

/// Puts the base in the place of the mount `old`, beneath which there is none: the
/// deployment's own directory must never be what one sees at /usr.
pub fn mount_base(system: &System, old: u32) -> Result<()> {
    put_in_place_of(old, &clone_base(system)?)
}

/// A copy of the base, read-only and detached, whatever lies on it.
fn clone_base(system: &System) -> Result<OwnedFd> {
    clone_with(system, None)
}

/// The same with a layer on it.
pub fn clone_with(system: &System, layer: Option<&Path>) -> Result<OwnedFd> {
    let hierarchy = Path::new(USR);
    let tree = system.in_private_copy(|| {
        bare()?;
        if let Some(layer) = layer {
            mounts::mount_layers("ostree-unlock-commit", &[layer, hierarchy], hierarchy)
                .map_err(|e| Error::os("the kernel refuses the overlay", e).at(layer))?;
        }
        mounts::clone_tree(hierarchy, false)
    })?;
    mounts::set_read_only(&tree, true)?;
    Ok(tree)
}

/// A copy of the base under an upper, writable and detached, whatever lies on it.
pub fn clone_under(system: &System, source: &str, upper: &Path, work: &Path) -> Result<OwnedFd> {
    let hierarchy = Path::new(USR);
    let overlay = Overlay {
        source,
        lowers: &[hierarchy],
        upper,
        work,
        exclusive: false,
    };
    system.in_private_copy(|| {
        bare()?;
        make_sysroot_writable()?;
        mounts::mount_overlay(&overlay, hierarchy)
            .map_err(|e| Error::os("the kernel refuses the overlay", e).at(upper))?;
        mounts::clone_tree(hierarchy, false)
    })
}

fn put_in_place_of(old: u32, tree: &OwnedFd) -> Result<()> {
    let hierarchy = Path::new(USR);
    if mounts::attach_beneath(tree, hierarchy)? {
        detach(old)
    } else {
        // KERNEL(6.5): on top is as atomic; the mount of before stays covered until the end.
        mounts::attach_on_top(tree, hierarchy)
    }
}

fn build(cover: &Cover) -> Result<OwnedFd> {
    let hierarchy = Path::new(USR);
    let carried = clone_all(&cover.below)?;
    bare()?;
    make_sysroot_writable()?;
    let (upper, work) = cover.upper_and_work();
    let layers = cover.layers.iter().map(|layer| layer.0.as_path());
    let lowers: Vec<&Path> = layers.chain([hierarchy]).collect();
    let overlay = Overlay {
        source: cover.token.as_str(),
        lowers: &lowers,
        upper: &upper,
        work: &work,
        exclusive: false,
    };
    mounts::mount_overlay(&overlay, hierarchy).map_err(|errno| refused(cover, errno))?;
    for (point, tree) in &carried {
        mounts::attach_on_top(tree, point)?;
    }
    mounts::clone_tree(hierarchy, true)
}

/// What the base looks like, whatever lies over it.
pub fn attributes_of_base(system: &System) -> Result<Attributes> {
    system.in_private_copy(|| {
        bare()?;
        Attributes::of(Path::new(USR))
    })
}

/// Takes every overlay off the base; in a private namespace only.
pub fn bare() -> Result<()> {
    let hierarchy = Path::new(USR);
    let is_covered = || {
        let mounts = mountinfo::load(View::Caller)?;
        let top = mountinfo::chain_at(&mounts, hierarchy).last().copied();
        Ok::<_, Error>(top.is_some_and(|top| top.fs_type == "overlay"))
    };
    while is_covered()? {
        mounts::detach(hierarchy)?;
    }
    Ok(())
}

/// Shows another tree at /usr, with what is mounted below that. In a namespace of the caller's own.
///
/// On top of all that is there: where the system mounts something at /usr or takes it away, that
/// happens here beneath this tree. Without what it lies on, this tree itself would be taken away.
pub fn show(tree: &OwnedFd) -> Result<()> {
    let hierarchy = Path::new(USR);
    let carried = clone_all(&mounted_below(hierarchy)?)?;
    mounts::attach_on_top(tree, hierarchy)?;
    for (point, tree) in &carried {
        // The other one need not have a place for it.
        if files::exists(point) {
            mounts::attach_on_top(tree, point)?;
        }
    }
    Ok(())
}

/// The kernel's errno says little about an overlay that it does not want.
fn refused(cover: &Cover, errno: Errno) -> Error {
    let error = match errno {
        // What the kernel log calls it: stacking depth exceeded, or not supported as upperdir.
        Errno::INVAL => Error::new(
            Kind::Unsupported,
            "the kernel refuses the overlay (Invalid argument)",
        ),
        _ => Error::os("the kernel refuses the overlay", errno),
    };
    let error = error.at(&cover.directory);
    match errno {
        Errno::INVAL => error.next(
            "is the root a stack of overlays already, or this file system an overlay or a network one?",
        ),
        Errno::ROFS => error.next("make the file system of /sysroot writable"),
        Errno::NODEV => error.next("this kernel has no overlayfs: load or build it"),
        _ => error.next("the kernel log may say more"),
    }
}

/// In the private copy only.
fn make_sysroot_writable() -> Result<()> {
    let sysroot = files::hold(Path::new(sysroot::PATH))?;
    mounts::set_read_only(&sysroot, false)
}

/// What is mounted below a directory, which need not be a mount itself, as one sees it now.
pub fn mounted_below(directory: &Path) -> Result<Vec<PathBuf>> {
    let mounts = mountinfo::load(View::Caller)?;
    let top = mountinfo::chain_at(&mounts, directory)
        .last()
        .or(mountinfo::chain_at(&mounts, Path::new("/")).last())
        .map_or(0, |top| top.id);
    let below = mountinfo::below(&mounts, top, directory).into_iter();
    Ok(below.map(|mount| mount.point.clone()).collect())
}

/// Detached copies of what is mounted at these points.
pub fn clone_all(points: &[PathBuf]) -> Result<Vec<(PathBuf, OwnedFd)>> {
    points
        .iter()
        .map(|point| Ok((point.clone(), mounts::clone_tree(point, true)?)))
        .collect()
}

/// Puts another mount of the overlay in the place of the current one, so that also
/// namespaces that follow the system's (services with a view of their own) see it.
pub fn exchange(system: &System, exchange: &Exchange) -> Result<()> {
    let hierarchy = Path::new(USR);
    let tree = system.in_private_copy(|| mounts::clone_tree(hierarchy, true))?;
    mounts::set_read_only(&tree, exchange.read_only)?;
    put_in_place_of(exchange.mount, &tree)
}

/// Takes one mount away. umount2(2) takes whatever is on top: look once more, as late as
/// possible.
pub fn detach(mount: u32) -> Result<()> {
    let hierarchy = Path::new(USR);
    let mounts = mountinfo::load(View::Caller)?;
    let top = mountinfo::chain_at(&mounts, hierarchy).last().map(|m| m.id);
    if top != Some(mount) {
        return Err(
            Error::new(Kind::ForeignMount, "something else was mounted meanwhile")
                .at(hierarchy)
                .next("look at `findmnt /usr`, and try again"),
        );
    }
    mounts::detach(hierarchy)
}

/// Makes the topmost mount read-only; `Ok(false)` if somebody writes through it.
pub fn gate() -> Result<bool> {
    let mount = files::hold(Path::new(USR))?;
    mounts::try_set_read_only(&mount, true).map_err(|e| Error::os("closing the mount", e).at(USR))
}

/// Mounts a file system in RAM where only root looks.
pub fn mount_ram(directory: &Path, limit: Option<u64>) -> Result<()> {
    let run = files::hold(Path::new("/run"))?;
    let below = directory.strip_prefix("/run").unwrap_or(directory);
    files::ensure_directory(&run, below, 0o700)?;
    mounts::mount_tmpfs(directory, limit)
}

/// Gives it up: its memory is free once nobody uses what was in it.
pub fn unmount_ram(directory: &Path) -> Result<()> {
    if mountinfo::load(View::Caller)?
        .iter()
        .any(|m| m.point == directory)
    {
        mounts::detach(directory)?;
    }
    match std::fs::remove_dir(directory) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::io("removing a mount point", e).at(directory))
        }
        _ => Ok(()),
    }
}

/// Makes the overlay writable in the caller's namespace, which has to be one of its own, where it
/// is read-only for everybody else.
pub fn open(observation: &Observation) -> Result<()> {
    let usr = Path::new(USR);
    // libostree makes its own transient overlay read-only as a whole; the mounts of all
    // others stay so by themselves.
    if observation
        .mount
        .as_ref()
        .is_some_and(superblock_is_read_only)
    {
        mounts::reconfigure(usr, false)
            .map_err(|e| Error::os("making the overlay writable", e).at(usr))?;
    }
    mounts::set_read_only(files::hold(usr)?, false).map_err(|e| e.at(usr))
}

/// Makes the overlay read-only as a whole; `Ok(false)` if somebody writes to it.
pub fn seal() -> Result<bool> {
    match mounts::reconfigure(Path::new(USR), true) {
        Ok(()) => Ok(true),
        Err(Errno::BUSY) => Ok(false),
        // The medium beneath failed: nobody's writes get anywhere.
        Err(Errno::ROFS | Errno::IO) => Ok(true),
        Err(e) => Err(Error::os("sealing the overlay", e).at(USR)),
    }
}

/// Takes the seal away.
pub fn unseal() -> Result<()> {
    mounts::reconfigure(Path::new(USR), false)
        .map_err(|e| Error::os("making the overlay writable again", e).at(USR))
}

/// Of each of these directories, whether some overlay, attached or not, still uses it as its upper.
///
/// Asks the kernel by trying to mount it exclusively, which marks the upper: only for
/// those that are to be discarded. What it refuses for another reason than it is known to have
/// for what nobody uses counts as used.
pub fn are_in_use(system: &System, directories: &[PathBuf]) -> Result<Vec<bool>> {
    if directories.is_empty() {
        return Ok(Vec::new());
    }
    system.in_private_copy(|| {
        make_sysroot_writable()?;
        // Any directory will do that is on another file system and no overlay itself.
        let scratch = Path::new("/run/ostree");
        let is_in_use = |directory: &PathBuf| {
            let [upper, work] = ["upper", "work"].map(|name| directory.join(name));
            // Of a hotfix that was being taken out the one may be elsewhere. Either is marked while
            // it is in use, and the kernel wants both to look at one.
            let is_made = |half: &&PathBuf| std::fs::create_dir(half).is_ok();
            let made: Vec<&PathBuf> = [&upper, &work].into_iter().filter(is_made).collect();
            let overlay = Overlay {
                source: "ostree-unlock-probe",
                lowers: &[scratch],
                upper: &upper,
                work: &work,
                exclusive: true,
            };
            let is_in_use = match mounts::mount_overlay(&overlay, scratch) {
                Ok(()) => return mounts::detach(scratch).map(|()| false),
                // It was mounted so before, over what another boot had there.
                Err(Errno::STALE | Errno::NOTDIR) => false,
                // It makes a directory for itself, after it has looked at who has them.
                Err(Errno::NOSPC | Errno::DQUOT) => false,
                Err(Errno::NOENT) => directory.is_dir(),
                Err(_) => true,
            };
            // A directory that is open elsewhere is told by which of the two are there.
            if is_in_use {
                made.iter().try_for_each(std::fs::remove_dir).ok();
            }
            Ok(is_in_use)
        };
        directories.iter().map(is_in_use).collect()
    })
}
