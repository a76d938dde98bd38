// SPDX-License-Identifier: LGPL-2.1-or-later
//! The names that users give to what is kept: one word, which is a file name and a part of a ref
//! as it is. What they are names of is not known here.

use crate::error::{Error, Kind, Result};

/// Refuses what is no such word, and says what it was to be the name of.
pub fn check(name: &str, of: &str) -> Result<()> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let is_word = !name.is_empty() && name.chars().all(plain) && !name.starts_with('.');
    match is_word {
        true => Ok(()),
        false => Err(
            Error::new(Kind::InvalidArgument, format!("`{name}` is no name {of}"))
                .next("take letters, digits, and `-`, `_`, `.`"),
        ),
    }
}
