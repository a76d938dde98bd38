// SPDX-License-Identifier: LGPL-2.1-or-later
//! Which unit files systemd would not read. Only those that it gives up on count: a line that it
//! does not understand it warns of and leaves out.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::diff::Change;
use crate::error::{Error, Result};
use crate::tree::{FileType, Node, lookup};

/// A file, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// The path, as the system sees it.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub why: &'static str,
}

/// Of systemd and of those of its users.
const DIRECTORIES: [&str; 4] = [
    "/usr/lib/systemd/system",
    "/usr/lib/systemd/user",
    "/usr/local/lib/systemd/system",
    "/usr/local/lib/systemd/user",
];
/// systemd reads no longer lines.
const LONGEST_LINE: usize = 1 << 20;

/// The changed unit files that would not be read, but for those that were no better before; both
/// trees are for `/usr`.
pub fn malformed(
    before: &Rc<dyn Node>,
    after: &Rc<dyn Node>,
    changed: &[(PathBuf, Change)],
) -> Result<Vec<Malformed>> {
    let mut found = Vec::new();
    for (path, change) in changed.iter().filter(|(path, _)| is_unit_file(path)) {
        if *change == Change::Removed {
            continue;
        }
        let Some((line, why)) = wrong_at(after, path)? else {
            continue;
        };
        if wrong_at(before, path)?.is_none() {
            found.push(Malformed {
                file: path.clone(),
                line,
                why,
            });
        }
    }
    Ok(found)
}

/// A unit, or what adds to one.
fn is_unit_file(path: &Path) -> bool {
    const SUFFIXES: [&str; 12] = [
        "service",
        "socket",
        "device",
        "mount",
        "automount",
        "swap",
        "target",
        "path",
        "timer",
        "slice",
        "scope",
        "conf",
    ];
    let suffix = path.extension().and_then(|suffix| suffix.to_str());
    suffix.is_some_and(|suffix| SUFFIXES.contains(&suffix))
        && DIRECTORIES
            .iter()
            .any(|directory| path.starts_with(directory))
}

/// The first thing that is wrong with a file; `None` also where there is none.
fn wrong_at(usr: &Rc<dyn Node>, path: &Path) -> Result<Option<(usize, &'static str)>> {
    let below = path.strip_prefix("/usr").unwrap_or(path);
    match lookup(usr, below)? {
        Some(node) if node.side().file_type == FileType::Regular => {
            let mut content = Vec::new();
            node.open()?
                .read_to_end(&mut content)
                .map_err(|e| Error::io("reading a unit file", e).at(path))?;
            Ok(wrong(&content))
        }
        _ => Ok(None),
    }
}

/// What systemd gives up on, as `systemd-analyze verify` shows.
fn wrong(content: &[u8]) -> Option<(usize, &'static str)> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let mut goes_on = false;
    // A zero byte ends a line, too.
    let lines = content.split(|byte| matches!(byte, b'\n' | 0));
    for (line, number) in lines.zip(1..) {
        if line.len() > LONGEST_LINE {
            return Some((number, "the line is too long"));
        }
        let line = line.trim_ascii();
        if line.starts_with(b"#") || line.starts_with(b";") {
            continue;
        }
        if std::str::from_utf8(line).is_err() {
            return Some((number, "it is not in UTF-8"));
        }
        if !goes_on && line.starts_with(b"[") && !line.ends_with(b"]") {
            return Some((number, "the name of a section has no end"));
        }
        goes_on = line.ends_with(b"\\");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_systemd_gives_up_on_is_wrong() {
        for (text, wanted) in [
            ("", None),
            (
                "[Unit]\nDescription=x\n\n[Service]\nExecStart=a \\\n  [b\n",
                None,
            ),
            ("[Unit]\nExecStart=a \\\n# [comment\n  [b\n", None),
            ("no assignment\n[Unit]\n=x\n", None),
            ("\u{feff}[Unit]\n", None),
            ("[Unit]\nDescription=x\n[Service\nExecStart=x\n", Some(3)),
            ("[Unit]\nDescription=x\0y\n", None),
        ] {
            assert_eq!(
                wrong(text.as_bytes()).map(|(line, _)| line),
                wanted,
                "{text:?}"
            );
        }
        assert_eq!(wrong(b"# \xff\n[Unit]\n"), None);
        assert!(wrong(b"[Unit]\nDescription=\xff\n").is_some());
        let long = vec![b'x'; LONGEST_LINE + 1];
        assert!(wrong(&long).is_some());
    }

    #[test]
    fn units_are_known_by_place_and_name() {
        for (path, wanted) in [
            ("/usr/lib/systemd/system/x.service", true),
            ("/usr/lib/systemd/user/x.timer", true),
            ("/usr/lib/systemd/system/x.service.d/y.conf", true),
            ("/usr/lib/systemd/system/x.wants/README", false),
            ("/usr/share/x.service", false),
        ] {
            assert_eq!(is_unit_file(Path::new(path)), wanted, "{path}");
        }
    }
}
