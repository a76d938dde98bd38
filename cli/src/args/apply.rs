// SPDX-License-Identifier: LGPL-2.1-or-later
//! The arguments of `apply` and `rollback`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use ostree_unlock::{Deploy, Options, Prefer};

use super::SysrootArgs;
use crate::values;

/// What both have.
#[derive(Debug, Args)]
pub(crate) struct LiveArgs {
    /// Where what was written hides what the commit changes: `changes`, or of one path `changes:PATH`
    #[arg(long, value_name = "SIDE", value_parser = values::prefer)]
    prefer: Vec<(PathBuf, Prefer)>,

    /// Restart services that run on files that are others now, where that takes nothing else down
    #[arg(long)]
    restart: bool,

    /// Only print the steps
    #[arg(short = 'n', long)]
    dry_run: bool,

    /// How long to wait while somebody else holds the sysroot's lock
    #[arg(long, value_name = "SECONDS", value_parser = values::seconds, default_value = "0")]
    lock_wait: Duration,

    #[command(flatten)]
    pub(crate) sysroot: SysrootArgs,
}

impl LiveArgs {
    /// As the library takes them.
    pub(crate) fn options(&self) -> Options {
        let options = Options::new()
            .dry_run(self.dry_run)
            .restart(self.restart)
            .lock_wait(self.lock_wait);
        self.prefer.iter().fold(options, |options, (path, prefer)| {
            options.prefer(path, *prefer)
        })
    }
}

/// `apply`.
#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    /// The commit, by checksum or ref [default: that of the deployment that boots next]
    #[arg(value_name = "COMMIT", conflicts_with = "reset")]
    pub(crate) commit: Option<String>,

    /// The booted commit
    #[arg(long)]
    pub(crate) reset: bool,

    /// Go on although packages are replaced or removed under what runs
    #[arg(long)]
    allow_replacement: bool,

    /// Go on although the commit lacks a library that is needed, or has a unit that cannot be read
    #[arg(long)]
    allow_broken: bool,

    /// Go on although the commit is of another operating system, or for another kind of machine
    #[arg(long)]
    allow_other_system: bool,

    /// Refuse a commit that is not here as a whole, instead of pulling it
    #[arg(long)]
    no_pull: bool,

    /// Stage it as well, so that it boots next
    #[arg(long)]
    stage: bool,

    #[command(flatten)]
    pub(crate) live: LiveArgs,
}

impl ApplyArgs {
    /// As the library takes them.
    pub(crate) fn options(&self) -> Options {
        let options = self.live.options();
        let options = match self.stage {
            true => options.deploy(Deploy::Staged),
            false => options,
        };
        options
            .allow_replacement(self.allow_replacement)
            .allow_broken(self.allow_broken)
            .no_pull(self.no_pull)
            .allow_other_system(self.allow_other_system)
    }
}

/// `rollback`.
#[derive(Debug, Args)]
pub(crate) struct RollbackArgs {
    /// To what was there before the first apply
    #[arg(long)]
    pub(crate) all: bool,

    #[command(flatten)]
    pub(crate) live: LiveArgs,
}
