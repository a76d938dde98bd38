// SPDX-License-Identifier: LGPL-2.1-or-later
//! Differences as a tree for people: each directory once, what is in it indented beneath;
//! on the left a letter where something is different. It is shown as it comes, so nothing
//! is known yet of what follows.

use std::ffi::{OsStr, OsString};
use std::path::Component;

use ostree_unlock::{Change, Difference, FileType, Side};

use super::differences::letter;
use super::quoted::quoted;
use super::size::size;

/// Where the details begin, unless the name is longer: two of these columns fit a terminal.
const DETAILS: usize = 40;

/// The tree, as far as it has been shown.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    colours: bool,
    /// The directories, one in the other, that what comes next may be in.
    open: Vec<OsString>,
}

impl Tree {
    /// Nothing shown yet.
    pub(crate) fn new(colours: bool) -> Tree {
        Tree {
            colours,
            open: Vec::new(),
        }
    }

    /// The lines for one more: the directories that lead to it, and its own.
    pub(crate) fn lines(&mut self, difference: &Difference) -> String {
        let mut names: Vec<&OsStr> = difference
            .path
            .components()
            .filter_map(|part| match part {
                Component::Normal(name) => Some(name),
                _ => None,
            })
            .collect();
        let own = names.pop().unwrap_or_default();
        let shown = self.open.iter().zip(&names);
        let shown = shown.take_while(|(open, name)| open == name).count();
        self.open.truncate(shown);
        let mut lines = String::new();
        for name in &names[shown..] {
            lines += &format!(
                "{}{}/\n",
                lead(' ', self.open.len()),
                title(name, &self.open)
            );
            self.open.push((*name).to_owned());
        }
        lines += &self.line(difference, own);
        if is_directory(&difference.before) || is_directory(&difference.after) {
            self.open.push(own.to_owned());
        }
        lines
    }

    fn line(&self, difference: &Difference, own: &OsStr) -> String {
        let side = difference.after.as_ref().or(difference.before.as_ref());
        let slash = match side.map(|side| side.file_type) {
            Some(FileType::Directory) if !own.is_empty() => "/",
            _ => "",
        };
        let lead = lead(letter(difference.change), self.open.len());
        let name = format!("{lead}{}{slash}", title(own, &self.open));
        let details = details(difference);
        let gap = match details.is_empty() {
            true => 0,
            false => DETAILS.saturating_sub(name.chars().count() + 2) + 2,
        };
        let gap = " ".repeat(gap);
        if !self.colours {
            return format!("{name}{gap}{details}\n");
        }
        let colour = match difference.change {
            Change::Added => 32,
            Change::Removed => 31,
            _ => 33,
        };
        format!("\x1b[{colour}m{name}\x1b[0m{gap}\x1b[2m{details}\x1b[0m\n")
    }
}

fn lead(letter: char, depth: usize) -> String {
    format!("{letter} {}", "  ".repeat(depth))
}

/// A name below others; the first one is absolute.
fn title(name: &OsStr, above: &[OsString]) -> String {
    if !above.is_empty() {
        return quoted(name);
    }
    let mut absolute = OsString::from("/");
    absolute.push(name);
    quoted(&absolute)
}

fn is_directory(side: &Option<Side>) -> bool {
    side.as_ref()
        .is_some_and(|side| side.file_type == FileType::Directory)
}

/// What is different, in words and numbers.
fn details(difference: &Difference) -> String {
    let mut details = Vec::new();
    match (&difference.before, &difference.after) {
        (None, Some(one)) | (Some(one), None) => match one.file_type {
            FileType::Regular => details.push(size(one.size)),
            FileType::Directory => {}
            other => details.push(other.name().to_owned()),
        },
        (Some(old), Some(new)) if old.file_type != new.file_type => details.push(format!(
            "{} → {}",
            old.file_type.name(),
            new.file_type.name()
        )),
        (Some(old), Some(new)) => {
            if difference.change == Change::Modified {
                details.push(content(old, new));
            }
            if old.mode != new.mode {
                details.push(format!("mode {:04o} → {:04o}", old.mode, new.mode));
            }
            if (old.uid, old.gid) != (new.uid, new.gid) {
                let owner = |side: &Side| format!("{}:{}", side.uid, side.gid);
                details.push(format!("owner {} → {}", owner(old), owner(new)));
            }
        }
        (None, None) => {}
    }
    if difference.xattrs_differ {
        details.push("extended attributes".to_owned());
    }
    if let Some(from) = &difference.from {
        details.push(format!("from {}", quoted(from.as_os_str())));
    }
    details.join(", ")
}

fn content(old: &Side, new: &Side) -> String {
    match new.file_type {
        FileType::Symlink => "another target".to_owned(),
        FileType::Device => "another device".to_owned(),
        _ if old.size == new.size => size(new.size),
        _ => format!("{} → {}", size(old.size), size(new.size)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::samples::{difference, side};

    fn shown(differences: &[Difference]) -> String {
        let mut tree = Tree::new(false);
        let lines = differences.iter().map(|difference| tree.lines(difference));
        lines.collect()
    }

    #[test]
    fn a_directory_stands_there_once() {
        let file = Some(side(FileType::Regular, 0o644, 5));
        let directory = Some(side(FileType::Directory, 0o755, 0));
        let differences = [
            difference("/usr/bin/su", None, file.clone()),
            difference("/usr/bin/sudo", None, file.clone()),
            difference("/usr/share/new", None, directory),
            difference("/usr/share/new/inside", None, file.clone()),
            difference("/usr/share/next", file, None),
        ];
        assert_eq!(
            shown(&differences),
            "  /usr/\n    \
                 bin/\n\
             A     su                                5 bytes\n\
             A     sudo                              5 bytes\n    \
                 share/\n\
             A     new/\n\
             A       inside                          5 bytes\n\
             D     next                              5 bytes\n"
        );
    }

    #[test]
    fn a_line_says_what_is_different() {
        let modified = Difference {
            change: Change::Modified,
            xattrs_differ: true,
            ..difference(
                "/usr/bin/su",
                Some(side(FileType::Regular, 0o755, 1_000)),
                Some(side(FileType::Regular, 0o4755, 2_000)),
            )
        };
        let text = shown(std::slice::from_ref(&modified));
        let details = "1.0 kB → 2.0 kB, mode 0755 → 4755, extended attributes\n";
        assert!(text.ends_with(details), "{text}");
        let coloured = Tree::new(true).lines(&modified);
        assert!(coloured.contains("\x1b[33mM     su\x1b[0m"), "{coloured}");
    }

    #[test]
    fn what_was_in_a_directory_stands_below_what_took_its_place() {
        let directory = || Some(side(FileType::Directory, 0o755, 0));
        let file = || Some(side(FileType::Regular, 0o644, 5));
        let replaced = Difference {
            change: Change::TypeChanged,
            ..difference("/usr/a", directory(), file())
        };
        let text = shown(&[replaced, difference("/usr/a/b", file(), None)]);
        let names: Vec<&str> = text.lines().map(|line| &line[..7]).collect();
        assert_eq!(names, ["  /usr/", "T   a  ", "D     b"]);
    }

    #[test]
    fn the_root_has_a_name_too() {
        let metadata = Difference {
            change: Change::Metadata,
            ..difference(
                "/",
                Some(side(FileType::Directory, 0o755, 0)),
                Some(side(FileType::Directory, 0o700, 0)),
            )
        };
        let text = shown(&[metadata, difference("/etc", None, None)]);
        assert!(text.starts_with("m /  "), "{text}");
        assert!(text.ends_with("\nA /etc\n"), "{text}");
    }
}
