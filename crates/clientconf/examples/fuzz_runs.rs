//! Runs mutated texts of the corpus through everything that reads texts, on the stable compiler: `fuzz_runs [RUNS] [SEED]`. Each
//! run is one text through one reader. It fails when a run takes 100 ms or more or the memory of the process passes 512 MB, and
//! prints the text; it prints runs, runs a second, the slowest run and the memory in the end.

use std::io::Write;
use std::time::{Duration, Instant};

use clientconf::check::{Format, check, served};
use clientconf::highlight::{State, highlight};
use clientconf::lint::lint;
use clientconf::merge::{Layer, merge};
use clientconf::parse::parse;
use clientconf::resolve::Resolve;

const SLOWEST: Duration = Duration::from_millis(100);
const MOST_MEMORY_KB: u64 = 512 * 1024;

/// Small and good enough to mutate texts (xorshift64*).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(number).unwrap_or(0) % limit.max(1)
    }
}

const PIECES: [&str; 40] = [
    "{", "}", "[", "]", "=", ":", "+=", ",", "\n", "\r", "\t", " ", "#", "//", "\"", "\"\"\"", "'", "\\",
    "${", "${a}", "${?b}", "${a.b}", "a", "a.b", "\"a.b\"", "1", "2.5e3", "true", "null", "5s", "include ",
    "é", "🚀", "&x ", "*x", "!!str ", "|\n", "- ", "a: ", "<<: ",
];

fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn mutated(chance: &mut Chance, texts: &[String]) -> String {
    let empty = String::new();
    let mut text = texts.get(chance.below(texts.len())).unwrap_or(&empty).clone();
    for _ in 0..=chance.below(6) {
        let start = boundary(&text, chance.below(text.len() + 1));
        let end = boundary(&text, (start + chance.below(12)).min(text.len()));
        match chance.below(5) {
            0 => text.replace_range(start..end, ""),
            1 => {
                let copy = text.get(start..end).unwrap_or("").repeat(1 + chance.below(20));
                text.insert_str(end, &copy);
            }
            2 => {
                let other = texts.get(chance.below(texts.len())).unwrap_or(&empty);
                let from = boundary(other, chance.below(other.len() + 1));
                let to = boundary(other, (from + chance.below(80)).min(other.len()));
                text.insert_str(start, other.get(from..to).unwrap_or(""));
            }
            _ => text.replace_range(start..end, PIECES.get(chance.below(PIECES.len())).unwrap_or(&"")),
        }
    }
    text
}

/// One run; the reader is one of seven.
fn run(reader: usize, text: &str, other: &str) {
    match reader {
        0 => drop(parse(text, Resolve::Never)),
        1 => drop(check(Format::Json, text)),
        2 => drop(check(Format::Yaml, text)),
        3 => drop(lint(Format::Hocon, text)),
        4 => drop(lint(Format::Yaml, text)),
        5 => {
            if let (Ok(one), Ok(two)) = (parse(text, Resolve::Never), parse(other, Resolve::Never)) {
                let merged = merge(&[
                    Layer { tree: &one.tree },
                    Layer { tree: &two.tree },
                    Layer { tree: &one.tree },
                ]);
                merged.entries.iter().for_each(|entry| drop(entry.shown()));
            }
        }
        _ => {
            for format in [Format::Hocon, Format::Json, Format::Yaml] {
                text.split('\n')
                    .fold(State::default(), |state, line| highlight(format, line, state).1);
            }
            drop(served(Format::Yaml, text));
        }
    }
}

fn corpus() -> std::io::Result<Vec<String>> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus"))? {
        let entry = entry?;
        if !matches!(entry.file_name().to_str(), Some("expected.json" | "limits.json"))
            && entry.metadata()?.len() < 4000
        {
            texts.push(std::fs::read_to_string(entry.path())?);
        }
    }
    texts.sort();
    texts.extend(
        [
            "a: &x {b: 1}\nc: *x\nd:\n  - 1\n  - two\n",
            "sdk:\n  aws:\n    s3:\n      key: \"x\"\n      credentials:\n        - bucket: b\n          secret: s\n",
            "text: |\n  one\n  two\nfolded: >-\n  a\n  b\nflow: {a: [1, 2.5, ~, yes], 'b': \"c\"}\n",
        ]
        .map(str::to_owned),
    );
    Ok(texts)
}

/// The most memory that the process had, in KB, where the system tells it.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap_or("0");
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let runs: u64 = arguments.next().as_deref().unwrap_or("100000").parse()?;
    let seed: u64 = arguments.next().as_deref().unwrap_or("1").parse()?;
    let texts = corpus()?;
    let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let started = Instant::now();
    let mut slowest = Duration::ZERO;
    let mut other = String::new();
    let mut done = 0;
    while done < runs {
        let text = mutated(&mut chance, &texts);
        for reader in 0..7 {
            let now = Instant::now();
            run(reader, &text, &other);
            let mut took = now.elapsed();
            if took >= SLOWEST {
                // Once more, as other processes may have had the processor.
                let again = Instant::now();
                run(reader, &text, &other);
                took = took.min(again.elapsed());
            }
            if took >= SLOWEST {
                return Err(format!("reader {reader} took {took:?} for {text:?} (and {other:?})").into());
            }
            slowest = slowest.max(took);
            done += 1;
        }
        other = text;
        if memory() > MOST_MEMORY_KB {
            return Err(format!("{} KB after {other:?}", memory()).into());
        }
    }
    let per_second = u128::from(done) * 1000 / started.elapsed().as_millis().max(1);
    let line = format!(
        "{done} runs, {per_second} a second, slowest {slowest:?}, {} MB",
        memory() / 1024
    );
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}
