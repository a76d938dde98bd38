// SPDX-License-Identifier: LGPL-2.1-or-later
//! How differences look: a line each, as they come, and a last line that sums them up.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use ostree_unlock::{Change, Difference, FileType, Side};
use serde_json::{Value, json};

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// For people: letter, path, and what is different; with colours.
    Text { colours: bool },
    /// For scripts: letter, tab, path.
    NameStatus,
    /// The last line alone.
    Stat,
    /// An object a line.
    Json,
}

/// The line of one difference, with its newline; empty in a form that has none.
pub(crate) fn line(difference: &Difference, form: Form) -> String {
    let letter = letter(difference.change);
    let path = quoted(&difference.path);
    match form {
        Form::Stat => String::new(),
        Form::NameStatus => format!("{letter}\t{path}\n"),
        Form::Json => format!("{}\n", object(difference)),
        Form::Text { colours } => {
            let (on, off) = match (colours, difference.change) {
                (false, _) => ("", ""),
                (true, Change::Added) => ("\x1b[32m", "\x1b[0m"),
                (true, Change::Removed) => ("\x1b[31m", "\x1b[0m"),
                (true, _) => ("\x1b[33m", "\x1b[0m"),
            };
            let slash = match kind(difference) {
                Some(FileType::Directory) => "/",
                _ => "",
            };
            let what = match detail(difference) {
                detail if detail.is_empty() => detail,
                detail => format!("  ({detail})"),
            };
            format!("{on}{letter}{off} {path}{slash}{what}\n")
        }
    }
}

/// The letter that version control systems show a change by.
fn letter(change: Change) -> char {
    match change {
        Change::Added => 'A',
        Change::Removed => 'D',
        Change::Modified => 'M',
        Change::TypeChanged => 'T',
        Change::Metadata => 'm',
        Change::Renamed => 'R',
        // One that this command is too old to know.
        _ => '?',
    }
}

fn kind(difference: &Difference) -> Option<FileType> {
    let side = difference.after.as_ref().or(difference.before.as_ref());
    side.map(|side| side.file_type)
}

fn detail(difference: &Difference) -> String {
    let mut details = Vec::new();
    match (&difference.before, &difference.after) {
        (None, Some(new)) if new.file_type == FileType::Regular => details.push(size(new.size)),
        (Some(old), Some(new)) => {
            if old.file_type != new.file_type {
                details.push(format!(
                    "{} → {}",
                    old.file_type.name(),
                    new.file_type.name()
                ));
            } else if difference.change == Change::Modified && old.file_type == FileType::Regular {
                details.push(format!("{} → {}", size(old.size), size(new.size)));
            }
            if old.mode != new.mode {
                details.push(format!("mode {:04o} → {:04o}", old.mode, new.mode));
            }
            if (old.uid, old.gid) != (new.uid, new.gid) {
                let owner = |side: &Side| format!("{}:{}", side.uid, side.gid);
                details.push(format!("owner {} → {}", owner(old), owner(new)));
            }
        }
        _ => {}
    }
    if difference.xattrs_differ {
        details.push("extended attributes".to_owned());
    }
    if let Some(from) = &difference.from {
        details.push(format!("from {}", quoted(from)));
    }
    details.join(", ")
}

fn size(bytes: u64) -> String {
    glib::format_size(bytes).replace('\u{a0}', " ")
}

/// As a program wants it.
fn object(difference: &Difference) -> Value {
    let side = |side: &Option<Side>| match side {
        None => Value::Null,
        Some(side) => json!({
            "type": side.file_type.name(),
            "mode": side.mode,
            "uid": side.uid,
            "gid": side.gid,
            "size": side.size,
        }),
    };
    json!({
        "path": difference.path.to_string_lossy(),
        "change": difference.change.name(),
        "before": side(&difference.before),
        "after": side(&difference.after),
        "xattrs_differ": difference.xattrs_differ,
        "from": difference.from.as_ref().map(|from| from.to_string_lossy()),
    })
}

/// A path with anything in it that is no ordinary text is quoted, as git does it, so that
/// it is one line and cannot play with the terminal.
fn quoted(path: &Path) -> String {
    let bytes = path.as_os_str().as_bytes();
    let is_plain = |text: &str| {
        !text
            .chars()
            .any(|c| c.is_control() || c == '"' || c == '\\')
    };
    if let Some(text) = OsStr::to_str(path.as_os_str()).filter(|text| is_plain(text)) {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    for &byte in bytes {
        match byte {
            b'\n' => quoted += "\\n",
            b'\t' => quoted += "\\t",
            b'"' | b'\\' => {
                quoted.push('\\');
                quoted.push(char::from(byte));
            }
            b' '..=b'~' => quoted.push(char::from(byte)),
            other => quoted += &format!("\\{other:03o}"),
        }
    }
    quoted.push('"');
    quoted
}

/// What is counted for the last line.
#[derive(Debug, Default)]
pub(crate) struct Sum {
    changes: [u64; Change::ALL.len()],
    bytes: u64,
}

impl Sum {
    /// Counts one more.
    pub(crate) fn add(&mut self, difference: &Difference) {
        if let Some(place) = Change::ALL.iter().position(|c| *c == difference.change) {
            self.changes[place] += 1;
        }
        let has_content = matches!(
            difference.change,
            Change::Added | Change::Modified | Change::TypeChanged
        );
        if let (true, Some(after)) = (has_content, &difference.after) {
            self.bytes += after.size;
        }
    }

    /// The last line, with its newline.
    pub(crate) fn line(&self) -> String {
        let counted: Vec<String> = Change::ALL
            .iter()
            .zip(self.changes)
            .filter(|(_, count)| *count > 0)
            .map(|(change, count)| match change {
                Change::Metadata => format!("{count} with other metadata"),
                Change::TypeChanged => format!("{count} of another type"),
                other => format!("{count} {}", other.name()),
            })
            .collect();
        match counted.is_empty() {
            true => "No differences.\n".to_owned(),
            false => format!("{}; {} in files\n", counted.join(", "), size(self.bytes)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(file_type: FileType, mode: u32, size: u64) -> Side {
        Side {
            file_type,
            mode,
            uid: 0,
            gid: 0,
            size,
        }
    }

    fn modified() -> Difference {
        Difference {
            path: "/usr/bin/su".into(),
            change: Change::Modified,
            before: Some(side(FileType::Regular, 0o755, 1_000)),
            after: Some(side(FileType::Regular, 0o4755, 2_000)),
            xattrs_differ: true,
            from: None,
        }
    }

    #[test]
    fn a_line_says_what_is_different() {
        assert_eq!(
            line(&modified(), Form::Text { colours: false }),
            "M /usr/bin/su  (1.0 kB → 2.0 kB, mode 0755 → 4755, extended attributes)\n"
        );
        assert_eq!(line(&modified(), Form::NameStatus), "M\t/usr/bin/su\n");
        let coloured = line(&modified(), Form::Text { colours: true });
        assert!(coloured.starts_with("\x1b[33mM\x1b[0m "), "{coloured}");
        let directory = Difference {
            change: Change::Added,
            path: "/usr/new".into(),
            before: None,
            after: Some(side(FileType::Directory, 0o755, 0)),
            xattrs_differ: false,
            from: None,
        };
        assert_eq!(
            line(&directory, Form::Text { colours: false }),
            "A /usr/new/\n"
        );
    }

    #[test]
    fn a_path_is_one_line_whatever_is_in_it() {
        let odd = Path::new(OsStr::from_bytes(b"/usr/a\n\x1b[2J\xff\"b"));
        assert_eq!(quoted(odd), r#""/usr/a\n\033[2J\377\"b""#);
        assert_eq!(quoted(Path::new("/usr/ä b")), "/usr/ä b");
    }

    #[test]
    fn the_sum_counts_what_is_there_now() {
        let mut sum = Sum::default();
        assert_eq!(sum.line(), "No differences.\n");
        sum.add(&modified());
        let mut removed = modified();
        removed.change = Change::Removed;
        removed.after = None;
        sum.add(&removed);
        assert_eq!(sum.line(), "1 removed, 1 modified; 2.0 kB in files\n");
    }
}
