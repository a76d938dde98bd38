// SPDX-License-Identifier: LGPL-2.1-or-later
//! `begin`.

use ostree_unlock::{Result, State, Watch};

use crate::answer::Answer;
use crate::args::BeginArgs;
use crate::output::{json, progress, text};
use crate::{interrupt, sysroot};

pub(super) fn run(args: &BeginArgs) -> Result<Answer> {
    let sysroot = sysroot::open(args.change.sysroot.path.as_deref());
    let cancellable = interrupt::cancellable();
    let outcome = progress::shown(|tell| {
        let watch = Watch {
            cancellable: Some(&cancellable),
            progress: Some(tell),
        };
        ostree_unlock::begin(&sysroot, None, state(args)?, &args.options(), &watch)
    })?;
    Ok(Answer::done(text::begin(&outcome), json::outcome(&outcome)))
}

/// Development where no state is named; but a hotfix is not to lose by that that it lasts.
fn state(args: &BeginArgs) -> Result<State> {
    match args.state() {
        Some(state) => Ok(state),
        None if ostree_unlock::detect()?.state == State::Hotfix => Ok(State::Hotfix),
        None => Ok(State::Development),
    }
}
