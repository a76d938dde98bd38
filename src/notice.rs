// SPDX-License-Identifier: LGPL-2.1-or-later
//! What everybody is told who logs in while `/usr` is unlocked: a file that pam_motd(8)
//! shows. A courtesy: where it cannot be written, nothing fails.

use std::path::Path;

use crate::observe::USR;
use crate::stack::State;
use crate::sys::files;

const RUN: &str = "/run";
const DIRECTORY: &str = "motd.d";
const FILE: &str = "ostree-unlock";

/// Brings the notice in line with `state`.
pub fn update(state: State) {
    let directory = || {
        let run = files::hold(Path::new(RUN))?;
        match state {
            State::None => files::open_directory(&run, Path::new(DIRECTORY)),
            _ => files::ensure_directory(&run, Path::new(DIRECTORY), 0o755).map(Some),
        }
    };
    if let Ok(Some(directory)) = directory() {
        // Of a call that died here.
        let _ = files::remove_unfinished(&directory, FILE);
        let _ = match text(state) {
            Some(text) => files::write_whole(&directory, FILE, text.as_bytes()),
            None => files::remove_file(&directory, FILE),
        };
    }
}

fn text(state: State) -> Option<String> {
    let lasts = match state {
        State::None => return None,
        State::Hotfix => {
            "what is changed stays until `ostree-unlock end`, or until another deployment is booted"
        }
        State::Development | State::Transient => {
            "what is changed is gone after a reboot or `ostree-unlock end`"
        }
    };
    Some(format!("{USR} is unlocked, state {state}: {lasts}.\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_open_state_has_a_notice() {
        for state in State::ALL {
            assert_eq!(text(state).is_some(), state != State::None);
        }
    }
}
