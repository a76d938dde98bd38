// SPDX-License-Identifier: LGPL-2.1-or-later
//! What an apply or a rollback did, as text and as JSON. Pure.

use std::path::PathBuf;

use ostree_unlock::{PackageDiff, State, Transition};
use serde_json::{Value, json};

use super::packages;
use super::quoted::quoted;
use super::text::{dry_run, notes, short};

/// `apply`.
pub(crate) fn applied(transition: &Transition) -> String {
    let outcome = &transition.outcome;
    if outcome.dry_run {
        return dry_run(outcome) + &changes(transition);
    }
    let mut text = match transition.from == transition.to {
        true => format!("{} is live already.\n", short(&transition.to)),
        false => format!(
            "{} is live, until a reboot, `ostree-unlock rollback` or `ostree-unlock end`.\n",
            short(&transition.to)
        ),
    };
    text += &changes(transition);
    text += &notes(outcome);
    text
}

/// `rollback`.
pub(crate) fn rolled_back(transition: &Transition) -> String {
    let outcome = &transition.outcome;
    if outcome.dry_run {
        return dry_run(outcome) + &changes(transition);
    }
    let mut text = match outcome.state {
        State::None => "/usr is locked again, as it was deployed.\n".to_owned(),
        _ => format!("{} is live again.\n", short(&transition.to)),
    };
    text += &changes(transition);
    text += &notes(outcome);
    text
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
    })
}
