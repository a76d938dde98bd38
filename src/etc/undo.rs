// SPDX-License-Identifier: LGPL-2.1-or-later
//! What puts `/etc` back: written down before a merge, on the disk, and taken back whenever
//! and by whomever. What is to be merged is decided elsewhere.
//!
//! It has copies of the files of before, not hard links: `/etc` mostly is a mount of its own, or an
//! overlay, and the kernel links across neither. A copy is right in each case, and what somebody
//! writes into a file in place does not get into it.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::description::{self, Description};
use super::kept::{self, Kept};
use super::manifest::{self, Entry};
use super::merge::{Change, Merge};
use super::stage::{self, Step, Wanted};
use crate::error::{Error, Kind, Result};
use crate::sys::files;
use crate::tree::{self, FileType, Node, disk};

/// The copies; each is named by the number of its entry.
const FILES: &str = "files";

/// A merge that can be taken back.
pub struct Undo {
    place: PathBuf,
    etc: PathBuf,
    steps: Vec<Step>,
}

/// What came of taking one back.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct TakenBack {
    /// What stays as it is, sorted.
    pub kept: Vec<Kept>,
}

impl Undo {
    /// Writes down in the directory `place`, which is not there yet, how `/etc`, which is at `etc`,
    /// gets back to what it is; all of it is on the disk when this returns. Where it fails, nothing
    /// of it is left.
    pub fn record(
        place: &Path,
        etc: &Path,
        merge: &Merge,
        proceed: &dyn Fn() -> Result<()>,
    ) -> Result<Undo> {
        if manifest::read(place)?.is_some() {
            return Err(Error::new(Kind::Failed, "this undo was not taken back")
                .at(place)
                .next("end what is live first"));
        }
        discard(place)?;
        let recorded = write(place, etc, merge, proceed);
        if recorded.is_err() {
            let _ = discard(place);
        }
        recorded.map(|()| Undo {
            place: place.to_owned(),
            etc: etc.to_owned(),
            steps: merge.changes.iter().map(step).collect(),
        })
    }

    /// Makes the changes. Where that fails, all of it is taken back at once, and the undo is gone;
    /// where that fails too, the error says so, and the undo stays for [`take_back`].
    pub fn carry_out(self, proceed: &dyn Fn() -> Result<()>) -> Result<()> {
        let (place, etc) = (self.place.clone(), self.etc.clone());
        let Err(error) = self.attempt(proceed) else {
            return Ok(());
        };
        Err(match take_back(&place, &etc, &|| Ok(())) {
            Ok(_) => error.next("/etc is as it was"),
            Err(worse) => error.noting(vec![format!("/etc is not yet as it was: {worse}")]),
        })
    }

    fn attempt(self, proceed: &dyn Fn() -> Result<()>) -> Result<()> {
        match stage::carry(&self.etc, self.steps, proceed)?.first() {
            None => Ok(()),
            Some(kept) => Err(Error::new(Kind::Changed, kept.reason)
                .at(stage::at(&self.etc, &kept.path))
                .next("/etc is as it was; try it again")),
        }
    }
}

fn step(change: &Change) -> Step {
    Step {
        path: change.path.clone(),
        there: change.before.clone(),
        wanted: change.after.clone().map(|description| Wanted {
            description,
            content: change.content.clone(),
            modified: None,
        }),
    }
}

fn write(place: &Path, etc: &Path, merge: &Merge, proceed: &dyn Fn() -> Result<()>) -> Result<()> {
    let copies = place.join(FILES);
    let mut builder = DirBuilder::new();
    let made = builder.recursive(true).mode(0o700).create(&copies);
    made.map_err(|e| Error::io("making a directory for what was in /etc", e).at(&copies))?;
    let mut entries = Vec::new();
    for (number, change) in merge.changes.iter().chain(&merge.written).enumerate() {
        proceed()?;
        let copy = copies.join(number.to_string());
        entries.push(record(&copy, etc, change)?);
    }
    entries.extend(merge.absent.iter().map(|path| Entry::of_absent(path)));
    let opened = File::open(place).map_err(|e| Error::io("opening it", e).at(place))?;
    // The copies, and the directories that lead to them, before what says that they are whole.
    files::sync_file_system(opened).map_err(|e| e.at(place))?;
    proceed()?;
    manifest::write(place, &entries)
}

/// Writes down one path, with a copy of the file that is there.
fn record(copy: &Path, etc: &Path, change: &Change) -> Result<Entry> {
    let path = stage::at(etc, &change.path);
    let there = tree::lookup(&disk::root(etc)?, &change.path)?;
    let modified = match &there {
        None => (0, 0),
        Some(_) => modified(&path)?,
    };
    if let Some(there) = there.as_deref() {
        if there.side().file_type == FileType::Regular {
            copied(there, copy).map_err(|e| e.at(&path))?;
        }
    }
    let is_whole = match &change.before {
        Some(before) if before.side.file_type == FileType::Regular => {
            there.is_some() && description::digest(&mut open(copy)?)? == before.content
        }
        _ => true,
    };
    if !is_whole || description::of(there.as_ref())? != change.before {
        return Err(Error::new(Kind::Changed, kept::CHANGED_MEANWHILE)
            .at(path)
            .next("nothing was changed; try it again"));
    }
    Ok(Entry {
        path: change.path.clone(),
        before: change.before.clone(),
        modified,
        after: change.after.clone(),
    })
}

fn modified(path: &Path) -> Result<(i64, u32)> {
    let metadata =
        fs::symlink_metadata(path).map_err(|e| Error::io("looking at it", e).at(path))?;
    let nanoseconds = u32::try_from(metadata.mtime_nsec()).unwrap_or_default();
    Ok((metadata.mtime(), nanoseconds))
}

fn copied(from: &dyn Node, to: &Path) -> Result<()> {
    let mut to = File::create_new(to).map_err(|e| Error::io("copying it", e))?;
    tree::copy_content(from, &mut to)
}

fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|e| Error::io("opening a copy", e).at(path))
}

/// Puts back what was in `/etc`, which is at `etc`, but for what was changed since, and removes the
/// undo. One that was not written to its end was never used, and only goes; one that is not there
/// was taken back. Where it fails or is stopped, it is called again.
pub fn take_back(place: &Path, etc: &Path, proceed: &dyn Fn() -> Result<()>) -> Result<TakenBack> {
    let Some(entries) = manifest::read(place)? else {
        discard(place)?;
        return Ok(TakenBack::default());
    };
    let was_interrupted = stage::is_there(etc);
    let root = disk::root(etc)?;
    // One for all of them: each would keep its directory open.
    let copies = disk::root(&place.join(FILES))?;
    let (mut steps, mut kept) = (Vec::new(), Vec::new());
    for (number, entry) in entries.into_iter().enumerate().rev() {
        proceed()?;
        let there = description::at(&root, &entry.path)?;
        match fate(&entry, there.as_ref(), was_interrupted) {
            Fate::Done => {}
            Fate::Keep(reason) => kept.push(Kept {
                path: entry.path,
                reason,
            }),
            Fate::Restore => {
                let copy = || copy(&copies, number).map_err(|e| e.at(place));
                steps.push(restore(entry, there, copy)?);
            }
        }
    }
    kept.extend(stage::carry(etc, steps, proceed)?);
    kept.sort();
    proceed()?;
    manifest::remove(place)?;
    proceed()?;
    discard(place)?;
    Ok(TakenBack { kept })
}

enum Fate {
    Done,
    Restore,
    Keep(&'static str),
}

fn fate(entry: &Entry, there: Option<&Description>, was_interrupted: bool) -> Fate {
    let (before, after) = (entry.before.as_ref(), entry.after.as_ref());
    if there == before || entry.is_absent() {
        Fate::Done
    } else if description::same(there, after)
        || was_interrupted && description::is_halfway(there, before, after)
    {
        Fate::Restore
    } else if description::same(there, before) {
        // Labelled anew, and otherwise as it was.
        Fate::Done
    } else {
        Fate::Keep(kept::CHANGED_SINCE)
    }
}

fn copy(copies: &Rc<impl Node + ?Sized>, number: usize) -> Result<Rc<dyn Node>> {
    let copy = copies.child(OsStr::new(&number.to_string()))?;
    copy.ok_or_else(|| Error::new(Kind::Failed, format!("the copy {number} is gone")))
}

fn restore(
    entry: Entry,
    there: Option<Description>,
    copy: impl FnOnce() -> Result<Rc<dyn Node>>,
) -> Result<Step> {
    let wanted = match entry.before {
        None => None,
        Some(description) => Some(Wanted {
            content: match description.side.file_type {
                FileType::Regular => Some(copy()?),
                _ => None,
            },
            modified: (!description.is_directory()).then_some(entry.modified),
            description,
        }),
    };
    Ok(Step {
        path: entry.path,
        there,
        wanted,
    })
}

/// Removes an undo; that it is not there is no error.
fn discard(place: &Path) -> Result<()> {
    match fs::remove_dir_all(place) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(Error::io("removing it", e).at(place)),
        _ => Ok(()),
    }
}

/// The places of the undos in `directory`, in the order in which they are to be taken back.
pub fn undos(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut numbers = numbers(directory)?;
    numbers.sort_unstable_by(|one, other| other.cmp(one));
    let place = |number: u64| directory.join(number.to_string());
    Ok(numbers.into_iter().map(place).collect())
}

fn numbers(directory: &Path) -> Result<Vec<u64>> {
    let failed = |e| Error::io("reading a directory", e).at(directory);
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(failed(e)),
    };
    let mut numbers = Vec::new();
    for entry in entries {
        let name = entry.map_err(failed)?.file_name();
        numbers.extend(name.to_str().and_then(|name| name.parse::<u64>().ok()));
    }
    Ok(numbers)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
