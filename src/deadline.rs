// SPDX-License-Identifier: LGPL-2.1-or-later
//! How a system that was unlocked for a time ends by itself: a timer of systemd, whose
//! name is the deadline. Whoever it wakes looks at the record (verbs/expire.rs), so a timer
//! that nobody needs any more does nothing, and none has to be changed.

use std::io::{IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use crate::error::Result;
use crate::sys::processes;
use crate::systemd;

/// People are told so long before, or half of the time before where that is shorter.
const WARNING: i64 = 5 * 60;

/// The service that ends it, before `DEADLINE.service`; packaging/systemd has it.
const UNIT: &str = "ostree-unlock-end";

/// What was asked of systemd.
pub struct Timer {
    pub until: i64,
    /// Not where somebody else has the same deadline, to the second.
    is_new: bool,
}

impl Timer {
    /// Takes it back where nothing came of what it was for.
    pub fn withdraw(&self) {
        if self.is_new {
            disarm(self.until);
        }
    }
}

/// Has systemd wake the service before `until` and at it, in seconds since the epoch.
pub fn arm(now: i64, until: i64) -> Result<Timer> {
    let times = [warn_at(now, until), until];
    let name = timer(until);
    let is_new = systemd::start_timer(&name, "End what was unlocked for a time", &times)?;
    Ok(Timer { until, is_new })
}

/// Stops the timer of a deadline that is none any more; one that stays does no harm.
pub fn disarm(until: i64) {
    let _ = systemd::stop(&timer(until));
}

/// When somebody who begins at `now` is to be warned.
fn warn_at(now: i64, until: i64) -> i64 {
    until - WARNING.min((until - now) / 2)
}

fn timer(until: i64) -> String {
    format!("{UNIT}@{until}.timer")
}

/// How long it is from `now` to `until`.
pub fn left(now: i64, until: i64) -> Duration {
    Duration::from_secs(u64::try_from(until - now).unwrap_or(0))
}

/// A point in time for people, in the local time zone.
pub fn clock(time: i64) -> String {
    glib::DateTime::from_unix_local(time)
        .and_then(|time| time.format("%Y-%m-%d %H:%M:%S"))
        .map_or_else(|_| format!("@{time}"), String::from)
}

/// Tells everybody who is logged in at a terminal; says how many that were.
pub fn tell_everybody(text: &str) -> Result<usize> {
    let message = format!(
        "\r\n\u{7}Message from ostree-unlock:\r\n{}\r\n\r\n",
        plain(text)
    );
    let terminals = systemd::terminals()?;
    let told = terminals
        .iter()
        .filter(|terminal| tell(terminal, &message).is_ok());
    Ok(told.count())
}

/// Nothing that plays with a terminal: there may be names in it that somebody has chosen.
fn plain(text: &str) -> String {
    let lines = text.lines().map(processes::plain);
    lines.collect::<Vec<_>>().join("\r\n")
}

/// Never waits for a terminal that nobody reads.
fn tell(terminal: &Path, message: &str) -> std::io::Result<()> {
    let mut terminal = std::fs::OpenOptions::new()
        .write(true)
        .custom_flags(libc::O_NOCTTY | libc::O_NONBLOCK | libc::O_NOFOLLOW)
        .open(terminal)?;
    if !terminal.is_terminal() {
        return Err(std::io::ErrorKind::Unsupported.into());
    }
    terminal.write_all(message.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_is_told_is_text() {
        assert_eq!(plain("a\n  b\x1b[2J\rc"), "a\r\n  b\u{fffd}[2J\u{fffd}c");
    }

    #[test]
    fn the_warning_comes_five_minutes_before_or_half_way() {
        assert_eq!(warn_at(0, 1_800), 1_500);
        assert_eq!(warn_at(100, 700), 400);
        assert_eq!(warn_at(100, 160), 130);
        assert_eq!(warn_at(100, 101), 101);
    }

    #[test]
    fn the_timer_is_called_like_its_deadline() {
        assert_eq!(timer(1_795_225_800), "ostree-unlock-end@1795225800.timer");
    }
}
