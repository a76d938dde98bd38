// SPDX-License-Identifier: LGPL-2.1-or-later
//! `enter_commit`: the calling thread alone sees the `/usr` of another commit.

use crate::checkout;
use crate::error::{Error, Kind, Result};
use crate::live;
use crate::options::{Options, Progress, Watch};
use crate::ostree::sysroot;
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
        if commit == booted.commit {
            namespace::leave()?;
            return swap::show(None);
        }
        live::usr_of(&repo, &commit)?;
        if checkout::find(booted, &commit).is_none() {
            perform::write(booted, options, watch, |tell| {
                tell(Progress::new("check the commit out", 0, 0))?;
                checkout::make(booted, &sysroot::booted_repo()?, &commit)
            })?;
        }
        let directory = checkout::find(booted, &commit)
            .ok_or_else(|| Error::new(Kind::Failed, "the checkout of the commit is gone"))?;
        namespace::leave()?;
        swap::show(Some(&directory))
    };
    enter().map_err(|error: Error| error.during("run"))
}
