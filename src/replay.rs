// SPDX-License-Identifier: LGPL-2.1-or-later
//! Changes replayed on another tree, one path at a time, three ways: what they were made
//! on, what they made of it, and what the other tree has. Decides, and writes nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::conflict::{Conflict, Prefer};
use crate::diff::Found;
use crate::error::Result;
use crate::tree::{Node, is_directory, same_content};

type File = Option<Rc<dyn Node>>;

/// What is to be done at a path, which is one of the tree, without a leading slash.
pub enum Action {
    /// This is to be there; of a directory only what it is itself.
    Put {
        path: PathBuf,
        content: Rc<dyn Node>,
        metadata: Rc<dyn Node>,
    },
    /// Nothing is to be there.
    Remove { path: PathBuf },
}

/// What has become of the changes.
#[derive(Default)]
pub struct Replay {
    /// In the order in which they are to be done.
    pub actions: Vec<Action>,
    /// What is to be decided first.
    pub conflicts: Vec<Conflict>,
    /// What was decided, and how.
    pub resolved: Vec<(Conflict, Prefer)>,
}

/// Who decides a conflict.
pub type Decide<'a> = &'a dyn Fn(&Path) -> Option<Prefer>;

/// Replays `changes` on the tree whose root is `other`.
pub fn on(
    changes: impl Iterator<Item = Result<Found>>,
    other: Rc<dyn Node>,
    decide: Decide<'_>,
) -> Result<Replay> {
    let mut replaying = Replaying {
        replay: Replay::default(),
        way: vec![(PathBuf::new(), Some(other))],
        decide,
        kept: BTreeSet::new(),
        added: BTreeSet::new(),
    };
    for found in changes {
        replaying.one(found?)?;
    }
    Ok(replaying.finish())
}

/// Takes all of `changes`: on the very tree that they were made on there is nothing to decide.
pub fn on_their_base(changes: impl Iterator<Item = Result<Found>>) -> Result<Replay> {
    let mut replay = Replay::default();
    for found in changes {
        let found = found?;
        let path = within(&found.path);
        replay.actions.push(take(path, found.after));
    }
    Ok(replay)
}

struct Replaying<'a> {
    replay: Replay,
    /// The directories of the other tree that lead to where we are.
    way: Vec<(PathBuf, File)>,
    decide: Decide<'a>,
    /// What stays as the other tree has it, although the changes took it away.
    kept: BTreeSet<PathBuf>,
    /// The directories that the changes bring.
    added: BTreeSet<PathBuf>,
}

/// What comes of the three.
enum Verdict {
    Nothing,
    Take,
    Merge(Rc<dyn Node>, Rc<dyn Node>),
    Conflict(&'static str),
}

impl Replaying<'_> {
    fn one(&mut self, found: Found) -> Result<()> {
        let path = within(&found.path);
        let other = self.other(&path)?;
        let verdict = match judge(&found.before, &found.after, &other)? {
            Verdict::Take if self.lacks_parent(&path, &found.after)? => {
                Verdict::Conflict("the commit does not have its directory")
            }
            verdict => verdict,
        };
        match verdict {
            Verdict::Nothing => {}
            Verdict::Take => self.take(path, found.after),
            Verdict::Merge(content, metadata) => self.replay.actions.push(Action::Put {
                path,
                content,
                metadata,
            }),
            Verdict::Conflict(cause) => self.conflict(path, found, other, cause),
        }
        Ok(())
    }

    fn conflict(&mut self, path: PathBuf, found: Found, other: File, cause: &'static str) {
        let side = |file: &File| file.as_ref().map(|file| file.side().clone());
        let conflict = Conflict {
            path: Path::new("/").join(&path),
            cause,
            base: side(&found.before),
            changes: side(&found.after),
            commit: side(&other),
        };
        match (self.decide)(&conflict.path) {
            None => {
                // What is in a directory waits for what is decided of that.
                if found.after.as_deref().is_some_and(is_directory) {
                    self.added.insert(path);
                }
                self.replay.conflicts.push(conflict);
            }
            Some(prefer) => {
                if prefer == Prefer::Commit {
                    if other.is_some() {
                        self.kept.insert(path);
                    }
                } else {
                    self.take(path, found.after);
                }
                self.replay.resolved.push((conflict, prefer));
            }
        }
    }

    fn take(&mut self, path: PathBuf, after: File) {
        if after.as_deref().is_some_and(is_directory) {
            self.added.insert(path.clone());
        }
        self.replay.actions.push(take(path, after));
    }

    /// What the other tree has at `path`.
    fn other(&mut self, path: &Path) -> Result<File> {
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Ok(self.way[0].1.clone());
        };
        while self.way.len() > 1
            && !self
                .way
                .last()
                .is_some_and(|(at, _)| parent.starts_with(at))
        {
            self.way.pop();
        }
        let (mut at, mut node) = self.way[self.way.len() - 1].clone();
        let rest = parent.strip_prefix(&at).unwrap_or(Path::new("")).to_owned();
        for part in rest.components() {
            node = child(&node, part.as_os_str())?;
            at.push(part);
            self.way.push((at.clone(), node.clone()));
        }
        child(&node, name)
    }

    /// Whether something would be put where the other tree has no directory for it, and the
    /// changes bring none.
    fn lacks_parent(&mut self, path: &Path, after: &File) -> Result<bool> {
        let Some(parent) = path.parent().filter(|_| after.is_some()) else {
            return Ok(false);
        };
        if self.added.contains(parent) {
            return Ok(false);
        }
        let other = self.other(parent)?;
        Ok(!other.as_deref().is_some_and(is_directory))
    }

    /// A directory in which something is kept cannot go.
    fn finish(mut self) -> Replay {
        let kept = std::mem::take(&mut self.kept);
        let holds = |path: &PathBuf| {
            let mut below = kept.range(path.clone()..);
            below.next().is_some_and(|kept| kept.starts_with(path))
        };
        self.replay.actions.retain(|action| match action {
            Action::Remove { path } => !holds(path),
            Action::Put { path, content, .. } => is_directory(&**content) || !holds(path),
        });
        self.replay
    }
}

/// A path of the system as one in a commit.
fn within(path: &Path) -> PathBuf {
    path.strip_prefix("/").unwrap_or(path).to_owned()
}

fn take(path: PathBuf, after: File) -> Action {
    match after {
        None => Action::Remove { path },
        Some(file) => Action::Put {
            path,
            metadata: Rc::clone(&file),
            content: file,
        },
    }
}

fn child(node: &File, name: &std::ffi::OsStr) -> Result<File> {
    match node {
        Some(node) if is_directory(&**node) => node.child(name),
        _ => Ok(None),
    }
}

fn judge(base: &File, changes: &File, other: &File) -> Result<Verdict> {
    let is_dir = |file: &File| file.as_deref().is_some_and(is_directory);
    if let (Some(old), Some(theirs)) = (base, other) {
        // A directory that goes takes along what is in it; what the changes knew of that is
        // judged by itself.
        if is_dir(base) && is_dir(other) && !is_dir(changes) {
            return Ok(match has_more(&**theirs, &**old)? {
                true => Verdict::Conflict("taken away, and the commit has more in it"),
                false => Verdict::Take,
            });
        }
    }
    if same(base, other)? {
        return Ok(Verdict::Take);
    }
    if same(changes, other)? {
        return Ok(Verdict::Nothing);
    }
    let (base, changes, other) = match (base, changes, other) {
        (Some(base), Some(changes), Some(other)) => (base, changes, other),
        (None, _, _) => return Ok(Verdict::Conflict("made on both sides")),
        (_, None, _) => return Ok(Verdict::Conflict("taken away, and changed by the commit")),
        (_, _, None) => return Ok(Verdict::Conflict("changed, and taken away by the commit")),
    };
    let kind = base.side().file_type;
    if changes.side().file_type != kind || other.side().file_type != kind {
        return Ok(Verdict::Conflict(
            "changed on both sides, and of another type",
        ));
    }
    let content = side_with(same_content, base, changes, other)?;
    let metadata = side_with(same_metadata, base, changes, other)?;
    Ok(match (content, metadata) {
        (Some(content), Some(metadata)) => Verdict::Merge(content, metadata),
        (None, _) => Verdict::Conflict("changed on both sides"),
        (_, None) => Verdict::Conflict("its metadata changed on both sides"),
    })
}

/// The side that changed, of those that `alike` compares; `None` if both did.
fn side_with(
    alike: fn(&dyn Node, &dyn Node) -> Result<bool>,
    base: &Rc<dyn Node>,
    changes: &Rc<dyn Node>,
    other: &Rc<dyn Node>,
) -> Result<File> {
    Ok(if alike(&**base, &**changes)? {
        Some(Rc::clone(other))
    } else if alike(&**base, &**other)? || alike(&**changes, &**other)? {
        Some(Rc::clone(changes))
    } else {
        None
    })
}

/// Whether both are the same file; of directories, what they are themselves.
fn same(one: &File, other: &File) -> Result<bool> {
    let (one, other) = match (one, other) {
        (None, None) => return Ok(true),
        (Some(one), Some(other)) => (&**one, &**other),
        _ => return Ok(false),
    };
    Ok(one.identity().is(other.identity())
        || one.side().file_type == other.side().file_type
            && same_metadata(one, other)?
            && same_content(one, other)?)
}

fn same_metadata(one: &dyn Node, other: &dyn Node) -> Result<bool> {
    let (left, right) = (one.side(), other.side());
    Ok(
        (left.mode, left.uid, left.gid) == (right.mode, right.uid, right.gid)
            && one.xattrs()? == other.xattrs()?,
    )
}

/// Whether a directory has names that another one has not.
fn has_more(directory: &dyn Node, than: &dyn Node) -> Result<bool> {
    let known: BTreeSet<_> = than
        .entries()?
        .into_iter()
        .map(|entry| entry.name)
        .collect();
    Ok(directory
        .entries()?
        .iter()
        .any(|entry| !known.contains(&entry.name)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::diff::Walk;
    use crate::tree::disk;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    /// Three trees: what changes were made on, what they made of it, and another one.
    struct Trees(PathBuf);

    const SIDES: [&str; 3] = ["base", "changes", "other"];

    impl Trees {
        fn new(name: &str) -> Trees {
            let at = std::env::temp_dir().join(format!("ou-replay-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&at);
            for side in SIDES {
                fs::create_dir_all(at.join(side).join("usr")).unwrap();
            }
            Trees(at)
        }

        /// Writes a file into each tree; an empty text for none.
        fn file(&self, path: &str, texts: [&str; 3]) {
            for (side, text) in SIDES.iter().zip(texts) {
                let at = self.0.join(side).join("usr").join(path);
                if !text.is_empty() {
                    fs::create_dir_all(at.parent().unwrap()).unwrap();
                    fs::write(at, text).unwrap();
                }
            }
        }

        fn mode(&self, side: &str, path: &str, mode: u32) {
            let at = self.0.join(side).join("usr").join(path);
            fs::set_permissions(at, fs::Permissions::from_mode(mode)).unwrap();
        }

        fn replay(&self, decide: Decide<'_>) -> Replay {
            let root = |side| disk::root(&self.0.join(side)).unwrap();
            let walk = Walk::new(Path::new("/"), root("base"), root("changes"));
            on(walk, root("other"), decide).unwrap()
        }

        /// What is done, and what is in conflict.
        fn outcome(&self) -> (Vec<String>, Vec<String>) {
            let replay = self.replay(&|_| None);
            let conflicts = replay.conflicts.iter();
            (
                actions(&replay),
                conflicts.map(|c| c.path.display().to_string()).collect(),
            )
        }
    }

    impl Drop for Trees {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn actions(replay: &Replay) -> Vec<String> {
        let one = |action: &Action| match action {
            Action::Put { path, .. } => format!("put {}", path.display()),
            Action::Remove { path } => format!("remove {}", path.display()),
        };
        replay.actions.iter().map(one).collect()
    }

    #[test]
    fn what_only_the_changes_touched_is_taken() {
        let trees = Trees::new("taken");
        trees.file("changed", ["old", "new", "old"]);
        trees.file("removed", ["old", "", "old"]);
        trees.file("added/file", ["", "new", ""]);
        trees.file("theirs", ["old", "old", "other"]);
        let (done, conflicts) = trees.outcome();
        let wanted = [
            "put usr/added",
            "put usr/added/file",
            "put usr/changed",
            "remove usr/removed",
        ];
        assert_eq!(
            (done, conflicts),
            (wanted.map(str::to_owned).to_vec(), vec![])
        );
    }

    #[test]
    fn what_both_made_the_same_is_there() {
        let trees = Trees::new("same");
        trees.file("changed", ["old", "new", "new"]);
        trees.file("removed", ["old", "", ""]);
        trees.file("added", ["", "new", "new"]);
        assert_eq!(trees.outcome(), (vec![], vec![]));
    }

    #[test]
    fn what_both_changed_is_a_conflict() {
        let trees = Trees::new("conflicts");
        trees.file("both", ["old", "new", "other"]);
        trees.file("gone", ["old", "new", ""]);
        trees.file("kept", ["old", "", "other"]);
        trees.file("made", ["", "new", "other"]);
        trees.file("type", ["old", "new", ""]);
        trees.file("type/file", ["", "", "other"]);
        let (done, conflicts) = trees.outcome();
        assert_eq!(done, [""; 0]);
        let wanted = [
            "/usr/both",
            "/usr/gone",
            "/usr/kept",
            "/usr/made",
            "/usr/type",
        ];
        assert_eq!(conflicts, wanted);
    }

    #[test]
    fn content_and_metadata_are_taken_apart() {
        let trees = Trees::new("apart");
        trees.file("file", ["old", "old", "other"]);
        trees.mode("changes", "file", 0o711);
        trees.file("both", ["old", "old", "other"]);
        trees.mode("changes", "both", 0o711);
        trees.mode("other", "both", 0o700);
        let replay = trees.replay(&|_| None);
        assert_eq!(actions(&replay), ["put usr/file"]);
        let Some(Action::Put {
            content, metadata, ..
        }) = replay.actions.first()
        else {
            return assert!(!replay.actions.is_empty());
        };
        let mut text = String::new();
        content.open().unwrap().read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), metadata.side().mode), ("other", 0o711));
        assert_eq!(replay.conflicts.len(), 1);
    }

    #[test]
    fn a_directory_that_goes_must_not_take_along_what_nobody_knew() {
        let trees = Trees::new("directory");
        trees.file("gone/old", ["old", "", "old"]);
        trees.file("gone/new", ["", "", "new"]);
        trees.file("plain/old", ["old", "", "old"]);
        let (done, conflicts) = trees.outcome();
        assert_eq!(conflicts, ["/usr/gone"]);
        assert_eq!(
            done,
            [
                "remove usr/gone/old",
                "remove usr/plain",
                "remove usr/plain/old"
            ]
        );
        let kept = trees.replay(&|_| Some(Prefer::Commit));
        assert_eq!(
            actions(&kept),
            [
                "remove usr/gone/old",
                "remove usr/plain",
                "remove usr/plain/old"
            ]
        );
        let taken = trees.replay(&|_| Some(Prefer::Changes));
        assert!(actions(&taken).contains(&"remove usr/gone".to_owned()));
    }

    #[test]
    fn a_directory_with_something_that_stays_stays() {
        let trees = Trees::new("stays");
        trees.file("gone/file", ["old", "", "other"]);
        let replay = trees.replay(&|_| Some(Prefer::Commit));
        assert_eq!(actions(&replay), [""; 0]);
        assert_eq!(replay.resolved.len(), 1);
    }

    #[test]
    fn a_directory_in_the_place_of_a_file_comes_with_what_is_in_it() {
        let trees = Trees::new("type");
        for (path, other) in [("clean", "old"), ("both", "other")] {
            trees.file(path, ["old", "", other]);
            trees.file(&format!("{path}/inside"), ["", "new", ""]);
        }
        let clean = ["put usr/clean", "put usr/clean/inside"].map(str::to_owned);
        let (done, conflicts) = trees.outcome();
        assert_eq!(conflicts, ["/usr/both"]);
        assert_eq!(done[1..], clean);
        let ours = trees.replay(&|_| Some(Prefer::Changes));
        assert_eq!(
            actions(&ours)[..2],
            ["put usr/both", "put usr/both/inside"].map(str::to_owned)
        );
        let theirs = trees.replay(&|_| Some(Prefer::Commit));
        assert_eq!(actions(&theirs), clean);
        assert_eq!(theirs.resolved.len(), 2);
    }

    #[test]
    fn what_is_put_needs_a_directory() {
        let trees = Trees::new("parent");
        trees.file("there/old", ["old", "old", ""]);
        trees.file("there/new", ["", "new", ""]);
        let (done, conflicts) = trees.outcome();
        assert_eq!(
            (done, conflicts),
            (vec![], vec!["/usr/there/new".to_owned()])
        );
    }
}
