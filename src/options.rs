// SPDX-License-Identifier: LGPL-2.1-or-later
//! What a caller may ask beyond the verb, and how it follows what is going on.
//!
//! At the C border every option is a setter function of its own: a new option is a
//! new symbol, so who uses it depends on the library version that has it.

use std::path::PathBuf;
use std::time::Duration;

use crate::error::{Error, Kind, Result};

/// Where what is written to an unlocked hierarchy goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
#[non_exhaustive]
pub enum Backing {
    /// Beside the deployment, on the file system of the sysroot.
    Disk = 0,
    /// In memory, with a limit.
    Ram = 1,
}

impl Backing {
    /// The word in records and messages.
    pub fn name(self) -> &'static str {
        match self {
            Backing::Disk => "disk",
            Backing::Ram => "ram",
        }
    }
}

/// Options of all verbs; an option that means nothing to a verb is refused by it.
///
/// ```
/// use std::time::Duration;
///
/// use ostree_unlock::Options;
///
/// let options = Options::new()
///     .size_limit(64 << 20)
///     .lock_wait(Duration::from_secs(5));
/// assert_ne!(options, Options::default());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    pub(crate) dry_run: bool,
    pub(crate) lazy: bool,
    pub(crate) usage: bool,
    pub(crate) lock_wait: Duration,
    pub(crate) lock_held: bool,
    pub(crate) backing: Option<Backing>,
    pub(crate) size_limit: Option<u64>,
    pub(crate) time_limit: Option<Duration>,
    pub(crate) after_upgrade: bool,
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) paths: Vec<PathBuf>,
}

impl Options {
    /// The defaults: do it, refuse rather than lose, do not wait.
    pub fn new() -> Options {
        Options::default()
    }

    /// Only say what would be done.
    pub fn dry_run(mut self, on: bool) -> Options {
        self.dry_run = on;
        self
    }

    /// `end`, and a change of state: go on although somebody still uses what would be lost.
    pub fn lazy(mut self, on: bool) -> Options {
        self.lazy = on;
        self
    }

    /// `status`: count what the upper holds, which takes time in proportion to it.
    pub fn usage(mut self, on: bool) -> Options {
        self.usage = on;
        self
    }

    /// How long to wait for the lock of the sysroot; the default is not to wait.
    pub fn lock_wait(mut self, wait: Duration) -> Options {
        self.lock_wait = wait;
        self
    }

    /// The caller holds the lock of the sysroot already (it is not re-entrant).
    pub fn lock_held(mut self, on: bool) -> Options {
        self.lock_held = on;
        self
    }

    /// `begin`: where what is written goes; by default to the disk, where that can be
    /// written to.
    pub fn backing(mut self, backing: Backing) -> Options {
        self.backing = Some(backing);
        self
    }

    /// `begin`: backing in RAM with this limit, in bytes.
    pub fn size_limit(mut self, bytes: u64) -> Options {
        self.size_limit = Some(bytes);
        self
    }

    /// `begin`: how long it may stay unlocked, in whole seconds; then it ends by itself, by
    /// the rules of `end`, if systemd runs.
    pub fn time_limit(mut self, limit: Duration) -> Options {
        self.time_limit = Some(limit);
        self
    }

    /// `cleanup`: also what is done once for a deployment after it was booted.
    pub fn after_upgrade(mut self, on: bool) -> Options {
        self.after_upgrade = on;
        self
    }

    /// `diff`: the commit to compare with, by checksum or ref; without it what was deployed.
    pub fn from(mut self, commit: impl Into<String>) -> Options {
        self.from = Some(commit.into());
        self
    }

    /// `diff`: the commit to be compared; without it what is there now.
    pub fn to(mut self, commit: impl Into<String>) -> Options {
        self.to = Some(commit.into());
        self
    }

    /// `diff`: only what is at this path or below it; may be given several times.
    pub fn path(mut self, path: impl Into<PathBuf>) -> Options {
        self.paths.push(path.into());
        self
    }
}

impl Options {
    /// Refuses those that are set and not among `meant`, so that none is ever ignored.
    pub(crate) fn only(&self, meant: &[&str]) -> Result<()> {
        let set = [
            ("dry_run", self.dry_run),
            ("lazy", self.lazy),
            ("usage", self.usage),
            ("lock_wait", !self.lock_wait.is_zero()),
            ("lock_held", self.lock_held),
            ("backing", self.backing.is_some()),
            ("size_limit", self.size_limit.is_some()),
            ("time_limit", self.time_limit.is_some()),
            ("after_upgrade", self.after_upgrade),
            ("from", self.from.is_some()),
            ("to", self.to.is_some()),
            ("path", !self.paths.is_empty()),
        ];
        match set.iter().find(|(name, set)| *set && !meant.contains(name)) {
            Some((name, _)) => Err(meaningless(name)),
            None => Ok(()),
        }
    }
}

/// The refusal of an option.
pub(crate) fn meaningless(option: &str) -> Error {
    Error::new(
        Kind::InvalidArgument,
        format!("the option `{option}` means nothing here"),
    )
    .next("leave it out")
}

/// How far an operation is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What is being done, for people.
    pub doing: String,
    /// Steps done.
    pub done: u64,
    /// Steps in all; zero where that is not known.
    pub total: u64,
}

/// How a caller follows an operation and stops it.
///
/// An operation stops at a cancellation only where nothing has been changed yet or
/// where it can put back what it changed; past that point it goes on to its end.
#[derive(Default, Clone, Copy)]
pub struct Watch<'a> {
    /// Stops it.
    pub cancellable: Option<&'a gio::Cancellable>,
    /// Is told what is being done.
    pub progress: Option<&'a dyn Fn(&Progress)>,
}
