// SPDX-License-Identifier: LGPL-2.1-or-later
//! Standard output and standard error, with their failures.

use std::io::{self, ErrorKind, Write};

/// Writes an answer to standard output. A reader that has seen enough
/// (`ostree-unlock status | head -1`) is no failure.
pub(crate) fn say(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Writes what a person should know besides the answer to standard error.
pub(crate) fn tell(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Writes what went wrong to standard error; where that fails nobody can be told.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "ostree-unlock: {}", plain(text));
}

/// Lines that cannot play with the terminal: paths in them may hold anything.
fn plain(text: &str) -> String {
    let plain = |c: char| match c.is_control() && c != '\n' && c != '\t' {
        true => char::REPLACEMENT_CHARACTER,
        false => c,
    };
    text.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_complained_of_is_text() {
        assert_eq!(plain("a\x1b[2J\n\tb"), "a\u{fffd}[2J\n\tb");
    }
}
