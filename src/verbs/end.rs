// SPDX-License-Identifier: LGPL-2.1-or-later
//! `end`: relock.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::affected;
use crate::after::Wanted;
use crate::deadline;
use crate::error::{Error, Result};
use crate::etc;
use crate::observe::Observation;
use crate::options::{Options, Watch};
use crate::ostree::sysroot;
use crate::perform::{self, Outcome};
use crate::plan::end;
use crate::stack::State;
use crate::sys::space;
use crate::transition::Transition;

/// Locks `/usr` of the booted deployment again: takes the overlay away and discards what
/// was written to it, whoever unlocked it.
///
/// `deployment` must be the booted one, if given. Only root may. Refused with
/// [`Kind::InUse`](crate::Kind::InUse) while somebody has a file open for writing or uses
/// what would be lost, unless asked to be lazy. On failure nothing is changed.
pub fn end(
    sysroot: &ostree::Sysroot,
    deployment: Option<&ostree::Deployment>,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<Outcome> {
    end_if(sysroot, deployment, options, watch, |_| Ok(()))
}

/// The same, once `check` has seen under the lock what is to be ended.
pub(crate) fn end_if(
    sysroot: &ostree::Sysroot,
    deployment: Option<&ostree::Deployment>,
    options: &Options,
    watch: &Watch<'_>,
    check: impl FnOnce(&Observation) -> Result<()> + Send,
) -> Result<Outcome> {
    let start = || {
        let deployment = sysroot::target(sysroot, deployment)?;
        let mut since = None;
        let mut until = None;
        let mut live = None;
        let started = affected::now();
        let (mut outcome, kept) = perform::run_back(&deployment, options, watch, |observation| {
            check(observation)?;
            since = observation.since();
            until = observation.until();
            live = observation.stack.live().map(str::to_owned);
            // Only of a hotfix the end has to write to the disk.
            let disk = match observation.stack.state() {
                State::Hotfix => Some(space::free_on(Path::new(sysroot::PATH))?),
                _ => None,
            };
            end::end(observation, options, disk)
        })?;
        if let Some(until) = until.filter(|_| !options.dry_run) {
            deadline::disarm(until);
        }
        if let Some(live) = live.filter(|_| !options.dry_run) {
            outcome.notes.extend(
                follow(&live, &deployment.commit, started, &kept, watch)
                    .unwrap_or_else(|error| vec![format!("not done: what comes after: {error}")]),
            );
        }
        let changed = since.map(|since| etc::changed_since(Path::new("/etc"), since));
        outcome.notes.extend(
            changed
                .and_then(|changed| etc::named(&changed))
                .map(|named| format!("changed outside of /usr since begin, and kept: {named}")),
        );
        Ok(outcome)
    };
    start().map_err(|error: Error| error.during("end"))
}

/// What comes after the commit `live` has given way to the booted one; what is left to be done.
fn follow(
    live: &str,
    booted: &str,
    started: Duration,
    kept: &[PathBuf],
    watch: &Watch<'_>,
) -> Result<Vec<String>> {
    let repo = sysroot::booted_repo()?;
    let mut transition = Transition::between(&repo, live, booted, &|| Ok(()))?;
    let wanted = Wanted::on_the_way_back(&transition.paths, kept);
    transition.follow(&wanted, started, false, watch.cancellable, || Ok(true));
    Ok(transition.left_undone())
}
