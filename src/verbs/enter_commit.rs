// SPDX-License-Identifier: LGPL-2.1-or-later
//! `enter_commit`: the calling thread alone sees the `/usr` of another commit.

use std::os::fd::OwnedFd;

use crate::checkout;
use crate::error::{Error, Kind, Result};
use crate::live;
use crate::options::{Options, Progress, Watch};
use crate::ostree::{DeploymentId, sysroot};
use crate::perform;
use crate::swap;
use crate::sys::{mounts, namespace};
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
        let tree = match commit == booted.commit {
            true => namespace::in_system(swap::clone_base, || ())?,
            false => checked_out(booted, &repo, &commit, options, watch)?,
        };
        namespace::leave()?;
        swap::show(&tree)
    };
    enter().map_err(|error: Error| error.during("run"))
}

/// A copy of the mount that the commit's `/usr` is in, read-only and detached.
fn checked_out(
    booted: &DeploymentId,
    repo: &ostree::Repo,
    commit: &str,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<OwnedFd> {
    live::usr_of(repo, commit)?;
    if checkout::find(booted, commit).is_none() {
        perform::write(booted, options, watch, |tell| {
            tell(Progress::new("check the commit out", 0, 0))?;
            checkout::make(booted, &sysroot::booted_repo()?, commit)
        })?;
    }
    let directory = checkout::find(booted, commit)
        .ok_or_else(|| Error::new(Kind::Failed, "the checkout of the commit is gone"))?;
    let tree = mounts::clone_tree(&directory, false)?;
    mounts::set_read_only(&tree, true)?;
    Ok(tree)
}
