// SPDX-License-Identifier: LGPL-2.1-or-later
//! Deltas: directories that, as a layer over the `/usr` of one commit, make that of another one.
//! Of what is the same nothing is in them; files are hard links of the repository's objects,
//! so that a commit may be pruned while it is live. Where a delta is mounted is not known here.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustix::fs::{AtFlags, CWD, FileType, Mode, Timespec, Timestamps};
use rustix::io::Errno;

use crate::diff::{Walk, different};
use crate::error::{Error, Kind, Result};
use crate::live;
use crate::observe::{self, OURS};
use crate::ostree::{DeploymentId, sysroot};
use crate::rewrite;
use crate::stack::DELTAS;
use crate::sys::{boot, files, random};
use crate::tree::commit::hex;
use crate::tree::{Checksum, Entry, Node, is_directory};

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
        let builder = Builder {
            root: &unfinished,
            objects: objects(repo),
            stays: stays(),
            built: Built::default(),
        };
        let built = builder.build(before, after, proceed)?;
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

/// Makes one directory after the other. What is the same is known by its checksum; of a file nothing
/// but its checksum is needed.
struct Builder<'a> {
    root: &'a Path,
    objects: Option<PathBuf>,
    stays: PathBuf,
    built: Built,
}

/// A directory that was made, and is gone through.
struct Level {
    path: PathBuf,
    before: Option<Rc<dyn Node>>,
    after: Rc<dyn Node>,
    suspects: std::vec::IntoIter<(OsString, Option<Entry>)>,
}

impl Builder<'_> {
    fn build(
        mut self,
        before: Rc<dyn Node>,
        after: Rc<dyn Node>,
        proceed: &dyn Fn() -> Result<()>,
    ) -> Result<Built> {
        let mut waiting = vec![self.directory(PathBuf::new(), Some(before), after)?];
        while let Some(level) = waiting.last_mut() {
            proceed()?;
            let Some((name, entry)) = level.suspects.next() else {
                // What is in it changes its time: last, then.
                without_time(&self.at(&level.path))?;
                waiting.pop();
                continue;
            };
            let path = level.path.join(&name);
            let next = match entry {
                _ if path.starts_with(&self.stays) => Ok(None),
                None => self.whiteout(&path).map(|()| None),
                Some(entry) => self.one(&path, &entry, level),
            };
            let next = next.map_err(|error| error.at(Path::new("/usr").join(&path)))?;
            waiting.extend(next);
        }
        Ok(self.built)
    }

    /// What is there; of a directory what is to be gone through.
    fn one(&mut self, path: &Path, entry: &Entry, level: &Level) -> Result<Option<Level>> {
        if let Some((checksum, None)) = &entry.checksums {
            if self.link(path, checksum)? {
                return Ok(None);
            }
        }
        let missing = || Error::new(Kind::Failed, "the commit does not have what it names");
        let after = level.after.child(&entry.name)?.ok_or_else(missing)?;
        if !is_directory(&*after) {
            return self.copy(path, &*after).map(|()| None);
        }
        let before = match &level.before {
            Some(before) => before.child(&entry.name)?,
            None => None,
        };
        let before = before.filter(|before| is_directory(&**before));
        self.directory(path.to_owned(), before, after).map(Some)
    }

    fn directory(
        &mut self,
        path: PathBuf,
        before: Option<Rc<dyn Node>>,
        after: Rc<dyn Node>,
    ) -> Result<Level> {
        let at = self.at(&path);
        fs::create_dir(&at).map_err(|e| Error::io("making a directory", e))?;
        rewrite::describe(&at, &*after)?;
        self.built.entries += 1;
        let old = match &before {
            Some(before) => before.entries()?,
            None => Vec::new(),
        };
        Ok(Level {
            suspects: different(old, after.entries()?).into_iter(),
            path,
            before,
            after,
        })
    }

    fn whiteout(&mut self, path: &Path) -> Result<()> {
        if self.stays.starts_with(path) {
            // What is in it is left as well: it is the one thing that a commit does not decide.
            return Ok(());
        }
        self.built.entries += 1;
        let device = FileType::CharacterDevice;
        rustix::fs::mknodat(CWD, self.at(path), device, Mode::empty(), 0)
            .map_err(|e| Error::os("hiding what the commit does not have", e))
    }

    /// Says whether it could be linked.
    fn link(&mut self, path: &Path, checksum: &Checksum) -> Result<bool> {
        let Some(objects) = &self.objects else {
            return Ok(false);
        };
        let name = hex(checksum);
        let object = objects.join(format!("{}/{}.file", &name[..2], &name[2..]));
        match rustix::fs::linkat(CWD, &object, CWD, self.at(path), AtFlags::empty()) {
            Ok(()) => {
                self.built.entries += 1;
                Ok(true)
            }
            // Another file system, no room for one more link, or an object that is elsewhere.
            Err(Errno::XDEV | Errno::MLINK | Errno::NOENT) => Ok(false),
            Err(e) => Err(Error::os("linking a file", e)),
        }
    }

    fn copy(&mut self, path: &Path, node: &dyn Node) -> Result<()> {
        self.built.entries += 1;
        self.built.copied += 1;
        let at = self.at(path);
        rewrite::make(&at, node)?;
        rewrite::describe(&at, node)?;
        without_time(&at)
    }

    fn at(&self, path: &Path) -> PathBuf {
        match path.as_os_str().is_empty() {
            true => self.root.to_owned(),
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
