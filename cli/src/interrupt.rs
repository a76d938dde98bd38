// SPDX-License-Identifier: LGPL-2.1-or-later
//! Ctrl-C, and the other signals that ask a program to stop, become a cancellation:
//! the library then stops where nothing has been changed yet, or puts back what it
//! changed. Killed in the middle it would leave that to the next call.

use gio::prelude::CancellableExt;
use glib::{ControlFlow, MainContext, Priority};

// The numbers are POSIX's own.
const STOPPING: [i32; 3] = [
    1,  /* SIGHUP */
    2,  /* SIGINT */
    15, /* SIGTERM */
];

/// A cancellable that is cancelled by the first signal that asks us to stop. To be
/// called once nothing waits for input any more: a question is answered by Ctrl-C
/// with the end of the process.
pub(crate) fn cancellable() -> gio::Cancellable {
    let cancellable = gio::Cancellable::new();
    cancels(&cancellable);
    cancellable
}

/// The same with one that there is already.
pub(crate) fn cancels(cancellable: &gio::Cancellable) {
    let ignored = ignored();
    let context = MainContext::new();
    let mut sources = Vec::new();
    for signal in STOPPING {
        // Who started us with nohup, or in the background of a script, wants it ignored.
        if is_in(ignored, signal) {
            continue;
        }
        let target = cancellable.clone();
        let source =
            glib::source::unix_signal_source_new(signal, None, Priority::DEFAULT, move || {
                target.cancel();
                ControlFlow::Continue
            });
        source.attach(Some(&context));
        sources.push(source);
    }
    let loops = std::thread::Builder::new().spawn(move || {
        loop {
            context.iteration(true);
        }
    });
    if loops.is_err() {
        // Nobody would hear the signals: they stop the process, as without us.
        for source in sources {
            source.destroy();
        }
    }
}

/// The signals that this process ignores, since who started it wants it so.
pub(crate) fn ignored() -> u64 {
    std::fs::read_to_string("/proc/self/status")
        .map(|status| ignored_signals(&status))
        .unwrap_or(0)
}

/// Whether a signal is in such a set.
pub(crate) fn is_in(signals: u64, signal: i32) -> bool {
    signals & (1 << (signal - 1)) != 0
}

/// The signals that were ignored when the process was started, from the text of
/// `/proc/self/status`: bit 0 is signal 1.
fn ignored_signals(status: &str) -> u64 {
    status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_mask_of_ignored_signals() {
        let status = "Name:\tx\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001003\n";
        assert_eq!(ignored_signals(status), 0x1003);
        assert_eq!(ignored_signals("Name:\tx\n"), 0);
        assert_eq!(ignored_signals("SigIgn:\tnonsense\n"), 0);
    }
}
