// SPDX-License-Identifier: LGPL-2.1-or-later
//! `begin`.

use ostree_unlock::{Result, Watch};

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
        ostree_unlock::begin(&sysroot, None, args.state(), &args.options(), &watch)
    })?;
    Ok(Answer::done(text::begin(&outcome), json::outcome(&outcome)))
}
