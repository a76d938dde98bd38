// SPDX-License-Identifier: LGPL-2.1-or-later
//! The `/usr` of a commit that is not booted, as a directory to be shown read-only: a checkout
//! of ours, which nobody removes while a command sees it. It is good for this boot; who sees it
//! is not known here.

use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::observe::OURS;
use crate::ostree::{DeploymentId, sysroot};
use crate::sys::{boot, files};

/// The name of the directory that they are in, in what is ours of the backing directory.
pub const NAME: &str = "run";

/// Below the sysroot.
fn place(booted: &DeploymentId) -> PathBuf {
    booted.backing().join(OURS).join(NAME)
}

/// Where the `/usr` of `commit` is, if it was made in this boot.
pub fn find(booted: &DeploymentId, commit: &str) -> Option<PathBuf> {
    let directory = Path::new(sysroot::PATH).join(place(booted));
    let layer = directory.join(commit);
    (boot::is_marked_now(&directory) && files::exists(&layer)).then_some(layer)
}

/// Makes it. In a namespace where the sysroot can be written to, and under its lock.
pub fn make(booted: &DeploymentId, repo: &ostree::Repo, commit: &str) -> Result<()> {
    let base = files::hold(Path::new(sysroot::PATH))?;
    let path = Path::new(sysroot::PATH).join(place(booted));
    let ours = files::ensure_directory(&base, &booted.backing().join(OURS), 0o700)?;
    let directory = files::ensure_directory(&ours, Path::new(NAME), 0o700)?;
    if !boot::is_marked_now(&path) {
        // Nothing of it was synced, so after a power cut it may be anything.
        for name in files::names(&directory)? {
            if path.join(&name).is_dir() {
                files::remove_tree(&directory, &name)?;
            }
        }
        boot::mark(&directory)?;
    }
    let unfinished = format!(".{commit}.new");
    files::remove_tree(&directory, &unfinished)?;
    let options = ostree::RepoCheckoutAtOptions {
        subpath: Some("/usr".into()),
        ..Default::default()
    };
    repo.checkout_at(
        Some(&options),
        directory.as_raw_fd(),
        &unfinished,
        commit,
        gio::Cancellable::NONE,
    )
    .map_err(|e| Error::from(e).at(path.join(commit)))?;
    if find(booted, commit).is_none() {
        files::rename(&directory, &unfinished, &directory, commit)?;
    }
    Ok(())
}
