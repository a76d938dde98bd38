// SPDX-License-Identifier: LGPL-2.1-or-later
//! What is different between two trees, one difference at a time, parents before what is
//! in them. What the trees are is not known here; what both have from the same place is not
//! looked at.
//!
//! Compared is what a commit would keep: type, mode, owner, extended attributes, content,
//! target of a link. A mere touch is no change.

use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use crate::error::{Error, Kind, Result};
use crate::tree::{Checksums, Entry, Identity, Node, Side, is_directory, lookup, same_content};

/// What became of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
#[non_exhaustive]
pub enum Change {
    /// It was not there.
    Added = 0,
    /// It is no longer there.
    Removed = 1,
    /// Other content, or another target of a link.
    Modified = 2,
    /// A file of another type.
    TypeChanged = 3,
    /// The same content with another mode, owner, or extended attributes.
    Metadata = 4,
    /// A directory that was moved here, as the overlay says.
    Renamed = 5,
}

impl Change {
    /// Every change.
    pub const ALL: [Change; 6] = [
        Change::Added,
        Change::Removed,
        Change::Modified,
        Change::TypeChanged,
        Change::Metadata,
        Change::Renamed,
    ];

    /// The word in JSON and messages.
    pub fn name(self) -> &'static str {
        match self {
            Change::Added => "added",
            Change::Removed => "removed",
            Change::Modified => "modified",
            Change::TypeChanged => "type-changed",
            Change::Metadata => "metadata",
            Change::Renamed => "renamed",
        }
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The path, as the system sees it.
    pub path: PathBuf,
    /// What became of it.
    pub change: Change,
    /// What was there; `None` where it was added.
    pub before: Option<Side>,
    /// What is there; `None` where it was removed.
    pub after: Option<Side>,
    /// Whether the extended attributes, ACLs and security labels among them, are others.
    pub xattrs_differ: bool,
    /// Where a directory was that was moved here.
    pub from: Option<PathBuf>,
}

/// A difference, with what is on both sides.
pub struct Found {
    /// The path, as the system sees it.
    pub path: PathBuf,
    pub change: Change,
    pub before: Option<Rc<dyn Node>>,
    pub after: Option<Rc<dyn Node>>,
    pub xattrs_differ: bool,
    /// Where a directory was that was moved here.
    pub from: Option<PathBuf>,
}

impl From<&Found> for Difference {
    fn from(found: &Found) -> Difference {
        let side = |node: &Option<Rc<dyn Node>>| node.as_ref().map(|node| node.side().clone());
        Difference {
            path: found.path.clone(),
            change: found.change,
            before: side(&found.before),
            after: side(&found.after),
            xattrs_differ: found.xattrs_differ,
            from: found.from.clone(),
        }
    }
}

/// The way through both trees: what is kept in memory are the names of the directories that
/// lead to where it is.
pub struct Walk {
    root: PathBuf,
    before: Rc<dyn Node>,
    after: Rc<dyn Node>,
    renames: bool,
    enters_removed: bool,
    /// Where to look, below the root, next.
    starts: std::vec::IntoIter<PathBuf>,
    waiting: Vec<Level>,
}

/// A directory that is being gone through.
struct Level {
    path: PathBuf,
    before: Option<Rc<dyn Node>>,
    after: Option<Rc<dyn Node>>,
    names: std::vec::IntoIter<OsString>,
}

impl Walk {
    /// Compares `before` with `after`, which both stand for `root`, itself included.
    pub fn new(root: &Path, before: Rc<dyn Node>, after: Rc<dyn Node>) -> Walk {
        Walk {
            root: root.to_owned(),
            before,
            after,
            renames: true,
            enters_removed: true,
            starts: vec![PathBuf::new()].into_iter(),
            waiting: Vec::new(),
        }
    }

    /// Compares only what is at these paths below the root, and below them.
    pub fn only(mut self, paths: Vec<PathBuf>) -> Walk {
        self.starts = paths.into_iter();
        self
    }

    /// The same of `paths` that a user named, as those of a system that has the root at `root`;
    /// compares all, if there are none.
    pub fn limited_to(self, paths: &[PathBuf], root: &Path) -> Result<Walk> {
        if paths.is_empty() {
            return Ok(self);
        }
        let mut below = Vec::new();
        for path in paths {
            let plain = path
                .components()
                .all(|part| matches!(part, Component::RootDir | Component::Normal(_)));
            match path.strip_prefix(root) {
                Ok(inside) if plain => below.push(inside.to_owned()),
                _ => {
                    return Err(Error::new(
                        Kind::InvalidArgument,
                        format!("only what is in {} is compared", root.display()),
                    )
                    .at(path)
                    .next("give an absolute path without . and .."));
                }
            }
        }
        below.sort_unstable();
        // What is below another one of them comes with that.
        below.dedup_by(|path, before| path.starts_with(before));
        Ok(self.only(below))
    }

    /// Has a directory that was moved be one that was added where it is: for who has to make
    /// all of it anew.
    pub fn without_renames(mut self) -> Walk {
        self.renames = false;
        self
    }

    /// Says of a directory that is gone, or no directory any more, no more than that.
    pub fn without_what_was_removed(mut self) -> Walk {
        self.enters_removed = false;
        self
    }

    /// The next one of the innermost directory; `Ok(None)` where a name is no difference.
    fn at(&mut self, name: &OsStr) -> Result<Option<Found>> {
        let Some(level) = self.waiting.last() else {
            return Ok(None);
        };
        let child = |node: &Option<Rc<dyn Node>>| match node {
            Some(node) => node.child(name),
            None => Ok(None),
        };
        let (before, after) = (child(&level.before)?, child(&level.after)?);
        self.pair(level.path.join(name), before, after)
    }

    fn pair(
        &mut self,
        path: PathBuf,
        before: Option<Rc<dyn Node>>,
        after: Option<Rc<dyn Node>>,
    ) -> Result<Option<Found>> {
        let (before, from) = match self.moved(after.as_deref())? {
            Some((there, from)) => (Some(there), Some(from)),
            None => (before, None),
        };
        let (change, xattrs_differ) = match (&before, &after) {
            (None, None) => return Ok(None),
            (Some(before), Some(after)) if before.identity().is(after.identity()) => {
                return Ok(None);
            }
            (Some(_), None) => (Some(Change::Removed), false),
            (None, Some(_)) => (Some(Change::Added), false),
            (Some(before), Some(after)) => compare(&**before, &**after)?,
        };
        let change = match from {
            Some(_) => Some(Change::Renamed),
            None => change,
        };
        self.enter(&path, before.as_ref(), after.as_ref())?;
        Ok(change.map(|change| Found {
            path,
            change,
            before,
            after,
            xattrs_differ,
            from,
        }))
    }

    /// What a directory was that says that it was moved, and where.
    fn moved(&self, after: Option<&dyn Node>) -> Result<Option<(Rc<dyn Node>, PathBuf)>> {
        let Some(from) = after.and_then(Node::moved_from).filter(|_| self.renames) else {
            return Ok(None);
        };
        let there = lookup(&self.before, from)?.filter(|there| is_directory(&**there));
        Ok(there.map(|there| (there, self.root.join(from))))
    }

    fn enter(
        &mut self,
        path: &Path,
        before: Option<&Rc<dyn Node>>,
        after: Option<&Rc<dyn Node>>,
    ) -> Result<()> {
        let before = before.filter(|before| is_directory(&***before));
        let after = after.filter(|after| is_directory(&***after));
        let names = match (before, after) {
            (None, None) => return Ok(()),
            (Some(_), None) if !self.enters_removed => return Ok(()),
            (Some(one), None) | (None, Some(one)) => names(one.entries()?),
            (Some(before), Some(after)) => suspects(&**before, &**after)?,
        };
        self.waiting.push(Level {
            path: path.to_owned(),
            before: before.cloned(),
            after: after.cloned(),
            names: names.into_iter(),
        });
        Ok(())
    }

    fn step(&mut self) -> Option<Result<Option<Found>>> {
        let Some(level) = self.waiting.last_mut() else {
            let start = self.starts.next()?;
            return Some(self.start(&start));
        };
        match level.names.next() {
            Some(name) => Some(self.at(&name)),
            None => {
                self.waiting.pop();
                Some(Ok(None))
            }
        }
    }

    fn start(&mut self, below: &Path) -> Result<Option<Found>> {
        let (before, after) = (lookup(&self.before, below)?, lookup(&self.after, below)?);
        let path = match below.as_os_str().is_empty() {
            true => self.root.clone(),
            false => self.root.join(below),
        };
        self.pair(path, before, after)
    }
}

impl Walk {
    /// The next one, unless `go_on`, which is asked before each step, says otherwise. After an
    /// error there is nothing more: it would be half of the truth.
    pub fn next_while(&mut self, go_on: &dyn Fn() -> Result<()>) -> Option<Result<Found>> {
        loop {
            let step = match go_on() {
                Ok(()) => self.step()?,
                Err(error) => Err(error),
            };
            match step {
                Ok(None) => {}
                Ok(Some(found)) => return Some(Ok(found)),
                Err(error) => {
                    self.waiting.clear();
                    self.starts = Vec::new().into_iter();
                    return Some(Err(error));
                }
            }
        }
    }
}

impl Iterator for Walk {
    type Item = Result<Found>;

    fn next(&mut self) -> Option<Result<Found>> {
        self.next_while(&|| Ok(()))
    }
}

/// Whether nothing is different of two files that are both there; of directories, nothing but
/// what is in them.
pub fn is_same(one: &dyn Node, other: &dyn Node) -> Result<bool> {
    Ok(one.identity().is(other.identity()) || compare(one, other)?.0.is_none())
}

/// What is different of two files that are both there, and whether their extended attributes
/// are.
fn compare(before: &dyn Node, after: &dyn Node) -> Result<(Option<Change>, bool)> {
    let (old, new) = (before.side(), after.side());
    let xattrs_differ = before.xattrs()? != after.xattrs()?;
    let metadata_differs =
        (old.mode, old.uid, old.gid) != (new.mode, new.uid, new.gid) || xattrs_differ;
    // Checksums that are not the same, of files whose metadata is, are those of other content:
    // it need not be read.
    let content_differs = || match (before.identity(), after.identity()) {
        (Identity::File(one), Identity::File(other)) if !metadata_differs => Ok(one != other),
        _ => same_content(before, after).map(|same| !same),
    };
    let change = if old.file_type != new.file_type {
        Some(Change::TypeChanged)
    } else if content_differs()? {
        Some(Change::Modified)
    } else if metadata_differs {
        Some(Change::Metadata)
    } else {
        None
    };
    Ok((change, xattrs_differ))
}

fn names(entries: Vec<Entry<'_>>) -> Vec<OsString> {
    let names = entries.into_iter().map(|entry| entry.name.into_owned());
    names.collect()
}

/// A name in one or both of two directories, not known to stand for the same in both.
pub struct Suspect {
    pub name: OsString,
    /// Whether the later one has it.
    pub stays: bool,
    /// What it stands for in that, where it is known without looking.
    pub checksums: Option<Checksums>,
}

/// The names in two directories that are not known to be the same on both sides without
/// looking at what they name.
pub fn suspects(before: &dyn Node, after: &dyn Node) -> Result<Vec<OsString>> {
    match after.changed_since(before) {
        Some(names) => names,
        None => {
            let found = different(&before.entries()?, &after.entries()?);
            Ok(found.into_iter().map(|suspect| suspect.name).collect())
        }
    }
}

/// The names of both lists, but for those that are known to stand for the same; all are sorted.
pub fn different(before: &[Entry<'_>], after: &[Entry<'_>]) -> Vec<Suspect> {
    let gone = |entry: &Entry<'_>| Suspect {
        name: entry.name.clone().into_owned(),
        stays: false,
        checksums: None,
    };
    let mut found = Vec::new();
    let mut before = before.iter().peekable();
    for entry in after {
        while let Some(old) = before.next_if(|old| old.name < entry.name) {
            found.push(gone(old));
        }
        match before.next_if(|old| old.name == entry.name) {
            Some(old) if old.checksums.is_some() && old.checksums == entry.checksums => {}
            _ => found.push(Suspect {
                name: entry.name.clone().into_owned(),
                stays: true,
                checksums: entry.checksums,
            }),
        }
    }
    found.extend(before.map(gone));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{disk, overlay};
    use std::fs;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};

    struct Sides(PathBuf);

    impl Sides {
        fn new(name: &str) -> Sides {
            let directory =
                std::env::temp_dir().join(format!("ou-diff-{name}-{}", std::process::id()));
            let sides = Sides(directory);
            for side in ["upper", "base"] {
                assert!(fs::create_dir_all(sides.0.join(side)).is_ok());
            }
            sides
        }

        fn write(&self, path: &str, content: &str) {
            let path = self.0.join(path);
            assert!(path.parent().is_some_and(|p| fs::create_dir_all(p).is_ok()));
            assert!(fs::write(path, content).is_ok());
        }

        fn differences(&self) -> Vec<String> {
            let (upper, base) = (self.0.join("upper"), self.0.join("base"));
            walk(&upper, &base)
                .flatten()
                .map(|found| format!("{} {}", found.change.name(), found.path.display()))
                .collect()
        }
    }

    #[allow(clippy::unwrap_used)]
    fn walk(upper: &Path, base: &Path) -> Walk {
        let base = disk::root(base).unwrap();
        let upper = overlay::over(upper, Rc::clone(&base)).unwrap();
        Walk::new(Path::new("/usr"), base, upper)
    }

    impl Drop for Sides {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn what_was_only_copied_up_is_no_change() {
        let sides = Sides::new("same");
        for side in ["upper", "base"] {
            sides.write(&format!("{side}/lib/same"), "content");
        }
        assert_eq!(sides.differences(), [""; 0]);
    }

    #[test]
    fn each_kind_of_change_is_found() {
        let sides = Sides::new("kinds");
        for side in ["upper", "base"] {
            sides.write(&format!("{side}/mode"), "content");
            assert!(symlink(side, sides.0.join(side).join("link")).is_ok());
        }
        sides.write("base/content", "old");
        sides.write("upper/content", "new");
        sides.write("base/longer", "old");
        sides.write("upper/longer", "old and new");
        sides.write("upper/new/inside", "x");
        sides.write("base/type/inside", "x");
        sides.write("upper/type", "x");
        sides.write("base/other/inside", "x");
        assert!(symlink("nowhere", sides.0.join("base/becomes")).is_ok());
        sides.write("upper/becomes/inside", "x");
        let mode = fs::Permissions::from_mode(0o4711);
        assert!(fs::set_permissions(sides.0.join("upper/mode"), mode).is_ok());
        assert_eq!(
            sides.differences(),
            [
                "type-changed /usr/becomes",
                "added /usr/becomes/inside",
                "modified /usr/content",
                "modified /usr/link",
                "modified /usr/longer",
                "metadata /usr/mode",
                "added /usr/new",
                "added /usr/new/inside",
                "type-changed /usr/type",
                "removed /usr/type/inside",
            ]
        );
    }

    #[test]
    fn names_need_not_be_text() {
        let sides = Sides::new("names");
        let odd = OsStr::from_bytes(b"odd \xff\n name");
        assert!(fs::write(sides.0.join("upper").join(odd), "x").is_ok());
        let (upper, base) = (sides.0.join("upper"), sides.0.join("base"));
        let found: Vec<_> = walk(&upper, &base).flatten().map(|d| d.path).collect();
        assert_eq!(found, [Path::new("/usr").join(odd)]);
    }

    #[test]
    fn what_is_not_there_is_an_error() {
        let sides = Sides::new("error");
        let nowhere = sides.0.join("nowhere");
        assert!(disk::root(&nowhere).is_err());
        assert!(disk::root(&sides.0).is_ok_and(|root| overlay::over(&nowhere, root).is_err()));
    }

    #[test]
    fn only_what_was_asked_for_is_looked_at() {
        let sides = Sides::new("only");
        for path in ["a/one", "a/two", "b/three"] {
            sides.write(&format!("upper/{path}"), "x");
        }
        let walk = walk(&sides.0.join("upper"), &sides.0.join("base"));
        let found = walk.only(vec!["a/two".into(), "b".into(), "c".into()]);
        let paths: Vec<_> = found.flatten().map(|found| found.path).collect();
        let wanted = ["/usr/a/two", "/usr/b", "/usr/b/three"];
        assert_eq!(paths, wanted.map(PathBuf::from));
    }

    #[test]
    fn names_that_are_known_to_be_the_same_are_left_out() {
        let entry = |name: &str, checksum: Option<u8>| Entry {
            name: OsStr::new(name).to_owned().into(),
            checksums: checksum.map(|byte| ([byte; 32], None)),
        };
        let before = vec![entry("a", Some(1)), entry("b", Some(1)), entry("d", None)];
        let after = vec![entry("b", Some(1)), entry("c", Some(2)), entry("d", None)];
        let found = different(&before, &after).into_iter();
        let found: Vec<_> = found.map(|suspect| (suspect.name, suspect.stays)).collect();
        let expected = [("a", false), ("c", true), ("d", true)];
        assert_eq!(
            found,
            expected.map(|(name, is_there)| (name.into(), is_there))
        );
    }
}
