// SPDX-License-Identifier: LGPL-2.1-or-later
//! Brings a commit that is not here as a whole, from the remote that has it.
//!
//! libostree's pull starts threads, which would stay in the namespace of the one that calls: so
//! it is done on the caller's own side alone, and under no lock, as libostree does it.

use std::path::Path;

use glib::KeyFile;
use ostree::{RepoPullFlags, parse_refspec};

use super::{DeploymentId, sysroot};
use crate::error::{Error, Kind, Result};
use crate::tree::commit as commits;

/// What is missing of a commit, and where it can be had.
pub struct Missing {
    remote: String,
    /// As the remote knows it: a checksum or a ref.
    name: String,
    /// Its checksum, where that is known here.
    pub commit: Option<String>,
    /// What is said where it is not to be pulled.
    pub refusal: Error,
}

/// Whether the commit that a user calls `name` has to be pulled: `None` if all of it is here. An
/// error if it is not, and no remote is known that may have it: those of the refs that lead to
/// it, and then those that `deployments` came from.
pub fn missing(
    repo: &ostree::Repo,
    deployments: &[DeploymentId],
    name: &str,
) -> Result<Option<Missing>> {
    let refusal = match commits::resolve_whole(repo, name) {
        Ok(_) => return Ok(None),
        Err(error) if error.kind() == Kind::NotFound => error,
        Err(error) => return Err(error),
    };
    let commit = commits::resolve(repo, name).ok();
    let Ok((named, reference)) = parse_refspec(name) else {
        return Err(refusal);
    };
    let remote = named
        .map(String::from)
        .or_else(|| remote_that_led_to(repo, commit.as_deref()?))
        .or_else(|| deployments.iter().find_map(remote_of));
    match remote.filter(|remote| repo.remote_list().iter().any(|known| known == remote)) {
        None => Err(refusal),
        Some(remote) => Ok(Some(Missing {
            remote,
            name: commit.clone().unwrap_or(reference.into()),
            commit,
            refusal,
        })),
    }
}

fn remote_that_led_to(repo: &ostree::Repo, commit: &str) -> Option<String> {
    let refs = repo.list_refs(None, gio::Cancellable::NONE).ok()?;
    let mut leading = refs.iter().filter(|(_, leads_to)| *leads_to == commit);
    leading.find_map(|(name, _)| parse_refspec(name).ok()?.0.map(String::from))
}

/// The remote that a deployment is upgraded from.
fn remote_of(deployment: &DeploymentId) -> Option<String> {
    let origin = KeyFile::new();
    let path = Path::new(sysroot::PATH).join(deployment.origin());
    origin.load_from_file(path, glib::KeyFileFlags::NONE).ok()?;
    let refspec = origin.string("origin", "refspec").ok()?;
    parse_refspec(&refspec).ok()?.0.map(String::from)
}

impl Missing {
    /// What a pull of it does, for people.
    pub fn step(&self) -> String {
        format!("pull {} from {}", self.name, self.remote)
    }

    /// Pulls it: the commit alone, which `check` is then asked about by its checksum, and after
    /// that all of it; says the checksum.
    pub fn pull(
        &self,
        check: impl FnOnce(&ostree::Repo, &str) -> Result<()>,
        cancellable: Option<&gio::Cancellable>,
    ) -> Result<String> {
        let (repo, _held) = sysroot::writable_repo()?;
        let pull = |name: &str, flags| {
            repo.pull(&self.remote, &[name], flags, None, cancellable)
                .map_err(|e| self.failed(e))
        };
        pull(&self.name, RepoPullFlags::COMMIT_ONLY)?;
        let commit = match &self.commit {
            Some(commit) => commit.clone(),
            None => commits::resolve(&repo, &format!("{}:{}", self.remote, self.name))?,
        };
        check(&repo, &commit)?;
        pull(&commit, RepoPullFlags::NONE)?;
        Ok(commit)
    }

    fn failed(&self, error: glib::Error) -> Error {
        match Error::from(error.clone()) {
            own if own.kind() != Kind::Failed => own,
            _ => Error::new(
                Kind::NotFound,
                format!("{} cannot be pulled from {}", self.name, self.remote),
            )
            .because(error)
            .next(format!("try `ostree pull {} {}`", self.remote, self.name)),
        }
    }
}
