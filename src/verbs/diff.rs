// SPDX-License-Identifier: LGPL-2.1-or-later
//! `diff`: what was changed in `/usr` since it was unlocked, or between commits. Only
//! looks; one difference at a time, so that memory does not grow with what there is.

use std::path::Path;
use std::rc::Rc;

use gio::prelude::*;

use crate::diff::{Difference, Walk};
use crate::error::{Error, Result};
use crate::kept;
use crate::live::{self, Trees};
use crate::observe::USR;
use crate::options::{Options, Watch};
use crate::ostree::sysroot::{self, Named};
use crate::scratch;
use crate::sys::namespace;
use crate::tree::{Node, commit, overlay};

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
    /// What is read from as long as it goes on.
    _sides: Sides,
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
/// as wholes, as [`diff_commits`] does. With [`kept`](Options::kept) it is what was kept under
/// that name, with [`scratch`](Options::scratch) what was written to `/usr` in the scratch.
/// [`path`](Options::path) leaves out all but that.
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
        options.only(&["from", "to", "path", "kept", "scratch"])?;
        walk(Sides::find(sysroot, deployment, options)?, options, watch)
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
        walk(Sides::of_commits(repo, from, to)?, options, watch)
    };
    start().map_err(|error: Error| error.during("diff"))
}

fn walk(sides: Sides, options: &Options, watch: &Watch<'_>) -> Result<Diff> {
    let walk = Walk::new(sides.root, sides.before.clone(), sides.after.clone());
    Ok(Diff {
        walk: walk.limited_to(&options.paths, sides.root)?,
        cancellable: watch.cancellable.cloned(),
        _sides: sides,
    })
}

/// The two trees that are compared.
pub(super) struct Sides {
    /// What both stand for.
    pub root: &'static Path,
    pub before: Rc<dyn Node>,
    pub after: Rc<dyn Node>,
    /// What they are read through.
    _trees: Option<Trees>,
}

impl Sides {
    /// Those that the options `from` and `to` mean; `/usr`, unless both are commits.
    pub(super) fn find(
        sysroot: &ostree::Sysroot,
        deployment: Option<&ostree::Deployment>,
        options: &Options,
    ) -> Result<Sides> {
        if let (Some(from), Some(to)) = (&options.from, &options.to) {
            options.only(&["path", "from", "to"])?;
            return Sides::of_commits(&sysroot::repo(sysroot)?, from, to);
        }
        if let Some(name) = &options.kept {
            options.only(&["path", "kept"])?;
            return Sides::of_kept(&sysroot::repo(sysroot)?, name);
        }
        let named = sysroot::named(sysroot, deployment)?;
        if options.scratch {
            options.only(&["path", "scratch"])?;
            namespace::require_root()?;
            return Sides::of_scratch(&sysroot::repo(sysroot)?, &named);
        }
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
        Ok(Sides {
            root: Path::new(USR),
            before: before.unwrap_or_else(|| trees.base.clone()),
            after: after.unwrap_or_else(|| trees.now.clone()),
            _trees: Some(trees),
        })
    }

    fn of_kept(repo: &ostree::Repo, name: &str) -> Result<Sides> {
        let kept = kept::open(repo, name)?;
        Ok(Sides {
            root: Path::new("/"),
            before: kept.before,
            after: kept.after,
            _trees: None,
        })
    }

    fn of_scratch(repo: &ostree::Repo, named: &Named) -> Result<Sides> {
        let before = live::usr_of(repo, &named.booted().commit)?;
        let upper = scratch::upper(named.booted(), "usr")?;
        Ok(Sides {
            root: Path::new(USR),
            after: overlay::over(&upper, Rc::clone(&before))?,
            before,
            _trees: None,
        })
    }

    /// Two commits as wholes.
    pub(super) fn of_commits(repo: &ostree::Repo, from: &str, to: &str) -> Result<Sides> {
        let root = |name| commit::root(repo, &commit::resolve(repo, name)?);
        Ok(Sides {
            root: Path::new("/"),
            before: root(from)?,
            after: root(to)?,
            _trees: None,
        })
    }
}
