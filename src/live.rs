// SPDX-License-Identifier: LGPL-2.1-or-later
//! What the `/usr` of a deployment is made of, as trees: as it was deployed, and as it is
//! with what was written. Read beneath all mounts; nothing is changed.

use std::fs::Metadata;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::error::{Error, Kind, Result};
use crate::observe::{self, Observation, USR};
use crate::ostree::sysroot::Named;
use crate::stack::State;
use crate::sys::mountinfo::View;
use crate::sys::{files, mounts};
use crate::tree::{self, Node, disk, overlay};

/// Both trees; the same, where nothing is unlocked.
pub struct Trees {
    pub base: Rc<dyn Node>,
    pub now: Rc<dyn Node>,
    /// Where what was written is; `None` where nothing is unlocked.
    pub upper: Option<PathBuf>,
    /// The commit of `base`.
    pub commit: String,
    /// What `base` is read through.
    _base: Option<OwnedFd>,
}

/// The trees of the booted deployment with its base as it is mounted, which is the fastest; of
/// another one with that of its commit.
pub fn trees(named: &Named, repo: &dyn Fn() -> Result<ostree::Repo>) -> Result<Trees> {
    match named {
        Named::Booted(_) => as_mounted(open(named)?),
        Named::Other(..) => as_committed(named, &repo()?),
    }
}

/// What lies over the base that a deployment was booted with.
struct Open {
    upper: Option<PathBuf>,
    /// Uppers of before, the latest first.
    frozen: Vec<PathBuf>,
    /// What makes the live commit out of the base.
    delta: Option<PathBuf>,
    /// The commit that all of what was written lies over.
    commit: String,
}

impl Open {
    fn of(observation: &Observation) -> Open {
        let stack = &observation.stack;
        let delta = stack.layers.iter().find(|layer| layer.commit().is_some());
        Open {
            upper: observation.upper_path(),
            frozen: stack.frozen().map(|layer| layer.0.clone()).collect(),
            delta: delta.map(|layer| layer.0.clone()),
            commit: observation.commit().to_owned(),
        }
    }

    /// A tree with all that was written.
    fn over(&self, base: &Rc<dyn Node>) -> Result<Rc<dyn Node>> {
        let mut tree = Rc::clone(base);
        for upper in self.frozen.iter().rev().chain(&self.upper) {
            tree = overlay::over(upper, tree)?;
        }
        Ok(tree)
    }
}

/// What one sees of another base, beneath all that was written to the `/usr` that was observed.
pub fn under_what_was_written(
    observation: &Observation,
    base: &Rc<dyn Node>,
) -> Result<Rc<dyn Node>> {
    Open::of(observation).over(base)
}

fn as_mounted(open: Open) -> Result<Trees> {
    // The root without what is mounted on it: `usr` in it is the base.
    let root = mounts::clone_tree(Path::new("/"), false)?;
    let base = disk::root(&PathBuf::from(format!(
        "/proc/self/fd/{}/usr",
        root.as_raw_fd()
    )))?;
    let base = match &open.delta {
        Some(delta) => overlay::over(delta, base)?,
        None => base,
    };
    Ok(Trees {
        now: open.over(&base)?,
        base,
        upper: open.upper,
        commit: open.commit,
        _base: Some(root),
    })
}

/// The same with the base as its commit has it, so that it can be held against commits.
pub fn as_committed(named: &Named, repo: &ostree::Repo) -> Result<Trees> {
    let open = open(named)?;
    let base = usr_of(repo, &open.commit)?;
    Ok(Trees {
        now: open.over(&base)?,
        base,
        upper: open.upper,
        commit: open.commit,
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

/// The tree of a commit that can take the place of what is there, or take changes made on it.
pub fn whole(repo: &ostree::Repo, commit: &str) -> Result<Rc<dyn Node>> {
    let root = tree::commit::root(repo, &tree::commit::resolve_whole(repo, commit)?)?;
    usr_of(repo, commit)?;
    Ok(root)
}

fn open(named: &Named) -> Result<Open> {
    match named {
        Named::Booted(booted) => {
            let observation = observe::observe(booted, View::Caller)?;
            let open = Open::of(&observation);
            if observation.stack.upper.is_some() && open.upper.is_none() {
                return Err(Error::new(
                    Kind::Unsupported,
                    "nothing says where what was written is kept",
                )
                .at(USR));
            }
            Ok(open)
        }
        Named::Other(other, _) => {
            let upper = observe::hotfix_directory(other).join(State::Hotfix.directories().0);
            Ok(Open {
                upper: files::exists(&upper).then_some(upper),
                frozen: Vec::new(),
                delta: None,
                commit: other.commit.clone(),
            })
        }
    }
}

/// What tells whether an upper was written to since; `None` if nothing is in it.
pub fn written(upper: &Path) -> Result<Option<u64>> {
    let mut entries =
        std::fs::read_dir(upper).map_err(|e| Error::io("looking at it", e).at(upper))?;
    match entries.next() {
        None => Ok(None),
        Some(_) => fingerprint(upper).map(Some),
    }
}

/// What tells whether a file, or anything below a directory, was written to: paths, inodes, times
/// of change. What is still in memory only is written to the disk first, so that even a file that
/// is mapped gets a new time with the next write.
pub fn fingerprint(top: &Path) -> Result<u64> {
    flush(top)?;
    let mut hasher = DefaultHasher::new();
    each(top, &mut |path, metadata| {
        path.hash(&mut hasher);
        let times = (metadata.ctime(), metadata.ctime_nsec());
        (metadata.ino(), metadata.size(), times).hash(&mut hasher);
    })?;
    Ok(hasher.finish())
}

/// When anything below a directory was changed last, in seconds since the epoch.
pub fn last_change(top: &Path) -> Result<i64> {
    let mut last = 0;
    each(top, &mut |_, metadata| last = last.max(metadata.ctime()))?;
    Ok(last)
}

/// Tells of a file, or of all that is below a directory, always in the same order.
fn each(top: &Path, tell: &mut dyn FnMut(&Path, &Metadata)) -> Result<()> {
    let mut waiting = vec![top.to_owned()];
    while let Some(path) = waiting.pop() {
        let unreadable = |e| Error::io("looking at it", e).at(&path);
        // What went away meanwhile is missed by the one look or the other.
        let Some(metadata) = there(std::fs::symlink_metadata(&path)).map_err(unreadable)? else {
            continue;
        };
        // The directory itself is set up by who mounts it.
        if path != top || !metadata.is_dir() {
            tell(&path, &metadata);
        }
        if !metadata.is_dir() {
            continue;
        }
        let Some(entries) = there(std::fs::read_dir(&path)).map_err(unreadable)? else {
            continue;
        };
        let below = entries.map(|entry| entry.map(|entry| entry.path()));
        let mut below = below.collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
        below.sort_unstable();
        waiting.append(&mut below);
    }
    Ok(())
}

fn there<T>(found: std::io::Result<T>) -> std::io::Result<Option<T>> {
    match found {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        found => found.map(Some),
    }
}

/// Writes what is in memory to the disk that a path is on.
fn flush(path: &Path) -> Result<()> {
    // Anything else than a directory could be something that to open is to wait for.
    let directory = path.ancestors().find(|path| path.is_dir());
    let directory = directory.unwrap_or(Path::new("/"));
    let opened =
        std::fs::File::open(directory).map_err(|e| Error::io("opening it", e).at(directory))?;
    rustix::fs::syncfs(&opened).map_err(|e| Error::os("flushing it", e).at(directory))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn what_is_written_to_is_noticed() -> Result<()> {
        let top = std::env::temp_dir().join(format!("ou-fingerprint-{}", std::process::id()));
        let file = top.join("directory/file");
        assert!(fs::create_dir_all(top.join("directory")).is_ok());
        assert!(fs::write(&file, "one").is_ok());
        let all = [top.clone(), file.clone(), top.join("none")];
        let look = || {
            all.iter()
                .map(|path| fingerprint(path))
                .collect::<Result<Vec<_>>>()
        };
        let before = look()?;
        assert_eq!(look()?, before);
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert!(fs::write(&file, "two").is_ok());
        let after = look()?;
        assert!(fs::remove_dir_all(&top).is_ok());
        assert_ne!(before[0], after[0]);
        assert_ne!(before[1], after[1]);
        assert_eq!(before[2], after[2]);
        Ok(())
    }
}
