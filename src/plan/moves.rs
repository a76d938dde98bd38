// SPDX-License-Identifier: LGPL-2.1-or-later
//! Which change of state is possible, and what it takes: one table, and nothing decided
//! elsewhere.

use crate::stack::State::{self, Development, Hotfix, None, Transient};

/// What a change of state takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// A new upper over the base.
    Push,
    /// Everything above the base away.
    Pop,
    /// Another mount of the same overlay, with the upper where it is.
    Remount,
    /// The same, once the upper is where ostree-prepare-root finds it at boot.
    Keep,
    /// The same, once the upper is no longer there.
    Release,
    /// Nothing, for this reason.
    Refused(&'static str),
}

const SAME: Move = Move::Refused("it is in this state already");

/// From, to, and what that takes.
pub const MOVES: [(State, State, Move); 16] = [
    (None, None, Move::Refused("it is locked already")),
    (None, Development, Move::Push),
    (None, Transient, Move::Push),
    (None, Hotfix, Move::Push),
    (Development, None, Move::Pop),
    (Development, Development, SAME),
    (Development, Transient, Move::Remount),
    (Development, Hotfix, Move::Keep),
    (Transient, None, Move::Pop),
    (Transient, Development, Move::Remount),
    (Transient, Transient, SAME),
    (Transient, Hotfix, Move::Keep),
    (Hotfix, None, Move::Pop),
    (Hotfix, Development, Move::Release),
    (Hotfix, Transient, Move::Release),
    (Hotfix, Hotfix, SAME),
];

/// What it takes to get from one state to the other.
pub fn find(from: State, to: State) -> Move {
    let entry = MOVES.iter().find(|entry| (entry.0, entry.1) == (from, to));
    entry.map_or(Move::Refused("there is no such state"), |entry| entry.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_states_stands_in_the_table_once() {
        for from in State::ALL {
            for to in State::ALL {
                let entries = MOVES
                    .iter()
                    .filter(|entry| (entry.0, entry.1) == (from, to));
                assert_eq!(entries.count(), 1, "{from} to {to}");
            }
        }
    }

    #[test]
    fn the_table_in_the_documentation_is_the_same() {
        let text = include_str!("../../docs/systems.md");
        for from in State::ALL {
            let row: Vec<String> = [None, Development, Transient, Hotfix]
                .map(|to| match find(from, to) {
                    Move::Refused(_) => "refused".to_owned(),
                    other => format!("{other:?}").to_lowercase(),
                })
                .into();
            let line = format!("| {from} | {} |", row.join(" | "));
            assert!(text.contains(&line), "{line}");
        }
    }

    #[test]
    fn only_where_nothing_would_happen_a_move_is_refused() {
        for (from, to, taken) in MOVES {
            let refused = matches!(taken, Move::Refused(reason) if !reason.is_empty());
            assert_eq!(refused, from == to, "{from} to {to}");
        }
    }

    #[test]
    fn an_upper_moves_exactly_where_it_has_to_last_or_no_longer_does() {
        for (from, to, taken) in MOVES {
            let open = from != None && to != None && from != to;
            let keeps = open && to.is_persistent() && !from.is_persistent();
            let releases = open && from.is_persistent() && !to.is_persistent();
            assert_eq!(taken == Move::Keep, keeps, "{from} to {to}");
            assert_eq!(taken == Move::Release, releases, "{from} to {to}");
        }
    }
}
