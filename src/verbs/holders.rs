// SPDX-License-Identifier: LGPL-2.1-or-later
//! `holders`: who stands in the way of `end`, asked beforehand. Changes nothing, and
//! takes no lock.

use gio::prelude::*;

use crate::blocking;
use crate::error::{Error, Result};
use crate::holder::Holder;
use crate::observe;
use crate::options::Watch;
use crate::ostree::sysroot;
use crate::sys::mountinfo::View;
use crate::sys::namespace::{self, in_system};

/// Everybody who has a file of the unlocked `/usr` open for writing, or uses what
/// [`end`](crate::end()) would discard; the calling process and its ancestors count
/// only where they write. Nobody, where it is locked.
///
/// `deployment` must be the booted one, if given. Only root may, since nobody else sees
/// what other processes do.
pub fn holders(
    sysroot: &ostree::Sysroot,
    deployment: Option<&ostree::Deployment>,
    watch: &Watch<'_>,
) -> Result<Vec<Holder>> {
    let look = || {
        let deployment = sysroot::target(sysroot, deployment)?;
        namespace::require_root()?;
        if let Some(cancellable) = watch.cancellable {
            cancellable.set_error_if_cancelled()?;
        }
        let caller = rustix::process::getpid().as_raw_nonzero().get();
        in_system(
            |_system| {
                let observation = observe::observe(&deployment, View::Caller)?;
                blocking::holders(&observation, caller)
            },
            || (),
        )
    };
    look().map_err(|error: Error| error.during("holders"))
}
