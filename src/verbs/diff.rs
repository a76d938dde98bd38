// SPDX-License-Identifier: LGPL-2.1-or-later
//! `diff`: what was changed in `/usr` since it was unlocked. Only looks; one difference
//! at a time, so that memory does not grow with what there is.

use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};

use crate::diff::Difference;
use crate::diff::overlay::Overlay;
use crate::error::{Error, Kind, Result};
use crate::observe::{self, USR};
use crate::ostree::DeploymentId;
use crate::ostree::sysroot::{self, Named};
use crate::stack::State;
use crate::sys::mountinfo::View;
use crate::sys::{files, mounts, namespace};

/// The differences between the deployment and what `/usr` holds, parents before what is
/// in them, sorted by name.
///
/// After an error there is nothing more.
///
/// ```no_run
/// let sysroot = ostree::Sysroot::new_default();
/// for difference in ostree_unlock::diff(&sysroot, None)? {
///     let difference = difference?;
///     println!("{} {}", difference.change.letter(), difference.path.display());
/// }
/// # Ok::<(), ostree_unlock::Error>(())
/// ```
pub struct Diff {
    /// `None` where nothing was unlocked, and nothing can differ.
    overlay: Option<Overlay>,
    /// What `overlay` reads the base through.
    _base: Option<OwnedFd>,
}

impl Iterator for Diff {
    type Item = Result<Difference>;

    fn next(&mut self) -> Option<Result<Difference>> {
        let difference = self.overlay.as_mut()?.next()?;
        Some(difference.map_err(|error| error.during("diff")))
    }
}

/// What was changed in `/usr` of the booted deployment, in whatever state it is; or in the
/// hotfix of another deployment.
///
/// Only root may look. Locked, there are no differences. What is written meanwhile may
/// be in it or not.
pub fn diff(sysroot: &ostree::Sysroot, deployment: Option<&ostree::Deployment>) -> Result<Diff> {
    let start = || {
        let named = sysroot::named(sysroot, deployment)?;
        namespace::require_root()?;
        match named {
            Named::Booted(booted) => of_the_booted(&booted),
            Named::Other(other, _) => of_another(&observe::hotfix_directory(&other)),
        }
    };
    start().map_err(|error: Error| error.during("diff"))
}

fn of_the_booted(deployment: &DeploymentId) -> Result<Diff> {
    let observation = observe::observe(deployment, View::Caller)?;
    if observation.stack.upper.is_none() {
        return Ok(nothing());
    }
    let Some(upper) = observation.upper_path() else {
        return Err(Error::new(
            Kind::Unsupported,
            "nothing says where what was written is kept",
        )
        .at(USR));
    };
    // The root without what is mounted on it: `usr` in it is the base.
    let root = mounts::clone_tree(Path::new("/"), false)?;
    let base = PathBuf::from(format!("/proc/self/fd/{}/usr", root.as_raw_fd()));
    Ok(Diff {
        overlay: Some(Overlay::new(Path::new(USR), &upper, &base)?),
        _base: Some(root),
    })
}

fn of_another(directory: &Path) -> Result<Diff> {
    let upper = directory.join(State::Hotfix.directories().0);
    if !files::exists(&upper) {
        return Ok(nothing());
    }
    Ok(Diff {
        overlay: Some(Overlay::new(
            Path::new(USR),
            &upper,
            &directory.join("usr"),
        )?),
        _base: None,
    })
}

fn nothing() -> Diff {
    Diff {
        overlay: None,
        _base: None,
    }
}
