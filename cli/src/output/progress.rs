// SPDX-License-Identifier: LGPL-2.1-or-later
//! What is being done, for a person who waits: from the first second on, in one line of
//! the terminal that goes away again. Off a terminal nothing is shown.

use std::io::{IsTerminal, Write, stderr};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use ostree_unlock::Progress;

/// What takes less needs no telling.
const PATIENCE: Duration = Duration::from_secs(1);
const BETWEEN: Duration = Duration::from_millis(200);
const BAR: u64 = 20;
/// At the most; a line that is too long for the terminal would stay there.
const COLUMNS: usize = 79;

/// Runs `work`, which says what it is doing.
pub(crate) fn shown<T>(work: impl FnOnce(&dyn Fn(&Progress)) -> T) -> T {
    if !stderr().is_terminal() {
        return work(&|_| ());
    }
    let state = Mutex::new(State::default());
    let changed = Condvar::new();
    let columns = columns();
    std::thread::scope(|scope| {
        // Without a thread it is just not shown.
        let _ = std::thread::Builder::new().spawn_scoped(scope, || draw(&state, &changed));
        let _ending = Ending(&state, &changed);
        work(&|progress| {
            lock(&state).line = line(progress, columns);
        })
    })
}

/// Ends the drawing, also where the work panics: the scope waits for it.
struct Ending<'a>(&'a Mutex<State>, &'a Condvar);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        lock(self.0).over = true;
        self.1.notify_all();
    }
}

#[derive(Default)]
struct State {
    line: String,
    over: bool,
}

fn lock(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn draw(state: &Mutex<State>, changed: &Condvar) {
    let mut pause = PATIENCE;
    let mut drawn = false;
    let mut guard = lock(state);
    loop {
        let waited = changed.wait_timeout_while(guard, pause, |state| !state.over);
        guard = waited.unwrap_or_else(PoisonError::into_inner).0;
        let mut terminal = stderr().lock();
        if guard.over {
            if drawn {
                let _ = write!(terminal, "\r\x1b[K");
            }
            return;
        }
        let _ = write!(terminal, "\r\x1b[K{}", guard.line);
        let _ = terminal.flush();
        (drawn, pause) = (true, BETWEEN);
    }
}

fn columns() -> usize {
    match rustix::termios::tcgetwinsize(stderr()) {
        Ok(size) if size.ws_col > 0 => COLUMNS.min(usize::from(size.ws_col) - 1),
        _ => COLUMNS,
    }
}

fn line(progress: &Progress, columns: usize) -> String {
    let filled = match progress.total {
        0 => 0,
        total => BAR * progress.done.min(total) / total,
    };
    let bar: String = (0..BAR)
        .map(|place| if place < filled { '#' } else { '.' })
        .collect();
    let line = format!("[{bar}] {}", progress.doing);
    line.chars().take(columns).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_fits_and_tells_how_far_it_is() {
        let progress = |doing: &str, done, total| {
            let progress = Progress {
                doing: doing.to_owned(),
                done,
                total,
            };
            line(&progress, 40)
        };
        assert_eq!(progress("seal", 1, 4), "[#####...............] seal");
        assert_eq!(progress("count", 7, 0), "[....................] count");
        assert_eq!(progress(&"x".repeat(200), 4, 4).chars().count(), 40);
    }

    #[test]
    fn off_a_terminal_it_only_works() {
        let told = shown(|tell| {
            tell(&Progress {
                doing: "x".to_owned(),
                done: 0,
                total: 0,
            });
            7
        });
        assert_eq!(told, 7);
    }
}
