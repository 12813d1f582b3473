//! The client's grammar of HOCON (`config_parser.py`), read in one pass. It is not the one of the HOCON specification: a value
//! goes on to the end of the line, `a b` beside each other are one text, a number counts as one only before certain signs, and
//! a duration only at the very end.

use std::rc::Rc;

use crate::copy::DEEPEST;
use crate::fault::{FaultKind, Stop};
use crate::graph::{Float, Graph, Key, Parent, Sub, Tree, TreeId, Val};
use crate::scalar::{self, Number};
use crate::text::is_space;
use crate::tokens;

/// How much of Python's stack a level takes, and how much of it a client can spare, in calls. Measured: a list takes 16, a
/// block of keys 21, one more sign before it 9; a thousand calls are the limit, of which the SDK and the script that uses
/// it need their part.
const STACK: usize = 760;
pub(crate) const LIST: usize = 16;
pub(crate) const BLOCK: usize = 21;
const ASSIGNED: usize = 9;

/// Bytes of one step of a key: an answer repeats it for each value below.
pub(crate) const LONGEST_STEP: usize = 1_000;

/// Where a key stands: a tree of its own, because keys of the text and keys of the result are not the same.
#[derive(Debug)]
pub(crate) struct Mark {
    /// The mark of what it stands in.
    pub(crate) above: Option<usize>,
    /// One step, `[]` for any element of a list.
    pub(crate) step: Rc<str>,
    pub(crate) at: usize,
    /// Whether a value stands here that does not build on what the key had before, and is no block.
    pub(crate) sets: bool,
}

/// What is legal and probably not meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Oddity {
    /// `yes`, `no`, `on`, `off` without quotes: text to the client.
    Word,
    /// `5s` at the end of the text: an object of Python.
    Duration,
    /// A number that is text, because something follows it.
    NumberAsText,
    /// `\u00e9`, `\/`, `\b`, `\f` in quotes stay as they are.
    Escape,
    /// An empty text in a list, which clients leave out.
    EmptyElement,
    /// `${...}` in quotes: text.
    QuotedSubstitution,
}

/// An include: what it names, and where.
#[derive(Debug)]
pub(crate) struct Include {
    pub(crate) at: usize,
}

/// What reading leaves.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) graph: Graph,
    pub(crate) marks: Vec<Mark>,
    pub(crate) oddities: Vec<(Oddity, usize, Option<usize>)>,
    pub(crate) includes: Vec<Include>,
}

pub(crate) struct Grammar<'a> {
    pub(crate) text: &'a [char],
    pub(crate) at: usize,
    pub(crate) stack: usize,
    pub(crate) above: Option<usize>,
    pub(crate) out: Reading,
}

impl<'a> Grammar<'a> {
    pub(crate) fn new(text: &'a [char], float: Float) -> Self {
        Self {
            text,
            at: 0,
            stack: 0,
            above: None,
            out: Reading {
                graph: Graph::new(text.len(), float),
                ..Reading::default()
            },
        }
    }

    /// Reads the whole text: the tree at its root, and what was seen on the way.
    pub(crate) fn read(mut self) -> Result<(TreeId, Reading), Stop> {
        while self.comment_after_break() || self.run(&['\n', '\r']) {}
        self.spaces();
        let root = match self.peek() {
            Some('[') => return Err(self.stop("Clients take no list here. Write keys: name = [...].")),
            Some('{') => {
                self.enter(BLOCK)?;
                self.at += 1;
                let root = self.keys(true)?;
                self.close('}')?;
                root
            }
            _ => self.keys(true)?,
        };
        while self.comment_after_break() || self.run(&['\n', '\r', ',']) {}
        self.spaces();
        if self.peek().is_some() {
            return Err(self.unexpected());
        }
        Ok((root, self.out))
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    pub(crate) fn stop(&self, message: &str) -> Stop {
        Stop::syntax(self.at, message)
    }

    pub(crate) fn spaces(&mut self) {
        while self.peek() == Some(' ') {
            self.at += 1;
        }
    }

    /// Skips spaces and then the signs, if there is one.
    pub(crate) fn run(&mut self, signs: &[char]) -> bool {
        let before = self.at;
        self.spaces();
        let start = self.at;
        while self.peek().is_some_and(|c| signs.contains(&c)) {
            self.at += 1;
        }
        if self.at == start {
            self.at = before;
        }
        self.at > start
    }

    pub(crate) fn literal(&mut self, literal: &str) -> bool {
        let before = self.at;
        self.spaces();
        for c in literal.chars() {
            if self.peek() != Some(c) {
                self.at = before;
                return false;
            }
            self.at += 1;
        }
        true
    }

    fn comment(&mut self) -> bool {
        let found = self.literal("#") || self.literal("//");
        while found && self.peek().is_some_and(|c| c != '\n' && c != '\r') {
            self.at += 1;
        }
        found
    }

    /// A comment, also after one run of line ends and commas.
    pub(crate) fn comment_after_break(&mut self) -> bool {
        let before = self.at;
        self.run(&['\n', '\r', ',']);
        let found = self.comment();
        if !found {
            self.at = before;
        }
        found
    }

    pub(crate) fn enter(&mut self, cost: usize) -> Result<(), Stop> {
        self.stack += cost;
        if self.stack <= STACK {
            return Ok(());
        }
        Err(Stop::limit(
            self.at,
            "Clients cannot read what is nested this deep. Flatten it: write a.b.c = 1.",
        ))
    }

    pub(crate) fn close(&mut self, sign: char) -> Result<(), Stop> {
        self.spaces();
        if self.peek() == Some(sign) {
            self.at += 1;
            return Ok(());
        }
        if self.peek().is_none() {
            return Err(self.stop(&format!("Something is open at the end. Close it with {sign}.")));
        }
        Err(self.unexpected())
    }

    /// Why the sign here cannot be read.
    pub(crate) fn unexpected(&self) -> Stop {
        self.stop(match self.peek() {
            None => "The text ends too early. Write what is missing.",
            Some('\u{feff}') => "A byte order mark stands here. Save the text without it.",
            Some('"') => "This quote is not closed on its line. Close it, or put three quotes on both sides.",
            Some('$') => "A substitution is written ${name}. Put a text with $ in quotes.",
            Some('}' | ']') => "Nothing is open that this could close. Remove it.",
            Some('`' | '+' | '?' | '!' | '@' | '*' | '&' | '^') => {
                "This sign cannot stand here. Put the whole text in quotes."
            }
            Some('=' | ':') => "A name is missing before this sign. Write name = value.",
            Some('\\') => "A backslash cannot stand here. Put the text in quotes, with two backslashes.",
            Some(c) if is_space(c) => {
                "This is white space of a kind that clients do not know. Write a plain space."
            }
            Some(c) if !c.is_ascii() => "Clients do not know this letter here. Put the text in quotes.",
            Some(_) => {
                "Clients expect a key here. Write name = value, each on its own line or with a comma between."
            }
        })
    }

    /// What stands between braces, or in the whole text.
    pub(crate) fn keys(&mut self, root: bool) -> Result<TreeId, Stop> {
        let tree = self.out.graph.add_tree(Tree::new(root))?;
        loop {
            let more = self.comment_after_break()
                || self.include()?
                || self.assignment(tree)?
                || self.run(&['\n', '\r', ',']);
            if !more {
                return Ok(tree);
            }
        }
    }

    pub(crate) fn slice(&self, from: usize, to: usize) -> &'a [char] {
        self.text.get(from..to).unwrap_or(&[])
    }

    pub(crate) fn string(&self, from: usize, to: usize) -> String {
        self.slice(from, to).iter().collect()
    }

    fn key(&mut self) -> Option<Key> {
        let start = self.at;
        if let Some(end) = tokens::quoted_key(self.text, start) {
            self.at = end;
            return Some(Key::text(&self.string(start, end)));
        }
        if let Some(end) = tokens::number(self.text, start) {
            self.at = end;
            let text = match scalar::number(self.slice(start, end)) {
                Number::Int(digits) => digits,
                Number::Float(source) => self.out.graph.float(&source),
            };
            return Some(Key {
                text: Rc::from(text),
                number: true,
            });
        }
        let end = tokens::word(self.text, start)?;
        self.at = end;
        Some(Key::text(self.string(start, end).trim_matches(' ')))
    }

    fn assignment(&mut self, tree: TreeId) -> Result<bool, Stop> {
        let before = self.at;
        self.spaces();
        let start = self.at;
        let Some(key) = self.key() else {
            self.at = before;
            return Ok(false);
        };
        let steps = key.steps();
        if steps.len() > DEEPEST {
            return Err(Stop::limit(
                start,
                "This key has too many steps. Write fewer dots.",
            ));
        }
        if steps.iter().any(|step| step.plain().len() > LONGEST_STEP) {
            return Err(Stop::limit(
                start,
                "This key is longer than anything that reads it. Write a shorter name.",
            ));
        }
        let above = self.above;
        for step in &steps {
            self.mark(step.kept(), start);
        }
        let leaf = self.above;
        let (value, adds) = self.assigned()?;
        self.above = above;
        if let Some(mark) = leaf.and_then(|leaf| self.out.marks.get_mut(leaf)) {
            mark.sets = !adds && !matches!(value, Val::Join(_) | Val::Tree(_));
        }
        self.out.graph.here = start;
        self.put(tree, &key, &steps, value, adds)?;
        Ok(true)
    }

    pub(crate) fn mark(&mut self, step: Rc<str>, at: usize) {
        self.out.marks.push(Mark {
            above: self.above,
            step,
            at,
            sets: false,
        });
        self.above = Some(self.out.marks.len() - 1);
    }

    /// The value of a key, and whether it is added to what is there.
    fn assigned(&mut self) -> Result<(Val, bool), Stop> {
        let stack = self.stack;
        while self.comment() || self.run(&['\n', '\r']) {}
        self.spaces();
        if self.peek() == Some('{') {
            let block = self.block()?;
            self.stack = stack;
            return Ok((block, false));
        }
        let adds = self.peek() == Some('+');
        if !(self.literal("=") || self.literal(":") || self.literal("+=")) {
            if let Some('.' | '-' | '_') | None = self.peek() {
                return Err(self.stop("This key has no value. Write name = value."));
            }
            return Err(self.stop("After a key comes =, : or {. A key of other letters stands in quotes."));
        }
        while self.comment() || self.run(&['\n', '\r']) {}
        self.stack += ASSIGNED;
        let value = self.value()?;
        self.stack = stack;
        Ok((value, adds))
    }

    /// `ConfigTreeParser.postParse` for one key.
    fn put(&mut self, tree: TreeId, key: &Key, steps: &[Key], value: Val, adds: bool) -> Result<(), Stop> {
        let at = self.out.graph.here;
        let (value, append) = match value {
            Val::List(_) if adds => (self.added(key, value, at)?, false),
            Val::Text(text) if adds => (
                self.added(key, Val::Text(Rc::from(format!(" {text}"))), at)?,
                false,
            ),
            Val::Include => {
                let message =
                    "Clients make nothing sensible of an include here. Write its contents into this text.";
                return Err(Stop::new(FaultKind::Unsayable, at, message));
            }
            Val::Tree(_) => (
                value,
                !matches!(self.out.graph.get_or_none(tree, steps)?, Val::List(_)),
            ),
            Val::Join(id) => {
                self.out.graph.join_mut(id)?.parent = Parent::Tree(tree, key.clone());
                (
                    value,
                    matches!(
                        self.out.graph.get_or_none(tree, steps)?,
                        Val::List(_) | Val::Tree(_)
                    ),
                )
            }
            other => (other, false),
        };
        self.out.graph.put(tree, steps, value, append)
    }

    /// `name += value` is `name = ${?name} value`.
    fn added(&mut self, key: &Key, value: Val, at: usize) -> Result<Val, Stop> {
        let sub = Sub {
            variable: key.clone(),
            optional: true,
            spaces: 0,
            index: 0,
            parent: None,
            at,
        };
        let sub = self.out.graph.add_sub(sub)?;
        self.out.graph.beside(vec![Val::Sub(sub), value], at)
    }

    pub(crate) fn odd(&mut self, what: Oddity, at: usize) {
        self.out.oddities.push((what, at, self.above));
    }
}
