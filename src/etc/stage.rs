// SPDX-License-Identifier: LGPL-2.1-or-later
//! Changes of a directory tree on a disk, in steps: all that is new is made aside first, in a
//! directory of its own within the tree, and is on the disk before the first name changes. So
//! each file appears whole, a new directory with all that is in it, and a disk that is full says
//! so while everything is still as it was. What is to be done is not decided here.
//!
//! The directory is there from before the first change until after the last one. Who finds it
//! knows that somebody died in between.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustix::fs::{AtFlags, CWD, Mode, Timespec, Timestamps, UTIME_OMIT};

use super::description::{self, Description, EVM, LABELS, SELINUX};
use super::kept::{self, Kept};
use crate::error::{Error, Result};
use crate::sys::{files, xattr};
use crate::tree::{self, FileType, Node, disk, is_directory};

const NAME: &str = ".ostree-unlock";

/// What is to become of a path.
pub struct Step {
    /// Below the root of the tree.
    pub path: PathBuf,
    /// What is there; something else stays.
    pub there: Option<Description>,
    /// What is to be there.
    pub wanted: Option<Wanted>,
}

/// What is to be somewhere.
pub struct Wanted {
    pub description: Description,
    /// Where an ordinary file has its content.
    pub content: Option<Rc<dyn Node>>,
    /// When it was changed last, where that is not now.
    pub modified: Option<(i64, u32)>,
}

/// What is ready for a step.
enum Ready {
    /// Nothing is made anew.
    Remove,
    Describe(Description),
    /// This is to be moved to its place.
    Put(PathBuf),
    /// It comes with a directory that it is in.
    Within,
}

/// Whether somebody died while the tree at `root` was changed.
pub fn is_there(root: &Path) -> bool {
    files::exists(&root.join(NAME))
}

/// Does all `steps` in the tree at `root`, which is on the disk when this returns, and says what
/// was passed over, as it became another meanwhile. `proceed` is asked before each step, twice: an
/// error of it or of a step leaves everything as far as it came.
pub fn carry(root: &Path, steps: Vec<Step>, proceed: &dyn Fn() -> Result<()>) -> Result<Vec<Kept>> {
    let kept = match steps.is_empty() {
        true => Vec::new(),
        false => all(root, steps, proceed)?,
    };
    // Also where nothing was left to do: who did it may have died before this.
    sync(root)?;
    if is_there(root) {
        files::remove_tree(&files::hold(root)?, NAME).map_err(|e| e.at(root))?;
        sync(root)?;
    }
    Ok(kept)
}

fn all(root: &Path, steps: Vec<Step>, proceed: &dyn Fn() -> Result<()>) -> Result<Vec<Kept>> {
    let mut stage = Stage::open(root)?;
    let mut ready = Vec::new();
    for step in steps {
        proceed()?;
        let prepared = stage
            .prepare(&step)
            .map_err(|e| e.at(at(root, &step.path)))?;
        ready.push((step, prepared));
    }
    sync(root)?;
    let mut kept: Vec<Kept> = Vec::new();
    for (step, prepared) in ready {
        proceed()?;
        let parent = step.path.parent();
        let done = match prepared {
            // It has not come where its directory has not.
            Ready::Within => kept
                .iter()
                .any(|kept| Some(&*kept.path) == parent)
                .then_some(kept::NO_DIRECTORY),
            _ => take(root, &step, prepared).map_err(|e| e.at(at(root, &step.path)))?,
        };
        kept.extend(done.map(|reason| Kept {
            path: step.path,
            reason,
        }));
    }
    Ok(kept)
}

/// A path below `root`; with an empty one that itself, without a slash at its end.
pub fn at(root: &Path, path: &Path) -> PathBuf {
    match path.as_os_str().is_empty() {
        true => root.to_owned(),
        false => root.join(path),
    }
}

fn sync(root: &Path) -> Result<()> {
    let opened = File::open(root).map_err(|e| Error::io("opening it", e).at(root))?;
    files::sync_file_system(opened).map_err(|e| e.at(root))
}

struct Stage {
    directory: PathBuf,
    /// How many are in it.
    count: usize,
    /// The directories that are made anew, and where.
    made: BTreeMap<PathBuf, PathBuf>,
}

impl Stage {
    /// The directory, with nothing in it. One that is there stays, as that says something.
    fn open(root: &Path) -> Result<Stage> {
        let directory = root.join(NAME);
        let empty = || match DirBuilder::new().mode(0o700).create(&directory) {
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {
                for entry in fs::read_dir(&directory)? {
                    let entry = entry?;
                    match entry.file_type()?.is_dir() {
                        true => fs::remove_dir_all(entry.path())?,
                        false => fs::remove_file(entry.path())?,
                    }
                }
                Ok(())
            }
            other => other,
        };
        empty().map_err(|e| Error::io("making a directory for new files", e).at(&directory))?;
        Ok(Stage {
            directory,
            count: 0,
            made: BTreeMap::new(),
        })
    }

    fn prepare(&mut self, step: &Step) -> Result<Ready> {
        let Some(wanted) = &step.wanted else {
            return Ok(Ready::Remove);
        };
        let is_directory = |file: Option<&Description>| file.is_some_and(Description::is_directory);
        let becomes_directory = wanted.description.is_directory();
        if becomes_directory && is_directory(step.there.as_ref()) {
            return Ok(Ready::Describe(wanted.description.clone()));
        }
        let within = self.within(&step.path);
        let is_within = within.is_some();
        let aside = within.unwrap_or_else(|| {
            self.count += 1;
            self.directory.join(self.count.to_string())
        });
        make(&aside, wanted)?;
        if becomes_directory {
            self.made.insert(step.path.clone(), aside.clone());
        }
        Ok(match is_within {
            true => Ready::Within,
            false => Ready::Put(aside),
        })
    }

    /// Where `path` is, if it is in a directory that is made anew.
    fn within(&self, path: &Path) -> Option<PathBuf> {
        let directory = self.made.get(path.parent()?)?;
        Some(directory.join(path.file_name()?))
    }
}

/// Does one step; says why, if it is passed over.
fn take(root: &Path, step: &Step, ready: Ready) -> Result<Option<&'static str>> {
    let tree = disk::root(root)?;
    if let (None, Some(parent)) = (&step.there, step.path.parent()) {
        let parent = tree::lookup(&tree, parent)?;
        if !parent.as_deref().is_some_and(is_directory) {
            return Ok(Some(kept::NO_DIRECTORY));
        }
    }
    let there = description::at(&tree, &step.path)?;
    if !description::same(there.as_ref(), step.there.as_ref()) {
        return Ok(Some(kept::CHANGED_MEANWHILE));
    }
    let place = at(root, &step.path);
    match ready {
        Ready::Within => Ok(None),
        Ready::Remove => remove(&place, there.as_ref()),
        Ready::Describe(description) => describe(&place, &description).map(|()| None),
        Ready::Put(aside) => {
            let is_replaced = fs::symlink_metadata(&aside).is_ok_and(|new| !new.is_dir())
                && there.as_ref().is_some_and(|there| !there.is_directory());
            if !is_replaced {
                let stays = remove(&place, there.as_ref())?;
                if stays.is_some() {
                    return Ok(stays);
                }
            }
            fs::rename(&aside, &place)
                .map(|()| None)
                .map_err(|e| Error::io("putting it in its place", e))
        }
    }
}

/// Never more than what is known: a directory only if nothing is in it.
fn remove(place: &Path, there: Option<&Description>) -> Result<Option<&'static str>> {
    let removed = match there {
        None => Ok(()),
        Some(there) if there.is_directory() => fs::remove_dir(place),
        Some(_) => fs::remove_file(place),
    };
    match removed {
        Ok(()) => Ok(None),
        Err(e) if e.kind() == ErrorKind::DirectoryNotEmpty => Ok(Some(kept::NOT_EMPTY)),
        Err(e) => Err(Error::io("removing it", e)),
    }
}

fn make(aside: &Path, wanted: &Wanted) -> Result<()> {
    let failed = |e| Error::io("making it", e);
    match (wanted.description.side.file_type, &wanted.content) {
        (FileType::Directory, _) => fs::create_dir(aside).map_err(failed)?,
        (FileType::Symlink, _) => {
            let target = wanted.description.target();
            std::os::unix::fs::symlink(target, aside).map_err(failed)?;
        }
        (_, content) => {
            let mut to = File::create_new(aside).map_err(failed)?;
            if let Some(content) = content {
                tree::copy_content(&**content, &mut to)?;
            }
        }
    }
    describe(aside, &wanted.description)?;
    match wanted.modified {
        Some(modified) => touch(aside, modified),
        None => Ok(()),
    }
}

/// Owner, extended attributes and mode.
fn describe(place: &Path, description: &Description) -> Result<()> {
    let side = &description.side;
    std::os::unix::fs::lchown(place, Some(side.uid), Some(side.gid))
        .map_err(|e| Error::io("changing an owner", e))?;
    // What the kernel itself gave to this inode. SELinux' label is never taken away: it refuses.
    let stays = |name: &[u8]| name != SELINUX && (name == EVM || LABELS.contains(&name));
    xattr::replace_all(place, &description.xattrs, stays)
        .map_err(|e| Error::os("setting extended attributes", e))?;
    if side.file_type != FileType::Symlink {
        // After the owner, whose change takes the set-user-id bit away.
        rustix::fs::chmodat(CWD, place, Mode::from_raw_mode(side.mode), AtFlags::empty())
            .map_err(|e| Error::os("changing a mode", e))?;
    }
    Ok(())
}

fn touch(place: &Path, (seconds, nanoseconds): (i64, u32)) -> Result<()> {
    let times = Timestamps {
        last_access: Timespec {
            tv_sec: 0,
            tv_nsec: UTIME_OMIT as _,
        },
        last_modification: Timespec {
            tv_sec: seconds,
            tv_nsec: nanoseconds as _,
        },
    };
    rustix::fs::utimensat(CWD, place, &times, AtFlags::SYMLINK_NOFOLLOW)
        .map_err(|e| Error::os("setting its time", e))
}
