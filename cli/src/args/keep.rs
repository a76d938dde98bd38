// SPDX-License-Identifier: LGPL-2.1-or-later
//! The arguments of `keep`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use ostree_unlock::{Options, Prefer};

use super::SysrootArgs;
use crate::values;

/// `keep`.
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct KeepArgs {
    #[command(subcommand)]
    pub(crate) what: Keep,
}

/// What is to be done with changes that are kept.
#[derive(Debug, Subcommand)]
pub(crate) enum Keep {
    /// Set aside what was changed
    Save(SaveArgs),
    /// List what is kept
    List(ListArgs),
    /// Put changes back into /usr, which has to be unlocked
    Restore(RestoreArgs),
    /// Forget changes
    Drop(DropArgs),
}

/// `keep save`.
#[derive(Debug, Args)]
pub(crate) struct SaveArgs {
    /// What to call them: letters, digits, and `-`, `_`, `.`
    pub(crate) name: String,

    /// Only what is at these paths or below them
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// One line that says what they are
    #[arg(short, long, value_name = "TEXT")]
    subject: Option<String>,

    /// Also what was changed at this path of /etc
    #[arg(long, value_name = "PATH")]
    etc: Vec<PathBuf>,

    /// Of the scratch, instead of what was written to /usr
    #[arg(long, conflicts_with = "etc")]
    scratch: bool,

    /// Leave out devices, sockets, and what else cannot be in a commit
    #[arg(long)]
    skip_special: bool,

    #[command(flatten)]
    pub(crate) lock: LockArgs,
}

/// `keep list`.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) sysroot: SysrootArgs,
}

/// `keep restore`.
#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// What they are called
    pub(crate) name: String,

    /// Only what is at these paths or below them
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Whose version to take where something else is there: `changes` or `commit`, or of one path `changes:PATH`
    #[arg(long, value_name = "SIDE", value_parser = values::prefer)]
    prefer: Vec<(PathBuf, Prefer)>,

    /// Only say how much it is, and what is in conflict
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,

    #[command(flatten)]
    pub(crate) lock: LockArgs,
}

/// `keep drop`.
#[derive(Debug, Args)]
pub(crate) struct DropArgs {
    /// What they are called
    pub(crate) name: String,

    #[command(flatten)]
    pub(crate) lock: LockArgs,
}

/// Of what changes something.
#[derive(Debug, Args)]
pub(crate) struct LockArgs {
    /// How long to wait while somebody else holds the sysroot's lock
    #[arg(long, value_name = "SECONDS", value_parser = values::seconds, default_value = "0")]
    lock_wait: Duration,

    #[command(flatten)]
    pub(crate) sysroot: SysrootArgs,
}

impl LockArgs {
    /// As the library takes them.
    pub(crate) fn options(&self) -> Options {
        Options::new().lock_wait(self.lock_wait)
    }
}

impl SaveArgs {
    /// As the library takes them.
    pub(crate) fn options(&self) -> Options {
        let mut options = self.lock.options().skip_special(self.skip_special);
        options = options.scratch(self.scratch);
        for path in &self.paths {
            options = options.path(path);
        }
        for path in &self.etc {
            options = options.etc_path(path);
        }
        match &self.subject {
            Some(subject) => options.subject(subject),
            None => options,
        }
    }
}

impl RestoreArgs {
    /// As the library takes them.
    pub(crate) fn options(&self) -> Options {
        let mut options = self.lock.options().dry_run(self.dry_run);
        for path in &self.paths {
            options = options.path(path);
        }
        for (path, prefer) in &self.prefer {
            options = options.prefer(path, *prefer);
        }
        options
    }
}
