//! YAML, which clients do not know: to them `sdk:` and what is indented below it is a text that takes the place of the whole
//! section. So a server gives out the equivalent JSON, which has its keys on the same lines and mostly at the same columns.
//!
//! Decisions, where YAML has more than JSON, or another meaning:
//!
//! - plain words mean what YAML 1.2 says (`yes` is text), and `!!str` makes text; other tags are refused;
//! - aliases are written out, as long as the result is no longer than a text may be; merge keys (`<<`) are refused;
//! - keys are text (`5:` is `"5"`); lists and blocks as keys, empty keys, keys with quotes, backslashes or control signs, and keys
//!   that stand twice are refused; dots in a key do not make a path;
//! - `.inf`, `.nan` and control signs in text are refused, and so is empty text in a list, which clients drop;
//! - one document; an empty one has no keys.

use std::collections::HashSet;
use std::rc::Rc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, StrInput, Tag};

use crate::fault::{Fault, FaultKind, MAX_BYTES};
use crate::value::quote;
use crate::yaml_scalar::plain;

/// Deeper than this no client reads.
const DEEPEST: usize = 40;

/// The JSON that says to a client what the YAML says.
///
/// # Errors
/// The first thing that is no YAML, or that cannot be said to clients.
pub fn yaml_to_json(text: &str) -> Result<String, Fault> {
    crate::text::short_enough(text)?;
    converted(text).map_err(|fault| within(text, fault))
}

fn converted(text: &str) -> Result<String, Fault> {
    let mut reader = Reader {
        events: Parser::new_from_str(text),
        anchors: Vec::new(),
    };
    let root = reader.document()?;
    let mut writer = Writer {
        out: String::new(),
        line: 1,
        column: 1,
    };
    match &root {
        None => writer.out.push_str("{}"),
        Some(node) if matches!(node.what, What::Map(_)) => writer.node(node)?,
        Some(node) => {
            return Err(node
                .place
                .fault("Clients take only keys here. Write name: value."));
        }
    }
    Ok(writer.out)
}

/// The parser has the end of a text on a line of its own, which an editor may not have.
fn within(text: &str, fault: Fault) -> Fault {
    let number = |value| u32::try_from(value).unwrap_or(u32::MAX);
    let lines = number(text.split(['\n', '\r']).count());
    if fault.line <= lines {
        return fault;
    }
    let last = text.rsplit(['\n', '\r']).next().unwrap_or("");
    Fault {
        line: lines,
        column: number(last.chars().count() + 1),
        ..fault
    }
}

#[derive(Clone, Copy)]
struct Place {
    line: u32,
    column: u32,
}

impl Place {
    fn of(marker: &Marker) -> Self {
        let number = |value| u32::try_from(value).unwrap_or(u32::MAX);
        Self {
            line: number(marker.line()).max(1),
            column: number(marker.col()).saturating_add(1),
        }
    }

    fn fault(self, message: &str) -> Fault {
        Fault {
            kind: FaultKind::Unsayable,
            line: self.line,
            column: self.column,
            message: message.to_owned(),
        }
    }
}

struct Node {
    place: Place,
    what: What,
    /// How many levels stand below it, also those that aliases bring along.
    height: usize,
}

enum What {
    /// What stands in the JSON, if it is no text.
    Word(String),
    Text(String),
    List(Vec<Rc<Node>>),
    Map(Vec<(String, Place, Rc<Node>)>),
}

struct Reader<'a> {
    events: Parser<'a, StrInput<'a>>,
    /// What has a name, by the number that the parser gives it.
    anchors: Vec<Option<Rc<Node>>>,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Place), Fault> {
        match self.events.next_event() {
            Some(Ok((event, span))) => Ok((event, Place::of(&span.start))),
            Some(Err(error)) => {
                let message = format!("This is no YAML here: {}. Correct it.", error.info());
                Err(Fault {
                    kind: FaultKind::Syntax,
                    ..Place::of(error.marker()).fault(&message)
                })
            }
            None => Ok((Event::StreamEnd, Place { line: 1, column: 1 })),
        }
    }

    fn document(&mut self) -> Result<Option<Rc<Node>>, Fault> {
        let mut root = None;
        loop {
            let (event, place) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(root),
                Event::DocumentStart(_) if root.is_some() => {
                    return Err(
                        place.fault("A second document starts here. Remove it, or make a vault of its own.")
                    );
                }
                Event::Nothing | Event::StreamStart | Event::DocumentEnd | Event::DocumentStart(_) => {}
                event => {
                    let node = self.node(event, place, 0)?;
                    let empty = matches!(&node.what, What::Word(word) if word == "null");
                    root = (!empty).then_some(node);
                }
            }
        }
    }

    fn node(&mut self, event: Event<'a>, place: Place, depth: usize) -> Result<Rc<Node>, Fault> {
        not_too_deep(depth, place)?;
        let (anchor, what) = match event {
            Event::Alias(anchor) => {
                return match self.anchors.get(anchor) {
                    Some(Some(node)) => {
                        not_too_deep(depth + node.height, place)?;
                        Ok(node.clone())
                    }
                    _ => Err(place.fault("This alias names what it stands in. Write it out.")),
                };
            }
            Event::Scalar(text, style, anchor, tag) => (anchor, scalar(&text, style, tag.as_deref(), place)?),
            Event::SequenceStart(anchor, tag) => {
                known_tag(tag.as_deref(), "seq", place)?;
                (anchor, self.list(depth)?)
            }
            Event::MappingStart(anchor, tag) => {
                known_tag(tag.as_deref(), "map", place)?;
                (anchor, self.map(depth)?)
            }
            _ => return Err(place.fault("A value is missing here. Write one.")),
        };
        let height = match &what {
            What::Word(_) | What::Text(_) => 0,
            What::List(nodes) => nodes.iter().map(|node| node.height + 1).max().unwrap_or(0),
            What::Map(entries) => {
                let heights = entries.iter().map(|(_, _, node)| node.height + 1);
                heights.max().unwrap_or(0)
            }
        };
        let node = Rc::new(Node { place, what, height });
        if anchor > 0 {
            // The parser counts them up, so that this grows with the text.
            self.anchors.resize(self.anchors.len().max(anchor + 1), None);
            if let Some(known) = self.anchors.get_mut(anchor) {
                *known = Some(node.clone());
            }
        }
        Ok(node)
    }

    fn list(&mut self, depth: usize) -> Result<What, Fault> {
        let mut nodes = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(What::List(nodes)),
                (event, place) => {
                    let node = self.node(event, place, depth + 1)?;
                    if matches!(&node.what, What::Text(text) if text.is_empty()) {
                        return Err(place.fault(
                            "Clients drop an empty text in a list. Remove it, or write what it stands for.",
                        ));
                    }
                    nodes.push(node);
                }
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<What, Fault> {
        let mut entries = Vec::new();
        let mut seen: HashSet<String> = HashSet::new();
        loop {
            let (key, place) = match self.next()? {
                (Event::MappingEnd, _) => return Ok(What::Map(entries)),
                (Event::Scalar(text, style, 0, None), place) => {
                    (checked_key(&text, style, place)?.to_owned(), place)
                }
                (Event::Scalar(..), place) => {
                    return Err(place.fault("A key has neither a name nor a tag. Remove them."));
                }
                (_, place) => return Err(place.fault("A key is text. Write name: value.")),
            };
            if !seen.insert(key.clone()) {
                return Err(place.fault("This key stands twice in its block. Remove one of the two."));
            }
            let (event, value_place) = self.next()?;
            let value = self.node(event, value_place, depth + 1)?;
            entries.push((key, place, value));
        }
    }
}

fn not_too_deep(depth: usize, place: Place) -> Result<(), Fault> {
    if depth <= DEEPEST {
        return Ok(());
    }
    let message = "Clients cannot read what is nested this deep. Flatten it.";
    Err(Fault {
        kind: FaultKind::Limit,
        ..place.fault(message)
    })
}

fn known_tag(tag: Option<&Tag>, known: &str, place: Place) -> Result<(), Fault> {
    match tag {
        None => Ok(()),
        Some(tag) if tag.is_yaml_core_schema() && tag.suffix == known => Ok(()),
        Some(_) => {
            Err(place.fault("Clients do not know this tag. Remove it; only !!str can be said to them."))
        }
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>, place: Place) -> Result<What, Fault> {
    known_tag(tag, "str", place)?;
    if style == ScalarStyle::Plain && tag.is_none() {
        match plain(text) {
            Ok(Some(word)) => return Ok(What::Word(word)),
            Ok(None) => {}
            Err(message) => return Err(place.fault(message)),
        }
    }
    if text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
    {
        return Err(place.fault("This text holds a control sign, which clients do not read. Remove it."));
    }
    Ok(What::Text(text.to_owned()))
}

fn checked_key(text: &str, style: ScalarStyle, place: Place) -> Result<&str, Fault> {
    if text.is_empty() {
        return Err(place.fault("Clients cannot read an empty key. Give it a name."));
    }
    if text == "<<" && style == ScalarStyle::Plain {
        return Err(place.fault("Merge keys are not read here. Write the keys out."));
    }
    if text.chars().any(|c| c.is_control() || matches!(c, '"' | '\\')) {
        return Err(place.fault(
            "Clients cannot read a key with a quote, a backslash or a line end. Choose another name.",
        ));
    }
    Ok(text)
}

/// Writes JSON and keeps to the lines of the YAML.
struct Writer {
    out: String,
    line: u32,
    column: u32,
}

impl Writer {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
        self.column = self
            .column
            .saturating_add(u32::try_from(text.chars().count()).unwrap_or(0));
    }

    fn quoted(&mut self, text: &str) {
        let mut quoted = String::new();
        quote(text, &mut quoted);
        self.put(&quoted);
    }

    fn go_to(&mut self, place: Place) -> Result<(), Fault> {
        while self.line < place.line {
            self.out.push('\n');
            self.line += 1;
            self.column = 1;
        }
        // Only an indent, not what stands further right: it would add up.
        if self.line == place.line && self.column == 1 && place.column < 100 {
            for _ in 1..place.column {
                self.put(" ");
            }
        }
        if self.out.len() <= MAX_BYTES {
            return Ok(());
        }
        let message = "With its aliases written out, the text has more than 1 MiB. Use fewer of them.";
        Err(Fault {
            kind: FaultKind::Limit,
            ..place.fault(message)
        })
    }

    fn node(&mut self, node: &Node) -> Result<(), Fault> {
        match &node.what {
            What::Word(word) => self.put(word),
            What::Text(text) => self.quoted(text),
            What::List(nodes) => {
                self.put("[");
                for (index, node) in nodes.iter().enumerate() {
                    if index > 0 {
                        self.put(",");
                    }
                    self.go_to(node.place)?;
                    self.node(node)?;
                }
                self.put("]");
            }
            What::Map(entries) => {
                self.put("{");
                for (index, (key, place, node)) in entries.iter().enumerate() {
                    if index > 0 {
                        self.put(",");
                    }
                    self.go_to(*place)?;
                    self.quoted(key);
                    self.put(": ");
                    self.node(node)?;
                }
                self.put("}");
            }
        }
        Ok(())
    }
}
