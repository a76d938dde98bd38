// SPDX-License-Identifier: LGPL-2.1-or-later
//! The plan of `begin`: push an upper, or take the one that is open to another state.

use std::path::Path;
use std::time::Duration;

use super::{Cover, Exchange, Plan, Step, meaningless, refuse_foreign};
use crate::error::{Error, Kind, Result};
use crate::intent::{Intent, Record};
use crate::observe::{self, Observation, USR};
use crate::options::{Backing, Options};
use crate::stack::{MadeBy, Stack, State, Token, Upper};

/// Where file systems in RAM are mounted.
pub const RAM: &str = "/run/ostree-unlock";
/// With less than this left an overlay would fail on its first writes.
const LEAST_SPACE: u64 = 4 << 20;

/// What `begin` is asked for, and what it cannot know by itself.
pub struct Begin<'a> {
    pub state: State,
    pub options: &'a Options,
    /// Random.
    pub token: Token,
    /// Seconds since the epoch.
    pub now: i64,
    pub space: Space,
}

/// Room for what is going to be written, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// On the file system of the sysroot; `None` where that cannot be written to.
    pub disk: Option<u64>,
    /// In memory.
    pub memory: u64,
}

/// The plan, or why there can be none.
pub fn begin(observation: &Observation, request: &Begin<'_>) -> Result<Plan> {
    check_state(request.state)?;
    check_options(request.options)?;
    refuse_foreign(observation)?;
    match &observation.stack.upper {
        None => push(observation, request),
        Some(upper) => change(observation, upper, request),
    }
}

fn check_state(state: State) -> Result<()> {
    match state {
        State::Development | State::Transient => Ok(()),
        State::None => Err(Error::new(
            Kind::InvalidArgument,
            "to begin the state none would be to end",
        )
        .next("use end to lock it again")),
        State::Hotfix => Err(
            Error::new(Kind::Unsupported, "this version does not make a hotfix")
                .next("use `ostree admin unlock --hotfix`"),
        ),
    }
}

fn check_options(options: &Options) -> Result<()> {
    if options.usage {
        return Err(meaningless("usage"));
    }
    if options.after_upgrade {
        return Err(meaningless("after_upgrade"));
    }
    if options.time_limit.is_some_and(|limit| limit.as_secs() == 0) {
        return Err(Error::new(Kind::InvalidArgument, "a time limit of nothing")
            .next("name a number of seconds, or leave it out"));
    }
    if options.size_limit == Some(0) {
        return Err(Error::new(Kind::InvalidArgument, "a size limit of nothing")
            .next("name a number of bytes, or leave it out"));
    }
    if options.size_limit.is_some() && options.backing == Some(Backing::Disk) {
        return Err(Error::new(
            Kind::InvalidArgument,
            "a size limit goes with backing in RAM only",
        )
        .next("leave it out, or ask for backing in RAM"));
    }
    Ok(())
}

fn push(observation: &Observation, request: &Begin<'_>) -> Result<Plan> {
    let options = request.options;
    if options.lazy {
        return Err(meaningless("lazy"));
    }
    let (backing, mut notes) = backing(&request.space, options)?;
    let directory = match backing {
        Backing::Disk => observe::upper_directory(&observation.deployment),
        Backing::Ram => Path::new(RAM).join(request.token.as_str()),
    };
    notes.push(
        "only /usr is covered: what is written to /etc and /var (and /opt, /usr/local where they are links to there) stays".to_owned(),
    );
    let record = Record {
        token: request.token.clone(),
        state: request.state,
        backing,
        directory: directory.clone(),
        since: request.now,
        until: until(request),
    };
    Ok(Plan {
        intent: Intent::Begin(record.clone()),
        steps: steps(observation, request, &record),
        after: Stack {
            upper: Some(Upper {
                state: request.state,
                made_by: MadeBy::Unlock,
                token: Some(request.token.clone()),
                backing,
                directory: Some(directory),
            }),
        },
        notes,
    })
}

fn steps(observation: &Observation, request: &Begin<'_>, record: &Record) -> Vec<Step> {
    let directory = &record.directory;
    let mut steps = Vec::new();
    match record.backing {
        Backing::Disk if observation.directory_exists => {
            steps.push(Step::SetAside(directory.clone()));
        }
        Backing::Disk => {}
        Backing::Ram => steps.push(Step::MountRam(
            directory.clone(),
            request.options.size_limit,
        )),
    }
    // The flag before the mount: an overlay that no reader knows of must not exist.
    steps.extend([
        Step::MakeUpper(directory.clone()),
        Step::WriteRecord(record.clone()),
        Step::SetFlag(record.state, directory.clone()),
        Step::Cover(Cover {
            token: record.token.clone(),
            directory: directory.clone(),
            read_only: record.state == State::Transient,
            below: observation.below.clone(),
        }),
        Step::Announce(record.state),
    ]);
    steps
}

/// When it is to end by itself.
pub fn until(request: &Begin<'_>) -> Option<i64> {
    deadline(request.now, request.options.time_limit?)
}

/// So long after `now`, both in whole seconds.
pub fn deadline(now: i64, limit: Duration) -> Option<i64> {
    now.checked_add(i64::try_from(limit.as_secs()).ok()?)
}

/// Where it will go, and how much there is room for.
fn backing(space: &Space, options: &Options) -> Result<(Backing, Vec<String>)> {
    let backing = match options.backing {
        Some(backing) => backing,
        None if options.size_limit.is_some() || space.disk.is_none() => Backing::Ram,
        None => Backing::Disk,
    };
    match backing {
        Backing::Disk => match space.disk {
            None => Err(Error::new(
                Kind::Unsupported,
                "the file system of the sysroot cannot be written to",
            )
            .at(crate::ostree::sysroot::PATH)
            .next("ask for backing in RAM")),
            Some(free) if free < LEAST_SPACE => Err(Error::new(
                Kind::NoSpace,
                format!("only {free} bytes are free"),
            )
            .at(crate::ostree::sysroot::PATH)
            .next("make room, or ask for backing in RAM")),
            Some(free) => Ok((
                backing,
                vec![format!(
                    "{} are free on the disk for what is written",
                    glib::format_size(free)
                )],
            )),
        },
        Backing::Ram => {
            let wanted = options.size_limit.unwrap_or(LEAST_SPACE);
            if wanted > space.memory {
                return Err(Error::new(
                    Kind::NoSpace,
                    format!(
                        "{wanted} bytes of memory are wanted and {} are available",
                        space.memory
                    ),
                )
                .next("ask for less, or for backing on disk"));
            }
            let limit = match options.size_limit {
                Some(bytes) => format!("at most {}", glib::format_size(bytes)),
                None => "at most half of it".to_owned(),
            };
            Ok((
                backing,
                vec![format!("what is written goes to memory, {limit}")],
            ))
        }
    }
}

/// From one state that ends with the boot to the other, keeping what was written.
fn change(observation: &Observation, upper: &Upper, request: &Begin<'_>) -> Result<Plan> {
    let ours = upper.made_by == MadeBy::Unlock;
    let prolong = request.options.time_limit.is_some();
    let (true, Some(mount), Some(record)) = (
        ours && (upper.state != request.state || prolong),
        &observation.mount,
        observation.valid_record(),
    ) else {
        return Err(already_unlocked(upper));
    };
    if request.options.backing.is_some() || request.options.size_limit.is_some() {
        return Err(Error::new(
            Kind::InvalidArgument,
            "what is open already has its backing, and keeps it",
        )
        .at(USR)
        .next("leave backing and size limit out"));
    }
    let (from, to) = (upper.state, request.state);
    let record = Record {
        state: to,
        until: until(request).or(record.until),
        ..record.clone()
    };
    let intent = Intent::Change {
        from,
        to,
        mounts: observation.mounts.iter().map(|mount| mount.id).collect(),
    };
    if from == to {
        return Ok(Plan {
            intent,
            after: observation.stack.clone(),
            steps: vec![Step::WriteRecord(record)],
            notes: Vec::new(),
        });
    }
    let directory = upper.directory.clone().unwrap_or_default();
    let mut steps = Vec::new();
    if to == State::Transient && !request.options.lazy {
        steps.push(Step::Gate);
    }
    steps.extend([
        Step::SetFlag(to, directory),
        Step::Exchange(Exchange {
            mount: mount.id,
            read_only: to == State::Transient,
        }),
        Step::ClearFlag(from),
        Step::WriteRecord(record),
        Step::Announce(to),
    ]);
    Ok(Plan {
        intent,
        after: Stack {
            upper: Some(Upper {
                state: to,
                ..upper.clone()
            }),
        },
        steps,
        notes: vec![format!("what was written in the state {from} was kept")],
    })
}

fn already_unlocked(upper: &Upper) -> Error {
    let by = match upper.made_by {
        MadeBy::Unlock => "",
        _ => ", by libostree",
    };
    let end = match upper.state {
        State::Hotfix => "a hotfix ends with `ostree admin rollback` or an upgrade, and a reboot",
        _ => "end it with `ostree-unlock end`, or reboot",
    };
    Error::new(
        Kind::AlreadyUnlocked,
        format!("already unlocked, state {}{by}", upper.state),
    )
    .at(USR)
    .next(end)
}
