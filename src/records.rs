// SPDX-License-Identifier: LGPL-2.1-or-later
//! Records: what was done to a deployment, each under a name, bound to that deployment and gone
//! with it. What was done is not known here.

use std::collections::BTreeSet;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use crate::config;
use crate::error::Result;
use crate::name;
use crate::observe::OURS;
use crate::ostree::{DeploymentId, sysroot};
use crate::sys::files;

/// The name of the directory that they are in, in what is ours of the backing directory.
pub const NAME: &str = "records";

/// Refuses what is no name of a record.
pub fn check_name(name: &str) -> Result<()> {
    name::check(name, "of a record")
}

fn directory(deployment: &DeploymentId) -> PathBuf {
    deployment.backing().join(OURS).join(NAME)
}

fn opened(deployment: &DeploymentId, base: impl AsFd) -> Result<OwnedFd> {
    files::ensure_directory(base, &directory(deployment), 0o700)
}

/// Writes one, to last. `base` is the sysroot, which has to be writable, and locked.
pub fn save(base: impl AsFd, deployment: &DeploymentId, name: &str) -> Result<()> {
    let identity = deployment.identity()?;
    let directory = opened(deployment, base)?;
    files::remove_unfinished(&directory, name)?;
    files::write_lasting(directory, name, identity.as_bytes())
}

/// Removes one, to last.
pub fn forget(base: impl AsFd, deployment: &DeploymentId, name: &str) -> Result<()> {
    let opened = opened(deployment, base)?;
    files::remove_file(&opened, name)?;
    files::sync_directory(opened)
}

/// The names of those that a deployment has, sorted; none where they are not for the caller to
/// see.
pub fn of(deployment: &DeploymentId) -> Result<BTreeSet<String>> {
    let directory = Path::new(sysroot::PATH).join(directory(deployment));
    let Ok(entries) = std::fs::read_dir(&directory) else {
        return Ok(BTreeSet::new());
    };
    let identity = deployment.identity()?;
    let names = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok());
    // A half-written one begins with a dot; one of a deployment of before has another identity.
    Ok(names
        .filter(|name| !name.starts_with('.'))
        .filter(|name| std::fs::read_to_string(directory.join(name)).is_ok_and(|id| id == identity))
        .collect())
}

/// Whether a deployment has to have any.
pub fn are_wanted(booted: &DeploymentId) -> Result<bool> {
    Ok(!wanted(booted)?.is_empty())
}

/// Those that `other` lacks.
pub fn lacking(booted: &DeploymentId, other: &DeploymentId) -> Result<BTreeSet<String>> {
    let there = of(other)?;
    Ok(wanted(booted)?.difference(&there).cloned().collect())
}

/// What the booted deployment has, and what the configuration wants.
fn wanted(booted: &DeploymentId) -> Result<BTreeSet<String>> {
    let mut wanted = of(booted)?;
    wanted.extend(config::load(Path::new("/"))?.records().iter().cloned());
    Ok(wanted)
}

/// The sentence about one that the deployment that boots next lacks.
pub fn missing(next: &DeploymentId, staged: bool, name: &str) -> String {
    let id = next.id();
    let first = match staged {
        true => "; it is staged: once it is finalized,",
        false => ":",
    };
    format!(
        "{id} boots next, without the record {name}{first} `ostree-unlock run --deployment=0 --record={name} -- COMMAND` makes it"
    )
}
