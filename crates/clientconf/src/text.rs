//! A text as the client's parser sees it: tabs become spaces before anything else happens, so offsets count in the expanded
//! text and are turned back into lines and columns of the original. Also Python's idea of white space and digits.

use crate::fault::{Fault, FaultKind, MAX_BYTES, Stop};

/// How far a tab reaches, as in Python's `str.expandtabs`.
const TAB: usize = 8;

/// The expanded text.
pub(crate) fn expand(text: &str) -> Vec<char> {
    let mut chars = Vec::with_capacity(text.len());
    let mut column = 0;
    for c in text.chars() {
        match c {
            '\t' => {
                let wide = TAB - column % TAB;
                chars.extend(std::iter::repeat_n(' ', wide));
                column += wide;
            }
            '\n' | '\r' => {
                chars.push(c);
                column = 0;
            }
            _ => {
                chars.push(c);
                column += 1;
            }
        }
    }
    chars
}

/// Turns offsets into the expanded text into lines and columns, both from 1, in one walk: each offset at or after the last.
pub(crate) struct Places<'a> {
    rest: std::str::Chars<'a>,
    offset: usize,
    expanded_column: usize,
    line: u32,
    column: u32,
}

impl<'a> Places<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            rest: text.chars(),
            offset: 0,
            expanded_column: 0,
            line: 1,
            column: 1,
        }
    }

    pub(crate) fn of(&mut self, at: usize) -> (u32, u32) {
        while let Some(c) = self.rest.clone().next() {
            let wide = if c == '\t' {
                TAB - self.expanded_column % TAB
            } else {
                1
            };
            if self.offset + wide > at {
                break;
            }
            self.rest.next();
            self.offset += wide;
            self.expanded_column = if matches!(c, '\n' | '\r') {
                0
            } else {
                self.expanded_column + wide
            };
            if c == '\n' {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += 1;
            }
        }
        (self.line, self.column)
    }
}

/// Line and column, both from 1, of an offset into the expanded text.
pub(crate) fn place(text: &str, at: usize) -> (u32, u32) {
    Places::new(text).of(at)
}

/// Gives a fault its place.
pub(crate) fn fault(text: &str, stop: Stop) -> Fault {
    let (line, column) = place(text, stop.at);
    Fault {
        kind: stop.kind,
        line,
        column,
        message: stop.message,
    }
}

/// Refuses what is too long to be read.
pub(crate) fn short_enough(text: &str) -> Result<(), Fault> {
    if text.len() <= MAX_BYTES {
        return Ok(());
    }
    let message =
        "A configuration may have 1 MiB of text. Shorten it, or split it into several vaults.".to_owned();
    Err(Fault {
        kind: FaultKind::Limit,
        line: 1,
        column: 1,
        message,
    })
}

/// What Python's `str.isspace` and `\s` say is white space.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

/// The first of each run of ten decimal digits in Unicode 14 (category Nd), which `\d` and `int()` take as well.
const DIGITS: [u32; 66] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50,
    0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40,
    0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x1_04a0, 0x1_0d30, 0x1_1066,
    0x1_10f0, 0x1_1136, 0x1_11d0, 0x1_12f0, 0x1_1450, 0x1_14d0, 0x1_1650, 0x1_16c0, 0x1_1730, 0x1_18e0,
    0x1_1950, 0x1_1c50, 0x1_1d50, 0x1_1da0, 0x1_6a60, 0x1_6ac0, 0x1_6b50, 0x1_d7ce, 0x1_d7d8, 0x1_d7e2,
    0x1_d7ec, 0x1_d7f6, 0x1_e140, 0x1_e2f0, 0x1_e950, 0x1_fbf0,
];

/// The digit as ASCII, if it is a decimal digit of any script.
pub(crate) fn digit(c: char) -> Option<char> {
    if c.is_ascii() {
        return c.is_ascii_digit().then_some(c);
    }
    let code = u32::from(c);
    let start = DIGITS.iter().rev().find(|start| **start <= code)?;
    char::from_digit(code - start, 10)
}

/// The size of a text, as a list of vaults shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// How many lines an editor shows; an empty text has none.
    pub lines: usize,
    /// How many bytes it has in UTF-8.
    pub bytes: usize,
}

/// Counts lines and bytes.
pub fn summary(text: &str) -> Summary {
    let ended = text.strip_suffix('\n').unwrap_or(text);
    let lines = if text.is_empty() {
        0
    } else {
        ended.split('\n').count()
    };
    Summary {
        lines,
        bytes: text.len(),
    }
}

impl std::fmt::Display for Summary {
    /// "28 lines (1.1 KB)"; a KB has 1024 bytes.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let plural = if self.lines == 1 { "" } else { "s" };
        if self.bytes < 1024 {
            return write!(out, "{} line{plural} ({} B)", self.lines, self.bytes);
        }
        let tenths = (self.bytes * 10 + 512) / 1024;
        if tenths < 10_000 {
            return write!(
                out,
                "{} line{plural} ({}.{} KB)",
                self.lines,
                tenths / 10,
                tenths % 10
            );
        }
        let tenths = (tenths + 512) / 1024;
        write!(
            out,
            "{} line{plural} ({}.{} MB)",
            self.lines,
            tenths / 10,
            tenths % 10
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_a_tab_as_one_column() {
        assert_eq!(place("a\tb\n\té=", 8), (1, 3));
        assert_eq!(place("a\tb\n\té=", 10), (2, 1));
        assert_eq!(place("a\tb\n\té=", 19), (2, 3));
        assert_eq!(place("", 5), (1, 1));
    }

    #[test]
    fn digits_of_other_scripts_are_digits() {
        assert_eq!(digit('٣'), Some('3'));
        assert_eq!(digit('²'), None);
        assert_eq!(digit('x'), None);
        assert_eq!(digit('９'), Some('9'));
    }

    #[test]
    fn a_summary_reads_as_in_a_table() {
        assert_eq!(summary("").to_string(), "0 lines (0 B)");
        assert_eq!(summary("a = 1").to_string(), "1 line (5 B)");
        assert_eq!(summary("a\nb\n").to_string(), "2 lines (4 B)");
        assert_eq!(summary(&"x".repeat(1126)).to_string(), "1 line (1.1 KB)");
        assert_eq!(summary(&"x".repeat(1 << 20)).to_string(), "1 line (1.0 MB)");
    }
}
