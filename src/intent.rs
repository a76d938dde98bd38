// SPDX-License-Identifier: LGPL-2.1-or-later
//! What we write down about ourselves, in the deployment's run state directory: a
//! *record* of the overlay that is open, and an *intent* while a change is under way.
//! Both end with the boot, as what they describe does, so neither is fsynced. An intent
//! that is found says that somebody died in the middle.

use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use crate::error::{Error, Kind, Result};
use crate::history::History;
use crate::options::Backing;
use crate::ostree::DeploymentId;
use crate::stack::{State, Token};
use crate::sys::files;

/// Below the run state directory.
pub const DIRECTORY: &str = "ostree-unlock";
const RECORD: &str = "record";
const INTENT: &str = "intent";
const HISTORY: &str = "history";
const GROUP: &str = "ostree-unlock";
const FORMAT: i32 = 1;
/// In no escaped path.
const BETWEEN_PATHS: &str = "\t";

/// What is open: which overlay, in which state, since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub token: Token,
    pub state: State,
    pub backing: Backing,
    /// The directory with `upper` and `work`, as the system sees it.
    pub directory: PathBuf,
    /// Microseconds since the epoch: what happened in the second before is not of it.
    pub since: i64,
    /// When it is to end by itself, in seconds since the epoch.
    pub until: Option<i64>,
}

/// What is about to be done; enough to finish it or to take it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    /// An overlay is to be laid over the hierarchy.
    Begin(Record),
    /// The overlay with this superblock is to be taken away, and its directory removed.
    End {
        device: (u32, u32),
        /// What it is called, as the number may come again; `None` where an earlier version wrote.
        source: Option<String>,
        /// Its mounts: of a pile of them some may be gone.
        mounts: Vec<u32>,
        /// What is mounted in it alone, and is kept aside meanwhile.
        below: Vec<PathBuf>,
        state: State,
        backing: Backing,
        directory: Option<PathBuf>,
        /// The uppers that are frozen beneath it.
        frozen: Vec<PathBuf>,
    },
    /// Our overlay is to go from one state to another; a mount of it that is not among
    /// these ids is the new one.
    Change {
        from: State,
        to: State,
        mounts: Vec<u32>,
    },
    /// The upper is to be copied to the disk, and an overlay with the copy is to take the place
    /// of the one that is there.
    Replace {
        from: State,
        record: Record,
        /// Where the upper is now.
        backing: Backing,
        directory: Option<PathBuf>,
    },
    /// An overlay with other layers is to take the place of what is there.
    Apply {
        /// What is open then.
        record: Record,
        /// What was applied then; empty where the booted commit is what is there.
        history: History,
        /// The upper that is open now, where it is not to be a layer: nothing was written to it.
        dropped: Option<(Backing, PathBuf)>,
    },
}

/// The place where both are kept, opened for writing.
pub struct Log {
    run_state: OwnedFd,
    directory: OwnedFd,
}

impl Log {
    /// Opens it, and makes it where it is missing.
    pub fn open(deployment: &DeploymentId) -> Result<Log> {
        let run = files::hold(Path::new("/run"))?;
        let path = deployment.run_state();
        let below_run = path.strip_prefix("/run").unwrap_or(&path);
        let run_state = files::ensure_directory(&run, below_run, 0o755).map_err(|e| e.at(&path))?;
        let directory = files::ensure_directory(&run_state, Path::new(DIRECTORY), 0o755)?;
        Ok(Log {
            run_state,
            directory,
        })
    }

    /// The directory where libostree keeps its flags.
    pub fn run_state(&self) -> &OwnedFd {
        &self.run_state
    }

    /// Removes what a call left that died while it wrote; only under the sysroot's lock.
    pub fn sweep(&self) -> Result<()> {
        files::remove_unfinished(&self.directory, RECORD)?;
        files::remove_unfinished(&self.directory, HISTORY)?;
        files::remove_unfinished(&self.directory, INTENT)
    }

    pub fn write_history(&self, history: &History) -> Result<()> {
        let key_file = glib::KeyFile::new();
        key_file.set_integer(GROUP, "format", FORMAT);
        history.put(&key_file);
        files::write_whole(&self.directory, HISTORY, key_file.to_data().as_bytes())
    }

    pub fn drop_history(&self) -> Result<()> {
        files::remove_file(&self.directory, HISTORY)
    }

    pub fn write_record(&self, record: &Record) -> Result<()> {
        files::write_whole(&self.directory, RECORD, record_text(record).as_bytes())
    }

    pub fn drop_record(&self) -> Result<()> {
        files::remove_file(&self.directory, RECORD)
    }

    pub fn write_intent(&self, intent: &Intent) -> Result<()> {
        files::write_whole(&self.directory, INTENT, intent_text(intent).as_bytes())
    }

    pub fn drop_intent(&self) -> Result<()> {
        files::remove_file(self.directory.as_fd(), INTENT)
    }
}

/// Reads both; `Err` holds what is wrong with a file that cannot be understood.
pub fn read(deployment: &DeploymentId) -> (Result<Option<Record>>, Result<Option<Intent>>) {
    let directory = deployment.run_state().join(DIRECTORY);
    (
        read_one(&directory.join(RECORD), parse_record),
        read_one(&directory.join(INTENT), parse_intent),
    )
}

/// Reads what was applied live in this boot.
pub fn read_history(deployment: &DeploymentId) -> Result<Option<History>> {
    let parse = |key_file: &glib::KeyFile| {
        check_format(key_file)?;
        History::parse(key_file)
    };
    read_one(&deployment.run_state().join(DIRECTORY).join(HISTORY), parse)
}

fn read_one<T>(path: &Path, parse: impl Fn(&glib::KeyFile) -> Option<T>) -> Result<Option<T>> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(Error::io("reading what was written down", e).at(path)),
    };
    let key_file = glib::KeyFile::new();
    let parsed = key_file
        .load_from_data(&text, glib::KeyFileFlags::NONE)
        .ok()
        .and_then(|()| parse(&key_file));
    parsed.map(Some).ok_or_else(|| {
        Error::new(Kind::Failed, "this is not what this version writes")
            .at(path)
            .next("look at it; removing it loses nothing but what it says")
    })
}

fn record_text(record: &Record) -> String {
    let key_file = glib::KeyFile::new();
    key_file.set_integer(GROUP, "format", FORMAT);
    put_record(&key_file, record);
    key_file.to_data().into()
}

fn put_record(key_file: &glib::KeyFile, record: &Record) {
    key_file.set_string(GROUP, "token", record.token.as_str());
    key_file.set_string(GROUP, "state", record.state.name());
    key_file.set_string(GROUP, "backing", record.backing.name());
    put_path(key_file, "directory", &record.directory);
    key_file.set_int64(GROUP, "since", record.since);
    if let Some(until) = record.until {
        key_file.set_int64(GROUP, "until", until);
    }
}

fn intent_text(intent: &Intent) -> String {
    let key_file = glib::KeyFile::new();
    key_file.set_integer(GROUP, "format", FORMAT);
    match intent {
        Intent::Begin(record) => {
            key_file.set_string(GROUP, "operation", "begin");
            put_record(&key_file, record);
        }
        Intent::End {
            device: (major, minor),
            source,
            mounts,
            below,
            state,
            backing,
            directory,
            frozen,
        } => {
            key_file.set_string(GROUP, "operation", "end");
            key_file.set_int64(GROUP, "major", i64::from(*major));
            key_file.set_int64(GROUP, "minor", i64::from(*minor));
            if let Some(source) = source {
                key_file.set_string(GROUP, "source", source);
            }
            put_ids(&key_file, mounts);
            put_paths(&key_file, "below", below);
            put_paths(&key_file, "frozen", frozen);
            key_file.set_string(GROUP, "state", state.name());
            key_file.set_string(GROUP, "backing", backing.name());
            if let Some(directory) = directory {
                put_path(&key_file, "directory", directory);
            }
        }
        Intent::Change { from, to, mounts } => {
            key_file.set_string(GROUP, "operation", "change");
            put_ids(&key_file, mounts);
            key_file.set_string(GROUP, "from", from.name());
            key_file.set_string(GROUP, "to", to.name());
        }
        Intent::Replace {
            from,
            record,
            backing,
            directory,
        } => {
            key_file.set_string(GROUP, "operation", "replace");
            put_record(&key_file, record);
            key_file.set_string(GROUP, "from", from.name());
            key_file.set_string(GROUP, "old-backing", backing.name());
            if let Some(directory) = directory {
                put_path(&key_file, "old-directory", directory);
            }
        }
        Intent::Apply {
            record,
            history,
            dropped,
        } => {
            key_file.set_string(GROUP, "operation", "apply");
            put_record(&key_file, record);
            history.put(&key_file);
            if let Some((backing, directory)) = dropped {
                key_file.set_string(GROUP, "old-backing", backing.name());
                put_path(&key_file, "old-directory", directory);
            }
        }
    }
    key_file.to_data().into()
}

fn parse_record(key_file: &glib::KeyFile) -> Option<Record> {
    check_format(key_file)?;
    Some(Record {
        token: Token::parse(&string(key_file, "token")?)?,
        state: state(key_file, "state")?,
        backing: backing(key_file, "backing")?,
        directory: path(key_file, "directory")?,
        since: key_file.int64(GROUP, "since").ok()?,
        until: match key_file.has_key(GROUP, "until").ok()? {
            true => Some(key_file.int64(GROUP, "until").ok()?),
            false => None,
        },
    })
}

fn parse_intent(key_file: &glib::KeyFile) -> Option<Intent> {
    check_format(key_file)?;
    match string(key_file, "operation")?.as_str() {
        "begin" => parse_record(key_file).map(Intent::Begin),
        "end" => Some(Intent::End {
            device: (number(key_file, "major")?, number(key_file, "minor")?),
            source: string(key_file, "source"),
            mounts: ids(key_file)?,
            below: paths(key_file, "below")?,
            frozen: paths(key_file, "frozen")?,
            state: state(key_file, "state")?,
            backing: backing(key_file, "backing")?,
            directory: path(key_file, "directory"),
        }),
        "change" => Some(Intent::Change {
            from: state(key_file, "from")?,
            to: state(key_file, "to")?,
            mounts: ids(key_file)?,
        }),
        "replace" => Some(Intent::Replace {
            from: state(key_file, "from")?,
            record: parse_record(key_file)?,
            backing: backing(key_file, "old-backing")?,
            directory: path(key_file, "old-directory"),
        }),
        "apply" => Some(Intent::Apply {
            record: parse_record(key_file)?,
            history: History::parse(key_file)?,
            dropped: match path(key_file, "old-directory") {
                Some(directory) => Some((backing(key_file, "old-backing")?, directory)),
                None => None,
            },
        }),
        _ => None,
    }
}

fn check_format(key_file: &glib::KeyFile) -> Option<()> {
    (key_file.integer(GROUP, "format") == Ok(FORMAT)).then_some(())
}

fn string(key_file: &glib::KeyFile, key: &str) -> Option<String> {
    key_file.string(GROUP, key).ok().map(String::from)
}

fn state(key_file: &glib::KeyFile, key: &str) -> Option<State> {
    State::from_name(&string(key_file, key)?)
}

fn number(key_file: &glib::KeyFile, key: &str) -> Option<u32> {
    key_file.int64(GROUP, key).ok()?.try_into().ok()
}

fn backing(key_file: &glib::KeyFile, key: &str) -> Option<Backing> {
    let name = string(key_file, key)?;
    [Backing::Disk, Backing::Ram]
        .into_iter()
        .find(|backing| backing.name() == name)
}

fn put_path(key_file: &glib::KeyFile, key: &str, path: &Path) {
    key_file.set_string(GROUP, key, &escaped(path));
}

fn path(key_file: &glib::KeyFile, key: &str) -> Option<PathBuf> {
    unescaped(&string(key_file, key)?)
}

/// A path need not be UTF-8, and a key file must be.
fn escaped(path: &Path) -> String {
    path.as_os_str()
        .as_encoded_bytes()
        .escape_ascii()
        .to_string()
}

fn unescaped(path: &str) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    let bytes = unescape_ascii(path.as_bytes())?;
    Some(PathBuf::from(std::ffi::OsString::from_vec(bytes)))
}

fn put_paths(key_file: &glib::KeyFile, key: &str, paths: &[PathBuf]) {
    let paths: Vec<String> = paths.iter().map(|path| escaped(path)).collect();
    key_file.set_string(GROUP, key, &paths.join(BETWEEN_PATHS));
}

fn paths(key_file: &glib::KeyFile, key: &str) -> Option<Vec<PathBuf>> {
    let paths = string(key_file, key)?;
    paths
        .split_terminator(BETWEEN_PATHS)
        .map(unescaped)
        .collect()
}

fn put_ids(key_file: &glib::KeyFile, mounts: &[u32]) {
    let mounts: Vec<String> = mounts.iter().map(u32::to_string).collect();
    key_file.set_string(GROUP, "mounts", &mounts.join(" "));
}

fn ids(key_file: &glib::KeyFile) -> Option<Vec<u32>> {
    string(key_file, "mounts")?
        .split_whitespace()
        .map(|id| id.parse().ok())
        .collect()
}

/// The reverse of `[u8]::escape_ascii`.
fn unescape_ascii(escaped: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(escaped.len());
    let mut bytes = escaped.iter().copied();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'\\' => match bytes.next()? {
                b't' => b'\t',
                b'r' => b'\r',
                b'n' => b'\n',
                b'x' => {
                    let digits = [bytes.next()?, bytes.next()?];
                    u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
                }
                quoted => quoted,
            },
            plain => plain,
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::tests::history;
    use std::os::unix::ffi::OsStringExt;

    fn record() -> Record {
        let odd = b"/sysroot/a b\\c\n\xff'\"/usr-transient".to_vec();
        Record {
            token: Token::from_bits(7),
            state: State::Development,
            backing: Backing::Disk,
            directory: PathBuf::from(std::ffi::OsString::from_vec(odd)),
            since: 1_700_000_000_000_000,
            until: Some(1_700_000_060),
        }
    }

    fn reread<T>(text: &str, parse: impl Fn(&glib::KeyFile) -> Option<T>) -> Option<T> {
        let key_file = glib::KeyFile::new();
        key_file
            .load_from_data(text, glib::KeyFileFlags::NONE)
            .ok()?;
        parse(&key_file)
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        for until in [None, record().until] {
            let record = Record { until, ..record() };
            let text = record_text(&record);
            assert_eq!(reread(&text, parse_record), Some(record));
        }
    }

    #[test]
    fn every_intent_is_read_as_it_was_written() {
        for intent in [
            Intent::Begin(record()),
            Intent::End {
                device: (0, u32::MAX),
                source: Some("a source".to_owned()),
                mounts: vec![7],
                below: vec![record().directory, PathBuf::from("/usr/games")],
                frozen: vec![record().directory],
                state: State::Transient,
                backing: Backing::Ram,
                directory: Some(record().directory),
            },
            Intent::End {
                device: (0, 0),
                source: None,
                mounts: Vec::new(),
                below: Vec::new(),
                frozen: Vec::new(),
                state: State::Development,
                backing: Backing::Disk,
                directory: None,
            },
            Intent::Change {
                from: State::Development,
                to: State::Transient,
                mounts: vec![40, u32::MAX],
            },
            Intent::Replace {
                from: State::Development,
                record: record(),
                backing: Backing::Ram,
                directory: Some(PathBuf::from("/run/x")),
            },
            Intent::Apply {
                record: record(),
                history: history(),
                dropped: Some((Backing::Ram, PathBuf::from("/run/x"))),
            },
            Intent::Apply {
                record: record(),
                history: History::default(),
                dropped: None,
            },
        ] {
            let text = intent_text(&intent);
            assert_eq!(reread(&text, parse_intent), Some(intent));
        }
    }

    #[test]
    fn what_another_version_wrote_is_not_guessed_at() {
        let text = record_text(&record());
        for (from, to) in [
            ("format=1", "format=2"),
            ("state=development", "state=open"),
            ("token=ostree", "token=x"),
        ] {
            assert!(text.contains(from));
            assert_eq!(reread(&text.replace(from, to), parse_record), None);
        }
    }
}
