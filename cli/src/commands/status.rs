// SPDX-License-Identifier: LGPL-2.1-or-later
//! `status`. A system that was not booted by OSTree has one, too: that it has nothing
//! to unlock.

use ostree_unlock::{Result, Watch};

use crate::answer::Answer;
use crate::args::StatusArgs;
use crate::output::{json, text};
use crate::sysroot;

pub(super) fn run(args: &StatusArgs) -> Result<Answer> {
    if !ostree_unlock::detect()?.booted {
        return Ok(Answer::done(text::not_booted(), json::not_booted()));
    }
    let sysroot = sysroot::open(args.sysroot.path.as_deref());
    let overview = ostree_unlock::status(&sysroot, None, &args.options(), &Watch::default())?;
    let now = glib::DateTime::now_utc().map_or(0, |now| now.to_unix());
    Ok(Answer::done(
        text::status(&overview, now),
        json::status(&overview),
    ))
}
