// SPDX-License-Identifier: LGPL-2.1-or-later
//! What has to be done before anything else: finish or take back what somebody left in
//! the middle, and bring flags and record in line with what the kernel shows.

use super::end::after_uncovering;
use super::{Exchange, Step};
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
}

/// Decides by what the kernel shows alone which side of the swap an interrupted change
/// was on.
pub fn repair(observation: &Observation) -> Option<Repair> {
    let mut repair = Repair {
        steps: Vec::new(),
        notes: Vec::new(),
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
                    Step::SetFlag(record.state, record.directory.clone()),
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
                        record.backing,
                        Some(record.directory.clone()),
                    ));
                }
            }
        }
        Intent::End {
            device,
            mounts,
            below,
            state,
            backing,
            directory,
        } => {
            if mounted.is_some_and(|m| m.device == *device) {
                repair
                    .notes
                    .push("an interrupted end was taken back".to_owned());
                let was_sealed = mounted.is_some_and(observe::superblock_is_read_only);
                let ours = observation
                    .stack
                    .upper
                    .as_ref()
                    .is_some_and(|upper| upper.made_by == MadeBy::Unlock);
                // libostree's own transient overlay is read-only as a whole to begin with.
                if was_sealed && (ours || *state != State::Transient) {
                    repair.steps.push(Step::Unseal);
                }
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
                    repair
                        .steps
                        .extend(after_uncovering(observation, *backing, directory.clone()));
                }
            }
        }
        Intent::Change { from, to, mounts } => {
            let (Some(upper), Some(top)) = (&observation.stack.upper, mounted) else {
                return;
            };
            let is_new = |mount: &Mount| !mounts.contains(&mount.id);
            let now = match observation.mounts.iter().position(is_new) {
                Some(0) => to,
                // The new mount is in its place, and only the one of before is in its way.
                Some(_) => {
                    repair.steps.push(Step::TakeTop(top.id));
                    to
                }
                // The gate was closed, but that alone reaches nobody who follows the
                // system's namespace.
                None if upper.state == *to && from != to => {
                    repair.steps.push(Step::Exchange(Exchange {
                        mount: top.id,
                        read_only: *to == State::Transient,
                    }));
                    to
                }
                None => from,
            };
            repair
                .notes
                .push(format!("an interrupted change of state ended in {now}"));
            repair.steps.extend(align(observation, *now));
            repair.steps.push(Step::Announce(*now));
        }
    }
}

/// Flag and record of what the kernel shows, in either state that ends with the boot.
fn align(observation: &Observation, now: State) -> Vec<Step> {
    let upper = observation.stack.upper.as_ref();
    let directory = upper.and_then(|upper| upper.directory.clone());
    let mut steps = vec![Step::SetFlag(now, directory.unwrap_or_default())];
    for other in [State::Development, State::Transient] {
        if other != now {
            steps.push(Step::ClearFlag(other));
        }
    }
    if let Some(record) = observation.valid_record() {
        steps.push(Step::WriteRecord(Record {
            state: now,
            ..record.clone()
        }));
    }
    steps
}

/// Flags or a record of an overlay that is not there: a soft reboot, or somebody who
/// unmounted by hand.
fn stale(observation: &Observation, repair: &mut Repair) {
    if !repair.steps.is_empty() {
        return;
    }
    let flagged = observation.flags.development || observation.flags.transient;
    let record = observation.record.as_ref().ok().and_then(Option::as_ref);
    if flagged || record.is_some() {
        repair
            .notes
            .push("what was left of an overlay that is no longer there was cleared".to_owned());
        let backing = record.map_or(Backing::Disk, |r| r.backing);
        repair.steps = after_uncovering(observation, backing, record.map(|r| r.directory.clone()));
    }
}
