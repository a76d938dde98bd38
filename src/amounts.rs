// SPDX-License-Identifier: LGPL-2.1-or-later
//! Sizes and lengths of time as people write them, on a command line and in a
//! configuration file alike. Pure.

use std::time::Duration;

/// A size: bytes, or with one of the suffixes K, M, G, T in powers of 1024, as in
/// tmpfs's own `size=`. Zero is refused because tmpfs takes it for "no limit".
///
/// ```
/// assert_eq!(ostree_unlock::parse_size("512M"), Ok(512 << 20));
/// ```
pub fn parse_size(text: &str) -> Result<u64, String> {
    const UNITS: [(char, u32); 4] = [('K', 10), ('M', 20), ('G', 30), ('T', 40)];
    let unit = UNITS.iter().find_map(|(letter, shift)| {
        text.strip_suffix([*letter, letter.to_ascii_lowercase()])
            .map(|digits| (digits, *shift))
    });
    let (digits, shift) = unit.unwrap_or((text, 0));
    if !is_number(digits) {
        return Err("a whole number with K, M, G or T behind it, such as 512M".to_owned());
    }
    let number: u64 = digits.parse().map_err(|_| too_large())?;
    if number == 0 {
        return Err("it must be more than nothing".to_owned());
    }
    number.checked_mul(1 << shift).ok_or_else(too_large)
}

/// A length of time, as systemd writes the common ones: `90s`, `30min`, `2h`, `1h30min`,
/// `1d 12h`; a number alone is of seconds.
///
/// ```
/// use std::time::Duration;
///
/// assert_eq!(ostree_unlock::parse_span("1h30min"), Ok(Duration::from_secs(5400)));
/// ```
pub fn parse_span(text: &str) -> Result<Duration, String> {
    let wrong = || "a time such as 90s, 30min, 2h or 1h30min".to_owned();
    let mut rest = text.trim();
    let mut seconds: u64 = 0;
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, behind) = rest.split_at(digits);
        let behind = behind.trim_start();
        let letters = behind.len()
            - behind
                .trim_start_matches(|c: char| c.is_ascii_lowercase())
                .len();
        let (unit, next) = behind.split_at(letters);
        let alone = unit.is_empty() && number == text.trim();
        if !is_number(number) || (unit.is_empty() && !alone) {
            return Err(wrong());
        }
        let length = unit_length(unit).ok_or_else(wrong)?;
        let number: u64 = number.parse().map_err(|_| too_long())?;
        let part = number.checked_mul(length).ok_or_else(too_long)?;
        seconds = seconds.checked_add(part).ok_or_else(too_long)?;
        rest = next.trim_start();
    }
    match seconds {
        0 => Err("it must be more than nothing".to_owned()),
        // What no calendar reaches would never end.
        seconds if seconds > MOST_SECONDS => Err(too_long()),
        seconds => Ok(Duration::from_secs(seconds)),
    }
}

/// A hundred years.
const MOST_SECONDS: u64 = 100 * 366 * 86_400;

fn unit_length(unit: &str) -> Option<u64> {
    Some(match unit {
        "" | "s" | "sec" | "second" | "seconds" => 1,
        "m" | "min" | "minute" | "minutes" => 60,
        "h" | "hr" | "hour" | "hours" => 3_600,
        "d" | "day" | "days" => 86_400,
        "w" | "week" | "weeks" => 604_800,
        _ => return None,
    })
}

/// The same the other way round, in its largest units: `1h 30min`.
pub fn span_text(span: Duration) -> String {
    let mut left = span.as_secs();
    let mut parts = Vec::new();
    for (length, unit) in [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")] {
        if left >= length {
            parts.push(format!("{}{unit}", left / length));
            left %= length;
        }
    }
    match parts.is_empty() {
        true => "0s".to_owned(),
        false => parts.join(" "),
    }
}

fn is_number(digits: &str) -> bool {
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn too_large() -> String {
    "too large".to_owned()
}

fn too_long() -> String {
    "too long".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(parse_size("1"), Ok(1));
        assert_eq!(parse_size("4096"), Ok(4096));
        assert_eq!(parse_size("4k"), Ok(4 << 10));
        assert_eq!(parse_size("512M"), Ok(512 << 20));
        assert_eq!(parse_size("512m"), Ok(512 << 20));
        assert_eq!(parse_size("2G"), Ok(2 << 30));
        assert_eq!(parse_size("1T"), Ok(1 << 40));
    }

    #[test]
    fn what_is_no_size() {
        for text in [
            "", "M", "0", "0M", "-1", "+1", "1.5G", "12 M", "12MM", "12MiB", "1e3", "१",
        ] {
            assert!(parse_size(text).is_err(), "{text:?}");
        }
        assert_eq!(parse_size("99999999999T"), Err(too_large()));
        assert_eq!(parse_size("99999999999999999999"), Err(too_large()));
    }

    #[test]
    fn spans_are_read_and_written() {
        for (text, seconds, written) in [
            ("30min", 1_800, "30min"),
            ("2h", 7_200, "2h"),
            ("90s", 90, "1min 30s"),
            ("90", 90, "1min 30s"),
            ("1h30min", 5_400, "1h 30min"),
            ("1h 30 min", 5_400, "1h 30min"),
            (" 1d 12h ", 129_600, "1d 12h"),
            ("2weeks", 1_209_600, "14d"),
        ] {
            let span = Duration::from_secs(seconds);
            assert_eq!(parse_span(text), Ok(span), "{text}");
            assert_eq!(span_text(span), written);
            assert_eq!(parse_span(written), Ok(span));
        }
    }

    #[test]
    fn what_is_no_span() {
        for text in [
            "", " ", "0", "0min", "-1h", "1.5h", "soon", "h", "1x", "1h30", "30 5", "1ms",
            "infinity", "1H", "१h",
        ] {
            assert!(parse_span(text).is_err(), "{text:?}");
        }
        for text in [
            "99999999999999999999s",
            "9999999999999999999w",
            "101w 99999d",
        ] {
            assert_eq!(parse_span(text), Err(too_long()), "{text}");
        }
    }
}
