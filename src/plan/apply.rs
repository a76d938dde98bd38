// SPDX-License-Identifier: LGPL-2.1-or-later
//! The plans of `apply` and `rollback`: the same stack with another commit beneath what was
//! written.

use std::path::{Path, PathBuf};

use super::begin::{RAM, Space, check_room, sign};
use super::end::end;
use super::{Cover, Plan, Step, refuse_foreign};
use crate::error::{Error, Kind, Result};
use crate::history::{Applied, History};
use crate::intent::{Intent, Record};
use crate::observe::{self, Observation, USR};
use crate::options::{Backing, Options};
use crate::stack::{Layer, MadeBy, Stack, State, Token, Upper};

/// The kernel takes a page of paths, and each of ours is long.
const MOST_FROZEN: usize = 12;

/// The least that a file system in memory can be limited to.
const PAGE: u64 = 4096;

/// What `apply` and `rollback` are asked for, and what they cannot know by themselves.
pub struct Apply {
    pub target: Target,
    /// Random.
    pub token: Token,
    /// Microseconds since the epoch.
    pub now: i64,
    pub space: Space,
    /// What is left of the memory that was allowed for what is written, in bytes, where it goes there.
    pub left: Option<u64>,
    /// What tells whether the upper that is open is written to; `None` if nothing was yet.
    pub written: Option<u64>,
    /// Whether it is to be booted next, too.
    pub stage: bool,
}

/// Which commit it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// This one, which the caller called so.
    Commit(String, Option<String>),
    /// The one before the last apply; or before the first one.
    Before { all: bool },
}

/// The plan, or why there can be none.
pub fn apply(observation: &Observation, request: &Apply) -> Result<Plan> {
    refuse(observation)?;
    let before = observation.applied();
    let (commit, history) = after(observation, request, &before)?;
    let back = matches!(request.target, Target::Before { .. });
    if !back && commit == observation.commit() {
        let mut plan = as_it_is(observation);
        plan.steps
            .extend(request.stage.then_some(Step::Stage(commit)));
        return Ok(plan);
    }
    let untouched = request.written.is_none() && observation.stack.frozen().next().is_none();
    let is_booted = commit == observation.deployment.commit;
    if back && history.is_empty() && before.found_locked && untouched && is_transient(observation) {
        return uncover(observation);
    }
    check_room(request.space.disk)?;
    let left = match back {
        // There is always a way back, however much was written.
        true => request.left.map(|left| left.max(PAGE)),
        false => check_memory(request.left)?,
    };
    let (layers, dropped) = layers(observation, request, (!is_booted).then_some(&*commit))?;
    let record = record(observation, request);
    let intent = Intent::Apply {
        record: record.clone(),
        history: history.clone(),
        dropped: dropped.clone(),
    };
    let mut steps = Vec::new();
    if !back {
        // What can be gone back to is kept already, and nothing else before it is done.
        steps.push(Step::SetLive(history.commits()));
    }
    if !is_booted {
        steps.push(Step::BuildDelta(commit.clone()));
    }
    if record.backing == Backing::Ram {
        steps.push(Step::MountRam(record.directory.clone(), left));
    }
    steps.push(Step::MakeUpperOver(
        record.directory.clone(),
        layers.last().cloned(),
    ));
    let cover = Cover {
        token: record.token.clone(),
        state: record.state,
        directory: record.directory.clone(),
        layers: layers.clone(),
        below: observation.below.clone(),
    };
    let merge = Step::MergeEtc {
        from: observation.commit().to_owned(),
        to: commit.clone(),
        undo: before.len(),
    };
    // Last of what can fail, since it is not taken back.
    let stage = request.stage.then_some(Step::Stage(commit));
    let merge = (!back).then_some(merge);
    match (&observation.mount, observation.upper_path()) {
        (Some(mount), Some(written)) => {
            steps.push(Step::Seal);
            steps.push(Step::CheckUnchanged(written, request.written));
            steps.extend(merge);
            steps.extend(stage);
            steps.push(Step::Replace(cover, mount.id));
        }
        _ => {
            steps.extend(merge);
            steps.push(sign(record.state, &record.directory));
            steps.extend(stage);
            steps.push(Step::Cover(cover));
        }
    }
    let mut rest = finish(&record, &history, dropped.as_ref());
    rest.retain(|step| back || !matches!(step, Step::TakeEtcBack(_)));
    steps.extend(rest);
    Ok(Plan {
        intent,
        after: Stack {
            upper: Some(Upper {
                state: record.state,
                made_by: MadeBy::Unlock,
                token: Some(record.token),
                backing: record.backing,
                directory: Some(record.directory),
            }),
            layers,
        },
        steps,
        notes: Vec::new(),
    })
}

/// What is left to do once the swap is made.
pub fn finish(
    record: &Record,
    history: &History,
    dropped: Option<&(Backing, PathBuf)>,
) -> Vec<Step> {
    let mut steps = vec![
        Step::TakeEtcBack(history.len()),
        Step::WriteRecord(record.clone()),
        match history.is_empty() {
            true => Step::DropHistory,
            false => Step::WriteHistory(history.clone()),
        },
        Step::SetLive(history.commits()),
    ];
    steps.extend(dropped.map(|(backing, directory)| match backing {
        Backing::Disk => Step::SetAside(directory.clone()),
        Backing::Ram => Step::UnmountRam(directory.clone()),
    }));
    steps.push(Step::Announce(record.state));
    steps
}

/// Refuses what no commit can be applied over.
pub fn refuse(observation: &Observation) -> Result<()> {
    refuse_foreign(observation)?;
    let unsupported = |cause: &str| Error::new(Kind::Unsupported, cause).at(USR);
    if observation.flags.live {
        return Err(unsupported("rpm-ostree has applied another version live")
            .next("undo that first: `rpm-ostree apply-live --reset`"));
    }
    let Some(upper) = &observation.stack.upper else {
        return Ok(());
    };
    if upper.state == State::Hotfix {
        return Err(unsupported(
            "a hotfix is open, which at the next boot would lie over a commit that it was not made on",
        )
        .next("take it along: `ostree-unlock commit --onto COMMIT --stage`; or begin development first"));
    }
    if upper.directory.is_none() || observation.mount.is_none() {
        return Err(unsupported("nothing says where what was written is kept")
            .next("end it first: `ostree-unlock end`"));
    }
    if observation.stack.frozen().count() >= MOST_FROZEN {
        return Err(
            unsupported("too many layers of what was written lie over each other")
                .next("make a commit of them (`ostree-unlock commit`), or end it first"),
        );
    }
    Ok(())
}

/// The commit that is to be there, and what was applied then.
fn after(
    observation: &Observation,
    request: &Apply,
    before: &History,
) -> Result<(String, History)> {
    let mut history = before.clone();
    match &request.target {
        Target::Commit(commit, origin) => {
            if history.is_empty() {
                history.found_locked = observation.stack.upper.is_none();
            }
            history.applied.push(Applied {
                commit: commit.clone(),
                origin: origin.clone(),
                at: request.now,
            });
        }
        Target::Before { all } => {
            if history.is_empty() {
                return Err(
                    Error::new(Kind::NotFound, "nothing was applied in this boot")
                        .at(USR)
                        .next("`ostree-unlock status` shows what is live"),
                );
            }
            let left = if *all { 0 } else { history.len() - 1 };
            history.applied.truncate(left);
        }
    }
    let commit = history.last().map(|last| &last.commit);
    let commit = commit.unwrap_or(&observation.deployment.commit).clone();
    Ok((commit, history))
}

/// All uppers together keep within what was allowed for the first one.
fn check_memory(left: Option<u64>) -> Result<Option<u64>> {
    match left {
        Some(left) if left < PAGE => Err(Error::new(
            Kind::NoSpace,
            "nothing is left of the memory that what is written may take",
        )
        .at(USR)
        .next("remove some of it, or keep it (`ostree-unlock keep save`) and end it")),
        left => Ok(left),
    }
}

fn is_transient(observation: &Observation) -> bool {
    observation.stack.state() == State::Transient
}

/// It is there already: nothing is done, and that is no failure.
fn as_it_is(observation: &Observation) -> Plan {
    let state = observation.stack.state();
    Plan {
        intent: Intent::Change {
            from: state,
            to: state,
            mounts: observation.mounts.iter().map(|mount| mount.id).collect(),
        },
        after: observation.stack.clone(),
        steps: Vec::new(),
        notes: Vec::new(),
    }
}

/// Nothing was written, so nobody loses anything.
fn uncover(observation: &Observation) -> Result<Plan> {
    let mut plan = end(observation, &Options::new(), None)?;
    plan.steps.retain(|step| *step != Step::CheckHolders);
    Ok(plan)
}

/// What lies beneath the fresh upper, and the upper that is no layer since nothing is in it.
type Beneath = (Vec<Layer>, Option<(Backing, PathBuf)>);

fn layers(observation: &Observation, request: &Apply, delta: Option<&str>) -> Result<Beneath> {
    let mut layers = Vec::new();
    let mut dropped = None;
    if let (Some(upper), Some(path)) = (&observation.stack.upper, observation.upper_path()) {
        match request.written {
            Some(_) => layers.push(Layer(path)),
            None => dropped = upper.directory.clone().map(|at| (upper.backing, at)),
        }
    }
    layers.extend(observation.stack.frozen().cloned());
    let deltas = observe::deltas_directory(&observation.deployment);
    layers.extend(delta.map(|commit| Layer(deltas.join(commit))));
    if !observation.sysroot_writable && delta.is_some() {
        return Err(Error::new(
            Kind::Unsupported,
            "the file system of the sysroot cannot be written to, and has the deltas",
        )
        .at(crate::ostree::sysroot::PATH)
        .next("boot from a medium that takes writes"));
    }
    Ok((layers, dropped))
}

fn record(observation: &Observation, request: &Apply) -> Record {
    let upper = observation.stack.upper.as_ref();
    let before = observation.valid_record();
    let backing = match upper {
        Some(upper) => upper.backing,
        None => Backing::Disk,
    };
    let directory = match backing {
        Backing::Disk => observe::uppers_directory(&observation.deployment),
        Backing::Ram => Path::new(RAM).to_owned(),
    };
    Record {
        state: upper.map_or(State::Transient, |upper| upper.state),
        backing,
        directory: directory.join(request.token.as_str()),
        since: observation.since().unwrap_or(request.now),
        until: before.and_then(|before| before.until),
        token: request.token.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::tests::{locked, unlocked};

    fn ask(observation: &Observation, target: Target, written: Option<u64>) -> Result<Plan> {
        apply(observation, &request(target, written, false))
    }

    fn request(target: Target, written: Option<u64>, stage: bool) -> Apply {
        Apply {
            target,
            token: Token::from_bits(9),
            now: 5_000_000,
            space: Space {
                disk: Some(1 << 30),
                memory: 1 << 30,
            },
            left: None,
            written,
            stage,
        }
    }

    fn writable(mut observation: Observation) -> Observation {
        observation.sysroot_writable = true;
        observation
    }

    fn other() -> Target {
        Target::Commit("d".repeat(64), Some("debian/next".to_owned()))
    }

    #[test]
    fn on_a_locked_system_it_is_transient_with_a_delta() -> Result<()> {
        let plan = ask(&writable(locked()), other(), None)?;
        assert_eq!(plan.after.state(), State::Transient);
        assert_eq!(plan.after.live(), Some(&*"d".repeat(64)));
        let place = |wanted: fn(&Step) -> bool| plan.steps.iter().position(wanted);
        let order = [
            place(|s| matches!(s, Step::SetLive(commits) if commits.len() == 1)),
            place(|s| matches!(s, Step::BuildDelta(_))),
            place(|s| matches!(s, Step::MergeEtc { undo: 0, .. })),
            place(|s| matches!(s, Step::SetFlag(State::Transient, _))),
            place(|s| matches!(s, Step::Cover(_))),
            place(|s| matches!(s, Step::WriteHistory(_))),
        ];
        assert!(order.is_sorted() && order[0].is_some(), "{order:?}");
        Ok(())
    }

    #[test]
    fn what_was_written_is_a_layer_and_what_was_not_is_dropped() -> Result<()> {
        let open = writable(unlocked(None));
        let plan = ask(&open, other(), Some(7))?;
        assert_eq!(plan.after.state(), State::Development);
        assert_eq!(plan.after.frozen().count(), 1);
        assert_eq!(plan.after.layers.len(), 2);
        assert!(plan.steps.contains(&Step::Seal));
        let plan = ask(&open, other(), None)?;
        assert_eq!(plan.after.layers.len(), 1);
        assert!(
            plan.steps
                .iter()
                .any(|step| matches!(step, Step::SetAside(_)))
        );
        Ok(())
    }

    #[test]
    fn what_is_written_next_has_the_memory_that_is_left() -> Result<()> {
        let mut open = writable(unlocked(None));
        if let Some(upper) = &mut open.stack.upper {
            upper.backing = Backing::Ram;
        }
        let mut request = request(other(), Some(7), false);
        request.left = Some(1 << 20);
        let plan = apply(&open, &request)?;
        let mounts = |step: &&Step| matches!(step, Step::MountRam(_, Some(1_048_576)));
        assert_eq!(plan.steps.iter().filter(mounts).count(), 1);
        request.left = Some(0);
        let refused = apply(&open, &request).err().map(|e| e.kind());
        assert_eq!(refused, Some(Kind::NoSpace));
        // But there is always a way back.
        open.history = Ok(Some(History {
            applied: vec![Applied {
                commit: "d".repeat(64),
                origin: None,
                at: 1,
            }],
            found_locked: false,
        }));
        request.target = Target::Before { all: false };
        let back = apply(&open, &request)?;
        let mounts = |step: &Step| matches!(step, Step::MountRam(_, Some(PAGE)));
        assert!(back.steps.iter().any(mounts));
        Ok(())
    }

    #[test]
    fn what_is_there_already_is_left_as_it_is() -> Result<()> {
        let booted = || Target::Commit("c".repeat(64), None);
        let plan = ask(&locked(), booted(), None)?;
        assert_eq!((plan.steps.len(), plan.after), (0, Stack::base()));
        Ok(())
    }

    #[test]
    fn it_is_staged_last_before_the_swap_or_alone_where_it_is_there_already() -> Result<()> {
        for (open, written) in [(locked(), None), (unlocked(None), Some(7))] {
            let plan = apply(&writable(open), &request(other(), written, true))?;
            let swap = plan.steps.iter().position(Step::is_swap).unwrap_or(0);
            let before = plan.steps[..swap].last();
            assert_eq!(before, Some(&Step::Stage("d".repeat(64))));
        }
        let booted = Target::Commit("c".repeat(64), None);
        let plan = apply(&locked(), &request(booted, None, true))?;
        assert_eq!(plan.steps, [Step::Stage("c".repeat(64))]);
        assert_eq!(plan.after, Stack::base());
        Ok(())
    }

    #[test]
    fn the_booted_commit_needs_no_delta() -> Result<()> {
        let booted = Target::Commit("c".repeat(64), None);
        let mut live = writable(unlocked(None));
        let delta = observe::deltas_directory(&live.deployment).join("d".repeat(64));
        live.stack.layers = vec![Layer(delta)];
        let plan = ask(&live, booted, None)?;
        assert_eq!(plan.after.layers, []);
        assert!(
            !plan
                .steps
                .iter()
                .any(|step| matches!(step, Step::BuildDelta(_)))
        );
        Ok(())
    }

    #[test]
    fn there_is_nothing_to_go_back_to_without_an_apply() {
        let refused = ask(&locked(), Target::Before { all: false }, None);
        assert_eq!(refused.err().map(|e| e.kind()), Some(Kind::NotFound));
    }

    #[test]
    fn the_last_rollback_uncovers_what_was_locked_unless_something_was_written() -> Result<()> {
        let mut live = writable(unlocked(None));
        if let Some(upper) = &mut live.stack.upper {
            upper.state = State::Transient;
        }
        let one = |found_locked| History {
            applied: vec![Applied {
                commit: "d".repeat(64),
                origin: None,
                at: 1,
            }],
            found_locked,
        };
        live.history = Ok(Some(one(true)));
        let back = || Target::Before { all: false };
        assert_eq!(ask(&live, back(), None)?.after, Stack::base());
        assert_eq!(ask(&live, back(), Some(7))?.after.state(), State::Transient);
        live.history = Ok(Some(one(false)));
        assert_eq!(ask(&live, back(), None)?.after.state(), State::Transient);
        Ok(())
    }

    #[test]
    fn a_hotfix_and_what_rpm_ostree_made_live_are_left_alone() {
        let kind =
            |observation: &Observation| ask(observation, other(), None).err().map(|e| e.kind());
        let mut hotfix = writable(unlocked(None));
        if let Some(upper) = &mut hotfix.stack.upper {
            upper.state = State::Hotfix;
        }
        assert_eq!(kind(&hotfix), Some(Kind::Unsupported));
        let mut theirs = writable(locked());
        theirs.flags.live = true;
        assert_eq!(kind(&theirs), Some(Kind::Unsupported));
        assert_eq!(kind(&locked()), Some(Kind::Unsupported));
    }
}
