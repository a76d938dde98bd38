// SPDX-License-Identifier: LGPL-2.1-or-later
//! Changes that were set aside: a commit under a ref of ours, whose tree has what was there
//! in `base` and what came in its place in `changes`, and nothing else. The difference of the
//! two is the change.

use std::collections::BTreeSet;
use std::path::Path;
use std::rc::Rc;

use glib::VariantDict;

use crate::diff::Found;
use crate::error::{Error, Kind, Result};
use crate::name;
use crate::ostree::publish::{self, Message};
use crate::ostree::writer::Writer;
use crate::stack::State;
use crate::tree::{self, Node, commit};

/// Where the refs are.
const REFS: &str = "unlock/kept";
/// The keys of a commit's metadata.
pub const BASE: &str = "unlock.base";
pub const STATE: &str = "unlock.state";
pub const TIME: &str = "unlock.time";

/// What is known of changes that were kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What they were called.
    pub name: String,
    /// The commit that holds them.
    pub checksum: String,
    /// The commit that they were made on.
    pub base: String,
    /// The state that they were made in; `None` in a scratch.
    pub state: Option<State>,
    /// When they were kept, in seconds of the epoch.
    pub time: i64,
    /// What they are, in one line.
    pub subject: String,
}

/// Changes that were kept, to be read.
pub struct Opened {
    pub about: Kept,
    pub before: Rc<dyn Node>,
    pub after: Rc<dyn Node>,
}

/// The ref of `name`, which has to be one word of letters, digits and `-_.`.
fn reference(name: &str) -> Result<String> {
    name::check(name, "to keep something under")?;
    if is_unfinished(name) {
        return Err(Error::new(
            Kind::InvalidArgument,
            format!("`{name}` is what libostree calls what it writes"),
        )
        .next("take another name"));
    }
    Ok(format!("{REFS}/{name}"))
}

/// What libostree 2022.7 calls a ref that it writes, and leaves where it dies then: another name of
/// the same commit, or of half of it.
fn is_unfinished(name: &str) -> bool {
    let random = name.strip_prefix("tmp.");
    random.is_some_and(|random| random.len() == 6 && !random.contains('.'))
}

/// Removes what a call left that died while the ref was written.
pub fn sweep(repo: &ostree::Repo) -> Result<()> {
    let names = publish::below(repo, REFS)?.into_iter();
    names
        .filter(|name| is_unfinished(name))
        .try_for_each(|name| publish::point(repo, &format!("{REFS}/{name}"), None))
}

/// All of them, by name.
pub fn list(repo: &ostree::Repo) -> Result<Vec<Kept>> {
    let mut names = publish::below(repo, REFS)?;
    names.retain(|name| !is_unfinished(name));
    names.iter().map(|name| about(repo, name)).collect()
}

/// What a commit of ours says of the changes in it.
pub struct MadeOf {
    /// The commit that they were made on.
    pub base: String,
    /// The one that they were put on.
    pub parent: Option<String>,
    /// `None` in a scratch.
    pub state: Option<State>,
    /// When they were read, in seconds since the epoch.
    pub time: i64,
}

/// What the changes in `commit` were made of, if it is one of ours.
pub fn made_of(repo: &ostree::Repo, commit: &str) -> Result<Option<MadeOf>> {
    let (variant, _) = repo.load_commit(commit)?;
    let metadata = VariantDict::new(Some(&variant.child_value(0)));
    let text = |key| metadata.lookup::<String>(key).ok().flatten();
    let state = text(STATE).unwrap_or_default();
    let time = metadata.lookup::<u64>(TIME).ok().flatten();
    Ok(text(BASE).map(|base| MadeOf {
        base,
        parent: ostree::commit_get_parent(&variant).map(Into::into),
        state: State::ALL.into_iter().find(|known| known.name() == state),
        time: time
            .and_then(|time| i64::try_from(u64::from_be(time)).ok())
            .unwrap_or_default(),
    }))
}

fn about(repo: &ostree::Repo, name: &str) -> Result<Kept> {
    let checksum = repo
        .resolve_rev(&reference(name)?, true)?
        .ok_or_else(|| unknown(name))?;
    let (variant, _) = repo.load_commit(&checksum)?;
    let MadeOf {
        base, state, time, ..
    } = made_of(repo, &checksum)?.ok_or_else(|| {
        Error::new(
            Kind::Corrupt,
            format!("what was kept as {name} does not say what it was made on"),
        )
    })?;
    Ok(Kept {
        name: name.to_owned(),
        checksum: checksum.into(),
        base,
        state,
        time,
        subject: variant.child_value(3).str().unwrap_or_default().to_owned(),
    })
}

fn unknown(name: &str) -> Error {
    Error::new(Kind::NotFound, format!("nothing was kept as {name}"))
        .next("`ostree-unlock keep list` shows what was")
}

/// Opens what was kept as `name`.
pub fn open(repo: &ostree::Repo, name: &str) -> Result<Opened> {
    let about = about(repo, name)?;
    let root = commit::root(repo, &about.checksum)?;
    let half = |name: &str| {
        tree::lookup(&root, Path::new(name))?
            .filter(|half| tree::is_directory(&**half))
            .ok_or_else(|| {
                Error::new(
                    Kind::Corrupt,
                    format!("what was kept as {} has no {name}", about.name),
                )
            })
    };
    Ok(Opened {
        before: half("base")?,
        after: half("changes")?,
        about,
    })
}

/// Whether something was kept as `name`.
pub fn exists(repo: &ostree::Repo, name: &str) -> Result<bool> {
    Ok(repo.resolve_rev(&reference(name)?, true)?.is_some())
}

/// Writes changes down, in a transaction of the caller's, and has the ref lead to them when
/// that ends. `step` is told of each.
pub fn save(
    repo: &ostree::Repo,
    name: &str,
    changes: impl Iterator<Item = Result<Found>>,
    message: &Message,
    step: &dyn Fn(u64) -> Result<()>,
) -> Result<(String, u64)> {
    let reference = reference(name)?;
    let mut writer = Writer::empty(repo)?;
    let (before, after) = (Path::new("base"), Path::new("changes"));
    for half in [before, after] {
        writer.put_plain_directory(half)?;
    }
    // The directories of which a half has what the changes say of them, and no more.
    let mut told = BTreeSet::new();
    let mut written = 0;
    for found in changes {
        let found = found?;
        let path = found.path.strip_prefix("/").unwrap_or(&found.path);
        for directory in ways(path) {
            if told.insert(directory.to_owned()) {
                writer.put_plain_directory(&before.join(directory))?;
                writer.put_plain_directory(&after.join(directory))?;
            }
        }
        told.insert(path.to_owned());
        for (half, file) in [(before, &found.before), (after, &found.after)] {
            if let Some(file) = file {
                writer.put(&half.join(path), &**file, &**file)?;
            }
        }
        written += 1;
        step(written)?;
    }
    let root = writer.finish()?;
    let checksum = publish::commit(repo, &root, None, message)?;
    repo.transaction_set_ref(None, &reference, Some(&checksum));
    Ok((checksum, written))
}

/// The directories that lead to `path`, the outermost first.
fn ways(path: &Path) -> Vec<&Path> {
    let mut ways: Vec<&Path> = path
        .ancestors()
        .skip(1)
        .filter(|way| !way.as_os_str().is_empty())
        .collect();
    ways.reverse();
    ways
}

/// Forgets what was kept as `name`.
pub fn forget(repo: &ostree::Repo, name: &str) -> Result<()> {
    let reference = reference(name)?;
    if !exists(repo, name)? {
        return Err(unknown(name));
    }
    repo.set_ref_immediate(None, &reference, None, gio::Cancellable::NONE)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_word() {
        for name in ["fix", "fix-1.2_b", "tmp.fix"] {
            assert!(reference(name).is_ok(), "{name}");
        }
        for name in ["", ".x", "a/b", "a b", "ä", "tmp.a1B2c3"] {
            assert!(reference(name).is_err(), "{name}");
        }
    }

    #[test]
    fn the_way_to_a_file_begins_outside() {
        let expected = ["usr", "usr/lib"].map(Path::new);
        assert_eq!(ways(Path::new("usr/lib/x")), expected);
    }
}
