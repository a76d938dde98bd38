// SPDX-License-Identifier: LGPL-2.1-or-later
//! What an apply or a rollback did, as text and as JSON. Pure.

use std::path::PathBuf;

use ostree_unlock::{Affected, End, Followed, PackageDiff, State, Transition, Verdict};
use serde_json::{Value, json};

use super::packages;
use super::quoted::quoted;
use super::text::{dry_run, notes, short};
use super::wrap;

/// `apply`.
pub(crate) fn applied(transition: &Transition) -> String {
    let outcome = &transition.outcome;
    if outcome.dry_run {
        return foretold(transition);
    }
    let mut text = match transition.from == transition.to {
        true => format!("{} is live already.\n", short(&transition.to)),
        false => format!(
            "{} is live, until a reboot, `ostree-unlock rollback` or `ostree-unlock end`.\n",
            short(&transition.to)
        ),
    };
    text += &changes(transition);
    text += &broken(transition);
    text += &afterwards(transition);
    text += &notes(outcome);
    text
}

/// `rollback`.
pub(crate) fn rolled_back(transition: &Transition) -> String {
    let outcome = &transition.outcome;
    if outcome.dry_run {
        return foretold(transition);
    }
    let mut text = match outcome.state {
        State::None => "/usr is locked again, as it was deployed.\n".to_owned(),
        _ => format!("{} is live again.\n", short(&transition.to)),
    };
    text += &changes(transition);
    text += &afterwards(transition);
    text += &notes(outcome);
    text
}

/// What a dry run says of either.
fn foretold(transition: &Transition) -> String {
    dry_run(&transition.outcome)
        + &changes(transition)
        + &broken(transition)
        + &affected(transition)
}

/// What would not work with it.
fn broken(transition: &Transition) -> String {
    let libraries = transition.unresolved.iter().map(|one| {
        let file = quoted(one.file.as_os_str());
        format!("{file} needs {}, which is not there", one.soname)
    });
    let units = transition.malformed.iter().map(|one| {
        let file = quoted(one.file.as_os_str());
        format!("{file}:{}: {}", one.line, one.why)
    });
    let broken = libraries.chain(units);
    broken
        .map(|broken| wrap::hanging("broken: ", &broken))
        .collect()
}

/// What was done after the swap, and what is left to be done by hand.
fn afterwards(transition: &Transition) -> String {
    let mut text = String::new();
    for (what, names) in [
        ("Users", &transition.aftermath.users),
        ("Groups", &transition.aftermath.groups),
    ] {
        if !names.is_empty() {
            text += &format!("{what} that were made, and stay: {}.\n", names.join(", "));
        }
    }
    let steps = &transition.aftermath.steps;
    for step in steps.iter().chain(&transition.restarted) {
        let unit = step.unit.as_deref().map(|unit| format!(" {unit}"));
        let what = step.step.name().replace('-', " ") + &unit.unwrap_or_default();
        let why = step.why.as_deref().unwrap_or_default();
        text += &match step.end {
            End::Done => String::new(),
            End::NotDone => wrap::hanging("not done: ", &format!("{what}: {why}")),
            _ => wrap::hanging("failed: ", &format!("{what}: {why}")),
        };
    }
    text + &affected(transition)
}

/// What still runs on the files of before, by what becomes of it.
fn affected(transition: &Transition) -> String {
    let was_restarted = |one: &Affected| {
        let restarted = transition.restarted.iter();
        restarted
            .filter(|followed| followed.end == End::Done)
            .any(|followed| followed.unit == one.unit)
    };
    let (restarted, left): (Vec<&Affected>, Vec<&Affected>) = transition
        .affected
        .iter()
        .partition(|one| was_restarted(one));
    let mut text = group("Restarted", &restarted);
    for (what, verdict) in [
        (
            "Runs on what was there before (--restart)",
            Verdict::Restart,
        ),
        ("Wants a reboot", Verdict::Reboot),
        ("Until the user logs in again", Verdict::LogOut),
        ("The caller", Verdict::Caller),
        ("To be started again by hand", Verdict::ByHand),
    ] {
        let of: Vec<&Affected> = left
            .iter()
            .copied()
            .filter(|one| one.verdict == verdict)
            .collect();
        text += &group(what, &of);
    }
    text
}

fn group(what: &str, all: &[&Affected]) -> String {
    let name = |one: &&Affected| match (&one.unit, one.uid) {
        (Some(unit), _) => unit.clone(),
        (None, Some(uid)) => format!("user {uid} ({})", one.commands.join(", ")),
        (None, None) => one.commands.join(", "),
    };
    let names: Vec<String> = all.iter().map(name).collect();
    match names.is_empty() {
        true => String::new(),
        false => wrap::hanging(&format!("{what}: "), &names.join(", ")),
    }
}

fn changes(transition: &Transition) -> String {
    let counts = [
        (transition.added, "added"),
        (transition.removed, "removed"),
        (transition.changed, "changed"),
    ];
    let counted: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let mut text = match counted.is_empty() {
        true => String::new(),
        false => format!("Files: {}.\n", counted.join(", ")),
    };
    if !transition.etc.is_empty() {
        text += &format!("Merged into /etc: {}.\n", named(&transition.etc));
    }
    for (path, why) in &transition.etc_kept {
        text += &format!("Kept as it is: {}: {why}\n", quoted(path.as_os_str()));
    }
    if !transition.kernels.is_empty() {
        text += &format!(
            "Kernels: {}; the modules of the one that runs stay.\n",
            transition.kernels.join(", ")
        );
    }
    let mut diff = PackageDiff::default();
    diff.packages.clone_from(&transition.packages);
    if !diff.packages.is_empty() {
        text += &format!(
            "Packages: {}{}",
            packages::sum(&diff),
            packages::text(&diff)
        );
    }
    text
}

/// The first few, and how many more there are.
fn named(paths: &[PathBuf]) -> String {
    const SHOWN: usize = 10;
    let shown: Vec<String> = paths
        .iter()
        .take(SHOWN)
        .map(|path| quoted(path.as_os_str()))
        .collect();
    let more = match paths.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", shown.join(", "))
}

/// Either.
pub(crate) fn json(transition: &Transition) -> Value {
    let outcome = &transition.outcome;
    json!({
        "unlocked": outcome.state.name(),
        "dry_run": outcome.dry_run,
        "steps": outcome.steps,
        "notes": outcome.notes,
        "from": transition.from,
        "to": transition.to,
        "added": transition.added,
        "removed": transition.removed,
        "changed": transition.changed,
        "packages": packages::values(&transition.packages),
        "etc": transition.etc.iter().map(|path| path.to_string_lossy()).collect::<Vec<_>>(),
        "etc_kept": transition.etc_kept.iter().map(|(path, why)| json!({
            "path": path.to_string_lossy(),
            "reason": why,
        })).collect::<Vec<_>>(),
        "kernels": transition.kernels,
        "deployment": transition.deployment,
        "unresolved": transition.unresolved.iter().map(|one| json!({
            "path": one.file.to_string_lossy(),
            "soname": one.soname,
        })).collect::<Vec<_>>(),
        "malformed": transition.malformed.iter().map(|one| json!({
            "path": one.file.to_string_lossy(),
            "line": one.line,
            "why": one.why,
        })).collect::<Vec<_>>(),
        "after": followed(&transition.aftermath.steps),
        "users": transition.aftermath.users,
        "groups": transition.aftermath.groups,
        "affected": transition.affected.iter().map(one_affected).collect::<Vec<_>>(),
        "restarted": followed(&transition.restarted),
    })
}

fn followed(steps: &[Followed]) -> Vec<Value> {
    let one = |step: &Followed| {
        json!({
            "step": step.step.name(),
            "unit": step.unit,
            "end": step.end.name(),
            "why": step.why,
        })
    };
    steps.iter().map(one).collect()
}

fn one_affected(affected: &Affected) -> Value {
    let by = affected.by.iter();
    let by =
        by.map(|(reason, path)| json!({ "reason": reason.name(), "path": path.to_string_lossy() }));
    json!({
        "unit": affected.unit,
        "uid": affected.uid,
        "commands": affected.commands,
        "pids": affected.pids,
        "by": by.collect::<Vec<_>>(),
        "verdict": affected.verdict.name(),
        "why": affected.why,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::samples::{self, COMMIT, OTHER, transition};

    const CHANGES: &str = "\
        Files: 2 added, 1 changed.\n\
        Merged into /etc: /etc/new.\n\
        Kept as it is: /etc/issue: it was changed here\n\
        Kernels: 6.12.1; the modules of the one that runs stay.\n\
        Packages: 1 added, purely additive\n\
        added  new  all  1\n";

    #[test]
    fn what_is_live_and_what_that_means() {
        let text = applied(&transition(State::Transient));
        let live = "0123456789ab is live, until a reboot, `ostree-unlock rollback` or `ostree-unlock end`.\n";
        assert_eq!(text, format!("{live}{CHANGES}note: A note.\n"));
    }

    #[test]
    fn what_is_live_already() {
        let mut same = Transition::default();
        same.outcome = samples::outcome(State::Transient);
        same.from = OTHER.to_owned();
        same.to = OTHER.to_owned();
        assert_eq!(
            applied(&same),
            "0123456789ab is live already.\nnote: A note.\n"
        );
    }

    #[test]
    fn back_to_another_commit_and_to_what_was_locked() {
        let first_line = |state| {
            let text = rolled_back(&transition(state));
            text.lines().next().map(str::to_owned)
        };
        let line = |state| first_line(state).unwrap_or_default();
        assert_eq!(line(State::Transient), "0123456789ab is live again.");
        assert_eq!(
            line(State::None),
            "/usr is locked again, as it was deployed."
        );
    }

    #[test]
    fn a_dry_run_says_the_steps_and_the_changes() {
        let mut would = transition(State::Transient);
        would.outcome.dry_run = true;
        let text = applied(&would);
        assert!(
            text.starts_with("Nothing was changed. It would:\n  1. one\n"),
            "{text}"
        );
        assert!(text.ends_with(CHANGES), "{text}");
        assert_eq!(text, rolled_back(&would));
    }

    #[test]
    fn of_many_paths_the_first_are_named() {
        let paths: Vec<PathBuf> = (10..25).map(|n| format!("/etc/{n}").into()).collect();
        let text = named(&paths);
        assert!(text.starts_with("/etc/10, /etc/11, "), "{text}");
        assert!(text.ends_with(", /etc/19 and 5 more"), "{text}");
    }

    #[test]
    fn for_programs() {
        let answer = json(&transition(State::Transient));
        let expected = json!({
            "unlocked": "transient",
            "dry_run": false,
            "steps": ["one", "two"],
            "notes": ["A note."],
            "from": COMMIT,
            "to": OTHER,
            "added": 2,
            "removed": 0,
            "changed": 1,
            "packages": [{
                "name": "new",
                "format": "deb",
                "change": "added",
                "before": null,
                "after": { "version": "1", "architecture": "all", "state": "installed" },
            }],
            "etc": ["/etc/new"],
            "etc_kept": [{ "path": "/etc/issue", "reason": "it was changed here" }],
            "kernels": ["6.12.1"],
            "deployment": null,
                "unresolved": [],
                "malformed": [],
                "after": [],
                "users": [],
                "groups": [],
                "affected": [],
                "restarted": [],
        });
        assert_eq!(answer, expected);
    }
}
