// SPDX-License-Identifier: LGPL-2.1-or-later
//! `enter_commit`: the calling thread alone sees the `/usr` of another commit.

use std::path::PathBuf;

use crate::delta;
use crate::error::{Error, Result};
use crate::live;
use crate::options::{Options, Progress, Watch};
use crate::ostree::{DeploymentId, sysroot};
use crate::perform;
use crate::swap;
use crate::sys::namespace;
use crate::tree::commit as commits;

/// Shows the calling thread, and the processes that it starts from then on, the `/usr` of
/// another commit, read-only: by checksum, the beginning of one, or ref. Everybody else goes on
/// to see what they saw. `/etc` and `/var` are those of the system.
///
/// The commit need not be deployed, but has to be in the system's repository, and whole. It is
/// checked out for the first that asks in a boot, under the lock of the sysroot. There is no way
/// back but the thread's end, so a program with something else to do calls it in a child. Only
/// root may.
///
/// On failure the thread may be in a namespace of its own.
pub fn enter_commit(
    sysroot: &ostree::Sysroot,
    commit: &str,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<()> {
    let enter = || {
        options.only(&["lock_wait", "lock_held"])?;
        let named = sysroot::named(sysroot, None)?;
        let booted = named.booted();
        namespace::require_root()?;
        let repo = sysroot::booted_repo()?;
        let commit = commits::resolve_whole(&repo, commit)?;
        let layer = layer(booted, &repo, &commit, options, watch)?;
        let tree =
            namespace::in_system(|system| swap::clone_with(system, layer.as_deref()), || ())?;
        namespace::leave()?;
        swap::show(&tree)
    };
    enter().map_err(|error: Error| error.during("run"))
}

/// What makes the commit's `/usr` of the booted base; nothing, where that is the commit's.
fn layer(
    booted: &DeploymentId,
    repo: &ostree::Repo,
    commit: &str,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<Option<PathBuf>> {
    if commit == booted.commit {
        return Ok(None);
    }
    live::usr_of(repo, commit)?;
    if !delta::is_there(booted, commit) {
        perform::write(booted, options, watch, |tell| {
            let proceed = || {
                tell(Progress::new(
                    "compare the commit with what is booted",
                    0,
                    0,
                ))
            };
            delta::ensure(&sysroot::booted_repo()?, booted, commit, &proceed)
        })?;
    }
    Ok(Some(delta::place(booted, commit)))
}
