//! The smallest parts of the client's grammar: where a thing that starts here ends. Each function is one of its regular
//! expressions, written out; all look at each sign once or twice.

use crate::text::{digit, is_space};

/// A quoted text: where its last quote is, and where it ends with the spaces that belong to it.
#[derive(Clone, Copy)]
pub(crate) struct Token {
    pub(crate) quote: usize,
    pub(crate) end: usize,
}

fn is_at(text: &[char], at: usize, sign: char) -> bool {
    text.get(at) == Some(&sign)
}

fn while_true(text: &[char], from: usize, wanted: impl Fn(char) -> bool) -> usize {
    text.iter()
        .skip(from)
        .position(|c| !wanted(*c))
        .map_or(text.len(), |length| from + length)
}

fn spaces(text: &[char], from: usize) -> usize {
    while_true(text, from, |c| c == ' ')
}

/// Python's `$`: the end, also before one last line end.
fn is_end(text: &[char], at: usize) -> bool {
    at == text.len() || (at + 1 == text.len() && is_at(text, at, '\n'))
}

/// The closing quote of a text in quotes that starts here and does not hold what `stops` says.
fn closing_quote(text: &[char], at: usize, stops: impl Fn(char) -> bool) -> Option<usize> {
    if !is_at(text, at, '"') {
        return None;
    }
    let mut here = at + 1;
    loop {
        match text.get(here)? {
            '"' => return Some(here),
            '\\' if text.get(here + 1).is_some_and(|c| *c != '\n') => here += 2,
            '\\' => return None,
            c if stops(*c) => return None,
            _ => here += 1,
        }
    }
}

/// `"(?:[^"\\\n]|\\.)*"[ \t]*`
pub(crate) fn quoted(text: &[char], at: usize) -> Option<Token> {
    let quote = closing_quote(text, at, |c| c == '\n')?;
    Some(Token {
        quote,
        end: spaces(text, quote + 1),
    })
}

/// A key in quotes: like a text, but a carriage return ends the line as well.
pub(crate) fn quoted_key(text: &[char], at: usize) -> Option<usize> {
    Some(closing_quote(text, at, |c| c == '\n' || c == '\r')? + 1)
}

/// A key without quotes. It goes on over spaces.
pub(crate) fn word(text: &[char], at: usize) -> Option<usize> {
    let end = while_true(text, at, is_word);
    (end > at).then_some(end)
}

/// What a key may hold without quotes: ASCII letters and digits, `._- /`, and the letters of Latin-1.
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || "._- /".contains(c)
        || matches!(c, '\u{c0}'..='\u{ff}') && !matches!(c, '×' | '÷')
}

/// `[+-]?(\d*\.\d+|\d+(\.\d+)?)([eE][+\-]?\d+)?(?=$|[ \t]*([\$\}\],#\n\r]|//))`
pub(crate) fn number(text: &[char], at: usize) -> Option<usize> {
    let end = number_like(text, at)?;
    let next = spaces(text, end);
    let follows = text.get(next).is_some_and(|c| "$}],#\n\r".contains(*c))
        || is_at(text, next, '/') && is_at(text, next + 1, '/');
    (is_end(text, end) || follows).then_some(end)
}

/// A number, whatever follows it.
pub(crate) fn number_like(text: &[char], at: usize) -> Option<usize> {
    let digits = |from| while_true(text, from, |c| digit(c).is_some());
    let start = if is_at(text, at, '+') || is_at(text, at, '-') {
        at + 1
    } else {
        at
    };
    let mut end = digits(start);
    if is_at(text, end, '.') && digits(end + 1) > end + 1 {
        end = digits(end + 1);
    } else if end == start {
        return None;
    }
    if is_at(text, end, 'e') || is_at(text, end, 'E') {
        let sign = if is_at(text, end + 1, '+') || is_at(text, end + 1, '-') {
            end + 2
        } else {
            end + 1
        };
        if digits(sign) > sign {
            end = digits(sign);
        }
    }
    Some(end)
}

/// A duration at the end of the text: where its digits end, and where its unit starts and ends.
pub(crate) fn period(text: &[char], at: usize) -> Option<(usize, usize, usize)> {
    let digits = while_true(text, at, |c| digit(c).is_some());
    if digits == at {
        return None;
    }
    let unit = while_true(text, digits, is_space);
    let end = while_true(text, unit, |c| c.is_ascii_lowercase());
    (end > unit && end - unit <= 12 && is_end(text, end)).then_some((digits, unit, end))
}

/// Three quotes, anything, and the last three of the next quotes that are three or more.
pub(crate) fn multiline(text: &[char], at: usize) -> Option<usize> {
    let three = |from| (0..3).all(|more| is_at(text, from + more, '"'));
    if !three(at) {
        return None;
    }
    let mut here = at + 3;
    while !three(here) {
        if here >= text.len() {
            return None;
        }
        here += 1;
    }
    Some(while_true(text, here, |c| c == '"'))
}

/// ``(?:[^^`+?!@*&"\[\{\s\]\}#,=\$\\]|\\.)+[ \t]*``
pub(crate) fn unquoted(text: &[char], at: usize) -> Option<usize> {
    let mut here = at;
    loop {
        match text.get(here) {
            Some('\\') if text.get(here + 1).is_some_and(|c| *c != '\n') => here += 2,
            Some(c) if !is_space(*c) && !"^`+?!@*&\"[{]}#,=$\\".contains(*c) => here += 1,
            _ => break,
        }
    }
    (here > at).then(|| spaces(text, here))
}

/// `${...}` and the spaces after it: where the brace is, and where it ends.
pub(crate) fn substitution(text: &[char], at: usize) -> Option<(usize, usize)> {
    if !is_at(text, at, '$') || !is_at(text, at + 1, '{') {
        return None;
    }
    let brace = while_true(text, at + 2, |c| c != '}');
    (brace > at + 2 && brace < text.len()).then(|| (brace, spaces(text, brace + 1)))
}

/// A word that stands alone. Without regard to case, two letters of other alphabets have an ASCII capital, as in Python.
pub(crate) fn keyword(text: &[char], at: usize, word: &str, any_case: bool) -> Option<usize> {
    let upper = |c: char| match c {
        'ı' => 'I',
        'ſ' => 'S',
        other => other.to_ascii_uppercase(),
    };
    let shown = |c: char| if any_case { upper(c) } else { c };
    let stands_apart =
        |c: Option<&char>| c.is_none_or(|c| !(shown(*c).is_ascii_alphanumeric() || matches!(c, '_' | '$')));
    let end = at + word.len();
    let matches = word
        .chars()
        .enumerate()
        .all(|(offset, c)| text.get(at + offset).is_some_and(|found| shown(*found) == c));
    let before = at.checked_sub(1).and_then(|at| text.get(at));
    (matches && stands_apart(before) && stands_apart(text.get(end))).then_some(end)
}
