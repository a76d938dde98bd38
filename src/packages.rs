// SPDX-License-Identifier: LGPL-2.1-or-later
//! Which packages are in a tree, by the databases of dpkg and rpm, and what became of them
//! between two. Reading is beneath, a file for each database; comparing is pure.

pub mod dpkg;
mod header;
mod paragraph;
pub mod rpm;
pub mod unowned;
mod version;

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use crate::error::Result;
use crate::tree::whole::Whole;

/// The kinds of packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(i32)]
#[non_exhaustive]
pub enum PackageFormat {
    /// Debian's, installed by dpkg.
    Deb = 0,
    /// Installed by rpm.
    Rpm = 1,
}

impl PackageFormat {
    /// The word in JSON and messages.
    pub fn name(self) -> &'static str {
        match self {
            PackageFormat::Deb => "deb",
            PackageFormat::Rpm => "rpm",
        }
    }

    fn compare(self, one: &str, other: &str) -> Ordering {
        match self {
            PackageFormat::Deb => version::compare_deb(one, other),
            PackageFormat::Rpm => version::compare_rpm(one, other),
        }
    }
}

/// How far a package is installed. rpm knows only the first; to dpkg the others are failures,
/// or somebody is at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
#[non_exhaustive]
pub enum PackageState {
    /// As it should be.
    Installed = 0,
    /// Its files are there in part.
    HalfInstalled = 1,
    /// Its files are there, and nothing was configured.
    Unpacked = 2,
    /// Its configuration broke off.
    HalfConfigured = 3,
}

impl PackageState {
    /// The word in JSON and messages, which is dpkg's.
    pub fn name(self) -> &'static str {
        match self {
            PackageState::Installed => "installed",
            PackageState::HalfInstalled => "half-installed",
            PackageState::Unpacked => "unpacked",
            PackageState::HalfConfigured => "half-configured",
        }
    }
}

/// What became of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
#[non_exhaustive]
pub enum PackageChange {
    /// It was not there.
    Added = 0,
    /// It is no longer there.
    Removed = 1,
    /// A later version.
    Upgraded = 2,
    /// An earlier version.
    Downgraded = 3,
    /// The same version, installed again or otherwise: another build or architecture of it,
    /// another state, its list of files written anew, or another time of its installation.
    Reinstalled = 4,
}

impl PackageChange {
    /// Every change.
    pub const ALL: [PackageChange; 5] = [
        PackageChange::Added,
        PackageChange::Removed,
        PackageChange::Upgraded,
        PackageChange::Downgraded,
        PackageChange::Reinstalled,
    ];

    /// The word in JSON and messages.
    pub fn name(self) -> &'static str {
        match self {
            PackageChange::Added => "added",
            PackageChange::Removed => "removed",
            PackageChange::Upgraded => "upgraded",
            PackageChange::Downgraded => "downgraded",
            PackageChange::Reinstalled => "reinstalled",
        }
    }
}

/// A package as it is in a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// The version, with its epoch and release where it has them.
    pub version: String,
    /// For which machines it is, in the words of its format; empty where nothing is said.
    pub architecture: String,
    /// How far it is installed.
    pub state: PackageState,
}

/// What became of one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageDifference {
    /// Its name.
    pub name: String,
    /// Of which kind it is.
    pub format: PackageFormat,
    /// What became of it.
    pub change: PackageChange,
    /// What was there; `None` where it was added.
    pub before: Option<Package>,
    /// What is there; `None` where it was removed.
    pub after: Option<Package>,
}

/// A package as a database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    pub name: String,
    pub package: Package,
    /// Stands for all else that is recorded of the package itself.
    pub record: u64,
    /// When it was installed, where that is recorded.
    pub since: Option<u32>,
}

/// What was read of one database.
pub trait Database {
    /// The directory that it is in.
    fn directory(&self) -> &Path;

    /// Tells each file of each package, as an absolute path.
    fn files(&self, tell: &mut dyn FnMut(&Path)) -> Result<()>;
}

/// The databases of a tree.
pub struct Databases {
    pub dpkg: Option<dpkg::Dpkg>,
    pub rpm: Option<rpm::Rpm>,
}

impl Databases {
    /// Those that are in the tree.
    pub fn find(tree: &Whole) -> Result<Databases> {
        Ok(Databases {
            dpkg: dpkg::Dpkg::find(tree)?,
            rpm: rpm::Rpm::find(tree)?,
        })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.dpkg.is_none() && self.rpm.is_none()
    }

    /// What dpkg has installed.
    fn debs(&self) -> &[Installed] {
        self.dpkg.as_ref().map_or(&[], dpkg::Dpkg::packages)
    }

    /// What rpm has installed.
    fn rpms(&self) -> &[Installed] {
        self.rpm.as_ref().map_or(&[], rpm::Rpm::packages)
    }

    /// Each of them.
    pub fn all(&self) -> impl Iterator<Item = &dyn Database> {
        let dpkg = self.dpkg.iter().map(|database| database as &dyn Database);
        dpkg.chain(self.rpm.iter().map(|database| database as &dyn Database))
    }
}

/// Whether packages were added and nothing else became of any.
pub fn are_purely_additive(packages: &[PackageDifference]) -> bool {
    let mut changes = packages.iter().map(|package| package.change);
    changes.all(|change| change == PackageChange::Added)
}

/// Whether two trees have the same databases, known without reading them.
pub fn are_same(before: &Whole, after: &Whole) -> Result<bool> {
    for place in dpkg::PLACES.iter().chain(&rpm::PLACES) {
        let sides = (
            before.follow(Path::new(place))?,
            after.follow(Path::new(place))?,
        );
        let same = match sides {
            (None, None) => true,
            (Some((_, one)), Some((_, other))) => one.identity().is(other.identity()),
            _ => false,
        };
        if !same {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What became of the packages, sorted by name.
pub fn differences(before: &Databases, after: &Databases) -> Result<Vec<PackageDifference>> {
    let rewritten = match (&before.dpkg, &after.dpkg) {
        (Some(before), Some(after)) => dpkg::lists_written_anew(before, after)?,
        _ => HashSet::new(),
    };
    let is_rewritten = |_: &Installed, deb: &Installed| {
        let instance = format!("{}:{}", deb.name, deb.package.architecture);
        rewritten.contains(&deb.name) || rewritten.contains(&instance)
    };
    let (debs, rpms) = (PackageFormat::Deb, PackageFormat::Rpm);
    let mut found = compare(debs, before.debs(), after.debs(), &is_rewritten);
    let is_newer = times(before.rpms(), after.rpms());
    found.extend(compare(rpms, before.rpms(), after.rpms(), &is_newer));
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

/// Whether a package was installed at another time. Where every single one was, the whole
/// database was made anew, as for each build of a system, and it says nothing.
fn times(
    before: &[Installed],
    after: &[Installed],
) -> impl Fn(&Installed, &Installed) -> bool + use<> {
    let old: HashSet<_> = before.iter().map(|p| (&p.name, p.since)).collect();
    let one_is_kept = after.iter().any(|p| old.contains(&(&p.name, p.since)));
    move |old, new| one_is_kept && old.since != new.since
}

/// What became of the packages of one format; `again` says whether one of the same version
/// was installed again.
fn compare(
    format: PackageFormat,
    before: &[Installed],
    after: &[Installed],
    again: &dyn Fn(&Installed, &Installed) -> bool,
) -> Vec<PackageDifference> {
    let mut names: BTreeMap<&str, (Vec<&Installed>, Vec<&Installed>)> = BTreeMap::new();
    for package in before {
        names.entry(&package.name).or_default().0.push(package);
    }
    for package in after {
        names.entry(&package.name).or_default().1.push(package);
    }
    let mut found = Vec::new();
    for (name, (before, after)) in names {
        for (old, new) in pairs(before, after) {
            if let Some(change) = change(format, old, new, again) {
                found.push(PackageDifference {
                    name: name.to_owned(),
                    format,
                    change,
                    before: old.map(|old| old.package.clone()),
                    after: new.map(|new| new.package.clone()),
                });
            }
        }
    }
    found
}

/// Who is who, of the packages of one name: first those of the same version and
/// architecture, then what is the only one left of its architecture on both sides, then
/// what is the only one left at all.
fn pairs<'a>(
    mut before: Vec<&'a Installed>,
    mut after: Vec<&'a Installed>,
) -> Vec<(Option<&'a Installed>, Option<&'a Installed>)> {
    let mut pairs = Vec::new();
    before.retain(|old| {
        let same = |new: &&Installed| {
            new.package.version == old.package.version
                && new.package.architecture == old.package.architecture
        };
        match after.iter().position(same) {
            Some(place) => pairs.push((Some(*old), Some(after.remove(place)))),
            None => return true,
        }
        false
    });
    let only = |packages: &[&Installed], like: &Installed| {
        let is_like = |other: &&Installed| other.package.architecture == like.package.architecture;
        match packages.iter().filter(|other| is_like(other)).count() {
            1 => packages.iter().position(is_like),
            _ => None,
        }
    };
    let mut left = Vec::new();
    for old in &before {
        match (only(&before, old), only(&after, old)) {
            (Some(_), Some(place)) => pairs.push((Some(*old), Some(after.remove(place)))),
            _ => left.push(*old),
        }
    }
    if let ([old], [new]) = (&left[..], &after[..]) {
        pairs.push((Some(*old), Some(*new)));
        return pairs;
    }
    pairs.extend(left.into_iter().map(|old| (Some(old), None)));
    pairs.extend(after.into_iter().map(|new| (None, Some(new))));
    pairs
}

fn change(
    format: PackageFormat,
    before: Option<&Installed>,
    after: Option<&Installed>,
    again: &dyn Fn(&Installed, &Installed) -> bool,
) -> Option<PackageChange> {
    let (old, new) = match (before, after) {
        (None, None) => return None,
        (Some(_), None) => return Some(PackageChange::Removed),
        (None, Some(_)) => return Some(PackageChange::Added),
        (Some(old), Some(new)) => (old, new),
    };
    match format.compare(&old.package.version, &new.package.version) {
        Ordering::Less => Some(PackageChange::Upgraded),
        Ordering::Greater => Some(PackageChange::Downgraded),
        Ordering::Equal => {
            let same = old.package == new.package && old.record == new.record && !again(old, new);
            (!same).then_some(PackageChange::Reinstalled)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, version: &str, architecture: &str) -> Installed {
        Installed {
            name: name.to_owned(),
            package: Package {
                version: version.to_owned(),
                architecture: architecture.to_owned(),
                state: PackageState::Installed,
            },
            record: 0,
            since: None,
        }
    }

    fn shown(format: PackageFormat, before: &[Installed], after: &[Installed]) -> Vec<String> {
        let found = compare(format, before, after, &times(before, after));
        let side = |package: &Option<Package>| match package {
            Some(package) => format!("{}/{}", package.version, package.architecture),
            None => "-".to_owned(),
        };
        found
            .iter()
            .map(|d| {
                let (before, after) = (side(&d.before), side(&d.after));
                format!("{} {} {before} {after}", d.change.name(), d.name)
            })
            .collect()
    }

    #[test]
    fn each_change() {
        let before = [
            package("down", "1.0", "all"),
            package("gone", "1", "all"),
            package("same", "1", "all"),
            package("up", "1.0~rc1", "all"),
        ];
        let after = [
            package("down", "1.0~rc1", "all"),
            package("new", "1", "all"),
            package("same", "1", "all"),
            package("up", "1.0", "all"),
        ];
        assert_eq!(
            shown(PackageFormat::Deb, &before, &after),
            [
                "downgraded down 1.0/all 1.0~rc1/all",
                "removed gone 1/all -",
                "added new - 1/all",
                "upgraded up 1.0~rc1/all 1.0/all",
            ]
        );
    }

    #[test]
    fn architectures_are_packages_of_their_own() {
        let before = [package("lib", "1", "amd64"), package("lib", "1", "i386")];
        let after = [package("lib", "2", "amd64"), package("lib", "2", "i386")];
        assert_eq!(
            shown(PackageFormat::Deb, &before, &after),
            ["upgraded lib 1/amd64 2/amd64", "upgraded lib 1/i386 2/i386"]
        );
        assert_eq!(
            shown(PackageFormat::Deb, &before, &after[..1]),
            ["upgraded lib 1/amd64 2/amd64", "removed lib 1/i386 -"]
        );
        assert_eq!(
            shown(PackageFormat::Deb, &before[..1], &before),
            ["added lib - 1/i386"]
        );
    }

    #[test]
    fn a_package_may_change_its_architecture() {
        let (all, amd64) = (package("x", "1", "all"), package("x", "1", "amd64"));
        assert_eq!(
            shown(PackageFormat::Deb, std::slice::from_ref(&all), &[amd64]),
            ["reinstalled x 1/all 1/amd64"]
        );
        let later = package("x", "2", "amd64");
        assert_eq!(
            shown(PackageFormat::Deb, &[all], &[later]),
            ["upgraded x 1/all 2/amd64"]
        );
    }

    #[test]
    fn of_several_versions_side_by_side_the_same_one_is_meant() {
        let kernel = |version| package("kernel", version, "x86_64");
        assert_eq!(
            shown(
                PackageFormat::Rpm,
                &[kernel("6.9-1"), kernel("6.10-1")],
                &[kernel("6.10-1"), kernel("6.11-1")]
            ),
            ["upgraded kernel 6.9-1/x86_64 6.11-1/x86_64"]
        );
        assert_eq!(
            shown(
                PackageFormat::Rpm,
                &[kernel("6.9-1")],
                &[kernel("6.10-1"), kernel("6.9-1")]
            ),
            ["added kernel - 6.10-1/x86_64"]
        );
    }

    #[test]
    fn the_same_version_again() {
        let old = package("x", "1", "all");
        let mut other = old.clone();
        other.record = 1;
        let mut broken = old.clone();
        broken.package.state = PackageState::HalfConfigured;
        for new in [other, broken] {
            let found = shown(PackageFormat::Deb, std::slice::from_ref(&old), &[new]);
            assert_eq!(found, ["reinstalled x 1/all 1/all"]);
        }
        let found = compare(
            PackageFormat::Deb,
            std::slice::from_ref(&old),
            std::slice::from_ref(&old),
            &|_, _| true,
        );
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn the_time_counts_unless_all_are_new() {
        let at = |name: &str, time| {
            let mut package = package(name, "1", "noarch");
            package.since = Some(time);
            package
        };
        let before = [at("x", 1), at("y", 1)];
        assert_eq!(
            shown(PackageFormat::Rpm, &before, &[at("x", 1), at("y", 2)]),
            ["reinstalled y 1/noarch 1/noarch"]
        );
        let anew = [at("x", 3), at("y", 3)];
        assert_eq!(shown(PackageFormat::Rpm, &before, &anew), [""; 0]);
    }
}
