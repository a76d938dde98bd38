// SPDX-License-Identifier: LGPL-2.1-or-later
//! What has to be done before anything else: finish or take back what somebody left in
//! the middle, and bring flags and record in line with what the kernel shows.

use super::end::after_uncovering;
use super::{Exchange, Step};
use crate::intent::{Intent, Record};
use crate::observe::{self, Observation};
use crate::options::Backing;
use crate::stack::{MadeBy, State};

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
            } else {
                repair
                    .notes
                    .push("an interrupted end was finished".to_owned());
                if mounted.is_none() {
                    repair
                        .steps
                        .extend(after_uncovering(observation, *backing, directory.clone()));
                }
            }
        }
        Intent::Change { from, to } => {
            let Some(upper) = &observation.stack.upper else {
                return;
            };
            // The next mount is beneath already, and only the current one is in its way.
            let beneath = observation.mounts.get(1);
            let half_done = upper.state == *from
                && beneath.is_some_and(|m| m.read_only == (*to == State::Transient));
            let (now, other) = if upper.state == *to || half_done {
                (to, from)
            } else {
                (from, to)
            };
            repair
                .notes
                .push(format!("an interrupted change of state ended in {now}"));
            match mounted {
                Some(mount) if half_done => repair.steps.push(Step::TakeTop(mount.id)),
                // The gate alone reaches nobody who follows the system's namespace.
                Some(mount) if *now == State::Transient => {
                    repair.steps.push(Step::Exchange(Exchange {
                        mount: mount.id,
                        read_only: true,
                    }));
                }
                _ => {}
            }
            let directory = upper.directory.clone().unwrap_or_default();
            repair.steps.push(Step::SetFlag(*now, directory));
            repair.steps.push(Step::ClearFlag(*other));
            if let Some(record) = observation.valid_record() {
                repair.steps.push(Step::WriteRecord(Record {
                    state: *now,
                    ..record.clone()
                }));
            }
            repair.steps.push(Step::Announce(*now));
        }
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
    if flagged || record.is_some() {
        repair
            .notes
            .push("what was left of an overlay that is no longer there was cleared".to_owned());
        let backing = record.map_or(Backing::Disk, |r| r.backing);
        repair.steps = after_uncovering(observation, backing, record.map(|r| r.directory.clone()));
    }
}
