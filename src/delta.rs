// SPDX-License-Identifier: LGPL-2.1-or-later
//! Deltas: directories that, as a layer over the `/usr` of one commit, make that of another one.
//! Of what is the same nothing is in them; files are hard links of the repository's objects,
//! so that a commit may be pruned while it is live. Where a delta is mounted is not known here.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustix::fs::{AtFlags, CWD, FileType, Mode, Timespec, Timestamps};
use rustix::io::Errno;

use crate::diff::{Found, Walk};
use crate::error::{Error, Kind, Result};
use crate::live;
use crate::observe::{self, OURS};
use crate::ostree::{DeploymentId, sysroot};
use crate::rewrite;
use crate::stack::DELTAS;
use crate::sys::{boot, files, random};
use crate::tree::commit::hex;
use crate::tree::{Identity, Node, is_directory};

/// How the name begins of one that is being built.
const UNFINISHED: &str = ".new-";
/// Where the modules of a kernel are.
const MODULES: &str = "lib/modules";

/// What it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Built {
    /// Files, links, directories and whiteouts.
    pub entries: u64,
    /// Files of which the content had to be copied.
    pub copied: u64,
}

/// The directory, below `/usr`, that stays whatever a commit says of it: the modules of the
/// kernel that runs.
pub fn stays() -> PathBuf {
    let name = rustix::system::uname();
    let release = name.release().to_string_lossy();
    Path::new(MODULES).join(&*release)
}

/// Where the delta from the base of a deployment to `commit` is.
pub fn place(deployment: &DeploymentId, commit: &str) -> PathBuf {
    observe::deltas_directory(deployment).join(commit)
}

/// Whether it was built in this boot.
pub fn is_there(deployment: &DeploymentId, commit: &str) -> bool {
    boot::made(&observe::deltas_directory(deployment)) && place(deployment, commit).is_dir()
}

/// Those of this boot; `None` where they cannot be seen.
pub fn cached(deployment: &DeploymentId) -> Option<Vec<PathBuf>> {
    let place = observe::deltas_directory(deployment);
    let entries = match fs::read_dir(&place) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Some(Vec::new()),
        entries => entries.ok()?,
    };
    if !boot::made(&place) {
        return Some(Vec::new());
    }
    let is_whole = |name: &OsStr| !name.to_string_lossy().starts_with(UNFINISHED);
    let paths = entries.flatten().map(|entry| entry.path());
    let deltas = paths.filter(|path| path.is_dir() && path.file_name().is_some_and(is_whole));
    Some(deltas.collect())
}

/// How many files would have to be copied to build it, as far as that is known before: with links
/// into the repository none.
pub fn to_be_copied(repo: &ostree::Repo, deployment: &DeploymentId, commit: &str) -> Result<u64> {
    let device = |path: &Path| rustix::fs::stat(path).map(|stat| stat.st_dev).ok();
    let sysroot = device(Path::new(sysroot::PATH));
    let can_link = objects(repo).is_some_and(|objects| device(&objects) == sysroot);
    match can_link || is_there(deployment, commit) {
        true => Ok(0),
        false => files(
            live::usr_of(repo, &deployment.commit)?,
            live::usr_of(repo, commit)?,
        ),
    }
}

/// How many files make `after` out of `before`.
fn files(before: Rc<dyn Node>, after: Rc<dyn Node>) -> Result<u64> {
    let stays = stays();
    let mut files = 0;
    for found in Walk::new(Path::new(""), before, after).without_what_was_removed() {
        let found = found?;
        let is_file = found.after.is_some_and(|after| !is_directory(&*after));
        files += u64::from(is_file && !found.path.starts_with(&stays));
    }
    Ok(files)
}

/// Builds it there, unless it is there. In a namespace where the sysroot can be written to.
pub fn ensure(
    repo: &ostree::Repo,
    deployment: &DeploymentId,
    commit: &str,
    proceed: &dyn Fn() -> Result<()>,
) -> Result<Built> {
    let place = observe::deltas_directory(deployment);
    let below = deployment.backing().join(OURS).join(DELTAS);
    let sysroot = files::hold(Path::new(sysroot::PATH))?;
    let opened = files::ensure_directory(&sysroot, &below, 0o700)?;
    boot::renew(&place, &opened)?;
    sweep(&place)?;
    build(repo, &deployment.commit, commit, &place, proceed)
}

/// Builds the delta from `base` to `target`, both commits, in the directory `place` under the
/// name of `target`, unless it is there. In a namespace where the sysroot can be written to.
fn build(
    repo: &ostree::Repo,
    base: &str,
    target: &str,
    place: &Path,
    proceed: &dyn Fn() -> Result<()>,
) -> Result<Built> {
    let finished = place.join(target);
    if finished.is_dir() {
        return Ok(Built::default());
    }
    let unfinished = place.join(format!("{UNFINISHED}{:016x}", random::bits()?));
    let build = || {
        let (before, after) = (live::usr_of(repo, base)?, live::usr_of(repo, target)?);
        let mut builder = Builder::begin(&unfinished, objects(repo), &after)?;
        let stays = stays();
        let walk = Walk::new(Path::new(""), before, after).without_what_was_removed();
        for found in walk {
            proceed()?;
            let found = found?;
            // The directory itself has its metadata by now.
            let is_root = found.path.as_os_str().is_empty();
            if !is_root && !found.path.starts_with(&stays) {
                builder.one(&found, stays.starts_with(&found.path))?;
            }
        }
        let built = builder.finish()?;
        fs::rename(&unfinished, &finished)
            .map_err(|e| Error::io("naming what was built", e).at(&finished))?;
        Ok(built)
    };
    let built = build();
    if built.is_err() {
        let _ = fs::remove_dir_all(&unfinished);
    }
    built.map_err(|error: Error| error.at(&finished))
}

/// Removes what a call left that died while it built one.
fn sweep(place: &Path) -> Result<()> {
    let entries = match fs::read_dir(place) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(|e| Error::io("reading a directory", e).at(place))?,
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            fs::remove_dir_all(entry.path())
                .map_err(|e| Error::io("removing what was not finished", e).at(entry.path()))?;
        }
    }
    Ok(())
}

/// Where objects can be linked from: those of other kinds of repositories are not the files.
fn objects(repo: &ostree::Repo) -> Option<PathBuf> {
    use gio::prelude::*;
    let path = repo.path().path()?;
    (repo.mode() == ostree::RepoMode::Bare).then(|| path.join("objects"))
}

struct Builder {
    root: PathBuf,
    objects: Option<PathBuf>,
    /// The directories of the target that lead to where we are, itself first.
    way: Vec<(PathBuf, Rc<dyn Node>)>,
    made: HashSet<PathBuf>,
    built: Built,
}

impl Builder {
    fn begin(root: &Path, objects: Option<PathBuf>, target: &Rc<dyn Node>) -> Result<Builder> {
        let mut builder = Builder {
            root: root.to_owned(),
            objects,
            way: vec![(PathBuf::new(), Rc::clone(target))],
            made: HashSet::new(),
            built: Built::default(),
        };
        builder.directory(Path::new(""), &**target)?;
        Ok(builder)
    }

    fn one(&mut self, found: &Found, holds_what_stays: bool) -> Result<()> {
        match &found.after {
            // What is in it is left as well: it is the one thing that a commit does not decide.
            None if holds_what_stays => Ok(()),
            None => {
                self.parents(&found.path)?;
                self.whiteout(&found.path)
            }
            Some(after) if is_directory(&**after) => {
                self.parents(&found.path)?;
                self.directory(&found.path, &**after)
            }
            Some(after) => {
                self.parents(&found.path)?;
                self.file(&found.path, &**after)
            }
        }
        .map_err(|error| error.at(Path::new("/usr").join(&found.path)))
    }

    /// Makes the directories that lead to `path`, as the target has them.
    fn parents(&mut self, path: &Path) -> Result<()> {
        let parent = path.parent().unwrap_or(Path::new(""));
        if self.made.contains(parent) {
            return Ok(());
        }
        while self.way.len() > 1
            && self
                .way
                .last()
                .is_some_and(|(at, _)| !parent.starts_with(at))
        {
            self.way.pop();
        }
        while let Some((at, node)) = self.way.last().filter(|(at, _)| at != parent) {
            let below = parent.strip_prefix(at).unwrap_or(parent);
            let name = below.iter().next().unwrap_or(OsStr::new(""));
            let next = at.join(name);
            let node = node.child(name)?.filter(|node| is_directory(&**node));
            let node = node.ok_or_else(|| {
                Error::new(Kind::Failed, "the commit does not have its directory")
            })?;
            if !self.made.contains(&next) {
                self.directory(&next, &*node)?;
            }
            self.way.push((next, node));
        }
        Ok(())
    }

    fn directory(&mut self, path: &Path, node: &dyn Node) -> Result<()> {
        let at = self.at(path);
        fs::create_dir(&at).map_err(|e| Error::io("making a directory", e))?;
        rewrite::describe(&at, node)?;
        self.made.insert(path.to_owned());
        self.built.entries += 1;
        Ok(())
    }

    fn whiteout(&mut self, path: &Path) -> Result<()> {
        self.built.entries += 1;
        rustix::fs::mknodat(
            CWD,
            self.at(path),
            FileType::CharacterDevice,
            Mode::empty(),
            0,
        )
        .map_err(|e| Error::os("hiding what the commit does not have", e))
    }

    fn file(&mut self, path: &Path, node: &dyn Node) -> Result<()> {
        self.built.entries += 1;
        let at = self.at(path);
        if let (Some(objects), Identity::File(checksum)) = (&self.objects, node.identity()) {
            let name = hex(checksum);
            let object = objects
                .join(&name[..2])
                .join(format!("{}.file", &name[2..]));
            match rustix::fs::linkat(CWD, &object, CWD, &at, AtFlags::empty()) {
                Ok(()) => return Ok(()),
                // Another file system, no room for one more link, or an object that is elsewhere.
                Err(Errno::XDEV | Errno::MLINK | Errno::NOENT) => {}
                Err(e) => return Err(Error::os("linking a file", e)),
            }
        }
        self.built.copied += 1;
        rewrite::make(&at, node)?;
        rewrite::describe(&at, node)?;
        without_time(&at)
    }

    /// What is in a directory changes its time: last, then, all of them.
    fn finish(self) -> Result<Built> {
        for path in &self.made {
            without_time(&self.at(path))?;
        }
        Ok(self.built)
    }

    fn at(&self, path: &Path) -> PathBuf {
        match path.as_os_str().is_empty() {
            true => self.root.clone(),
            false => self.root.join(path),
        }
    }
}

/// As libostree has it: in a commit there are no times.
fn without_time(at: &Path) -> Result<()> {
    let epoch = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let times = Timestamps {
        last_access: epoch,
        last_modification: epoch,
    };
    rustix::fs::utimensat(CWD, at, &times, AtFlags::SYMLINK_NOFOLLOW)
        .map_err(|e| Error::os("setting a time", e).at(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::disk;

    #[test]
    fn files_are_counted_and_neither_directories_nor_what_stays() -> Result<()> {
        let top = std::env::temp_dir().join(format!("ou-delta-{}", std::process::id()));
        let file = |path: &Path, text: &str| {
            let at = top.join(path);
            assert!(at.parent().is_some_and(|p| fs::create_dir_all(p).is_ok()));
            assert!(fs::write(at, text).is_ok());
        };
        for (side, text) in [("before", "old"), ("after", "newer")] {
            file(&Path::new(side).join("same"), "");
            file(&Path::new(side).join("changed"), text);
            file(&Path::new(side).join(stays()).join("module"), text);
        }
        file(Path::new("before/gone"), "");
        file(Path::new("after/new/one"), "");
        file(Path::new("after/new/two"), "");
        let root = |side| disk::root(&top.join(side));
        let counted = files(root("before")?, root("after")?);
        let _ = fs::remove_dir_all(&top);
        assert_eq!(counted?, 3);
        Ok(())
    }
}
