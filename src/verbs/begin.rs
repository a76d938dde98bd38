// SPDX-License-Identifier: LGPL-2.1-or-later
//! `begin`: unlock.

use std::path::Path;
use std::time::Duration;

use crate::config;
use crate::deadline;
use crate::error::{Error, Result};
use crate::observe::Observation;
use crate::options::{Options, Watch};
use crate::ostree::{booted, sysroot};
use crate::perform::{self, Outcome};
use crate::plan::begin::{self, Begin, Space};
use crate::stack::{State, Token};
use crate::sys::{namespace, space};

/// Unlocks `/usr` of the booted deployment: lays a writable overlay over it.
///
/// `deployment` must be the booted one, if given. Only root may. On failure nothing is
/// changed. What is written afterwards is kept apart from the deployment and is gone
/// after [`end`](crate::end()) or a reboot; `/etc` and `/var` are not covered. What the
/// configuration of the system forbids is refused with
/// [`Kind::NotAllowed`](crate::Kind::NotAllowed); see [`config`](crate::config()).
pub fn begin(
    sysroot: &ostree::Sysroot,
    deployment: Option<&ostree::Deployment>,
    state: State,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<Outcome> {
    let start = || {
        let deployment = sysroot::target(sysroot, deployment)?;
        let config = config::load(Path::new("/"))?;
        config.check(state, options, booted::is_guaranteed())?;
        let token = Token::from_bits(perform::random()?);
        let now = glib::real_time() / 1_000_000;
        // First the timer, so that nothing is ever open without it.
        let armed = arm(&config.time_limit(options), options, now);
        let mut until = None;
        let decide = |observation: &Observation| {
            // What is open keeps what it was begun with.
            let options = match observation.stack.upper {
                None => config.settle(options, observation.sysroot_writable),
                Some(_) => options.clone(),
            };
            let request = Begin {
                state,
                options: &options,
                token,
                now,
                space: space(observation)?,
            };
            let plan = begin::begin(observation, &request)?;
            until = begin::until(&request);
            Ok(plan)
        };
        let result = perform::run(&deployment, options, watch, decide);
        if let Some(Ok(time)) = &armed {
            // It failed, or what was open has no limit.
            if result.is_err() || until != Some(*time) {
                deadline::disarm(*time);
            }
        }
        let mut outcome = result?;
        outcome.notes.extend(until.map(|time| ends(time, armed)));
        outcome.notes.extend(config.warnings().iter().cloned());
        Ok(outcome)
    };
    start().map_err(|error: Error| error.during("begin"))
}

/// The deadline, once systemd knows it; `None` where there is nothing for it to know.
fn arm(limit: &Option<Duration>, options: &Options, now: i64) -> Option<Result<i64>> {
    let until = begin::deadline(now, (*limit)?).filter(|_| !options.dry_run)?;
    namespace::require_root().ok()?;
    Some(deadline::arm(now, until).map(|()| until))
}

fn ends(until: i64, armed: Option<Result<i64>>) -> String {
    let time = deadline::clock(until);
    match armed {
        Some(Err(error)) => format!(
            "nothing will end it by itself at {time} ({error}): end it yourself with `ostree-unlock end`"
        ),
        _ => format!("it ends by itself at {time}, by the rules of `ostree-unlock end`"),
    }
}

fn space(observation: &Observation) -> Result<Space> {
    let disk = match observation.sysroot_writable {
        true => Some(space::free_on(Path::new(sysroot::PATH))?),
        false => None,
    };
    Ok(Space {
        disk,
        memory: space::available_memory()?,
    })
}
