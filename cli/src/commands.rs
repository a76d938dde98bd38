// SPDX-License-Identifier: LGPL-2.1-or-later
//! The verbs as the command line has them: each takes its arguments, calls the
//! library and makes the answer.

mod apply;
mod begin;
mod cleanup;
mod commit;
mod config;
mod detect;
mod diff;
mod end;
mod keep;
mod makers;
mod run;
mod status;
mod waited;

use ostree_unlock::Result;

use crate::answer::Answer;
use crate::args::{Cli, Verb};

/// Does what was asked for.
pub(crate) fn run(cli: Cli) -> Result<Answer> {
    match cli.verb {
        None => status::run(&cli.status),
        Some(Verb::Status(args)) => status::run(&args),
        Some(Verb::Apply(args)) => apply::apply(&args),
        Some(Verb::Rollback(args)) => apply::rollback(&args),
        Some(Verb::Begin(args)) => begin::run(&args),
        Some(Verb::End(args)) => end::run(&args),
        Some(Verb::Detect(args)) => detect::run(&args),
        Some(Verb::Cleanup(args)) => cleanup::run(&args),
        Some(Verb::Keep(args)) => keep::run(&args),
        Some(Verb::Commit(args)) => commit::run(&args, cli.json),
        Some(Verb::Config(_)) => config::run(),
        Some(Verb::Diff(args)) => diff::run(&args, cli.json),
        Some(Verb::Run(args)) => match run::run(&args, cli.json)? {},
    }
}
