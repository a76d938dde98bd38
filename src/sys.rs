// SPDX-License-Identifier: LGPL-2.1-or-later
//! System calls and kernel tables, with our error type and without any policy.
//! One of the two places where unsafe code may stand (the other is the C border).

pub mod boot;
pub mod copy;
pub mod dropin;
pub mod files;
pub mod lock;
pub mod mountinfo;
pub mod mounts;
pub mod namespace;
pub mod processes;
pub mod programs;
pub mod random;
pub mod space;
pub mod xattr;
