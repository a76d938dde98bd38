// SPDX-License-Identifier: LGPL-2.1-or-later
//! `keep`: changes are set aside under a name, and put back later: into the `/usr` that is
//! unlocked then, or by [`commit`](crate::commit()) into a commit.

use std::path::Path;

use gio::prelude::*;

use crate::changes::{self, Changes, Source};
use crate::conflict::{self, Conflict, Prefer};
use crate::error::{Error, Kind, Result};
use crate::kept::{self, Kept};
use crate::observe::{self, USR};
use crate::options::{Options, Progress, Watch};
use crate::ostree::publish::Message;
use crate::ostree::{DeploymentId, sysroot};
use crate::perform;
use crate::replay;
use crate::rewrite;
use crate::swap;
use crate::sys::mountinfo::View;
use crate::sys::{namespace, space};
use crate::tree::disk;

/// What became of changes that were set aside or put back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Transfer {
    /// How many paths they are.
    pub changes: u64,
    /// What was left out, and why.
    pub skipped: Vec<(std::path::PathBuf, &'static str)>,
    /// What both sides had changed, and whose version was taken.
    pub resolved: Vec<(Conflict, Prefer)>,
    /// The commit that holds what was set aside; with a dry run, and when it was put back, `None`.
    pub checksum: Option<String>,
}

/// Sets aside what was written to `/usr`, under `name`. `/usr` stays as it is. It lasts until
/// [`keep_drop`], across reboots and upgrades.
///
/// Needs root, and takes the lock of the sysroot. Fails with [`Kind::InvalidArgument`] where
/// something is kept under that name already, and with [`Kind::Changed`] where somebody writes
/// meanwhile; then nothing is kept.
pub fn keep_save(
    sysroot: &ostree::Sysroot,
    deployment: Option<&ostree::Deployment>,
    name: &str,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<Transfer> {
    let save = || {
        options.only(&[
            "lock_wait",
            "lock_held",
            "path",
            "etc_path",
            "skip_special",
            "subject",
            "scratch",
        ])?;
        changes::check_etc(&options.etc_paths)?;
        let named = sysroot::named(sysroot, deployment)?;
        namespace::require_root()?;
        let booted = named.booted().clone();
        let source = Source::of(named, options)?;
        perform::write(&booted, options, watch, |tell| {
            save(&source, name, options, tell)
        })
    };
    save().map_err(|error: Error| error.during("keep"))
}

fn save(
    source: &Source,
    name: &str,
    options: &Options,
    tell: &dyn Fn(Progress) -> Result<()>,
) -> Result<Transfer> {
    let repo = sysroot::booted_repo()?;
    kept::sweep(&repo)?;
    if kept::exists(&repo, name)? {
        return Err(Error::new(
            Kind::InvalidArgument,
            format!("something is kept as {name} already"),
        )
        .next(format!(
            "take another name, or `ostree-unlock keep drop {name}` first"
        )));
    }
    let mut changes = Changes::of(source, &repo, options)?;
    let message = Message {
        subject: options.subject.clone().unwrap_or_else(|| name.to_owned()),
        body: None,
        made_of: changes.made_of(),
    };
    let transaction = repo.auto_transaction(gio::Cancellable::NONE)?;
    let mut left_out = Vec::new();
    let step = |done| tell(Progress::new("set aside what was changed", done, 0));
    let found = changes.found(&mut left_out);
    let (checksum, written) = kept::save(&repo, name, found, &message, &step)?;
    if !left_out.is_empty() && !options.skip_special {
        return Err(changes::special(&left_out));
    }
    if written == 0 {
        return Err(Error::new(
            Kind::NotFound,
            "nothing was changed, so there is nothing to keep",
        ));
    }
    changes.check_unchanged()?;
    transaction.commit(gio::Cancellable::NONE)?;
    Ok(Transfer {
        changes: written,
        skipped: left_out,
        checksum: Some(checksum),
        ..Transfer::default()
    })
}

/// What is kept, by name. Needs no privilege beyond that of reading the repository.
pub fn keep_list(sysroot: &ostree::Sysroot, watch: &Watch<'_>) -> Result<Vec<Kept>> {
    let list = || {
        if let Some(cancellable) = watch.cancellable {
            cancellable.set_error_if_cancelled()?;
        }
        kept::list(&sysroot::repo(sysroot)?)
    };
    list().map_err(|error: Error| error.during("keep"))
}

/// Forgets what is kept as `name`; libostree's next cleanup frees its space.
///
/// Needs root, and takes the lock of the sysroot.
pub fn keep_drop(
    sysroot: &ostree::Sysroot,
    name: &str,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<()> {
    let forget = || {
        options.only(&["lock_wait", "lock_held"])?;
        let booted = sysroot::target(sysroot, None)?;
        namespace::require_root()?;
        perform::write(&booted, options, watch, |_| {
            let repo = sysroot::booted_repo()?;
            kept::sweep(&repo)?;
            kept::forget(&repo, name)
        })
    };
    forget().map_err(|error: Error| error.during("keep"))
}

/// Puts what is kept as `name` back into the `/usr` of the booted deployment, which has to be
/// unlocked, path by path: where something else is there than what it was made on,
/// [`prefer`](Options::prefer) decides, or it fails with [`Kind::Conflict`] before anything was
/// written. It stays kept.
///
/// Each file appears whole or not at all. Where it is interrupted, or the disk is full, what was
/// put back stays, and the next call goes on.
///
/// `deployment` must be the booted one, if given. Needs root, and takes the lock of the sysroot.
pub fn keep_restore(
    sysroot: &ostree::Sysroot,
    deployment: Option<&ostree::Deployment>,
    name: &str,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<Transfer> {
    let restore = || {
        options.only(&["dry_run", "lock_wait", "lock_held", "path", "prefer"])?;
        changes::check_preferences(&options.prefer)?;
        let booted = sysroot::target(sysroot, deployment)?;
        namespace::require_root()?;
        perform::write(&booted, &options.clone().dry_run(false), watch, |tell| {
            restore(&booted, name, options, tell)
        })
    };
    restore().map_err(|error: Error| error.during("keep"))
}

fn restore(
    booted: &DeploymentId,
    name: &str,
    options: &Options,
    tell: &dyn Fn(Progress) -> Result<()>,
) -> Result<Transfer> {
    let repo = sysroot::booted_repo()?;
    let observation = observe::glance(booted, View::Caller)?;
    if observation.stack.upper.is_none() {
        return Err(Error::new(
            Kind::NotUnlocked,
            "it is not unlocked, so nothing can be put back",
        )
        .at(USR)
        .next(format!(
            "`ostree-unlock begin` first, or `ostree-unlock commit --kept={name}`"
        )));
    }
    let source = Source::Kept(name.to_owned());
    let mut changes = Changes::of(&source, &repo, options)?;
    let root = Path::new("/");
    // A call that died had decided of what it left half done.
    let decide = |path: &Path| match rewrite::is_half(root, below_root(path)) {
        true => Some(Prefer::Changes),
        false => changes::preferred(&options.prefer, path),
    };
    let (mut left_out, mut begun) = (Vec::new(), Vec::new());
    let found = changes.found(&mut left_out).inspect(|found| {
        let path = found.as_ref().ok().map(|found| below_root(&found.path));
        begun.extend(
            path.filter(|path| rewrite::is_begun(root, path))
                .map(Path::to_owned),
        );
    });
    let mut replay = replay::on(found, disk::root(root)?, &decide)?;
    replay
        .resolved
        .retain(|(conflict, _)| !rewrite::is_half(root, below_root(&conflict.path)));
    if !replay.conflicts.is_empty() {
        return Err(Error::of_conflicts(replay.conflicts, conflict::DECIDE));
    }
    let moved = Transfer {
        changes: replay.actions.len() as u64,
        resolved: replay.resolved,
        ..Transfer::default()
    };
    if options.dry_run {
        return Ok(moved);
    }
    let usr = Path::new(USR);
    swap::open(&observation)?;
    let (needed, free) = (rewrite::size(&replay.actions), space::free_on(usr)?);
    if needed > free {
        return Err(Error::new(
            Kind::NoSpace,
            format!("it needs {needed} bytes, and {free} are free"),
        )
        .at(usr)
        .next("nothing was put back"));
    }
    for (done, action) in replay.actions.iter().enumerate() {
        tell(Progress::new(
            "put back what was kept",
            done as u64,
            moved.changes,
        ))?;
        rewrite::one(root, action).map_err(|error| {
            error.next(format!(
                "{done} of {} paths were put back; the same call goes on from there",
                moved.changes
            ))
        })?;
    }
    for path in &begun {
        rewrite::finish(root, path)?;
    }
    Ok(moved)
}

fn below_root(path: &Path) -> &Path {
    path.strip_prefix("/").unwrap_or(path)
}
