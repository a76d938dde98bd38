// SPDX-License-Identifier: LGPL-2.1-or-later
//! The merge of new defaults into `/etc`, path by path, three ways: the old default, what is
//! there, the new default. Decides, and writes nothing.
//!
//! A default takes effect where what is there equals the old one; everything else stays, and
//! is listed where its default changed. Labels are not compared (description.rs); what
//! was relabelled keeps its label.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::description::{self, Description, LABELS, SELINUX};
use super::kept::{self, Kept};
use crate::diff::{self, Found, Walk};
use crate::error::Result;
use crate::tree::{self, FileType, Node, is_directory};

/// What is to be done.
#[derive(Default)]
pub struct Merge {
    /// In the order in which they are to be done: what goes, the innermost first; then what
    /// comes, directories before what is in them.
    pub changes: Vec<Change>,
    /// What stays although its default is another now, sorted.
    pub kept: Vec<Kept>,
    /// What goes, and was removed here before: not to come back with its directory.
    pub(super) absent: Vec<PathBuf>,
    /// What is as it is to be, and will be written to.
    pub(super) written: Vec<Change>,
}

/// A default that takes effect.
pub struct Change {
    /// Below `/etc`, without a leading slash; empty for the directory itself.
    pub path: PathBuf,
    /// What becomes of it.
    pub change: diff::Change,
    /// What is there.
    pub(super) before: Option<Description>,
    /// What comes in its place.
    pub(super) after: Option<Description>,
    /// Where that has its content.
    pub(super) content: Option<Rc<dyn Node>>,
}

impl Merge {
    /// Has what is added labelled as `/etc` is by `policy`, instead of as the commit has it. The
    /// label of what is replaced is known from what is there.
    pub fn labelled_by(mut self, policy: Option<&ostree::SePolicy>) -> Result<Merge> {
        for change in self.changes.iter_mut().filter(|c| c.before.is_none()) {
            if let Some(after) = &mut change.after {
                label(after, &change.path, policy)?;
            }
        }
        Ok(self)
    }

    /// Has the undo know these paths as well: programs will write to them because the commit is live
    /// (adopt.rs).
    pub fn keeping(mut self, current: &Rc<dyn Node>, paths: &[&str]) -> Result<Merge> {
        for path in paths.iter().map(PathBuf::from) {
            let there = description::at(current, &path)?;
            let is_special = there.as_ref().is_some_and(Description::is_special);
            if is_special || self.changes.iter().any(|change| change.path == path) {
                continue;
            }
            self.absent.retain(|absent| *absent != path);
            self.written.push(Change {
                path,
                change: diff::Change::Modified,
                before: there.clone(),
                after: there,
                content: None,
            });
        }
        Ok(self)
    }

    /// How many bytes the undo takes, and how many the new files.
    pub fn size(&self) -> (u64, u64) {
        let size = |file: &Option<Description>| file.as_ref().map_or(0, |file| file.side.size);
        let before = self.changes.iter().chain(&self.written);
        (
            before.map(|change| size(&change.before)).sum(),
            self.changes.iter().map(|change| size(&change.after)).sum(),
        )
    }
}

/// Labels what is to be at `path` as `policy` says, where that is one.
pub fn label(file: &mut Description, path: &Path, policy: Option<&ostree::SePolicy>) -> Result<()> {
    let Some(policy) = policy.filter(|policy| policy.name().is_some()) else {
        return Ok(());
    };
    let path = Path::new("/etc").join(path);
    let kind = match file.side.file_type {
        FileType::Directory => 0o040_000,
        FileType::Symlink => 0o120_000,
        _ => 0o100_000,
    };
    let label = policy.label(
        path.to_str().unwrap_or_default(),
        file.side.mode | kind,
        gio::Cancellable::NONE,
    )?;
    if let Some(label) = label {
        let label = [label.as_bytes(), b"\0"].concat();
        file.xattrs.insert(SELINUX.to_vec(), label);
    }
    Ok(())
}

/// What comes of it where the defaults `old` become `new`, and `current` is what is there.
pub fn plan(old: &Rc<dyn Node>, current: &Rc<dyn Node>, new: &Rc<dyn Node>) -> Result<Merge> {
    let mut planning = Planning {
        current,
        goes: Vec::new(),
        comes: Vec::new(),
        kept: Vec::new(),
        absent: Vec::new(),
        directories: BTreeSet::new(),
    };
    for found in Walk::new(Path::new(""), Rc::clone(old), Rc::clone(new)) {
        planning.one(found?)?;
    }
    planning.finish()
}

struct Planning<'a> {
    current: &'a Rc<dyn Node>,
    /// Directories before what is in them.
    goes: Vec<Change>,
    comes: Vec<Change>,
    kept: Vec<Kept>,
    absent: Vec<PathBuf>,
    /// Those that come.
    directories: BTreeSet<PathBuf>,
}

enum Verdict {
    Nothing,
    Take,
    Keep(&'static str),
}

impl Planning<'_> {
    fn one(&mut self, found: Found) -> Result<()> {
        let before = description::at(self.current, &found.path)?;
        let old = description::of(found.before.as_ref())?;
        let new = description::of(found.after.as_ref())?;
        let mut verdict = judge(old.as_ref(), before.as_ref(), new.as_ref());
        let after = new.map(|new| relabelled(new, old.as_ref(), before.as_ref()));
        if matches!(verdict, Verdict::Take) {
            if before == after {
                verdict = Verdict::Nothing;
            } else if before.is_none() && !self.has_parent(&found.path)? {
                verdict = Verdict::Keep(kept::NO_DIRECTORY);
            }
        }
        match verdict {
            Verdict::Nothing if before.is_none() => self.absent.push(found.path),
            Verdict::Nothing => {}
            Verdict::Keep(reason) => self.kept.push(Kept {
                path: found.path,
                reason,
            }),
            Verdict::Take => self.take(Change {
                path: found.path,
                change: found.change,
                before,
                after,
                content: found.after,
            }),
        }
        Ok(())
    }

    fn take(&mut self, change: Change) {
        let Some(after) = &change.after else {
            self.goes.push(change);
            return;
        };
        if after.is_directory() {
            self.directories.insert(change.path.clone());
        }
        self.comes.push(change);
    }

    /// Whether what is added at `path` has a directory to be in.
    fn has_parent(&self, path: &Path) -> Result<bool> {
        let Some(parent) = path.parent() else {
            return Ok(true);
        };
        if self.directories.contains(parent) {
            return Ok(true);
        }
        let parent = tree::lookup(self.current, parent)?;
        Ok(parent.as_deref().is_some_and(is_directory))
    }

    /// A directory cannot go while something stays in it.
    fn finish(self) -> Result<Merge> {
        let mut merge = Merge {
            changes: Vec::new(),
            kept: self.kept,
            absent: self.absent,
            written: Vec::new(),
        };
        let mut gone = BTreeSet::new();
        for change in self.goes.into_iter().rev().chain(self.comes) {
            if leaves(&change) && holds_more(self.current, &change.path, &gone)? {
                merge.kept.push(Kept {
                    path: change.path,
                    reason: kept::NOT_EMPTY,
                });
                continue;
            }
            if change.after.is_none() {
                gone.insert(change.path.clone());
            }
            merge.changes.push(change);
        }
        merge.kept.sort();
        Ok(merge)
    }
}

/// Whether it takes a directory away.
fn leaves(change: &Change) -> bool {
    let is_directory = |file: &Option<Description>| {
        let file = file.as_ref();
        file.is_some_and(Description::is_directory)
    };
    is_directory(&change.before) && !is_directory(&change.after)
}

fn holds_more(current: &Rc<dyn Node>, path: &Path, gone: &BTreeSet<PathBuf>) -> Result<bool> {
    let Some(directory) = tree::lookup(current, path)? else {
        return Ok(false);
    };
    let entries = directory.entries()?;
    Ok(entries
        .iter()
        .any(|entry| !gone.contains(&path.join(&entry.name))))
}

fn judge(
    old: Option<&Description>,
    there: Option<&Description>,
    new: Option<&Description>,
) -> Verdict {
    let is_special = |file: Option<&Description>| file.is_some_and(Description::is_special);
    if there == new {
        Verdict::Nothing
    } else if is_special(there) || is_special(new) {
        Verdict::Keep(kept::SPECIAL)
    } else if description::same(there, old) {
        Verdict::Take
    } else if description::same(there, new) {
        Verdict::Nothing
    } else if old.is_none() {
        Verdict::Keep(kept::MADE_HERE)
    } else if there.is_none() {
        Verdict::Keep(kept::REMOVED_HERE)
    } else {
        Verdict::Keep(kept::CHANGED_HERE)
    }
}

/// `new`, with the labels of what is there, where these are not the old default's, or where the
/// new one has none.
fn relabelled(
    mut new: Description,
    old: Option<&Description>,
    there: Option<&Description>,
) -> Description {
    let Some(there) = there else {
        return new;
    };
    for name in LABELS {
        let ours = there.xattrs.get(name);
        let of_old = old.and_then(|old| old.xattrs.get(name));
        if ours == of_old && new.xattrs.contains_key(name) {
            continue;
        }
        match ours {
            Some(ours) => new.xattrs.insert(name.to_vec(), ours.clone()),
            None => new.xattrs.remove(name),
        };
    }
    new
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::sample::{self, Sample};
    use super::*;
    use std::fs;
    use std::os::unix::fs::{lchown, symlink};

    impl Sample {
        fn merge(&self) -> Merge {
            plan(&self.node("old"), &self.node("etc"), &self.node("new")).unwrap()
        }

        /// What changes, and what stays.
        fn outcome(&self) -> (Vec<String>, Vec<String>) {
            let merge = self.merge();
            let changes = merge.changes.iter();
            let kept = merge.kept.iter();
            (
                changes
                    .map(|c| format!("{} {}", c.change.name(), c.path.display()))
                    .collect(),
                kept.map(|k| format!("{}: {}", k.path.display(), k.reason))
                    .collect(),
            )
        }

        fn each(&self, path: &str, work: impl Fn(&Path)) {
            for side in ["old", "etc", "new"] {
                work(&self.at(side).join(path));
            }
        }
    }

    #[test]
    #[ignore = "needs root"]
    fn defaults_take_effect_where_nobody_changed_them() {
        let sample = Sample::of_three("effect");
        sample.files("changed", ["1", "1", "2"]);
        sample.files("gone", ["1", "1", ""]);
        sample.files("new/deep/er", ["", "", "1"]);
        sample.files("same", ["1", "local", "1"]);
        sample.files("already", ["1", "2", "2"]);
        sample.files("dir/gone", ["1", "1", ""]);
        sample.files("mode", ["1", "1", "1"]);
        sample::mode(&sample.at("new/mode"), 0o4711);
        let (changes, kept) = sample.outcome();
        assert_eq!(kept, [""; 0]);
        assert_eq!(
            changes,
            [
                "removed gone",
                "removed dir/gone",
                "removed dir",
                "modified changed",
                "metadata mode",
                "added new",
                "added new/deep",
                "added new/deep/er",
            ]
        );
    }

    #[test]
    #[ignore = "needs root"]
    fn what_somebody_changed_stays_and_is_listed() {
        let sample = Sample::of_three("stays");
        sample.files("changed", ["1", "local", "2"]);
        sample.files("gone", ["1", "local", ""]);
        sample.files("missing", ["1", "", "2"]);
        sample.files("made", ["", "local", "2"]);
        sample.files("below/a", ["1", "1", "1"]);
        sample.files("below/b", ["", "", "2"]);
        fs::remove_dir_all(sample.at("etc/below")).unwrap();
        symlink("/nowhere", sample.at("etc/below")).unwrap();
        sample.files("dir/default", ["1", "1", ""]);
        sample.files("dir/local", ["", "1", ""]);
        sample.files("pipe", ["1", "", "2"]);
        let pipe = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(
            rustix::fs::CWD,
            sample.at("etc/pipe"),
            pipe,
            rustix::fs::Mode::RUSR,
            0,
        )
        .unwrap();
        let (changes, kept) = sample.outcome();
        assert_eq!(changes, ["removed dir/default"]);
        assert_eq!(
            kept,
            [
                "below/b: the directory that it would be in is not there",
                "changed: it was changed here",
                "dir: there are files in it that nobody else knows",
                "gone: it was changed here",
                "made: something else was made here",
                "missing: it was removed here",
                "pipe: it is neither a file nor a link nor a directory",
            ]
        );
    }

    #[test]
    #[ignore = "needs root"]
    fn types_change_where_nothing_else_is_lost() {
        let sample = Sample::of_three("types");
        for (name, local) in [("clean", ""), ("full", "local")] {
            sample.files(&format!("{name}/a"), ["1", "1", ""]);
            sample.files(&format!("{name}/local"), ["", local, ""]);
            sample.file(format!("new/{name}"), "now a file");
        }
        sample.files("file", ["1", "1", ""]);
        sample.file("new/file/inside", "1");
        sample.files("kept", ["1", "local", ""]);
        sample.file("new/kept/inside", "1");
        let (changes, kept) = sample.outcome();
        assert_eq!(
            changes,
            [
                "removed full/a",
                "removed clean/a",
                "type-changed clean",
                "type-changed file",
                "added file/inside",
            ]
        );
        assert_eq!(
            kept,
            [
                "full: there are files in it that nobody else knows",
                "kept: it was changed here",
                "kept/inside: the directory that it would be in is not there",
            ]
        );
    }

    #[test]
    #[ignore = "needs root"]
    fn each_kind_of_metadata_counts() {
        let sample = Sample::of_three("metadata");
        for local in ["mode", "owner", "group", "xattr"] {
            sample.files(local, ["1", "1", "2"]);
        }
        sample::mode(&sample.at("etc/mode"), 0o600);
        lchown(sample.at("etc/owner"), Some(1), None).unwrap();
        lchown(sample.at("etc/group"), None, Some(1)).unwrap();
        sample::set(&sample.at("etc/xattr"), "trusted.test", "1");
        sample.each("directory", |at| fs::create_dir(at).unwrap());
        sample::mode(&sample.at("etc/directory"), 0o700);
        sample::mode(&sample.at("new/directory"), 0o750);
        sample.each("other", |at| fs::create_dir(at).unwrap());
        sample::mode(&sample.at("new/other"), 0o750);
        sample::mode(&sample.at("new"), 0o711);
        let (changes, kept) = sample.outcome();
        assert_eq!(changes, ["metadata ", "metadata other"]);
        let names: Vec<_> = kept.iter().filter_map(|k| k.split(':').next()).collect();
        assert_eq!(names, ["directory", "group", "mode", "owner", "xattr"]);
    }

    #[test]
    #[ignore = "needs root"]
    fn a_label_says_nothing_of_who_changed_a_file_and_stays_where_it_is_another() {
        const LABEL: &str = "security.selinux";
        let sample = Sample::of_three("labels");
        for (name, labels) in [
            ("relabelled", ["usr", "etc", "usr"]),
            ("follows", ["etc", "etc", "other"]),
            ("bare", ["", "etc", ""]),
        ] {
            sample.files(name, ["1", "1", "2"]);
            for (side, label) in ["old", "etc", "new"].iter().zip(labels) {
                if !label.is_empty() {
                    sample::set(&sample.at(side).join(name), LABEL, label);
                }
            }
        }
        sample.files("only", ["1", "1", "1"]);
        sample::set(&sample.at("new/only"), LABEL, "other");
        let merge = sample.merge();
        assert_eq!(merge.kept, []);
        let labels: Vec<_> = merge
            .changes
            .iter()
            .map(|change| {
                let label = change.after.as_ref()?.xattrs.get(SELINUX);
                String::from_utf8(label?.clone()).ok()
            })
            .collect();
        let label = |text: &str| Some(text.to_owned());
        assert_eq!(
            labels,
            [label("etc"), label("other"), label("other"), label("etc")]
        );
    }

    #[test]
    #[ignore = "needs root"]
    fn what_it_needs_is_known_before() {
        let sample = Sample::of_three("size");
        sample.files("changed", ["12345", "12345", "123"]);
        sample.files("gone", ["12", "12", ""]);
        sample.files("stays", ["1", "12", "1234"]);
        assert_eq!(sample.merge().size(), (7, 3));
    }
}
