// SPDX-License-Identifier: LGPL-2.1-or-later
//! A deployment that is not booted, as the root directory of the calling thread: its own `/etc`
//! to be written to, and what it shares with the system that runs. What is done there, and
//! whether that may be, is decided elsewhere.

use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use crate::error::{Error, Kind, Result};
use crate::options::Home;
use crate::ostree::{DeploymentId, sysroot};
use crate::sys::files::{self, Attributes};
use crate::sys::mountinfo::{self, View};
use crate::sys::mounts::{self, Overlay};
use crate::sys::namespace;

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
        true => lay_scratch(variable.source, &var)?,
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

/// Shows a copy of a directory, which is in memory as far as it is written to. What is mounted
/// below that is no copy, and cannot be written to.
fn lay_scratch(source: &Path, place: &Path) -> Result<()> {
    let like = Attributes::of(source)?;
    let carried = clone_below(source)?;
    // The overlay covers the file system that it is made of.
    mounts::mount_tmpfs(place, None)?;
    let memory = files::hold(place)?;
    for name in ["upper", "work"] {
        files::make_directory_like(&memory, name, &like)?;
    }
    let overlay = Overlay {
        source: "ostree-unlock-scratch",
        lowers: &[source],
        upper: &place.join("upper"),
        work: &place.join("work"),
        exclusive: false,
    };
    mounts::mount_overlay(&overlay, place)
        .map_err(|e| Error::os("the kernel refuses the overlay of the scratch", e).at(place))?;
    for (below, tree) in carried {
        mounts::set_tree_read_only(&tree)?;
        mounts::attach_on_top(&tree, &place.join(below))?;
    }
    Ok(())
}

/// Copies of what is mounted below a directory, each with its path from there.
fn clone_below(directory: &Path) -> Result<Vec<(PathBuf, OwnedFd)>> {
    let table = mountinfo::load(View::Caller)?;
    let mut points: Vec<&Path> = table.iter().map(|mount| mount.point.as_path()).collect();
    points.sort_unstable();
    let mut copies: Vec<(PathBuf, OwnedFd)> = Vec::new();
    for point in points {
        let Ok(below) = point.strip_prefix(directory) else {
            continue;
        };
        let is_in_copy = copies.iter().any(|(outer, _)| below.starts_with(outer));
        // One that is covered is not there.
        if below.as_os_str().is_empty() || is_in_copy || !files::exists(point) {
            continue;
        }
        copies.push((below.to_owned(), mounts::clone_tree(point, true)?));
    }
    Ok(copies)
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
        Home::Scratch => lay_scratch(&source, &place),
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
