// SPDX-License-Identifier: LGPL-2.1-or-later
//! `run`: becomes another command, which sees `/usr` writable, a scratch, or another commit or
//! deployment. By exec(2), so its exit status, signals, terminal and working directory are its own;
//! only what is to be recorded is waited for.

use std::convert::Infallible;
use std::io::ErrorKind;
use std::os::unix::process::CommandExt;
use std::process::Command;

use ostree_unlock::{Kind, Options, Result, State, Watch};

use super::{makers, waited};
use crate::args::{RunArgs, View};
use crate::output::progress;
use crate::{exit, output, sysroot};

/// Returns only if it cannot.
pub(super) fn run(args: &RunArgs, json: bool) -> Result<Infallible> {
    match args.view() {
        View::Writable => see_writable(args)?,
        View::Scratch { fresh } => ostree_unlock::enter_scratch(fresh)?,
        View::Commit(commit) => see_commit(args, commit)?,
        View::Deployment(name) => match &args.record {
            Some(record) => return recorded(args, name, record, json),
            None => Place::find(name)?.enter(&args.options())?,
        },
        View::Lacking => return makers::run(args.lock_wait),
    }
    cannot_execute(args, &command(args).exec(), json)
}

fn see_writable(args: &RunArgs) -> Result<()> {
    if begin(args)? {
        output::stream::complain(
            "/usr was unlocked in the state transient, and stays so: `ostree-unlock end` locks it",
        );
    }
    ostree_unlock::enter()
}

fn see_commit(args: &RunArgs, commit: &str) -> Result<()> {
    let sysroot = sysroot::open(None);
    progress::shown(|tell| {
        let watch = Watch {
            cancellable: None,
            progress: Some(tell),
        };
        ostree_unlock::enter_commit(&sysroot, commit, &args.options(), &watch)
    })
}

/// A deployment, by what another thread finds it again.
struct Place {
    os: String,
    commit: String,
    serial: i32,
}

impl Place {
    fn of(deployment: &ostree::Deployment) -> Place {
        Place {
            os: deployment.osname().into(),
            commit: deployment.csum().into(),
            serial: deployment.deployserial(),
        }
    }

    fn find(name: &str) -> Result<Place> {
        let found = sysroot::deployment(&sysroot::open(None), name);
        Ok(Place::of(&found.map_err(|e| e.during("run"))?))
    }

    /// The sysroot, and the deployment in it.
    fn open(&self) -> Result<(ostree::Sysroot, ostree::Deployment)> {
        let sysroot = sysroot::open(None);
        let id = format!("{}.{}", self.commit, self.serial);
        let deployment = sysroot::deployment_of(&sysroot, &self.os, &id);
        Ok((sysroot, deployment.map_err(|e| e.during("run"))?))
    }

    fn enter(&self, options: &Options) -> Result<()> {
        let (sysroot, deployment) = self.open()?;
        ostree_unlock::enter_deployment(&sysroot, &deployment, options, &Watch::default())
    }

    /// While this process has the lock of the sysroot, from `enter`.
    fn record(&self, name: &str) -> Result<()> {
        let (sysroot, deployment) = self.open()?;
        let options = Options::new().lock_held(true);
        ostree_unlock::record(
            &sysroot,
            Some(&deployment),
            name,
            &options,
            &Watch::default(),
        )
    }
}

/// Waits for the command, and records it if it succeeds. The command is started by a thread that is
/// in the deployment, since this one has to stay in the system.
fn recorded(args: &RunArgs, name: &str, record: &str, json: bool) -> Result<Infallible> {
    let place = Place::find(name)?;
    let started = waited::run(|| place.enter(&args.options()), || command(args))?;
    let status = match started {
        Ok(status) => waited::exit_status(status),
        Err(failure) => return cannot_execute(args, &failure, json),
    };
    match status {
        exit::DONE => place.record(record)?,
        _ => output::stream::complain(&format!("run: {record} is not recorded, as it failed")),
    }
    std::process::exit(status.into())
}

fn command(args: &RunArgs) -> Command {
    let (program, rest) = args.command();
    let mut command = Command::new(program);
    command.args(rest);
    command
}

fn cannot_execute(args: &RunArgs, failure: &std::io::Error, json: bool) -> Result<Infallible> {
    // As env(1) and shells have it.
    let status = match failure.kind() {
        ErrorKind::NotFound => exit::NOT_FOUND,
        _ => exit::NOT_EXECUTABLE,
    };
    let program = args.command().0.display();
    let message = format!("run: {program}: {failure}");
    if json {
        // Where that cannot be written either, the status says it.
        let _ = output::stream::say(&output::json::not_run(&message));
    } else {
        output::stream::complain(&message);
    }
    std::process::exit(status.into())
}

/// Unlocks it, unless it is; says whether it did.
fn begin(args: &RunArgs) -> Result<bool> {
    if ostree_unlock::detect()?.state != State::None {
        return Ok(false);
    }
    let sysroot = sysroot::open(None);
    match ostree_unlock::begin(
        &sysroot,
        None,
        State::Transient,
        &args.options(),
        &Watch::default(),
    ) {
        Ok(_) => Ok(true),
        // Somebody was quicker.
        Err(error) if error.kind() == Kind::AlreadyUnlocked => Ok(false),
        Err(error) => Err(error),
    }
}
