// SPDX-License-Identifier: LGPL-2.1-or-later
//! A long answer at a terminal goes through a pager, as git does it: the program in PAGER,
//! else less, which ends by itself where all of it fits the screen.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::interrupt;

/// Where an answer goes that is shown piece by piece.
pub(crate) enum Out {
    /// To standard output.
    Plain(BufWriter<io::StdoutLock<'static>>),
    /// To a pager.
    Paged(Child, BufWriter<ChildStdin>),
}

/// A pager, if it is wanted and somebody is there to use it; else standard output. The terminal is
/// the pager's until that ends, and we may not end before it: what asks us to stop meanwhile cancels
/// `cancellable`.
pub(crate) fn start(wanted: bool, cancellable: &gio::Cancellable) -> Out {
    if wanted && io::stdout().is_terminal() {
        if let Some(paged) = command().and_then(spawn) {
            interrupt::cancels(cancellable);
            return paged;
        }
    }
    Out::Plain(BufWriter::new(io::stdout().lock()))
}

fn command() -> Option<Command> {
    let Some(named) = std::env::var_os("PAGER") else {
        return Some(Command::new("less"));
    };
    if named.is_empty() || named == "cat" {
        return None;
    }
    if !is_there(&named.to_string_lossy()) {
        return None;
    }
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(named);
    Some(shell)
}

/// Whether the shell knows the program of that command: where it does not, it starts all the same,
/// and takes an answer that nobody is shown. What is more than a name to it is taken to be there.
fn is_there(command: &str) -> bool {
    let program = command.split_whitespace().next().unwrap_or_default();
    let is_name = |c: char| c.is_alphanumeric() || "/._+-".contains(c);
    if program.is_empty() || !program.chars().all(is_name) {
        return true;
    }
    let mut look = Command::new("sh");
    look.args(["-c", "command -v \"$1\" >/dev/null 2>&1", "sh", program]);
    look.status().is_ok_and(|found| found.success())
}

fn spawn(mut command: Command) -> Option<Out> {
    for (name, value) in [
        // Ends on one screen, shows colours, leaves what was shown.
        ("LESS", "FRX"),
        // What we write, whatever the locale is.
        ("LESSCHARSET", "utf-8"),
        // Who may do nothing but look by means of sudo gets no shell from less.
        ("LESSSECURE", "1"),
    ] {
        if std::env::var_os(name).is_none() {
            command.env(name, value);
        }
    }
    // One that is not there is no reason not to answer.
    let mut child = command.stdin(Stdio::piped()).spawn().ok()?;
    let pipe = child.stdin.take()?;
    Some(Out::Paged(child, BufWriter::new(pipe)))
}

impl Out {
    /// Writes what is left, and waits for who reads in a pager.
    pub(crate) fn finish(self) -> io::Result<()> {
        match self {
            Out::Plain(mut out) => out.flush(),
            Out::Paged(mut child, mut pipe) => {
                let written = pipe.flush();
                // The end of the text is the end of the pipe.
                drop(pipe);
                child.wait()?;
                written
            }
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Out::Plain(out) => out.write(bytes),
            Out::Paged(_, pipe) => pipe.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Out::Plain(out) => out.flush(),
            Out::Paged(_, pipe) => pipe.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_not_there_is_told_from_one_that_is() {
        for there in [
            "sh",
            "sh -c cat",
            "/bin/sh",
            "LESS=R less",
            "'a b'",
            "true; cat",
            " ",
        ] {
            assert!(is_there(there), "{there}");
        }
        for missing in ["no-such-pager", " no-such-pager -R", "/no/such/pager"] {
            assert!(!is_there(missing), "{missing}");
        }
    }
}
