// SPDX-License-Identifier: LGPL-2.1-or-later
//! The plan of `begin`: push an upper, or take the one that is open to another state.

use std::path::Path;
use std::time::Duration;

use super::moves::{self, Move};
use super::{Cover, Exchange, Plan, Step, refuse_foreign};
use crate::error::{Error, Kind, Result};
use crate::intent::{Intent, Record};
use crate::observe::{self, Observation, USR};
use crate::options::{Backing, Options, meaningless};
use crate::ostree::booted::Verified;
use crate::ostree::deployments::Others;
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
    /// The same in microseconds.
    pub since: i64,
    /// When the lock was there, in microseconds since the epoch: the wait for it may be long.
    pub at: i64,
    pub space: Space,
    /// What was demanded of the booted root.
    pub verified: Verified,
    /// Looked at for a hotfix alone.
    pub others: Others,
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
    if request.state == State::None {
        return Err(Error::new(
            Kind::InvalidArgument,
            "to begin the state none would be to end",
        )
        .next("use end to lock it again"));
    }
    check_options(request)?;
    check_time(request)?;
    refuse_foreign(observation)?;
    if let (true, Some(upper)) = (request.options.only_locked, &observation.stack.upper) {
        let error = left_alone(upper, "it was to be begun only where it is locked");
        return Err(error.next("end it first: `ostree-unlock end`"));
    }
    let unlocked = observation.stack.upper.is_some();
    if unlocked && request.options.time_limit.is_some() && observation.valid_record().is_none() {
        return Err(Error::new(
            Kind::Unsupported,
            "what somebody else has unlocked does not end by itself",
        )
        .at(USR)
        .next("leave the time limit out; or end it first, and begin anew"));
    }
    if let Some(plan) = prolong(observation, request) {
        return Ok(plan);
    }
    let from = observation.stack.state();
    let taken = moves::find(from, request.state);
    if let (Move::Refused(reason), Some(upper)) = (taken, &observation.stack.upper) {
        return Err(already_unlocked(upper, reason));
    }
    if request.state == State::Hotfix {
        check_hotfix(observation, request)?;
    }
    match &observation.stack.upper {
        None => push(observation, request),
        Some(upper) => change(observation, upper, request, taken),
    }
}

/// The options that mean something to `begin`.
const MEANT: [&str; 8] = [
    "dry_run",
    "lazy",
    "lock_wait",
    "lock_held",
    "backing",
    "size_limit",
    "time_limit",
    "only_locked",
];

fn check_options(request: &Begin<'_>) -> Result<()> {
    let options = request.options;
    let invalid = |cause, next: &str| Err(Error::new(Kind::InvalidArgument, cause).next(next));
    let in_ram = options.backing == Some(Backing::Ram) || options.size_limit.is_some();
    options.only(&MEANT)?;
    if options.time_limit.is_some_and(|limit| limit.as_secs() == 0) {
        return invalid(
            "a time limit of nothing",
            "name a number of seconds, or leave it out",
        );
    }
    if request.state == State::Hotfix && options.time_limit.is_some() {
        return invalid(
            "what is to be there after a reboot does not end by itself",
            "leave the time limit out, or begin another state",
        );
    }
    if options.size_limit == Some(0) {
        return invalid(
            "a size limit of nothing",
            "name a number of bytes, or leave it out",
        );
    }
    if request.state == State::Hotfix && in_ram {
        return invalid(
            "what is to be there after a reboot cannot be in RAM",
            "leave backing and size limit out, or begin another state",
        );
    }
    if options.size_limit.is_some() && options.backing == Some(Backing::Disk) {
        return invalid(
            "a size limit goes with backing in RAM only",
            "leave it out, or ask for backing in RAM",
        );
    }
    Ok(())
}

/// Its timer would have found nothing to end yet.
fn check_time(request: &Begin<'_>) -> Result<()> {
    match until(request) {
        Some(until) if until.saturating_mul(1_000_000) <= request.at => Err(Error::new(
            Kind::SysrootLocked,
            "the time limit was over before the lock of the sysroot was there",
        )
        .at(USR)
        .next("try again, or name a longer time")),
        _ => Ok(()),
    }
}

/// A hotfix is made only where the next boot will have it.
fn check_hotfix(observation: &Observation, request: &Begin<'_>) -> Result<()> {
    let unsupported = |cause: &str| Error::new(Kind::Unsupported, cause).at(USR);
    if !observation.stack.layers.is_empty() {
        return Err(unsupported(
            "what was written lies over a commit that was applied, which the next boot would not have",
        )
        .next("make a commit of it (`ostree-unlock commit`), or roll back and end first"));
    }
    let other_state = "begin development or transient, or make a new commit of it";
    match request.verified {
        Verified::No => {}
        Verified::Verity => {
            return Err(unsupported(
                "the root is verified by fs-verity, and a hotfix would lay unverified files over it at each boot",
            )
            .next(other_state));
        }
        Verified::Signed => {
            return Err(unsupported(
                "the root is signed, and a hotfix would not be mounted at the next boot",
            )
            .next(other_state));
        }
    }
    if !observation.sysroot_writable {
        return Err(unwritable_sysroot().next(other_state));
    }
    check_room(request.space.disk)?;
    if let Some((next, staged)) = &request.others.next {
        let how = if *staged { "is staged for" } else { "is" };
        return Err(Error::new(
            Kind::Unsupported,
            format!("deployment {next} {how} the next boot, which would not have the hotfix"),
        )
        .at(USR)
        .next("reboot into it first, or undeploy it (`ostree admin undeploy 0`)"));
    }
    if observation.lasting.upper {
        return Err(Error::new(
            Kind::Unsupported,
            "this deployment has a hotfix already, which is not mounted",
        )
        .at(observe::hotfix_directory(&observation.deployment))
        .next("reboot to have it"));
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
        _ if request.state == State::Hotfix => observe::hotfix_directory(&observation.deployment),
        Backing::Disk => observe::upper_directory(&observation.deployment),
        Backing::Ram => Path::new(RAM).join(request.token.as_str()),
    };
    notes.push(
        "only /usr is covered: what is written to /etc and /var (and /opt, /usr/local where they are links to there) stays".to_owned(),
    );
    notes.extend(way_back(request));
    let record = Record {
        token: request.token.clone(),
        state: request.state,
        backing,
        directory: directory.clone(),
        since: request.since,
        until: until(request),
    };
    Ok(Plan {
        intent: Intent::Begin(record.clone()),
        steps: steps(observation, request, &record),
        after: Stack {
            layers: Vec::new(),
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
    let (state, directory) = (record.state, &record.directory);
    let mut steps = twin(request);
    match record.backing {
        // Also of a hotfix, whose own place is another one: it may have to move there.
        Backing::Disk if observation.temporary.directory => {
            let temporary = observe::upper_directory(&observation.deployment);
            steps.push(Step::SetAside(temporary));
        }
        Backing::Disk => {}
        Backing::Ram => steps.push(Step::MountRam(
            directory.clone(),
            request.options.size_limit,
        )),
    }
    // The flag before the mount: an overlay that no reader knows of must not exist.
    steps.extend([
        Step::MakeUpper(state, directory.clone()),
        Step::WriteRecord(record.clone()),
        sign(state, directory),
        Step::Cover(Cover {
            token: record.token.clone(),
            state,
            directory: directory.clone(),
            layers: Vec::new(),
            below: observation.below.clone(),
        }),
        Step::Announce(state),
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

/// What libostree and its readers know the state by.
pub fn sign(state: State, directory: &Path) -> Step {
    match state {
        State::Hotfix => Step::SetKey,
        _ => Step::SetFlag(state, directory.to_owned()),
    }
}

/// What takes it away again.
pub fn unsign(state: State) -> Step {
    match state {
        State::Hotfix => Step::ClearKey,
        _ => Step::ClearFlag(state),
    }
}

/// A deployment to go back to, where there is none yet.
fn twin(request: &Begin<'_>) -> Vec<Step> {
    let wanted = request.state == State::Hotfix && request.others.twin.is_none();
    wanted.then_some(Step::PushTwin).into_iter().collect()
}

fn way_back(request: &Begin<'_>) -> Option<String> {
    if request.state != State::Hotfix {
        return None;
    }
    let back = request.others.twin.as_ref().map(|twin| {
        format!("; deployment {twin} has the same commit without it, and is the way back")
    });
    Some(format!(
        "the hotfix belongs to this deployment: the next upgrade does not have it{}",
        back.unwrap_or_default()
    ))
}

/// Into a hotfix and out of it, and where a commit comes or goes, a little is written after the
/// point of no return.
pub fn check_room(free: Option<u64>) -> Result<()> {
    const LEAST: u64 = 1 << 20;
    match free.filter(|free| *free < LEAST) {
        None => Ok(()),
        Some(free) => Err(Error::new(
            Kind::NoSpace,
            format!("only {free} bytes are free, and with less than {LEAST} it is not done safely"),
        )
        .at(crate::ostree::sysroot::PATH)
        .next("make room first, such as in /var")),
    }
}

/// A hotfix that cannot be moved out of its place would be there again at the next boot.
pub fn check_moves(observation: &Observation) -> Result<()> {
    match observation.sysroot_writable {
        true => Ok(()),
        false => Err(unwritable_sysroot()
            .next("the hotfix would be there again after a reboot: have the disk checked first (fsck(8)), and reboot")),
    }
}

fn unwritable_sysroot() -> Error {
    Error::new(
        Kind::Unsupported,
        "the file system of the sysroot cannot be written to",
    )
    .at(crate::ostree::sysroot::PATH)
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
            None => Err(unwritable_sysroot().next("ask for backing in RAM")),
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

/// Another deadline for what is in this state already.
fn prolong(observation: &Observation, request: &Begin<'_>) -> Option<Plan> {
    let state = observation.stack.state();
    let record = observation.valid_record()?;
    let until = until(request)?;
    let asked = state == request.state && request.options.backing.is_none();
    (asked && request.options.size_limit.is_none()).then(|| Plan {
        intent: Intent::Change {
            from: state,
            to: state,
            mounts: observation.mounts.iter().map(|mount| mount.id).collect(),
        },
        after: observation.stack.clone(),
        steps: vec![Step::WriteRecord(Record {
            until: Some(until),
            ..record.clone()
        })],
        notes: Vec::new(),
    })
}

/// From one state to another, keeping what was written.
fn change(
    observation: &Observation,
    upper: &Upper,
    request: &Begin<'_>,
    taken: Move,
) -> Result<Plan> {
    let Some(mount) = &observation.mount else {
        return Err(already_unlocked(upper, "its mount is not to be found"));
    };
    if request.options.backing.is_some() || request.options.size_limit.is_some() {
        return Err(Error::new(
            Kind::InvalidArgument,
            "what is open already has its backing, and keeps it",
        )
        .at(USR)
        .next("leave backing and size limit out"));
    }
    let here = observe::upper_directory(&observation.deployment);
    if taken == Move::Keep && upper.directory.as_ref() != Some(&here) {
        return replace(observation, upper, mount.id, request);
    }
    let (from, to) = (upper.state, request.state);
    let directory = match taken {
        Move::Keep => Some(observe::hotfix_directory(&observation.deployment)),
        Move::Release => {
            check_moves(observation)?;
            check_room(request.space.disk)?;
            Some(here)
        }
        _ => upper.directory.clone(),
    };
    let sign = sign(to, directory.as_deref().unwrap_or(Path::new("")));
    let mut steps = twin(request);
    if to == State::Transient && !request.options.lazy {
        steps.push(Step::Gate);
    }
    match taken {
        Move::Keep => steps.extend([Step::Keep, sign]),
        Move::Release => {
            steps.push(sign);
            if observation.temporary.directory {
                steps.extend(directory.clone().map(Step::SetAside));
            }
            steps.extend([Step::Release, Step::Protect]);
        }
        _ => steps.push(sign),
    }
    // libostree's own transient overlay is read-only as a whole.
    if to != State::Transient && observe::superblock_is_read_only(mount) {
        steps.push(Step::Unseal);
    }
    steps.extend([
        Step::Exchange(Exchange {
            mount: mount.id,
            read_only: to == State::Transient,
        }),
        unsign(from),
    ]);
    if let (Some(record), Some(directory)) = (observation.valid_record(), &directory) {
        steps.push(Step::WriteRecord(Record {
            state: to,
            directory: directory.clone(),
            until: until(request).or(record.until.filter(|_| !to.is_persistent())),
            ..record.clone()
        }));
    }
    steps.push(Step::Announce(to));
    let mut notes = vec![kept(from)];
    notes.extend(match taken {
        Move::Release => Some("it is no longer there after a reboot".to_owned()),
        _ => way_back(request),
    });
    Ok(Plan {
        intent: Intent::Change {
            from,
            to,
            mounts: observation.mounts.iter().map(|mount| mount.id).collect(),
        },
        after: Stack {
            layers: observation.stack.layers.clone(),
            upper: Some(Upper {
                state: to,
                directory,
                ..upper.clone()
            }),
        },
        steps,
        notes,
    })
}

/// To a hotfix from an upper that cannot be moved there: in RAM, or where an older
/// libostree puts it. It is sealed, copied, and an overlay with the copy takes its place.
fn replace(
    observation: &Observation,
    upper: &Upper,
    mount: u32,
    request: &Begin<'_>,
) -> Result<Plan> {
    let Some(written) = upper.path() else {
        return Err(already_unlocked(
            upper,
            "where it keeps what is written is not known",
        ));
    };
    let (from, to) = (upper.state, request.state);
    let here = observe::upper_directory(&observation.deployment);
    let record = Record {
        token: request.token.clone(),
        state: to,
        backing: Backing::Disk,
        directory: observe::hotfix_directory(&observation.deployment),
        since: observation.since().unwrap_or(request.since),
        until: None,
    };
    let mut steps = twin(request);
    steps.push(Step::Seal);
    if observation.temporary.directory {
        steps.push(Step::SetAside(here.clone()));
    }
    let cover = Cover {
        token: record.token.clone(),
        state: State::Development,
        directory: here,
        layers: Vec::new(),
        below: observation.below.clone(),
    };
    steps.extend([Step::CopyUpper(written), Step::Replace(cover, mount)]);
    let old = upper.directory.as_deref();
    steps.extend(finish_replacing(&record, from, upper.backing, old));
    Ok(Plan {
        intent: Intent::Replace {
            from,
            record: record.clone(),
            backing: upper.backing,
            directory: upper.directory.clone(),
        },
        after: Stack {
            layers: Vec::new(),
            upper: Some(Upper {
                state: to,
                made_by: MadeBy::Unlock,
                token: Some(record.token),
                backing: Backing::Disk,
                directory: Some(record.directory),
            }),
        },
        steps,
        notes: [kept(from)].into_iter().chain(way_back(request)).collect(),
    })
}

/// What is left to do once the copy is what is mounted.
pub fn finish_replacing(
    record: &Record,
    from: State,
    backing: Backing,
    directory: Option<&Path>,
) -> Vec<Step> {
    let mut steps = vec![
        Step::Keep,
        Step::SetKey,
        Step::Protect,
        unsign(from),
        Step::WriteRecord(record.clone()),
    ];
    if let (Backing::Ram, Some(directory)) = (backing, directory) {
        steps.push(Step::UnmountRam(directory.to_owned()));
    }
    steps.push(Step::Announce(record.state));
    steps
}

fn kept(from: State) -> String {
    format!("what was written in the state {from} was kept")
}

fn already_unlocked(upper: &Upper, reason: &str) -> Error {
    left_alone(upper, reason).next("end it with `ostree-unlock end`, or begin another state")
}

fn left_alone(upper: &Upper, reason: &str) -> Error {
    let by = match upper.made_by {
        MadeBy::Unlock => "",
        _ => ", by libostree",
    };
    Error::new(
        Kind::AlreadyUnlocked,
        format!("already unlocked, state {}{by}: {reason}", upper.state),
    )
    .at(USR)
}
