// SPDX-License-Identifier: LGPL-2.1-or-later
//! `commit`: what was written becomes a commit on what was deployed, or is replayed on
//! another one; and that, if asked for, a deployment.

use std::path::{Path, PathBuf};

use glib::prelude::*;

use crate::changes::{self, Changes, Source};
use crate::conflict::{self, Conflict, Prefer};
use crate::error::{Error, Kind, Result};
use crate::etc;
use crate::live;
use crate::observe;
use crate::options::{Deploy, Options, Progress, Watch};
use crate::ostree::DeploymentId;
use crate::ostree::publish::{self, Message};
use crate::ostree::sysroot::{self, Named};
use crate::ostree::writer::Writer;
use crate::ostree::{booted, deployments};
use crate::packages::{self, Databases, Package};
use crate::perform;
use crate::records;
use crate::replay::{self, Action};
use crate::same_system;
use crate::stack::State;
use crate::sys::mountinfo::View;
use crate::sys::namespace;
use crate::tree::commit as commits;
use crate::tree::whole::Whole;

/// What became of the changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Revision {
    /// The checksum of the commit; `None` with a dry run.
    pub checksum: Option<String>,
    /// Its parent: what the changes were made on, or replayed on.
    pub parent: String,
    /// How many paths are others than in the parent.
    pub changes: u64,
    /// What was left out, and why.
    pub skipped: Vec<(PathBuf, &'static str)>,
    /// What both sides had changed, and whose version was taken.
    pub resolved: Vec<(Conflict, Prefer)>,
    /// The ref that leads to it.
    pub branch: Option<String>,
    /// The deployment that was made of it; staged, it has no name yet that lasts.
    pub deployment: Option<String>,
    /// What a person should know besides.
    pub notes: Vec<String>,
}

/// Makes a commit of what was written to `/usr` of the booted deployment, in whatever state it
/// is; or of the hotfix of another one; or of what was [`kept`](Options::kept), or is in the
/// [`scratch`](Options::scratch). What runs stays as it is.
///
/// Its parent is what the changes were made on, or with [`onto`](Options::onto) that commit, on
/// which they are replayed path by path: where both sides changed the same,
/// [`prefer`](Options::prefer) decides, or it fails with [`Kind::Conflict`]. Only what changed is
/// written. With [`deploy`](Options::deploy) it boots next.
///
/// Needs root, and takes the lock of the sysroot. On failure there is no commit, and what was
/// written for it is removed by libostree's next cleanup. Where somebody writes to `/usr`
/// meanwhile, it fails with [`Kind::Changed`].
pub fn commit(
    sysroot: &ostree::Sysroot,
    deployment: Option<&ostree::Deployment>,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<Revision> {
    let start = || {
        options.only(&[
            "dry_run",
            "lock_wait",
            "lock_held",
            "path",
            "subject",
            "body",
            "etc_path",
            "onto",
            "prefer",
            "skip_special",
            "repo",
            "branch",
            "gpg_key",
            "gpg_home",
            "sign_key",
            "deploy",
            "kept",
            "scratch",
        ])?;
        check(options)?;
        let named = sysroot::named(sysroot, deployment)?;
        namespace::require_root()?;
        let (os, booted) = (named.deployment().os.clone(), named.booted().clone());
        let source = Source::of(named, options)?;
        if options.dry_run {
            let repo = sysroot::booted_repo()?;
            let mut changes = Changes::of(&source, &repo, options)?;
            return Ok(plan(&repo, &mut changes, options)?.1);
        }
        let left = match &source {
            Source::Written(Named::Booted(booted)) if options.etc_paths.is_empty() => {
                left_in_etc(booted)?
            }
            _ => None,
        };
        let mut committed = perform::write(&booted, options, watch, |tell| {
            make(&source, &os, options, tell)
        })?;
        committed.notes.extend(left);
        Ok(committed)
    };
    start().map_err(|error: Error| error.during("commit"))
}

/// Says what was changed beside `/usr` meanwhile, which is in no commit unless it is asked for.
fn left_in_etc(booted: &DeploymentId) -> Result<Option<String>> {
    let since = observe::observe(booted, View::Caller)?.since();
    let changed = since.map(|since| etc::changed_since(Path::new("/etc"), since));
    let named = changed.and_then(|changed| etc::named(&changed));
    Ok(named.map(|named| {
        format!("changed in /etc since begin, and not in it: {named}; --etc=PATH takes it in")
    }))
}

fn check(options: &Options) -> Result<()> {
    let invalid = |cause, next: &str| Err(Error::new(Kind::InvalidArgument, cause).next(next));
    if options.onto.is_none() && options.kept.is_none() && !options.prefer.is_empty() {
        return invalid(
            "there can be conflicts only where changes are replayed",
            "name the commit to replay them on (onto), or leave prefer out",
        );
    }
    if options.repo.is_some() && options.deploy.is_some() {
        return invalid(
            "what is written to another repository is not deployed here",
            "leave repo out, or deploy",
        );
    }
    if options.signers.has_empty() {
        return invalid("a key to sign with is empty", "name a key");
    }
    if options.signers.gpg_home.is_some() && options.signers.gpg.is_empty() {
        return invalid("gpg_home means nothing without a key", "name a GPG key");
    }
    if options.deploy.is_some() && booted::verified() == booted::Verified::Signed {
        return Err(Error::new(
            Kind::Unsupported,
            "the root of this system has to be signed, so it would not boot what is made here",
        )
        .next(
            "commit it to a repository where it can be signed (repo), and deploy it from there",
        ));
    }
    changes::check_preferences(&options.prefer)?;
    changes::check_etc(&options.etc_paths)
}

/// What is to be written, and what is to be said of it.
fn plan(
    repo: &ostree::Repo,
    changes: &mut Changes,
    options: &Options,
) -> Result<(Vec<Action>, Revision)> {
    let mut left_out = Vec::new();
    let base = changes.base.clone();
    let onto = match (&options.onto, &options.kept) {
        (Some(onto), _) => Some(commits::resolve(repo, onto)?),
        // What was kept may have been made on another deployment than the one that runs.
        (None, Some(_)) => Some(booted::find()?.commit).filter(|booted| *booted != base),
        (None, None) => None,
    };
    let found = changes.found(&mut left_out);
    let replay = match &onto {
        None => replay::on_their_base(found)?,
        Some(onto) => {
            let root = live::whole(repo, onto)?;
            if let Some(how) = same_system::difference(repo, &base, onto)? {
                return Err(same_system::other(onto, &how).next("name a commit of the same system"));
            }
            let decide = |path: &Path| changes::preferred(&options.prefer, path);
            replay::on(found, root, &decide)?
        }
    };
    if !left_out.is_empty() && !options.skip_special {
        return Err(changes::special(&left_out));
    }
    if !replay.conflicts.is_empty() {
        return Err(Error::of_conflicts(replay.conflicts, conflict::DECIDE));
    }
    if replay.actions.is_empty() {
        return Err(Error::new(
            Kind::NotFound,
            match onto {
                Some(_) => "that commit has all of the changes already",
                None => "nothing was changed, so there is nothing to commit",
            },
        )
        .next("`ostree-unlock diff` shows what was changed"));
    }
    let committed = Revision {
        parent: onto.unwrap_or(base),
        changes: replay.actions.len() as u64,
        skipped: left_out,
        resolved: replay.resolved,
        ..Revision::default()
    };
    Ok((replay.actions, committed))
}

fn make(
    source: &Source,
    os: &str,
    options: &Options,
    tell: &dyn Fn(Progress) -> Result<()>,
) -> Result<Revision> {
    let repo = sysroot::booted_repo()?;
    let mut changes = Changes::of(source, &repo, options)?;
    let (actions, mut committed) = plan(&repo, &mut changes, options)?;
    let state = changes.state.map_or("scratch", State::name);
    let mut message = Message {
        subject: options
            .subject
            .clone()
            .unwrap_or_else(|| format!("What was changed in /usr ({state})")),
        body: options.body.clone(),
        made_of: changes.made_of(),
    };
    let transaction = repo.auto_transaction(gio::Cancellable::NONE)?;
    let root = write(&repo, &committed.parent, actions, tell)?;
    changes.check_unchanged()?;
    match packages(&repo, &committed.parent, &root) {
        Ok(packages) => message.made_of.push(("unlock.packages", packages)),
        // It is said of the commit, and is no part of it.
        Err(error) => committed.notes.push(format!(
            "it does not say what became of the packages: {error}"
        )),
    }
    let checksum = publish::commit(&repo, &root, Some(&committed.parent), &message)?;
    publish::sign(&repo, &checksum, &options.signers)?;
    let branch = branch(options, os);
    if let (Some(branch), None) = (&branch, &options.repo) {
        repo.transaction_set_ref(None, branch, Some(&checksum));
    }
    transaction.commit(gio::Cancellable::NONE)?;
    if let Some(other) = &options.repo {
        tell(Progress::new("copy it to the other repository", 0, 0))?;
        let to = sysroot::open_repo(other)?;
        publish::copy(&repo, &to, &checksum, branch.as_deref())?;
    }
    if let Some(deploy) = options.deploy {
        tell(Progress::new("deploy it", 0, 0))?;
        let staged = deploy == Deploy::Staged;
        let made = deployments::deploy(os, &checksum, staged)?;
        committed.notes.extend(without_records(os, &made, staged));
        committed.deployment = Some(made);
    }
    committed.checksum = Some(checksum);
    committed.branch = branch;
    Ok(committed)
}

/// Says which records what was deployed lacks, as far as that can be seen.
fn without_records(os: &str, made: &str, staged: bool) -> Vec<String> {
    let look = || {
        let made = DeploymentId::parse(os, made)?;
        let lacking = records::lacking(&booted::find().ok()?, &made).ok()?;
        let sentence = |name: &String| records::missing(&made, staged, name);
        Some(lacking.iter().map(sentence).collect())
    };
    look().unwrap_or_default()
}

/// What became of the packages: name, architecture, change, version before and after.
fn packages(repo: &ostree::Repo, parent: &str, root: &ostree::RepoFile) -> Result<glib::Variant> {
    let databases = |root| {
        Databases::find(&Whole {
            top: "/".into(),
            root,
        })
    };
    let before = databases(commits::root(repo, parent)?)?;
    let after = databases(commits::of_file(repo, root)?)?;
    let of = |package: &Option<Package>, what: fn(&Package) -> &String| {
        package.as_ref().map(what).cloned().unwrap_or_default()
    };
    let mut rows = Vec::new();
    for found in packages::differences(&before, &after)? {
        let there = found.after.clone().or_else(|| found.before.clone());
        rows.push((
            found.name,
            of(&there, |package| &package.architecture),
            found.change.name(),
            of(&found.before, |package| &package.version),
            of(&found.after, |package| &package.version),
        ));
    }
    Ok(rows.to_variant())
}

/// Where nothing else would keep the commit, a ref does.
fn branch(options: &Options, os: &str) -> Option<String> {
    match (&options.branch, options.deploy) {
        (Some(branch), _) => Some(branch.clone()),
        (None, Some(_)) => None,
        (None, None) => Some(format!("unlock/commit/{os}")),
    }
}

fn write(
    repo: &ostree::Repo,
    parent: &str,
    actions: Vec<Action>,
    tell: &dyn Fn(Progress) -> Result<()>,
) -> Result<ostree::RepoFile> {
    let policy = ostree::SePolicy::from_commit(repo, parent, gio::Cancellable::NONE)?;
    let mut writer = Writer::over(repo, parent)?.labelled_by(Some(policy));
    let total = actions.len() as u64;
    for (done, action) in actions.into_iter().enumerate() {
        tell(Progress::new("write what was changed", done as u64, total))?;
        match action {
            Action::Remove { path } => writer.remove(&path)?,
            Action::Put {
                path,
                content,
                metadata,
            } => writer.put(&path, &*content, &*metadata)?,
        }
    }
    writer.finish()
}
