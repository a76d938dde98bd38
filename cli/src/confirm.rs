// SPDX-License-Identifier: LGPL-2.1-or-later
//! The question before something is discarded. It goes to standard error, so that an
//! answer sent to a file or a program stays clean, and it is asked only where
//! somebody is there to read and to answer it.

use std::io::{BufRead, IsTerminal, Write, stderr, stdin};

/// Whether there is somebody to ask.
pub(crate) fn possible() -> bool {
    stdin().is_terminal() && stderr().is_terminal()
}

/// Asks; anything but a yes, also the end of input, is a no.
pub(crate) fn ask(question: &str) -> std::io::Result<bool> {
    let mut terminal = stderr().lock();
    write!(terminal, "{question} [y/N] ")?;
    terminal.flush()?;
    let mut line = String::new();
    if stdin().lock().read_line(&mut line)? == 0 {
        writeln!(terminal)?;
    }
    Ok(is_yes(&line))
}

fn is_yes(line: &str) -> bool {
    let line = line.trim();
    line.eq_ignore_ascii_case("y") || line.eq_ignore_ascii_case("yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_yes_is_a_yes() {
        for line in ["y\n", "Y\n", "yes\n", " YES \n", "y"] {
            assert!(is_yes(line), "{line:?}");
        }
        for line in ["", "\n", "n\n", "no\n", "yess\n", "y y\n", "ja\n"] {
            assert!(!is_yes(line), "{line:?}");
        }
    }
}
