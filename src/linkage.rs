// SPDX-License-Identifier: LGPL-2.1-or-later
//! Which programs and libraries would no longer find a library that they need, were one tree
//! put in the place of another. Only what that breaks counts, not what was so before.

mod elf;
mod libraries;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use self::elf::Linked;
pub use self::elf::machine;
use self::libraries::Libraries;
pub use self::libraries::{is_named_library, may_be_linked};
use crate::diff::Change;
use crate::error::Result;
use crate::tree::{FileType, Node};

/// A file, and what it needs and would not find.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unresolved {
    /// The path, as the system sees it.
    pub file: PathBuf,
    /// The library, by the name that the file needs it by.
    pub soname: String,
}

/// What `after` breaks of `before`, both trees for `/usr`; sorted. `changed` are the paths that
/// are different, directories that were moved not taken as one, and `linked` those of them that
/// in `after` [may be linked](may_be_linked). Others are looked at only if a library is gone, or
/// is looked for elsewhere: in `before`, which had better be of a disk. `go_on` is asked before
/// each file.
pub fn unresolved(
    before: &Rc<dyn Node>,
    after: &Rc<dyn Node>,
    changed: &[(PathBuf, Change)],
    linked: &[PathBuf],
    go_on: &dyn Fn() -> Result<()>,
) -> Result<Vec<Unresolved>> {
    let both = Both {
        before: Libraries::of(before)?,
        after: Libraries::of(after)?,
        changed: changed.iter().map(|(path, _)| path.clone()).collect(),
    };
    let mut found = Vec::new();
    for path in linked {
        go_on()?;
        if let Some(node) = both.after.node(path)? {
            both.check(path, &*node, None, &mut found)?;
        }
    }
    let lost = match both.before.is_elsewhere(changed) {
        true => None,
        false => Some(both.lost(changed)?),
    };
    if lost.as_ref().is_none_or(|lost| !lost.is_empty()) {
        // What did not change is the same in both, and what runs is read faster than a commit.
        both.before.each_file(&mut |path, node| {
            go_on()?;
            match both.changed.contains(path) {
                true => Ok(()),
                false => both.check(path, node, lost.as_ref(), &mut found),
            }
        })?;
    }
    found.sort_unstable();
    Ok(found)
}

struct Both {
    before: Libraries,
    after: Libraries,
    changed: HashSet<PathBuf>,
}

impl Both {
    /// The libraries that are no longer where they were, by the name that they are needed by.
    fn lost(&self, changed: &[(PathBuf, Change)]) -> Result<HashSet<String>> {
        let mut lost = HashSet::new();
        let may_be = |(path, change): &&(PathBuf, Change)| {
            !matches!(change, Change::Added | Change::Metadata) && is_named_library(path)
        };
        for (path, _) in changed.iter().filter(may_be) {
            let Some(was) = self.before.at(path)? else {
                continue;
            };
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            // A file beside the link that is its soname is needed by that, and the link need not
            // have changed. That may also be in another directory.
            let soname = was.soname.as_deref().unwrap_or(&name);
            let beside = path.with_file_name(soname);
            let is_beside = self.before.at(&beside)?.is_some();
            if self.is_lost(if is_beside { &beside } else { path })? {
                lost.insert(soname.to_owned());
            }
            // A link may be another name that it is needed by, such as that of an older version.
            let node = self.before.node(path)?;
            let is_link = node.is_some_and(|node| node.side().file_type == FileType::Symlink);
            if is_link && !name.ends_with(".so") && self.is_lost(path)? {
                lost.insert(name.into_owned());
            }
        }
        Ok(lost)
    }

    /// Whether a library was there, and nothing is that could be linked in its place.
    fn is_lost(&self, place: &Path) -> Result<bool> {
        let (was, is) = (self.before.at(place)?, self.after.at(place)?);
        Ok(was.is_some_and(|was| is.is_none_or(|is| is.machine != was.machine)))
    }

    /// Adds what the file at `path`, which [may be linked](may_be_linked), needs, of `names` if they
    /// are given, and does not find.
    fn check(
        &self,
        path: &Path,
        node: &dyn Node,
        names: Option<&HashSet<String>>,
        found: &mut Vec<Unresolved>,
    ) -> Result<()> {
        if node.side().file_type != FileType::Regular {
            return Ok(());
        }
        let Some(linked) = elf::read(node)? else {
            return Ok(());
        };
        let is_meant = |soname: &&String| names.is_none_or(|names| names.contains(*soname));
        for soname in linked.needed.iter().filter(is_meant) {
            if self.breaks(path, &linked, soname)? {
                found.push(Unresolved {
                    file: path.to_owned(),
                    soname: soname.clone(),
                });
            }
        }
        Ok(())
    }

    fn breaks(&self, path: &Path, linked: &Linked, soname: &String) -> Result<bool> {
        if self.after.resolves(soname, path, linked)? {
            return Ok(false);
        }
        match self.before.at(path)? {
            Some(was) if was.needed.contains(soname) => self.before.resolves(soname, path, &was),
            // What is new may know of a place that nobody else looks in: as plugins do, whose
            // program has loaded before what they need.
            _ => Ok(!self.is_anywhere(soname)?),
        }
    }

    /// Whether any directory of `after` has such a library.
    fn is_anywhere(&self, soname: &str) -> Result<bool> {
        let is_named = |path: &&PathBuf| path.file_name().is_some_and(|name| name == soname);
        let mut places = self.before.places(soname)?;
        places.extend(self.changed.iter().filter(is_named).cloned());
        for place in places {
            if self.after.at(&place)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::Walk;
    use crate::tree::{disk, is_directory};
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::process::Command;

    /// Two trees for `/usr`, made with the compiler that linked this test.
    struct Made(PathBuf);

    impl Drop for Made {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    impl Made {
        /// Both with a library, as packages have it, and a program that needs it.
        fn new(name: &str) -> Made {
            let made = Made(std::env::temp_dir().join(format!("ou-{name}-{}", std::process::id())));
            for tree in ["before", "after"] {
                made.library(tree, "lib/libx.so.1.0", "libx.so.1");
                made.link(tree, "libx.so.1.0", "lib/libx.so.1");
                made.program(tree, "bin/prog", &["lib/libx.so.1.0"], &[]);
            }
            made
        }

        fn path(&self, tree: &str, path: &str) -> PathBuf {
            let path = self.0.join(tree).join(path);
            assert!(path.parent().is_some_and(|p| fs::create_dir_all(p).is_ok()));
            path
        }

        fn library(&self, tree: &str, path: &str, soname: &str) {
            let soname = format!("-Wl,-soname,{soname}");
            self.build(tree, path, &[soname]);
        }

        /// A program that needs these libraries, which are found in `before`.
        fn program(&self, tree: &str, path: &str, needed: &[&str], options: &[&str]) {
            let needed = needed.iter().map(|library| self.path("before", library));
            let mut words: Vec<String> = options.iter().map(|&option| option.to_owned()).collect();
            words.push("-Wl,--no-as-needed".to_owned());
            words.extend(needed.map(|library| library.to_string_lossy().into_owned()));
            self.build(tree, path, &words);
            let mode = fs::Permissions::from_mode(0o755);
            assert!(fs::set_permissions(self.path(tree, path), mode).is_ok());
        }

        fn build(&self, tree: &str, path: &str, words: &[String]) {
            let done = Command::new("cc")
                .args(["-shared", "-nostdlib", "-o"])
                .arg(self.path(tree, path))
                .args(["-x", "c", "/dev/null", "-x", "none"])
                .args(words)
                .status();
            assert!(done.is_ok_and(|status| status.success()));
        }

        fn link(&self, tree: &str, target: &str, path: &str) {
            assert!(symlink(target, self.path(tree, path)).is_ok());
        }

        fn remove(&self, tree: &str, path: &str) {
            assert!(fs::remove_file(self.path(tree, path)).is_ok());
        }

        #[allow(clippy::unwrap_used)]
        fn unresolved(&self) -> Vec<String> {
            let [before, after] = ["before", "after"].map(|tree| disk::root(&self.0.join(tree)));
            let (before, after) = (before.unwrap(), after.unwrap());
            let walk = Walk::new(Path::new("/usr"), before.clone(), after.clone());
            let (mut changed, mut linked) = (Vec::new(), Vec::new());
            for found in walk.map(|found| found.unwrap()) {
                let may_be = |after| may_be_linked(&found.path, after);
                if found.after.as_deref().is_some_and(may_be) {
                    linked.push(found.path.clone());
                }
                changed.push((found.path, found.change));
            }
            assert!(is_directory(&*after));
            let found = unresolved(&before, &after, &changed, &linked, &|| Ok(())).unwrap();
            found
                .iter()
                .map(|found| format!("{} {}", found.file.display(), found.soname))
                .collect()
        }
    }

    #[test]
    fn a_newer_library_of_the_same_soname_breaks_nothing() {
        let made = Made::new("newer");
        assert_eq!(made.unresolved(), [""; 0]);
        made.library("after", "lib/libx.so.1.1", "libx.so.1");
        made.remove("after", "lib/libx.so.1.0");
        made.remove("after", "lib/libx.so.1");
        made.link("after", "libx.so.1.1", "lib/libx.so.1");
        assert_eq!(made.unresolved(), [""; 0]);
    }

    #[test]
    fn a_library_that_is_gone_breaks_what_was_not_touched() {
        for how in ["removed", "dangling", "damaged", "private"] {
            let made = Made::new(how);
            made.remove("after", "lib/libx.so.1");
            match how {
                "dangling" => made.link("after", "libx.so.1.1", "lib/libx.so.1"),
                "damaged" => _ = fs::write(made.path("after", "lib/libx.so.1"), "\x7fELF"),
                "private" => made.library("after", "lib/x/libx.so.1", "libx.so.1"),
                _ => {}
            }
            assert_eq!(made.unresolved(), ["/usr/bin/prog libx.so.1"], "{how}");
        }
    }

    #[test]
    fn a_library_that_is_gone_behind_its_link_breaks_it_as_well() {
        for how in ["removed", "emptied", "damaged", "foreign"] {
            let made = Made::new(&format!("behind-{how}"));
            let file = made.path("after", "lib/libx.so.1.0");
            match how {
                "removed" => made.remove("after", "lib/libx.so.1.0"),
                "emptied" => _ = fs::write(&file, ""),
                "damaged" => _ = fs::write(&file, "\x7fELF"),
                _ => {
                    // e_machine, which no program here is for
                    let mut bytes = fs::read(&file).unwrap_or_default();
                    bytes[18..20].fill(0xfe);
                    _ = fs::write(&file, bytes);
                }
            }
            assert_eq!(made.unresolved(), ["/usr/bin/prog libx.so.1"], "{how}");
        }
    }

    #[test]
    fn a_library_that_is_gone_in_another_directory_than_its_link_breaks_it_as_well() {
        let made = Made::new("aside");
        for tree in ["before", "after"] {
            made.library(tree, "lib/y/liby.so.1.0", "liby.so.1");
            made.link(tree, "y/liby.so.1.0", "lib/liby.so.1");
            made.program(tree, "bin/other", &["lib/y/liby.so.1.0"], &[]);
        }
        assert_eq!(made.unresolved(), [""; 0]);
        made.remove("after", "lib/y/liby.so.1.0");
        assert_eq!(made.unresolved(), ["/usr/bin/other liby.so.1"]);
    }

    #[test]
    fn a_library_may_be_needed_by_a_name_that_is_not_its_own() {
        let made = Made::new("older");
        made.library("before", "old/liby.so.3", "liby.so.3");
        for tree in ["before", "after"] {
            made.library(tree, "lib/liby.so.4.8", "liby.so.4");
            for name in ["lib/liby.so.4", "lib/liby.so.3", "lib/liby.so"] {
                made.link(tree, "liby.so.4.8", name);
            }
            made.program(tree, "bin/other", &["old/liby.so.3"], &[]);
        }
        made.remove("before", "old/liby.so.3");
        made.remove("after", "lib/liby.so");
        assert_eq!(made.unresolved(), [""; 0]);
        made.remove("after", "lib/liby.so.3");
        assert_eq!(made.unresolved(), ["/usr/bin/other liby.so.3"]);
    }

    #[test]
    fn what_is_new_has_to_find_what_it_needs() {
        let made = Made::new("new");
        made.library("before", "aside/liby.so.2", "liby.so.2");
        made.remove("after", "bin/prog");
        made.program(
            "after",
            "bin/prog",
            &["lib/libx.so.1.0", "aside/liby.so.2"],
            &[],
        );
        made.program("after", "lib/new.so", &["aside/liby.so.2"], &[]);
        let wanted = ["/usr/bin/prog liby.so.2", "/usr/lib/new.so liby.so.2"];
        assert_eq!(made.unresolved(), wanted);
        // wherever that is
        made.library("after", "share/y/liby.so.2", "liby.so.2");
        assert_eq!(made.unresolved(), [""; 0]);
    }

    #[test]
    fn what_was_broken_before_is_not_counted() {
        let made = Made::new("broken");
        made.library("before", "lib/libz.so", "libz.so");
        for tree in ["before", "after"] {
            made.program(tree, "bin/other", &["lib/libz.so"], &[]);
        }
        made.remove("before", "lib/libz.so");
        let mode = fs::Permissions::from_mode(0o700);
        assert!(fs::set_permissions(made.path("after", "bin/other"), mode).is_ok());
        assert_eq!(made.unresolved(), [""; 0]);
    }

    #[test]
    fn a_file_may_say_where_its_libraries_are() {
        let made = Made::new("runpath");
        made.library("before", "lib/own/libo.so", "libo.so");
        for tree in ["before", "after"] {
            made.library(tree, "lib/own/libo.so", "libo.so");
            let runpath = "-Wl,-rpath,$ORIGIN/../lib/own";
            made.program(tree, "bin/other", &["lib/own/libo.so"], &[runpath]);
        }
        assert_eq!(made.unresolved(), [""; 0]);
        made.library("after", "share/libo.so", "libo.so");
        made.remove("after", "lib/own/libo.so");
        assert_eq!(made.unresolved(), ["/usr/bin/other libo.so"]);
    }

    #[test]
    fn directories_that_are_configured_are_looked_in() {
        let made = Made::new("configured");
        made.remove("after", "lib/libx.so.1");
        made.library("after", "lib/multi/libx.so.1", "libx.so.1");
        assert_eq!(made.unresolved(), ["/usr/bin/prog libx.so.1"]);
        let configured = |tree| {
            let file = made.path(tree, "etc/ld.so.conf.d/multi.conf");
            assert!(fs::write(file, "/lib/multi\n").is_ok());
        };
        configured("after");
        assert_eq!(made.unresolved(), [""; 0]);
        // no library is gone then, but the directory is no longer looked in
        configured("before");
        made.remove("before", "lib/libx.so.1");
        made.library("before", "lib/multi/libx.so.1", "libx.so.1");
        assert_eq!(made.unresolved(), [""; 0]);
        made.remove("after", "etc/ld.so.conf.d/multi.conf");
        assert_eq!(made.unresolved(), ["/usr/bin/prog libx.so.1"]);
    }
}
