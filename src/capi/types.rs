// SPDX-License-Identifier: LGPL-2.1-or-later
//! Names of C types that Rust's own do not have, so that the header speaks GLib.
#![allow(non_camel_case_types)]

use std::ffi::{c_int, c_uint};

pub type gint64 = i64;
pub type gsize = usize;
pub type guint = c_uint;
pub type guint64 = u64;

// Enumerations as C passes them: any number. A Rust `enum` here would be undefined behaviour
// for one that has no name.
pub type BackingNumber = c_int;
pub type DeployNumber = c_int;
pub type HomeNumber = c_int;
pub type PreferNumber = c_int;
