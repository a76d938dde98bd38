// SPDX-License-Identifier: LGPL-2.1-or-later
//! What puts `/etc` back: written down before a merge, on the disk, and taken back whenever
//! and by whomever. What is to be merged is decided elsewhere.
//!
//! It has copies of the files of before, not hard links: `/etc` mostly is a mount of its own, or an
//! overlay, and the kernel links across neither. A copy is right in each case, and what somebody
//! writes into a file in place does not get into it.

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
    let failed = |e| Error::io("copying it", e);
    let mut to = File::create_new(to).map_err(failed)?;
    std::io::copy(&mut *from.open()?, &mut to)
        .map(drop)
        .map_err(failed)
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
                let copy = place.join(FILES).join(number.to_string());
                steps.push(restore(entry, there, &copy)?);
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

fn restore(entry: Entry, there: Option<Description>, copy: &Path) -> Result<Step> {
    let wanted = match entry.before {
        None => None,
        Some(description) => Some(Wanted {
            content: match description.side.file_type {
                FileType::Regular => Some(disk::root(copy)? as Rc<dyn Node>),
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

/// The place of one more.
pub fn next(directory: &Path) -> Result<PathBuf> {
    let last = numbers(directory)?.into_iter().max();
    let next = last.map_or(0, |last| last.saturating_add(1));
    Ok(directory.join(next.to_string()))
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
mod tests {
    use super::super::merge;
    use super::super::sample::{self, Dice, Sample, stop_after, stops};
    use super::*;
    use crate::sys::mounts;

    const GO_ON: &dyn Fn() -> Result<()> = &|| Ok(());

    impl Sample {
        fn plan(&self) -> Merge {
            merge::plan(&self.node("old"), &self.node("etc"), &self.node("new")).unwrap()
        }

        fn record(&self) -> Undo {
            Undo::record(&self.at("undo/0"), &self.at("etc"), &self.plan(), GO_ON).unwrap()
        }

        fn apply(&self) {
            self.record().carry_out(GO_ON).unwrap();
        }

        fn back(&self, proceed: &dyn Fn() -> Result<()>) -> Result<TakenBack> {
            take_back(&self.at("undo/0"), &self.at("etc"), proceed)
        }

        /// The paths that stayed, and why.
        fn kept(&self) -> Vec<String> {
            let taken = self.back(GO_ON).unwrap();
            assert!(!self.at("undo/0").exists());
            let kept = taken.kept.iter();
            kept.map(|k| format!("{}: {}", k.path.display(), k.reason))
                .collect()
        }

        /// Old defaults, what somebody made of them, and new ones, at random.
        fn random(name: &str, seed: u64) -> Sample {
            let sample = Sample::of_three(name);
            let mut dice = Dice::new(seed);
            dice.change(&sample.at("old"), 16);
            sample.copy("old", "new");
            dice.change(&sample.at("new"), 8);
            sample.copy(if dice.below(8) == 0 { "new" } else { "old" }, "etc");
            let changes = dice.below(6);
            dice.change(&sample.at("etc"), changes);
            sample
        }
    }

    #[test]
    fn what_is_untouched_becomes_the_new_default_and_goes_back() {
        for seed in 0..40 {
            let sample = Sample::random("clean", seed);
            sample.copy("old", "etc");
            let before = sample.listing("etc");
            sample.apply();
            assert_eq!(sample.defaults("etc"), sample.defaults("new"), "{seed}");
            assert!(sample.plan().changes.is_empty(), "{seed}");
            assert_eq!(sample.kept(), [""; 0], "{seed}");
            assert_eq!(sample.listing("etc"), before, "{seed}");
        }
    }

    #[test]
    fn whatever_was_there_comes_back() {
        for seed in 0..80 {
            let sample = Sample::random("back", seed);
            let before = sample.listing("etc");
            sample.apply();
            assert!(sample.plan().changes.is_empty(), "{seed}");
            assert_eq!(sample.kept(), [""; 0], "{seed}");
            assert_eq!(sample.listing("etc"), before, "{seed}");
            assert_eq!(sample.kept(), [""; 0], "{seed}");
        }
    }

    #[test]
    fn defaults_are_read_from_commits() {
        let sample = Sample::of_three("commits");
        sample.files("changed", ["1", "1", "2"]);
        sample.files("local", ["1", "mine", "2"]);
        sample.files("gone/a", ["1", "1", ""]);
        sample.files("new/a", ["", "", "1"]);
        for (side, target) in [("old", "1"), ("etc", "1"), ("new", "2")] {
            let side = sample.at(side);
            std::os::unix::fs::symlink(target, side.join("link")).unwrap();
            sample::set(&side.join("changed"), "trusted.test", target);
            sample::set(&side, "trusted.test", target);
        }
        sample::mode(&sample.at("new/new"), 0o1770);
        let before = sample.listing("etc");
        let [old, new] = sample.committed(["old", "new"]);
        let merge = merge::plan(&old, &sample.node("etc"), &new).unwrap();
        let paths: Vec<_> = merge.kept.iter().map(|kept| kept.path.as_path()).collect();
        assert_eq!(paths, [Path::new("local")]);
        let place = sample.at("undo/0");
        let undo = Undo::record(&place, &sample.at("etc"), &merge, GO_ON).unwrap();
        undo.carry_out(GO_ON).unwrap();
        sample.file("new/local", "mine");
        assert_eq!(sample.defaults("etc"), sample.defaults("new"));
        assert_eq!(sample.kept(), [""; 0]);
        assert_eq!(sample.listing("etc"), before);
    }

    #[test]
    fn acls_come_and_go_and_none_is_inherited() {
        const ACCESS: &str = "system.posix_acl_access";
        const DEFAULT: &str = "system.posix_acl_default";
        let sample = Sample::of_three("acl");
        sample.files("changed", ["1", "1", "2"]);
        sample.files("loses", ["1", "1", "1"]);
        sample.files("gets", ["1", "1", "1"]);
        sample.files("local", ["1", "1", "2"]);
        sample.files("dir/a", ["1", "1", "1"]);
        sample.files("new/a", ["", "", "1"]);
        for (path, name) in [
            ("old/loses", ACCESS),
            ("etc/loses", ACCESS),
            ("new/gets", ACCESS),
            ("etc/local", ACCESS),
            ("new/dir", ACCESS),
            ("new/new", DEFAULT),
            ("old", DEFAULT),
            ("etc", DEFAULT),
            ("new", DEFAULT),
        ] {
            sample::set_acl(&sample.at(path), name);
        }
        let before = sample.listing("etc");
        assert_eq!(sample.plan().kept.len(), 1);
        sample.apply();
        fs::write(sample.at("new/local"), "1").unwrap();
        sample::set_acl(&sample.at("new/local"), ACCESS);
        assert_eq!(sample.defaults("etc"), sample.defaults("new"));
        assert_eq!(sample.kept(), [""; 0]);
        assert_eq!(sample.listing("etc"), before);
    }

    #[test]
    fn who_dies_at_any_step_leaves_what_can_be_taken_back() {
        for seed in 0..6 {
            let sample = Sample::random("dies", seed);
            let before = sample.listing("etc");
            sample.copy("etc", "kept");
            for stop in stops() {
                sample.copy("kept", "etc");
                let done = sample.record().attempt(&stop_after(stop));
                // Who takes back dies, too, at another step each time.
                let died = sample.back(&stop_after(stop / 2));
                assert!(died.is_err() || stop > 4, "{seed} {stop}");
                assert_eq!(sample.kept(), [""; 0], "{seed} {stop}");
                assert_eq!(sample.listing("etc"), before, "{seed} {stop}");
                if done.is_ok() {
                    break;
                }
            }
        }
    }

    #[test]
    fn who_dies_while_taking_back_leaves_the_rest_to_the_next_one() {
        for seed in 6..12 {
            let sample = Sample::random("again", seed);
            let before = sample.listing("etc");
            for stop in stops() {
                sample.apply();
                let stopped = sample.back(&stop_after(stop)).is_err();
                assert_eq!(sample.kept(), [""; 0], "{seed} {stop}");
                assert_eq!(sample.listing("etc"), before, "{seed} {stop}");
                if !stopped {
                    break;
                }
            }
        }
    }

    #[test]
    fn half_an_undo_was_never_used_and_only_goes() {
        let sample = Sample::random("half", 3);
        let before = sample.listing("etc");
        let (place, etc, plan) = (sample.at("undo/0"), sample.at("etc"), sample.plan());
        for stop in stops() {
            let written = write(&place, &etc, &plan, &stop_after(stop));
            assert!(place.join(FILES).exists());
            if written.is_ok() {
                break;
            }
            // Whoever is next may take it back, or begin anew.
            if stop % 2 == 0 {
                assert_eq!(sample.kept(), [""; 0]);
            }
        }
        assert_eq!(sample.kept(), [""; 0]);
        assert_eq!(sample.listing("etc"), before);
        let stopped = Undo::record(&place, &etc, &plan, &stop_after(1));
        assert!(stopped.is_err_and(|error| error.kind() == Kind::Cancelled));
        assert!(!place.exists());
    }

    #[test]
    fn a_failure_leaves_everything_as_it_was() {
        for seed in 0..4 {
            let sample = Sample::random("failure", seed);
            let before = sample.listing("etc");
            for stop in stops() {
                if sample.record().carry_out(&stop_after(stop)).is_ok() {
                    break;
                }
                assert_eq!(sample.listing("etc"), before, "{seed} {stop}");
                assert!(!sample.at("undo/0").exists());
            }
        }
    }

    #[test]
    fn what_was_changed_since_stays() {
        let sample = Sample::of_three("since");
        for path in ["changed", "removed", "back"] {
            sample.files(path, ["1", "1", "2"]);
        }
        sample.files("gone", ["1", "1", ""]);
        sample.files("left/a", ["1", "1", ""]);
        sample.files("dir/added", ["", "", "1"]);
        sample.apply();
        sample.file("etc/changed", "mine");
        fs::remove_file(sample.at("etc/removed")).unwrap();
        sample.file("etc/gone", "mine");
        sample.file("etc/left", "mine");
        sample.file("etc/dir/local", "mine");
        assert_eq!(
            sample.kept(),
            [
                "changed: it was changed since",
                "dir: there are files in it that nobody else knows",
                "gone: it was changed since",
                "left: it was changed since",
                "left/a: the directory that it would be in is not there",
                "removed: it was changed since",
            ]
        );
        assert_eq!(sample.read("etc/back"), "1");
        for path in ["changed", "gone", "left", "dir/local"] {
            assert_eq!(sample.read(&format!("etc/{path}")), "mine", "{path}");
        }
        assert!(!sample.at("etc/dir/added").exists());
    }

    #[test]
    fn nothing_is_written_through_a_link() {
        let sample = Sample::of_three("through");
        sample.files("dir/a", ["1", "1", ""]);
        sample.files("dir/b", ["1", "1", "2"]);
        sample.files("dir/c", ["", "", "2"]);
        sample.apply();
        fs::rename(sample.at("etc/dir"), sample.at("elsewhere")).unwrap();
        std::os::unix::fs::symlink("../elsewhere", sample.at("etc/dir")).unwrap();
        let before = sample.listing("elsewhere");
        assert_eq!(
            sample.kept(),
            [
                "dir/a: the directory that it would be in is not there",
                "dir/b: it was changed since",
            ]
        );
        assert_eq!(sample.listing("elsewhere"), before);
    }

    #[test]
    fn what_changes_meanwhile_is_not_overwritten() {
        let sample = Sample::of_three("meanwhile");
        sample.files("a", ["1", "1", "2"]);
        sample.files("b", ["1", "1", "2"]);
        let plan = sample.plan();
        let undo = sample.record();
        sample.file("etc/b", "mine");
        let failed = undo.carry_out(GO_ON);
        assert!(failed.is_err_and(|error| error.kind() == Kind::Changed));
        assert_eq!(
            (sample.read("etc/a"), sample.read("etc/b")),
            ("1".into(), "mine".into())
        );
        let failed = Undo::record(&sample.at("undo/0"), &sample.at("etc"), &plan, GO_ON);
        assert!(failed.is_err_and(|error| error.kind() == Kind::Changed));
        assert!(!sample.at("undo/0").exists());
    }

    #[test]
    fn half_a_step_is_taken_back() {
        let sample = Sample::of_three("step");
        sample.files("to-file/a", ["1", "1", ""]);
        sample.file("new/to-file", "2");
        sample.files("to-directory", ["1", "1", ""]);
        sample.file("new/to-directory/a", "2");
        for side in ["old", "etc", "new"] {
            fs::create_dir(sample.at(side).join("mode")).unwrap();
        }
        sample::mode(&sample.at("new/mode"), 0o700);
        sample::set(&sample.at("new/mode"), "trusted.test", "1");
        let before = sample.listing("etc");
        sample.record();
        fs::create_dir(sample.at("etc/.ostree-unlock")).unwrap();
        fs::write(sample.at("etc/.ostree-unlock/1"), "half").unwrap();
        fs::remove_dir_all(sample.at("etc/to-file")).unwrap();
        fs::remove_file(sample.at("etc/to-directory")).unwrap();
        sample::set(&sample.at("etc/mode"), "trusted.test", "1");
        assert_eq!(sample.kept(), [""; 0]);
        assert_eq!(sample.listing("etc"), before);
    }

    #[test]
    fn several_go_back_from_the_last_to_the_first() {
        let sample = Sample::of_three("several");
        let mut dice = Dice::new(5);
        dice.change(&sample.at("old"), 16);
        sample.copy("old", "etc");
        dice.change(&sample.at("etc"), 3);
        let before = sample.listing("etc");
        let undos_at = sample.at("undo");
        for _ in 0..11 {
            sample.copy("old", "new");
            dice.change(&sample.at("new"), 4);
            let place = next(&undos_at).unwrap();
            let undo = Undo::record(&place, &sample.at("etc"), &sample.plan(), GO_ON);
            undo.unwrap().carry_out(GO_ON).unwrap();
            sample.copy("new", "old");
        }
        let places = undos(&undos_at).unwrap();
        let names: Vec<_> = places
            .iter()
            .filter_map(|place| place.file_name())
            .collect();
        assert_eq!(names[..2], ["10", "9"]);
        assert_eq!(names.len(), 11);
        for place in places {
            let taken = take_back(&place, &sample.at("etc"), GO_ON).unwrap();
            assert_eq!(taken, TakenBack::default());
        }
        assert_eq!(sample.listing("etc"), before);
        assert!(undos(&undos_at).unwrap().is_empty());
        assert!(undos(&sample.at("nowhere")).unwrap().is_empty());
    }

    #[test]
    fn an_undo_that_is_needed_is_not_overwritten() {
        let sample = Sample::of_three("needed");
        sample.files("a", ["1", "1", "2"]);
        sample.apply();
        let again = Undo::record(
            &sample.at("undo/0"),
            &sample.at("etc"),
            &Merge::default(),
            GO_ON,
        );
        assert!(again.is_err());
        assert_eq!(sample.kept(), [""; 0]);
        assert_eq!(sample.read("etc/a"), "1");
    }
    #[test]
    fn what_somebody_had_removed_is_not_asked_for() {
        let sample = Sample::of_three("absent");
        sample.files("dir/a", ["1", "1", ""]);
        sample.files("dir/b", ["1", "", ""]);
        sample.apply();
        sample.file("etc/dir/b", "mine");
        assert_eq!(sample.kept(), [""; 0]);
        assert_eq!(sample.read("etc/dir/a"), "1");
        assert_eq!(sample.read("etc/dir/b"), "mine");
    }

    /// With an `/etc` that has so many bytes.
    fn on_a_small_disk(name: &str, size: u64) -> Sample {
        let sample = Sample::of_three(name);
        mounts::mount_tmpfs(&sample.at("etc"), Some(size)).unwrap();
        sample
    }

    fn pages(number: usize) -> String {
        "x".repeat(4096 * number)
    }

    #[test]
    fn a_full_disk_leaves_everything_as_it_was() {
        let sample = on_a_small_disk("full", 40 * 4096);
        sample.files("a", ["1", "1", &pages(8)]);
        sample.files("b", ["", "", &pages(8)]);
        sample.files("gone/c", ["1", "1", ""]);
        let mut failures = 0;
        for ballast in 0..36 {
            let _ = fs::remove_file(sample.at("etc/ballast"));
            // As much of it as there is space for.
            let _ = fs::write(sample.at("etc/ballast"), pages(ballast));
            let before = sample.listing("etc");
            if let Err(error) = sample.record().carry_out(GO_ON) {
                assert_eq!(error.kind(), Kind::NoSpace);
                assert!(!sample.at("undo/0").exists());
                failures += 1;
            }
            sample.kept();
            assert_eq!(sample.listing("etc"), before, "{ballast}");
        }
        assert!((10..30).contains(&failures), "{failures}");
    }

    #[test]
    fn what_cannot_be_taken_back_for_want_of_space_is_later() {
        let sample = on_a_small_disk("later", 40 * 4096);
        sample.files("a", [&pages(16), &pages(16), "1"]);
        sample.files("b", [&pages(2), &pages(2), ""]);
        let before = sample.listing("etc");
        sample.apply();
        let _ = fs::write(sample.at("etc/ballast"), pages(30));
        let full = sample.back(GO_ON);
        assert!(full.is_err_and(|error| error.kind() == Kind::NoSpace));
        assert_eq!(sample.read("etc/a"), "1");
        fs::remove_file(sample.at("etc/ballast")).unwrap();
        assert_eq!(sample.kept(), [""; 0]);
        assert_eq!(sample.listing("etc"), before);
    }

    #[test]
    fn what_is_read_only_stays_as_it_is() {
        let sample = on_a_small_disk("read-only", 40 * 4096);
        sample.files("a", ["1", "1", "2"]);
        let before = sample.listing("etc");
        let undo = sample.record();
        mounts::reconfigure(&sample.at("etc"), true).unwrap();
        let failed = undo.carry_out(GO_ON);
        assert!(failed.is_err_and(|error| error.is_of_medium()));
        assert!(!sample.at("undo/0").exists());
        assert_eq!(sample.listing("etc"), before);
    }

    #[test]
    fn no_half_of_an_undo_is_left_where_there_is_no_space_for_it() {
        let sample = on_a_small_disk("no-undo", 4 * 4096);
        sample.file("old/a", &pages(8));
        let (old, new) = (sample.node("old"), sample.node("new"));
        let merge = merge::plan(&old, &old, &new).unwrap();
        let place = sample.at("etc/0");
        let failed = Undo::record(&place, &sample.at("old"), &merge, GO_ON);
        assert!(failed.is_err_and(|error| error.kind() == Kind::NoSpace));
        assert!(!place.exists());
    }
}
