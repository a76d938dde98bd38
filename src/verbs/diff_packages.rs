// SPDX-License-Identifier: LGPL-2.1-or-later
//! `diff --packages`: which packages were installed, removed and changed, and which of
//! the changed files are nobody's. Only looks.

use std::path::PathBuf;
use std::rc::Rc;

use gio::prelude::*;

use super::diff::Sides;
use crate::diff::Walk;
use crate::error::{Error, Kind, Result};
use crate::options::{Options, Watch};
use crate::packages::unowned::Suspects;
use crate::packages::{self, Databases, PackageDifference};
use crate::tree::Node;
use crate::tree::whole::Whole;

/// What became of the packages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct PackageDiff {
    /// What became of each that is not as it was, sorted by name.
    pub packages: Vec<PackageDifference>,
    /// The files that were added, changed or removed, and belong to no package: what is there
    /// to none that is there, what is gone to none that was there. Sorted; without
    /// directories, and without the databases of packages.
    pub unowned: Vec<PathBuf>,
}

impl PackageDiff {
    /// Whether packages were added and nothing else became of any; files that belong to none
    /// do not count.
    pub fn is_purely_additive(&self) -> bool {
        packages::are_purely_additive(&self.packages)
    }
}

/// What became of the packages of `/usr` since it was unlocked, by the databases of dpkg and
/// rpm in it; the options [`from`](Options::from), [`to`](Options::to) and
/// [`scratch`](Options::scratch) are those of [`diff`](crate::diff()).
///
/// A database that is written to meanwhile is read again, or is [`Kind::Changed`]; one that is
/// damaged is [`Kind::Corrupt`], and one of rpm that is not SQLite [`Kind::Unsupported`]. Where
/// neither side has any, that is [`Kind::NotFound`]. SQLite reads a copy in `$TMPDIR`, or in
/// `/tmp`.
///
/// ```no_run
/// use ostree_unlock::{Options, Watch};
///
/// let sysroot = ostree::Sysroot::new_default();
/// let diff = ostree_unlock::diff_packages(&sysroot, None, &Options::new(), &Watch::default())?;
/// for package in &diff.packages {
///     println!("{} {}", package.change.name(), package.name);
/// }
/// println!("only added: {}", diff.is_purely_additive());
/// # Ok::<(), ostree_unlock::Error>(())
/// ```
pub fn diff_packages(
    sysroot: &ostree::Sysroot,
    deployment: Option<&ostree::Deployment>,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<PackageDiff> {
    let look = || {
        options.only(&["from", "to", "scratch"])?;
        let there = match options.scratch {
            true => "what is in the scratch",
            false => "what is there now",
        };
        let names = [
            options.from.as_deref().unwrap_or("what was deployed"),
            options.to.as_deref().unwrap_or(there),
        ];
        compare(&Sides::find(sysroot, deployment, options)?, names, watch)
    };
    look().map_err(|error: Error| error.during("diff"))
}

/// What became of the packages between two commits of a repository, which need not be that of
/// a booted system. Each is a checksum, or a ref. Errors as of [`diff_packages`].
pub fn diff_packages_of_commits(
    repo: &ostree::Repo,
    from: &str,
    to: &str,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<PackageDiff> {
    let look = || {
        options.only(&[])?;
        compare(&Sides::of_commits(repo, from, to)?, [from, to], watch)
    };
    look().map_err(|error: Error| error.during("diff"))
}

fn compare(sides: &Sides, names: [&str; 2], watch: &Watch<'_>) -> Result<PackageDiff> {
    let check = || match watch.cancellable {
        Some(cancellable) => Ok(cancellable.set_error_if_cancelled()?),
        None => Ok(()),
    };
    let whole = |root: &Rc<dyn Node>| Whole {
        top: sides.root.to_owned(),
        root: Rc::clone(root),
    };
    let (before, after) = (whole(&sides.before), whole(&sides.after));
    let find = |tree: &Whole, name: &str| {
        check()?;
        let found = Databases::find(tree);
        found.map_err(|error| error.noting(vec![format!("the packages are those of {name}")]))
    };
    let (old, new) = (find(&before, names[0])?, find(&after, names[1])?);
    if old.is_empty() && new.is_empty() {
        return Err(Error::new(
            Kind::NotFound,
            "there is no database of packages, of dpkg or rpm",
        )
        .at(sides.root)
        .next("leave out --packages to see files"));
    }
    let mut suspects = Suspects::default();
    let mut walk = Walk::new(sides.root, sides.before.clone(), sides.after.clone());
    while let Some(found) = walk.next_while(&check) {
        suspects.add(found?);
    }
    Ok(PackageDiff {
        packages: packages::differences(&old, &new)?,
        unowned: suspects.unowned((&before, &old), (&after, &new), &check)?,
    })
}
