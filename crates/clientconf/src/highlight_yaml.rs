//! Colours of YAML.

use crate::highlight::{Class, Painter, is_number};

/// What a line leaves for the next: the indent of a block of text, and the quote of a text that is not closed.
type Left = Option<(Option<usize>, Option<char>)>;

pub(crate) fn yaml(painter: &mut Painter<'_>, block: Option<usize>, quote: Option<char>) -> Left {
    let line = painter.line;
    let indent = line.len() - line.trim_start_matches(' ').len();
    if let Some(block_indent) = block
        && (line.trim().is_empty() || indent > block_indent)
    {
        painter.spaces();
        if !painter.rest().is_empty() {
            painter.paint(painter.rest().len(), Class::Text);
        }
        return Some((block, None));
    }
    if let Some(mark) = quote {
        match closing(line, mark) {
            None => {
                painter.spaces();
                painter.paint(painter.rest().len(), Class::Text);
                return Some((None, quote));
            }
            Some(end) => painter.paint(end, Class::Text),
        }
    }
    pieces(painter, indent)
}

/// The byte after the quote that closes a text which goes on from the line before.
fn closing(line: &str, mark: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' && mark == '"' {
            escaped = true;
        } else if c == mark {
            return Some(at + 1);
        }
    }
    None
}

fn pieces(painter: &mut Painter<'_>, indent: usize) -> Left {
    loop {
        let before = painter.at;
        painter.spaces();
        let rest = painter.rest();
        let c = painter.peek()?;
        let spaced = painter.at > before || before == 0;
        match c {
            '#' if spaced => painter.paint(rest.len(), Class::Comment),
            '"' | '\'' => {
                let (length, closed) = painter.quoted(c);
                if !closed {
                    painter.paint(length, Class::Text);
                    return Some((None, Some(c)));
                }
                let is_key = ends_key(rest.get(length..).unwrap_or(""));
                painter.paint(length, if is_key { Class::Key } else { Class::Text });
            }
            '|' | '>' if is_block_sign(rest) => {
                painter.paint(1, Class::Punctuation);
                return Some((Some(indent), None));
            }
            '-' | ':' | '?'
                if rest.len() == 1
                    || rest
                        .get(1..)
                        .is_some_and(|r| r.starts_with([' ', ',', '}', ']', '"', '\''])) =>
            {
                painter.paint(1, Class::Punctuation);
            }
            '{' | '}' | '[' | ']' | ',' => painter.paint(1, Class::Punctuation),
            '-' | '.' if painter.at == 0 && matches!(rest.trim_end(), "---" | "...") => {
                painter.paint(3, Class::Punctuation);
            }
            '&' | '*' | '!' => {
                let length = rest.find(' ').unwrap_or(rest.len());
                painter.paint(length, Class::Substitution);
            }
            '\t' | '@' | '`' | '%' => painter.paint(1, Class::Error),
            _ => plain(painter),
        }
    }
}

fn is_block_sign(rest: &str) -> bool {
    let after = rest
        .get(1..)
        .unwrap_or("")
        .trim_start_matches(|c: char| c.is_ascii_digit() || c == '+' || c == '-');
    after.trim_start().is_empty() || after.trim_start().starts_with('#')
}

fn ends_key(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.starts_with(':')
        && rest
            .get(1..)
            .is_none_or(|after| after.is_empty() || after.starts_with([' ', '"', '\'', '{', '[']))
}

fn plain(painter: &mut Painter<'_>) {
    let rest = painter.rest();
    let mut length = rest.len();
    let mut key = false;
    for (at, c) in rest.char_indices() {
        let next = rest.get(at + c.len_utf8()..).unwrap_or("");
        if c == ':' && (next.is_empty() || next.starts_with(' ')) {
            length = at;
            key = true;
            break;
        }
        if c == ' ' && next.starts_with('#') || matches!(c, ',' | '}' | ']') && at > 0 {
            length = at;
            break;
        }
    }
    let word = rest.get(..length).unwrap_or("").trim_end();
    let class = match word {
        _ if key => Class::Key,
        "true" | "false" | "null" | "~" | "True" | "False" | "Null" => Class::Keyword,
        _ if is_number(word) => Class::Number,
        _ => Class::Text,
    };
    painter.paint(word.len().max(1), class);
}
