// SPDX-License-Identifier: LGPL-2.1-or-later
//! What live commits did to the `/etc` of deployments: where it is written down, which directory it
//! is about, and how the deployments that libostree made meanwhile are put right. How `/etc` is
//! merged is decided in etc/.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::SystemTime;

use crate::error::{Error, Kind, Result};
use crate::etc::{self, Merge, Undo};
use crate::ostree::booted::{DeploymentId, OURS};
use crate::ostree::sysroot;
use crate::tree::{self, Node, disk};

/// The `/etc` of the booted deployment.
pub const ETC: &str = "/etc";
/// In what is ours of the backing directory.
const UNDOS: &str = "etc";

/// What asks whether to go on.
type Proceed<'a> = &'a dyn Fn() -> Result<()>;

/// What would be done to `/etc` to have it follow from one commit to another.
pub fn plan(repo: &ostree::Repo, from: &str, to: &str) -> Result<Merge> {
    let current: Rc<dyn Node> = disk::root(Path::new(ETC))?;
    let policy = ostree::SePolicy::from_commit(repo, to, gio::Cancellable::NONE)?;
    etc::plan(&defaults(repo, from)?, &current, &defaults(repo, to)?)?
        .labelled_by(Some(&policy))?
        .keeping(&current, &etc::WRITTEN)
}

/// Has what programs wrote to `/etc` since the merge be taken back with it; says whether that is still
/// to be.
pub fn adopt(booted: &DeploymentId, number: usize) -> Result<bool> {
    let place = undos(booted).join(number.to_string());
    etc::adopt(&place, Path::new(ETC), &etc::WRITTEN)
}

/// Does it, and writes down before what undoes it. Where the sysroot can be written to.
pub fn merge(
    repo: &ostree::Repo,
    booted: &DeploymentId,
    (from, to): (&str, &str),
    number: usize,
    proceed: Proceed<'_>,
) -> Result<()> {
    let merge = plan(repo, from, to)?;
    let place = undos(booted).join(number.to_string());
    Undo::record(&place, Path::new(ETC), &merge, proceed)?.carry_out(proceed)
}

/// Takes back what was done to the `/etc` of the booted deployment, down to `number`, and of
/// all others; and puts right what libostree made of it meanwhile. Says what was kept. Where the
/// sysroot can be written to.
pub fn take_back(
    repo: &ostree::Repo,
    booted: &DeploymentId,
    number: usize,
    proceed: Proceed<'_>,
) -> Result<Vec<PathBuf>> {
    let all = DeploymentId::all(Path::new(sysroot::PATH));
    let mut kept = Vec::new();
    for deployment in &all {
        let least = if deployment == booted { number } else { 0 };
        let directory = etc_of(deployment, booted);
        for place in etc::undos(&undos(deployment))? {
            if number_of(&place).is_none_or(|number| number < least) {
                continue;
            }
            for other in all
                .iter()
                .filter(|other| is_made_meanwhile(other, deployment, &place))
            {
                let policy =
                    ostree::SePolicy::from_commit(repo, &other.commit, gio::Cancellable::NONE)?;
                let defaults = defaults(repo, &other.commit)?;
                let etc = etc_of(other, booted);
                etc::put_right(&place, &etc, &defaults, Some(&policy), proceed)?;
            }
            let taken = etc::take_back(&place, &directory, proceed)?;
            kept.extend(taken.kept.into_iter().map(|kept| directory.join(kept.path)));
        }
        // Only where none is left.
        let _ = std::fs::remove_dir(undos(deployment));
    }
    Ok(kept)
}

/// Whether something is left to be taken back, other than what the first `known` applies of
/// this boot did. What cannot be seen is not.
pub fn is_left(booted: &DeploymentId, known: usize) -> bool {
    DeploymentId::all(Path::new(sysroot::PATH))
        .iter()
        .any(|deployment| {
            let known = if deployment == booted { known } else { 0 };
            let places = etc::undos(&undos(deployment)).unwrap_or_default();
            places
                .iter()
                .any(|place| number_of(place).is_some_and(|number| number >= known))
        })
}

fn undos(deployment: &DeploymentId) -> PathBuf {
    let sysroot = Path::new(sysroot::PATH);
    sysroot.join(deployment.backing()).join(OURS).join(UNDOS)
}

fn number_of(place: &Path) -> Option<usize> {
    place.file_name()?.to_str()?.parse().ok()
}

fn etc_of(deployment: &DeploymentId, booted: &DeploymentId) -> PathBuf {
    match deployment == booted {
        true => PathBuf::from(ETC),
        false => deployed_etc(deployment),
    }
}

fn deployed_etc(deployment: &DeploymentId) -> PathBuf {
    let sysroot = Path::new(sysroot::PATH);
    sysroot.join(deployment.directory()).join("etc")
}

/// Whether libostree may have made the `/etc` of `other` out of that of `deployment` after the undo
/// at `place` was begun.
fn is_made_meanwhile(other: &DeploymentId, deployment: &DeploymentId, place: &Path) -> bool {
    let born = |path: &Path| -> Option<SystemTime> { std::fs::metadata(path).ok()?.created().ok() };
    other != deployment
        && other.os == deployment.os
        && born(&deployed_etc(other)).is_some_and(|etc| born(place).is_some_and(|undo| etc >= undo))
}

/// The defaults of a commit for `/etc`.
pub fn defaults(repo: &ostree::Repo, commit: &str) -> Result<Rc<dyn Node>> {
    let root = tree::commit::root(repo, commit)?;
    tree::lookup(&root, Path::new("usr/etc"))?.ok_or_else(|| {
        Error::new(
            Kind::Unsupported,
            format!("the commit {commit} has no /usr/etc, so it has no defaults"),
        )
    })
}
