// SPDX-License-Identifier: LGPL-2.1-or-later
//! A path that changes and a commit both have changed, each in its own way.

use std::fmt;
use std::path::PathBuf;

use crate::side::Side;

/// What there is to do where changes are replayed.
pub const DECIDE: &str = "nothing was written; say whose version is to be taken (--prefer=changes or --prefer=commit, or of one path --prefer=changes:PATH)";

/// Whose version is taken where both changed the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
#[non_exhaustive]
pub enum Prefer {
    /// That of the changes.
    Changes = 0,
    /// That of the commit that they are replayed on.
    Commit = 1,
}

/// One path where both sides differ from what the changes were made on, and from each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The path.
    pub path: PathBuf,
    /// What is the matter.
    pub cause: &'static str,
    /// What the changes were made on; `None` where nothing was there.
    pub base: Option<Side>,
    /// What the changes have.
    pub changes: Option<Side>,
    /// What the commit has.
    pub commit: Option<Side>,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} (changes: {}; commit: {})",
            self.path.display(),
            self.cause,
            side(self.changes.as_ref()),
            side(self.commit.as_ref())
        )
    }
}

fn side(side: Option<&Side>) -> String {
    use crate::side::FileType;
    match side {
        None => "nothing".to_owned(),
        Some(side) if side.file_type == FileType::Regular => {
            format!("file {:04o}, {} bytes", side.mode, side.size)
        }
        Some(side) => format!("{} {:04o}", side.file_type.name(), side.mode),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::side::FileType;

    #[test]
    fn both_sides_are_named() {
        let conflict = Conflict {
            path: "/usr/bin/x".into(),
            cause: "changed on both sides",
            base: None,
            changes: Some(Side {
                file_type: FileType::Regular,
                mode: 0o755,
                uid: 0,
                gid: 0,
                size: 3,
            }),
            commit: None,
        };
        assert_eq!(
            conflict.to_string(),
            "/usr/bin/x: changed on both sides (changes: file 0755, 3 bytes; commit: nothing)"
        );
    }
}
