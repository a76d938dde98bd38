// SPDX-License-Identifier: LGPL-2.1-or-later
//! How answers look: pure functions from the library's results to text and to JSON,
//! and the two streams that they go to.

pub(crate) mod differences;
pub(crate) mod json;
pub(crate) mod progress;
#[cfg(test)]
mod samples;
pub(crate) mod stream;
pub(crate) mod text;
mod time;
mod wrap;
