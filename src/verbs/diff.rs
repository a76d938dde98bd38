// SPDX-License-Identifier: LGPL-2.1-or-later
//! `diff`: what was changed in `/usr` since it was unlocked, or between commits. Only
//! looks; one difference at a time, so that memory does not grow with what there is.

use std::path::{Component, Path, PathBuf};

use gio::prelude::*;

use crate::diff::{Difference, Walk};
use crate::error::{Error, Kind, Result};
use crate::live::{self, Trees};
use crate::observe::USR;
use crate::options::{Options, Watch};
use crate::ostree::sysroot;
use crate::sys::namespace;
use crate::tree::commit;

/// The differences between two trees, parents before what is in them, sorted by name.
///
/// After an error there is nothing more.
///
/// ```no_run
/// use ostree_unlock::{Options, Watch};
///
/// let sysroot = ostree::Sysroot::new_default();
/// for difference in ostree_unlock::diff(&sysroot, None, &Options::new(), &Watch::default())? {
///     let difference = difference?;
///     println!("{} {}", difference.change.name(), difference.path.display());
/// }
/// # Ok::<(), ostree_unlock::Error>(())
/// ```
pub struct Diff {
    walk: Walk,
    cancellable: Option<gio::Cancellable>,
    /// What the trees are read through.
    _trees: Option<Trees>,
}

impl Iterator for Diff {
    type Item = Result<Difference>;

    fn next(&mut self) -> Option<Result<Difference>> {
        let cancellable = self.cancellable.clone();
        self.next_unless(cancellable.as_ref())
    }
}

impl Diff {
    /// The next one, unless `cancellable` is cancelled before it is found.
    pub(crate) fn next_unless(
        &mut self,
        cancellable: Option<&gio::Cancellable>,
    ) -> Option<Result<Difference>> {
        let go_on = || match cancellable {
            Some(cancellable) => Ok(cancellable.set_error_if_cancelled()?),
            None => Ok(()),
        };
        Some(match self.walk.next_while(&go_on)? {
            Ok(found) => Ok(Difference::from(&found)),
            Err(error) => Err(error.during("diff")),
        })
    }
}

/// What was changed in `/usr` of the booted deployment, in whatever state it is; or in the
/// hotfix of another deployment.
///
/// With the option [`from`](Options::from) it is compared with that commit instead of its own,
/// and with [`to`](Options::to) that commit is what it became; with both, the commits are compared
/// as wholes, as [`diff_commits`] does. [`path`](Options::path) leaves out all but that.
///
/// Only root may look at what was written. Locked, there are no differences. What is written
/// meanwhile may be in it or not.
pub fn diff(
    sysroot: &ostree::Sysroot,
    deployment: Option<&ostree::Deployment>,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<Diff> {
    let start = || {
        options.only(&["from", "to", "path"])?;
        if let (Some(from), Some(to)) = (&options.from, &options.to) {
            return of_commits(&sysroot::repo(sysroot)?, from, to, options, watch);
        }
        let named = sysroot::named(sysroot, deployment)?;
        if options.to.is_none() {
            namespace::require_root()?;
        }
        let open = || sysroot::repo(sysroot);
        let trees = match (&options.from, &options.to) {
            (None, None) => live::trees(&named, &open)?,
            _ => live::as_committed(&named, &open()?)?,
        };
        let usr = |name: &String| {
            let repo = open()?;
            live::usr_of(&repo, &commit::resolve(&repo, name)?)
        };
        let before = options.from.as_ref().map(usr).transpose()?;
        let after = options.to.as_ref().map(usr).transpose()?;
        let walk = Walk::new(
            Path::new(USR),
            before.unwrap_or_else(|| trees.base.clone()),
            after.unwrap_or_else(|| trees.now.clone()),
        );
        Ok(Diff {
            walk: limited(walk, &options.paths, Path::new(USR))?,
            cancellable: watch.cancellable.cloned(),
            _trees: Some(trees),
        })
    };
    start().map_err(|error: Error| error.during("diff"))
}

/// What is different between two commits of a repository, which need not be that of a booted
/// system. Each is a checksum, or a ref.
///
/// Reads only what is not the same by its checksum. Needs no privilege beyond that of reading
/// the repository.
pub fn diff_commits(
    repo: &ostree::Repo,
    from: &str,
    to: &str,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<Diff> {
    let start = || {
        options.only(&["path"])?;
        of_commits(repo, from, to, options, watch)
    };
    start().map_err(|error: Error| error.during("diff"))
}

fn of_commits(
    repo: &ostree::Repo,
    from: &str,
    to: &str,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<Diff> {
    let root = |name| commit::root(repo, &commit::resolve(repo, name)?);
    let walk = Walk::new(Path::new("/"), root(from)?, root(to)?);
    Ok(Diff {
        walk: limited(walk, &options.paths, Path::new("/"))?,
        cancellable: watch.cancellable.cloned(),
        _trees: None,
    })
}

/// The walk through `paths` alone; through all, if there are none.
fn limited(walk: Walk, paths: &[PathBuf], root: &Path) -> Result<Walk> {
    if paths.is_empty() {
        return Ok(walk);
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
    Ok(walk.only(below))
}
