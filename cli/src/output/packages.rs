// SPDX-License-Identifier: LGPL-2.1-or-later
//! What became of packages: a line each, aligned, then the files of no package, and a last
//! line that sums it all up. Pure.

use std::ffi::OsStr;

use ostree_unlock::{Package, PackageChange, PackageDiff, PackageDifference, PackageState};
use serde_json::{Value, json};

use super::quoted::quoted;

/// The word for a file of no package, where others have what became of a package.
const UNOWNED: &str = "unowned";

/// For people.
pub(crate) fn text(diff: &PackageDiff) -> String {
    let mut rows: Vec<[String; 4]> = diff.packages.iter().map(row).collect();
    let mut widths = [0; 3];
    for (column, width) in widths.iter_mut().enumerate() {
        let cells = rows.iter().map(|row| row[column].chars().count());
        *width = cells.max().unwrap_or_default();
    }
    if !diff.unowned.is_empty() {
        widths[0] = widths[0].max(UNOWNED.len());
    }
    let mut text = String::new();
    for row in &mut rows {
        for (column, width) in widths.iter().enumerate() {
            let gap = width - row[column].chars().count() + 2;
            text += &format!("{}{}", row[column], " ".repeat(gap));
        }
        text += &format!("{}\n", row[3]);
    }
    for path in &diff.unowned {
        text += &format!(
            "{UNOWNED:width$}  {}\n",
            quoted(path.as_os_str()),
            width = widths[0]
        );
    }
    text
}

/// What became of it, its name, its architecture, its version.
fn row(difference: &PackageDifference) -> [String; 4] {
    let both = |of: fn(&Package) -> &str| {
        let side = |side: &Option<Package>| side.as_ref().map(|p| quoted(OsStr::new(of(p))));
        match (side(&difference.before), side(&difference.after)) {
            (Some(old), Some(new)) if old != new => format!("{old} → {new}"),
            (old, new) => new.or(old).unwrap_or_default(),
        }
    };
    let state = match difference.after.as_ref().map(|package| package.state) {
        None | Some(PackageState::Installed) => String::new(),
        Some(other) => format!("  ({})", other.name()),
    };
    [
        difference.change.name().to_owned(),
        quoted(OsStr::new(&difference.name)),
        both(|package| &package.architecture),
        both(|package| &package.version) + &state,
    ]
}

/// The last line, with its newline.
pub(crate) fn sum(diff: &PackageDiff) -> String {
    let counted: Vec<String> = PackageChange::ALL
        .iter()
        .map(|change| (count(diff, *change), change.name()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    let packages = match (counted.is_empty(), diff.is_purely_additive()) {
        (true, _) => "No package is different".to_owned(),
        (false, true) => format!("{}, purely additive", counted.join(", ")),
        (false, false) => format!("{}, not purely additive", counted.join(", ")),
    };
    match diff.unowned.len() {
        0 => format!("{packages}\n"),
        1 => format!("{packages}; 1 changed file belongs to no package\n"),
        many => format!("{packages}; {many} changed files belong to no package\n"),
    }
}

/// What became of each package, for programs.
pub(crate) fn values(packages: &[PackageDifference]) -> Vec<Value> {
    packages.iter().map(object).collect()
}

/// For programs: an object a line, the sum last.
pub(crate) fn json(diff: &PackageDiff) -> String {
    let packages = diff
        .packages
        .iter()
        .map(|one| json!({ "package": object(one) }));
    let unowned = diff.unowned.iter();
    let unowned = unowned.map(|path| json!({ "unowned": path.to_string_lossy() }));
    let mut sum = json!({
        "unowned": diff.unowned.len(),
        "purely_additive": diff.is_purely_additive(),
    });
    for change in PackageChange::ALL {
        sum[change.name()] = json!(count(diff, change));
    }
    let lines = packages.chain(unowned).chain([json!({ "sum": sum })]);
    lines.map(|line| format!("{line}\n")).collect()
}

fn object(difference: &PackageDifference) -> Value {
    let side = |side: &Option<Package>| {
        side.as_ref().map(|package| {
            json!({
                "version": package.version,
                "architecture": package.architecture,
                "state": package.state.name(),
            })
        })
    };
    json!({
        "name": difference.name,
        "format": difference.format.name(),
        "change": difference.change.name(),
        "before": side(&difference.before),
        "after": side(&difference.after),
    })
}

fn count(diff: &PackageDiff, change: PackageChange) -> usize {
    let changes = diff.packages.iter().filter(|one| one.change == change);
    changes.count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ostree_unlock::PackageFormat;
    use std::path::PathBuf;

    fn package(version: &str, architecture: &str) -> Option<Package> {
        Some(Package {
            version: version.to_owned(),
            architecture: architecture.to_owned(),
            state: PackageState::Installed,
        })
    }

    fn difference(
        name: &str,
        change: PackageChange,
        before: Option<Package>,
        after: Option<Package>,
    ) -> PackageDifference {
        PackageDifference {
            name: name.to_owned(),
            format: PackageFormat::Deb,
            change,
            before,
            after,
        }
    }

    fn diff(packages: Vec<PackageDifference>, unowned: &[&str]) -> PackageDiff {
        let mut diff = PackageDiff::default();
        diff.packages = packages;
        diff.unowned = unowned.iter().map(PathBuf::from).collect();
        diff
    }

    fn some() -> PackageDiff {
        let mut half = package("3", "amd64");
        if let Some(half) = &mut half {
            half.state = PackageState::HalfConfigured;
        }
        diff(
            vec![
                difference("added", PackageChange::Added, None, package("1:2-3", "all")),
                difference("half", PackageChange::Upgraded, package("2", "all"), half),
            ],
            &["/usr/x\n"],
        )
    }

    #[test]
    fn lines_are_aligned_and_safe() {
        assert_eq!(
            text(&some()),
            "added     added  all          1:2-3\n\
             upgraded  half   all → amd64  2 → 3  (half-configured)\n\
             unowned   \"/usr/x\\n\"\n"
        );
        assert_eq!(text(&diff(Vec::new(), &["/usr/x"])), "unowned  /usr/x\n");
        let odd = difference("\x1b[2J", PackageChange::Removed, package("1", "all"), None);
        assert_eq!(
            text(&diff(vec![odd], &[])),
            "removed  \"\\033[2J\"  all  1\n"
        );
    }

    #[test]
    fn the_sum_says_whether_packages_were_only_added() {
        assert_eq!(
            sum(&some()),
            "1 added, 1 upgraded, not purely additive; 1 changed file belongs to no package\n"
        );
        let mut added = some();
        added.packages.pop();
        added.unowned.push("/usr/y".into());
        assert_eq!(
            sum(&added),
            "1 added, purely additive; 2 changed files belong to no package\n"
        );
        assert_eq!(sum(&diff(Vec::new(), &[])), "No package is different\n");
    }

    #[test]
    fn a_line_of_json_each() {
        let text = json(&some());
        let lines: Vec<Value> = text.lines().flat_map(serde_json::from_str).collect();
        assert_eq!(lines.len(), 4);
        assert_eq!(
            lines[0],
            json!({ "package": {
                "name": "added",
                "format": "deb",
                "change": "added",
                "before": null,
                "after": { "version": "1:2-3", "architecture": "all", "state": "installed" },
            }})
        );
        assert_eq!(lines[2], json!({ "unowned": "/usr/x\n" }));
        assert_eq!(
            lines[3],
            json!({ "sum": {
                "added": 1,
                "removed": 0,
                "upgraded": 1,
                "downgraded": 0,
                "reinstalled": 0,
                "unowned": 1,
                "purely_additive": false,
            }})
        );
    }
}
