// SPDX-License-Identifier: LGPL-2.1-or-later
//! `apply` and `rollback`: another commit's `/usr` in the place of the one that is there, and back.

use std::path::Path;
use std::time::Duration;

use crate::affected;
use crate::after::Wanted;
use crate::changes;
use crate::config;
use crate::conflict::Prefer;
use crate::delta;
use crate::deployed_etc;
use crate::error::{Error, Kind, Result};
use crate::hidden;
use crate::live;
use crate::observe::{self, Observation, USR};
use crate::options::{Backing, Deploy, Options, Progress, Watch};
use crate::ostree::booted::{self, Verified};
use crate::ostree::pull::{self, Missing};
use crate::ostree::sysroot::{self, Named};
use crate::ostree::{DeploymentId, deployments};
use crate::perform::{self, Outcome};
use crate::plan::apply::{self, Apply, Target};
use crate::plan::{Plan, Step};
use crate::same_system;
use crate::stack::{State, Token};
use crate::sys::mountinfo::View;
use crate::sys::{namespace, random, space};
use crate::transition::Transition;
use crate::tree::commit as commits;

const ALLOW_OTHER: &str = "name a commit of the same system, or allow that (--allow-other-system)";

/// How long what comes after the swap waits for the lock, whatever was asked for: nothing stops it.
const PATIENCE: Duration = Duration::from_secs(30);

const NOT_DEPLOYED: &str =
    "gone at a reboot: no deployment has the commit; `--stage` has it booted next";

/// Makes the `/usr` of another commit live: `commit` is a checksum or a ref; without it that of
/// the deployment which boots next.
///
/// In one move, and nobody ever sees a mixture of two commits. Where `/usr` was locked it is then
/// in the state transient; where it was open it stays so, and what was written lies over the new
/// commit. `deployment` must be the booted one, if given. Only root may.
///
/// What the repository of the system lacks of the commit is pulled first, unless
/// [`no_pull`](Options::no_pull) is asked for: from the remote of its ref, or that of what is
/// deployed. With a dry run nothing is.
///
/// With [`deploy`](Options::deploy), which has to be [`Deploy::Staged`], it is staged as well.
///
/// Refused with [`Kind::Conflict`] where what was written hides what the commit would change, unless
/// [`prefer`](Options::prefer) says that the changes are meant to; with [`Kind::NotAdditive`] where
/// packages would be replaced or removed under what runs, unless
/// [`allow_replacement`](Options::allow_replacement) allows it, and where that cannot be told, with
/// what is the matter with their database; with [`Kind::Unsupported`] for what
/// would not work in the commit, unless [`allow_broken`](Options::allow_broken) does; with
/// [`Kind::NotAllowed`] on a locked system whose configuration forbids the state transient; and
/// with [`Kind::InUse`] while somebody has a file open for writing. On failure nothing is changed,
/// but for what was pulled.
pub fn apply(
    sysroot: &ostree::Sysroot,
    deployment: Option<&ostree::Deployment>,
    commit: Option<&str>,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<Transition> {
    let start = || {
        options.only(&[
            "dry_run",
            "lock_wait",
            "lock_held",
            "prefer",
            "allow_replacement",
            "allow_broken",
            "allow_other_system",
            "restart",
            "deploy",
            "no_pull",
        ])?;
        check_preferences(options)?;
        if options.deploy == Some(Deploy::Now) {
            return Err(Error::new(
                Kind::InvalidArgument,
                "what is live can be staged, and not deployed at once, which would take its /etc",
            )
            .next("have it staged (deploy)"));
        }
        let booted = sysroot::target(sysroot, deployment)?;
        let repo = sysroot::booted_repo()?;
        let name = match commit {
            Some(name) => name.to_owned(),
            None => next(&booted)?,
        };
        let checksum = match missing(&repo, &booted, &name, options)? {
            None => commits::resolve(&repo, &name)?,
            Some(missing) if options.dry_run => return would_pull(&booted, &missing),
            Some(missing) => pull(&booted, &missing, options, watch)?,
        };
        live::whole(&repo, &checksum)?;
        let other = same_system::difference(&repo, &booted.commit, &checksum)?;
        if let Some(how) = other.as_deref().filter(|_| !options.allow_other_system) {
            return Err(same_system::other(&checksum, how).next(ALLOW_OTHER));
        }
        let origin = (name != checksum).then_some(name);
        let target = Target::Commit(checksum, origin);
        let mut transition = carry_out(&booted, target, options, watch)?;
        if options.deploy.is_some() && !options.dry_run {
            let next = boots_next(&booted).ok();
            let made = next.filter(|next| next.commit == transition.to);
            transition.deployment = made.map(|made| made.id());
        }
        let is_deployed = |deployment: &DeploymentId| deployment.commit == transition.to;
        let lasts = options.deploy.is_some()
            || DeploymentId::all(Path::new(sysroot::PATH))
                .iter()
                .any(is_deployed);
        let notes = &mut transition.outcome.notes;
        notes.extend(other.map(|how| format!("the commit is another system: {how}")));
        notes.extend((!lasts).then(|| NOT_DEPLOYED.to_owned()));
        Ok(transition)
    };
    start().map_err(|error: Error| error.during("apply"))
}

/// Puts back what was there before the last [`apply`](crate::apply()), or with `all` before the first
/// one.
///
/// What was written to `/usr` stays; where nothing was, and `/usr` was locked before, it is so
/// again. Otherwise as [`apply`](crate::apply()); [`Kind::NotFound`] where nothing was applied in this boot.
pub fn rollback(
    sysroot: &ostree::Sysroot,
    deployment: Option<&ostree::Deployment>,
    all: bool,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<Transition> {
    let start = || {
        options.only(&["dry_run", "lock_wait", "lock_held", "prefer", "restart"])?;
        check_preferences(options)?;
        let booted = sysroot::target(sysroot, deployment)?;
        carry_out(&booted, Target::Before { all }, options, watch)
    };
    start().map_err(|error: Error| error.during("rollback"))
}

fn check_preferences(options: &Options) -> Result<()> {
    changes::check_preferences(&options.prefer)?;
    match options
        .prefer
        .iter()
        .find(|(_, side)| *side == Prefer::Commit)
    {
        None => Ok(()),
        Some((path, _)) => Err(Error::new(
            Kind::InvalidArgument,
            "what was written lies over the commit, and cannot give way to it",
        )
        .at(path)
        .next("prefer the changes there, or remove them first")),
    }
}

/// The commit that boots next.
fn next(booted: &DeploymentId) -> Result<String> {
    let next = deployments::others(booted)?.next;
    let commit = next.and_then(|(id, _)| id.split_once('.').map(|(commit, _)| commit.to_owned()));
    commit.ok_or_else(|| {
        Error::new(
            Kind::NotFound,
            "the booted deployment is what boots next, so there is nothing to apply",
        )
        .next("name a commit or a ref, or deploy one")
    })
}

/// The deployment that boots next.
fn boots_next(booted: &DeploymentId) -> Result<DeploymentId> {
    let next = deployments::next(booted)?;
    Ok(next.map_or_else(|| booted.clone(), |(next, _)| next))
}

/// What is to be pulled first; refused where that is not wanted.
fn missing(
    repo: &ostree::Repo,
    booted: &DeploymentId,
    name: &str,
    options: &Options,
) -> Result<Option<Missing>> {
    match pull::missing(repo, &[booted.clone(), boots_next(booted)?], name)? {
        Some(missing) if options.no_pull => Err(missing.refusal),
        missing => Ok(missing),
    }
}

/// Of a commit that is not here no more can be said.
fn would_pull(booted: &DeploymentId, missing: &Missing) -> Result<Transition> {
    let observation = observe::observe(booted, View::System)?;
    check_open(&observation)?;
    let state = observation.stack.upper.as_ref().map(|upper| upper.state);
    let mut transition = Transition {
        from: observation.commit().to_owned(),
        to: missing.commit.clone().unwrap_or_default(),
        ..Transition::default()
    };
    transition.outcome = Outcome {
        state: state.unwrap_or(State::Transient),
        dry_run: true,
        steps: vec![
            missing.step(),
            "apply it, where nothing speaks against it".to_owned(),
        ],
        notes: Vec::new(),
    };
    Ok(transition)
}

/// Pulls it, after all that can be refused without it.
fn pull(
    booted: &DeploymentId,
    missing: &Missing,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<String> {
    namespace::require_root()?;
    check_open(&observe::observe(booted, View::System)?)?;
    if let Some(tell) = watch.progress {
        tell(&Progress::new(&missing.step(), 0, 0));
    }
    let check = |repo: &ostree::Repo, commit: &str| match same_system::told_architectures(
        repo,
        &booted.commit,
        commit,
    )? {
        Some(how) if !options.allow_other_system => {
            Err(same_system::other(commit, &how).next(ALLOW_OTHER))
        }
        _ => Ok(()),
    };
    missing.pull(check, watch.cancellable)
}

/// Refuses where no commit can be applied, whichever it is.
fn check_open(observation: &Observation) -> Result<()> {
    apply::refuse(observation)?;
    match observation.stack.upper {
        Some(_) => Ok(()),
        None => {
            // What is live is transient, at least.
            let verified = booted::verified() != Verified::No;
            config::load(Path::new("/"))?.check(State::Transient, &Options::new(), verified)
        }
    }
}

fn carry_out(
    booted: &DeploymentId,
    target: Target,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<Transition> {
    let mut transition = Transition::default();
    let back = matches!(target, Target::Before { .. });
    if !back {
        // Also to look: at all of /etc, and beneath what is mounted.
        namespace::require_root()?;
    }
    let mut number = 0;
    let since = affected::now();
    let (outcome, kept) = perform::run_back(booted, options, watch, |observation| {
        if !back {
            check_open(observation)?;
        }
        let mut plan = decide(observation, target, options)?;
        let commit = plan.after.live().unwrap_or(&booted.commit);
        let repo = sysroot::booted_repo()?;
        transition = Transition::between(&repo, observation.commit(), commit, &|| Ok(()))?;
        if !back {
            let merge = deployed_etc::plan(&repo, observation.commit(), commit)?;
            transition.will_merge(&merge);
        }
        if options.dry_run {
            plan.notes.extend(to_be_copied(&repo, booted, &plan)?);
        }
        number = observation.applied().len();
        if !back {
            let named = Named::Booted(booted.clone());
            let trees = live::trees(&named, &sysroot::booted_repo)?;
            let after = live::usr_of(&repo, commit)?;
            let after = live::under_what_was_written(observation, &after)?;
            transition.check(&trees.now, &after, &|| Ok(()))?;
            plan.notes
                .extend(refuse_unless_allowed(&transition, options)?);
        }
        Ok(plan)
    })?;
    transition.outcome = outcome;
    transition.outcome.notes.extend(transition.other_policy());
    let untold = transition.untold_packages();
    transition.outcome.notes.extend(untold);
    let wanted = match back {
        true => Wanted::on_the_way_back(&transition.paths, &kept),
        false => Wanted::by(&transition.paths),
    };
    if options.dry_run {
        transition.foresee(&wanted, options.restart);
        return Ok(transition);
    }
    let adopt = || match back {
        true => Ok(true),
        false => adopt(booted, number, options),
    };
    transition.follow(&wanted, since, options.restart, watch.cancellable, adopt);
    Ok(transition)
}

/// Has the undo know what was written to `/etc` just now; says whether it is still there. What is live
/// is so already: no cancellation stops this, and who has the lock meanwhile is waited for.
fn adopt(booted: &DeploymentId, number: usize, options: &Options) -> Result<bool> {
    let options = options.clone().lock_wait(PATIENCE);
    perform::write(booted, &options, &Watch::default(), |_| {
        deployed_etc::adopt(booted, number)
    })
}

/// Refuses what was not allowed; with a dry run it only says that it would.
fn refuse_unless_allowed(transition: &Transition, options: &Options) -> Result<Vec<String>> {
    let checks = [
        (options.allow_broken, transition.refuse_broken()),
        (options.allow_replacement, transition.refuse_replacement()),
    ];
    let mut notes = Vec::new();
    for (is_allowed, check) in checks {
        match check {
            Err(error) if !is_allowed && options.dry_run => {
                let next = error.next_step().unwrap_or_default();
                notes.push(format!("it would be refused: {next}"));
            }
            Err(error) if !is_allowed => return Err(error),
            _ => {}
        }
    }
    Ok(notes)
}

/// Says how many files a plan would have copied.
fn to_be_copied(repo: &ostree::Repo, booted: &DeploymentId, plan: &Plan) -> Result<Option<String>> {
    let delta = plan.steps.iter().find_map(|step| match step {
        Step::BuildDelta(commit) => Some(commit),
        _ => None,
    });
    let Some(commit) = delta else {
        return Ok(None);
    };
    let files = delta::to_be_copied(repo, booted, commit)?;
    Ok((files > 0).then(|| format!("{files} files would be copied, as they cannot be linked")))
}

fn decide(observation: &Observation, target: Target, options: &Options) -> Result<Plan> {
    let written = match observation.upper_path() {
        Some(upper) => live::written(&upper)?,
        None => None,
    };
    let stage = match &target {
        Target::Commit(commit, _) if options.deploy.is_some() => {
            boots_next(&observation.deployment)?.commit != *commit
        }
        _ => false,
    };
    let request = Apply {
        target,
        token: Token::from_bits(random::bits()?),
        now: glib::real_time(),
        space: super::begin::space(observation)?,
        left: left_in_memory(observation),
        written,
        stage,
    };
    let plan = apply::apply(observation, &request)?;
    let commit = plan.after.live().unwrap_or(&observation.deployment.commit);
    refuse_hidden(observation, commit, written.is_some(), options)?;
    Ok(plan)
}

/// What is left of the memory for what is written, where it goes there; only root can tell.
fn left_in_memory(observation: &Observation) -> Option<u64> {
    let upper = observation.stack.upper.as_ref();
    let upper = upper.filter(|upper| upper.backing == Backing::Ram)?;
    space::free_on(upper.directory.as_ref()?).ok()
}

/// Refuses where what was written hides what the commit changes.
fn refuse_hidden(
    observation: &Observation,
    commit: &str,
    written: bool,
    options: &Options,
) -> Result<()> {
    if !written && observation.stack.frozen().next().is_none() {
        return Ok(());
    }
    let repo = sysroot::booted_repo()?;
    let before = live::usr_of(&repo, observation.commit())?;
    let target = live::usr_of(&repo, commit)?;
    let seen = live::under_what_was_written(observation, &target)?;
    let mut conflicts = hidden::conflicts(Path::new(USR), before, target, &seen)?;
    conflicts.retain(|conflict| {
        changes::preferred(&options.prefer, &conflict.path) != Some(Prefer::Changes)
    });
    match conflicts.is_empty() {
        true => Ok(()),
        false => Err(Error::of_conflicts(
            conflicts,
            "nothing was changed; have what was written hide what the commit changes (--prefer=changes, or of one path --prefer=changes:PATH), or remove it first",
        )),
    }
}
