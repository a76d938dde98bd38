// SPDX-License-Identifier: LGPL-2.1-or-later
//! Undos on disks that are full, read-only, stopped at each step, and of random triples.

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
#[ignore = "needs root"]
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
#[ignore = "needs root"]
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
#[ignore = "needs root"]
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
#[ignore = "needs root"]
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
#[ignore = "needs root"]
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
#[ignore = "needs root"]
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
#[ignore = "needs root"]
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
#[ignore = "needs root"]
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
#[ignore = "needs root"]
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
#[ignore = "needs root"]
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
#[ignore = "needs root"]
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
#[ignore = "needs root"]
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
#[ignore = "needs root"]
fn several_go_back_from_the_last_to_the_first() {
    let sample = Sample::of_three("several");
    let mut dice = Dice::new(5);
    dice.change(&sample.at("old"), 16);
    sample.copy("old", "etc");
    dice.change(&sample.at("etc"), 3);
    let before = sample.listing("etc");
    let undos_at = sample.at("undo");
    for number in 0..11 {
        sample.copy("old", "new");
        dice.change(&sample.at("new"), 4);
        let place = undos_at.join(number.to_string());
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
#[ignore = "needs root"]
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
#[ignore = "needs root"]
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
#[ignore = "needs root"]
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
#[ignore = "needs root"]
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
#[ignore = "needs root"]
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
#[ignore = "needs root"]
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
