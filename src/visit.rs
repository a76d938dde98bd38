// SPDX-License-Identifier: LGPL-2.1-or-later
//! A deployment that is not booted, as the root directory of the calling thread: its own `/etc`
//! to be written to, and what it shares with the system that runs. What is done there, and
//! whether that may be, is decided elsewhere.

use std::path::{Path, PathBuf};

use crate::error::{Error, Kind, Result};
use crate::options::Home;
use crate::ostree::{DeploymentId, sysroot};
use crate::shadow;
use crate::sys::{files, mounts, namespace};

/// What is the system's there. A deployment need not have a directory for the last one.
const SHARED: [&str; 5] = ["proc", "sys", "dev", "run", "tmp"];
const HOMES: [&str; 2] = ["home", "root"];

/// Whose `/var`, and what of it can be written to.
pub struct Variable<'a> {
    /// The `/var` of the system, or of another stateroot.
    pub source: &'a Path,
    /// Whether what is written is discarded; otherwise nothing can be.
    pub scratch: bool,
    /// What the homes are, if they are not as the rest of `/var`.
    pub home: Option<Home>,
}

/// Goes there. The thread's namespace has to be one of its own, with a sysroot that can be written
/// to.
pub fn enter(deployment: &DeploymentId, variable: &Variable<'_>) -> Result<()> {
    let root = &Path::new(sysroot::PATH).join(deployment.directory());
    // All of it is mounted on the deployment's own directory, where this namespace alone sees it.
    let tree = mounts::clone_tree(root, false)?;
    mounts::set_read_only(&tree, true)?;
    mounts::attach_on_top(&tree, root)?;
    let etc = mounts::clone_tree(&root.join("etc"), false)?;
    mounts::set_read_only(&etc, false)?;
    mounts::attach_on_top(&etc, &root.join("etc"))?;
    let var = root.join("var");
    match variable.scratch {
        true => shadow::lay(variable.source, &var).map(drop)?,
        false => show_read_only(variable.source, &var)?,
    }
    if let Some(home) = variable.home {
        for name in HOMES {
            bring_home(root, name, home)?;
        }
    }
    for name in SHARED {
        let Some(place) = files::resolve_in(root, Path::new(name))? else {
            continue;
        };
        let tree = mounts::clone_tree(&Path::new("/").join(name), true)?;
        mounts::attach_on_top(&tree, &place)?;
    }
    namespace::change_root(root)
}

/// Shows a directory, with what is mounted below it, and lets nobody write there.
fn show_read_only(source: &Path, place: &Path) -> Result<()> {
    let tree = mounts::clone_tree(source, true)?;
    mounts::set_tree_read_only(&tree)?;
    mounts::attach_on_top(&tree, place)
}

/// Has what a deployment calls `name` be that of the system, or a copy.
fn bring_home(root: &Path, name: &str, home: Home) -> Result<()> {
    // Links are followed here, as they may lead elsewhere there.
    let Ok(source) = std::fs::canonicalize(Path::new("/").join(name)) else {
        return Ok(());
    };
    let place = match files::resolve_in(root, Path::new(name))? {
        Some(place) => place,
        None => make_place(root, name)?,
    };
    match home {
        Home::Shared => mounts::attach_on_top(mounts::clone_tree(&source, true)?, &place),
        Home::Scratch => shadow::lay(&source, &place).map(drop),
    }
}

/// A stateroot that was never booted has no homes yet.
fn make_place(root: &Path, name: &str) -> Result<PathBuf> {
    let none = || {
        Error::new(Kind::NotFound, "the deployment has no directory for it")
            .at(Path::new("/").join(name))
            .next("with a scratch of /var (--var=scratch) one is made")
    };
    let link = std::fs::read_link(root.join(name)).map_err(|_| none())?;
    let below = link.strip_prefix("/").unwrap_or(&link);
    std::fs::create_dir_all(root.join(below)).map_err(|_| none())?;
    files::resolve_in(root, Path::new(name))?.ok_or_else(none)
}
