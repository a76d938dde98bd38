// SPDX-License-Identifier: LGPL-2.1-or-later
//! `apply` and `rollback`.

use ostree_unlock::{Result, Transition, Watch};

use crate::answer::Answer;
use crate::args::{ApplyArgs, LiveArgs, RollbackArgs};
use crate::output::{live, progress};
use crate::{interrupt, sysroot};

pub(super) fn apply(args: &ApplyArgs) -> Result<Answer> {
    let commit = match args.reset {
        true => ostree_unlock::detect()?
            .deployment
            .map(|booted| booted.commit),
        false => args.commit.clone(),
    };
    let options = args.options();
    let transition = run(&args.live, |sysroot, watch| {
        ostree_unlock::apply(sysroot, None, commit.as_deref(), &options, watch)
    })?;
    Ok(Answer::done(
        live::applied(&transition),
        live::json(&transition),
    ))
}

pub(super) fn rollback(args: &RollbackArgs) -> Result<Answer> {
    let options = args.live.options();
    let transition = run(&args.live, |sysroot, watch| {
        ostree_unlock::rollback(sysroot, None, args.all, &options, watch)
    })?;
    Ok(Answer::done(
        live::rolled_back(&transition),
        live::json(&transition),
    ))
}

fn run(
    args: &LiveArgs,
    verb: impl Fn(&ostree::Sysroot, &Watch<'_>) -> Result<Transition>,
) -> Result<Transition> {
    let sysroot = sysroot::open(args.sysroot.path.as_deref());
    let cancellable = interrupt::cancellable();
    progress::shown(|tell| {
        let watch = Watch {
            cancellable: Some(&cancellable),
            progress: Some(tell),
        };
        verb(&sysroot, &watch)
    })
}
