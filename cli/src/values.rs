// SPDX-License-Identifier: LGPL-2.1-or-later
//! The values of options as they are written on a command line. Pure.

use std::time::Duration;

/// A size: bytes, or with one of the suffixes K, M, G, T in powers of 1024, as in
/// tmpfs's own `size=`. Zero is refused because tmpfs takes it for "no limit".
pub(crate) fn size(text: &str) -> Result<u64, String> {
    const UNITS: [(char, u32); 4] = [('K', 10), ('M', 20), ('G', 30), ('T', 40)];
    let unit = UNITS.iter().find_map(|(letter, shift)| {
        text.strip_suffix([*letter, letter.to_ascii_lowercase()])
            .map(|digits| (digits, *shift))
    });
    let (digits, shift) = unit.unwrap_or((text, 0));
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("a whole number with K, M, G or T behind it, such as 512M".to_owned());
    }
    let number: u64 = digits.parse().map_err(|_| "too large".to_owned())?;
    if number == 0 {
        return Err("it must be more than nothing".to_owned());
    }
    number
        .checked_mul(1 << shift)
        .ok_or_else(|| "too large".to_owned())
}

/// A time in seconds, whole or with a fraction.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let number: f64 = text
        .parse()
        .map_err(|_| "a number of seconds, such as 30".to_owned())?;
    Duration::try_from_secs_f64(number).map_err(|_| "a number of seconds, such as 30".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(size("1"), Ok(1));
        assert_eq!(size("4096"), Ok(4096));
        assert_eq!(size("4k"), Ok(4 << 10));
        assert_eq!(size("512M"), Ok(512 << 20));
        assert_eq!(size("512m"), Ok(512 << 20));
        assert_eq!(size("2G"), Ok(2 << 30));
        assert_eq!(size("1T"), Ok(1 << 40));
    }

    #[test]
    fn what_is_no_size() {
        for text in [
            "", "M", "0", "0M", "-1", "+1", "1.5G", "12 M", "12MM", "12MiB", "1e3", "१",
        ] {
            assert!(size(text).is_err(), "{text:?}");
        }
        assert_eq!(size("99999999999T"), Err("too large".to_owned()));
        assert_eq!(size("99999999999999999999"), Err("too large".to_owned()));
    }

    #[test]
    fn waits() {
        assert_eq!(seconds("0"), Ok(Duration::ZERO));
        assert_eq!(seconds("30"), Ok(Duration::from_secs(30)));
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for text in ["", "-1", "soon", "NaN", "inf", "5s", "1e30"] {
            assert!(seconds(text).is_err(), "{text:?}");
        }
    }
}
