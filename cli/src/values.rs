// SPDX-License-Identifier: LGPL-2.1-or-later
//! The values of options that are written on a command line alone. Pure. Sizes and
//! lengths of time stand in configuration files, too: the library reads them.

use std::path::PathBuf;
use std::time::Duration;

use ostree_unlock::Prefer;

/// A time in seconds, whole or with a fraction.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let number: f64 = text
        .parse()
        .map_err(|_| "a number of seconds, such as 30".to_owned())?;
    Duration::try_from_secs_f64(number).map_err(|_| "a number of seconds, such as 30".to_owned())
}

/// Whose version is taken, and of which path; without a path of every one.
pub(crate) fn prefer(text: &str) -> Result<(PathBuf, Prefer), String> {
    let (side, path) = text.split_once(':').unwrap_or((text, "/"));
    let prefer = match side {
        "changes" => Prefer::Changes,
        "commit" => Prefer::Commit,
        _ => return Err("`changes` or `commit`, as in changes:/usr/bin/x".to_owned()),
    };
    match path.starts_with('/') {
        true => Ok((path.into(), prefer)),
        false => Err("an absolute path, as in changes:/usr/bin/x".to_owned()),
    }
}

/// A kind of signature and a key.
pub(crate) fn sign_key(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((kind, key)) if !kind.is_empty() && !key.is_empty() => {
            Ok((kind.to_owned(), key.to_owned()))
        }
        _ => Err("a kind and a key, as in ed25519:KEY".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides() {
        assert_eq!(prefer("changes"), Ok(("/".into(), Prefer::Changes)));
        let one = prefer("commit:/usr/a:b");
        assert_eq!(one, Ok(("/usr/a:b".into(), Prefer::Commit)));
        for text in ["", "mine", "changes:", "commit:usr"] {
            assert!(prefer(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn keys() {
        let key = sign_key("ed25519:a:b");
        assert_eq!(key, Ok(("ed25519".to_owned(), "a:b".to_owned())));
        for text in ["", "ed25519", "ed25519:", ":key"] {
            assert!(sign_key(text).is_err(), "{text:?}");
        }
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
