//! JSON by the letter, for who writes JSON: a client reads more than that, and not always what was meant.

use crate::fault::{Fault, FaultKind};

/// Deeper than this no client reads.
const DEEPEST: usize = 64;

/// Checks that the text is one JSON object.
///
/// # Errors
/// The first place at which it is not.
pub fn check_json(text: &str) -> Result<(), Fault> {
    crate::text::short_enough(text)?;
    let mut reader = Reader {
        rest: text,
        line: 1,
        column: 1,
    };
    reader.spaces();
    if reader.peek() != Some('{') {
        return Err(reader.fault("A configuration in JSON starts with {. Put your keys between braces."));
    }
    reader.value(0)?;
    reader.spaces();
    if reader.peek().is_some() {
        return Err(reader.fault("Something follows the last brace. Remove it."));
    }
    Ok(())
}

struct Reader<'a> {
    rest: &'a str,
    line: u32,
    column: u32,
}

impl Reader<'_> {
    fn fault(&self, message: &str) -> Fault {
        Fault {
            kind: FaultKind::Syntax,
            line: self.line,
            column: self.column,
            message: message.to_owned(),
        }
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.rest = self.rest.get(c.len_utf8()..).unwrap_or("");
        if c == '\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
        Some(c)
    }

    fn spaces(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t' | '\n' | '\r')) {
            self.next();
        }
    }

    fn value(&mut self, depth: usize) -> Result<(), Fault> {
        self.spaces();
        match self.peek() {
            Some('{' | '[') if depth >= DEEPEST => Err(Fault {
                kind: FaultKind::Limit,
                ..self.fault("Clients cannot read what is nested this deep. Flatten it.")
            }),
            Some('{') => self.several('}', depth, Self::pair),
            Some('[') => self.several(']', depth, Self::value),
            Some('"') => self.string(),
            Some('-' | '0'..='9') => self.number(),
            Some('t') => self.word("true"),
            Some('f') => self.word("false"),
            Some('n') => self.word("null"),
            Some('\'') => Err(self.fault("JSON has double quotes only. Write \"...\".")),
            Some('/' | '#') => Err(self.fault("JSON has no comments. Remove it, or save the text as HOCON.")),
            None => Err(self.fault("The text ends too early. Close what is open.")),
            Some(_) => Err(self.fault("A value is missing here. Text stands in double quotes.")),
        }
    }

    fn several(
        &mut self,
        end: char,
        depth: usize,
        one: fn(&mut Self, usize) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.next();
        self.spaces();
        if self.peek() == Some(end) {
            self.next();
            return Ok(());
        }
        loop {
            one(self, depth + 1)?;
            self.spaces();
            match self.peek() {
                Some(',') => {
                    self.next();
                    self.spaces();
                    if self.peek() == Some(end) {
                        return Err(self.fault("JSON has no comma after the last one. Remove the comma."));
                    }
                }
                Some(c) if c == end => {
                    self.next();
                    return Ok(());
                }
                None => return Err(self.fault(&format!("The text ends too early. Close it with {end}."))),
                Some('/' | '#') => {
                    return Err(self.fault("JSON has no comments. Remove it, or save the text as HOCON."));
                }
                Some(_) => return Err(self.fault(&format!("A comma or {end} is missing here."))),
            }
        }
    }

    fn pair(&mut self, depth: usize) -> Result<(), Fault> {
        if self.peek() != Some('"') {
            return Err(self.fault("A key is missing here. Keys stand in double quotes."));
        }
        self.string()?;
        self.spaces();
        if self.peek() != Some(':') {
            return Err(self.fault("A colon is missing after the key."));
        }
        self.next();
        self.value(depth)
    }

    fn string(&mut self) -> Result<(), Fault> {
        self.next();
        loop {
            match self.peek() {
                Some('"') => {
                    self.next();
                    return Ok(());
                }
                Some('\\') => self.escape()?,
                None | Some('\n') => {
                    return Err(self.fault("This text is not closed on its line. Write \\n for a line end."));
                }
                Some(c) if u32::from(c) < 0x20 => {
                    return Err(self.fault("JSON has no such sign in text. Write \\t for a tab."));
                }
                Some(_) => {
                    self.next();
                }
            }
        }
    }

    fn escape(&mut self) -> Result<(), Fault> {
        let wrong = self.fault("JSON does not know this escape. Write \\\\ for a backslash.");
        self.next();
        match self.next() {
            Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't') => Ok(()),
            Some('u') if (0..4).all(|_| self.next().is_some_and(|c| c.is_ascii_hexdigit())) => Ok(()),
            _ => Err(wrong),
        }
    }

    fn digits(&mut self) -> Result<(), Fault> {
        if !self.peek().is_some_and(|c| c.is_ascii_digit()) {
            return Err(self.fault("A digit is missing here."));
        }
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.next();
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), Fault> {
        if self.peek() == Some('-') {
            self.next();
        }
        if self.peek() == Some('0') {
            self.next();
            if self.peek().is_some_and(|c| c.is_ascii_digit()) {
                return Err(self.fault("A number in JSON starts with no zero. Remove it."));
            }
        } else {
            self.digits()?;
        }
        if self.peek() == Some('.') {
            self.next();
            self.digits()?;
        }
        if matches!(self.peek(), Some('e' | 'E')) {
            self.next();
            if matches!(self.peek(), Some('+' | '-')) {
                self.next();
            }
            self.digits()?;
        }
        Ok(())
    }

    fn word(&mut self, word: &str) -> Result<(), Fault> {
        let wrong = self.fault("A value is missing here. Text stands in double quotes.");
        if word.chars().all(|c| self.next() == Some(c)) {
            Ok(())
        } else {
            Err(wrong)
        }
    }
}
