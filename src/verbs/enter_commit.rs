// SPDX-License-Identifier: LGPL-2.1-or-later
//! `enter_commit`: the calling thread alone sees the `/usr` of another commit.

use std::path::{Path, PathBuf};

use crate::delta;
use crate::deployed_etc;
use crate::error::{Error, Result};
use crate::etc::{Merge, Undo};
use crate::live;
use crate::observe;
use crate::options::{Options, Progress, Watch};
use crate::ostree::{DeploymentId, sysroot};
use crate::perform;
use crate::shadow;
use crate::swap;
use crate::sys::mountinfo::View;
use crate::sys::{files, namespace};
use crate::tree::commit as commits;

/// Shows the calling thread, and the processes that it starts from then on, the `/usr` of
/// another commit, read-only: by checksum, the beginning of one, or ref. Everybody else goes on
/// to see what they saw. `/etc` and `/var` are those of the system; with
/// [`merge_etc`](Options::merge_etc) `/etc` is a copy, into which the defaults of the commit are merged.
///
/// The commit need not be deployed, but has to be in the system's repository, and whole. What is
/// different in it is linked for the first that asks in a boot, under the lock of the sysroot. There is no way
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
        options.only(&["lock_wait", "lock_held", "merge_etc"])?;
        let named = sysroot::named(sysroot, None)?;
        let booted = named.booted();
        namespace::require_root()?;
        let repo = sysroot::booted_repo()?;
        let commit = commits::resolve_whole(&repo, commit)?;
        let layer = layer(booted, &repo, &commit, options, watch)?;
        let tree =
            namespace::in_system(|system| swap::clone_with(system, layer.as_deref()), || ())?;
        let merge = match options.merge_etc {
            true => Some(deployed_etc::plan(&repo, &followed(booted)?, &commit)?),
            false => None,
        };
        namespace::leave()?;
        swap::show(&tree)?;
        merge.map_or(Ok(()), |merge| merged(&merge))?;
        namespace::work_in_what_is_seen()
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
    // Also one of another system.
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

/// The commit whose defaults `/etc` follows now.
fn followed(booted: &DeploymentId) -> Result<String> {
    Ok(observe::observe(booted, View::Caller)?.commit().to_owned())
}

/// Merges new defaults into a copy of `/etc`.
fn merged(merge: &Merge) -> Result<()> {
    let etc = Path::new(deployed_etc::ETC);
    let memory = shadow::lay(etc, etc)?;
    if merge.changes.is_empty() {
        return Ok(());
    }
    // Nobody asks to have it back: it goes with the copy.
    let undo = files::through(&memory, "undo");
    Undo::record(&undo, etc, merge, &|| Ok(()))?.carry_out(&|| Ok(()))
}
