//! The values of a configuration as a client holds them, and the JSON that says the same to a client.

use std::collections::HashMap;

use crate::fault::Stop;
use crate::graph::{Graph, TreeId, Val};
use crate::scalar;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number of any size, in decimal.
    Int(String),
    /// Another number, as Python prints it; also `inf` and `-inf`.
    Float(String),
    /// Text.
    Text(String),
    /// An object for a duration, as Python prints it. Only the last value of a text can become one.
    Duration(String),
    /// Text in which the client replaces `${...}` with what its environment says.
    OnClient(String),
    /// A list.
    List(Vec<Value>),
    /// Keys.
    Map(Map),
}

/// With fewer keys than this, looking through them is as good as any order.
const ORDERED_FROM: usize = 12;

/// Keys with their values, in the order of the text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    entries: Vec<(String, Value)>,
    /// Where the keys are, by their letters; nothing for a few keys.
    order: Vec<usize>,
}

impl Map {
    /// Of keys of which each stands once.
    pub fn new(entries: Vec<(String, Value)>) -> Self {
        if entries.len() < ORDERED_FROM {
            let order = Vec::new();
            return Self { entries, order };
        }
        let mut order: Vec<usize> = (0..entries.len()).collect();
        order.sort_unstable_by(|one, other| {
            entries
                .get(*one)
                .map(|(key, _)| key)
                .cmp(&entries.get(*other).map(|(key, _)| key))
        });
        Self { entries, order }
    }

    /// The keys with their values, in the order of the text.
    pub fn entries(&self) -> &[(String, Value)] {
        &self.entries
    }

    /// The value of a key, which is one step: dots in it are part of it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        if self.order.is_empty() {
            let mut entries = self.entries.iter();
            return entries.find(|(known, _)| known == key).map(|(_, value)| value);
        }
        let known = |at: &usize| self.entries.get(*at).map_or("", |(key, _)| key.as_str());
        let at = self.order.binary_search_by(|at| known(at).cmp(key)).ok()?;
        self.entries.get(*self.order.get(at)?).map(|(_, value)| value)
    }

    /// The value at a path.
    pub fn at(&self, path: &[&str]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        let value = self.get(first)?;
        match value {
            _ if rest.is_empty() => Some(value),
            Value::Map(map) => map.at(rest),
            _ => None,
        }
    }
}

impl Value {
    /// What it is, for a message.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Int(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Text(_) | Self::OnClient(_) => "text",
            Self::Duration(_) => "a duration",
            Self::List(_) => "a list",
            Self::Map(_) => "a block of keys",
        }
    }

    /// As compact JSON. What JSON has no word for (durations, `inf`) comes out as text.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(true) => out.push_str("true"),
            Self::Bool(false) => out.push_str("false"),
            Self::Float(number) if number.ends_with("inf") => quote(number, out),
            Self::Int(number) | Self::Float(number) => out.push_str(number),
            Self::Text(text) | Self::Duration(text) | Self::OnClient(text) => quote(text, out),
            Self::List(values) => {
                out.push('[');
                for (index, value) in values.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    value.write(out);
                }
                out.push(']');
            }
            Self::Map(map) => {
                out.push('{');
                for (index, (key, value)) in map.entries.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    quote(key, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

/// Writes a JSON string. Letters stay as they are: clients do not know `\u`.
pub(crate) fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x20 => {
                out.push_str("\\u00");
                let code = u32::from(c);
                out.extend(
                    [code >> 4, code & 15]
                        .iter()
                        .filter_map(|half| char::from_digit(*half, 16)),
                );
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Whether everything came to an end: a client goes on with what did not, and fails when it looks at it.
pub(crate) fn finished(graph: &mut Graph, value: &Val, depth: usize) -> Result<(), Stop> {
    let children: Vec<Val> = match value {
        Val::Tree(tree) => graph
            .tree(*tree)?
            .entries()
            .map(|(_, value)| value)
            .filter(|value| unfinished(value))
            .cloned()
            .collect(),
        Val::List(list) => {
            let values = graph.list(*list)?.iter();
            values.filter(|value| unfinished(value)).cloned().collect()
        }
        Val::Join(id) => {
            let at = graph.join(*id)?.at;
            return Err(Stop::substitution(
                at,
                "Clients do not get to the end of this value. Write it out.",
            ));
        }
        // What is left of an include beside a substitution that came to nothing.
        Val::Include | Val::Sub(_) => return Err(endless(graph)),
        _ => return Ok(()),
    };
    crate::copy::too_deep(graph, depth)?;
    graph.spend(children.len())?;
    children
        .iter()
        .try_for_each(|child| finished(graph, child, depth + 1))
}

/// Whether it may hold what did not come to an end, or is that itself.
fn unfinished(value: &Val) -> bool {
    value.holds() || matches!(value, Val::Include | Val::Sub(_))
}

fn endless(graph: &Graph) -> Stop {
    Stop::substitution(graph.here, "This value never ends. Write it out.")
}

/// `as_plain_ordered_dict`: the values that the graph holds in the end.
pub(crate) fn plain(graph: &mut Graph, tree: TreeId, depth: usize) -> Result<Map, Stop> {
    crate::copy::too_deep(graph, depth)?;
    let mut entries: Vec<(String, Value)> = Vec::new();
    let items = graph.items(tree)?;
    // Without their quotes, or as text, two keys may be the same.
    let differ = !items
        .iter()
        .any(|(key, _)| key.number || key.plain() != &*key.text);
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (key, value) in items {
        let value = plain_value(graph, &value, depth)?;
        let key = key.plain().to_owned();
        if differ {
            entries.push((key, value));
        } else if let Some((_, old)) = seen.get(&key).and_then(|at| entries.get_mut(*at)) {
            *old = value;
        } else {
            seen.insert(key.clone(), entries.len());
            entries.push((key, value));
        }
    }
    Ok(Map::new(entries))
}

fn plain_value(graph: &mut Graph, value: &Val, depth: usize) -> Result<Value, Stop> {
    Ok(match value {
        Val::None | Val::Null => Value::Null,
        Val::Bool(value) => Value::Bool(*value),
        Val::Int(digits) => Value::Int(digits.to_string()),
        Val::Float(source) => Value::Float(scalar::float(source)),
        Val::Text(text) | Val::Unquoted(text) | Val::Quoted(text, _) => Value::Text(text.to_string()),
        Val::OnClient(text) => Value::OnClient(text.to_string()),
        Val::Period(period) => Value::Duration(period.printed.clone()),
        Val::Tree(tree) => Value::Map(plain(graph, *tree, depth + 1)?),
        Val::List(list) => {
            crate::copy::too_deep(graph, depth)?;
            let values = graph.list(*list)?.clone();
            graph.spend(values.len())?;
            Value::List(
                values
                    .iter()
                    .map(|value| plain_value(graph, value, depth + 1))
                    .collect::<Result<_, Stop>>()?,
            )
        }
        Val::Include | Val::Sub(_) | Val::Join(_) => return Err(endless(graph)),
    })
}
