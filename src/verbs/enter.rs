// SPDX-License-Identifier: LGPL-2.1-or-later
//! `enter`: the calling thread alone gets a writable `/usr`, where everybody else sees
//! it read-only. What package managers build by hand with unshare(2) and mount(8).

use crate::error::{Error, Kind, Result};
use crate::observe::{self, Observation, USR};
use crate::ostree::booted;
use crate::stack::State;
use crate::swap;
use crate::sys::mountinfo::View;
use crate::sys::namespace;

/// Makes `/usr` writable for the calling thread, and for the processes that it starts
/// from then on, in a mount namespace of their own. Everybody else goes on to see it
/// read-only. What is written is seen by all, and is discarded by [`end`](crate::end()).
///
/// `/usr` has to be unlocked: in the state transient it is opened, in any other it is
/// writable already and nothing is done. The namespace follows the system's: later
/// mounts and an `end` are seen in it. There is no way back but the thread's end, so a
/// program with something else to do calls it in a child. Only root may.
///
/// On failure the thread may be in a namespace of its own, in which nothing is changed.
pub fn enter() -> Result<()> {
    let open = || {
        let deployment = booted::find()?;
        namespace::require_root()?;
        let observation = observe::glance(&deployment, View::Caller)?;
        match observation.stack.state() {
            State::None => Err(not_unlocked()),
            _ if !observation.read_only => Ok(()),
            _ => open(&observation),
        }
    };
    open().map_err(|error: Error| error.during("enter"))
}

fn open(observation: &Observation) -> Result<()> {
    if let Some(foreign) = &observation.foreign {
        return Err(Error::new(
            Kind::ForeignMount,
            format!("somebody else's mount is on top ({})", foreign.source),
        )
        .at(USR)
        .next("take it away first"));
    }
    namespace::leave()?;
    swap::open(observation)?;
    namespace::work_in_what_is_seen()
}

fn not_unlocked() -> Error {
    Error::new(
        Kind::NotUnlocked,
        "it is not unlocked, as this process sees it",
    )
    .at(USR)
    .next("`ostree-unlock begin transient` unlocks it")
}
