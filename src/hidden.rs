// SPDX-License-Identifier: LGPL-2.1-or-later
//! What a commit would change and nobody would see, because something that was written lies
//! over it: conflicts of a live apply. Reads trees, and decides nothing.

use std::path::Path;
use std::rc::Rc;

use crate::conflict::Conflict;
use crate::diff::{self, Walk};
use crate::error::Result;
use crate::tree::{Node, lookup};

/// Compares the commit that is live with the `target`, both as trees of `root`, and with what one
/// would see of the target: `seen`, the target under all that was written.
pub fn conflicts(
    root: &Path,
    live: Rc<dyn Node>,
    target: Rc<dyn Node>,
    seen: &Rc<dyn Node>,
) -> Result<Vec<Conflict>> {
    let mut conflicts = Vec::new();
    for found in Walk::new(root, live, target) {
        let found = found?;
        let below = found.path.strip_prefix(root).unwrap_or(&found.path);
        let there = lookup(seen, below)?;
        if is_same(&there, &found.after)? {
            continue;
        }
        let cause = match is_same(&there, &found.before)? {
            true => "a copy of what was there lies over it",
            false => "both changed it",
        };
        let side = |file: &Option<Rc<dyn Node>>| file.as_ref().map(|file| file.side().clone());
        conflicts.push(Conflict {
            cause,
            base: side(&found.before),
            changes: side(&there),
            commit: side(&found.after),
            path: found.path,
        });
    }
    Ok(conflicts)
}

fn is_same(one: &Option<Rc<dyn Node>>, other: &Option<Rc<dyn Node>>) -> Result<bool> {
    match (one, other) {
        (None, None) => Ok(true),
        (Some(one), Some(other)) => diff::is_same(&**one, &**other),
        _ => Ok(false),
    }
}
