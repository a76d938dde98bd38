// SPDX-License-Identifier: LGPL-2.1-or-later
//! The changes that can be made to last: what was written to a deployment, in a scratch, or
//! kept earlier. Whoever takes them does not need to know where they come from.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use glib::prelude::*;

use crate::conflict::Prefer;
use crate::deployed_etc;
use crate::diff::{Change, Found, Walk};
use crate::error::{self, Error, Kind, Result};
use crate::kept;
use crate::live;
use crate::observe::{self, USR};
use crate::options::Options;
use crate::ostree::sysroot::Named;
use crate::ostree::writer;
use crate::scratch;
use crate::stack::State;
use crate::sys::mountinfo::View;
use crate::tree::{self, Node, disk, is_directory};

const ETC: &str = "/etc";
const DEFAULTS: &str = "/usr/etc";

/// Where they come from.
pub enum Source {
    /// What was written to the `/usr` of this deployment.
    Written(Named),
    /// What was written in the scratch of the booted one.
    Scratch(Named),
    /// What was kept under this name.
    Kept(String),
}

impl Source {
    /// As the options say it.
    pub fn of(named: Named, options: &Options) -> Result<Source> {
        match (&options.kept, options.scratch) {
            (Some(_), true) => Err(Error::new(
                Kind::InvalidArgument,
                "either what was kept or what is in the scratch, not both",
            )
            .next("leave kept or scratch out")),
            (Some(name), false) => Ok(Source::Kept(name.clone())),
            (None, true) => Ok(Source::Scratch(named)),
            (None, false) => Ok(Source::Written(named)),
        }
    }
}

/// The changes of a source.
pub struct Changes {
    /// The commit that they were made on.
    pub base: String,
    /// The state that they were made in; `None` in a scratch.
    pub state: Option<State>,
    /// When they were read, in seconds since the epoch.
    time: u64,
    found: Parts,
    watched: Vec<(PathBuf, u64)>,
    /// Nobody else may write meanwhile.
    _lock: Option<scratch::Lock>,
}

type Parts = Vec<Box<dyn Iterator<Item = Result<Found>>>>;

/// What cannot be in a commit, and why.
pub type LeftOut = Vec<(PathBuf, &'static str)>;

impl Changes {
    /// Those of `source`, as far as `options` want them.
    pub fn of(source: &Source, repo: &ostree::Repo, options: &Options) -> Result<Changes> {
        match source {
            Source::Written(named) => written(named, repo, options),
            Source::Scratch(named) => in_scratch(named, repo, options),
            Source::Kept(name) => {
                let kept = kept::open(repo, name)?;
                let walk = Walk::new(Path::new("/"), kept.before, kept.after);
                Ok(Changes {
                    base: kept.about.base,
                    state: kept.about.state,
                    time: kept.about.time.try_into().unwrap_or_default(),
                    found: vec![Box::new(walk.limited_to(&options.paths, Path::new("/"))?)],
                    watched: Vec::new(),
                    _lock: None,
                })
            }
        }
    }

    /// The differences one after the other, without what cannot be in a commit, which goes to
    /// `left_out`.
    pub fn found<'a>(
        &mut self,
        left_out: &'a mut LeftOut,
    ) -> impl Iterator<Item = Result<Found>> + use<'a> {
        let all = std::mem::take(&mut self.found).into_iter().flatten();
        all.filter_map(|found| match found.and_then(refused) {
            Err(error) => Some(Err(error)),
            Ok((found, None)) => Some(Ok(found)),
            Ok((found, Some(why))) => {
                left_out.push((found.path, why));
                None
            }
        })
    }

    /// What a commit says of what it was made of.
    pub fn made_of(&self) -> Vec<(&'static str, glib::Variant)> {
        vec![
            (kept::BASE, self.base.to_variant()),
            (
                kept::STATE,
                self.state.map_or("scratch", State::name).to_variant(),
            ),
            // As libostree has all numbers in commits, and shows them.
            (kept::TIME, self.time.to_be().to_variant()),
        ]
    }

    /// Fails if what was read was written to since.
    pub fn check_unchanged(&self) -> Result<()> {
        for (path, before) in &self.watched {
            if live::fingerprint(path)? != *before {
                return Err(writer::changed().at(path));
            }
        }
        Ok(())
    }
}

fn refused(found: Found) -> Result<(Found, Option<&'static str>)> {
    let why = match &found.after {
        Some(file) => writer::cannot_hold(&found.path, &**file)?,
        None => None,
    };
    Ok((found, why))
}

/// Why something is refused that cannot be in a commit.
pub fn special(left_out: &LeftOut) -> Error {
    let lines = left_out
        .iter()
        .map(|(path, why)| format!("{}: {why}", path.display()));
    Error::new(
        Kind::Unsupported,
        format!("this cannot be in a commit:{}\n", error::listed(lines)),
    )
    .next("remove it, or have it left out (--skip-special)")
}

/// Whose version is taken at `path`; the longest of `choices` that fits counts.
pub fn preferred(choices: &[(PathBuf, Prefer)], path: &Path) -> Option<Prefer> {
    choices
        .iter()
        .filter(|(at, _)| path.starts_with(at))
        .max_by_key(|(at, _)| at.components().count())
        .map(|(_, prefer)| *prefer)
}

fn written(named: &Named, repo: &ostree::Repo, options: &Options) -> Result<Changes> {
    let trees = live::as_committed(named, repo)?;
    if trees.upper.is_none() && options.etc_paths.is_empty() {
        return Err(Error::new(
            Kind::NotUnlocked,
            "nothing is unlocked, so there is nothing that was changed",
        )
        .at(USR)
        .next("`ostree-unlock begin` unlocks it"));
    }
    let mut watched: Vec<PathBuf> = trees.upper.iter().cloned().collect();
    watched.extend(options.etc_paths.iter().cloned());
    let time = seconds_now();
    let watched = fingerprints(watched)?;
    let base = trees.commit;
    let mut found = of_usr(trees.base, trees.now, &options.paths)?;
    if !options.etc_paths.is_empty() {
        let now = disk::root(Path::new(ETC))?;
        let walk = Walk::new(
            Path::new(DEFAULTS),
            deployed_etc::defaults(repo, &base)?,
            now,
        );
        let walk = walk.limited_to(&options.etc_paths, Path::new(ETC))?;
        let all = options.etc_paths.iter().any(|path| path == Path::new(ETC));
        found.push(Box::new(walk.filter(move |found| match found {
            Ok(found) => !all || !is_of_this_machine(&found.path),
            Err(_) => true,
        })));
    }
    let state = match named {
        Named::Booted(booted) => observe::glance(booted, View::Caller)?.stack.state(),
        Named::Other(..) => State::Hotfix,
    };
    Ok(Changes {
        base,
        state: Some(state),
        time,
        found,
        watched,
        _lock: None,
    })
}

fn in_scratch(named: &Named, repo: &ostree::Repo, options: &Options) -> Result<Changes> {
    let scratch = scratch::open(named.booted())?;
    let base = named.booted().commit.clone();
    let usr = live::usr_of(repo, &base)?;
    let now = tree::overlay::over(&scratch.upper("usr"), usr.clone())?;
    let mut found = of_usr(usr, now, &options.paths)?;
    let etc = etc_of_scratch(&scratch.upper("etc"), repo, &base)?;
    // A limit to paths holds for the defaults, too.
    let paths = options.paths.clone();
    found.push(Box::new(etc.filter(move |found| match found {
        Ok(found) => paths.is_empty() || paths.iter().any(|path| found.path.starts_with(path)),
        Err(_) => true,
    })));
    Ok(Changes {
        base,
        state: None,
        time: seconds_now(),
        found,
        watched: Vec::new(),
        _lock: Some(scratch.lock),
    })
}

/// What was written to /usr, or of it what is at `paths`.
fn of_usr(before: Rc<dyn Node>, now: Rc<dyn Node>, paths: &[PathBuf]) -> Result<Parts> {
    let usr = Path::new(USR);
    let walk = Walk::new(usr, Rc::clone(&before), Rc::clone(&now)).without_renames();
    let walk = walk.limited_to(paths, usr)?;
    let way = way_to(&before, &now, paths)?;
    Ok(vec![Box::new(way.into_iter().map(Ok)), Box::new(walk)])
}

/// The directories on the way to `paths` that were made, too, and are in none of them.
fn way_to(before: &Rc<dyn Node>, now: &Rc<dyn Node>, paths: &[PathBuf]) -> Result<Vec<Found>> {
    let is_outside = |path: &Path| !paths.iter().any(|limit| path.starts_with(limit));
    let ways = paths.iter().flat_map(|path| path.ancestors().skip(1));
    let ways: BTreeSet<&Path> = ways.filter(|path| is_outside(path)).collect();
    let mut made = Vec::new();
    // Those that lead to others come first.
    for path in ways {
        let Some(below) = path.strip_prefix(USR).ok().filter(|p| p != &Path::new("")) else {
            continue;
        };
        let before = tree::lookup(before, below)?;
        let after = tree::lookup(now, below)?;
        if before.as_deref().is_some_and(is_directory) {
            continue;
        }
        if after.as_deref().is_some_and(is_directory) {
            made.push(Found {
                path: path.to_owned(),
                change: match before {
                    None => Change::Added,
                    Some(_) => Change::TypeChanged,
                },
                before,
                after,
                xattrs_differ: false,
                from: None,
            });
        }
    }
    Ok(made)
}

/// What was written to /etc in the scratch, as changes of the defaults: of a directory that was
/// merely given another mode nothing that is in it, which is this machine's own.
fn etc_of_scratch(
    upper: &Path,
    repo: &ostree::Repo,
    base: &str,
) -> Result<impl Iterator<Item = Result<Found>> + use<>> {
    let etc = disk::root(Path::new(ETC))?;
    let now = tree::overlay::over(upper, etc.clone())?;
    let mut touched = BTreeSet::new();
    for found in Walk::new(Path::new(DEFAULTS), etc, now.clone()).without_renames() {
        let path = found?.path;
        if !is_of_this_machine(&path) {
            touched.insert(path);
        }
    }
    let paths: Vec<PathBuf> = touched.iter().cloned().collect();
    let walk = Walk::new(
        Path::new(DEFAULTS),
        deployed_etc::defaults(repo, base)?,
        now,
    );
    let walk = match paths.is_empty() {
        true => walk.only(paths),
        false => walk.limited_to(&paths, Path::new(DEFAULTS))?,
    };
    Ok(walk.filter(move |found| match found {
        Ok(found) => touched.contains(&found.path),
        Err(_) => true,
    }))
}

fn fingerprints(paths: Vec<PathBuf>) -> Result<Vec<(PathBuf, u64)>> {
    let look = |path: PathBuf| {
        let found = live::fingerprint(&path)?;
        Ok((path, found))
    };
    paths.into_iter().map(look).collect()
}

/// What is in /etc of every machine, and is different on each or not for others to see.
const OF_THIS_MACHINE: [&str; 22] = [
    ".pwd.lock",
    ".updated",
    "adjtime",
    "crypttab",
    "fstab",
    "group",
    "group-",
    "gshadow",
    "gshadow-",
    "hostname",
    "ld.so.cache",
    "machine-id",
    "machine-info",
    "mtab",
    "passwd",
    "passwd-",
    "resolv.conf",
    "shadow",
    "shadow-",
    "ssh",
    "subgid",
    "subuid",
];

fn is_of_this_machine(path: &Path) -> bool {
    let below = path.strip_prefix(DEFAULTS).unwrap_or(path);
    match below.components().next() {
        // /etc itself: its mode is not what is meant.
        None => true,
        Some(first) => OF_THIS_MACHINE
            .iter()
            .any(|name| first.as_os_str() == *name),
    }
}

/// Checks paths that are to be taken from /etc.
pub fn check_etc(paths: &[PathBuf]) -> Result<()> {
    match paths.iter().find(|path| !path.starts_with(ETC)) {
        None => Ok(()),
        Some(path) => Err(Error::new(Kind::InvalidArgument, "this is not in /etc")
            .at(path)
            .next(
                "give a path of /etc, or /etc for all that does not belong to this machine alone",
            )),
    }
}

/// Checks whose version is to be taken where: a relative path would never fit, and an empty one
/// always.
pub fn check_preferences(choices: &[(PathBuf, Prefer)]) -> Result<()> {
    match choices.iter().find(|(path, _)| !path.is_absolute()) {
        None => Ok(()),
        Some((path, _)) => Err(Error::new(
            Kind::InvalidArgument,
            format!("`{}` is no absolute path", path.display()),
        )
        .next("say whose version is taken at a path of the system; `/` is everywhere")),
    }
}

fn seconds_now() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_path_decides() {
        let choices = [
            (PathBuf::from("/"), Prefer::Commit),
            (PathBuf::from("/usr/bin"), Prefer::Changes),
        ];
        let at = |path| preferred(&choices, Path::new(path));
        assert_eq!(at("/usr/bin/x"), Some(Prefer::Changes));
        assert_eq!(at("/usr/binary"), Some(Prefer::Commit));
        assert_eq!(preferred(&choices[1..], Path::new("/usr/lib")), None);
    }

    #[test]
    fn a_preference_is_about_an_absolute_path() {
        let check = |path: &str| check_preferences(&[(path.into(), Prefer::Commit)]);
        assert!(check("/").is_ok() && check("/usr/bin").is_ok());
        assert!(check("").is_err() && check("usr").is_err());
    }

    #[test]
    fn what_belongs_to_one_machine_is_known() {
        for path in [
            "/usr/etc",
            "/usr/etc/machine-id",
            "/usr/etc/ssh/ssh_host_rsa_key",
        ] {
            assert!(is_of_this_machine(Path::new(path)), "{path}");
        }
        assert!(!is_of_this_machine(Path::new("/usr/etc/apt/sources.list")));
    }

    #[test]
    fn what_is_elsewhere_is_not_taken_for_etc() {
        assert!(check_etc(&["/etc".into(), "/etc/apt".into()]).is_ok());
        assert!(check_etc(&["/etcetera".into()]).is_err());
    }
}
