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
    let _ = writeln!(io::stderr().lock(), "ostree-unlock: {text}");
}
