//! `include ...` of the client's grammar. Nothing is read: what a client would read is remembered by its place.

use crate::fault::Stop;
use crate::grammar::{Grammar, Include};
use crate::tokens::{self, Token};

impl Grammar<'_> {
    pub(crate) fn include(&mut self) -> Result<bool, Stop> {
        let before = self.at;
        self.spaces();
        let start = self.at;
        let found = self.token(tokens::keyword(self.text, self.at, "INCLUDE", true)) && self.included()?;
        if found {
            self.out.includes.push(Include { at: start });
        } else {
            self.at = before;
        }
        Ok(found)
    }

    fn included(&mut self) -> Result<bool, Stop> {
        self.spaces();
        if let Some(Token { end, .. }) = tokens::quoted(self.text, self.at) {
            self.at = end;
            return Ok(true);
        }
        let word = |name| tokens::keyword(self.text, self.at, name, false);
        if word("required").is_some() {
            return Err(self.stop("The file is required, but not here: clients fail without it. Write its contents into this text."));
        }
        let Some(word) = word("url").or_else(|| word("file")) else {
            return Ok(false);
        };
        self.token(Some(word));
        self.expect("(")?;
        self.spaces();
        match tokens::quoted(self.text, self.at) {
            Some(Token { end, .. }) => self.at = end,
            None => return Err(self.stop("A name in quotes is missing. Write include file(\"name\").")),
        }
        self.expect(")")?;
        Ok(true)
    }

    fn expect(&mut self, sign: &str) -> Result<(), Stop> {
        if self.literal(sign) {
            Ok(())
        } else {
            Err(self.stop(&format!("Clients expect {sign} here. Write it.")))
        }
    }

    fn token(&mut self, token: Option<usize>) -> bool {
        if let Some(end) = token {
            self.at = end;
        }
        token.is_some()
    }
}
