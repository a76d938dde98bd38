// SPDX-License-Identifier: LGPL-2.1-or-later
//! Which of the files that are different belong to no package. What is there now is asked
//! of the packages that are there now; what is gone, of those that were there.

use std::collections::{HashMap, HashSet};
use std::path::{Component, Path, PathBuf};

use super::Databases;
use crate::diff::Found;
use crate::error::Result;
use crate::tree::whole::Whole;
use crate::tree::{FileType, is_directory};

/// What lists of packages still call by a name of the root, where `/usr` alone is known.
const MERGED: [&str; 7] = ["bin", "lib", "lib32", "lib64", "libo32", "libx32", "sbin"];

/// Files that are different. A directory belongs to many packages, and is none.
#[derive(Default)]
pub struct Suspects {
    there: HashSet<PathBuf>,
    gone: HashSet<PathBuf>,
}

impl Suspects {
    /// Takes one more.
    pub fn add(&mut self, found: Found) {
        match (&found.before, &found.after) {
            (_, Some(after)) if !is_directory(&**after) => _ = self.there.insert(found.path),
            (Some(before), None) if !is_directory(&**before) => _ = self.gone.insert(found.path),
            // A file that became a directory is gone.
            (Some(before), Some(_)) if !is_directory(&**before) => {
                self.gone.insert(found.path);
            }
            _ => {}
        }
    }

    /// Those that belong to no package, nor to the databases themselves; sorted.
    pub fn unowned(
        mut self,
        before: (&Whole, &Databases),
        after: (&Whole, &Databases),
        check: &dyn Fn() -> Result<()>,
    ) -> Result<Vec<PathBuf>> {
        strike(&mut self.gone, before, check)?;
        strike(&mut self.there, after, check)?;
        let mut left: Vec<_> = self.there.into_iter().chain(self.gone).collect();
        left.sort_unstable();
        left.dedup();
        Ok(left)
    }
}

fn strike(
    suspects: &mut HashSet<PathBuf>,
    (tree, databases): (&Whole, &Databases),
    check: &dyn Fn() -> Result<()>,
) -> Result<()> {
    let directories: Vec<&Path> = databases
        .all()
        .map(|database| database.directory())
        .collect();
    suspects.retain(|path| {
        !directories
            .iter()
            .any(|directory| path.starts_with(directory))
    });
    let aliases = aliases(tree)?;
    for database in databases.all() {
        if suspects.is_empty() {
            break;
        }
        check()?;
        database.files(&mut |path| {
            match real(path, &aliases) {
                Some(path) => suspects.remove(&path),
                None => suspects.remove(path),
            };
        })?;
    }
    Ok(())
}

/// Directories that are links, and where they lead: of the root, and of `/usr`.
fn aliases(tree: &Whole) -> Result<HashMap<PathBuf, PathBuf>> {
    let mut aliases: HashMap<PathBuf, PathBuf> = HashMap::new();
    if tree.top != Path::new("/") {
        for name in MERGED {
            aliases.insert(Path::new("/").join(name), Path::new("/usr").join(name));
        }
    }
    for parent in ["/", "/usr"] {
        let Some((parent, node)) = tree.follow(Path::new(parent))? else {
            continue;
        };
        for entry in node.entries()? {
            let is_link = node
                .child(&entry.name)?
                .is_some_and(|child| child.side().file_type == FileType::Symlink);
            let path = parent.join(&entry.name);
            if !is_link {
                continue;
            }
            if let Some((to, node)) = tree.follow(&path)? {
                if is_directory(&*node) {
                    aliases.insert(path, to);
                }
            }
        }
    }
    Ok(aliases)
}

/// As the kernel has it.
const MOST_LINKS: usize = 40;

/// Where a path leads to whose first directories are links; `None` where they are not.
fn real(path: &Path, aliases: &HashMap<PathBuf, PathBuf>) -> Option<PathBuf> {
    let mut real = followed(path, aliases)?;
    // `/lib64` leads to `/usr/lib64`, which may lead to `/usr/lib`.
    for _ in 1..MOST_LINKS {
        match followed(&real, aliases) {
            Some(path) => real = path,
            None => break,
        }
    }
    Some(real)
}

fn followed(path: &Path, aliases: &HashMap<PathBuf, PathBuf>) -> Option<PathBuf> {
    let mut names = path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name),
        _ => None,
    });
    let first = Path::new("/").join(names.next()?);
    let second = first.join(names.next()?);
    [second, first].iter().find_map(|short| {
        let rest = path.strip_prefix(short).ok()?;
        Some(aliases.get(short)?.join(rest))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_at_the_front_are_followed() {
        let aliases: HashMap<PathBuf, PathBuf> = [
            ("/lib64", "/usr/lib64"),
            ("/usr/lib64", "/usr/lib"),
            ("/bin", "/usr/bin"),
        ]
        .map(|(from, to)| (from.into(), to.into()))
        .into();
        for (path, wanted) in [
            ("/bin/sh", Some("/usr/bin/sh")),
            ("/lib64/x/y", Some("/usr/lib/x/y")),
            ("/usr/lib64/x", Some("/usr/lib/x")),
            ("/usr/bin/sh", None),
            ("/binary/sh", None),
            ("/bin", None),
            ("/", None),
        ] {
            let found = real(Path::new(path), &aliases);
            assert_eq!(found.as_deref(), wanted.map(Path::new), "{path}");
        }
        let in_a_circle = HashMap::from([("/usr/x".into(), "/usr".into())]);
        let long = format!("/usr{}", "/x".repeat(100_000));
        assert!(real(Path::new(&long), &in_a_circle).is_some());
    }
}
