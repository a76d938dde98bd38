// SPDX-License-Identifier: LGPL-2.1-or-later
//! `end`. What was written is counted first, because afterwards nobody can say any
//! more what was discarded; and at a terminal it is asked for.

use ostree_unlock::{
    Error, Expiry, Hierarchy, Kind, Options, Outcome, Result, State, Usage, Watch,
};

use crate::answer::Answer;
use crate::args::EndArgs;
use crate::output::{json, progress, text};
use crate::{confirm, interrupt, sysroot};

pub(super) fn run(args: &EndArgs) -> Result<Answer> {
    let sysroot = sysroot::open(args.change.sysroot.path.as_deref());
    let options = args.change.options();
    if let Some(deadline) = args.due {
        let expiry = ostree_unlock::expire(&sysroot, deadline, &options, &Watch::default())?;
        return expired(&expiry);
    }
    let unlocked = unlocked(&sysroot);
    if let Some(hierarchy) = unlocked.as_ref().filter(|_| is_asked(args)) {
        // Nobody is asked about what would be refused afterwards.
        let pretend = options.clone().dry_run(true);
        ostree_unlock::end(&sysroot, None, &pretend, &Watch::default())?;
        ask(hierarchy)?;
    }
    let cancellable = interrupt::cancellable();
    let outcome = progress::shown(|tell| {
        let watch = Watch {
            cancellable: Some(&cancellable),
            progress: Some(tell),
        };
        ostree_unlock::end(&sysroot, None, &options, &watch)
    })?;
    let discarded = unlocked.as_ref().and_then(usage);
    Ok(Answer::done(
        text::end(&outcome, discarded),
        json::end(&outcome, discarded),
    ))
}

/// What came of a deadline. Nobody is there to be asked.
fn expired(expiry: &Expiry) -> Result<Answer> {
    let json = match expiry {
        Expiry::Ended(outcome) => json::end(outcome, None),
        _ => json::end(
            &Outcome {
                state: ostree_unlock::detect()?.state,
                ..Outcome::default()
            },
            None,
        ),
    };
    Ok(Answer::done(text::expired(expiry), json))
}

/// What is unlocked now, counted. A status that fails is no answer to `end`: then
/// `end` itself says what is wrong, or ends it uncounted.
fn unlocked(sysroot: &ostree::Sysroot) -> Option<Hierarchy> {
    let counted = Options::new().usage(true);
    ostree_unlock::status(sysroot, None, &counted, &Watch::default())
        .ok()?
        .hierarchies
        .into_iter()
        .find(|hierarchy| hierarchy.state != State::None)
}

fn usage(hierarchy: &Hierarchy) -> Option<Usage> {
    hierarchy.upper.as_ref().ok()?.usage
}

/// Whether there is a question: to somebody who is there, and who may do it at all.
fn is_asked(args: &EndArgs) -> bool {
    !args.yes && !args.change.dry_run && rustix::process::geteuid().is_root() && confirm::possible()
}

/// Asks whether to discard it, unless there is nothing to discard.
fn ask(hierarchy: &Hierarchy) -> Result<()> {
    let usage = usage(hierarchy);
    if usage.is_some_and(|usage| usage.entries == 0) {
        return Ok(());
    }
    let question = text::discard_question(&hierarchy.path, usage);
    let answer = confirm::ask(&question).map_err(|error| {
        Error::new(Kind::Failed, format!("the question: {error}")).during("end")
    })?;
    if answer {
        return Ok(());
    }
    Err(Error::new(Kind::Cancelled, "not confirmed")
        .during("end")
        .at(&hierarchy.path)
        .next("nothing was changed"))
}
