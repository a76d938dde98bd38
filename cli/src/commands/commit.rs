// SPDX-License-Identifier: LGPL-2.1-or-later
//! `commit`: the checksum is all of the answer, so that a script can use it; what a person
//! should know goes to standard error.

use std::io::IsTerminal;

use ostree_unlock::{Result, Watch};

use crate::answer::Answer;
use crate::args::CommitArgs;
use crate::output::{json, progress, stream, text};
use crate::{interrupt, sysroot};

pub(super) fn run(args: &CommitArgs, as_json: bool) -> Result<Answer> {
    let sysroot = sysroot::open(args.sysroot.path.as_deref());
    let deployment = match &args.deployment {
        Some(name) => Some(sysroot::deployment(&sysroot, name).map_err(|e| e.during("commit"))?),
        None => None,
    };
    let cancellable = interrupt::cancellable();
    let committed = progress::shown(|tell| {
        let watch = Watch {
            cancellable: Some(&cancellable),
            progress: Some(tell),
        };
        ostree_unlock::commit(&sysroot, deployment.as_ref(), &args.options(), &watch)
    })?;
    if !as_json && (std::io::stderr().is_terminal() || args.dry_run) {
        stream::tell(&text::committed(&committed));
    } else if !as_json {
        stream::tell(&text::left_out(&committed));
    }
    let checksum = committed.checksum.as_ref();
    Ok(Answer::done(
        checksum.map_or_else(String::new, |checksum| format!("{checksum}\n")),
        json::committed(&committed),
    ))
}
