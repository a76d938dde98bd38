// SPDX-License-Identifier: LGPL-2.1-or-later
//! Names of files for people and line by line readers: one line each, that cannot play with
//! the terminal. Pure.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// A path or name with anything in it that is no ordinary text is quoted, as git does it.
pub(super) fn quoted(name: &OsStr) -> String {
    let is_plain = |text: &&str| {
        !text
            .chars()
            .any(|c| c.is_control() || c == '"' || c == '\\')
    };
    if let Some(text) = name.to_str().filter(is_plain) {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    for &byte in name.as_bytes() {
        match byte {
            b'\n' => quoted += "\\n",
            b'\t' => quoted += "\\t",
            b'"' | b'\\' => {
                quoted.push('\\');
                quoted.push(char::from(byte));
            }
            b' '..=b'~' => quoted.push(char::from(byte)),
            other => quoted += &format!("\\{other:03o}"),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_whatever_is_in_it() {
        let odd = OsStr::from_bytes(b"/usr/a\n\x1b[2J\xff\"b");
        assert_eq!(quoted(odd), r#""/usr/a\n\033[2J\377\"b""#);
        assert_eq!(quoted(OsStr::new("/usr/ä b")), "/usr/ä b");
    }
}
