// SPDX-License-Identifier: LGPL-2.1-or-later
//! The directories of uppers on the disk: made, moved between the place that ends with
//! the boot and the one that lasts, set aside, and removed once nobody uses them. What
//! is mounted stays as it is: a live upper may be renamed.
//!
//! The place that lasts is complete before its work directory is in it and after that has
//! left it: a deployment with `.usr-ovl-work` and without `.usr-ovl-upper` does not boot.

use std::os::fd::OwnedFd;
use std::path::Path;

use crate::error::{Error, Kind, Result};
use crate::observe::{
    OURS, UPPERS, USR, USR_TRANSIENT, hotfix_directory, upper_directory, uppers_directory,
};
use crate::ostree::{DeploymentId, sysroot};
use crate::stack::{Layer, State};
use crate::swap;
use crate::sys::boot;
use crate::sys::files::{self, Attributes};
use crate::sys::namespace::System;
use crate::sys::random;

/// How the name begins of what is removed once nobody uses it.
pub const SET_ASIDE: &str = "old-";

/// The uppers of one deployment.
pub struct Uppers<'a> {
    pub deployment: &'a DeploymentId,
    /// The sysroot, writable whatever its mount says.
    pub sysroot: &'a OwnedFd,
}

impl Uppers<'_> {
    /// Makes the two directories of an upper, with the owner, mode and label of /usr.
    pub fn make(&self, state: State, directory: &Path) -> Result<()> {
        let like = Attributes::of(Path::new(USR))?;
        let (upper, work) = state.directories();
        let make = |place: &OwnedFd| {
            files::make_directory_like(place, upper, &like)?;
            files::make_directory_like(place, work, &like).map(drop)
        };
        if state.is_persistent() {
            let place = self.deployment_directory()?;
            files::while_mutable(&place, || make(&place))?;
            files::sync_directory(&place)
        } else if directory.starts_with(sysroot::PATH) {
            make(&self.make_temporary(&like)?)
        } else {
            make(&files::hold(directory)?)
        }
    }

    /// Makes the two directories of an upper of this boot that lies over `layer`, or over the base,
    /// whose attributes it gets.
    pub fn make_over(
        &self,
        system: &System,
        directory: &Path,
        layer: Option<&Layer>,
    ) -> Result<()> {
        let like = match layer {
            Some(layer) => Attributes::of(&layer.0)?,
            None => swap::attributes_of_base(system)?,
        };
        let (upper, work) = State::Development.directories();
        let place = match directory.starts_with(sysroot::PATH) {
            true => {
                let (parent, name) = self.open_parent(directory)?;
                boot::renew(&uppers_directory(self.deployment), &parent)?;
                files::ensure_directory(&parent, Path::new(&name), 0o700)?
            }
            false => files::hold(directory)?,
        };
        files::make_directory_like(&place, upper, &like)?;
        files::make_directory_like(&place, work, &like).map(drop)
    }

    /// Keeps an upper that was a layer where it is only removed after the boot: an old view may
    /// have it as a layer, which the kernel says nothing of.
    pub fn retire(&self, directory: &Path) -> Result<()> {
        let place = uppers_directory(self.deployment);
        if directory.starts_with(&place)
            || !directory.starts_with(sysroot::PATH)
            || !files::exists(directory)
        {
            return Ok(());
        }
        let (parent, name) = self.open_parent(directory)?;
        let ours = self.deployment.backing().join(OURS).join(UPPERS);
        let uppers = files::ensure_directory(self.sysroot, &ours, 0o700)?;
        files::rename(
            &parent,
            &name,
            &uppers,
            &format!("{:016x}", random::bits()?),
        )
    }

    /// Copies an upper from elsewhere to the place that ends with the boot.
    pub fn copy(&self, from: &Path, proceed: &dyn Fn() -> Result<()>) -> Result<()> {
        let like = Attributes::of(Path::new(USR))?;
        let place = self.make_temporary(&like)?;
        let (upper, work) = State::Development.directories();
        files::make_directory_like(&place, work, &like)?;
        let made = files::make_directory_like(&place, upper, &like)?;
        crate::sys::copy::tree(from, &files::through(&made, "."), proceed)
    }

    /// Moves the upper to where the next boot finds it; what is there already stays there.
    pub fn keep(&self) -> Result<()> {
        let lasting = self.deployment_directory()?;
        if let Some(temporary) = self.open(&self.deployment.backing().join(USR_TRANSIENT))? {
            // What was written must be there when the directories are.
            files::sync_file_system(&lasting)?;
            let (upper, work) = State::Development.directories();
            let (lasting_upper, lasting_work) = State::Hotfix.directories();
            files::while_mutable(&lasting, || {
                move_over(&temporary, upper, &lasting, lasting_upper)?;
                move_over(&temporary, work, &lasting, lasting_work)
            })?;
            files::sync_directory(&temporary)?;
        }
        let (parent, name) = self.open_parent(&upper_directory(self.deployment))?;
        files::remove_empty(&parent, &name)
    }

    /// The reverse: the next boot finds nothing.
    pub fn release(&self) -> Result<()> {
        let (parent, name) = self.open_parent(&upper_directory(self.deployment))?;
        let temporary = match self.open(&self.deployment.backing().join(USR_TRANSIENT))? {
            Some(temporary) => temporary,
            None => files::make_directory_like(&parent, &name, &Attributes::of(Path::new(USR))?)?,
        };
        self.take_out(&temporary)
    }

    /// Moves a hotfix that is no longer mounted out of the way.
    pub fn set_hotfix_aside(&self) -> Result<()> {
        let (upper, work) = State::Hotfix.directories();
        let directory = hotfix_directory(self.deployment);
        if files::exists(&directory.join(upper)) || files::exists(&directory.join(work)) {
            let name = format!("{SET_ASIDE}{:016x}", random::bits()?);
            let place = self.deployment.backing().join(OURS).join(name);
            self.take_out(&files::ensure_directory(self.sysroot, &place, 0o700)?)?;
        }
        Ok(())
    }

    fn take_out(&self, place: &OwnedFd) -> Result<()> {
        let lasting = self.deployment_directory()?;
        let (upper, work) = State::Development.directories();
        let (lasting_upper, lasting_work) = State::Hotfix.directories();
        files::while_mutable(&lasting, || {
            move_over(&lasting, lasting_work, place, work)?;
            move_over(&lasting, lasting_upper, place, upper)
        })?;
        files::sync_directory(place)
    }

    /// Moves an upper that ends with the boot out of the way, under a name of ours: `ostree
    /// admin unlock` removes what has its own.
    pub fn set_aside(&self, directory: &Path) -> Result<()> {
        if !directory.starts_with(sysroot::PATH) || !files::exists(directory) {
            // An older libostree's lies in /var/tmp, where the next boot removes it.
            return Ok(());
        }
        let (parent, name) = self.open_parent(directory)?;
        let ours = self.deployment.backing().join(OURS);
        let ours = files::ensure_directory(self.sysroot, &ours, 0o700)?;
        let aside = format!("{SET_ASIDE}{:016x}", random::bits()?);
        files::rename(&parent, &name, &ours, &aside)
    }

    /// Removes what was set aside and is no longer in use, by this call or by an earlier one;
    /// says what went wrong, and whether something is still in use.
    pub fn discard(&self, system: &System) -> (Vec<String>, bool) {
        let path = self.deployment.backing().join(OURS);
        let Ok(Some(ours)) = self.open(&path) else {
            return (Vec::new(), false);
        };
        let mut names = files::names(&ours).unwrap_or_default();
        names.retain(|name| name.starts_with(SET_ASIDE));
        let path = Path::new(sysroot::PATH).join(path);
        let directories: Vec<_> = names.iter().map(|name| path.join(name)).collect();
        let in_use = match swap::are_in_use(system, &directories) {
            Ok(in_use) => in_use,
            Err(error) => return (vec![error.at(path).to_string()], false),
        };
        let mut failures = Vec::new();
        for ((name, directory), is_in_use) in names.iter().zip(directories).zip(&in_use) {
            if *is_in_use {
                continue;
            }
            let removed = files::remove_tree(&ours, name);
            failures.extend(removed.err().map(|error| error.at(directory).to_string()));
        }
        (failures, in_use.contains(&true))
    }

    /// Sets the immutable flag of the deployment, which libostree takes away to unlock it.
    pub fn protect(&self) -> Result<()> {
        files::set_immutable(self.deployment_directory()?, true).map(drop)
    }

    fn deployment_directory(&self) -> Result<OwnedFd> {
        self.open(&self.deployment.directory())?.ok_or_else(|| {
            Error::new(Kind::Failed, "the directory of the deployment is gone")
                .at(hotfix_directory(self.deployment))
        })
    }

    fn open(&self, path: &Path) -> Result<Option<OwnedFd>> {
        files::open_directory(self.sysroot, path)
    }

    fn make_temporary(&self, like: &Attributes) -> Result<OwnedFd> {
        let (parent, name) = self.open_parent(&upper_directory(self.deployment))?;
        // Where it is set aside to: on a disk that is full by then no directory is made.
        files::ensure_directory(&parent, Path::new(OURS), 0o700)?;
        files::make_directory_like(&parent, &name, like)
    }

    /// The backing directory of the deployment, opened for writing, and the name in it.
    fn open_parent(&self, directory: &Path) -> Result<(OwnedFd, String)> {
        let below = directory.strip_prefix(sysroot::PATH).ok();
        let parent = below.and_then(Path::parent);
        let name = directory.file_name().and_then(|name| name.to_str());
        let (Some(parent), Some(name)) = (parent, name) else {
            return Err(
                Error::new(Kind::UnsafePath, "not a directory that we would use").at(directory),
            );
        };
        let parent =
            files::ensure_directory(self.sysroot, parent, 0o700).map_err(|e| e.at(directory))?;
        Ok((parent, name.to_owned()))
    }
}

/// Renames what has not been renamed yet, and waits until that is on the disk: the order
/// of two of them is what a power cut leaves whole.
fn move_over(from: &OwnedFd, name: &str, to: &OwnedFd, new_name: &str) -> Result<()> {
    if !files::is_in(from, name) {
        return Ok(());
    }
    files::rename(from, name, to, new_name)?;
    files::sync_directory(from)?;
    files::sync_directory(to)
}
