// SPDX-License-Identifier: LGPL-2.1-or-later
//! `begin`: unlock.

use std::path::Path;

use crate::error::Result;
use crate::observe::Observation;
use crate::options::{Options, Watch};
use crate::ostree::deployments::{self, Others};
use crate::ostree::{booted, sysroot};
use crate::perform::{self, Outcome};
use crate::plan::begin::{self, Begin, Space};
use crate::stack::{State, Token};
use crate::sys::{random, space};

/// Unlocks `/usr` of the booted deployment: lays a writable overlay over it.
///
/// `deployment` must be the booted one, if given. Only root may. On failure nothing is
/// changed. What is written afterwards is kept apart from the deployment and is gone
/// after [`end`](crate::end()); after a reboot as well, but for a hotfix, which is there
/// until another deployment is booted. `/etc` and `/var` are not covered.
///
/// Where it is unlocked already, this takes it to another state, and what was written is
/// kept. For a hotfix the booted commit is deployed once more, to go back to, unless there
/// is such a deployment already; no other one is removed.
pub fn begin(
    sysroot: &ostree::Sysroot,
    deployment: Option<&ostree::Deployment>,
    state: State,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<Outcome> {
    let start = || {
        let deployment = sysroot::target(sysroot, deployment)?;
        let token = Token::from_bits(random::bits()?);
        let now = glib::real_time() / 1_000_000;
        perform::run(&deployment, options, watch, |observation| {
            let request = Begin {
                state,
                options,
                token,
                now,
                space: space(observation)?,
                verified: booted::verified(),
                others: match state {
                    State::Hotfix => deployments::others(&observation.deployment)?,
                    _ => Others::default(),
                },
            };
            begin::begin(observation, &request)
        })
    };
    start().map_err(|error| error.during("begin"))
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
