// SPDX-License-Identifier: LGPL-2.1-or-later
//! A path of `/etc` that stays as it is, and why. What is said to a user, and nothing else.

use std::path::PathBuf;

/// A path that stays.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kept {
    /// Below `/etc`, without a leading slash; empty for the directory itself.
    pub path: PathBuf,
    /// Why, as the rest of a sentence about it.
    pub reason: &'static str,
}

pub const CHANGED_HERE: &str = "it was changed here";
pub const REMOVED_HERE: &str = "it was removed here";
pub const MADE_HERE: &str = "something else was made here";
pub const SPECIAL: &str = "it is neither a file nor a link nor a directory";
pub const NO_DIRECTORY: &str = "the directory that it would be in is not there";
pub const NOT_EMPTY: &str = "there are files in it that nobody else knows";
pub const CHANGED_SINCE: &str = "it was changed since";
pub const CHANGED_MEANWHILE: &str = "it was changed meanwhile";
