//! Reads texts, each a JSON string on a line of standard input, and prints for each a JSON string on a line: what a client with
//! the environment `{"HOME": "/home/someone"}` has of it as JSON, or "refused: " and why.

use std::io::{BufRead, Write};

use clientconf::parse::parse;
use clientconf::resolve::Resolve;
use clientconf::value::Value;

fn main() -> std::io::Result<()> {
    let environment = [("HOME".to_owned(), "/home/someone".to_owned())];
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let text: String = serde_json::from_str(&line?)?;
        let answer = match parse(&text, Resolve::With(&environment)) {
            Ok(parsed) => Value::Map(parsed.tree).to_json(),
            Err(fault) => format!("refused: {fault}"),
        };
        writeln!(out, "{}", serde_json::to_string(&answer)?)?;
    }
    out.flush()
}
