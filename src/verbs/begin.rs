// SPDX-License-Identifier: LGPL-2.1-or-later
//! `begin`: unlock.

use std::path::Path;
use std::time::Duration;

use crate::config;
use crate::deadline::{self, Timer};
use crate::error::{Error, Result};
use crate::observe::{self, Observation};
use crate::options::{Options, Watch};
use crate::ostree::booted::{self, Verified};
use crate::ostree::deployments::{self, Others};
use crate::ostree::sysroot;
use crate::perform::{self, Outcome};
use crate::plan::begin::{self, Begin, Space};
use crate::stack::{State, Token};
use crate::sys::mountinfo::View;
use crate::sys::{namespace, random, space};

/// Unlocks `/usr` of the booted deployment: lays a writable overlay over it.
///
/// `deployment` must be the booted one, if given. Only root may. On failure nothing is
/// changed. What is written afterwards is kept apart from the deployment and is gone
/// after [`end`](crate::end()); after a reboot as well, but for a hotfix, which is there
/// until another deployment is booted. `/etc` and `/var` are not covered.
///
/// Where it is unlocked already, this takes it to another state, and what was written is
/// kept. For a hotfix the booted commit is deployed once more, to go back to, unless there
/// is such a deployment already; no other one is removed. What the
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
        let verified = booted::verified();
        config.check(state, options, verified != Verified::No)?;
        let token = Token::from_bits(random::bits()?);
        let since = glib::real_time();
        let now = since / 1_000_000;
        // First the timer, so that nothing is ever open without it.
        let armed = arm(&config.time_limit(state, options), options, now);
        let mut until = None;
        let decide = |observation: &Observation| {
            // What is open keeps what it was begun with.
            let options = match observation.stack.upper {
                None => config.settle(state, options, observation.sysroot_writable),
                Some(_) => options.clone(),
            };
            let request = Begin {
                state,
                options: &options,
                token,
                now,
                since,
                at: glib::real_time(),
                space: space(observation)?,
                verified,
                others: match state {
                    State::Hotfix => deployments::others(&observation.deployment)?,
                    _ => Others::default(),
                },
            };
            let plan = begin::begin(observation, &request)?;
            until = begin::until(&request);
            Ok(plan)
        };
        let result = perform::run(&deployment, options, watch, decide);
        if let Some(Ok(timer)) = &armed {
            // By what is open now, and not by the result: what failed may have come as far as that,
            // and somebody else may have begun with the same deadline.
            let now = observe::observe(&deployment, View::System);
            if now.is_ok_and(|now| now.until() != Some(timer.until)) {
                timer.withdraw();
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
fn arm(limit: &Option<Duration>, options: &Options, now: i64) -> Option<Result<Timer>> {
    let until = begin::deadline(now, (*limit)?).filter(|_| !options.dry_run)?;
    namespace::require_root().ok()?;
    Some(deadline::arm(now, until))
}

fn ends(until: i64, armed: Option<Result<Timer>>) -> String {
    let time = deadline::clock(until);
    match armed {
        Some(Err(error)) => format!(
            "nothing will end it by itself at {time} ({error}): end it yourself with `ostree-unlock end`"
        ),
        _ => format!("it ends by itself at {time}, by the rules of `ostree-unlock end`"),
    }
}

pub(super) fn space(observation: &Observation) -> Result<Space> {
    let disk = match observation.sysroot_writable {
        true => Some(space::free_on(Path::new(sysroot::PATH))?),
        false => None,
    };
    Ok(Space {
        disk,
        memory: space::available_memory()?,
    })
}
