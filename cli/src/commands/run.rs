// SPDX-License-Identifier: LGPL-2.1-or-later
//! `run`: becomes another command, which sees `/usr` writable, or a scratch. By exec(2), so its exit
//! status, signals, terminal and working directory are its own.

use std::convert::Infallible;
use std::io::ErrorKind;
use std::os::unix::process::CommandExt;
use std::process::Command;

use ostree_unlock::{Kind, Options, Result, State, Watch};

use crate::args::RunArgs;
use crate::{exit, output, sysroot};

/// Returns only if it cannot.
pub(super) fn run(args: &RunArgs) -> Result<Infallible> {
    if args.scratch {
        ostree_unlock::enter_scratch(args.fresh)?;
        return execute(args);
    }
    if begin(args)? {
        output::stream::complain(
            "/usr was unlocked in the state transient, and stays so: `ostree-unlock end` locks it",
        );
    }
    ostree_unlock::enter()?;
    execute(args)
}

fn execute(args: &RunArgs) -> Result<Infallible> {
    let (program, rest) = args.command();
    let failure = Command::new(program).args(rest).exec();
    // As env(1) and shells have it.
    let status = match failure.kind() {
        ErrorKind::NotFound => exit::NOT_FOUND,
        _ => exit::NOT_EXECUTABLE,
    };
    output::stream::complain(&format!("run: {}: {failure}", program.display()));
    std::process::exit(status.into())
}

/// Unlocks it, unless it is; says whether it did.
fn begin(args: &RunArgs) -> Result<bool> {
    if ostree_unlock::detect()?.state != State::None {
        return Ok(false);
    }
    let sysroot = sysroot::open(None);
    let options = Options::new().lock_wait(args.lock_wait);
    match ostree_unlock::begin(
        &sysroot,
        None,
        State::Transient,
        &options,
        &Watch::default(),
    ) {
        Ok(_) => Ok(true),
        // Somebody was quicker.
        Err(error) if error.kind() == Kind::AlreadyUnlocked => Ok(false),
        Err(error) => Err(error),
    }
}
