// SPDX-License-Identifier: LGPL-2.1-or-later
//! How answers look: pure functions from the library's results to text and to JSON,
//! and the streams that they go to.

pub(crate) mod differences;
pub(crate) mod json;
pub(crate) mod live;
pub(crate) mod packages;
pub(crate) mod pager;
pub(crate) mod progress;
mod quoted;
#[cfg(test)]
mod samples;
mod size;
pub(crate) mod stream;
pub(crate) mod text;
mod time;
pub(crate) mod tree;
mod wrap;
