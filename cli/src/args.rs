// SPDX-License-Identifier: LGPL-2.1-or-later
//! The command line: what can be asked for, as types, and how it is read. An option
//! that means nothing to a verb is not an option of it.

mod apply;
mod commit;
mod keep;
mod run;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use ostree_unlock::{Backing, Options, State, parse_size, parse_span};

pub(crate) use self::apply::{ApplyArgs, LiveArgs, RollbackArgs};
pub(crate) use self::commit::CommitArgs;
pub(crate) use self::keep::{Keep, KeepArgs};
pub(crate) use self::run::{RunArgs, View};
use crate::{exit, values};

/// Everything on the command line.
#[derive(Debug, Parser)]
#[command(
    name = "ostree-unlock",
    version,
    about = "Make the running OSTree system mutable, and put it back, without a reboot",
    long_about = "Make /usr of the running OSTree system writable (begin), look at it (status, \
                  detect) and put it back as it was deployed (end), without a reboot.\n\n\
                  Without a verb it shows the status. `ostree unlock ...` runs this command, too.",
    after_long_help = after_help(),
    override_usage = "ostree-unlock [status] [OPTIONS]\n       \
                      ostree-unlock <VERB> [OPTIONS]",
    subcommand_value_name = "VERB",
    subcommand_help_heading = "Verbs",
    disable_help_subcommand = true,
    max_term_width = 80
)]
pub(crate) struct Cli {
    /// Answer in JSON, errors too
    #[arg(long, global = true, display_order = 100)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) status: StatusArgs,

    #[command(subcommand)]
    pub(crate) verb: Option<Verb>,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Show whether /usr is unlocked, since when, and what is wrong
    Status(StatusArgs),
    /// Unlock: make /usr writable
    Begin(BeginArgs),
    /// Relock: put /usr back as deployed and discard what was written
    #[command(visible_alias = "relock")]
    End(EndArgs),
    /// Say in one sentence whether /usr can be written to; needs no privilege
    Detect(DetectArgs),
    /// Show what was changed in /usr since it was unlocked, or between commits
    Diff(DiffArgs),
    /// Make a commit of what was changed, and have it booted if asked for
    Commit(CommitArgs),
    /// Make the /usr of another commit live, in one move and without a reboot
    Apply(ApplyArgs),
    /// Put back what was there before the last apply
    Rollback(RollbackArgs),
    /// Set changes aside under a name, and put them back later
    Keep(KeepArgs),
    /// Remove what earlier boots left; after an upgrade, run what is to be run once
    Cleanup(CleanupArgs),
    /// Show the configuration, and where each value comes from
    Config(ConfigArgs),
    /// Run a command that sees /usr writable, a copy of the system, or another commit or deployment
    Run(RunArgs),
}

/// Where the deployment is looked for.
#[derive(Debug, Args, Default)]
pub(crate) struct SysrootArgs {
    /// The sysroot; only the booted one can be unlocked [default: /]
    #[arg(long = "sysroot", value_name = "PATH", hide_short_help = true)]
    pub(crate) path: Option<PathBuf>,
}

/// `status`.
#[derive(Debug, Args, Default)]
pub(crate) struct StatusArgs {
    /// Count what was written, which takes time in proportion to it
    #[arg(long)]
    pub(crate) usage: bool,

    #[command(flatten)]
    pub(crate) sysroot: SysrootArgs,
}

impl StatusArgs {
    /// As the library takes them.
    pub(crate) fn options(&self) -> Options {
        Options::new().usage(self.usage)
    }
}

/// What `begin` and `end`, which change something, have in common.
#[derive(Debug, Args)]
pub(crate) struct ChangeArgs {
    /// Only print the steps
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,

    /// Go on although processes use what would be lost, or write
    #[arg(long)]
    pub(crate) lazy: bool,

    /// How long to wait while somebody else holds the sysroot's lock
    #[arg(long, value_name = "SECONDS", value_parser = values::seconds, default_value = "0")]
    pub(crate) lock_wait: Duration,

    #[command(flatten)]
    pub(crate) sysroot: SysrootArgs,
}

impl ChangeArgs {
    /// As the library takes them.
    pub(crate) fn options(&self) -> Options {
        Options::new()
            .dry_run(self.dry_run)
            .lazy(self.lazy)
            .lock_wait(self.lock_wait)
    }
}

/// `begin`.
#[derive(Debug, Args)]
pub(crate) struct BeginArgs {
    /// Which state to bring about [default: development]
    #[arg(value_name = "STATE", group = "wanted")]
    state: Option<Wanted>,

    /// Writable for everybody; gone after a reboot
    #[arg(long, group = "wanted")]
    development: bool,

    /// Read-only, but a private mount namespace can open it for itself; gone after a reboot
    #[arg(long, group = "wanted")]
    transient: bool,

    /// Writable for everybody; kept after a reboot, until the next upgrade
    #[arg(long, group = "wanted")]
    hotfix: bool,

    /// Where what is written goes [default: disk, or ram where the disk takes no writes]
    #[arg(long, value_name = "WHERE")]
    backing: Option<Where>,

    /// Backing in RAM, and the most it may take, such as 512M
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    size_limit: Option<u64>,

    /// End by itself after this time, such as 30min
    #[arg(long = "for", value_name = "SPAN", value_parser = parse_span)]
    time_limit: Option<Duration>,

    #[command(flatten)]
    pub(crate) change: ChangeArgs,
}

impl BeginArgs {
    /// The state asked for, where one is named.
    pub(crate) fn state(&self) -> Option<State> {
        match self.state {
            Some(Wanted::Development) => Some(State::Development),
            Some(Wanted::Transient) => Some(State::Transient),
            Some(Wanted::Hotfix) => Some(State::Hotfix),
            None if self.development => Some(State::Development),
            None if self.transient => Some(State::Transient),
            None if self.hotfix => Some(State::Hotfix),
            None => None,
        }
    }

    /// As the library takes them.
    pub(crate) fn options(&self) -> Options {
        let options = match self.backing {
            Some(Where::Disk) => self.change.options().backing(Backing::Disk),
            Some(Where::Ram) => self.change.options().backing(Backing::Ram),
            None => self.change.options(),
        };
        let options = match self.size_limit {
            Some(bytes) => options.size_limit(bytes),
            None => options,
        };
        match self.time_limit {
            Some(limit) => options.time_limit(limit),
            None => options,
        }
    }
}

/// The states that one can begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Wanted {
    Development,
    Transient,
    Hotfix,
}

/// Where what is written goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Where {
    /// Beside the deployment
    Disk,
    /// In memory
    Ram,
}

/// `end`.
#[derive(Debug, Args)]
pub(crate) struct EndArgs {
    /// Discard without asking; off a terminal it never asks
    #[arg(short, long)]
    pub(crate) yes: bool,

    /// Only what was to end by itself at this time, in seconds since 1970; before it, warn
    #[arg(
        long,
        value_name = "TIME",
        hide_short_help = true,
        conflicts_with = "dry_run"
    )]
    pub(crate) due: Option<i64>,

    #[command(flatten)]
    pub(crate) change: ChangeArgs,
}

/// `detect`.
#[derive(Debug, Args)]
pub(crate) struct DetectArgs {
    /// Exit with 0 if the caller could write to /usr now, otherwise with 1
    #[arg(long)]
    pub(crate) writable: bool,

    /// As --writable, for hooks of package managers: speaks up only where it matters
    #[arg(long, conflicts_with = "writable")]
    pub(crate) hook: bool,
}

/// `cleanup`.
#[derive(Debug, Args)]
pub(crate) struct CleanupArgs {
    /// Also what is to be done once for each deployment: libostree's cleanup, and hooks
    #[arg(long)]
    after_upgrade: bool,

    /// Only take back what live commits brought to /etc, as when the system goes down
    #[arg(long, conflicts_with = "after_upgrade")]
    etc: bool,

    /// Only print what would be done
    #[arg(short = 'n', long)]
    dry_run: bool,

    /// How long to wait while somebody else holds the sysroot's lock
    #[arg(long, value_name = "SECONDS", value_parser = values::seconds, default_value = "0")]
    lock_wait: Duration,

    #[command(flatten)]
    pub(crate) sysroot: SysrootArgs,
}

impl CleanupArgs {
    /// As the library takes them.
    pub(crate) fn options(&self) -> Options {
        Options::new()
            .after_upgrade(self.after_upgrade)
            .only_etc(self.etc)
            .dry_run(self.dry_run)
            .lock_wait(self.lock_wait)
    }
}

/// `config`: there is nothing to choose.
#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {}

/// `diff`.
#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// Only what is at these absolute paths or below them
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The commit to compare with, by checksum or ref [default: what was deployed]
    #[arg(long, value_name = "COMMIT")]
    pub(crate) from: Option<String>,

    /// The commit to be compared, by checksum or ref [default: what is there now]
    #[arg(long, value_name = "COMMIT")]
    pub(crate) to: Option<String>,

    /// The hotfix of another deployment: its number or name in `ostree admin status`
    #[arg(long, value_name = "DEPLOYMENT")]
    pub(crate) deployment: Option<String>,

    /// What was kept under this name
    #[arg(long, value_name = "NAME", conflicts_with_all = ["from", "to", "deployment", "scratch"])]
    kept: Option<String>,

    /// What was written to /usr in the scratch of `run --scratch`
    #[arg(long, conflicts_with_all = ["from", "to", "deployment"])]
    scratch: bool,

    /// The repository of both commits; needs no booted system
    #[arg(
        long,
        value_name = "PATH",
        requires_all = ["from", "to"],
        conflicts_with_all = ["deployment", "path"]
    )]
    pub(crate) repo: Option<PathBuf>,

    /// Only a letter and the path, for scripts
    #[arg(long)]
    pub(crate) name_status: bool,

    /// Only the sum
    #[arg(long, conflicts_with = "name_status")]
    pub(crate) stat: bool,

    /// What became of packages, and which files belong to none
    #[arg(long, conflicts_with_all = ["name_status", "paths"])]
    pub(crate) packages: bool,

    /// No pager at a terminal
    #[arg(long)]
    pub(crate) no_pager: bool,

    #[command(flatten)]
    pub(crate) sysroot: SysrootArgs,
}

impl DiffArgs {
    /// As the library takes them, but for the commits.
    pub(crate) fn options(&self) -> Options {
        let options = Options::new().scratch(self.scratch);
        let options = match &self.kept {
            Some(name) => options.kept(name),
            None => options,
        };
        let paths = self.paths.iter();
        paths.fold(options, |options, path| options.path(path))
    }

    /// With the commits.
    pub(crate) fn options_of_system(&self) -> Options {
        let mut options = self.options();
        if let Some(commit) = &self.from {
            options = options.from(commit);
        }
        if let Some(commit) = &self.to {
            options = options.to(commit);
        }
        options
    }
}

/// A command line that asks for no verb.
#[derive(Debug)]
pub(crate) enum Refused {
    /// Help or version, to be shown.
    Shown(String),
    /// A mistake.
    Usage {
        /// Whether the answer is to be JSON.
        json: bool,
        /// What is wrong, and how it is right.
        text: String,
    },
}

/// Reads the command line, program name first.
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Cli, Refused> {
    let mut args: Vec<OsString> = args.into_iter().collect();
    // `ostree unlock ...` runs us with its own subcommand as the first argument.
    if args.get(1).is_some_and(|first| first == "unlock") {
        args.remove(1);
    }
    // Behind `--` it would be a word of the command that is to be run.
    let mut own = args.iter().take_while(|arg| *arg != "--");
    let json = own.any(|arg| arg == "--json");
    match Cli::try_parse_from(args).and_then(one_verb) {
        Ok(cli) => Ok(cli),
        Err(error) if error.use_stderr() => {
            let text = error.render().to_string();
            let text = text.strip_prefix("error: ").unwrap_or(&text);
            Err(Refused::Usage {
                json,
                text: text.trim_end().to_owned(),
            })
        }
        Err(shown) => Err(Refused::Shown(shown.render().to_string())),
    }
}

/// Refuses options of the default verb in front of another verb, where they would be ignored.
fn one_verb(cli: Cli) -> Result<Cli, clap::Error> {
    let before = cli.status.usage || cli.status.sysroot.path.is_some();
    if before && cli.verb.is_some() {
        return Err(clap::Error::raw(
            clap::error::ErrorKind::ArgumentConflict,
            "the options of a verb, except --json, stand behind it\n",
        ));
    }
    Ok(cli)
}

fn after_help() -> String {
    format!(
        "Examples:\n  \
           ostree-unlock                  what is the state?\n  \
           ostree-unlock begin            /usr writable until the reboot or `end`\n  \
           ostree-unlock begin --dry-run  what would be done\n  \
           ostree-unlock end              /usr as it was deployed\n\n{}  \
           `run` ends as its command does: {} if it cannot be executed, {} if it is not there\n",
        exit::table(),
        exit::NOT_EXECUTABLE,
        exit::NOT_FOUND
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn read(line: &str) -> Result<Cli, Refused> {
        let args = std::iter::once("ostree-unlock").chain(line.split_whitespace());
        parse(args.map(OsString::from))
    }

    fn begin(line: &str) -> Option<BeginArgs> {
        match read(line).ok()?.verb? {
            Verb::Begin(args) => Some(args),
            _ => None,
        }
    }

    fn refused(line: &str) -> String {
        match read(line) {
            Err(Refused::Usage { text, .. }) => text,
            other => format!("not refused: {other:?}"),
        }
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn without_a_verb_it_is_status() {
        assert!(matches!(
            read(""),
            Ok(Cli {
                verb: None,
                json: false,
                ..
            })
        ));
        assert!(matches!(
            read("--json"),
            Ok(Cli {
                verb: None,
                json: true,
                ..
            })
        ));
        assert!(matches!(read("--usage"), Ok(cli) if cli.status.usage));
        assert!(
            matches!(read("status --usage"), Ok(Cli { verb: Some(Verb::Status(s)), .. }) if s.usage)
        );
    }

    #[test]
    fn json_stands_before_and_behind_the_verb() {
        assert!(matches!(read("--json detect"), Ok(cli) if cli.json));
        assert!(matches!(read("detect --json"), Ok(cli) if cli.json));
    }

    #[test]
    fn other_options_do_not_stand_before_another_verb() {
        assert!(refused("--usage begin").contains("behind it"));
        assert!(refused("--sysroot /x end").contains("behind it"));
    }

    #[test]
    fn the_word_unlock_of_ostree_is_dropped_once() {
        assert!(matches!(read("unlock"), Ok(Cli { verb: None, .. })));
        assert!(matches!(
            read("unlock detect"),
            Ok(Cli {
                verb: Some(Verb::Detect(_)),
                ..
            })
        ));
        assert!(refused("unlock unlock").contains("'unlock'"));
        assert!(refused("detect unlock").contains("'unlock'"));
    }

    #[test]
    fn states() {
        for (line, state) in [
            ("begin", None),
            ("begin development", Some(State::Development)),
            ("begin --development", Some(State::Development)),
            ("begin transient", Some(State::Transient)),
            ("begin --transient", Some(State::Transient)),
            ("begin hotfix", Some(State::Hotfix)),
            ("begin --hotfix", Some(State::Hotfix)),
        ] {
            assert_eq!(begin(line).map(|b| b.state()), Some(state), "{line}");
        }
        assert!(refused("begin --hotfix --transient").contains("cannot be used with"));
        assert!(refused("begin hotfix --transient").contains("cannot be used with"));
        assert!(refused("begin none").contains("development"));
    }

    #[test]
    fn options_reach_the_library() {
        let line = "begin -n --lazy --lock-wait 2.5 --backing ram --size-limit 512M --for 1h30min";
        let wanted = Options::new()
            .dry_run(true)
            .lazy(true)
            .lock_wait(Duration::from_millis(2500))
            .backing(Backing::Ram)
            .size_limit(512 << 20)
            .time_limit(Duration::from_secs(5400));
        assert_eq!(begin(line).map(|b| b.options()), Some(wanted));
        assert_eq!(begin("begin").map(|b| b.options()), Some(Options::new()));
    }

    #[test]
    fn commits_of_a_repository_are_two() {
        assert!(read("diff --repo /r --from a --to b /usr/bin").is_ok());
        assert!(read("diff --from a").is_ok());
        assert!(refused("diff --repo /r --from a").contains("--to"));
        assert!(refused("diff --repo /r --to a").contains("--from"));
        let other = "diff --repo /r --from a --to b --deployment 1";
        assert!(refused(other).contains("cannot be used with"));
    }

    #[test]
    fn end_has_an_alias() {
        assert!(matches!(read("relock --yes"), Ok(Cli { verb: Some(Verb::End(e)), .. }) if e.yes));
    }

    #[test]
    fn an_option_of_another_verb_is_refused() {
        assert!(refused("detect --sysroot /").contains("--sysroot"));
        assert!(refused("status --dry-run").contains("--dry-run"));
        assert!(refused("end --backing ram").contains("--backing"));
        assert!(refused("begin --yes").contains("--yes"));
        assert!(refused("begin --size-limit 0").contains("more than nothing"));
        assert!(refused("begin --for soon").contains("30min"));
        assert!(refused("end --for 1h").contains("--for"));
        assert!(refused("end --due 5 --dry-run").contains("cannot be used with"));
        assert!(refused("config x").contains("'x'"));
    }

    #[test]
    fn a_mistyped_word_gets_a_suggestion_and_no_prefix() {
        let text = refused("statsu");
        assert!(text.contains("'status'"), "{text}");
        assert!(!text.starts_with("error"), "{text}");
    }

    #[test]
    fn a_mistake_knows_whether_json_was_wanted() {
        assert!(matches!(
            read("--json nonsense"),
            Err(Refused::Usage { json: true, .. })
        ));
        assert!(matches!(
            read("nonsense"),
            Err(Refused::Usage { json: false, .. })
        ));
    }

    #[test]
    fn help_names_the_exit_statuses() {
        assert!(
            matches!(read("--help"), Err(Refused::Shown(text)) if text.contains("17  sysroot-locked"))
        );
        assert!(
            matches!(read("--version"), Err(Refused::Shown(text)) if text.starts_with("ostree-unlock "))
        );
    }
}
