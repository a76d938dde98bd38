// SPDX-License-Identifier: LGPL-2.1-or-later
//! `config`. What was skipped is complained of; in JSON it is part of the answer.

use ostree_unlock::Result;

use crate::answer::Answer;
use crate::output::{json, text};

pub(super) fn run() -> Result<Answer> {
    let config = ostree_unlock::config()?;
    Ok(Answer::done(text::config(&config), json::config(&config)))
}
