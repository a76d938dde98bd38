// SPDX-License-Identifier: LGPL-2.1-or-later
//! What was applied live in this boot, as far as the kernel cannot say it: in which order, from
//! which ref, since when. It ends with the boot, as what it describes does.

use glib::KeyFile;

/// One apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The commit that it made live, which may be the booted one.
    pub commit: String,
    /// What the caller called it, if not by its checksum.
    pub origin: Option<String>,
    /// When, in microseconds since the epoch.
    pub at: i64,
}

/// All that can be rolled back, the first first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    pub applied: Vec<Applied>,
    /// Whether `/usr` was locked before the first of them, and is to be so again after it.
    pub found_locked: bool,
}

const GROUP: &str = "history";
const COUNT: &str = "count";
const FOUND_LOCKED: &str = "found-locked";

impl History {
    /// The last one.
    pub fn last(&self) -> Option<&Applied> {
        self.applied.last()
    }

    /// The commits, the live one last.
    pub fn commits(&self) -> Vec<String> {
        let commits = self.applied.iter().map(|applied| applied.commit.clone());
        commits.collect()
    }

    pub fn is_empty(&self) -> bool {
        self.applied.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.applied.len()
    }

    /// Writes it into a key file.
    pub fn put(&self, key_file: &KeyFile) {
        key_file.set_uint64(GROUP, COUNT, self.applied.len() as u64);
        key_file.set_boolean(GROUP, FOUND_LOCKED, self.found_locked);
        for (position, applied) in self.applied.iter().enumerate() {
            let group = group(position);
            key_file.set_string(&group, "commit", &applied.commit);
            key_file.set_int64(&group, "at", applied.at);
            if let Some(origin) = &applied.origin {
                key_file.set_string(&group, "origin", origin);
            }
        }
    }

    /// Reads it from one.
    pub fn parse(key_file: &KeyFile) -> Option<History> {
        let count = usize::try_from(key_file.uint64(GROUP, COUNT).ok()?).ok()?;
        Some(History {
            applied: (0..count)
                .map(|n| one(key_file, n))
                .collect::<Option<_>>()?,
            found_locked: key_file.boolean(GROUP, FOUND_LOCKED).ok()?,
        })
    }
}

fn group(position: usize) -> String {
    format!("applied {position}")
}

fn one(key_file: &KeyFile, position: usize) -> Option<Applied> {
    let group = group(position);
    let has_origin = key_file.has_key(&group, "origin").ok()?;
    Some(Applied {
        commit: key_file.string(&group, "commit").ok()?.into(),
        origin: match has_origin {
            true => Some(key_file.string(&group, "origin").ok()?.into()),
            false => None,
        },
        at: key_file.int64(&group, "at").ok()?,
    })
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn history() -> History {
        let applied = |commit: &str, origin: Option<&str>| Applied {
            commit: commit.repeat(64),
            origin: origin.map(str::to_owned),
            at: 1_700_000_000_000_000,
        };
        History {
            applied: vec![
                applied("a", Some("debian/\u{e4};=\n ref")),
                applied("b", None),
            ],
            found_locked: true,
        }
    }

    #[test]
    fn it_is_read_as_it_was_written() {
        for written in [history(), History::default()] {
            let key_file = KeyFile::new();
            written.put(&key_file);
            let text = key_file.to_data();
            let read = KeyFile::new();
            assert!(read.load_from_data(&text, glib::KeyFileFlags::NONE).is_ok());
            assert_eq!(History::parse(&read), Some(written));
        }
    }

    #[test]
    fn half_of_it_is_none() {
        let key_file = KeyFile::new();
        history().put(&key_file);
        assert!(key_file.remove_key("applied 1", "commit").is_ok());
        assert_eq!(History::parse(&key_file), None);
    }
}
