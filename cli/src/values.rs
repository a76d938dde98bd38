// SPDX-License-Identifier: LGPL-2.1-or-later
//! The values of options that are written on a command line alone. Pure. Sizes and
//! lengths of time stand in configuration files, too: the library reads them.

use std::time::Duration;

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
    fn waits() {
        assert_eq!(seconds("0"), Ok(Duration::ZERO));
        assert_eq!(seconds("30"), Ok(Duration::from_secs(30)));
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for text in ["", "-1", "soon", "NaN", "inf", "5s", "1e30"] {
            assert!(seconds(text).is_err(), "{text:?}");
        }
    }
}
