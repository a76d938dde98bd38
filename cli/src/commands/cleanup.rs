// SPDX-License-Identifier: LGPL-2.1-or-later
//! `cleanup`.

use ostree_unlock::{Result, Watch};

use crate::answer::Answer;
use crate::args::CleanupArgs;
use crate::output::{json, text};
use crate::{interrupt, sysroot};

pub(super) fn run(args: &CleanupArgs) -> Result<Answer> {
    let sysroot = sysroot::open(args.sysroot.path.as_deref());
    let cancellable = interrupt::cancellable();
    let watch = Watch {
        cancellable: Some(&cancellable),
        progress: None,
    };
    let outcome = ostree_unlock::cleanup(&sysroot, None, &args.options(), &watch)?;
    Ok(Answer::done(
        text::cleanup(&outcome),
        json::outcome(&outcome),
    ))
}
