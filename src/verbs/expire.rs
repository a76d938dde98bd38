// SPDX-License-Identifier: LGPL-2.1-or-later
//! What the timer of a time limit comes to: warn before, end at the deadline, and do
//! nothing where what is open has another one or none.

use std::path::Path;
use std::time::Duration;

use crate::amounts::span_text;
use crate::config;
use crate::deadline;
use crate::error::{Error, Kind, Result};
use crate::observe::{self, Observation, USR};
use crate::options::{Options, Watch};
use crate::ostree::sysroot;
use crate::perform::Outcome;
use crate::sys::mountinfo::View;
use crate::sys::namespace;
use crate::verbs::end;

/// What [`expire`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expiry {
    /// Nothing: what is open has another deadline or none, or nothing is open.
    NotOurs,
    /// It is not yet time: so many terminals were told, and none where nobody could be.
    Warned(usize),
    /// It was time, and `/usr` is locked.
    Ended(Outcome),
}

/// Ends what was begun with a time limit that ends at `deadline`, in seconds since the
/// epoch, by the rules of [`end`](crate::end()); before that time only warns whoever is
/// logged in. systemd's timer calls this. Where it cannot end, people are told, and
/// whoever called tries again.
pub fn expire(
    sysroot: &ostree::Sysroot,
    deadline: i64,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<Expiry> {
    let look = || {
        namespace::require_root()?;
        let deployment = sysroot::target(sysroot, None)?;
        observe::observe(&deployment, View::System)
    };
    let observation = look().map_err(|error: Error| error.during("end"))?;
    if observation.until() != Some(deadline) {
        return Ok(Expiry::NotOurs);
    }
    let left = deadline::left(glib::real_time() / 1_000_000, deadline);
    if !left.is_zero() {
        let state = observation.stack.state();
        let left = span_text(left);
        let config = config::load(Path::new("/")).ok();
        let more = more_time(config.and_then(|config| config.time_limit(state, &Options::new())));
        let told = deadline::tell_everybody(&format!(
            "{USR} is locked again in {left}, and what was written to it is discarded.\r\n\
             `ostree-unlock begin {state} --for {more}` as root gives it more time."
        ));
        return Ok(Expiry::Warned(told.unwrap_or(0)));
    }
    // What was begun meanwhile is not ours to end.
    let mut ours = true;
    let check = |observation: &Observation| {
        ours = observation.until() == Some(deadline);
        match ours {
            true => Ok(()),
            false => Err(Error::new(Kind::NotUnlocked, "ended meanwhile")),
        }
    };
    match end::end_if(sysroot, None, options, watch, check) {
        Ok(outcome) => Ok(Expiry::Ended(outcome)),
        Err(_) if !ours => Ok(Expiry::NotOurs),
        Err(error) => {
            let text = format!("The time of {USR} is over, but it stays unlocked: {error}");
            let _ = deadline::tell_everybody(&text);
            Err(error)
        }
    }
}

/// What to ask for, in one word: no more than `most`, which the configuration allows.
fn more_time(most: Option<Duration>) -> String {
    const HOUR: Duration = Duration::from_secs(3_600);
    span_text(most.map_or(HOUR, |most| most.min(HOUR))).replace(' ', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_told_to_ask_for_what_is_refused() {
        let most = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(more_time(None), "1h");
        assert_eq!(more_time(most(86_400)), "1h");
        assert_eq!(more_time(most(1_800)), "30min");
        assert_eq!(more_time(most(90)), "1min30s");
    }
}
