// SPDX-License-Identifier: LGPL-2.1-or-later
//! Points in time, for people and for programs. Pure but for the local time zone.

use glib::DateTime;

/// RFC 3339 in UTC; `None` where the calendar does not reach.
pub(super) fn rfc3339(since: i64) -> Option<String> {
    let time = DateTime::from_unix_utc(since).ok()?;
    Some(time.format("%Y-%m-%dT%H:%M:%SZ").ok()?.into())
}

/// To the minute, in the local time zone.
pub(super) fn minute(time: i64) -> Option<String> {
    let time = DateTime::from_unix_local(time).ok()?;
    Some(time.format("%Y-%m-%d %H:%M").ok()?.into())
}

/// To the minute, in the local time zone, and how long ago that is at `now`.
pub(super) fn ago(since: i64, now: i64) -> Option<String> {
    let time = minute(since)?;
    Some(match span(now - since) {
        Some(span) => format!("{time} ({span})"),
        None => time,
    })
}

/// The same of a time that is to come.
pub(super) fn ahead(until: i64, now: i64) -> Option<String> {
    let time = DateTime::from_unix_local(until).ok()?;
    let time = time.format("%Y-%m-%d %H:%M").ok()?;
    Some(match span(until - now) {
        Some(span) if until - now >= 60 => format!("{time} (in {span})"),
        Some(_) => format!("{time} (in less than a minute)"),
        None => format!("{time} (it is over)"),
    })
}

/// A length of time, roughly; `None` where the clock was set back.
fn span(seconds: i64) -> Option<String> {
    const UNITS: [(i64, &str); 3] = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    if seconds < 0 {
        return None;
    }
    let unit = UNITS.into_iter().find(|(length, _)| seconds >= *length);
    Some(match unit {
        None => "just now".to_owned(),
        Some((length, name)) => {
            let count = seconds / length;
            let plural = if count == 1 { "" } else { "s" };
            format!("{count} {name}{plural}")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn for_programs() {
        assert_eq!(rfc3339(0).as_deref(), Some("1970-01-01T00:00:00Z"));
        assert_eq!(
            rfc3339(1_795_225_800).as_deref(),
            Some("2026-11-21T01:50:00Z")
        );
        assert_eq!(rfc3339(i64::MAX), None);
    }

    #[test]
    fn what_is_to_come() {
        let behind = |text: Option<String>| text.and_then(|t| t.get(16..).map(str::to_owned));
        assert_eq!(behind(ahead(1_800, 0)).as_deref(), Some(" (in 30 minutes)"));
        assert_eq!(
            behind(ahead(59, 0)).as_deref(),
            Some(" (in less than a minute)")
        );
        assert_eq!(behind(ahead(59, 60)).as_deref(), Some(" (it is over)"));
    }

    #[test]
    fn lengths_of_time() {
        for (seconds, wanted) in [
            (0, "just now"),
            (59, "just now"),
            (60, "1 minute"),
            (12 * 60 + 30, "12 minutes"),
            (3_600, "1 hour"),
            (86_399, "23 hours"),
            (86_400, "1 day"),
            (864_000, "10 days"),
        ] {
            assert_eq!(span(seconds).as_deref(), Some(wanted), "{seconds}");
        }
        assert_eq!(span(-1), None);
    }
}
