// SPDX-License-Identifier: LGPL-2.1-or-later
//! `cleanup`: removes what earlier boots left, clears flags that are no longer true, and
//! once after an upgrade has the rest done: libostree's own cleanup, and hooks.

use std::os::fd::OwnedFd;
use std::path::Path;

use gio::prelude::*;

use crate::deployed_etc;
use crate::error::{Error, Kind, Result};
use crate::etc;
use crate::hooks;
use crate::leftovers::{self, Leftover};
use crate::notice;
use crate::observe::{self, OURS, Observation};
use crate::options::{Options, Watch};
use crate::ostree::{DeploymentId, publish, sysroot};
use crate::perform::{self, Outcome};
use crate::plan::repair;
use crate::sys::files;
use crate::sys::mountinfo::View;
use crate::sys::namespace::{self, System};

/// Says, in the deployment's directory of ours, that all was done after it was booted.
const MARKER: &str = "cleaned";

/// Removes uppers and flags of earlier boots and of other deployments, and makes good
/// what was interrupted; what is open stays as it is.
///
/// With `after_upgrade` also, once for each deployment: what `ostree admin cleanup` does,
/// and the hooks in `post-upgrade.d`. A hook that fails does not keep the others from
/// running, and all of it is done again by the next call. Only root may.
pub fn cleanup(
    sysroot: &ostree::Sysroot,
    deployment: Option<&ostree::Deployment>,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<Outcome> {
    let start = || {
        options.only(&[
            "dry_run",
            "lock_wait",
            "lock_held",
            "after_upgrade",
            "only_etc",
        ])?;
        let deployment = sysroot::target(sysroot, deployment)?;
        // Who may not see what is left would be told that there is nothing.
        namespace::require_root()?;
        if options.only_etc {
            return only_etc(&deployment, options, watch);
        }
        if options.dry_run {
            return preview(&deployment, options);
        }
        let mut outcome = perform::tidy(&deployment, options, watch, remove_all)?;
        if options.after_upgrade {
            after_upgrade(&deployment, options, watch, &mut outcome)?;
        }
        Ok(outcome)
    };
    start().map_err(|error: Error| error.during("cleanup"))
}

fn only_etc(deployment: &DeploymentId, options: &Options, watch: &Watch<'_>) -> Result<Outcome> {
    const WHAT: &str = "take back what live commits brought to /etc";
    if options.after_upgrade {
        return Err(Error::new(
            Kind::InvalidArgument,
            "either all of it or only what is in /etc, not both",
        )
        .next("leave after_upgrade or only_etc out"));
    }
    let is_there = deployed_etc::is_left(deployment, 0);
    // Most often there is nothing, and nobody is to wait for the lock then.
    if options.dry_run || !is_there {
        let now = observe::observe(deployment, View::System)?;
        return Ok(Outcome {
            state: now.stack.state(),
            dry_run: options.dry_run,
            steps: is_there.then(|| WHAT.to_owned()).into_iter().collect(),
            notes: Vec::new(),
        });
    }
    perform::tidy(deployment, options, watch, |system, _, now, notes| {
        let kept = system.in_private_copy(|| {
            sysroot::make_writable()?;
            deployed_etc::take_back(&sysroot::booted_repo()?, deployment, 0, &|| Ok(()))
        })?;
        let kept = etc::named(&kept);
        let kept = kept.map(|named| format!("changed since the apply, and kept: {named}"));
        Ok(Outcome {
            state: now.stack.state(),
            dry_run: false,
            steps: vec![WHAT.to_owned()],
            notes: notes.into_iter().chain(kept).collect(),
        })
    })
}

fn preview(deployment: &DeploymentId, options: &Options) -> Result<Outcome> {
    let now = observe::observe(deployment, View::System)?;
    let leftovers = leftovers::find(Path::new("/"), &now);
    let mut steps: Vec<String> = leftovers.iter().map(Leftover::to_string).collect();
    if options.after_upgrade && !is_done(deployment)? {
        steps.push(CLEAN_SYSROOT.to_owned());
        let hooks = hooks::find(Path::new("/"))?;
        steps.extend(hooks.iter().map(|hook| running(hook)));
    }
    Ok(Outcome {
        state: now.stack.state(),
        dry_run: true,
        steps,
        notes: repair::repair(&now).map_or_else(Vec::new, |repair| repair.notes),
    })
}

fn remove_all(
    system: &System,
    writable_sysroot: &OwnedFd,
    now: &Observation,
    notes: Vec<String>,
) -> Result<Outcome> {
    let mut outcome = Outcome {
        state: now.stack.state(),
        notes,
        ..Outcome::default()
    };
    // After a soft reboot it is that of before, and of a hotfix there is none after a reboot.
    notice::update(outcome.state);
    let on_disk = sysroot::is_writable(writable_sysroot)?;
    for leftover in leftovers::find(Path::new("/"), now) {
        if matches!(leftover, Leftover::Upper(_) | Leftover::OfBefore(_)) && !on_disk {
            outcome.notes.push(format!(
                "nothing can be written there, so not done: {leftover}"
            ));
            continue;
        }
        match leftovers::remove(system, writable_sysroot, &leftover) {
            Ok(true) => outcome.steps.push(leftover.to_string()),
            Ok(false) => outcome
                .notes
                .push(format!("still in use, so not done: {leftover}")),
            Err(error) => outcome.notes.push(error.to_string()),
        }
    }
    if on_disk {
        leftovers::sweep(writable_sysroot, MARKER);
        outcome.steps.extend(let_go(system, now)?);
    }
    Ok(outcome)
}

/// Has libostree's next cleanup remove commits that were live and are no longer.
fn let_go(system: &System, now: &Observation) -> Result<Option<String>> {
    let live = perform::live_refs(&now.deployment, &now.applied().commits());
    let mut stale = publish::below(&sysroot::booted_repo()?, perform::LIVE)?;
    stale.retain(|name| !live.contains_key(name));
    if stale.is_empty() {
        return Ok(None);
    }
    system.in_private_copy(|| {
        sysroot::make_writable()?;
        let repo = sysroot::booted_repo()?;
        stale
            .iter()
            .try_for_each(|name| publish::point(&repo, &format!("{}/{name}", perform::LIVE), None))
    })?;
    Ok(Some(format!(
        "let go of the commits that were live: {}",
        stale.join(", ")
    )))
}

const CLEAN_SYSROOT: &str = "clean the sysroot up, as `ostree admin cleanup` does";
const AGAIN: &str =
    "all of them are run again at the next boot, or by `ostree-unlock cleanup --after-upgrade`";

fn running(hook: &Path) -> String {
    format!("run {}", hook.display())
}

fn after_upgrade(
    deployment: &DeploymentId,
    options: &Options,
    watch: &Watch<'_>,
    outcome: &mut Outcome,
) -> Result<()> {
    if is_done(deployment)? {
        return Ok(());
    }
    let mark = |text: &str| {
        perform::tidy(deployment, options, watch, |_, writable_sysroot, _, _| {
            let ours = deployment.backing().join(OURS);
            let ours = files::ensure_directory(writable_sysroot, &ours, 0o700)?;
            files::write_whole(&ours, MARKER, text.as_bytes())
        })
    };
    let writable = perform::tidy(
        deployment,
        options,
        watch,
        |system, writable_sysroot, _, _| {
            let writable = sysroot::is_writable(writable_sysroot)?;
            if writable {
                system.in_private_copy(clean_sysroot)?;
            }
            Ok(writable)
        },
    )?;
    if !writable {
        outcome.notes.push(
            "nothing can be written to the sysroot: what is to be done once after an upgrade was left undone".to_owned(),
        );
        return Ok(());
    }
    outcome.steps.push(CLEAN_SYSROOT.to_owned());
    // Without the lock: a hook may want it.
    let mut failed = Vec::new();
    refuse_if_stopped(watch)?;
    for hook in hooks::find(Path::new("/"))? {
        match hooks::run(&hook, deployment) {
            Ok(()) => outcome.steps.push(running(&hook)),
            Err(failure) => failed.push(failure),
        }
        refuse_if_stopped(watch)?;
    }
    if failed.is_empty() {
        return mark(&deployment.identity()?);
    }
    Err(Error::new(Kind::Failed, format!("hooks failed: {}", failed.join("; "))).next(AGAIN))
}

/// Who stops us wants no other hook; the one that runs is not ours to stop.
fn refuse_if_stopped(watch: &Watch<'_>) -> Result<()> {
    match watch.cancellable {
        Some(cancellable) if cancellable.is_cancelled() => {
            Err(Error::new(Kind::Cancelled, "stopped while hooks were run").next(AGAIN))
        }
        _ => Ok(()),
    }
}

/// In a private copy of the namespace, where libostree may make writable what it wants to.
fn clean_sysroot() -> Result<()> {
    let sysroot = ostree::Sysroot::new_default();
    sysroot.set_mount_namespace_in_use();
    let none = gio::Cancellable::NONE;
    Ok(sysroot.load(none).and_then(|()| sysroot.cleanup(none))?)
}

fn is_done(deployment: &DeploymentId) -> Result<bool> {
    let marker = Path::new(sysroot::PATH)
        .join(deployment.backing())
        .join(OURS)
        .join(MARKER);
    let done = std::fs::read_to_string(marker).ok();
    Ok(done == Some(deployment.identity()?))
}
