// SPDX-License-Identifier: LGPL-2.1-or-later
//! Deltas: directories that, as a layer over the `/usr` of one commit, make that of another one.
//! Of what is the same nothing is in them; files are hard links of the repository's objects,
//! so that a commit may be pruned while it is live. Where a delta is mounted is not known here.

mod builder;
mod course;

use std::ffi::OsStr;
use std::fs;
use std::mem;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::mpsc;
use std::thread;

use gio::prelude::*;

use self::builder::Builder;
pub use self::builder::Built;
use crate::diff::Walk;
use crate::error::{Error, Kind, Result};
use crate::live;
use crate::observe::{self, OURS};
use crate::ostree::{DeploymentId, sysroot};
use crate::stack::DELTAS;
use crate::sys::{boot, files, namespace, random};
use crate::tree::{Node, is_directory, object};

/// How the name begins of one that is being built.
const UNFINISHED: &str = ".new-";
/// So many steps are handed over at a time: to wake who waits for them costs more than a step.
const TOGETHER: usize = 64;
/// So often, before one is done.
const AHEAD: usize = 16;
/// Where the modules of a kernel are.
const MODULES: &str = "lib/modules";

/// The directory, below `/usr`, that stays whatever a commit says of it: the modules of the
/// kernel that runs.
pub fn stays() -> PathBuf {
    let name = rustix::system::uname();
    let release = name.release().to_string_lossy();
    Path::new(MODULES).join(&*release)
}

/// Where the delta from the base of a deployment to `commit` is.
pub fn place(deployment: &DeploymentId, commit: &str) -> PathBuf {
    observe::deltas_directory(deployment).join(commit)
}

/// Whether it was built in this boot.
pub fn is_there(deployment: &DeploymentId, commit: &str) -> bool {
    boot::made(&observe::deltas_directory(deployment)) && place(deployment, commit).is_dir()
}

/// Those of this boot; `None` where they cannot be seen.
pub fn cached(deployment: &DeploymentId) -> Option<Vec<PathBuf>> {
    let place = observe::deltas_directory(deployment);
    let entries = match fs::read_dir(&place) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Some(Vec::new()),
        entries => entries.ok()?,
    };
    if !boot::made(&place) {
        return Some(Vec::new());
    }
    let is_whole = |name: &OsStr| !name.to_string_lossy().starts_with(UNFINISHED);
    let paths = entries.flatten().map(|entry| entry.path());
    let deltas = paths.filter(|path| path.is_dir() && path.file_name().is_some_and(is_whole));
    Some(deltas.collect())
}

/// How many files would have to be copied to build it, as far as that is known before: with links
/// into the repository none.
pub fn to_be_copied(repo: &ostree::Repo, deployment: &DeploymentId, commit: &str) -> Result<u64> {
    let device = |path: &Path| rustix::fs::stat(path).map(|stat| stat.st_dev).ok();
    let sysroot = device(Path::new(sysroot::PATH));
    let can_link = object::directory(repo).is_some_and(|objects| device(&objects) == sysroot);
    match can_link || is_there(deployment, commit) {
        true => Ok(0),
        false => files(
            live::usr_of(repo, &deployment.commit)?,
            live::usr_of(repo, commit)?,
        ),
    }
}

/// How many files make `after` out of `before`.
fn files(before: Rc<dyn Node>, after: Rc<dyn Node>) -> Result<u64> {
    let stays = stays();
    let mut files = 0;
    for found in Walk::new(Path::new(""), before, after).without_what_was_removed() {
        let found = found?;
        let is_file = found.after.is_some_and(|after| !is_directory(&*after));
        files += u64::from(is_file && !found.path.starts_with(&stays));
    }
    Ok(files)
}

/// Builds it there, unless it is there. In a namespace where the sysroot can be written to.
pub fn ensure(
    repo: &ostree::Repo,
    deployment: &DeploymentId,
    commit: &str,
    proceed: &dyn Fn() -> Result<()>,
) -> Result<Built> {
    let place = observe::deltas_directory(deployment);
    let below = deployment.backing().join(OURS).join(DELTAS);
    let sysroot = files::hold(Path::new(sysroot::PATH))?;
    let opened = files::ensure_directory(&sysroot, &below, 0o700)?;
    boot::renew(&place, &opened)?;
    sweep(&place)?;
    build(repo, &deployment.commit, commit, &place, proceed)
}

/// Builds the delta from `base` to `target`, both commits, in the directory `place` under the
/// name of `target`, unless it is there. In a namespace where the sysroot can be written to.
fn build(
    repo: &ostree::Repo,
    base: &str,
    target: &str,
    place: &Path,
    proceed: &dyn Fn() -> Result<()>,
) -> Result<Built> {
    let finished = place.join(target);
    if finished.is_dir() {
        return Ok(Built::default());
    }
    let unfinished = place.join(format!("{UNFINISHED}{:016x}", random::bits()?));
    let build = || {
        let built = make(repo, (base, target), &unfinished, proceed)?;
        fs::rename(&unfinished, &finished)
            .map_err(|e| Error::io("naming what was built", e).at(&finished))?;
        Ok(built)
    };
    let built = build();
    if built.is_err() {
        let _ = fs::remove_dir_all(&unfinished);
    }
    built.map_err(|error: Error| error.at(&finished))
}

/// Makes it at `root`, as it is read: one thread goes ahead and says what is to be made.
fn make(
    repo: &ostree::Repo,
    (base, target): (&str, &str),
    root: &Path,
    proceed: &dyn Fn() -> Result<()>,
) -> Result<Built> {
    let mut builder = Builder::new(repo, root)?;
    let path = repo.path().path().unwrap_or_default();
    thread::scope(|scope| {
        let (say, said) = mpsc::sync_channel(AHEAD);
        let ahead = move || {
            namespace::apart()?;
            let repo = sysroot::open_repo(&path)?;
            let (before, after) = (live::usr_of(&repo, base)?, live::usr_of(&repo, target)?);
            // Nobody listens any more if it failed there.
            let say = |steps| {
                say.send(steps)
                    .map_err(|_| Error::new(Kind::Failed, "nothing more is made"))
            };
            let mut steps = Vec::new();
            course::go(before, after, &stays(), &mut |step| {
                steps.push(step);
                match steps.len() < TOGETHER {
                    true => Ok(()),
                    false => say(mem::take(&mut steps)),
                }
            })?;
            say(steps)
        };
        let ahead = thread::Builder::new()
            .name("delta".to_owned())
            .spawn_scoped(scope, ahead)
            .map_err(|e| Error::io("starting a thread", e))?;
        for step in said.into_iter().flatten() {
            proceed()?;
            builder.take(&step)?;
        }
        match ahead.join() {
            Ok(done) => done?,
            Err(panic) => std::panic::resume_unwind(panic),
        }
        Ok(builder.built())
    })
}

/// Removes what a call left that died while it built one.
fn sweep(place: &Path) -> Result<()> {
    let entries = match fs::read_dir(place) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(|e| Error::io("reading a directory", e).at(place))?,
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            fs::remove_dir_all(entry.path())
                .map_err(|e| Error::io("removing what was not finished", e).at(entry.path()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::disk;

    #[test]
    fn files_are_counted_and_neither_directories_nor_what_stays() -> Result<()> {
        let top = std::env::temp_dir().join(format!("ou-delta-{}", std::process::id()));
        let file = |path: &Path, text: &str| {
            let at = top.join(path);
            assert!(at.parent().is_some_and(|p| fs::create_dir_all(p).is_ok()));
            assert!(fs::write(at, text).is_ok());
        };
        for (side, text) in [("before", "old"), ("after", "newer")] {
            file(&Path::new(side).join("same"), "");
            file(&Path::new(side).join("changed"), text);
            file(&Path::new(side).join(stays()).join("module"), text);
        }
        file(Path::new("before/gone"), "");
        file(Path::new("after/new/one"), "");
        file(Path::new("after/new/two"), "");
        let root = |side| disk::root(&top.join(side));
        let counted = files(root("before")?, root("after")?);
        let _ = fs::remove_dir_all(&top);
        assert_eq!(counted?, 3);
        Ok(())
    }
}
