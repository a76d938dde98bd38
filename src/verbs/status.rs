// SPDX-License-Identifier: LGPL-2.1-or-later
//! `status`: what each hierarchy is made of, in which state, since when, and what is
//! stale or wrong. Changes nothing; works without privilege, and says what it could
//! not see then.

use std::fs::Metadata;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use gio::prelude::*;
use rustix::fs::{Access, AtFlags, CWD};

use crate::config;
use crate::delta;
use crate::error::{Error, Result};
use crate::kept::{self, MadeOf};
use crate::live;
use crate::observe::{self, Observation, USR};
use crate::options::{Backing, Options, Watch};
use crate::ostree::{DeploymentId, deployments, flags, sysroot};
use crate::records;
use crate::stack::{MadeBy, State};
use crate::sys::mountinfo::View;

/// Everything that `status` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// The booted deployment.
    pub deployment: DeploymentId,
    /// Each hierarchy that can be unlocked.
    pub hierarchies: Vec<Hierarchy>,
}

/// One hierarchy (`/usr`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hierarchy {
    /// Where it is.
    pub path: PathBuf,
    /// In which state, as the kernel shows it.
    pub state: State,
    /// Whether its mount is read-only for the system.
    pub read_only: bool,
    /// Whether the caller could write to it.
    pub writable: bool,
    /// Whether what is written is still there after a reboot.
    pub persistent: bool,
    /// Who unlocked it; `None` where it is locked.
    pub made_by: Option<MadeBy>,
    /// Since when, in seconds since the epoch; `None` where it is locked or not known.
    pub since: Option<i64>,
    /// When it is to end by itself, in seconds since the epoch; `None` where it is not.
    pub until: Option<i64>,
    /// The commit that was applied, and is there in the place of the booted one.
    pub live: Option<Live>,
    /// What lies between the base and the upper, the topmost first.
    pub layers: Vec<PathBuf>,
    /// The writable part, or why it cannot be shown.
    pub upper: Result<UpperInfo, NoUpper>,
    /// What makes other commits live, of this boot; `None` where it cannot be seen.
    pub deltas: Option<Deltas>,
    /// What is stale or wrong.
    pub problems: Vec<Problem>,
}

/// A commit that was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// Its checksum.
    pub commit: String,
    /// What the caller of `apply` called it, if not by its checksum.
    pub origin: Option<String>,
    /// Since when, in seconds since the epoch; `None` where that is not known.
    pub since: Option<i64>,
    /// How often it can be rolled back.
    pub rollbacks: u64,
}

/// The writable part of a hierarchy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpperInfo {
    /// The directory that takes what is written.
    pub path: PathBuf,
    /// What it and the uppers that an apply froze beneath it hold, where that was asked for and the
    /// caller may see all of it.
    pub usage: Option<Usage>,
}

/// What makes other commits live at once, as they were live before, or were shown to a command; it
/// goes with the boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Deltas {
    /// How many commits.
    pub count: u64,
    /// What they hold beside links into the repository, where that was asked for.
    pub usage: Option<Usage>,
}

/// What directories hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Files, directories, links and whiteouts.
    pub entries: u64,
    /// Disk space, in bytes.
    pub bytes: u64,
}

/// Why there is no upper to show.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoUpper {
    /// The hierarchy is locked.
    Locked,
    /// It cannot be found or read; the reason in words.
    Unknown(String),
}

/// Something stale or wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// For programs: stable, lower case, with hyphens.
    pub code: &'static str,
    /// For people: what it is and what to do.
    pub text: String,
}

/// Looks at the booted deployment, which `deployment` must be, if given.
///
/// Needs no privilege; what a caller without it cannot see, `upper` says.
pub fn status(
    sysroot: &ostree::Sysroot,
    deployment: Option<&ostree::Deployment>,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<Overview> {
    let look = || {
        options.only(&["usage"])?;
        let deployment = sysroot::target(sysroot, deployment)?;
        let observation = observe::observe(&deployment, View::System)
            .or_else(|_| observe::observe(&deployment, View::Caller))?;
        Ok(Overview {
            hierarchies: vec![hierarchy(&observation, options, watch)?],
            deployment,
        })
    };
    look().map_err(|error: Error| error.during("status"))
}

fn hierarchy(observation: &Observation, options: &Options, watch: &Watch<'_>) -> Result<Hierarchy> {
    let state = observation.stack.state();
    let upper = observation.stack.upper.as_ref();
    Ok(Hierarchy {
        path: USR.into(),
        state,
        read_only: observation.read_only,
        writable: rustix::fs::accessat(CWD, USR, Access::WRITE_OK, AtFlags::EACCESS).is_ok(),
        persistent: state.is_persistent(),
        made_by: upper.map(|upper| upper.made_by),
        since: observation.since().map(|since| since / 1_000_000),
        until: observation.until(),
        live: live(observation),
        layers: observation
            .stack
            .layers
            .iter()
            .map(|layer| layer.0.clone())
            .collect(),
        upper: upper_info(observation, options, watch)?,
        deltas: deltas(&observation.deployment, options, watch)?,
        problems: problems(observation),
    })
}

fn live(observation: &Observation) -> Option<Live> {
    let history = observation.applied();
    let last = history.last();
    // The kernel knows the commit also where nothing is written down.
    let known = last.filter(|last| last.commit == observation.commit());
    if last.is_none() && observation.stack.live().is_none() {
        return None;
    }
    Some(Live {
        commit: observation.commit().to_owned(),
        origin: known.and_then(|known| known.origin.clone()),
        since: known.map(|known| known.at / 1_000_000),
        rollbacks: history.len() as u64,
    })
}

fn upper_info(
    observation: &Observation,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<Result<UpperInfo, NoUpper>> {
    if observation.stack.upper.is_none() {
        return Ok(Err(NoUpper::Locked));
    }
    let Some(path) = observation.upper_path() else {
        return Ok(Err(NoUpper::Unknown(
            "nothing says where it is kept".to_owned(),
        )));
    };
    if let Err(error) = std::fs::symlink_metadata(&path) {
        return Ok(Err(NoUpper::Unknown(format!(
            "{}: {error}",
            path.display()
        ))));
    }
    let frozen = observation.stack.frozen().map(|layer| layer.0.clone());
    let written: Vec<PathBuf> = frozen.chain([path.clone()]).collect();
    let usage = match options.usage {
        true => count(&written, &|_| true, watch)?,
        false => None,
    };
    Ok(Ok(UpperInfo { path, usage }))
}

fn deltas(
    deployment: &DeploymentId,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<Option<Deltas>> {
    let Some(all) = delta::cached(deployment) else {
        return Ok(None);
    };
    let is_own = |metadata: &Metadata| metadata.is_dir() || metadata.nlink() == 1;
    let usage = match options.usage {
        true => count(&all, &is_own, watch)?,
        false => None,
    };
    let count = all.len() as u64;
    Ok(Some(Deltas { count, usage }))
}

/// Everything below `directories` that is meant, themselves not counted; `None` where the caller
/// may not see all of it.
fn count(
    directories: &[PathBuf],
    is_meant: &dyn Fn(&Metadata) -> bool,
    watch: &Watch<'_>,
) -> Result<Option<Usage>> {
    let mut usage = Usage::default();
    let mut waiting = directories.to_vec();
    let unreadable = |path: &Path, e| Error::io("counting what it holds", e).at(path);
    while let Some(directory) = waiting.pop() {
        if let Some(cancellable) = watch.cancellable {
            cancellable.set_error_if_cancelled()?;
        }
        let entries = match std::fs::read_dir(&directory) {
            // It may be removed while we look.
            Err(e) if e.kind() == ErrorKind::NotFound => continue,
            Err(e) if e.kind() == ErrorKind::PermissionDenied => return Ok(None),
            entries => entries.map_err(|e| unreadable(&directory, e))?,
        };
        for entry in entries {
            let entry = entry.map_err(|e| unreadable(&directory, e))?;
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            if is_meant(&metadata) {
                usage.entries += 1;
                usage.bytes += metadata.blocks() * 512;
            }
            if metadata.is_dir() {
                waiting.push(entry.path());
            }
        }
    }
    Ok(Some(usage))
}

/// What of this hotfix the commit that boots next does not have, in a sentence.
fn left_behind(observation: &Observation) -> Option<String> {
    let booted = &observation.deployment;
    // What cannot be seen is not warned of.
    let next = deployments::others(booted).ok()?.next?.0;
    let commit = next.split('.').next()?;
    if commit == booted.commit {
        return None;
    }
    let made_of = kept::made_of(&sysroot::booted_repo().ok()?, commit).ok()?;
    let of_this = |made: &MadeOf| made.base == booted.commit && made.state == Some(State::Hotfix);
    let Some(made) = made_of.filter(of_this) else {
        return Some(format!(
            "{commit} boots next, without this hotfix: `ostree-unlock commit --onto {commit} --deploy` takes it along"
        ));
    };
    let last = live::last_change(&observation.upper_path()?).ok()?;
    let onto = made.parent.filter(|parent| *parent != booted.commit);
    let onto = onto.map_or_else(String::new, |parent| format!("--onto {parent} "));
    (last > made.time).then(|| {
        format!(
            "{commit} boots next, with this hotfix as it was when that was committed, and it was changed since: `ostree-unlock commit {onto}--deploy` takes all of it along"
        )
    })
}

/// Which records the deployment that boots next lacks, each in a sentence.
fn without_records(booted: &DeploymentId) -> Vec<String> {
    // What cannot be seen is not warned of; nor what is wrong with the configuration, twice.
    let look = || {
        if !records::are_wanted(booted)? {
            return Ok(Vec::new());
        }
        let Some((next, staged)) = deployments::next(booted)? else {
            return Ok(Vec::new());
        };
        let lacking = records::lacking(booted, &next)?;
        let sentence = |name: &String| records::missing(&next, staged, name);
        Ok::<_, Error>(lacking.iter().map(sentence).collect())
    };
    // Another user would see none, wherever they are.
    match rustix::process::geteuid().is_root() {
        true => look().unwrap_or_default(),
        false => Vec::new(),
    }
}

/// What rpm-ostree made live, and what it was about to, in a sentence.
fn live_by_rpm_ostree((live, next): (Option<String>, Option<String>)) -> String {
    let reset = "nothing is applied here until `rpm-ostree apply-live --reset`";
    let live = live.unwrap_or_else(|| "another version".to_owned());
    match next {
        None => format!("rpm-ostree has applied {live} live: {reset}"),
        Some(next) => format!(
            "rpm-ostree is applying {next} live, or was interrupted in that: `rpm-ostree apply-live --target {next}` goes on with it; {reset}"
        ),
    }
}

fn problems(observation: &Observation) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut add = |code, text: String| problems.push(Problem { code, text });
    let state = observation.stack.state();
    let flagged = observation.flags.state();
    if let Some(foreign) = &observation.foreign {
        add(
            "foreign-mount",
            format!(
                "somebody else's mount is on top ({}, {}): nothing can be begun or ended until it is gone",
                foreign.fs_type, foreign.source
            ),
        );
    }
    let on_disk = observation.stack.upper.as_ref();
    let on_disk = on_disk.is_some_and(|upper| upper.backing == Backing::Disk);
    if on_disk && !observation.sysroot_writable {
        let end = match state {
            State::Hotfix => "the hotfix stays, which would be there again after a reboot",
            _ => "end works all the same, and cannot remove what was written",
        };
        add(
            "read-only-medium",
            format!("the file system that takes what is written takes no writes any more: {end}"),
        );
    }
    match &observation.intent {
        Ok(None) => {}
        Ok(Some(_)) => add(
            "interrupted",
            "a change was interrupted: the next begin or end makes it good".to_owned(),
        ),
        Err(text) => add("unreadable", text.clone()),
    }
    match &observation.record {
        Ok(None) => {}
        Ok(Some(_)) if observation.valid_record().is_some() => {}
        Ok(Some(_)) => add(
            "stale-record",
            "an overlay was taken away by somebody else: the next begin or end clears what is left of it".to_owned(),
        ),
        Err(text) => add("unreadable", text.clone()),
    }
    if let Some(until) = observation.until() {
        if until < glib::real_time() / 1_000_000 {
            add(
                "overdue",
                "it was to end by itself and has not: somebody uses it, or systemd does not run; end it with `ostree-unlock end`".to_owned(),
            );
        }
    }
    if observation.flags.live {
        let refs = flags::live_refs();
        add("rpm-ostree-live", live_by_rpm_ostree(refs));
    }
    if let Err(error) = config::load(Path::new("/")) {
        add("config", format!("nothing can be begun: {error}"));
    }
    for text in without_records(&observation.deployment) {
        add("record-missing", text);
    }
    if state == State::Hotfix {
        if let Some(text) = left_behind(observation) {
            add("hotfix-left-behind", text);
        }
    }
    if state != flagged {
        let text = match (state, flagged) {
            (State::None, State::Hotfix) => {
                "the origin says hotfix, but no overlay is mounted; what was written then is not in use".to_owned()
            }
            (State::None, _) => format!(
                "libostree believes it to be unlocked ({flagged}), which it is not: the next begin or end clears that"
            ),
            _ => format!("libostree believes it to be in the state {flagged}"),
        };
        add("stale-flag", text);
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rpm_ostree_made_live_is_named() {
        let told = |live: Option<&str>, next: Option<&str>| {
            live_by_rpm_ostree((live.map(str::to_owned), next.map(str::to_owned)))
        };
        assert!(told(None, None).contains("another version live"));
        assert!(told(Some("c0ffee"), None).contains("applied c0ffee live"));
        let interrupted = told(Some("c0ffee"), Some("bead"));
        assert!(interrupted.contains("interrupted") && interrupted.contains("--target bead`"));
        assert!(interrupted.contains("--reset"));
    }

    #[test]
    fn what_is_removed_while_it_is_counted_does_not_count() -> Result<()> {
        let gone = std::env::temp_dir().join(format!("ou-gone-{}", std::process::id()));
        let counted = count(&[gone], &|_| true, &Watch::default())?;
        assert_eq!(counted, Some(Usage::default()));
        Ok(())
    }
}
