// SPDX-License-Identifier: LGPL-2.1-or-later
//! Answers for people: plain, short, aligned, one screen of 80 columns.

use std::path::{Path, PathBuf};

use ostree_unlock::{
    Config, Conflict, Detection, Expiry, Hierarchy, Kept, NoUpper, Outcome, Overview, Prefer,
    Revision, State, Transfer, Usage,
};

use super::size::size;
use super::{time, wrap};

/// `status`, looked at in the second `now`.
pub(crate) fn status(overview: &Overview, now: i64) -> String {
    let id = &overview.deployment;
    let mut text = format!("{} {}.{}\n", id.os, short(&id.commit), id.serial);
    let width = overview
        .hierarchies
        .iter()
        .map(|hierarchy| hierarchy.path.to_string_lossy().chars().count())
        .max()
        .unwrap_or(0);
    for hierarchy in &overview.hierarchies {
        text += &one_hierarchy(hierarchy, width, now);
    }
    text
}

/// `status` of a system that was not booted by OSTree.
pub(crate) fn not_booted() -> String {
    "This system was not booted by OSTree: there is nothing to unlock.\n".to_owned()
}

/// `detect`.
pub(crate) fn detect(detection: &Detection) -> String {
    format!("{}\n", detection.message)
}

/// `commit`, or what it would be.
pub(crate) fn committed(committed: &Revision) -> String {
    let parent = short(&committed.parent);
    let changed = paths(committed.changes);
    let mut text = match &committed.checksum {
        None => format!("It would be a commit on {parent} with {changed} changed.\n"),
        Some(_) => format!("A commit on {parent} with {changed} changed.\n"),
    };
    if let Some(branch) = &committed.branch {
        text += &format!("The ref {branch} leads to it.\n");
    }
    if let Some(deployment) = &committed.deployment {
        text += &format!("Deployed as {}: it boots next.\n", short(deployment));
    }
    text + &left_out(committed)
}

/// What is not in a commit as it was written.
pub(crate) fn left_out(committed: &Revision) -> String {
    let mut text = exceptions(&committed.skipped, &committed.resolved);
    for note in &committed.notes {
        text += &format!("note: {note}\n");
    }
    text
}

/// `keep save`.
pub(crate) fn kept(name: &str, moved: &Transfer) -> String {
    format!(
        "Kept as {name}: {}. /usr stays as it is.\n{}",
        paths(moved.changes),
        exceptions(&moved.skipped, &moved.resolved)
    )
}

/// `keep restore`.
pub(crate) fn restored(name: &str, dry_run: bool, moved: &Transfer) -> String {
    let done = match dry_run {
        true => "It would put back",
        false => "Put back",
    };
    format!(
        "{done} {} of {name}.\n{}",
        paths(moved.changes),
        exceptions(&moved.skipped, &moved.resolved)
    )
}

fn paths(count: u64) -> String {
    match count {
        1 => "1 path".to_owned(),
        more => format!("{more} paths"),
    }
}

/// `keep list`.
pub(crate) fn kept_list(all: &[Kept]) -> String {
    if all.is_empty() {
        return "Nothing is kept.\n".to_owned();
    }
    let width = all.iter().map(|about| about.name.len()).max().unwrap_or(0);
    all.iter()
        .map(|about| {
            let time = time::minute(about.time).unwrap_or_default();
            let base = short(&about.base);
            let what = match about.subject == about.name {
                true => String::new(),
                false => format!("  {}", about.subject),
            };
            format!("{:width$}  {time}  on {base}{what}\n", about.name)
        })
        .collect()
}

fn exceptions(skipped: &[(PathBuf, &'static str)], resolved: &[(Conflict, Prefer)]) -> String {
    let mut text = String::new();
    for (path, why) in skipped {
        text += &format!("left out: {}: {why}\n", path.display());
    }
    for (conflict, prefer) in resolved {
        let taken = match prefer {
            Prefer::Changes => "of the changes",
            _ => "of the commit",
        };
        text += &format!("taken as {taken}: {conflict}\n");
    }
    text
}

pub(super) fn short(checksum: &str) -> &str {
    checksum.get(..12).unwrap_or(checksum)
}

/// `begin`.
pub(crate) fn begin(outcome: &Outcome) -> String {
    if outcome.dry_run {
        return dry_run(outcome);
    }
    let state = outcome.state;
    let open = match state {
        State::Transient => "read-only, writable in a private mount namespace",
        _ => "writable",
    };
    let lasts = match state.is_persistent() {
        true => "What is written is kept after a reboot, until the next upgrade or",
        false => "What is written is gone after a reboot or",
    };
    let mut text = format!("/usr is unlocked: {state}, {open}.\n{lasts} `ostree-unlock end`.\n");
    text += &notes(outcome);
    text
}

/// `end`, and what it discarded where that could be counted.
pub(crate) fn end(outcome: &Outcome, discarded: Option<Usage>) -> String {
    if outcome.dry_run {
        let mut text = dry_run(outcome);
        if let Some(usage) = discarded {
            text += &format!("It would discard {}.\n", amount(usage));
        }
        return text;
    }
    let mut text = "/usr is locked again, as it was deployed.\n".to_owned();
    match discarded {
        Some(Usage { entries: 0, .. }) => text += "Nothing had been written.\n",
        Some(usage) => text += &format!("Discarded {}.\n", amount(usage)),
        None => text += "Discarded what had been written.\n",
    }
    text += &notes(outcome);
    text
}

/// `end --due`.
pub(crate) fn expired(expiry: &Expiry) -> String {
    match expiry {
        Expiry::Ended(outcome) => end(outcome, None),
        Expiry::Warned(terminals) => {
            format!("It is not yet time; told {terminals} terminals.\n")
        }
        _ => "That is not the deadline of what is unlocked now.\n".to_owned(),
    }
}

/// `cleanup`.
pub(crate) fn cleanup(outcome: &Outcome) -> String {
    let mut text = match (outcome.steps.is_empty(), outcome.dry_run) {
        (true, _) => "There is nothing to clean up.\n".to_owned(),
        (false, true) => "Nothing was changed. It would:\n".to_owned(),
        (false, false) => "Done:\n".to_owned(),
    };
    for step in &outcome.steps {
        text += &wrap::hanging("  - ", step);
    }
    text += &notes(outcome);
    text
}

/// `config`.
pub(crate) fn config(config: &Config) -> String {
    let settings = config.settings();
    let width = settings.iter().map(|setting| setting.value.chars().count());
    let width = width.max().unwrap_or(0);
    let mut text = String::new();
    for setting in &settings {
        let origin = match &setting.origin {
            Some(origin) => origin.to_string(),
            None => "default".to_owned(),
        };
        text += &format!("{:<9}  {:<width$}  {origin}\n", setting.key, setting.value);
    }
    for warning in config.warnings() {
        text += &wrap::hanging("warning: ", warning);
    }
    text
}

/// The question of `end`, without its `[y/N]`.
pub(crate) fn discard_question(path: &Path, usage: Option<Usage>) -> String {
    let what = usage.map_or_else(|| "everything written there".to_owned(), amount);
    format!("Relocking {} discards {what}. Go on?", path.display())
}

pub(super) fn dry_run(outcome: &Outcome) -> String {
    let mut text = "Nothing was changed. It would:\n".to_owned();
    for (number, step) in outcome.steps.iter().enumerate() {
        text += &wrap::hanging(&format!("{:>3}. ", number + 1), step);
    }
    text += &format!("/usr would then be {}.\n", word(outcome.state));
    text += &notes(outcome);
    text
}

pub(super) fn notes(outcome: &Outcome) -> String {
    let notes = outcome.notes.iter();
    notes.map(|note| wrap::hanging("note: ", note)).collect()
}

fn one_hierarchy(hierarchy: &Hierarchy, width: usize, now: i64) -> String {
    let state = match (hierarchy.state, hierarchy.read_only) {
        // Not unlocked by anybody that we know, and yet not read-only: not "locked".
        (State::None, false) => "none",
        (state, _) => word(state),
    };
    let path = hierarchy.path.to_string_lossy();
    let mut text = format!("{path:<width$}  {state}  {}\n", access(hierarchy));
    if hierarchy.state != State::None {
        text += &since(hierarchy, now);
        text += &until(hierarchy, now);
        text += &live(hierarchy, now);
        text += &upper(hierarchy);
        text += &deltas(hierarchy);
    }
    for problem in &hierarchy.problems {
        text += &wrap::hanging(&label("problem"), &problem.text);
    }
    text += &match hierarchy.state {
        State::None if hierarchy.read_only => line("unlock", "ostree-unlock begin"),
        State::None => String::new(),
        _ => line("relock", "ostree-unlock end"),
    };
    text
}

/// What can be written, and how long it stays.
fn access(hierarchy: &Hierarchy) -> String {
    let mut access = match (hierarchy.read_only, hierarchy.writable) {
        (false, true) => "writable",
        (false, false) => "writable, not by you",
        (true, true) => "read-only, writable for you",
        (true, false) if hierarchy.state == State::Transient => {
            "read-only, writable in a private namespace"
        }
        (true, false) => "read-only",
    }
    .to_owned();
    if hierarchy.state != State::None {
        access += match hierarchy.persistent {
            true => ", kept after reboot",
            false => ", gone after reboot",
        };
    }
    access
}

fn since(hierarchy: &Hierarchy, now: i64) -> String {
    let since = hierarchy.since.and_then(|since| time::ago(since, now));
    let since = since.unwrap_or_else(|| "not known".to_owned());
    let by = match hierarchy.made_by {
        Some(who) => format!(", by {}", who.name()),
        None => String::new(),
    };
    line("since", &format!("{since}{by}"))
}

fn until(hierarchy: &Hierarchy, now: i64) -> String {
    let until = hierarchy.until.and_then(|until| time::ahead(until, now));
    until.map_or_else(String::new, |until| line("until", &until))
}

fn live(hierarchy: &Hierarchy, now: i64) -> String {
    let Some(live) = &hierarchy.live else {
        return String::new();
    };
    let since = live.since.and_then(|since| time::ago(since, now));
    let words = [live.origin.clone(), since].into_iter().flatten();
    let about: Vec<String> = words.collect();
    match about.is_empty() {
        true => line("live", short(&live.commit)),
        false => line(
            "live",
            &format!("{} ({})", short(&live.commit), about.join(", ")),
        ),
    }
}

fn upper(hierarchy: &Hierarchy) -> String {
    match &hierarchy.upper {
        Ok(info) => {
            let mut text = line("upper", &info.path.to_string_lossy());
            if let Some(usage) = info.usage {
                text += &line("holds", &amount(usage));
            }
            text
        }
        Err(NoUpper::Unknown(reason)) => wrap::hanging(&label("upper"), reason),
        Err(_) => String::new(),
    }
}

fn deltas(hierarchy: &Hierarchy) -> String {
    let Some(deltas) = hierarchy.deltas.filter(|deltas| deltas.count > 0) else {
        return String::new();
    };
    let own = deltas.usage.map(|usage| format!(", {}", amount(usage)));
    let commits = match deltas.count {
        1 => "of 1 commit".to_owned(),
        more => format!("of {more} commits"),
    };
    line("deltas", &(commits + &own.unwrap_or_default()))
}

fn label(name: &str) -> String {
    format!("  {name:<8}")
}

fn line(name: &str, text: &str) -> String {
    format!("{}{text}\n", label(name))
}

/// The state in a sentence.
fn word(state: State) -> &'static str {
    match state {
        State::None => "locked",
        other => other.name(),
    }
}

fn amount(usage: Usage) -> String {
    let entries = if usage.entries == 1 {
        "entry"
    } else {
        "entries"
    };
    format!("{} {entries}, {}", usage.entries, size(usage.bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::samples;
    use ostree_unlock::UpperInfo;

    const NOW: i64 = samples::SINCE + 12 * 60;

    #[test]
    fn locked() {
        assert_eq!(
            status(&samples::locked(), NOW),
            "debian 3f9c0a1b2c3d.0\n\
             /usr  locked  read-only\n  \
               unlock  ostree-unlock begin\n"
        );
    }

    #[test]
    fn unlocked() {
        // The time stands in the local time zone: only what surrounds it is compared.
        let text = status(&samples::unlocked(), NOW);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 9, "{text}");
        assert_eq!(lines[1], "/usr  development  writable, gone after reboot");
        assert!(lines[2].starts_with("  since   2026-11-2"), "{text}");
        assert!(lines[2].ends_with(" (12 minutes), by ostree-unlock"));
        assert!(lines[3].starts_with("  until   2026-11-2"), "{text}");
        assert!(lines[3].ends_with(" (in 18 minutes)"), "{text}");
        let live = "  live    3f9c0a1b2c3d (debian/next, ";
        assert!(lines[4].starts_with(live), "{text}");
        assert_eq!(lines[5], format!("  upper   {}", samples::UPPER));
        assert_eq!(lines[6], "  deltas  of 2 commits");
        assert_eq!(lines[7], "  problem A flag is stale.");
        assert_eq!(lines[8], "  relock  ostree-unlock end");
    }

    #[test]
    fn counted() {
        let mut overview = samples::unlocked();
        overview.hierarchies[0].upper = Ok(UpperInfo {
            path: samples::UPPER.into(),
            usage: Some(Usage {
                entries: 12,
                bytes: 3_400_000,
            }),
        });
        let text = status(&overview, NOW);
        assert!(text.contains("\n  holds   12 entries, 3.4 MB\n"), "{text}");
    }

    #[test]
    fn every_state_fits_a_line() {
        let mut overview = samples::unlocked();
        for state in State::ALL {
            for (read_only, writable) in
                [(true, true), (true, false), (false, true), (false, false)]
            {
                overview.hierarchies[0].state = state;
                overview.hierarchies[0].read_only = read_only;
                overview.hierarchies[0].writable = writable;
                let text = status(&overview, NOW);
                assert!(
                    text.lines().all(|line| line.chars().count() <= 80),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn done() {
        assert_eq!(
            begin(&samples::outcome(State::Development)),
            "/usr is unlocked: development, writable.\n\
             What is written is gone after a reboot or `ostree-unlock end`.\n\
             note: A note.\n"
        );
        let usage = Usage {
            entries: 1,
            bytes: 4096,
        };
        assert_eq!(
            end(&samples::outcome(State::None), Some(usage)),
            "/usr is locked again, as it was deployed.\n\
             Discarded 1 entry, 4.1 kB.\n\
             note: A note.\n"
        );
        let nothing = end(&samples::outcome(State::None), Some(Usage::default()));
        assert!(nothing.contains("Nothing had been written.\n"), "{nothing}");
    }

    #[test]
    fn cleaned_up() {
        let mut outcome = samples::outcome(State::None);
        assert_eq!(
            cleanup(&outcome),
            "Done:\n  - one\n  - two\nnote: A note.\n"
        );
        outcome.steps.clear();
        assert!(cleanup(&outcome).starts_with("There is nothing to clean up.\n"));
    }

    #[test]
    fn the_default_configuration() {
        assert_eq!(
            config(&Config::default()),
            "States     development transient hotfix  default\n\
             OnVerity   allow                         default\n\
             Backing                                  default\n\
             SizeLimit                                default\n\
             TimeLimit                                default\n\
             Records                                  default\n"
        );
    }

    #[test]
    fn only_pretended() {
        let mut outcome = samples::outcome(State::Development);
        outcome.dry_run = true;
        assert_eq!(
            begin(&outcome),
            "Nothing was changed. It would:\n  \
               1. one\n  \
               2. two\n\
             /usr would then be development.\n\
             note: A note.\n"
        );
    }
}
