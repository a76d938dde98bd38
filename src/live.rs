// SPDX-License-Identifier: LGPL-2.1-or-later
//! What the `/usr` of a deployment is made of, as trees: as it was deployed, and as it is
//! with what was written. Read beneath all mounts; nothing is changed.

use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::error::{Error, Kind, Result};
use crate::observe::{self, USR};
use crate::ostree::sysroot::Named;
use crate::stack::State;
use crate::sys::mountinfo::View;
use crate::sys::{files, mounts};
use crate::tree::{self, Node, disk, overlay};

/// Both trees; the same, where nothing is unlocked.
pub struct Trees {
    pub base: Rc<dyn Node>,
    pub now: Rc<dyn Node>,
    /// What `base` is read through.
    _base: Option<OwnedFd>,
}

/// The trees of the booted deployment with its base as it is mounted, which is the fastest; of
/// another one with that of its commit.
pub fn trees(named: &Named, repo: &dyn Fn() -> Result<ostree::Repo>) -> Result<Trees> {
    match named {
        Named::Booted(_) => as_mounted(upper(named)?.as_deref()),
        Named::Other(..) => as_committed(named, &repo()?),
    }
}

fn as_mounted(upper: Option<&Path>) -> Result<Trees> {
    // The root without what is mounted on it: `usr` in it is the base.
    let root = mounts::clone_tree(Path::new("/"), false)?;
    let base = disk::root(&PathBuf::from(format!(
        "/proc/self/fd/{}/usr",
        root.as_raw_fd()
    )))?;
    Ok(Trees {
        now: with(upper, &base)?,
        base,
        _base: Some(root),
    })
}

/// The same with the base as its commit has it, so that it can be held against commits.
pub fn as_committed(named: &Named, repo: &ostree::Repo) -> Result<Trees> {
    let base = usr_of(repo, &named.deployment().commit)?;
    Ok(Trees {
        now: with(upper(named)?.as_deref(), &base)?,
        base,
        _base: None,
    })
}

/// The tree of `/usr` in a commit.
pub fn usr_of(repo: &ostree::Repo, commit: &str) -> Result<Rc<dyn Node>> {
    let root = tree::commit::root(repo, commit)?;
    match tree::lookup(&root, Path::new("usr"))? {
        Some(usr) if tree::is_directory(&*usr) => Ok(usr),
        _ => Err(Error::new(
            Kind::InvalidArgument,
            format!("commit {commit} has no /usr, so it is no system"),
        )),
    }
}

fn with(upper: Option<&Path>, base: &Rc<dyn Node>) -> Result<Rc<dyn Node>> {
    match upper {
        Some(upper) => overlay::over(upper, Rc::clone(base)),
        None => Ok(Rc::clone(base)),
    }
}

/// The directory that what was written to `/usr` is in; `None` where nothing is unlocked.
fn upper(named: &Named) -> Result<Option<PathBuf>> {
    match named {
        Named::Booted(booted) => {
            let observation = observe::observe(booted, View::Caller)?;
            if observation.stack.upper.is_none() {
                return Ok(None);
            }
            observation.upper_path().map(Some).ok_or_else(|| {
                Error::new(
                    Kind::Unsupported,
                    "nothing says where what was written is kept",
                )
                .at(USR)
            })
        }
        Named::Other(other, _) => {
            let upper = observe::hotfix_directory(other).join(State::Hotfix.directories().0);
            Ok(files::exists(&upper).then_some(upper))
        }
    }
}
