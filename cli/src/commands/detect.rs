// SPDX-License-Identifier: LGPL-2.1-or-later
//! `detect`. Its sentence is made by the library, the same for every caller;
//! `--writable` is for `if` in a shell.

use ostree_unlock::Result;

use crate::answer::Answer;
use crate::args::DetectArgs;
use crate::exit;
use crate::output::{json, text};

pub(super) fn run(args: &DetectArgs) -> Result<Answer> {
    let detection = ostree_unlock::detect()?;
    let mut answer = Answer::done(text::detect(&detection), json::detect(&detection));
    if args.writable && !detection.writable {
        answer.exit = exit::FAILED;
    }
    Ok(answer)
}
