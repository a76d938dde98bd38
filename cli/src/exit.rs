// SPDX-License-Identifier: LGPL-2.1-or-later
//! The exit statuses: the one table that the command, its `--help` and its manual page
//! are made from. They follow the library's error kinds, which only ever grow.

use ostree_unlock::Kind;

/// Done, or looked at.
pub(crate) const DONE: u8 = 0;
/// Failed in a way that has no status of its own; also `detect --writable` saying no.
pub(crate) const FAILED: u8 = 1;
/// The command line, or what it asks for, makes no sense.
pub(crate) const USAGE: u8 = 2;

/// `run`: the command was found, and cannot be executed.
pub(crate) const NOT_EXECUTABLE: u8 = 126;
/// `run`: there is no such command.
pub(crate) const NOT_FOUND: u8 = 127;

/// The statuses below this one are not derived from a kind's number.
const FIRST_OF_KINDS: i32 = 10;

/// The exit status for an error of `kind`.
pub(crate) fn status(kind: Kind) -> u8 {
    match kind {
        Kind::Failed => FAILED,
        Kind::InvalidArgument => USAGE,
        // A kind that does not fit is one that this command is too old to know.
        other => u8::try_from(FIRST_OF_KINDS + other as i32).unwrap_or(FAILED),
    }
}

/// The table as `--help` shows it.
pub(crate) fn table() -> String {
    let mut table = format!("Exit status:\n  {DONE:>2}  done\n");
    for kind in Kind::ALL {
        table += &format!("  {:>2}  {}\n", status(kind), kind.name());
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statuses_that_scripts_rely_on() {
        assert_eq!(status(Kind::Failed), 1);
        assert_eq!(status(Kind::InvalidArgument), 2);
        assert_eq!(status(Kind::NotOstree), 12);
        assert_eq!(status(Kind::NotBooted), 13);
        assert_eq!(status(Kind::PermissionDenied), 14);
        assert_eq!(status(Kind::AlreadyUnlocked), 15);
        assert_eq!(status(Kind::NotUnlocked), 16);
        assert_eq!(status(Kind::SysrootLocked), 17);
        assert_eq!(status(Kind::InUse), 18);
        assert_eq!(status(Kind::Cancelled), 24);
        assert_eq!(status(Kind::NotAllowed), 25);
        assert_eq!(status(Kind::NotFound), 26);
        assert_eq!(status(Kind::Conflict), 28);
        assert_eq!(status(Kind::NotAdditive), 30);
    }

    #[test]
    fn no_two_kinds_share_a_status_and_none_says_done() {
        let mut all: Vec<u8> = Kind::ALL.into_iter().map(status).collect();
        assert!(!all.contains(&DONE));
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), Kind::ALL.len());
    }

    #[test]
    fn the_table_names_every_kind() {
        let table = table();
        for kind in Kind::ALL {
            let line = format!("{:>2}  {}\n", status(kind), kind.name());
            assert!(table.contains(&line), "{line}");
        }
    }
}
