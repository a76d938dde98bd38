// SPDX-License-Identifier: LGPL-2.1-or-later
//! Which of two versions is the later one: as dpkg says (deb-version(7)), and as rpm does
//! (rpm-version(7)). Pure.

use std::cmp::Ordering;

/// Two versions of dpkg: `[epoch:]upstream[-revision]`.
pub fn compare_deb(one: &str, other: &str) -> Ordering {
    let (one, other) = (Parts::of(one), Parts::of(other));
    compare_numbers(one.epoch.as_bytes(), other.epoch.as_bytes())
        .then_with(|| compare_deb_part(one.version.as_bytes(), other.version.as_bytes()))
        .then_with(|| compare_deb_part(one.release.as_bytes(), other.release.as_bytes()))
}

/// Two versions of rpm: `[epoch:]version[-release]`.
pub fn compare_rpm(one: &str, other: &str) -> Ordering {
    let (one, other) = (Parts::of(one), Parts::of(other));
    compare_numbers(one.epoch.as_bytes(), other.epoch.as_bytes())
        .then_with(|| compare_rpm_part(one.version.as_bytes(), other.version.as_bytes()))
        .then_with(|| compare_rpm_part(one.release.as_bytes(), other.release.as_bytes()))
}

/// Both write them alike; what is left out is as good as 0.
struct Parts<'a> {
    epoch: &'a str,
    version: &'a str,
    release: &'a str,
}

impl Parts<'_> {
    fn of(version: &str) -> Parts<'_> {
        let (epoch, rest) = version.split_once(':').unwrap_or(("", version));
        let (version, release) = rest.rsplit_once('-').unwrap_or((rest, ""));
        Parts {
            epoch,
            version,
            release,
        }
    }
}

/// In turn what is no digit, and what is, until something is different.
fn compare_deb_part(mut one: &[u8], mut other: &[u8]) -> Ordering {
    loop {
        let letters = (
            take(&mut one, |byte| !byte.is_ascii_digit()),
            take(&mut other, |byte| !byte.is_ascii_digit()),
        );
        let digits = (
            take(&mut one, |byte| byte.is_ascii_digit()),
            take(&mut other, |byte| byte.is_ascii_digit()),
        );
        let order =
            compare_letters(letters.0, letters.1).then_with(|| compare_numbers(digits.0, digits.1));
        if order.is_ne() || (one.is_empty() && other.is_empty()) {
            return order;
        }
    }
}

/// A tilde is before the end, the end before letters, letters before all else.
fn compare_letters(one: &[u8], other: &[u8]) -> Ordering {
    fn weight(byte: Option<&u8>) -> i32 {
        match byte {
            Some(b'~') => -1,
            None => 0,
            Some(byte) if byte.is_ascii_alphabetic() => i32::from(*byte),
            Some(byte) => i32::from(*byte) + 256,
        }
    }
    (0..one.len().max(other.len()))
        .map(|place| weight(one.get(place)).cmp(&weight(other.get(place))))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// Numbers of any length, which need not be there.
fn compare_numbers(one: &[u8], other: &[u8]) -> Ordering {
    fn significant(mut digits: &[u8]) -> &[u8] {
        take(&mut digits, |byte| byte == b'0');
        digits
    }
    let (one, other) = (significant(one), significant(other));
    one.len().cmp(&other.len()).then_with(|| one.cmp(other))
}

/// What stands between anything else is a segment: digits, or letters.
fn compare_rpm_part(mut one: &[u8], mut other: &[u8]) -> Ordering {
    fn separates(byte: u8) -> bool {
        !byte.is_ascii_alphanumeric() && byte != b'~' && byte != b'^'
    }
    loop {
        take(&mut one, separates);
        take(&mut other, separates);
        match (one.first(), other.first()) {
            (None, None) => return Ordering::Equal,
            // Before all else, the end too.
            (Some(b'~'), Some(b'~')) | (Some(b'^'), Some(b'^')) => {
                (one, other) = (&one[1..], &other[1..]);
                continue;
            }
            (Some(b'~'), _) => return Ordering::Less,
            (_, Some(b'~')) => return Ordering::Greater,
            // After the end, and before all else.
            (Some(b'^'), None) => return Ordering::Greater,
            (None, Some(b'^')) => return Ordering::Less,
            (Some(b'^'), _) => return Ordering::Less,
            (_, Some(b'^')) => return Ordering::Greater,
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
            (Some(a), Some(b)) => match (a.is_ascii_digit(), b.is_ascii_digit()) {
                (true, false) => return Ordering::Greater,
                (false, true) => return Ordering::Less,
                (true, true) => {
                    let digits = |byte: u8| byte.is_ascii_digit();
                    let order = compare_numbers(take(&mut one, digits), take(&mut other, digits));
                    if order.is_ne() {
                        return order;
                    }
                }
                (false, false) => {
                    let letters = |byte: u8| byte.is_ascii_alphabetic();
                    let order = take(&mut one, letters).cmp(take(&mut other, letters));
                    if order.is_ne() {
                        return order;
                    }
                }
            },
        }
    }
}

/// Takes from the front what is of this kind.
fn take<'a>(text: &mut &'a [u8], kind: impl Fn(u8) -> bool) -> &'a [u8] {
    let end = text
        .iter()
        .position(|byte| !kind(*byte))
        .unwrap_or(text.len());
    let (front, rest) = text.split_at(end);
    *text = rest;
    front
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(compare: fn(&str, &str) -> Ordering, cases: &[(&str, char, &str)]) {
        for (one, sign, other) in cases {
            let wanted = match sign {
                '<' => Ordering::Less,
                '>' => Ordering::Greater,
                _ => Ordering::Equal,
            };
            assert_eq!(compare(one, other), wanted, "{one} {sign} {other}");
            assert_eq!(compare(other, one), wanted.reverse(), "{other}, {one}");
        }
    }

    /// Those of dpkg's own tests, lib/dpkg/t/t-version.c and scripts/t/Dpkg_Version.t.
    #[test]
    fn dpkgs_vectors() {
        check(
            compare_deb,
            &[
                ("0", '=', "0"),
                ("0", '=', "00"),
                ("0", '=', "0-0"),
                ("0:0", '=', "0"),
                ("0:0-00", '=', "0:00-0"),
                ("1:2-3", '=', "1:2-3"),
                ("0", '<', "1:0"),
                ("9:0-0", '<', "10:0-0"),
                ("0:a-0", '<', "0:b-0"),
                ("0:1-0", '<', "0:a-0"),
                ("0:0-a", '<', "0:0-b"),
                ("0:0-0", '<', "0:0-1"),
                ("1.0-1", '>', "1.0-0"),
                ("7.6p2-4", '>', "7.6-0"),
                ("1.0.3-3", '>', "1.0-1"),
                ("1.3", '>', "1.2.2-2"),
                ("1.3", '>', "1.2.2"),
                ("0-pre", '=', "0-pre"),
                ("0-pre", '<', "0-pree"),
                ("1.1.6r2-2", '>', "1.1.6r-1"),
                ("2.6b2-1", '>', "2.6b-2"),
                ("98.1p5-1", '<', "98.1-pre2-b6-2"),
                ("0.4a6-2", '>', "0.4-1"),
                ("1:3.0.5-2", '<', "1:3.0.5.1"),
                ("1:0.4", '>', "10.3"),
                ("1:1.25-4", '<', "1:1.25-8"),
                ("0:1.18.36", '=', "1.18.36"),
                ("1.18.36", '>', "1.18.35"),
                ("9:1.18.36:5.4-20", '<', "10:0.5.1-22"),
                ("9:1.18.36:5.4-20", '<', "9:1.18.36:5.5-1"),
                ("9:1.18.36:5.4-20", '<', "9:1.18.37:4.3-22"),
                ("1.18.36-0.17.35-18", '>', "1.18.36-19"),
                ("1:1.2.13-3", '<', "1:1.2.13-3.1"),
                ("2.0.7pre1-4", '<', "2.0.7r-1"),
                ("0:0-0-0", '>', "0-0"),
                ("0", '=', "0-"),
                ("1.2.3~rc1", '<', "1.2.3"),
                ("1.0~~", '<', "1.0~"),
                ("1.0~", '<', "1.0"),
                ("1.0~~a", '<', "1.0~"),
                ("1.0-1~bpo12+1", '<', "1.0-1"),
                ("1.0+b1", '>', "1.0"),
                ("1.0+", '>', "1.0a"),
                ("020", '=', "20"),
                (
                    "99999999999999999999999999",
                    '<',
                    "100000000000000000000000000",
                ),
            ],
        );
    }

    /// Those of rpm's own tests, tests/rpmvercmp.at, and what they leave out: case, epochs, releases.
    #[test]
    fn rpms_vectors() {
        check(
            compare_rpm,
            &[
                ("1.0", '=', "1.0"),
                ("1.0", '<', "2.0"),
                ("2.0.1", '=', "2.0.1"),
                ("2.0", '<', "2.0.1"),
                ("2.0.1a", '=', "2.0.1a"),
                ("2.0.1a", '>', "2.0.1"),
                ("5.5p1", '<', "5.5p2"),
                ("5.5p10", '>', "5.5p1"),
                ("10xyz", '<', "10.1xyz"),
                ("xyz10", '=', "xyz10"),
                ("xyz10", '<', "xyz10.1"),
                ("xyz.4", '<', "8"),
                ("xyz.4", '<', "2"),
                ("5.5p2", '<', "5.6p1"),
                ("5.6p1", '<', "6.5p1"),
                ("6.0.rc1", '>', "6.0"),
                ("10b2", '>', "10a1"),
                ("10a2", '<', "10b2"),
                ("1.0aa", '>', "1.0a"),
                ("10.0001", '=', "10.1"),
                ("10.0001", '<', "10.0039"),
                ("4.999.9", '<', "5.0"),
                ("20101121", '<', "20101122"),
                ("2_0", '=', "2.0"),
                ("2_0", '=', "2_0"),
                ("a", '=', "a+"),
                ("a+", '=', "a_"),
                ("+a", '=', "_a"),
                ("+_", '=', "_+"),
                ("+", '=', "_"),
                ("1.0~rc1", '=', "1.0~rc1"),
                ("1.0~rc1", '<', "1.0"),
                ("1.0~rc1", '<', "1.0~rc2"),
                ("1.0~rc1~git123", '<', "1.0~rc1"),
                ("1.0^", '=', "1.0^"),
                ("1.0^", '>', "1.0"),
                ("1.0^git1", '>', "1.0"),
                ("1.0^git1", '<', "1.0^git2"),
                ("1.0^git1", '<', "1.01"),
                ("1.0^20160101", '<', "1.0.1"),
                ("1.0^20160101^git1", '=', "1.0^20160101^git1"),
                ("1.0^20160102", '>', "1.0^20160101^git1"),
                ("1.0~rc1^git1", '>', "1.0~rc1"),
                ("1.0^git1~pre", '<', "1.0^git1"),
                ("1.0^git1", '>', "1.0^git1~pre"),
                ("1.900", '<', "1.8000"),
                ("FC5", '<', "fc4"),
                ("2a", '<', "2.0"),
                ("1.0", '>', "1.fc4"),
                ("1b.fc17", '=', "1b.fc17"),
                ("1b.fc17", '<', "1.fc17"),
                ("1g.fc17", '>', "1.fc17"),
                ("1:1.0-1", '>', "2.0-1"),
                ("0:1.0-1", '=', "1.0-1"),
                ("1.0-1.fc40", '<', "1.0-2.fc40"),
            ],
        );
    }
}
