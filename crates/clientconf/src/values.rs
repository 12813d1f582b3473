//! What stands after `=`: any number of values beside each other.

use std::rc::Rc;

use crate::fault::Stop;
use crate::grammar::{Grammar, Oddity};
use crate::graph::{Key, Sub, Val};
use crate::scalar::{self, Number};
use crate::tokens;

impl Grammar<'_> {
    /// Everything up to the end of the value, joined.
    pub(crate) fn value(&mut self) -> Result<Val, Stop> {
        self.spaces();
        let start = self.at;
        let mut tokens = Vec::new();
        loop {
            if self.comment_after_break() {
                continue;
            }
            if self.include()? {
                tokens.push(Val::Include);
                continue;
            }
            self.spaces();
            let token = match self.peek() {
                Some('{') => Some(self.block()?),
                Some('[') => Some(self.list()?),
                Some('$') => self.substitution()?,
                Some('\\') => match self.scalar()? {
                    None => {
                        self.continued()?;
                        continue;
                    }
                    found => found,
                },
                Some(_) => self.scalar()?,
                None => None,
            };
            match token {
                Some(token) => tokens.push(token),
                None => break,
            }
        }
        if let [Val::Unquoted(word)] = tokens.as_slice() {
            self.word_alone(word.trim_end(), start);
        } else if tokens.len() > 1
            && let Some(Val::Int(_) | Val::Float(_) | Val::Bool(_)) = tokens.first()
            && matches!(tokens.get(1), Some(Val::Unquoted(_) | Val::Quoted(..)))
        {
            self.odd(Oddity::NumberAsText, start);
        }
        self.out.graph.here = start;
        self.out.graph.beside(tokens, start)
    }

    fn word_alone(&mut self, word: &str, at: usize) {
        if ["yes", "no", "on", "off"]
            .iter()
            .any(|known| word.eq_ignore_ascii_case(known))
        {
            self.odd(Oddity::Word, at);
        } else if tokens::number_like(self.text, at).is_some_and(|end| end - at == word.chars().count()) {
            self.odd(Oddity::NumberAsText, at);
        }
    }

    /// A backslash goes on at the next line.
    fn continued(&mut self) -> Result<(), Stop> {
        let stop = self.unexpected();
        self.at += 1;
        if self.run(&['\n', '\r']) {
            Ok(())
        } else {
            Err(stop)
        }
    }

    fn substitution(&mut self) -> Result<Option<Val>, Stop> {
        let Some((brace, end)) = tokens::substitution(self.text, self.at) else {
            return Ok(None);
        };
        let at = self.at;
        let inner = self.string(at + 2, brace);
        let (optional, variable) = match inner.strip_prefix('?') {
            Some(variable) if !variable.is_empty() => (true, variable),
            _ => (false, inner.as_str()),
        };
        self.at = end;
        let variable = Key::text(variable);
        let sub = Sub {
            variable,
            optional,
            spaces: end - brace - 1,
            index: 0,
            parent: None,
            at,
        };
        Ok(Some(Val::Sub(self.out.graph.add_sub(sub)?)))
    }

    fn scalar(&mut self) -> Result<Option<Val>, Stop> {
        let at = self.at;
        if let Some((digits, unit, end)) = tokens::period(self.text, at)
            && scalar::is_unit(&self.string(unit, end))
        {
            let period = scalar::period(self.slice(at, digits), &self.string(unit, end), at)?;
            self.at = end;
            self.odd(Oddity::Duration, at);
            return Ok(Some(Val::Period(Rc::new(period))));
        }
        if let Some(end) = tokens::number(self.text, at) {
            self.at = end;
            return Ok(Some(match scalar::number(self.slice(at, end)) {
                Number::Int(digits) => Val::Int(Rc::from(digits)),
                Number::Float(source) => Val::Float(Rc::from(source)),
            }));
        }
        for (word, value) in [
            ("TRUE", Val::Bool(true)),
            ("FALSE", Val::Bool(false)),
            ("NULL", Val::Null),
        ] {
            if let Some(end) = tokens::keyword(self.text, at, word, true) {
                self.at = end;
                return Ok(Some(value));
            }
        }
        Ok(self.text_value())
    }

    fn text_value(&mut self) -> Option<Val> {
        let at = self.at;
        if let Some(end) = tokens::multiline(self.text, at) {
            self.at = end;
            return Some(Val::Text(Rc::from(self.string(at + 3, end - 3))));
        }
        if let Some(token) = tokens::quoted(self.text, at) {
            self.at = token.end;
            let (text, odd) = unescaped(self.slice(at + 1, token.quote));
            if odd {
                self.odd(Oddity::Escape, at);
            }
            if text.contains("${") {
                self.odd(Oddity::QuotedSubstitution, at);
            }
            return Some(Val::Quoted(Rc::from(text), token.end - token.quote - 1));
        }
        let end = tokens::unquoted(self.text, at)?;
        self.at = end;
        Some(Val::Unquoted(Rc::from(unescaped(self.slice(at, end)).0)))
    }
}

/// The text without the escapes that the client knows, and whether it has others, which stay.
fn unescaped(raw: &[char]) -> (String, bool) {
    let mut text = String::with_capacity(raw.len());
    let mut odd = false;
    let mut signs = raw.iter();
    while let Some(c) = signs.next() {
        if *c != '\\' {
            text.push(*c);
            continue;
        }
        match signs.next() {
            Some('n') => text.push('\n'),
            Some('r') => text.push('\r'),
            Some('t') => text.push('\t'),
            Some(plain @ ('\\' | '=' | '#' | '!' | '"')) => text.push(*plain),
            Some(other) => {
                odd = true;
                text.push('\\');
                text.push(*other);
            }
            None => text.push('\\'),
        }
    }
    (text, odd)
}
