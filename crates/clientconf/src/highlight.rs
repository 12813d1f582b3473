//! Colours for an editor, line by line: what a line is depends on itself and on a small state from the line before, so only the
//! lines that are on the screen, and those after a change until the state is the same again, have to be looked at.
//!
//! Colours follow the eye, not the grammar: whether the text can be read is told by `check`.

use crate::check::Format;

/// What a piece of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// `# ...` or `// ...`.
    Comment,
    /// A name before `=`, `:` or `{`.
    Key,
    /// Text, with or without quotes.
    Text,
    /// A number.
    Number,
    /// `true`, `false`, `null`, `include`.
    Keyword,
    /// Braces, commas, signs of assignment.
    Punctuation,
    /// `${...}`.
    Substitution,
    /// Something that is not closed, or cannot stand here.
    Error,
}

/// A piece of a line that is coloured; what lies between pieces is white space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first byte of it in the line.
    pub start: usize,
    /// The byte after it.
    pub end: usize,
    /// What it is.
    pub class: Class,
}

/// What a line has to know of those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// In a text with three quotes (HOCON).
    triple: bool,
    /// In a text whose lines are indented deeper than this (`|` and `>` of YAML).
    block: Option<usize>,
    /// A value goes on from the line before: after `=` or a backslash.
    value: bool,
    /// In a text in quotes that goes over lines (YAML).
    quote: Option<char>,
}

/// Quotes of a text that goes over lines.
const TRIPLE: &str = "\"\"\"";

/// The coloured pieces of a line, which has no line end, and the state for the next one. The first line has `State::default()`.
pub fn highlight(format: Format, line: &str, state: State) -> (Vec<Span>, State) {
    let mut painter = Painter {
        line,
        at: 0,
        spans: Vec::new(),
        run: Run::default(),
    };
    let next = match format {
        Format::Yaml => painter.yaml(state),
        Format::Hocon => painter.hocon(state, true),
        Format::Json => painter.hocon(
            State {
                value: false,
                ..state
            },
            false,
        ),
    };
    (painter.spans, next)
}

pub(crate) struct Painter<'a> {
    pub(crate) line: &'a str,
    pub(crate) at: usize,
    pub(crate) spans: Vec<Span>,
    run: Run,
}

/// Signs that may be a key, looked at once for all words in them.
#[derive(Clone, Copy, Default)]
struct Run {
    /// The byte after the last one that is no space.
    end: usize,
    /// Whether something follows that ends a key without quotes, in this line.
    ends: bool,
    /// Whether that makes a key of them.
    is_key: bool,
}

impl<'a> Painter<'a> {
    pub(crate) fn rest(&self) -> &'a str {
        self.line.get(self.at..).unwrap_or("")
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(crate) fn paint(&mut self, bytes: usize, class: Class) {
        let end = (self.at + bytes).min(self.line.len());
        if end > self.at {
            self.spans.push(Span {
                start: self.at,
                end,
                class,
            });
        }
        self.at = end;
    }

    pub(crate) fn spaces(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// The bytes of a text in quotes, and whether it is closed.
    pub(crate) fn quoted(&self, mark: char) -> (usize, bool) {
        let mut escaped = false;
        for (at, c) in self.rest().char_indices().skip(1) {
            if escaped {
                escaped = false;
            } else if c == '\\' && mark == '"' {
                escaped = true;
            } else if c == mark {
                return (at + 1, true);
            }
        }
        (self.rest().len(), false)
    }

    fn hocon(&mut self, state: State, comments: bool) -> State {
        let mut value = state.value;
        if state.triple {
            let Some(at) = self.rest().find(TRIPLE) else {
                self.paint(self.rest().len(), Class::Text);
                return state;
            };
            self.paint(at + 3, Class::Text);
            value = true;
        }
        let mut last = ' ';
        let written = self.line.trim_end().len();
        loop {
            self.spaces();
            let rest = self.rest();
            let Some(c) = self.peek() else {
                return State {
                    value: value && matches!(last, '=' | ':'),
                    ..State::default()
                };
            };
            last = c;
            if comments && rest.starts_with(TRIPLE) {
                let Some(at) = rest.get(3..).unwrap_or("").find(TRIPLE) else {
                    self.paint(rest.len(), Class::Text);
                    return State {
                        triple: true,
                        ..State::default()
                    };
                };
                self.paint(at + 6, Class::Text);
            } else if c == '\\' && self.at + 1 == written {
                self.paint(1, Class::Punctuation);
                return State {
                    value: true,
                    ..State::default()
                };
            } else if comments && (c == '#' || rest.starts_with("//")) {
                self.paint(rest.len(), Class::Comment);
            } else {
                value = self.piece(c, value, comments);
            }
        }
    }

    /// One piece of HOCON or JSON; whether what follows is a value.
    fn piece(&mut self, c: char, value: bool, comments: bool) -> bool {
        let rest = self.rest();
        match c {
            '"' => {
                let (length, closed) = self.quoted('"');
                let class = match closed {
                    false => Class::Error,
                    true if !value && is_key_end(rest.get(length..).unwrap_or("")) => Class::Key,
                    true => Class::Text,
                };
                self.paint(length, class);
                value
            }
            '$' if rest.starts_with("${") => {
                let end = rest.find('}');
                let class = if end.is_some() {
                    Class::Substitution
                } else {
                    Class::Error
                };
                self.paint(end.map_or(rest.len(), |end| end + 1), class);
                value
            }
            '{' | '[' | ']' | '}' | ',' => {
                self.paint(1, Class::Punctuation);
                c == '[' || value && c == ']'
            }
            '=' | ':' if c == '=' || !value => {
                self.paint(1, Class::Punctuation);
                true
            }
            '+' if rest.starts_with("+=") => {
                self.paint(2, Class::Punctuation);
                true
            }
            _ => {
                self.bare(value, comments);
                value
            }
        }
    }

    /// Something without quotes: a key, a number, a word, text.
    fn bare(&mut self, value: bool, comments: bool) {
        let rest = self.rest();
        if !value {
            let run = self.run();
            let is_include = !run.is_key && run.ends && rest.starts_with("include");
            if run.end > self.at && (run.is_key || is_include) {
                let length = if is_include { 7 } else { run.end - self.at };
                return self.paint(length, if is_include { Class::Keyword } else { Class::Key });
            }
        }
        let stops = |c: char| c.is_whitespace() || "\"{}[],$#".contains(c);
        let length = rest
            .find(stops)
            .filter(|at| *at > 0)
            .unwrap_or_else(|| if rest.starts_with(stops) { 1 } else { rest.len() });
        let word = rest.get(..length).unwrap_or("");
        let class = match word {
            "true" | "false" | "null" => Class::Keyword,
            _ if is_number(word) => Class::Number,
            _ if !comments || "^`+?!@*&$".contains(|sign| word.starts_with(sign)) => Class::Error,
            _ => Class::Text,
        };
        self.paint(length.max(word.len()).max(1), class);
    }

    /// The signs from here on that a key may have without quotes.
    fn run(&mut self) -> Run {
        if self.at < self.run.end {
            return self.run;
        }
        let rest = self.rest();
        let end = rest.find(|c: char| c.is_ascii() && !(c.is_ascii_alphanumeric() || "._- /".contains(c)));
        let length = rest
            .get(..end.unwrap_or(rest.len()))
            .unwrap_or("")
            .trim_end()
            .len();
        self.run = Run {
            end: self.at + length,
            ends: end.is_some(),
            is_key: end.is_some() && is_key_end(rest.get(length..).unwrap_or("")),
        };
        self.run
    }

    fn yaml(&mut self, state: State) -> State {
        crate::highlight_yaml::yaml(self, state.block, state.quote).map_or_else(
            State::default,
            |(block, quote)| State {
                block,
                quote,
                ..State::default()
            },
        )
    }
}

/// Whether what follows makes a key of what stands before.
fn is_key_end(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.starts_with(['=', ':', '{']) || rest.starts_with("+=")
}

/// Whether it looks like a number.
pub(crate) fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix(['-', '+']).unwrap_or(word);
    let dots = digits.matches('.').count();
    digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && dots <= 1
        && digits.contains(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || "._eE+-".contains(c))
}
