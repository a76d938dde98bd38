// SPDX-License-Identifier: LGPL-2.1-or-later
//! What was changed in `/etc` since a time. Reads what the file system says of each file, and
//! compares nothing.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The kernel's times of files lag behind its clock by up to a tick.
const TICK: i64 = 10_000;

/// What below `directory` was changed since `since` (microseconds since the epoch), sorted. A
/// file that was removed shows as a change of its directory. What cannot be read is
/// passed over.
pub fn changed_since(directory: &Path, since: i64) -> Vec<PathBuf> {
    let mut changed = Vec::new();
    let mut waiting = vec![directory.to_owned()];
    while let Some(directory) = waiting.pop() {
        let Ok(entries) = std::fs::read_dir(&directory) else {
            continue;
        };
        for entry in entries.flatten() {
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            let changed_at = metadata.ctime() * 1_000_000 + metadata.ctime_nsec() / 1_000;
            if changed_at + TICK >= since {
                changed.push(entry.path());
            }
            if metadata.is_dir() {
                waiting.push(entry.path());
            }
        }
    }
    changed.sort();
    changed
}

/// The first of them for a sentence, and how many more there are; `None` if nothing was changed.
pub fn named(changed: &[PathBuf]) -> Option<String> {
    const SHOWN: usize = 10;
    let shown: Vec<String> = changed
        .iter()
        .take(SHOWN)
        .map(|path| path.display().to_string())
        .collect();
    let more = match changed.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!shown.is_empty()).then(|| format!("{}{more}", shown.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_note_names_ten_and_counts_the_rest() {
        let paths: Vec<PathBuf> = (0..12)
            .map(|n| PathBuf::from(format!("/etc/{n}")))
            .collect();
        assert_eq!(named(&[]), None);
        assert_eq!(named(&paths[..1]).as_deref(), Some("/etc/0"));
        assert!(named(&paths).is_some_and(|n| n.ends_with("/etc/9 and 2 more")));
    }

    #[test]
    fn only_what_is_younger_counts() {
        let directory = std::env::temp_dir().join(format!("ostree-unlock-{}", std::process::id()));
        let sub = directory.join("sub");
        assert!(std::fs::create_dir_all(&sub).is_ok());
        assert!(std::fs::write(sub.join("file"), "x").is_ok());
        let all = changed_since(&directory, 0);
        assert_eq!(all, [sub.clone(), sub.join("file")]);
        assert!(changed_since(&directory, i64::MAX).is_empty());
        assert!(std::fs::remove_dir_all(&directory).is_ok());
    }
}
