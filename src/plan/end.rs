// SPDX-License-Identifier: LGPL-2.1-or-later
//! The plan of `end`: pop everything above the base.

use std::path::PathBuf;

use super::begin::{RAM, check_moves, check_room};
use super::{Plan, Step, refuse_foreign};
use crate::error::{Error, Kind, Result};
use crate::intent::Intent;
use crate::observe::{Observation, USR};
use crate::options::{Backing, Options};
use crate::stack::{MadeBy, Stack, State};

/// The plan, or why there can be none.
///
/// `disk` is what is free on the file system of the sysroot, in bytes, where that matters.
pub fn end(observation: &Observation, options: &Options, disk: Option<u64>) -> Result<Plan> {
    options.only(&["dry_run", "lazy", "lock_wait", "lock_held"])?;
    refuse_foreign(observation)?;
    let (Some(upper), Some(mount)) = (&observation.stack.upper, &observation.mount) else {
        return Err(
            Error::new(Kind::NotUnlocked, "not unlocked; there is nothing to end")
                .at(USR)
                .next("`ostree-unlock status` shows what it is made of"),
        );
    };
    if upper.state == State::Hotfix {
        check_moves(observation)?;
    }
    check_room(disk)?;
    let mut steps = Vec::new();
    if !options.lazy {
        steps.extend([Step::CheckHolders, Step::Seal]);
    }
    let below = observation.below_alone.clone();
    let mounts: Vec<u32> = observation.mounts.iter().map(|mount| mount.id).collect();
    if !below.is_empty() {
        steps.push(Step::KeepMounts(below.clone()));
    }
    steps.push(match observation.base_is_missing {
        true => Step::MountBase(mount.id),
        false => Step::Uncover(mounts.clone()),
    });
    if !below.is_empty() {
        steps.push(Step::PutMountsBack(below.clone()));
    }
    steps.extend(after_uncovering(
        observation,
        upper.state,
        upper.backing,
        upper.directory.clone(),
        &frozen(observation),
    ));
    if upper.made_by == MadeBy::Libostree {
        let announced = steps.pop();
        steps.push(Step::Protect);
        steps.extend(announced);
    }
    Ok(Plan {
        intent: Intent::End {
            device: mount.device,
            source: Some(mount.source.clone()),
            mounts,
            below,
            state: upper.state,
            backing: upper.backing,
            directory: upper.directory.clone(),
            frozen: frozen(observation),
        },
        after: Stack::base(),
        steps,
        notes: Vec::new(),
    })
}

/// The directories of the uppers that lie frozen beneath it.
fn frozen(observation: &Observation) -> Vec<PathBuf> {
    let frozen = observation.stack.frozen();
    frozen
        .filter_map(|layer| layer.0.parent().map(PathBuf::from))
        .collect()
}

/// What is left to do once the overlay is gone.
pub fn after_uncovering(
    observation: &Observation,
    state: State,
    backing: Backing,
    directory: Option<PathBuf>,
    frozen: &[PathBuf],
) -> Vec<Step> {
    let mut steps = Vec::new();
    let applied = !matches!(observation.history, Ok(None));
    if applied || observation.etc_is_left {
        steps.push(Step::TakeEtcBack(0));
    }
    if applied {
        // The history last: with it a repair knows of all of them.
        steps.extend([Step::SetLive(Vec::new()), Step::DropHistory]);
    }
    if state == State::Hotfix {
        steps.extend([Step::SetHotfixAside, Step::ClearKey]);
    }
    if observation.flags.development {
        steps.push(Step::ClearFlag(State::Development));
    }
    if observation.flags.transient {
        steps.push(Step::ClearFlag(State::Transient));
    }
    // libostree's own overlay has no record of ours.
    if !matches!(observation.record, Ok(None)) {
        steps.push(Step::DropRecord);
    }
    if state != State::Hotfix {
        steps.extend(directory.map(match backing {
            Backing::Disk => Step::SetAside,
            Backing::Ram => Step::UnmountRam,
        }));
    }
    steps.extend(
        frozen
            .iter()
            .cloned()
            .map(|directory| match directory.starts_with(RAM) {
                true => Step::UnmountRam(directory),
                false => Step::Retire(directory),
            }),
    );
    steps.push(Step::Announce(State::None));
    steps
}
