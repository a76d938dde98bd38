// SPDX-License-Identifier: LGPL-2.1-or-later
//! A command that is waited for, as if one were it: the signals that ask to stop are passed on.
//! What comes of it is decided elsewhere.

use std::io::{self, IsTerminal};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use glib::{ControlFlow, MainContext, Priority};
use ostree_unlock::{Error, Kind, Result};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};

use crate::interrupt;

/// Of the signals that ask to stop, which this process hears from the first command on.
struct Heard {
    /// Who gets them; nobody, once it may have ended.
    target: Option<Pid>,
    /// The first one that stops whatever does not hear it.
    stop: Option<Signal>,
}

static HEARD: Mutex<Heard> = Mutex::new(Heard {
    target: None,
    stop: None,
});
static LISTENING: Once = Once::new();
const STOPPING: [Signal; 3] = [Signal::HUP, Signal::INT, Signal::TERM];

/// Starts a command on a thread that `enter` has moved, and waits for its end. The inner error
/// is that it could not be started.
pub(super) fn run(
    enter: impl FnOnce() -> Result<()> + Send,
    command: impl FnOnce() -> Command + Send,
) -> Result<io::Result<ExitStatus>> {
    std::thread::scope(|scope| {
        let moved = scope.spawn(|| {
            enter()?;
            Ok(wait(command()))
        });
        match moved.join() {
            Ok(result) => result,
            Err(_) => Err(Error::new(
                Kind::Failed,
                "the thread of the command is gone",
            )),
        }
    })
}

/// Whether one has asked to stop, be it while a command ran or between two, and then the exit status
/// that says so.
pub(super) fn asked_to_stop() -> Option<u8> {
    u8::try_from(128 + heard().stop?.as_raw()).ok()
}

/// As shells say it.
pub(super) fn exit_status(status: ExitStatus) -> u8 {
    let killed = status.signal().map(|signal| 128 + signal);
    let number = status.code().or(killed);
    number
        .and_then(|number| u8::try_from(number).ok())
        .unwrap_or(crate::exit::FAILED)
}

fn wait(mut command: Command) -> io::Result<ExitStatus> {
    let mut child = {
        // A signal that comes now waits for the child.
        let mut heard = heard();
        LISTENING.call_once(pass_signals_on);
        if heard.stop.is_some() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let child = command.spawn()?;
        heard.target = pid_of(&child);
        child
    };
    if let Some(pid) = pid_of(&child) {
        // It keeps its number until it is asked for its status.
        let ended = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while let Err(rustix::io::Errno::INTR) = rustix::process::waitid(WaitId::Pid(pid), ended) {}
    }
    heard().target = None;
    child.wait()
}

fn heard() -> MutexGuard<'static, Heard> {
    HEARD.lock().unwrap_or_else(PoisonError::into_inner)
}

fn pid_of(child: &Child) -> Option<Pid> {
    i32::try_from(child.id()).ok().and_then(Pid::from_raw)
}

fn pass_signals_on() {
    // A terminal gives this one to both by itself: once more would be to insist.
    let at_terminal = io::stdin().is_terminal();
    let ignored = interrupt::ignored();
    let context = MainContext::new();
    for signal in [
        Signal::HUP,
        Signal::INT,
        Signal::TERM,
        Signal::USR1,
        Signal::USR2,
    ] {
        if interrupt::is_in(ignored, signal.as_raw()) {
            continue;
        }
        let pass_on = signal != Signal::INT || !at_terminal;
        let hear = move || {
            let mut heard = heard();
            if STOPPING.contains(&signal) {
                heard.stop.get_or_insert(signal);
            }
            if let (Some(pid), true) = (heard.target, pass_on) {
                // Gone already: there is nobody to pass it on to.
                let _ = rustix::process::kill_process(pid, signal);
            }
            ControlFlow::Continue
        };
        glib::source::unix_signal_source_new(signal.as_raw(), None, Priority::DEFAULT, hear)
            .attach(Some(&context));
    }
    // Without the thread nobody hears them, and they end nobody either.
    let _ = std::thread::Builder::new().spawn(move || {
        loop {
            context.iteration(true);
        }
    });
}
