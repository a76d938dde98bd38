// SPDX-License-Identifier: LGPL-2.1-or-later
//! Carries out a plan: intent, prepare, swap, record. One thing for all verbs: it knows
//! steps, not what they are for.
//!
//! An operation that fails is made good in the same way as one whose process died: look
//! again, and finish or take back what the intent says.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Sender};
use std::time::{Duration, Instant};

use gio::prelude::*;

use crate::blocking;
use crate::carry;
use crate::delta;
use crate::deployed_etc;
use crate::error::{Error, Kind, Result};
use crate::etc;
use crate::holder::Holder;
use crate::intent::Log;
use crate::journal;
use crate::live;
use crate::notice;
use crate::observe::{self, Observation, USR};
use crate::options::{Options, Progress, Watch};
use crate::ostree::{DeploymentId, deployments, flags, publish, sysroot};
use crate::plan::repair;
use crate::plan::{Plan, Step};
use crate::stack::{Stack, State};
use crate::swap;
use crate::sys::files;
use crate::sys::lock::LockFile;
use crate::sys::mountinfo::{self, View};
use crate::sys::namespace::{self, System, in_system};
use crate::upper::Uppers;

/// The refs that keep live commits, each under the deployment that runs.
pub const LIVE: &str = "unlock/live";

/// The names of the refs that keep these commits, of which the last one is live and the others are
/// what can be gone back to; each with its commit.
pub fn live_refs(deployment: &DeploymentId, commits: &[String]) -> BTreeMap<String, String> {
    let id = deployment.id();
    let name = |position| match position + 1 == commits.len() {
        true => id.clone(),
        false => format!("{id}-{}", position + 1),
    };
    let commits = commits.iter().cloned().enumerate();
    commits
        .map(|(position, commit)| (name(position), commit))
        .collect()
}

/// What does the same again and again tells of it no more often.
const BETWEEN_REPORTS: Duration = Duration::from_millis(50);

/// What an operation did, or with a dry run would do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// The state afterwards; with a dry run the state that would be.
    pub state: State,
    /// Whether this was a dry run.
    pub dry_run: bool,
    /// The steps, in order, for people.
    pub steps: Vec<String>,
    /// What a person should know besides: what is not covered, who keeps an old view, what was repaired.
    pub notes: Vec<String>,
}

/// Observes, plans by `decide` and carries the plan out, all under the sysroot's lock
/// and where the system sees it; with a dry run only observes and plans, without the lock, and
/// says what it would do.
pub fn run(
    deployment: &DeploymentId,
    options: &Options,
    watch: &Watch<'_>,
    decide: impl FnOnce(&Observation) -> Result<Plan> + Send,
) -> Result<Outcome> {
    run_back(deployment, options, watch, decide).map(|(outcome, _)| outcome)
}

/// The same of a plan that may take `/etc` back: also says what of it was kept.
pub fn run_back(
    deployment: &DeploymentId,
    options: &Options,
    watch: &Watch<'_>,
    decide: impl FnOnce(&Observation) -> Result<Plan> + Send,
) -> Result<(Outcome, Vec<PathBuf>)> {
    if options.dry_run {
        let outcome = preview(&observe::observe(deployment, View::System)?, decide)?;
        return Ok((outcome, Vec::new()));
    }
    let (mut outcome, kept) = at_work(deployment, options, watch, |worker| {
        Ok((worker.run(decide)?, worker.kept.take()))
    })?;
    outcome.notes.extend(callers_own_view()?);
    Ok((outcome, kept))
}

/// Makes good what was interrupted and what is stale, and then lets `work` remove what is
/// no part of the hierarchy: in the same place and under the same lock. It is told what
/// was made good.
pub fn tidy<T: Send>(
    deployment: &DeploymentId,
    options: &Options,
    watch: &Watch<'_>,
    work: impl FnOnce(&System, &OwnedFd, &Observation, Vec<String>) -> Result<T> + Send,
) -> Result<T> {
    at_work(deployment, options, watch, |worker| {
        let (observation, notes) = worker.start()?;
        work(worker.system, &worker.sysroot, &observation, notes)
    })
}

/// Makes good what was interrupted, and then lets `work` write below the sysroot: in a private
/// copy of the system's namespace, where that can be written to, and under the same lock. It
/// may tell how far it is as often as it likes, and is told by an error to stop.
pub fn write<T: Send>(
    deployment: &DeploymentId,
    options: &Options,
    watch: &Watch<'_>,
    work: impl FnOnce(&dyn Fn(Progress) -> Result<()>) -> Result<T> + Send,
) -> Result<T> {
    at_work(deployment, options, watch, |worker| {
        worker.start()?;
        let told = RefCell::new(None);
        let tell = |progress: Progress| {
            worker.check_cancelled()?;
            // What is done again and again takes less time than to tell of each.
            let mut told = told.borrow_mut();
            let is_due = |(doing, at): &(String, Instant)| {
                *doing != progress.doing || at.elapsed() >= BETWEEN_REPORTS
            };
            if told.as_ref().is_none_or(is_due) {
                *told = Some((progress.doing.clone(), Instant::now()));
                // Nobody listens any more if the caller's side is gone.
                let _ = worker.reports.send(progress);
            }
            Ok(())
        };
        worker.system.in_private_copy(|| {
            sysroot::make_writable()?;
            work(&tell)
        })
    })
}

fn at_work<T: Send>(
    deployment: &DeploymentId,
    options: &Options,
    watch: &Watch<'_>,
    work: impl FnOnce(&Worker<'_>) -> Result<T> + Send,
) -> Result<T> {
    namespace::require_root()?;
    let (reports, received) = mpsc::channel();
    let cancellable = watch.cancellable;
    in_system(
        move |system| {
            let sysroot = sysroot::open_writable(system)?;
            let log = Log::open(deployment)?;
            if !options.lock_wait.is_zero() {
                // Nobody listens any more if the caller's side is gone.
                let _ = reports.send(Progress {
                    doing: "wait for the lock of the sysroot".to_owned(),
                    done: 0,
                    total: 0,
                });
            }
            let lock = sysroot::lock(&sysroot, options.lock_held, options.lock_wait, cancellable)?;
            let worker = Worker {
                system,
                deployment,
                log,
                sysroot,
                caller: rustix::process::getpid().as_raw_nonzero().get(),
                cancellable,
                reports,
                kept: RefCell::default(),
                _lock: lock,
            };
            work(&worker)
        },
        || {
            for report in received {
                if let Some(tell) = watch.progress {
                    tell(&report);
                }
            }
        },
    )
}

fn preview(
    observation: &Observation,
    decide: impl FnOnce(&Observation) -> Result<Plan>,
) -> Result<Outcome> {
    let notes = match repair::repair(observation) {
        Some(repair) => repair.notes,
        None => Vec::new(),
    };
    Ok(outcome(&decide(observation)?, true, notes))
}

fn outcome(plan: &Plan, dry_run: bool, mut notes: Vec<String>) -> Outcome {
    notes.extend(plan.notes.iter().cloned());
    Outcome {
        state: plan.after.state(),
        dry_run,
        steps: plan.steps.iter().map(Step::to_string).collect(),
        notes,
    }
}

/// A caller in a namespace that the system's changes do not reach goes on with what it had.
fn callers_own_view() -> Result<Option<String>> {
    if namespace::is_the_systems()? {
        return Ok(None);
    }
    let source = |view| -> Result<Option<String>> {
        let mounts = mountinfo::load(view)?;
        let chain = mountinfo::chain_at(&mounts, Path::new(USR));
        Ok(chain.last().map(|m| m.source.clone()))
    };
    let same = source(View::System)? == source(View::Caller)?;
    Ok((!same).then(|| {
        format!(
            "this process is in a mount namespace of its own and still sees the {USR} of before"
        )
    }))
}

struct Worker<'a> {
    system: &'a System,
    deployment: &'a DeploymentId,
    /// Writable, whatever the mount of the sysroot says.
    sysroot: OwnedFd,
    log: Log,
    /// The process that asked: it and its ancestors never stand in their own way.
    caller: i32,
    cancellable: Option<&'a gio::Cancellable>,
    reports: Sender<Progress>,
    /// What was not taken back of `/etc`.
    kept: RefCell<Vec<PathBuf>>,
    _lock: Option<LockFile>,
}

impl Worker<'_> {
    /// What everything begins with: what is there once somebody else's work is made good.
    fn start(&self) -> Result<(Observation, Vec<String>)> {
        self.log.sweep()?;
        let observation = self.observe()?;
        let notes = self.repair(&observation)?;
        match notes.is_empty() {
            true => Ok((observation, notes)),
            false => Ok((self.observe()?, notes)),
        }
    }

    fn run(&self, decide: impl FnOnce(&Observation) -> Result<Plan>) -> Result<Outcome> {
        let (observation, mut notes) = self.start()?;
        if observation.stack.upper.is_none() {
            // Its room is room for what comes; what stays is told of in the end.
            self.discard(&observation);
        }
        let plan = decide(&observation).map_err(|error| error.noting(notes.clone()))?;
        match self.carry_out(&plan, &observation) {
            Ok(more) => notes.extend(more),
            Err(error) => match self.make_good(&plan, &observation, error) {
                Ok(more) => notes.extend(more),
                Err(error) => return Err(error.noting(notes)),
            },
        }
        notes.extend(self.discard(&observation));
        Ok(outcome(&plan, false, notes))
    }

    /// After a failure, the same way as after a crash: back, or forward where the swap was
    /// made already, which then is a success with a note.
    fn make_good(&self, plan: &Plan, before: &Observation, error: Error) -> Result<Vec<String>> {
        let mut notes = match self.observe().and_then(|now| self.repair(&now)) {
            Ok(notes) => notes,
            Err(worse) => {
                return Err(error.next(format!("and taking it back failed too: {worse}")));
            }
        };
        let was_to_change = plan.after != before.stack;
        if was_to_change && self.verify(&plan.after, before).is_ok() {
            notes.push(format!("made good after a failure: {error}"));
            return Ok(notes);
        }
        self.discard(before);
        Err(error)
    }

    fn observe(&self) -> Result<Observation> {
        observe::observe(self.deployment, View::Caller)
    }

    fn repair(&self, observation: &Observation) -> Result<Vec<String>> {
        let Some(repair) = repair::repair(observation) else {
            return Ok(Vec::new());
        };
        let mut notes = repair.notes;
        for step in &repair.steps {
            let done = self.step(step, observation, &mut notes);
            done_or_left(step, !repair.takes_back, done, &mut notes)?;
        }
        self.log.drop_intent()?;
        Ok(notes)
    }

    fn carry_out(&self, plan: &Plan, before: &Observation) -> Result<Vec<String>> {
        let mut notes = Vec::new();
        self.log.write_intent(&plan.intent)?;
        let mut swapped = false;
        for (done, step) in plan.steps.iter().enumerate() {
            self.report(step, done, plan.steps.len());
            if !swapped {
                self.check_cancelled()?;
            }
            let done = self.step(step, before, &mut notes);
            done_or_left(step, swapped, done, &mut notes)?;
            swapped |= step.is_swap();
        }
        self.verify(&plan.after, before)?;
        self.log.drop_intent()?;
        Ok(notes)
    }

    fn report(&self, step: &Step, done: usize, total: usize) {
        // Nobody listens any more if the caller's side is gone; that is no reason to stop.
        let _ = self.reports.send(Progress {
            doing: step.to_string(),
            done: done as u64,
            total: total as u64,
        });
    }

    fn check_cancelled(&self) -> Result<()> {
        match self.cancellable {
            Some(cancellable) => Ok(cancellable.set_error_if_cancelled()?),
            None => Ok(()),
        }
    }

    fn step(&self, step: &Step, before: &Observation, notes: &mut Vec<String>) -> Result<()> {
        match step {
            Step::PushTwin => {
                let twin = deployments::push_twin(self.system, self.deployment)?;
                notes.push(format!(
                    "deployment {twin} has the same commit without the hotfix, and is the way back"
                ));
                Ok(())
            }
            Step::SetAside(directory) => match self.uppers().set_aside(directory) {
                Err(error) if error.is_of_medium() => {
                    notes.push(format!("what was written could not be removed: {error}"));
                    Ok(())
                }
                done => done,
            },
            Step::MakeUpper(state, directory) => self.uppers().make(*state, directory),
            Step::MakeUpperOver(directory, layer) => {
                self.uppers()
                    .make_over(self.system, directory, layer.as_ref())
            }
            Step::SetLive(commits) => self.set_live(commits),
            Step::BuildDelta(commit) => self.build_delta(commit, notes),
            Step::MergeEtc { from, to, undo } => self.below_sysroot(|| {
                let repo = sysroot::booted_repo()?;
                let proceed = || self.check_cancelled();
                deployed_etc::merge(&repo, self.deployment, (from, to), *undo, &proceed)
            }),
            Step::Stage(commit) => self.stage(commit, notes),
            Step::TakeEtcBack(number) => self.take_etc_back(*number, notes),
            Step::WriteHistory(history) => self.log.write_history(history),
            Step::DropHistory => self.log.drop_history(),
            Step::CheckUnchanged(upper, before) => self.check_unchanged(upper, *before),
            Step::Retire(directory) => self.uppers().retire(directory),
            Step::CopyUpper(from) => self.uppers().copy(from, &|| self.check_cancelled()),
            Step::Keep => self.uppers().keep(),
            Step::Release => self.uppers().release(),
            Step::SetHotfixAside => self.uppers().set_hotfix_aside(),
            Step::SetKey => flags::set_hotfix(&self.sysroot, self.deployment, true),
            Step::ClearKey => flags::set_hotfix(&self.sysroot, self.deployment, false),
            Step::Protect => self.uppers().protect(),
            Step::Replace(cover, mount) => swap::replace(self.system, cover, *mount),
            Step::MountBase(mount) => swap::mount_base(self.system, *mount),
            Step::SetFlag(state, directory) => flags::set(self.log.run_state(), *state, directory),
            Step::ClearFlag(state) => flags::clear(self.log.run_state(), *state),
            Step::WriteRecord(record) => self.log.write_record(record),
            Step::DropRecord => self.log.drop_record(),
            Step::MountRam(directory, limit) => swap::mount_ram(directory, *limit),
            Step::UnmountRam(directory) => swap::unmount_ram(directory),
            Step::CheckHolders => self.check_holders(before),
            Step::Seal => self.refused_if_busy(swap::seal()?, before),
            Step::Gate => self.refused_if_busy(swap::gate()?, before),
            Step::Exchange(exchange) => swap::exchange(self.system, exchange),
            Step::TakeTop(mount) => swap::detach(*mount),
            Step::Unseal => swap::unseal(),
            Step::Cover(cover) => swap::cover(self.system, cover),
            Step::KeepMounts(points) => carry::keep(points),
            Step::Uncover(mounts) => mounts.iter().try_for_each(|mount| swap::detach(*mount)),
            Step::PutMountsBack(points) => {
                for point in carry::put_back(points)? {
                    notes.push(format!(
                        "the mount at {} had no place on the base and is gone",
                        point.display()
                    ));
                }
                Ok(())
            }
            Step::LetMountsGo => carry::let_go(),
            Step::Announce(state) => {
                if sysroot::is_writable(&self.sysroot)? {
                    match files::touch(&self.sysroot, "ostree/deploy") {
                        Err(error) if error.is_of_medium() => {}
                        done => done?,
                    }
                }
                journal::state_changed(self.deployment, *state);
                notice::update(*state);
                Ok(())
            }
        }
    }

    fn below_sysroot<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.system.in_private_copy(|| {
            sysroot::make_writable()?;
            work()
        })
    }

    /// What else is there was left by a call that died, or by a boot.
    fn set_live(&self, commits: &[String]) -> Result<()> {
        let repo = sysroot::repo_below(&self.sysroot)?;
        let refs = live_refs(self.deployment, commits);
        for (name, commit) in &refs {
            publish::point(&repo, &format!("{LIVE}/{name}"), Some(commit))?;
        }
        let there = publish::below(&repo, LIVE)?.into_iter();
        there
            .filter(|name| !refs.contains_key(name))
            .try_for_each(|name| publish::point(&repo, &format!("{LIVE}/{name}"), None))
    }

    fn build_delta(&self, commit: &str, notes: &mut Vec<String>) -> Result<()> {
        let built = self.below_sysroot(|| {
            let repo = sysroot::booted_repo()?;
            delta::ensure(&repo, self.deployment, commit, &|| self.check_cancelled())
        })?;
        if built.copied > 0 {
            notes.push(format!(
                "{} files were copied, as they cannot be linked",
                built.copied
            ));
        }
        Ok(())
    }

    fn stage(&self, commit: &str, notes: &mut Vec<String>) -> Result<()> {
        let made = self.below_sysroot(|| deployments::deploy(&self.deployment.os, commit, true))?;
        notes.push(format!("deployment {made} is staged, and boots next"));
        Ok(())
    }

    fn take_etc_back(&self, number: usize, notes: &mut Vec<String>) -> Result<()> {
        let kept = self.below_sysroot(|| {
            let repo = sysroot::booted_repo()?;
            deployed_etc::take_back(&repo, self.deployment, number, &|| Ok(()))
        })?;
        if let Some(named) = etc::named(&kept) {
            notes.push(format!("changed since the apply, and kept: {named}"));
        }
        self.kept.borrow_mut().extend(kept);
        Ok(())
    }

    fn check_unchanged(&self, upper: &Path, before: Option<u64>) -> Result<()> {
        match live::written(upper)? == before {
            true => Ok(()),
            false => Err(Error::new(Kind::Changed, "somebody wrote to it meanwhile")
                .at(USR)
                .next("try again")),
        }
    }

    fn check_holders(&self, before: &Observation) -> Result<()> {
        let holders = blocking::holders(before, self.caller)?;
        if holders.is_empty() {
            return Ok(());
        }
        Err(in_use("what was written is in use", holders))
    }

    /// The kernel knows of writers that nothing in /proc shows.
    fn refused_if_busy(&self, done: bool, before: &Observation) -> Result<()> {
        if done {
            return Ok(());
        }
        Err(in_use(
            "a file is open for writing",
            blocking::writers(before)?,
        ))
    }

    fn uppers(&self) -> Uppers<'_> {
        Uppers {
            deployment: self.deployment,
            sysroot: &self.sysroot,
        }
    }

    /// Removes what nobody uses any more, and says who still does.
    fn discard(&self, before: &Observation) -> Vec<String> {
        let (mut notes, in_use) = self.uppers().discard(self.system);
        if in_use && before.mount.is_some() {
            notes.extend(blocking::old_view(before, self.caller));
        }
        notes
    }

    /// The kernel must show what was planned, to everybody.
    fn verify(&self, after: &Stack, before: &Observation) -> Result<()> {
        let now = observe::glance(self.deployment, View::Caller)?;
        let is = |stack: &Stack| {
            let upper = stack.upper.as_ref();
            upper.map(|upper| (upper.state, upper.token.clone(), stack.layers.clone()))
        };
        let locked_is_read_only = after.upper.is_some() || now.read_only || !before.base_read_only;
        if is(&now.stack) == is(after) && now.foreign.is_none() && locked_is_read_only {
            return Ok(());
        }
        Err(Error::new(
            Kind::Unverified,
            format!(
                "the kernel shows the state {} where {} was to be",
                now.stack.state(),
                after.state()
            ),
        )
        .at(USR)
        .next("look at `findmnt /usr` and at the kernel log"))
    }
}

/// Past the swap a disk that takes no writes is no reason to stop in the middle; before it, and where
/// something is taken back, it is.
fn done_or_left(
    step: &Step,
    past_the_swap: bool,
    done: Result<()>,
    notes: &mut Vec<String>,
) -> Result<()> {
    match done {
        Err(error) if past_the_swap && error.is_of_medium() && step.can_wait() => {
            notes.push(format!(
                "not done yet, but by the next call, or at the next boot: {step} ({error})"
            ));
            Ok(())
        }
        done => done,
    }
}

fn in_use(cause: &str, holders: Vec<Holder>) -> Error {
    Error::new(Kind::InUse, cause)
        .at(USR)
        .held_by(holders)
        .next("stop them or let them finish; or do it lazily (option `lazy`): what they go on writing is lost then")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::io::Errno;

    #[test]
    fn what_the_disk_refuses_waits_where_that_does_no_harm() {
        let after = |step: &Step, past_the_swap, errno| {
            let mut notes = Vec::new();
            let failed = Err(Error::os("writing", errno));
            let left = done_or_left(step, past_the_swap, failed, &mut notes);
            (left.is_ok(), notes.len())
        };
        assert_eq!(after(&Step::TakeEtcBack(0), true, Errno::ROFS), (true, 1));
        assert_eq!(after(&Step::TakeEtcBack(0), false, Errno::ROFS), (false, 0));
        assert_eq!(after(&Step::TakeEtcBack(0), true, Errno::PERM), (false, 0));
        assert_eq!(after(&Step::DropRecord, true, Errno::ROFS), (false, 0));
    }
}
