// SPDX-License-Identifier: LGPL-2.1-or-later
//! What becomes of a tree that was written: a commit, signed, under a ref, in another
//! repository.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use gio::prelude::*;
use glib::{Variant, VariantDict};
use ostree::ObjectType;
use ostree::prelude::*;

use crate::error::{Error, Kind, Result};
use crate::options::Signers;

/// What a commit says of itself.
#[derive(Debug, Clone, Default)]
pub struct Message {
    pub subject: String,
    pub body: Option<String>,
    /// What it was made of, under keys of ours.
    pub made_of: Vec<(&'static str, Variant)>,
}

/// Whether `commit` says that it can be booted, and which version it is.
fn metadata_of(repo: &ostree::Repo, commit: &str) -> Result<(bool, Option<String>)> {
    let (variant, _) = repo.load_commit(commit)?;
    let metadata = VariantDict::new(Some(&variant.child_value(0)));
    let bootable = metadata.lookup::<bool>("ostree.bootable").ok().flatten();
    let version = metadata.lookup::<String>("version").ok().flatten();
    Ok((bootable.unwrap_or(false), version))
}

/// Which architecture a commit says that it is for, be it partial.
pub fn architecture(repo: &ostree::Repo, commit: &str) -> Result<Option<String>> {
    let variant = repo.load_variant(ObjectType::Commit, commit)?;
    let metadata = VariantDict::new(Some(&variant.child_value(0)));
    Ok(metadata.lookup("ostree.architecture").ok().flatten())
}

/// Makes a commit of the tree `root`, with `parent` for its parent; says its checksum.
pub fn commit(
    repo: &ostree::Repo,
    root: &ostree::RepoFile,
    parent: Option<&str>,
    message: &Message,
) -> Result<String> {
    let metadata = VariantDict::new(None);
    if let Some(parent) = parent {
        let (bootable, version) = metadata_of(repo, parent)?;
        if bootable {
            ostree::commit_metadata_for_bootable(root, &metadata, gio::Cancellable::NONE)?;
        }
        if let Some(version) = version {
            metadata.insert("version", format!("{version}+unlocked").as_str());
        }
    }
    for (key, value) in &message.made_of {
        metadata.insert_value(key, value);
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let checksum = repo.write_commit_with_time(
        parent,
        Some(&message.subject),
        message.body.as_deref(),
        Some(&metadata.end()),
        root,
        now.map_or(0, |now| now.as_secs()),
        gio::Cancellable::NONE,
    )?;
    Ok(checksum.into())
}

/// Signs a commit.
pub fn sign(repo: &ostree::Repo, commit: &str, signers: &Signers) -> Result<()> {
    if !signers.gpg.is_empty() {
        sign_by_gpg(repo, commit, signers)?;
    }
    for (kind, key) in &signers.keys {
        let sign = ostree::Sign::by_name(kind).map_err(|e| {
            Error::new(
                Kind::Unsupported,
                format!("this libostree makes no signatures of the kind {kind}"),
            )
            .because(e)
            .next("see `ostree --version` for what it was built with")
        })?;
        sign.set_sk(&key.to_variant())?;
        sign.commit(repo, commit, gio::Cancellable::NONE)?;
    }
    Ok(())
}

/// What gpg starts where it does not run, and how gpg-connect-agent is told which one is meant. An
/// scdaemon is its agent's, and is asked for and ended by way of that.
const DAEMONS: [(&str, Option<&str>); 4] = [
    ("scdaemon", None),
    ("gpg-agent", None),
    ("keyboxd", Some("--keyboxd")),
    ("dirmngr", Some("--dirmngr")),
];

/// What gpg starts would stay in the private namespace of the one that asked, and keep what is
/// unlocked in use: it ends with the signing.
fn sign_by_gpg(repo: &ostree::Repo, commit: &str, signers: &Signers) -> Result<()> {
    let home = signers.gpg_home.as_deref();
    let missing = DAEMONS.map(|(daemon, option)| (daemon, !is_running(option, home)));
    let named = home.map(Path::to_string_lossy);
    let signed = signers.gpg.iter().try_for_each(|key| {
        repo.sign_commit(commit, key, named.as_deref(), gio::Cancellable::NONE)
            .map_err(|e| {
                Error::from(e).next(format!("see whether `gpg --list-secret-keys` has {key}"))
            })
    });
    for (daemon, _) in missing.iter().filter(|(_, was_missing)| *was_missing) {
        // Where that fails, it never was.
        let _ = of_gpg("gpgconf", home).args(["--kill", daemon]).status();
    }
    signed
}

/// Whether a daemon runs; where that cannot be asked none is to be ended, so as if it did.
fn is_running(option: Option<&str>, home: Option<&Path>) -> bool {
    // It succeeds without one, too, and says nothing then; nor does it of one that it does not know.
    let asked = of_gpg("gpg-connect-agent", home)
        .args(option)
        .args(["--no-autostart", "GETINFO pid", "/bye"])
        .stdout(Stdio::piped())
        .output();
    match asked {
        Ok(asked) => asked.stdout.starts_with(b"D "),
        Err(_) => true,
    }
}

fn of_gpg(program: &str, home: Option<&Path>) -> Command {
    let mut command = Command::new(program);
    if let Some(home) = home {
        command.arg("--homedir").arg(home);
    }
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Brings a commit into another repository, with all that it needs, and has the ref lead to it.
///
/// Not by a pull: that starts threads, which would stay in the namespace of the one that calls.
pub fn copy(
    from: &ostree::Repo,
    to: &ostree::Repo,
    commit: &str,
    branch: Option<&str>,
) -> Result<()> {
    let none = gio::Cancellable::NONE;
    let objects = from.traverse_commit(commit, 0, none)?;
    let transaction = to.auto_transaction(none)?;
    for object in objects {
        let (kind, checksum) = (object.object_type(), object.checksum());
        if kind != ObjectType::Commit && !to.has_object(kind, checksum, none)? {
            to.import_object_from(from, kind, checksum, none)?;
        }
    }
    // Last: where it is, all of it is.
    to.import_object_from(from, ObjectType::Commit, commit, none)?;
    if let Some(signatures) = from.read_commit_detached_metadata(commit, none)? {
        to.write_commit_detached_metadata(commit, Some(&signatures), none)?;
    }
    if let Some(branch) = branch {
        to.transaction_set_ref(None, branch, Some(commit));
    }
    transaction.commit(none)?;
    Ok(())
}

/// The names of the refs below another one, sorted.
pub fn below(repo: &ostree::Repo, reference: &str) -> Result<Vec<String>> {
    let refs = repo.list_refs(Some(reference), gio::Cancellable::NONE)?;
    // libostree leaves out what it was asked for.
    let mut names: Vec<String> = refs.into_keys().collect();
    names.sort_unstable();
    Ok(names)
}

/// Has a ref lead to a commit, or removes it.
pub fn point(repo: &ostree::Repo, reference: &str, commit: Option<&str>) -> Result<()> {
    // One that libostree was writing when it died cannot be resolved, and is written all the same.
    if let Ok(now) = repo.resolve_rev(reference, true) {
        if now.as_deref() == commit {
            // To write it is to wait for the disk.
            return Ok(());
        }
    }
    Ok(repo.set_ref_immediate(None, reference, commit, gio::Cancellable::NONE)?)
}
