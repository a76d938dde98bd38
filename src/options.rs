// SPDX-License-Identifier: LGPL-2.1-or-later
//! What a caller may ask beyond the verb, and how it follows what is going on.
//!
//! At the C border every option is a setter function of its own: a new option is a
//! new symbol, so who uses it depends on the library version that has it.

use std::path::PathBuf;
use std::time::Duration;

use crate::conflict::Prefer;
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
    pub(crate) only_locked: bool,
    pub(crate) after_upgrade: bool,
    pub(crate) only_etc: bool,
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) subject: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) etc_paths: Vec<PathBuf>,
    pub(crate) onto: Option<String>,
    pub(crate) prefer: Vec<(PathBuf, Prefer)>,
    pub(crate) skip_special: bool,
    pub(crate) repo: Option<PathBuf>,
    pub(crate) branch: Option<String>,
    pub(crate) signers: Signers,
    pub(crate) deploy: Option<Deploy>,
    pub(crate) kept: Option<String>,
    pub(crate) scratch: bool,
    pub(crate) merge_etc: bool,
    pub(crate) scratch_var: bool,
    pub(crate) home: Option<Home>,
    pub(crate) record: Option<String>,
    pub(crate) for_commit: Option<String>,
    pub(crate) allow_replacement: bool,
    pub(crate) allow_broken: bool,
    pub(crate) allow_other_system: bool,
    pub(crate) no_pull: bool,
    pub(crate) restart: bool,
}

/// Who signs a commit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Signers {
    /// GPG key ids.
    pub(crate) gpg: Vec<String>,
    /// Where GPG has its keys; `None` for where it looks by itself.
    pub(crate) gpg_home: Option<PathBuf>,
    /// Kinds of signature that libostree knows, each with a secret key.
    pub(crate) keys: Vec<(String, String)>,
}

impl Signers {
    /// Whether one of them has nothing to sign with.
    pub fn has_empty(&self) -> bool {
        let no_key = |(kind, key): &(String, String)| kind.is_empty() || key.is_empty();
        self.gpg.iter().any(String::is_empty) || self.keys.iter().any(no_key)
    }
}

/// What becomes of a commit on this system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
#[non_exhaustive]
pub enum Deploy {
    /// It is deployed, and boots next.
    Now = 0,
    /// It is staged, and deployed when the system goes down.
    Staged = 1,
}

/// What `/home` and `/root` are in a deployment that is not booted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
#[non_exhaustive]
pub enum Home {
    /// Those of the system that runs.
    Shared = 0,
    /// A copy of them, which is gone with the command.
    Scratch = 1,
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

    /// `status`: count what was written and what the deltas hold, which takes time in proportion to it.
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

    /// `begin`: only where nothing is unlocked, also not in that state, so that what
    /// [`end`](crate::end()) discards then is of this `begin`.
    pub fn only_locked(mut self, on: bool) -> Options {
        self.only_locked = on;
        self
    }

    /// `cleanup`: also what is done once for a deployment after it was booted.
    pub fn after_upgrade(mut self, on: bool) -> Options {
        self.after_upgrade = on;
        self
    }

    /// `cleanup`: only take back what live commits brought to `/etc`, that of the one that is live
    /// now as well: for when the system goes down.
    pub fn only_etc(mut self, on: bool) -> Options {
        self.only_etc = on;
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

    /// `diff`, `commit`: only what is at this path or below it; may be given several times.
    pub fn path(mut self, path: impl Into<PathBuf>) -> Options {
        self.paths.push(path.into());
        self
    }

    /// `commit`: one line that says what it is.
    pub fn subject(mut self, subject: impl Into<String>) -> Options {
        self.subject = Some(subject.into());
        self
    }

    /// `commit`: more about it.
    pub fn body(mut self, body: impl Into<String>) -> Options {
        self.body = Some(body.into());
        self
    }

    /// `commit`: take in what was changed at this path of `/etc` or below it, as a default in
    /// `/usr/etc`; may be given several times. With `/etc` itself what belongs to this machine
    /// alone is left out.
    pub fn etc_path(mut self, path: impl Into<PathBuf>) -> Options {
        self.etc_paths.push(path.into());
        self
    }

    /// `commit`: replay the changes on this commit, by checksum or ref, instead of on what they
    /// were made on.
    pub fn onto(mut self, commit: impl Into<String>) -> Options {
        self.onto = Some(commit.into());
        self
    }

    /// `commit` with [`onto`](Options::onto), `apply`, `rollback`: whose version is taken at this path and below it, where both sides
    /// changed the same; `/` is everywhere. The longest path that fits counts.
    pub fn prefer(mut self, path: impl Into<PathBuf>, prefer: Prefer) -> Options {
        self.prefer.push((path.into(), prefer));
        self
    }

    /// `commit`: leave out what cannot be in a commit, instead of refusing it.
    pub fn skip_special(mut self, on: bool) -> Options {
        self.skip_special = on;
        self
    }

    /// `commit`: the repository that gets it, instead of that of the system.
    pub fn repo(mut self, path: impl Into<PathBuf>) -> Options {
        self.repo = Some(path.into());
        self
    }

    /// `commit`: the ref that then leads to it.
    pub fn branch(mut self, branch: impl Into<String>) -> Options {
        self.branch = Some(branch.into());
        self
    }

    /// `commit`: sign it with this GPG key; may be given several times.
    pub fn gpg_key(mut self, id: impl Into<String>) -> Options {
        self.signers.gpg.push(id.into());
        self
    }

    /// `commit`: where GPG has its keys.
    pub fn gpg_home(mut self, directory: impl Into<PathBuf>) -> Options {
        self.signers.gpg_home = Some(directory.into());
        self
    }

    /// `commit`: sign it with this secret key, in a way that libostree knows by this name, as
    /// `ed25519`; may be given several times.
    pub fn sign_key(mut self, kind: impl Into<String>, key: impl Into<String>) -> Options {
        self.signers.keys.push((kind.into(), key.into()));
        self
    }

    /// `commit`: of what was kept under this name, instead of what was written to `/usr`.
    pub fn kept(mut self, name: impl Into<String>) -> Options {
        self.kept = Some(name.into());
        self
    }

    /// `commit`, `keep`: of what is in the scratch, `/etc` included, instead of what was written
    /// to `/usr`.
    pub fn scratch(mut self, on: bool) -> Options {
        self.scratch = on;
        self
    }

    /// `apply`: go on although packages are replaced or removed under what runs, or a database of
    /// theirs cannot be read, so that nobody can tell.
    pub fn allow_replacement(mut self, on: bool) -> Options {
        self.allow_replacement = on;
        self
    }

    /// `apply`: go on although a library that is needed, or a unit file, is missing or broken in
    /// the commit.
    pub fn allow_broken(mut self, on: bool) -> Options {
        self.allow_broken = on;
        self
    }

    /// `apply`: go on although the commit is of another operating system, or for another kind of
    /// machine.
    pub fn allow_other_system(mut self, on: bool) -> Options {
        self.allow_other_system = on;
        self
    }

    /// `apply`: refuse a commit that is not here as a whole, instead of pulling it.
    pub fn no_pull(mut self, on: bool) -> Options {
        self.no_pull = on;
        self
    }

    /// `apply`, `rollback`: restart services that run on files that are others now, where that takes
    /// nothing else down.
    pub fn restart(mut self, on: bool) -> Options {
        self.restart = on;
        self
    }

    /// `commit`, `apply`: have it booted next; with `apply` it can only be staged.
    pub fn deploy(mut self, deploy: Deploy) -> Options {
        self.deploy = Some(deploy);
        self
    }

    /// `enter_commit`: have `/etc` be a copy, into which the defaults of the commit are merged, and
    /// which is gone afterwards; without it `/etc` is that of the system.
    pub fn merge_etc(mut self, on: bool) -> Options {
        self.merge_etc = on;
        self
    }

    /// `enter_deployment`: what is written to `/var` goes to a copy, which is gone afterwards;
    /// without it `/var` is read-only.
    pub fn scratch_var(mut self, on: bool) -> Options {
        self.scratch_var = on;
        self
    }

    /// `enter_deployment`: what `/home` and `/root` are; without it they are as the rest of
    /// `/var`.
    pub fn home(mut self, home: Home) -> Options {
        self.home = Some(home);
        self
    }

    /// `enter_deployment`: forget what was recorded under this name, which
    /// [`record`](crate::record()) is to write again when all of it was done.
    pub fn record(mut self, name: impl Into<String>) -> Options {
        self.record = Some(name.into());
        self
    }

    /// `enter_deployment`, `record`: refuse a deployment of any commit but the one with this
    /// checksum.
    pub fn for_commit(mut self, checksum: impl Into<String>) -> Options {
        self.for_commit = Some(checksum.into());
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
            ("only_locked", self.only_locked),
            ("after_upgrade", self.after_upgrade),
            ("only_etc", self.only_etc),
            ("from", self.from.is_some()),
            ("to", self.to.is_some()),
            ("path", !self.paths.is_empty()),
            ("subject", self.subject.is_some()),
            ("body", self.body.is_some()),
            ("etc_path", !self.etc_paths.is_empty()),
            ("onto", self.onto.is_some()),
            ("prefer", !self.prefer.is_empty()),
            ("skip_special", self.skip_special),
            ("repo", self.repo.is_some()),
            ("branch", self.branch.is_some()),
            ("gpg_key", !self.signers.gpg.is_empty()),
            ("gpg_home", self.signers.gpg_home.is_some()),
            ("sign_key", !self.signers.keys.is_empty()),
            ("deploy", self.deploy.is_some()),
            ("kept", self.kept.is_some()),
            ("scratch", self.scratch),
            ("merge_etc", self.merge_etc),
            ("scratch_var", self.scratch_var),
            ("home", self.home.is_some()),
            ("record", self.record.is_some()),
            ("for_commit", self.for_commit.is_some()),
            ("allow_replacement", self.allow_replacement),
            ("allow_broken", self.allow_broken),
            ("allow_other_system", self.allow_other_system),
            ("no_pull", self.no_pull),
            ("restart", self.restart),
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

impl Progress {
    /// Of these three.
    pub(crate) fn new(doing: &str, done: u64, total: u64) -> Progress {
        Progress {
            doing: doing.to_owned(),
            done,
            total,
        }
    }
}

/// How a caller follows an operation and stops it.
///
/// An operation stops at a cancellation only where nothing has been changed yet or
/// where it can put back what it changed; past that point it goes on to its end, and only waits
/// for no service any longer.
#[derive(Default, Clone, Copy)]
pub struct Watch<'a> {
    /// Stops it.
    pub cancellable: Option<&'a gio::Cancellable>,
    /// Is told what is being done.
    pub progress: Option<&'a dyn Fn(&Progress)>,
}
