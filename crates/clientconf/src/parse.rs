//! Reads a text as a client does, HOCON or JSON: to a client both are HOCON.

use crate::fault::{Fault, Stop};
use crate::grammar::{Grammar, Reading};
use crate::resolve::{Need, Resolve, Resolver};
use crate::text;
use crate::value::{self, Map};

/// A text that a client can read.
#[derive(Debug)]
pub struct Parsed {
    /// What a client has of it.
    pub tree: Map,
    pub(crate) reading: Reading,
    pub(crate) needs: Vec<Need>,
}

/// Reads the text. Includes add nothing, and no environment is looked at, unless the caller gives one.
///
/// # Errors
/// The first thing because of which a client refuses the text, or cannot be trusted to read it: then the client drops all of it.
pub fn parse(text: &str, resolve: Resolve<'_>) -> Result<Parsed, Fault> {
    text::short_enough(text)?;
    read(&text::expand(text), resolve).map_err(|stop| text::fault(text, stop))
}

fn read(expanded: &[char], resolve: Resolve<'_>) -> Result<Parsed, Stop> {
    let (root, mut reading) = Grammar::new(expanded).read()?;
    let mut resolver = Resolver {
        graph: &mut reading.graph,
        root,
        resolve,
        needs: Vec::new(),
    };
    resolver.run()?;
    let needs = resolver.needs;
    let tree = value::plain(&mut reading.graph, root, 0)?;
    Ok(Parsed { tree, reading, needs })
}
