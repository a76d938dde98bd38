// SPDX-License-Identifier: LGPL-2.1-or-later
//! What an administrator has decided for every caller: which states may be begun, and the
//! defaults and limits of what is. Read from `config.d` directories as systemd has them.
//! Parsing knows no files, and reading takes the root directory, so that both are tested
//! without a system. Nothing here acts: the rules are applied to a caller's options.
//!
//! Not by GKeyFile: it does not tell on which line a value stands.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::amounts::{parse_size, parse_span, span_text};
use crate::error::{Error, Kind, Result};
use crate::name;
use crate::options::{Backing, Options};
use crate::stack::State;
use crate::sys::dropin;

/// By priority: a name in an earlier one replaces the same name in the later ones.
const DIRECTORIES: [&str; 3] = [
    "etc/ostree-unlock/config.d",
    "run/ostree-unlock/config.d",
    "usr/lib/ostree-unlock/config.d",
];
const SUFFIX: &[u8] = b".conf";
const SECTION: &str = "Unlock";
const CAN_BEGIN: [State; 3] = [State::Development, State::Transient, State::Hotfix];

/// Where a value stands: a file, and the line in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The file.
    pub path: PathBuf,
    /// Counted from 1.
    pub line: usize,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.path.display(), self.line)
    }
}

/// One setting, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The key in the file.
    pub key: &'static str,
    /// What holds; empty where nothing is set and there is no default.
    pub value: String,
    /// Where it stands; `None` for the default.
    pub origin: Option<Origin>,
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Set<T> {
    value: T,
    origin: Option<Origin>,
}

/// What holds on this system, for every caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    states: Set<Vec<State>>,
    refuse_verity: Set<bool>,
    backing: Set<Option<Backing>>,
    size_limit: Set<Option<u64>>,
    time_limit: Set<Option<Duration>>,
    records: Set<Vec<String>>,
    warnings: Vec<String>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            states: Set {
                value: CAN_BEGIN.to_vec(),
                origin: None,
            },
            refuse_verity: Set::default(),
            backing: Set::default(),
            size_limit: Set::default(),
            time_limit: Set::default(),
            records: Set::default(),
            warnings: Vec::new(),
        }
    }
}

/// What the configuration of the running system says.
///
/// Needs no privilege. Fails with the file and the line where a value cannot be
/// understood; what is not known is skipped with a warning.
pub fn config() -> Result<Config> {
    load(Path::new("/")).map_err(|error| error.during("config"))
}

/// The configuration of the system whose root directory is `root`.
pub(crate) fn load(root: &Path) -> Result<Config> {
    let mut config = Config::default();
    for (name, file) in dropin::find(root, &DIRECTORIES)? {
        if !name.as_encoded_bytes().ends_with(SUFFIX) {
            continue;
        }
        // As the system calls it.
        let path = Path::new("/").join(file.strip_prefix(root).unwrap_or(&file));
        let text = std::fs::read(&file)
            .map_err(|e| Error::io("reading the configuration", e).at(&path))?;
        config.add(&path, &String::from_utf8_lossy(&text))?;
    }
    Ok(config)
}

impl Config {
    /// Every setting, in the order of the manual.
    pub fn settings(&self) -> Vec<Setting> {
        fn setting<T>(key: &'static str, set: &Set<T>, text: impl Fn(&T) -> String) -> Setting {
            Setting {
                key,
                value: text(&set.value),
                origin: set.origin.clone(),
            }
        }
        vec![
            setting("States", &self.states, |states| names(states)),
            setting("OnVerity", &self.refuse_verity, |refuse| {
                if *refuse { "refuse" } else { "allow" }.to_owned()
            }),
            setting("Backing", &self.backing, |backing| {
                backing.map(Backing::name).unwrap_or_default().to_owned()
            }),
            setting("SizeLimit", &self.size_limit, |limit| {
                limit.map(|bytes| bytes.to_string()).unwrap_or_default()
            }),
            setting("TimeLimit", &self.time_limit, |limit| {
                limit.map(span_text).unwrap_or_default()
            }),
            setting("Records", &self.records, |records| records.join(" ")),
        ]
    }

    /// The records that a deployment is to have before it boots.
    pub(crate) fn records(&self) -> &[String] {
        &self.records.value
    }

    /// What was skipped since this version does not know it.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Adds what the text of the file at `path` says to what holds.
    fn add(&mut self, path: &Path, text: &str) -> Result<()> {
        let mut section = None;
        for (index, line) in text.lines().enumerate() {
            let origin = || Origin {
                path: path.to_owned(),
                line: index + 1,
            };
            let line = line.trim();
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                if name != SECTION {
                    self.skip(&origin(), &format!("unknown section [{name}]"));
                }
                section = Some(name == SECTION);
                continue;
            }
            let Some((key, value)) = line.split_once('=') else {
                return Err(bad(&origin(), line, "this is no assignment"));
            };
            match section {
                Some(true) => self.assign(origin(), key.trim(), value.trim())?,
                Some(false) => {}
                None => self.skip(&origin(), "an assignment before any section"),
            }
        }
        Ok(())
    }

    fn skip(&mut self, origin: &Origin, what: &str) {
        self.warnings.push(format!("{origin}: {what}, skipped"));
    }

    fn assign(&mut self, origin: Origin, key: &str, value: &str) -> Result<()> {
        let at = origin.clone();
        let wrong = |reason: String| bad(&at, &format!("{key}={value}"), &reason);
        if value.is_empty() {
            let default = Config::default();
            match key {
                "States" => self.states = default.states,
                "OnVerity" => self.refuse_verity = default.refuse_verity,
                "Backing" => self.backing = default.backing,
                "SizeLimit" => self.size_limit = default.size_limit,
                "TimeLimit" => self.time_limit = default.time_limit,
                "Records" => self.records = default.records,
                _ => self.skip(&origin, &format!("unknown key {key}")),
            }
            return Ok(());
        }
        let origin = Some(origin);
        match key {
            "States" => {
                let value = parse_states(value).map_err(wrong)?;
                self.states = Set { value, origin };
            }
            "OnVerity" => {
                let value = match value {
                    "allow" => false,
                    "refuse" => true,
                    _ => return Err(wrong("one of allow, refuse".to_owned())),
                };
                self.refuse_verity = Set { value, origin };
            }
            "Backing" => {
                let value = match value {
                    "disk" => Some(Backing::Disk),
                    "ram" => Some(Backing::Ram),
                    _ => return Err(wrong("one of disk, ram".to_owned())),
                };
                self.backing = Set { value, origin };
            }
            "SizeLimit" => {
                let value = Some(parse_size(value).map_err(wrong)?);
                self.size_limit = Set { value, origin };
            }
            "TimeLimit" => {
                let value = Some(parse_span(value).map_err(wrong)?);
                self.time_limit = Set { value, origin };
            }
            "Records" => {
                let value = parse_names(value).map_err(wrong)?;
                self.records = Set { value, origin };
            }
            _ => self.skip(&at, &format!("unknown key {key}")),
        }
        Ok(())
    }
}

/// The rules, for `begin`.
impl Config {
    /// Refuses what no caller may ask for. `verity` is whether the root is a composefs
    /// whose content is guaranteed by a signature or by fs-verity.
    pub(crate) fn check(&self, state: State, options: &Options, verity: bool) -> Result<()> {
        if state != State::None && !self.states.value.contains(&state) {
            return Err(not_allowed(
                &self.states,
                &format!("the state {state}"),
                || format!("States={}", names(&self.states.value)),
            ));
        }
        // It would outlive any limit.
        if let (State::Hotfix, Some(most)) = (state, self.time_limit.value) {
            return Err(not_allowed(
                &self.time_limit,
                "what does not end by itself",
                || format!("TimeLimit={}", span_text(most)),
            ));
        }
        if verity && self.refuse_verity.value {
            return Err(not_allowed(
                &self.refuse_verity,
                "a root guaranteed by fs-verity",
                || "OnVerity=refuse".to_owned(),
            ));
        }
        if let (Some(wanted), Some(most)) = (options.size_limit, self.size_limit.value) {
            if wanted > most {
                return Err(not_allowed(
                    &self.size_limit,
                    &format!("a size limit of {wanted}"),
                    || format!("SizeLimit={most}"),
                ));
            }
        }
        if let (Some(wanted), Some(most)) = (options.time_limit, self.time_limit.value) {
            if wanted > most {
                let wanted = format!("a time limit of {}", span_text(wanted));
                return Err(not_allowed(&self.time_limit, &wanted, || {
                    format!("TimeLimit={}", span_text(most))
                }));
            }
        }
        Ok(())
    }

    /// How long what is begun may stay open.
    pub(crate) fn time_limit(&self, state: State, options: &Options) -> Option<Duration> {
        let default = self.time_limit.value.filter(|_| !state.is_persistent());
        options.time_limit.or(default)
    }

    /// The options with the defaults filled in, for an overlay that is to be made. What
    /// goes to RAM is limited also where it goes there for want of a disk.
    pub(crate) fn settle(
        &self,
        state: State,
        options: &Options,
        disk_is_writable: bool,
    ) -> Options {
        // A hotfix has no choice.
        if state.is_persistent() {
            return options.clone();
        }
        let mut settled = options.clone();
        settled.time_limit = self.time_limit(state, options);
        if options.backing.is_none() && options.size_limit.is_none() {
            settled.backing = self.backing.value;
        }
        let on_disk = match settled.backing {
            Some(backing) => backing == Backing::Disk,
            None => options.size_limit.is_none() && disk_is_writable,
        };
        if !on_disk {
            settled.size_limit = options.size_limit.or(self.size_limit.value);
        }
        settled
    }
}

fn not_allowed<T>(set: &Set<T>, what: &str, rule: impl Fn() -> String) -> Error {
    let origin = match &set.origin {
        Some(origin) => origin.to_string(),
        None => "the default".to_owned(),
    };
    Error::new(
        Kind::NotAllowed,
        format!(
            "{what} is not allowed on this system: {} ({origin})",
            rule()
        ),
    )
    .next("ask for what is allowed, or whoever administers this system to change it")
}

fn bad(origin: &Origin, assignment: &str, reason: &str) -> Error {
    Error::new(
        Kind::Failed,
        format!("line {}: {assignment}: {reason}", origin.line),
    )
    .at(&origin.path)
    .next("correct the file; ostree-unlock.conf(5) says what may stand there")
}

fn parse_states(text: &str) -> Result<Vec<State>, String> {
    if text == State::None.name() {
        return Ok(Vec::new());
    }
    text.split_whitespace()
        .map(|name| {
            State::from_name(name)
                .filter(|state| CAN_BEGIN.contains(state))
                .ok_or_else(|| format!("some of {}, or none", names(&CAN_BEGIN)))
        })
        .collect()
}

fn parse_names(text: &str) -> Result<Vec<String>, String> {
    let checked = |word: &str| match name::check(word, "of a record") {
        Ok(()) => Ok(word.to_owned()),
        Err(error) => Err(error.to_string()),
    };
    text.split_whitespace().map(checked).collect()
}

fn names(states: &[State]) -> String {
    if states.is_empty() {
        return State::None.name().to_owned();
    }
    let names: Vec<&str> = states.iter().map(|state| state.name()).collect();
    names.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A root directory of its own, gone afterwards.
    struct Root(PathBuf);

    impl Root {
        fn new(name: &str) -> Root {
            let name = format!("ostree-unlock-config-{name}-{}", std::process::id());
            Root(std::env::temp_dir().join(name))
        }

        fn file(self, path: &str, text: &str) -> Root {
            let path = self.0.join(path);
            assert!(
                path.parent()
                    .is_some_and(|p| std::fs::create_dir_all(p).is_ok())
            );
            assert!(std::fs::write(path, text).is_ok());
            self
        }
    }

    impl Drop for Root {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn parsed(text: &str) -> Result<Config> {
        let mut config = Config::default();
        config.add(Path::new("/etc/x.conf"), text)?;
        Ok(config)
    }

    fn value(config: &Config, key: &str) -> Option<(String, Option<String>)> {
        let mut settings = config.settings().into_iter();
        settings
            .find(|setting| setting.key == key)
            .map(|setting| (setting.value, setting.origin.map(|o| o.to_string())))
    }

    fn refused(result: Result<()>) -> String {
        match result {
            Err(error) if error.kind() == Kind::NotAllowed => error.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn without_files_there_are_defaults() {
        let config = load(&Root::new("none").0).unwrap_or_default();
        assert_eq!(config, Config::default());
        let all = "development transient hotfix".to_owned();
        assert_eq!(value(&config, "States"), Some((all, None)));
        assert_eq!(value(&config, "TimeLimit"), Some((String::new(), None)));
    }

    #[test]
    fn a_name_of_higher_priority_replaces_and_later_names_win() -> Result<()> {
        let root = Root::new("order")
            .file(
                "usr/lib/ostree-unlock/config.d/10-a.conf",
                "[Unlock]\nTimeLimit=1h\nBacking=ram\n",
            )
            .file(
                "usr/lib/ostree-unlock/config.d/50-b.conf",
                "[Unlock]\nTimeLimit=2h\n",
            )
            .file(
                "run/ostree-unlock/config.d/50-b.conf",
                "[Unlock]\n\nTimeLimit=3h\n",
            )
            .file(
                "etc/ostree-unlock/config.d/20-c.conf",
                "[Unlock]\nTimeLimit=4h\n",
            )
            .file("etc/ostree-unlock/config.d/90-c.bak", "nonsense\n");
        let config = load(&root.0)?;
        let at = |path: &str| Some(format!("{path}:{}", 3));
        assert_eq!(
            value(&config, "TimeLimit"),
            Some(("3h".to_owned(), at("/run/ostree-unlock/config.d/50-b.conf")))
        );
        assert_eq!(
            value(&config, "Backing"),
            Some((
                "ram".to_owned(),
                Some("/usr/lib/ostree-unlock/config.d/10-a.conf:3".to_owned())
            ))
        );
        Ok(())
    }

    #[test]
    fn an_empty_file_or_a_link_to_dev_null_masks() -> Result<()> {
        let root = Root::new("mask")
            .file(
                "usr/lib/ostree-unlock/config.d/a.conf",
                "[Unlock]\nStates=none\n",
            )
            .file(
                "usr/lib/ostree-unlock/config.d/b.conf",
                "[Unlock]\nStates=none\n",
            )
            .file("etc/ostree-unlock/config.d/a.conf", "");
        let link = root.0.join("etc/ostree-unlock/config.d/b.conf");
        assert!(std::os::unix::fs::symlink("/dev/null", link).is_ok());
        assert_eq!(load(&root.0)?, Config::default());
        Ok(())
    }

    #[test]
    fn no_state_at_all_is_shown_as_it_is_written() -> Result<()> {
        let (shown, _) = value(&parsed("[Unlock]\nStates=none\n")?, "States").unwrap_or_default();
        assert_eq!(shown, "none");
        Ok(())
    }

    #[test]
    fn an_empty_value_is_the_default_again() -> Result<()> {
        let text = "[Unlock]\nStates=transient\nOnVerity=refuse\nBacking=ram\nSizeLimit=1M\nTimeLimit=1h\nRecords=a b\n";
        assert_ne!(parsed(text)?, Config::default());
        let reset = "States=\nOnVerity=\nBacking=\nSizeLimit=\nTimeLimit= \nRecords=\n";
        assert_eq!(parsed(&format!("{text}{reset}"))?, Config::default());
        Ok(())
    }

    #[test]
    fn what_is_not_known_is_skipped_with_a_warning() -> Result<()> {
        let config = parsed("Lost=1\n# comment\n[Unlock]\nColour=red\n[Other]\nStates=x\n")?;
        assert_eq!(config.settings(), Config::default().settings());
        assert_eq!(
            config.warnings(),
            [
                "/etc/x.conf:1: an assignment before any section, skipped",
                "/etc/x.conf:4: unknown key Colour, skipped",
                "/etc/x.conf:5: unknown section [Other], skipped",
            ]
        );
        Ok(())
    }

    #[test]
    fn a_bad_value_is_an_error_with_file_and_line() {
        for line in [
            "States=developement",
            "States=transient none",
            "OnVerity=yes",
            "Backing=tape",
            "SizeLimit=much",
            "TimeLimit=soon",
            "TimeLimit",
            "Records=one two/three",
        ] {
            let error = parsed(&format!("[Unlock]\n{line}\n")).err();
            let text = error.map(|e| e.to_string()).unwrap_or_default();
            assert!(
                text.starts_with(&format!("/etc/x.conf: line 2: {line}: ")),
                "{text}"
            );
        }
    }

    #[test]
    fn what_contradicts_is_refused_with_file_and_line() -> Result<()> {
        let config =
            parsed("[Unlock]\nStates=transient\nOnVerity=refuse\nSizeLimit=1M\nTimeLimit=1h\n")?;
        let check =
            |state, options: Options, verity| refused(config.check(state, &options, verity));
        let plain = Options::new;
        for (text, line) in [
            (
                check(State::Development, plain(), false),
                "States=transient (/etc/x.conf:2)",
            ),
            (
                check(State::Transient, plain(), true),
                "OnVerity=refuse (/etc/x.conf:3)",
            ),
            (
                check(State::Transient, plain().size_limit((1 << 20) + 1), false),
                "SizeLimit=1048576 (/etc/x.conf:4)",
            ),
            (
                check(
                    State::Transient,
                    plain().time_limit(Duration::from_secs(3601)),
                    false,
                ),
                "TimeLimit=1h (/etc/x.conf:5)",
            ),
        ] {
            assert!(text.contains(line), "{text}");
        }
        let lasting =
            refused(parsed("[Unlock]\nTimeLimit=1h\n")?.check(State::Hotfix, &plain(), false));
        assert!(
            lasting.contains("TimeLimit=1h (/etc/x.conf:2)"),
            "{lasting}"
        );
        let at_the_limits = plain()
            .size_limit(1 << 20)
            .time_limit(Duration::from_secs(3600));
        assert!(
            config
                .check(State::Transient, &at_the_limits, false)
                .is_ok()
        );
        assert!(
            Config::default()
                .check(State::Hotfix, &at_the_limits, true)
                .is_ok()
        );
        assert!(
            refused(parsed("[Unlock]\nStates=none\n")?.check(State::Transient, &plain(), false))
                .contains("States=none")
        );
        Ok(())
    }

    #[test]
    fn defaults_go_where_the_caller_says_nothing() -> Result<()> {
        let plain = Options::new;
        let config = parsed("[Unlock]\nBacking=ram\nSizeLimit=1M\nTimeLimit=1h\n")?;
        let hour = Duration::from_secs(3600);
        let full = plain()
            .backing(Backing::Ram)
            .size_limit(1 << 20)
            .time_limit(hour);
        assert_eq!(config.settle(State::Development, &plain(), true), full);
        let minute = plain()
            .backing(Backing::Disk)
            .time_limit(Duration::from_secs(60));
        assert_eq!(config.settle(State::Development, &minute, true), minute);

        // A limit alone does not choose RAM, and holds where there is nothing else.
        let config = parsed("[Unlock]\nSizeLimit=1M\n")?;
        assert_eq!(config.settle(State::Development, &plain(), true), plain());
        assert_eq!(
            config.settle(State::Development, &plain(), false),
            plain().size_limit(1 << 20)
        );
        assert_eq!(
            config.settle(State::Development, &plain().size_limit(7), true),
            plain().size_limit(7)
        );

        assert_eq!(config.settle(State::Hotfix, &plain(), false), plain());
        let config = parsed("[Unlock]\nBacking=disk\n")?;
        assert_eq!(
            config.settle(State::Development, &plain().size_limit(7), true),
            plain().size_limit(7)
        );
        Ok(())
    }
}
