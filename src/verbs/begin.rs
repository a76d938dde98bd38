// SPDX-License-Identifier: LGPL-2.1-or-later
//! `begin`: unlock.

use std::path::Path;

use crate::error::Result;
use crate::observe::Observation;
use crate::options::{Options, Watch};
use crate::ostree::sysroot;
use crate::perform::{self, Outcome};
use crate::plan::begin::{self, Begin, Space};
use crate::stack::{State, Token};
use crate::sys::space;

/// Unlocks `/usr` of the booted deployment: lays a writable overlay over it.
///
/// `deployment` must be the booted one, if given. Only root may. On failure nothing is
/// changed. What is written afterwards is kept apart from the deployment and is gone
/// after [`end`](crate::end()) or a reboot; `/etc` and `/var` are not covered.
pub fn begin(
    sysroot: &ostree::Sysroot,
    deployment: Option<&ostree::Deployment>,
    state: State,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<Outcome> {
    let start = || {
        let deployment = sysroot::target(sysroot, deployment)?;
        let token = Token::from_bits(perform::random()?);
        let now = glib::real_time() / 1_000_000;
        perform::run(&deployment, options, watch, |observation| {
            let request = Begin {
                state,
                options,
                token,
                now,
                space: space(observation)?,
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
