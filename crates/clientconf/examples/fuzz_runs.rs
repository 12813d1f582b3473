//! Runs texts through everything that reads texts, on the stable compiler: `fuzz_runs [RUNS] [SEED]`. A run is one text through all
//! that must hold of it (`tests/agree`): HOCON, JSON or YAML that was mutated, from the corpus or from a tree that was made up, or
//! that tree as JSON and YAML. It fails when something does not hold, a run takes 100 ms or more, or the memory of the process passes
//! 512 MB, and prints the text; in the end it prints how many runs there were, what was wrong, the slowest run and the memory.

use std::fmt::Write as _;
use std::io::Write;
use std::time::{Duration, Instant};

use clientconf::value::{Map, Value};

#[path = "../tests/agree/mod.rs"]
mod agree;

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

/// After so many, nothing new is learned.
const MOST_WRONG: u64 = 20;

/// What texts are made of.
const WORDS: [&str; 14] = [
    "x", "5", "true", "null", " ", "é", "🚀", "${a}", "#", "//", "\"", "\\", ": ", "a@b",
];

/// What names begin with.
const NAMES: [&str; 8] = ["key", "secret", "aws", "a b", "x-y", "é", "_", "n"];

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

/// A value of any kind, not too deep.
fn value(chance: &mut Chance, depth: usize) -> Value {
    match chance.below(if depth < 4 { 9 } else { 7 }) {
        0 => Value::Null,
        1 => Value::Bool(chance.below(2) == 0),
        2 => Value::Int(chance.below(100_000).to_string()),
        3 => Value::Float(format!("{}.5", chance.below(1000))),
        7 => Value::List((0..chance.below(5)).map(|_| value(chance, depth + 1)).collect()),
        8 => Value::Map(tree(chance, depth + 1)),
        _ => Value::Text(
            (0..=chance.below(4))
                .map(|_| *WORDS.get(chance.below(WORDS.len())).unwrap_or(&"x"))
                .collect(),
        ),
    }
}

/// Keys that differ, with values.
fn tree(chance: &mut Chance, depth: usize) -> Map {
    let word = |chance: &mut Chance| *NAMES.get(chance.below(NAMES.len())).unwrap_or(&"a");
    let entries = (0..=chance.below(5)).map(|number| {
        let key = match chance.below(3) {
            0 if depth == 0 && number == 0 => "sdk".to_owned(),
            _ => format!("{}{number}", word(chance)),
        };
        (key, value(chance, depth))
    });
    Map::new(entries.collect())
}

/// JSON with white space between its parts, where any may stand.
fn spread(chance: &mut Chance, json: &str) -> String {
    let mut text = String::new();
    let (mut quoted, mut escaped) = (false, false);
    for c in json.chars() {
        let is_sign = !quoted && "{}[],:".contains(c);
        if is_sign && chance.below(4) == 0 {
            text.push_str(["\n", " ", "\t", "\r\n"].get(chance.below(4)).unwrap_or(&" "));
        }
        text.push(c);
        if is_sign && chance.below(4) == 0 {
            text.push_str(["\n", " ", "  ", "\n\n"].get(chance.below(4)).unwrap_or(&" "));
        }
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
    }
    text
}

/// The tree in YAML: blocks of keys by indent, the rest as JSON, which is YAML.
fn yaml(chance: &mut Chance, map: &Map, indent: usize, out: &mut String) {
    for (key, value) in map.entries() {
        if chance.below(6) == 0 {
            out.push_str("# why\n");
        }
        out.push_str(&" ".repeat(indent));
        match (value, chance.below(3)) {
            (Value::Map(below), 1 | 2) if !below.entries().is_empty() => {
                let _ = writeln!(out, "{key}:");
                let deeper = indent + 1 + chance.below(3);
                yaml(chance, below, deeper, out);
            }
            (Value::List(values), 1 | 2) if !values.is_empty() => {
                let _ = writeln!(out, "{key}:");
                for value in values {
                    let _ = writeln!(out, "{}- {}", " ".repeat(indent), value.to_json());
                }
            }
            (value, _) => {
                let _ = writeln!(out, "\"{key}\": {}", value.to_json());
            }
        }
    }
}

/// The texts of one round: each with the reader that it is for, and sometimes what was written.
fn texts_of(chance: &mut Chance, corpus: &[String]) -> ([String; 3], Map, String, String) {
    let tree = tree(chance, 0);
    let as_json = spread(chance, &Value::Map(tree.clone()).to_json());
    let mut as_yaml = String::new();
    yaml(chance, &tree, 0, &mut as_yaml);
    let own = [as_json.clone(), as_yaml.clone()];
    let [own_json, own_yaml] = own.each_ref().map(std::slice::from_ref);
    let of = |chance: &mut Chance, own: &[String], often: usize| {
        let texts = if chance.below(4) < often { own } else { corpus };
        mutated(chance, texts)
    };
    let hocon = of(chance, &own, 1);
    let json = of(chance, own_json, 3);
    let broken = of(chance, own_yaml, 3);
    ([hocon, json, broken], tree, as_json, as_yaml)
}

fn corpus() -> std::io::Result<Vec<String>> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus"))? {
        let entry = entry?;
        if !matches!(
            entry.file_name().to_str(),
            Some("expected.json" | "limits.json" | "merged.json")
        ) && entry.metadata()?.len() < 4000
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

/// How long this thread had the processor, where the system tells it.
fn on_processor() -> Duration {
    let all = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(
        all.split(' ')
            .next()
            .and_then(|nanos| nanos.parse().ok())
            .unwrap_or(0),
    )
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

/// What was wrong.
#[derive(Default)]
struct Wrong {
    crashes: u64,
    slow: u64,
    slowest: Duration,
}

impl Wrong {
    fn run(
        &mut self,
        name: &str,
        text: &str,
        work: impl Fn() + std::panic::RefUnwindSafe,
    ) -> std::io::Result<()> {
        let now = Instant::now();
        let crashed = std::panic::catch_unwind(&work).is_err();
        let mut took = now.elapsed();
        if took >= SLOWEST && !crashed {
            // Once more, by the time on the processor: other processes may have had it.
            let before = on_processor();
            work();
            took = on_processor().saturating_sub(before);
        }
        self.slowest = self.slowest.max(took);
        self.crashes += u64::from(crashed);
        self.slow += u64::from(took >= SLOWEST && !crashed);
        if crashed || took >= SLOWEST {
            writeln!(
                std::io::stdout(),
                "{name} took {took:?}, crashed: {crashed}, for {text:?}"
            )?;
        }
        Ok(())
    }
}

fn told(done: u64, bytes: usize, started: Instant, wrong: &Wrong) -> std::io::Result<()> {
    let per_second = u128::from(done) * 1000 / started.elapsed().as_millis().max(1);
    let Wrong {
        crashes,
        slow,
        slowest,
    } = wrong;
    let line = format!(
        "{done} runs of {} MB, {per_second} a second: {crashes} crashes, {slow} with 100 ms or more, slowest {slowest:?}, {} MB",
        bytes / 1_000_000,
        memory() / 1024
    );
    writeln!(std::io::stdout(), "{line}")
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let runs: u64 = arguments.next().as_deref().unwrap_or("100000").parse()?;
    let seed: u64 = arguments.next().as_deref().unwrap_or("1").parse()?;
    let corpus = corpus()?;
    let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let started = Instant::now();
    let mut wrong = Wrong::default();
    let mut other = String::new();
    let mut done = 0;
    let mut bytes = 0;
    while done < runs {
        let ([hocon, json, broken], tree, as_json, as_yaml) = texts_of(&mut chance, &corpus);
        wrong.run("HOCON", &hocon, || agree::hocon(&hocon, &other))?;
        wrong.run("JSON", &json, || agree::json(&json))?;
        wrong.run("YAML", &broken, || agree::yaml(&broken))?;
        wrong.run("a tree", &as_yaml, || agree::written(&tree, &as_json, &as_yaml))?;
        done += 4;
        bytes += hocon.len() + json.len() + broken.len() + as_json.len() + as_yaml.len();
        other = hocon;
        if done % 1_000_000 == 0 {
            told(done, bytes, started, &wrong)?;
        }
        if wrong.crashes + wrong.slow > MOST_WRONG || memory() > MOST_MEMORY_KB {
            break;
        }
    }
    told(done, bytes, started, &wrong)?;
    if wrong.crashes + wrong.slow > 0 || memory() > MOST_MEMORY_KB {
        return Err("see above".into());
    }
    Ok(())
}
