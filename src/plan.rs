// SPDX-License-Identifier: LGPL-2.1-or-later
//! From what is to what is asked: an observation and a request become a [`Plan`] or an
//! error. Pure, so a dry run prints the same plan that is carried out otherwise, and
//! tests need no system. This file says what a plan is; each verb's own is beneath it.

pub mod apply;
pub mod begin;
pub mod end;
pub mod moves;
pub mod repair;

use std::fmt;
use std::path::PathBuf;

use crate::error::{Error, Kind, Result};
use crate::history::History;
use crate::intent::{Intent, Record};
use crate::observe::{Observation, USR};
use crate::stack::{Layer, Stack, State, Token};

/// What will be done, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Written down first, so that a crash can be made good.
    pub intent: Intent,
    /// What the hierarchy is made of afterwards.
    pub after: Stack,
    pub steps: Vec<Step>,
    /// What a person should know besides.
    pub notes: Vec<String>,
}

/// One step; what it needs to know is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Move a directory that is no longer used out of the way.
    SetAside(PathBuf),
    /// Mount a file system in RAM, of this size at most.
    MountRam(PathBuf, Option<u64>),
    /// Take it away again.
    UnmountRam(PathBuf),
    /// Deploy the booted commit once more, to go back to.
    PushTwin,
    /// Make the directories of an upper for this state.
    MakeUpper(State, PathBuf),
    /// Make the directories of an upper over this layer, or over the base.
    MakeUpperOver(PathBuf, Option<Layer>),
    /// Have a ref lead to the commit that is live, or to none.
    SetLive(Vec<String>),
    /// Build what makes this commit out of the booted one.
    BuildDelta(String),
    /// Merge the defaults of the second commit into /etc, where those of the first are.
    MergeEtc {
        from: String,
        to: String,
        /// The place of what undoes it.
        undo: usize,
    },
    /// Stage this commit, so that it boots next.
    Stage(String),
    /// Take back what was merged into /etc, down to this place.
    TakeEtcBack(usize),
    /// Write down what was applied.
    WriteHistory(History),
    /// Forget what was applied.
    DropHistory,
    /// Refuse if this upper was written to since it was looked at.
    CheckUnchanged(PathBuf, Option<u64>),
    /// Keep an upper that was frozen until the next boot: an old view may still show it.
    Retire(PathBuf),
    /// Copy what is in this upper to the disk.
    CopyUpper(PathBuf),
    /// Move the upper to where the next boot finds it.
    Keep,
    /// Move it back.
    Release,
    /// Move what is left of a hotfix that is not mounted out of the way.
    SetHotfixAside,
    /// Say in the origin that there is a hotfix.
    SetKey,
    /// Say there no more.
    ClearKey,
    /// Make the deployment's directory immutable, as it was before it was unlocked.
    Protect,
    /// Set libostree's flag.
    SetFlag(State, PathBuf),
    /// Take libostree's flag away.
    ClearFlag(State),
    /// Write down what is open.
    WriteRecord(Record),
    /// Forget what was open.
    DropRecord,
    /// Refuse if somebody would lose something.
    CheckHolders,
    /// Make the overlay read-only as a whole; refused by the kernel while anybody writes.
    Seal,
    /// Take the seal away.
    Unseal,
    /// Make the mount read-only; refused by the kernel while anybody writes through it.
    Gate,
    /// Lay an overlay over the base, with the mounts below it carried along.
    Cover(Cover),
    /// Put another mount of the same overlay in its place, with the mounts below it.
    Exchange(Exchange),
    /// Put another overlay in the place of this mount, with the mounts below it.
    Replace(Cover, u32),
    /// Put a new mount of the base in the place of this one of the overlay, which had taken it.
    MountBase(u32),
    /// Take the topmost mount of the overlay away, where another one is beneath it.
    TakeTop(u32),
    /// Keep copies of the mounts at these points aside, since they go with the overlay.
    KeepMounts(Vec<PathBuf>),
    /// Take the overlay away, whose mounts these are, the topmost first; nothing else may
    /// be taken away in its place.
    Uncover(Vec<u32>),
    /// Put the copies where they were.
    PutMountsBack(Vec<PathBuf>),
    /// Give the copies up: the mounts stayed where they were.
    LetMountsGo,
    /// Tell who watches: libostree's readers and the journal.
    Announce(State),
}

impl Step {
    /// Whether the system sees another stack after it: past that point an operation goes
    /// on to its end.
    pub fn is_swap(&self) -> bool {
        matches!(
            self,
            Step::Cover(_)
                | Step::Exchange(_)
                | Step::Replace(..)
                | Step::Keep
                | Step::Release
                | Step::TakeTop(_)
                | Step::MountBase(_)
                | Step::Uncover(_)
        )
    }

    /// Whether the next call does it, or the next boot, where by now the disk takes no writes: what
    /// is left does no harm until then, and shows that it is.
    pub fn can_wait(&self) -> bool {
        matches!(
            self,
            Step::TakeEtcBack(_) | Step::SetLive(_) | Step::Retire(_) | Step::Protect
        )
    }
}

/// An overlay to be laid over the base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover {
    pub token: Token,
    /// What the directories of the upper are called.
    pub state: State,
    pub directory: PathBuf,
    /// What lies between the upper and the base, the topmost first.
    pub layers: Vec<Layer>,
    pub below: Vec<PathBuf>,
}

impl Cover {
    /// Whether its mount is to be read-only.
    pub fn read_only(&self) -> bool {
        self.state == State::Transient
    }

    /// The directories of its upper.
    pub fn upper_and_work(&self) -> (PathBuf, PathBuf) {
        let (upper, work) = self.state.directories();
        (self.directory.join(upper), self.directory.join(work))
    }
}

/// The overlay's mount to be exchanged for another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The mount that is there now.
    pub mount: u32,
    pub read_only: bool,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::SetAside(directory) => {
                write!(f, "set {} aside, to be removed", directory.display())
            }
            Step::MountRam(directory, limit) => {
                write!(f, "mount a file system in RAM at {}", directory.display())?;
                match limit {
                    Some(bytes) => write!(f, ", {bytes} bytes at most"),
                    None => Ok(()),
                }
            }
            Step::UnmountRam(directory) => {
                write!(
                    f,
                    "give up the file system in RAM at {}",
                    directory.display()
                )
            }
            Step::PushTwin => write!(f, "deploy the booted commit once more, to go back to"),
            Step::MakeUpper(state, directory) => {
                let (upper, work) = state.directories();
                write!(f, "make {upper} and {work} in {}", directory.display())
            }
            Step::MakeUpperOver(directory, _) => {
                write!(f, "make upper and work in {}", directory.display())
            }
            Step::SetLive(commits) => match commits.last() {
                Some(commit) => write!(f, "keep the commit {commit} from being removed"),
                None => write!(f, "let go of the commit that was live"),
            },
            Step::BuildDelta(commit) => {
                write!(
                    f,
                    "link what makes the commit {commit} out of the booted one"
                )
            }
            Step::MergeEtc { to, .. } => write!(f, "merge the defaults of {to} into /etc"),
            Step::Stage(commit) => write!(f, "stage the commit {commit}, to be booted next"),
            Step::TakeEtcBack(_) => write!(f, "take back what was merged into /etc"),
            Step::WriteHistory(_) => write!(f, "write down what was applied"),
            Step::DropHistory => write!(f, "forget what was applied"),
            Step::CheckUnchanged(upper, _) => {
                write!(f, "refuse if {} was written to meanwhile", upper.display())
            }
            Step::Retire(directory) => {
                write!(f, "keep {} until the next boot", directory.display())
            }
            Step::CopyUpper(from) => write!(f, "copy {} to the disk", from.display()),
            Step::Keep => write!(f, "move upper and work to where the next boot finds them"),
            Step::Release => write!(f, "move upper and work to where no boot finds them"),
            Step::SetHotfixAside => write!(f, "set the hotfix aside, to be removed"),
            Step::SetKey => write!(f, "say in the origin that there is a hotfix"),
            Step::ClearKey => write!(f, "say no more in the origin that there is a hotfix"),
            Step::Protect => write!(f, "make the directory of the deployment immutable again"),
            Step::SetFlag(state, _) => write!(f, "set libostree's flag for {state}"),
            Step::ClearFlag(state) => write!(f, "clear libostree's flag for {state}"),
            Step::WriteRecord(_) => write!(f, "write down what is open"),
            Step::DropRecord => write!(f, "forget what was open"),
            Step::CheckHolders => write!(f, "refuse if somebody uses what would be lost"),
            Step::Seal => write!(
                f,
                "seal the overlay on {USR}, refusing if somebody writes to it"
            ),
            Step::Unseal => write!(f, "take the seal from the overlay on {USR}"),
            Step::Gate => write!(
                f,
                "close the mount on {USR}, refusing if somebody writes through it"
            ),
            Step::Cover(cover) => {
                let mode = mode(cover.read_only());
                write!(f, "cover {USR} with a {mode} overlay")?;
                listed(f, ", carrying along ", &cover.below)
            }
            Step::Exchange(exchange) => {
                let mode = mode(exchange.read_only);
                write!(
                    f,
                    "exchange the mount on {USR} for a {mode} one of the same overlay"
                )
            }
            Step::Replace(cover, _) => {
                let mode = mode(cover.read_only());
                write!(f, "put a {mode} overlay in the place of the one on {USR}")?;
                listed(f, ", carrying along ", &cover.below)
            }
            Step::MountBase(_) => {
                write!(f, "put the base in the place of the overlay on {USR}")
            }
            Step::TakeTop(_) => write!(f, "take the earlier mount of the overlay on {USR} away"),
            Step::KeepMounts(points) => listed(f, "keep what is mounted at ", points),
            Step::Uncover(_) => write!(f, "uncover {USR}"),
            Step::PutMountsBack(points) => listed(f, "mount it again at ", points),
            Step::LetMountsGo => write!(f, "forget the mounts that were kept"),
            Step::Announce(state) => write!(f, "announce the state {state}"),
        }
    }
}

fn mode(read_only: bool) -> &'static str {
    if read_only { "read-only" } else { "writable" }
}

fn listed(f: &mut fmt::Formatter<'_>, lead: &str, points: &[PathBuf]) -> fmt::Result {
    for (index, point) in points.iter().enumerate() {
        let lead = if index == 0 { lead } else { ", " };
        write!(f, "{lead}{}", point.display())?;
    }
    Ok(())
}

fn refuse_foreign(observation: &Observation) -> Result<()> {
    let Some(foreign) = &observation.foreign else {
        return Ok(());
    };
    let next = match foreign.source.as_str() {
        "sysext" => "run `systemd-sysext unmerge` first, and merge again afterwards",
        _ => "take it away first",
    };
    Err(Error::new(
        Kind::ForeignMount,
        format!(
            "somebody else's mount is on top ({}, {})",
            foreign.fs_type, foreign.source
        ),
    )
    .at(USR)
    .next(next))
}

#[cfg(test)]
mod tests;
