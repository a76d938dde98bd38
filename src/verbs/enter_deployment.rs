// SPDX-License-Identifier: LGPL-2.1-or-later
//! `enter_deployment`: the calling thread alone is in a deployment that is not booted, to change
//! its `/etc`.

use std::path::{Path, PathBuf};

use crate::error::{Error, Kind, Result};
use crate::observe;
use crate::options::{Options, Watch};
use crate::ostree::DeploymentId;
use crate::ostree::sysroot::{self, Named};
use crate::records;
use crate::stack::State;
use crate::sys::{files, namespace};
use crate::visit::{self, Variable};

/// Gives the calling thread, and the processes that it starts from then on, a deployment that is
/// not booted as their root directory, of whatever stateroot. What they write to its `/etc` stays
/// there; its `/usr` is read-only, and so is `/var`, which is that of its stateroot, unless
/// [`scratch_var`](Options::scratch_var) or [`home`](Options::home) says more. `/proc`, `/sys`, `/dev`,
/// `/run`, `/tmp` and the network are those of the system that runs.
///
/// The lock of the sysroot is held until the last of these processes ends, so that nobody removes the
/// deployment meanwhile; the caller must not hold it. With [`record`](Options::record), what was
/// recorded under that name is forgotten first. There is no way back but the thread's end. A
/// deployment that is staged, or has a hotfix, is refused. Only root may.
///
/// On failure the thread may be in a namespace of its own; a record may be forgotten.
pub fn enter_deployment(
    sysroot: &ostree::Sysroot,
    deployment: &ostree::Deployment,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<()> {
    let enter = || {
        options.only(&["lock_wait", "scratch_var", "home", "record", "for_commit"])?;
        if let Some(name) = &options.record {
            records::check_name(name)?;
        }
        let named = sysroot::named(sysroot, Some(deployment))?;
        let (other, booted) = another(&named)?;
        sysroot::refuse_other_commit(other, options.for_commit.as_deref())?;
        if deployment.is_staged() {
            return Err(staged());
        }
        namespace::require_root()?;
        namespace::leave()?;
        sysroot::make_writable()?;
        let base = files::hold(Path::new(sysroot::PATH))?;
        let lock = sysroot::lock(&base, false, options.lock_wait, watch.cancellable)?;
        check_there(other)?;
        if let Some(name) = &options.record {
            records::forget(&base, other, name)?;
        }
        let source = var_of(other, booted);
        let variable = Variable {
            source: &source,
            scratch: options.scratch_var,
            home: options.home,
        };
        visit::enter(other, &variable)?;
        lock.map_or(Ok(()), |lock| lock.leave())
    };
    enter().map_err(|error: Error| error.during("run"))
}

fn another(named: &Named) -> Result<(&DeploymentId, &DeploymentId)> {
    match named {
        Named::Other(other, booted) => Ok((other, booted)),
        Named::Booted(booted) => Err(Error::new(
            Kind::InvalidArgument,
            "this is the booted deployment, which every command is in",
        )
        .at(booted.id())
        .next("name another one; `run --writable` and `run --scratch` are for this one")),
    }
}

fn staged() -> Error {
    Error::new(
        Kind::Unsupported,
        "it is staged: its /etc is made when the system goes down, and over what is there",
    )
    .next("deploy it without staging (`ostree admin deploy`), or finalize it first (`ostree admin finalize-staged`)")
}

/// Once it cannot go away any more.
fn check_there(deployment: &DeploymentId) -> Result<()> {
    let directory = Path::new(sysroot::PATH).join(deployment.directory());
    let has = |name: &str| files::exists(&directory.join(name));
    if !has("etc") || !has("usr") {
        return Err(
            Error::new(Kind::NotFound, "the deployment is not there any more")
                .at(directory)
                .next("see `ostree admin status`"),
        );
    }
    let hotfix = observe::hotfix_directory(deployment).join(State::Hotfix.directories().1);
    if files::exists(&hotfix) {
        return Err(Error::new(
            Kind::Unsupported,
            "it has a hotfix, which would not be seen in its /usr",
        )
        .at(directory)
        .next("`ostree-unlock commit --deployment` makes a commit of it, to be deployed"));
    }
    Ok(())
}

/// Where the `/var` of a deployment is: that of its own stateroot, as it is mounted where that is
/// the booted one.
fn var_of(deployment: &DeploymentId, booted: &DeploymentId) -> PathBuf {
    match deployment.os == booted.os {
        true => PathBuf::from("/var"),
        false => Path::new(sysroot::PATH).join(format!("ostree/deploy/{}/var", deployment.os)),
    }
}
