// SPDX-License-Identifier: LGPL-2.1-or-later
//! The `/etc` of another deployment that libostree merged from ours while a commit was live:
//! what came of that commit looked like somebody's changes. Where it has exactly what
//! was put into ours, its own default goes there. The undo is only read.
//!
//! A directory that libostree made on the way to a file of ours stays, empty: nothing tells it from
//! one that somebody made.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::description::{self, Description};
use super::kept::Kept;
use super::manifest::{self, Entry};
use super::merge;
use super::stage::{self, Step, Wanted};
use crate::error::Result;
use crate::tree::{self, Node, disk};

/// Gives to `other_etc` the defaults of its deployment, `usr/etc` of its tree, where it has what the
/// merge that is written down in `place` put into ours; labelled by `policy`, that of the
/// deployment. Says what was passed over. May be called again at any time.
pub fn put_right(
    place: &Path,
    other_etc: &Path,
    other_defaults: &Rc<dyn Node>,
    policy: Option<&ostree::SePolicy>,
    proceed: &dyn Fn() -> Result<()>,
) -> Result<Vec<Kept>> {
    let Some(entries) = manifest::read(place)? else {
        return Ok(Vec::new());
    };
    let mut righting = Righting {
        etc: disk::root(other_etc)?,
        defaults: other_defaults,
        policy,
        was_interrupted: stage::is_there(other_etc),
        steps: Vec::new(),
        whole: BTreeSet::new(),
        absent: entries
            .iter()
            .filter(|entry| entry.is_absent())
            .map(|entry| entry.path.clone())
            .collect(),
    };
    for entry in entries.iter().rev().filter(|entry| !entry.is_absent()) {
        proceed()?;
        righting.one(entry)?;
    }
    stage::carry(other_etc, righting.steps, proceed)
}

struct Righting<'a> {
    etc: Rc<dyn Node>,
    defaults: &'a Rc<dyn Node>,
    policy: Option<&'a ostree::SePolicy>,
    was_interrupted: bool,
    steps: Vec<Step>,
    /// Directories that come back with all that is in them.
    whole: BTreeSet<PathBuf>,
    /// What does not.
    absent: BTreeSet<PathBuf>,
}

impl Righting<'_> {
    fn one(&mut self, entry: &Entry) -> Result<()> {
        let mut above = entry.path.ancestors();
        if above.any(|directory| self.whole.contains(directory)) {
            return Ok(());
        }
        let there = description::at(&self.etc, &entry.path)?;
        let node = tree::lookup(self.defaults, &entry.path)?;
        let default = description::of(node.as_ref())?;
        let (now, wanted) = (there.as_ref(), default.as_ref());
        let after = entry.after.as_ref();
        let is_ours = description::same(now, after)
            || self.was_interrupted && description::is_halfway(now, after, wanted);
        if description::same(now, wanted) || !is_ours {
            return Ok(());
        }
        let is_directory = |file: Option<&Description>| file.is_some_and(Description::is_directory);
        let is_new = is_directory(wanted) && !is_directory(now);
        self.put(&entry.path, there, node.as_ref())?;
        if let (true, Some(directory)) = (is_new, &node) {
            // What is in it was never in ours, and went away with it.
            self.whole.insert(entry.path.clone());
            self.all_in(&entry.path, directory)?;
        }
        Ok(())
    }

    fn all_in(&mut self, path: &Path, directory: &Rc<dyn Node>) -> Result<()> {
        let mut waiting = vec![(path.to_owned(), Rc::clone(directory))];
        while let Some((path, directory)) = waiting.pop() {
            for entry in directory.entries()? {
                let Some(node) = directory.child(&entry.name)? else {
                    continue;
                };
                let path = path.join(&entry.name);
                if self.absent.contains(&path) {
                    continue;
                }
                self.put(&path, None, Some(&node))?;
                if tree::is_directory(&*node) {
                    waiting.push((path, node));
                }
            }
        }
        Ok(())
    }

    fn put(
        &mut self,
        path: &Path,
        there: Option<Description>,
        default: Option<&Rc<dyn Node>>,
    ) -> Result<()> {
        let wanted = match (default, description::of(default)?) {
            (Some(node), Some(mut description)) => {
                merge::label(&mut description, path, self.policy)?;
                Some(Wanted {
                    description,
                    content: Some(Rc::clone(node)),
                    modified: None,
                })
            }
            _ => None,
        };
        self.steps.push(Step {
            path: path.to_owned(),
            there,
            wanted,
        });
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::merge::plan;
    use super::super::sample::{Dice, Sample, mode, stop_after, stops};
    use super::super::undo::Undo;
    use super::*;
    use crate::diff::{Found, Walk};
    use std::fs;

    const GO_ON: &dyn Fn() -> Result<()> = &|| Ok(());

    impl Sample {
        fn apply_to(&self, number: &str, old: &str, new: &str) {
            let (place, etc) = (self.at("undo").join(number), self.at("etc"));
            let merge = plan(&self.node(old), &self.node("etc"), &self.node(new)).unwrap();
            let undo = Undo::record(&place, &etc, &merge, GO_ON).unwrap();
            undo.carry_out(GO_ON).unwrap();
        }

        fn right(&self, number: &str, proceed: &dyn Fn() -> Result<()>) -> Result<Vec<Kept>> {
            let (place, other) = (self.at("undo").join(number), self.at("other"));
            put_right(&place, &other, &self.node("defaults"), None, proceed)
        }

        /// The `/etc` that libostree makes for a deployment with `defaults` from `etc`, whose defaults
        /// are `old`; whether it does so at all.
        fn deploy(&self, to: &str) -> bool {
            self.copy("defaults", to);
            let found: Vec<Found> = Walk::new(Path::new(""), self.node("old"), self.node("etc"))
                .map(Result::unwrap)
                .filter(is_seen)
                .collect();
            for gone in found.iter().filter(|found| found.after.is_none()) {
                let at = self.at(to).join(&gone.path);
                let _ = fs::remove_dir_all(&at).or_else(|_| fs::remove_file(&at));
            }
            let mut there = found.iter().filter(|found| found.after.is_some());
            there.all(|found| self.deploy_one(to, &found.path))
        }

        fn deploy_one(&self, to: &str, path: &Path) -> bool {
            let (from, to) = (self.at("etc"), self.at(to));
            let directories: Vec<_> = path.ancestors().skip(1).collect();
            for above in directories.into_iter().rev() {
                match fs::symlink_metadata(to.join(above)) {
                    Ok(there) if there.is_dir() => {}
                    Ok(_) => return false,
                    Err(_) => fs::create_dir(to.join(above)).unwrap(),
                }
            }
            let (ours, theirs) = (from.join(path), to.join(path));
            match fs::symlink_metadata(&theirs) {
                Ok(there) if there.is_dir() => return ours.is_dir() && !ours.is_symlink(),
                Ok(_) => fs::remove_file(&theirs).unwrap(),
                Err(_) => {}
            }
            self.copy_one(&ours, &theirs);
            true
        }
    }

    /// libostree does not see the attributes of directories, nor extended ones.
    fn is_seen(found: &Found) -> bool {
        let (Some(before), Some(after)) = (&found.before, &found.after) else {
            return true;
        };
        let (old, new) = (before.side(), after.side());
        let is_other = (old.mode, old.uid, old.gid) != (new.mode, new.uid, new.gid);
        let is_directory = tree::is_directory(&**before) && tree::is_directory(&**after);
        !is_directory && (is_other || found.change != crate::diff::Change::Metadata)
    }
    /// Another deployment, whose `/etc` is made once before and once after one apply to what somebody
    /// had changed, or two to what nobody had: what is removed here, goes and comes back is lost.
    fn random(name: &str, seed: u64) -> Option<Sample> {
        let sample = Sample::of_three(name);
        let mut dice = Dice::new(seed);
        dice.change(&sample.at("old"), 16);
        let (here, later) = [(5, 1), (1, 5)][usize::try_from(seed % 2).unwrap()];
        for (from, to, most) in [
            ("old", "etc", here),
            ("old", "new", 10),
            ("new", "newer", later),
        ] {
            sample.copy(from, to);
            let changes = dice.below(most);
            dice.change(&sample.at(to), changes);
        }
        let defaults = ["old", "new", "newer"][usize::try_from(dice.below(3)).unwrap()];
        sample.copy(defaults, "defaults");
        let changes = dice.below(8);
        dice.change(&sample.at("defaults"), changes);
        if !sample.deploy("wanted") {
            return None;
        }
        sample.apply_to("0", "old", "new");
        sample.apply_to("1", "new", "newer");
        sample.deploy("other").then_some(sample)
    }

    #[test]
    #[ignore = "needs root"]
    fn another_deployment_gets_what_it_would_have_had() {
        let mut done = 0;
        for seed in 0..40 {
            let Some(sample) = random("right", seed) else {
                continue;
            };
            for number in ["1", "0", "1", "0"] {
                sample.right(number, GO_ON).unwrap();
            }
            assert_eq!(
                sample.contents("other"),
                sample.contents("wanted"),
                "{seed}"
            );
            done += 1;
        }
        assert!(done > 20, "{done}");
    }
    #[test]
    #[ignore = "needs root"]
    fn who_dies_in_between_leaves_the_rest_to_the_next_one() {
        for seed in [2, 4, 7] {
            let Some(sample) = random("between", seed) else {
                continue;
            };
            sample.copy("other", "kept");
            let right = |stop| {
                let mut stopped = false;
                for number in ["1", "0"] {
                    stopped |= sample.right(number, &stop_after(stop)).is_err();
                    sample.right(number, GO_ON).unwrap();
                }
                stopped
            };
            right(u64::MAX);
            let wanted = sample.defaults("other");
            for stop in stops() {
                sample.copy("kept", "other");
                let stopped = right(stop);
                assert_eq!(sample.defaults("other"), wanted, "{seed} {stop}");
                if !stopped {
                    break;
                }
            }
        }
    }

    #[test]
    #[ignore = "needs root"]
    fn half_a_step_is_done_to_its_end() {
        let sample = Sample::of_three("half-right");
        sample.files("a/b", ["1", "1", ""]);
        sample.file("new/a", "2");
        sample.apply_to("0", "old", "new");
        sample.file("defaults/a/b", "3");
        sample.copy("etc", "other");
        fs::create_dir(sample.at("other/.ostree-unlock")).unwrap();
        fs::remove_file(sample.at("other/a")).unwrap();
        assert_eq!(sample.right("0", GO_ON).unwrap(), []);
        assert_eq!(sample.defaults("other"), sample.defaults("defaults"));
    }

    #[test]
    #[ignore = "needs root"]
    fn only_what_is_ours_gives_way_to_its_own_defaults() {
        let sample = Sample::of_three("ours");
        sample.files("both", ["1", "1", "2"]);
        sample.files("local", ["1", "1", "2"]);
        sample.files("added", ["", "", "2"]);
        sample.files("dir/added", ["", "", "2"]);
        sample.files("gone/a", ["1", "1", ""]);
        sample.files("gone/before", ["1", "", ""]);
        for side in ["old", "etc", "new", "defaults"] {
            fs::create_dir_all(sample.at(side).join("mode")).unwrap();
        }
        mode(&sample.at("new/mode"), 0o700);
        mode(&sample.at("defaults/mode"), 0o711);
        sample.apply_to("0", "old", "new");
        sample.file("defaults/both", "3");
        sample.file("defaults/local", "3");
        sample.file("defaults/gone/a", "3");
        sample.file("defaults/gone/before", "3");
        sample.file("defaults/gone/new/b", "3");
        sample.copy("etc", "other");
        sample.file("other/local", "mine");
        sample.file("other/dir/local", "mine");
        let kept = sample.right("0", GO_ON).unwrap();
        let paths: Vec<_> = kept.iter().map(|kept| kept.path.as_path()).collect();
        assert_eq!(paths, [Path::new("dir")]);
        fs::remove_file(sample.at("defaults/gone/before")).unwrap();
        sample.file("defaults/local", "mine");
        sample.file("defaults/dir/local", "mine");
        assert_eq!(sample.defaults("other"), sample.defaults("defaults"));
        assert_eq!(sample.right("nowhere", GO_ON).unwrap(), []);
    }
}
