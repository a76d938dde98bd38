// SPDX-License-Identifier: LGPL-2.1-or-later
//! dpkg's database: a paragraph for each package in `status`, and on top of it in `updates`
//! where dpkg was interrupted; or a file each in `status.d`, where dpkg is not there itself.
//! `info` has a list of the files of each.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::paragraph::{Key, Paragraph};
use super::{Database, Installed};
use crate::diff;
use crate::error::{Error, Kind, Result};
use crate::tree::whole::Whole;
use crate::tree::{FileType, Node, is_directory};

/// Where systems with OSTree have it, the more telling first: `/var` is not part of a
/// deployment, and a commit has there what a first boot gets, or a link.
pub const PLACES: [&str; 6] = [
    "/usr/share/dpkg/database",
    "/usr/lib/sysimage/dpkg",
    "/usr/lib/dpkg-db",
    "/usr/lib/dpkg",
    "/usr/share/dpkg",
    "/var/lib/dpkg",
];

/// How a file of checksums ends.
const CHECKSUMS: &str = "md5sums";

/// More than any line has; a file with a longer one is none of dpkg's.
const LONGEST_LINE: u64 = 1 << 20;

/// The database of a tree.
pub struct Dpkg {
    directory: PathBuf,
    node: Rc<dyn Node>,
    packages: Vec<Installed>,
}

impl Dpkg {
    /// The one in the tree, if there is one.
    pub fn find(tree: &Whole) -> Result<Option<Dpkg>> {
        for place in PLACES {
            let Some((directory, node)) = tree.follow(Path::new(place))? else {
                continue;
            };
            let has = |name: &str| match is_directory(&*node) {
                true => node.child(OsStr::new(name)),
                false => Ok(None),
            };
            if has("status")?.is_some() || has("status.d")?.is_some() {
                let packages = read(&directory, &*node)?;
                return Ok(Some(Dpkg {
                    directory,
                    node,
                    packages,
                }));
            }
        }
        Ok(None)
    }

    /// What is installed.
    pub fn packages(&self) -> &[Installed] {
        &self.packages
    }
}

impl Database for Dpkg {
    fn directory(&self) -> &Path {
        &self.directory
    }

    fn files(&self, tell: &mut dyn FnMut(&Path)) -> Result<()> {
        let diverted = diversions(&self.directory, &*self.node)?;
        let mut tell = |path: &[u8]| {
            let path = Path::new(OsStr::from_bytes(path));
            if let Some(instead) = diverted.get(path) {
                tell(instead);
            }
            tell(path);
        };
        let kinds: [(&str, &str, PathIn); 2] = [
            ("info", "list", in_list),
            // Without dpkg, the checksums name the files.
            ("status.d", CHECKSUMS, in_checksums),
        ];
        for (name, end, path_in) in kinds {
            each(&self.directory, &*self.node, name, &mut |path, node| {
                if path.extension() != Some(OsStr::new(end)) {
                    return Ok(());
                }
                lines(path, node, &mut |line| {
                    if let Some(path) = path_in(line) {
                        tell(&path);
                    }
                })
            })?;
        }
        Ok(())
    }
}

/// What takes a path out of a line.
type PathIn = fn(&[u8]) -> Option<Vec<u8>>;

/// A line is a path.
fn in_list(line: &[u8]) -> Option<Vec<u8>> {
    line.starts_with(b"/").then(|| line.to_vec())
}

/// A line is `HASH  usr/bin/x`.
fn in_checksums(line: &[u8]) -> Option<Vec<u8>> {
    let gap = line.windows(2).position(|two| two == b"  ")?;
    Some([b"/", &line[gap + 2..]].concat())
}

/// The names, some with `:` and architecture, of packages whose list of files was written
/// anew, which is when they are unpacked.
pub fn lists_written_anew(before: &Dpkg, after: &Dpkg) -> Result<HashSet<String>> {
    let info = OsStr::new("info");
    let (Some(old), Some(new)) = (before.node.child(info)?, after.node.child(info)?) else {
        return Ok(HashSet::new());
    };
    if !is_directory(&*old) || !is_directory(&*new) || old.identity().is(new.identity()) {
        return Ok(HashSet::new());
    }
    let names = diff::suspects(&*old, &*new)?.into_iter();
    let lists = names.filter_map(|name| Some(name.to_str()?.strip_suffix(".list")?.to_owned()));
    Ok(lists.collect())
}

fn read(directory: &Path, node: &dyn Node) -> Result<Vec<Installed>> {
    let mut all = All::new();
    if let Some(status) = node.child(OsStr::new("status"))? {
        let path = directory.join("status");
        if status.side().size == 0 && has_lists(node)? {
            return Err(damaged(&path, "it is empty, and there are packages"));
        }
        read_file(&path, &*status, &mut all)?;
    }
    // In the order in which dpkg wrote them; `tmp.i` is one that is not finished.
    each(directory, node, "updates", &mut |path, file| {
        let name = path.file_name().unwrap_or_default().as_bytes();
        match name.iter().all(u8::is_ascii_digit) {
            true => read_file(path, file, &mut all),
            false => Ok(()),
        }
    })?;
    each(
        directory,
        node,
        "status.d",
        &mut |path, file| match path.extension() == Some(OsStr::new(CHECKSUMS)) {
            true => Ok(()),
            false => read_file(path, file, &mut all),
        },
    )?;
    Ok(all.into_values().flatten().collect())
}

fn has_lists(node: &dyn Node) -> Result<bool> {
    let mut found = false;
    each(Path::new(""), node, "info", &mut |path, _| {
        found = found || path.extension() == Some(OsStr::new("list"));
        Ok(())
    })?;
    Ok(found)
}

/// What is known of packages; `None` of those that are not installed.
type All = BTreeMap<Key, Option<Installed>>;

fn read_file(path: &Path, node: &dyn Node, all: &mut All) -> Result<()> {
    let mut paragraph = Paragraph::default();
    let mut ended = true;
    let mut number = 0;
    let failed = |number: u64, how: &str| damaged(path, &format!("line {number}: {how}"));
    let mut finish = |paragraph: &mut Paragraph, number: u64| -> Result<()> {
        let finished = std::mem::take(paragraph).finish();
        if let Some((key, package)) = finished.map_err(|how| failed(number, how))? {
            all.insert(key, package);
        }
        Ok(())
    };
    raw_lines(path, node, &mut |line| {
        number += 1;
        ended = line.ends_with(b"\n");
        match line.trim_ascii_end() {
            b"" => finish(&mut paragraph, number),
            line => paragraph.add(line).map_err(|how| failed(number, how)),
        }
    })?;
    if !ended {
        return Err(failed(number, "it ends in the middle"));
    }
    finish(&mut paragraph, number)
}

/// Where files are that packages bring under another name.
fn diversions(directory: &Path, node: &dyn Node) -> Result<HashMap<PathBuf, PathBuf>> {
    let mut three = Vec::new();
    if let Some(file) = node.child(OsStr::new("diversions"))? {
        lines(&directory.join("diversions"), &*file, &mut |line| {
            three.push(PathBuf::from(OsString::from_vec(line.to_vec())));
        })?;
    }
    let pairs = three.chunks_exact(3);
    Ok(pairs
        .map(|three| (three[0].clone(), three[1].clone()))
        .collect())
}

/// The files in a directory of the database, in the order of the names, if it is there.
fn each(
    directory: &Path,
    node: &dyn Node,
    name: &str,
    tell: &mut dyn FnMut(&Path, &dyn Node) -> Result<()>,
) -> Result<()> {
    let Some(inside) = node
        .child(OsStr::new(name))?
        .filter(|inside| is_directory(&**inside))
    else {
        return Ok(());
    };
    for entry in inside.entries()? {
        let file = inside.child(&entry.name)?;
        if let Some(file) = file.filter(|file| file.side().file_type == FileType::Regular) {
            tell(&directory.join(name).join(&entry.name), &*file)?;
        }
    }
    Ok(())
}

fn lines(path: &Path, node: &dyn Node, tell: &mut dyn FnMut(&[u8])) -> Result<()> {
    raw_lines(path, node, &mut |line| {
        tell(line.strip_suffix(b"\n").unwrap_or(line));
        Ok(())
    })
}

fn raw_lines(
    path: &Path,
    node: &dyn Node,
    tell: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let mut file = BufReader::new(node.open()?);
    let mut line = Vec::new();
    loop {
        line.clear();
        file.by_ref()
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line)
            .map_err(|e| Error::io("reading the package database", e).at(path))?;
        if line.is_empty() {
            return Ok(());
        }
        if u64::try_from(line.len()).is_ok_and(|length| length == LONGEST_LINE) {
            return Err(damaged(path, "a line is longer than any of dpkg's"));
        }
        tell(&line)?;
    }
}

fn damaged(path: &Path, how: &str) -> Error {
    Error::new(Kind::Corrupt, format!("dpkg's database is damaged: {how}"))
        .at(path)
        .next("take the file from a commit, as `ostree cat` shows it, or from status-old beside it")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packages::Package;
    use crate::tree::{disk, overlay};
    use std::fs;

    const STATUS: &str = "\
Package: base
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Version: 1:2.0-3
Description: one
 two

Package: base
Status: hold ok triggers-awaited
Architecture: i386
Multi-Arch: same
Version: 1:2.0-3

Package: gone
Status: deinstall ok config-files
Architecture: all
Version: 9

Package: broken
Status: install ok half-configured
Architecture: all
Version: 0~1
";

    struct Made(PathBuf);

    impl Drop for Made {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    impl Made {
        fn new(name: &str) -> Made {
            Made(std::env::temp_dir().join(format!("ou-dpkg-{name}-{}", std::process::id())))
        }

        fn write(&self, path: &str, content: &str) {
            let path = self.0.join(path);
            assert!(path.parent().is_some_and(|p| fs::create_dir_all(p).is_ok()));
            assert!(fs::write(path, content).is_ok());
        }

        fn find(&self) -> Result<Option<Dpkg>> {
            self.find_in(disk::root(&self.0.join("usr"))?)
        }

        fn find_in(&self, root: Rc<dyn Node>) -> Result<Option<Dpkg>> {
            Dpkg::find(&Whole {
                top: "/usr".into(),
                root,
            })
        }

        fn shown(&self) -> Vec<String> {
            let found = self.find().ok().flatten();
            found.iter().flat_map(Dpkg::packages).map(show).collect()
        }

        fn error(&self) -> String {
            match self.find() {
                Err(error) if error.kind() == Kind::Corrupt => error.to_string(),
                _ => "no error".to_owned(),
            }
        }
    }

    fn show(one: &Installed) -> String {
        let Package {
            version,
            architecture,
            state,
        } = &one.package;
        format!("{} {version} {architecture} {}", one.name, state.name())
    }

    #[test]
    fn packages_that_are_installed_wherever_the_database_is() {
        for place in [
            "share/dpkg/database",
            "lib/sysimage/dpkg",
            "lib/dpkg-db",
            "share/dpkg",
        ] {
            let made = Made::new(&place.replace('/', "-"));
            made.write(&format!("usr/{place}/status"), STATUS);
            assert_eq!(
                made.shown(),
                [
                    "base 1:2.0-3 amd64 installed",
                    "base 1:2.0-3 i386 installed",
                    "broken 0~1 all half-configured"
                ],
                "{place}"
            );
        }
    }

    #[test]
    fn what_was_interrupted_counts() {
        let made = Made::new("updates");
        made.write("usr/lib/dpkg-db/status", STATUS);
        made.write(
            "usr/lib/dpkg-db/updates/0001",
            "Package: broken\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n",
        );
        made.write("usr/lib/dpkg-db/updates/tmp.i", "Packa");
        assert!(made.shown().contains(&"broken 1 all installed".to_owned()));
    }

    #[test]
    fn a_file_a_package() {
        let made = Made::new("status.d");
        let place = "usr/lib/dpkg/status.d";
        made.write(
            &format!("{place}/tzdata"),
            "Package: tzdata\nArchitecture: all\nVersion: 1\n",
        );
        made.write(
            &format!("{place}/tzdata.md5sums"),
            "0123  usr/share/zoneinfo/UTC\n",
        );
        assert_eq!(made.shown(), ["tzdata 1 all installed"]);
        let mut files = Vec::new();
        if let Some(database) = made.find().ok().flatten() {
            let told = database.files(&mut |path| {
                files.push(path.to_owned());
            });
            assert!(told.is_ok());
        }
        assert_eq!(files, [Path::new("/usr/share/zoneinfo/UTC")]);
    }

    #[test]
    fn a_diverted_file_is_owned_where_it_is() {
        let made = Made::new("diversions");
        made.write("usr/lib/dpkg-db/status", STATUS);
        made.write("usr/lib/dpkg-db/info/base:amd64.list", "/.\n/usr/bin/x\n");
        made.write(
            "usr/lib/dpkg-db/diversions",
            "/usr/bin/x\n/usr/bin/x.real\n:\n",
        );
        let mut files = Vec::new();
        if let Some(database) = made.find().ok().flatten() {
            let told = database.files(&mut |path| {
                files.push(path.display().to_string());
            });
            assert!(told.is_ok());
        }
        assert_eq!(files, ["/.", "/usr/bin/x.real", "/usr/bin/x"]);
    }

    #[test]
    fn a_list_that_is_in_the_upper_was_written_anew() {
        let made = Made::new("lists");
        made.write("usr/lib/dpkg-db/status", STATUS);
        for side in ["usr", "upper"] {
            made.write(&format!("{side}/lib/dpkg-db/info/base:amd64.list"), "/.\n");
        }
        made.write("usr/lib/dpkg-db/info/broken.list", "/.\n");
        let found = (|| {
            let base = disk::root(&made.0.join("usr"))?;
            let now = overlay::over(&made.0.join("upper"), Rc::clone(&base))?;
            let (Some(before), Some(after)) = (made.find_in(base)?, made.find_in(now)?) else {
                return Ok(HashSet::new());
            };
            assert!(lists_written_anew(&before, &before)?.is_empty());
            lists_written_anew(&before, &after)
        })();
        assert!(found.is_ok_and(|found| found == HashSet::from(["base:amd64".to_owned()])));
    }

    #[test]
    fn one_that_is_cut_off_is_damaged() {
        let made = Made::new("damaged");
        let middle = |text: &str| STATUS.find(text).map_or(0, |place| place + text.len());
        for (status, said) in [
            (&STATUS[..middle("Versi")], "line 5: it is no field"),
            (
                &STATUS[..middle("Version: 1:2.0")],
                "line 5: it ends in the middle",
            ),
            (
                &STATUS[..middle("Multi-Arch: same\n")],
                "line 4: a package has no version",
            ),
            ("Version: 1\n\n", "line 2: a package has no name"),
        ] {
            made.write("usr/lib/dpkg-db/status", status);
            assert!(made.error().contains(said), "{said}: {}", made.error());
        }
        made.write("usr/lib/dpkg-db/status", "");
        assert_eq!(made.error(), "no error");
        made.write("usr/lib/dpkg-db/info/base.list", "/.\n");
        assert!(made.error().contains("it is empty"), "{}", made.error());
        made.write("usr/lib/dpkg-db/status", &"x".repeat(2 << 20));
        assert!(made.error().contains("longer"), "{}", made.error());
    }
}
