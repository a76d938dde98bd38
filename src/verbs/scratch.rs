// SPDX-License-Identifier: LGPL-2.1-or-later
//! `enter_scratch`: the calling thread alone gets a copy of the system to write to, of which
//! [`commit`](crate::commit()) can make something.

use crate::error::{Error, Result};
use crate::ostree::booted;
use crate::scratch;
use crate::sys::namespace;

/// Gives the calling thread, and the processes that it starts from then on, a system of their
/// own: `/usr` as it was deployed, `/etc` and `/var` as they are, all of them writable, and
/// nothing of what is written there is seen by anybody else.
///
/// It is there until it is begun anew (`fresh`), or another boot finds it. One user at a time:
/// it fails with [`Kind::InUse`](crate::Kind::InUse) while another command is in it. There is no
/// way back but the thread's end, so a program with something else to do calls it in a child.
/// What is mounted below `/var` from elsewhere is no copy. Only root may.
///
/// On failure the thread may be in a namespace of its own, in which `/usr`, `/etc` or `/var` may
/// be copies already.
pub fn enter_scratch(fresh: bool) -> Result<()> {
    let enter = || {
        let deployment = booted::find()?;
        namespace::require_root()?;
        namespace::leave()?;
        scratch::enter(&deployment, fresh)
    };
    enter().map_err(|error: Error| error.during("scratch"))
}
