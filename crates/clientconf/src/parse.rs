//! Reads a text as a client does, HOCON or JSON: to a client both are HOCON.
//!
//! What the stock client (`clearml` 2.1.12) has of a text, this has of it, also where that surprises: see `corpus`. Where this
//! stops on purpose and the client goes on, sometimes:
//!
//! - texts of more than 1 MiB, keys of more than 150 steps, and steps of more than 1,000 bytes;
//! - nesting for which a client with a script around it has not enough of Python's stack (25 blocks, 47 lists);
//! - substitutions that nest results deeper than 150, or make more than 120,000 objects and one for each letter of the text;
//! - `null` beside text, and an include that is no line and no list element of its own: the client makes the address of an
//!   object of them;
//! - durations of more than 18 digits, and values that still wait for themselves in the end, on which a client fails later;
//! - an include adds nothing here, as if the file did not exist, which `lint` tells as an error.

use crate::fault::{Fault, Stop};
use crate::grammar::{Grammar, Reading};
use crate::graph::{Float, TreeId, Val};
use crate::resolve::{Need, Resolve, Resolver};
use crate::scalar;
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
    let (root, mut reading, needs) = finished(text, resolve, scalar::float)?;
    reading.graph.done();
    let tree = value::plain(&mut reading.graph, root, 0).map_err(|stop| text::fault(text, stop))?;
    Ok(Parsed { tree, reading, needs })
}

/// Reads the text as `parse` does, and leaves what comes of it: without that, an app is 20 KB smaller.
///
/// # Errors
/// The same ones.
pub(crate) fn readable(text: &str) -> Result<(), Fault> {
    finished(text, Resolve::Never, str::to_owned).map(|_| ())
}

type Finished = (TreeId, Reading, Vec<Need>);

fn finished(text: &str, resolve: Resolve<'_>, float: Float) -> Result<Finished, Fault> {
    text::short_enough(text)?;
    read(&text::expand(text), resolve, float).map_err(|stop| text::fault(text, stop))
}

fn read(expanded: &[char], resolve: Resolve<'_>, float: Float) -> Result<Finished, Stop> {
    let (root, mut reading) = Grammar::new(expanded, float).read()?;
    let mut resolver = Resolver {
        graph: &mut reading.graph,
        root,
        resolve,
        needs: Vec::new(),
    };
    resolver.run()?;
    let needs = resolver.needs;
    value::finished(&mut reading.graph, &Val::Tree(root), 0)?;
    Ok((root, reading, needs))
}
