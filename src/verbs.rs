// SPDX-License-Identifier: LGPL-2.1-or-later
//! What a user can ask for, one file a verb. A verb observes, plans and performs;
//! it knows nothing of the C border or the command above it.

pub mod apply;
pub mod begin;
pub mod cleanup;
pub mod commit;
pub mod detect;
pub mod diff;
pub mod diff_packages;
pub mod end;
pub mod enter;
pub mod enter_commit;
pub mod enter_deployment;
pub mod expire;
pub mod holders;
pub mod keep;
pub mod monitor;
pub mod record;
pub mod scratch;
pub mod status;
