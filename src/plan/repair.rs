// SPDX-License-Identifier: LGPL-2.1-or-later
//! What has to be done before anything else: finish or take back what somebody left in
//! the middle, and bring flags and record in line with what the kernel shows.

use std::path::PathBuf;

use super::apply::finish;
use super::begin::{finish_replacing, sign, unsign};
use super::end::after_uncovering;
use super::{Exchange, Step};
use crate::history::History;
use crate::intent::{Intent, Record};
use crate::observe::{self, Observation};
use crate::options::Backing;
use crate::stack::{MadeBy, State};
use crate::sys::mountinfo::Mount;

/// The steps, and what was found.
pub struct Repair {
    pub steps: Vec<Step>,
    /// What was found, for people.
    pub notes: Vec<String>,
    /// Whether something that was not made is taken back: then no step can wait.
    pub takes_back: bool,
}

/// Decides by what the kernel shows alone which side of the swap an interrupted change
/// was on.
pub fn repair(observation: &Observation) -> Option<Repair> {
    let mut repair = Repair {
        steps: Vec::new(),
        notes: Vec::new(),
        takes_back: false,
    };
    match &observation.intent {
        Ok(None) => {}
        Ok(Some(intent)) => interrupted(observation, intent, &mut repair),
        Err(unreadable) => repair
            .notes
            .push(format!("an intent was dropped: {unreadable}")),
    }
    if observation.stack.upper.is_none() {
        stale(observation, &mut repair);
    }
    if matches!(observation.intent, Ok(None)) {
        hotfix(observation, &mut repair);
        if observation.etc_is_left {
            let known = observation.applied().len();
            repair
                .notes
                .push("what a commit that was live had brought to /etc was still there".to_owned());
            repair.steps.push(Step::TakeEtcBack(known));
        }
    }
    let found = !repair.notes.is_empty();
    found.then_some(repair)
}

fn interrupted(observation: &Observation, intent: &Intent, repair: &mut Repair) {
    let mounted = observation.mount.as_ref();
    match intent {
        Intent::Begin(record) => {
            let done = mounted.is_some_and(|m| m.source == record.token.as_str());
            if done {
                repair.notes.push(format!(
                    "an interrupted begin ({}) was finished",
                    record.state
                ));
                repair.steps.extend([
                    Step::WriteRecord(record.clone()),
                    sign(record.state, &record.directory),
                    Step::Announce(record.state),
                ]);
            } else {
                repair.notes.push(format!(
                    "an interrupted begin ({}) was taken back",
                    record.state
                ));
                if mounted.is_none() {
                    repair.steps.extend(after_uncovering(
                        observation,
                        record.state,
                        record.backing,
                        Some(record.directory.clone()),
                        &[],
                    ));
                }
            }
        }
        Intent::End {
            device,
            source,
            mounts,
            below,
            state,
            backing,
            directory,
            frozen,
        } => {
            let is_it = |m: &Mount| {
                m.device == *device && source.as_ref().is_none_or(|source| *source == m.source)
            };
            if mounted.is_some_and(is_it) {
                repair
                    .notes
                    .push("an interrupted end was taken back".to_owned());
                repair.steps.extend(unsealed(observation, *state));
                if !below.is_empty() {
                    repair.steps.push(Step::LetMountsGo);
                }
                // Of a pile of exchanges the top may be gone: another state than before,
                // and the mount that is the top now was gated for ourselves alone.
                if let (true, Some(top)) = (observation.mounts.len() < mounts.len(), mounted) {
                    let state_now = observation.stack.state();
                    repair.steps.push(Step::Exchange(Exchange {
                        mount: top.id,
                        read_only: state_now == State::Transient,
                    }));
                    repair.steps.extend(align(observation, state_now));
                }
            } else {
                repair
                    .notes
                    .push("an interrupted end was finished".to_owned());
                if !below.is_empty() {
                    repair.steps.push(Step::PutMountsBack(below.clone()));
                }
                if mounted.is_none() {
                    let directory = directory.clone();
                    let after = after_uncovering(observation, *state, *backing, directory, frozen);
                    repair.steps.extend(after);
                }
            }
        }
        Intent::Apply {
            record,
            history,
            dropped,
        } => applying(observation, record, history, dropped.as_ref(), repair),
        Intent::Change { from, to, mounts } => {
            let Some(top) = mounted else {
                repair
                    .notes
                    .push("an interrupted call had changed nothing".to_owned());
                return;
            };
            let place = (from.is_persistent() != to.is_persistent()).then(|| {
                // Its work directory moves last into the place that lasts, and first out of it.
                match observation.stack.state().is_persistent() == to.is_persistent() {
                    true => *to,
                    false => *from,
                }
            });
            let is_new = |mount: &Mount| !mounts.contains(&mount.id);
            let new = observation.mounts.iter().position(is_new);
            let is_read_only = |state: State| state == State::Transient;
            // The gate was closed, or opened again, which reaches nobody who follows the
            // system's namespace.
            let gated = top.read_only != is_read_only(*from);
            let now = place.unwrap_or(if new.is_some() || gated { *to } else { *from });
            repair
                .notes
                .push(format!("an interrupted change of state ended in {now}"));
            let temporary = observation.temporary;
            match place {
                // With its work directory all of it is there; what is elsewhere is none of it.
                Some(State::Hotfix) if temporary.upper || temporary.work => {
                    let stale = observe::upper_directory(&observation.deployment);
                    repair.steps.push(Step::SetAside(stale));
                }
                // Perhaps the empty place where it was is left.
                Some(State::Hotfix) if temporary.directory => repair.steps.push(Step::Keep),
                Some(State::Hotfix) | None => {}
                Some(_) if temporary.upper && temporary.work => {}
                Some(_) => repair.steps.push(Step::Release),
            }
            repair.steps.extend(unsealed(observation, now));
            match new {
                Some(0) => {}
                // The new mount is in its place, and only the one of before is in its way.
                Some(_) => repair.steps.push(Step::TakeTop(top.id)),
                None if gated || top.read_only != is_read_only(now) => {
                    repair.steps.push(Step::Exchange(Exchange {
                        mount: top.id,
                        read_only: is_read_only(now),
                    }));
                }
                None => {}
            }
            repair.steps.extend(align(observation, now));
            if place.is_some() && now != State::Hotfix {
                repair.steps.push(unsign(State::Hotfix));
            }
            repair.steps.push(Step::Announce(now));
        }
        Intent::Replace {
            from,
            record,
            backing,
            directory,
        } => {
            let is_new = |mount: &Mount| mount.source == record.token.as_str();
            match (mounted, observation.mounts.iter().any(is_new)) {
                (Some(top), true) => {
                    repair
                        .notes
                        .push("an interrupted change of state was finished".to_owned());
                    if !is_new(top) {
                        repair.steps.push(Step::TakeTop(top.id));
                    }
                    let rest = finish_replacing(record, *from, *backing, directory.as_deref());
                    repair.steps.extend(rest);
                }
                _ => {
                    repair
                        .notes
                        .push("an interrupted change of state was taken back".to_owned());
                    repair.steps.extend(unsealed(observation, *from));
                    if observation.temporary.directory {
                        let copy = observe::upper_directory(&observation.deployment);
                        repair.steps.push(Step::SetAside(copy));
                    }
                }
            }
        }
    }
}

/// The new token is mounted, or it is not. On kernels before 6.5 the one of before may still lie
/// beneath it, and goes with the end.
fn applying(
    observation: &Observation,
    record: &Record,
    history: &History,
    dropped: Option<&(Backing, PathBuf)>,
    repair: &mut Repair,
) {
    let is_new = |mount: &Mount| mount.source == record.token.as_str();
    match (&observation.mount, observation.mounts.iter().any(is_new)) {
        (Some(top), true) => {
            repair
                .notes
                .push("an interrupted apply or rollback was finished".to_owned());
            if !is_new(top) {
                repair.steps.push(Step::TakeTop(top.id));
            }
            repair.steps.push(sign(record.state, &record.directory));
            repair.steps.extend(finish(record, history, dropped));
        }
        (mounted, _) => {
            repair
                .notes
                .push("an interrupted apply or rollback was taken back".to_owned());
            repair.takes_back = true;
            let before = observation.applied();
            repair.steps.extend([
                Step::TakeEtcBack(before.len()),
                Step::SetLive(before.commits()),
            ]);
            repair
                .steps
                .extend(unsealed(observation, observation.stack.state()));
            repair.steps.push(match record.backing {
                Backing::Disk => Step::SetAside(record.directory.clone()),
                Backing::Ram => Step::UnmountRam(record.directory.clone()),
            });
            if mounted.is_none() {
                let backing = record.backing;
                let rest = after_uncovering(observation, record.state, backing, None, &[]);
                repair.steps.extend(rest);
            }
        }
    }
}

/// The seal away, where it should not be there; libostree's own transient overlay is
/// read-only as a whole to begin with.
fn unsealed(observation: &Observation, now: State) -> Option<Step> {
    let upper = observation.stack.upper.as_ref()?;
    let sealed = observation
        .mount
        .as_ref()
        .is_some_and(observe::superblock_is_read_only);
    let rightly = upper.made_by == MadeBy::Libostree && now == State::Transient;
    (sealed && !rightly).then_some(Step::Unseal)
}

/// What says to others which state it is, in line with what was found.
fn align(observation: &Observation, now: State) -> Vec<Step> {
    let upper = observation.stack.upper.as_ref();
    let directory = match now {
        State::Hotfix => Some(observe::hotfix_directory(&observation.deployment)),
        // Where it was moved from by an earlier step, it is not there yet.
        _ if upper.is_some_and(|upper| upper.state == State::Hotfix) => {
            Some(observe::upper_directory(&observation.deployment))
        }
        _ => upper.and_then(|upper| upper.directory.clone()),
    };
    let directory = directory.unwrap_or_default();
    let mut steps = vec![sign(now, &directory)];
    for other in [State::Development, State::Transient] {
        if other != now {
            steps.push(unsign(other));
        }
    }
    if let Some(record) = observation.valid_record() {
        steps.push(Step::WriteRecord(Record {
            state: now,
            directory,
            ..record.clone()
        }));
    }
    steps
}

/// What a reboot, or a power cut, left of a hotfix: half of its directories, or a key
/// that does not say what is mounted.
fn hotfix(observation: &Observation, repair: &mut Repair) {
    let is_mounted = observation.stack.state() == State::Hotfix;
    let found = observation.lasting;
    if is_mounted && !observation.flags.hotfix {
        repair
            .notes
            .push("a hotfix is mounted: the origin says so now".to_owned());
        repair
            .steps
            .extend([Step::SetKey, Step::Announce(State::Hotfix)]);
    } else if !is_mounted && (found.upper != found.work) {
        repair
            .notes
            .push("what was left of a hotfix was set aside".to_owned());
        repair.steps.extend([Step::SetHotfixAside, Step::Protect]);
    }
    if !is_mounted && observation.flags.hotfix && !(found.upper && found.work) {
        repair
            .notes
            .push("the origin named a hotfix that is no longer there".to_owned());
        repair
            .steps
            .extend([Step::ClearKey, Step::Announce(observation.stack.state())]);
    }
}

/// Flags or a record of an overlay that is not there: a soft reboot, or somebody who
/// unmounted by hand.
fn stale(observation: &Observation, repair: &mut Repair) {
    if !repair.steps.is_empty() {
        return;
    }
    let flagged = observation.flags.development || observation.flags.transient;
    let record = observation.record.as_ref().ok().and_then(Option::as_ref);
    let applied = !matches!(observation.history, Ok(None));
    if flagged || record.is_some() || applied {
        repair
            .notes
            .push("what was left of an overlay that is no longer there was cleared".to_owned());
        let backing = record.map_or(Backing::Disk, |r| r.backing);
        // A hotfix that somebody unmounted is there again after the next boot.
        let temporary = record.filter(|r| r.state != State::Hotfix);
        let directory = temporary.map(|r| r.directory.clone());
        repair.steps = after_uncovering(observation, State::None, backing, directory, &[]);
    }
}
