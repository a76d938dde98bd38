// SPDX-License-Identifier: LGPL-2.1-or-later
//! Differences a line each, for scripts and programs, and the last line that sums them up.

use ostree_unlock::{Change, Difference, Side};
use serde_json::{Value, json};

use super::quoted::quoted;
use super::size::size;

/// For scripts: letter, tab, path.
pub(crate) fn name_status(difference: &Difference) -> String {
    let path = quoted(difference.path.as_os_str());
    format!("{}\t{path}\n", letter(difference.change))
}

/// For programs: an object.
pub(crate) fn json(difference: &Difference) -> String {
    format!("{}\n", object(difference))
}

/// The letter that version control systems show a change by.
pub(super) fn letter(change: Change) -> char {
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
    use crate::output::samples::{difference, side};
    use ostree_unlock::FileType;

    fn modified() -> Difference {
        let file = |size| Some(side(FileType::Regular, 0o755, size));
        difference("/usr/bin/su", file(1_000), file(2_000))
    }

    #[test]
    fn a_line_each() {
        assert_eq!(name_status(&modified()), "M\t/usr/bin/su\n");
        let line = json(&modified());
        assert!(line.ends_with("}\n") && line.lines().count() == 1, "{line}");
    }

    #[test]
    fn the_sum_counts_what_is_there_now() {
        let mut sum = Sum::default();
        assert_eq!(sum.line(), "No differences.\n");
        sum.add(&modified());
        sum.add(&difference("/usr/bin/su", modified().before, None));
        assert_eq!(sum.line(), "1 removed, 1 modified; 2.0 kB in files\n");
    }
}
