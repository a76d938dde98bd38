// SPDX-License-Identifier: LGPL-2.1-or-later
//! `detect`. Its sentence is made by the library, the same for every caller;
//! `--writable` is for `if` in a shell, `--hook` for package managers.

use ostree_unlock::{Detection, Result, State};

use crate::answer::Answer;
use crate::args::DetectArgs;
use crate::exit;
use crate::output::{self, json, text};

pub(super) fn run(args: &DetectArgs) -> Result<Answer> {
    let detection = ostree_unlock::detect()?;
    let mut answer = Answer::done(text::detect(&detection), json::detect(&detection));
    if args.hook {
        answer.text.clear();
        // What a hook writes to its standard output may be for the package manager.
        if is_worth_telling(&detection) {
            output::stream::complain(&detection.message);
        }
    }
    if (args.writable || args.hook && detection.booted) && !detection.writable {
        answer.exit = exit::FAILED;
    }
    Ok(answer)
}

/// Whether whoever installs a package should know. Without OSTree, how `/usr` stands is not our matter.
fn is_worth_telling(detection: &Detection) -> bool {
    detection.booted && (!detection.writable || detection.state != State::None)
}
