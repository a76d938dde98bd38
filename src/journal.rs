// SPDX-License-Identifier: LGPL-2.1-or-later
//! One message in systemd's journal for each change of state. Without a journal nothing
//! is said and nothing fails.

use glib::{GStr, LogField, LogLevel, gstr};

use crate::observe::USR;
use crate::ostree::DeploymentId;
use crate::stack::State;

/// The MESSAGE_ID of every change of state; part of the interface.
pub const STATE_CHANGED: &str = "6f1c3f5b2f0e4a0f9d0c1d6c7a6f9e52";

/// Says that the hierarchy is in `state` now.
pub fn state_changed(deployment: &DeploymentId, state: State) {
    let message = match state {
        State::None => format!("{USR} is locked again"),
        _ => format!("{USR} is unlocked, state {state}"),
    };
    let fields: [(&GStr, &str); 7] = [
        (gstr!("MESSAGE"), &message),
        (gstr!("MESSAGE_ID"), STATE_CHANGED),
        (gstr!("PRIORITY"), "5"),
        (gstr!("SYSLOG_IDENTIFIER"), "ostree-unlock"),
        (gstr!("OSTREE_UNLOCK_STATE"), state.name()),
        (gstr!("OSTREE_UNLOCK_HIERARCHY"), USR),
        (gstr!("OSTREE_DEPLOYMENT"), &deployment.id()),
    ];
    let fields = fields.map(|(key, value)| LogField::new(key, value.as_bytes()));
    glib::log_writer_journald(LogLevel::Message, &fields);
}
