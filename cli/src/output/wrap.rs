// SPDX-License-Identifier: LGPL-2.1-or-later
//! Text in lines of at most 80 columns. Pure.

const COLUMNS: usize = 80;

/// `text` behind `lead`, its further lines indented as far as the lead is wide. A
/// word that is too long for a line, such as a path, is left whole, to be copied.
pub(super) fn hanging(lead: &str, text: &str) -> String {
    let indent = lead.chars().count();
    let mut wrapped = lead.to_owned();
    let mut column = indent;
    for (number, word) in text.split_whitespace().enumerate() {
        let width = word.chars().count();
        if number > 0 {
            if column + 1 + width > COLUMNS {
                wrapped.push('\n');
                wrapped.push_str(&" ".repeat(indent));
                column = indent;
            } else {
                wrapped.push(' ');
                column += 1;
            }
        }
        wrapped.push_str(word);
        column += width;
    }
    wrapped.push('\n');
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_hang() {
        let text = "word ".repeat(40);
        let wrapped = hanging("  problem ", &text);
        for (number, line) in wrapped.lines().enumerate() {
            assert!(line.chars().count() <= COLUMNS, "{line}");
            let start = if number == 0 {
                "  problem word"
            } else {
                "          word"
            };
            assert!(line.starts_with(start), "{line}");
            assert!(!line.ends_with(' '), "{line:?}");
        }
        assert_eq!(wrapped.split_whitespace().count(), 41);
    }

    #[test]
    fn a_long_word_stays_whole() {
        let path = "/x".repeat(100);
        let wrapped = hanging("  upper   ", &format!("{path} read-only"));
        assert_eq!(wrapped, format!("  upper   {path}\n          read-only\n"));
    }

    #[test]
    fn nothing_is_one_line() {
        assert_eq!(hanging("x", ""), "x\n");
    }
}
