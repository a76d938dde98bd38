// SPDX-License-Identifier: LGPL-2.1-or-later
//! The arguments of `run`.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use clap::{ArgGroup, Args, ValueEnum};
use ostree_unlock::{Home, Options};

use crate::values;

/// `run`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("view").required(true)))]
pub(crate) struct RunArgs {
    /// See /usr writable; unlocks it first in the state transient where it is locked
    #[arg(long, group = "view")]
    writable: bool,

    /// See a copy of the system that nobody else sees, of which `commit --scratch` makes something
    #[arg(long, group = "view")]
    scratch: bool,

    /// See the /usr of this commit, read-only: a ref, a checksum, or the beginning of one
    #[arg(long, group = "view", value_name = "COMMIT")]
    commit: Option<String>,

    /// Be in a deployment that is not booted, and write to its /etc: its number or name in `ostree admin status`
    #[arg(long, group = "view", value_name = "DEPLOYMENT")]
    deployment: Option<String>,

    /// Make the records that the deployment lacks which boots next: by its own programs in records.d, in it
    #[arg(long, group = "view")]
    missing_records: bool,

    /// See a copy of /etc, into which the defaults of the commit are merged
    #[arg(long, requires = "commit")]
    merge_etc: bool,

    /// Begin the copy anew
    #[arg(long, requires = "scratch")]
    fresh: bool,

    /// What becomes of what is written to /var there [default: read-only]
    #[arg(long, value_name = "HOW", requires = "deployment")]
    var: Option<Var>,

    /// Have /home and /root there be those of the system, or a copy of them [default: as /var]
    #[arg(long, value_name = "WHICH", requires = "deployment")]
    home: Option<Whose>,

    /// If the command succeeds, record that under this name, with the deployment
    #[arg(long, value_name = "NAME", requires = "deployment")]
    pub(crate) record: Option<String>,

    /// Only if the deployment is of the commit with this checksum
    #[arg(long, value_name = "CHECKSUM", requires = "deployment")]
    for_commit: Option<String>,

    /// How long to wait while somebody else holds the sysroot's lock
    #[arg(long, value_name = "SECONDS", value_parser = values::seconds, default_value = "0")]
    pub(crate) lock_wait: Duration,

    /// The command, and its arguments
    #[arg(
        last = true,
        required_unless_present = "missing_records",
        conflicts_with = "missing_records",
        value_name = "COMMAND"
    )]
    command: Vec<OsString>,
}

/// What the command is to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View<'a> {
    /// The system, with a writable `/usr`.
    Writable,
    /// A scratch; begun anew, or as it is.
    Scratch { fresh: bool },
    /// The `/usr` of a commit.
    Commit(&'a str),
    /// A deployment that is not booted.
    Deployment(&'a str),
    /// The one that boots next, once for each record that it lacks.
    Lacking,
}

/// What becomes of what is written to `/var`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Var {
    /// Nothing can be written
    ReadOnly,
    /// It is gone with the command
    Scratch,
}

/// Whose homes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Whose {
    /// Those of the system
    Shared,
    /// A copy of them, gone with the command
    Scratch,
}

impl RunArgs {
    /// What was asked for: the group has one of them.
    pub(crate) fn view(&self) -> View<'_> {
        match (&self.commit, &self.deployment) {
            (Some(commit), _) => View::Commit(commit),
            (_, Some(deployment)) => View::Deployment(deployment),
            _ if self.scratch => View::Scratch { fresh: self.fresh },
            _ if self.missing_records => View::Lacking,
            _ => View::Writable,
        }
    }

    /// As the library takes them.
    pub(crate) fn options(&self) -> Options {
        let options = Options::new()
            .lock_wait(self.lock_wait)
            .merge_etc(self.merge_etc)
            .scratch_var(self.var == Some(Var::Scratch));
        let options = match self.home {
            Some(Whose::Shared) => options.home(Home::Shared),
            Some(Whose::Scratch) => options.home(Home::Scratch),
            None => options,
        };
        let options = match &self.record {
            Some(name) => options.record(name),
            None => options,
        };
        match &self.for_commit {
            Some(checksum) => options.for_commit(checksum),
            None => options,
        }
    }

    /// The program, and its arguments.
    pub(crate) fn command(&self) -> (&Path, &[OsString]) {
        match self.command.split_first() {
            Some((program, rest)) => (Path::new(program), rest),
            None => (Path::new(""), &[]),
        }
    }
}
