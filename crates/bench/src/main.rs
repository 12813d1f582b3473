//! Measures Clearance beside a bare handler and a bare password hash: one run, one table, one JSON file. What the
//! figures mean stands in `docs/bench.md`.

mod bare;
mod figures;
mod load;
mod machine;
mod recorded;
mod report;
mod rounds;
mod rows;
mod same;
mod server;
mod set_up;
mod wire;

use std::{
    fs,
    io::Write as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, ensure};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{
    figures::{app_size, calls, flood, members, sign_in, start, vaults},
    machine::Pinning,
    report::{Figure, Report},
    rounds::Effort,
    server::Place,
};

/// Measures Clearance beside a bare server and a bare password hash.
#[derive(Debug, Parser)]
#[command(name = "bench", args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: Run,
}

#[derive(Debug, Args)]
struct Run {
    /// Where to write the figures as JSON.
    #[arg(long, value_name = "FILE", default_value_os_t = in_repository("target/bench.json"))]
    json: PathBuf,
    /// Keep the figures in docs/bench.json as well.
    #[arg(long, conflicts_with_all = ["quick", "only"])]
    record: bool,
    /// Fail if a ratio is more than a tenth worse than in this file.
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// One short round: shows that everything runs, and measures nothing.
    #[arg(long)]
    quick: bool,
    /// Only these measurements.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
    /// The server.
    #[arg(long, env = "CLEARANCE_BIN", value_name = "FILE", default_value_os_t = in_repository("target/release/clearance"))]
    clearance: PathBuf,
    /// The app, as it was built into the server.
    #[arg(long, env = "CLEARANCE_DIST", value_name = "FOLDER", default_value_os_t = in_repository("dist"))]
    dist: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The peer: gives one reply back to every request.
    Bare {
        /// The file with the reply.
        #[arg(long, value_name = "FILE")]
        reply: PathBuf,
        /// Where to listen.
        #[arg(long)]
        listen: SocketAddr,
        /// Leave every header out that the body does not need.
        #[arg(long)]
        body_alone: bool,
    },
}

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// P5 and P10.
    Calls,
    /// P9.
    SignIn,
    /// P9, under a flood.
    Flood,
    /// P11.
    Start,
    /// P12.
    App,
    /// Pages of large and small lists.
    Members,
    /// What clients load, among many vaults and few.
    Vaults,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.command {
        Some(Command::Bare {
            reply,
            listen,
            body_alone,
        }) => bare::serve(&reply, listen, body_alone),
        None => run(&arguments.run),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("failed: {error:#}\n"));
            ExitCode::FAILURE
        }
    }
}

fn run(run: &Run) -> Result<()> {
    let effort = if run.quick { Effort::QUICK } else { Effort::FULL };
    let pinning = Pinning::choose();
    let figures = measure(run, effort, pinning)?;
    let report = Report::new(effort, pinning, figures);
    say(&format!("\n{}", report.table()));
    let json = serde_json::to_string_pretty(&report)? + "\n";
    write(&run.json, &json)?;
    if run.record {
        ensure!(
            report.is_steady(),
            "nothing was kept: something else kept the processors busy; run it again on a quiet machine"
        );
        write(&in_repository("docs/bench.json"), &json)?;
    }
    match &run.against {
        Some(file) => recorded::compare(&report, file),
        None => Ok(()),
    }
}

fn measure(run: &Run, effort: Effort, pinning: Pinning) -> Result<Vec<Figure>> {
    let wanted = |part| run.only.is_empty() || run.only.contains(&part);
    let folder = tempfile::tempdir().context("no temporary folder")?;
    let place = Place {
        clearance: run.clearance.clone(),
        bench: std::env::current_exe().context("this program is nowhere")?,
        folder: folder.path().to_path_buf(),
        pinning,
    };
    let mut figures = Vec::new();
    // First, because an app that is not there should be told at once.
    if wanted(Part::App) {
        figures.extend(app_size::measure(&run.dist)?);
    }
    let app_alone = run.only.iter().all(|part| *part == Part::App);
    if run.only.is_empty() || !app_alone {
        ensure!(
            place.clearance.is_file(),
            "there is no {}: build it with `cargo xtask build`",
            place.clearance.display()
        );
    }
    if wanted(Part::Calls) {
        say("P5, P10: calls beside a bare server\n");
        figures.extend(calls::measure(&place, effort)?);
    }
    if wanted(Part::SignIn) {
        say("P9: signing in beside a bare password hash\n");
        figures.extend(sign_in::measure(&place, effort)?);
    }
    if wanted(Part::Flood) {
        say("P9: a read during a login flood\n");
        figures.extend(flood::measure(&place, effort)?);
    }
    if wanted(Part::Start) {
        say("P11: starts, memory, size\n");
        figures.extend(start::measure(&place, effort)?);
    }
    if wanted(Part::Members) {
        say("pages of a large list beside those of a small one\n");
        figures.extend(members::measure(&place, effort)?);
    }
    if wanted(Part::Vaults) {
        say("what clients load, among many vaults beside few\n");
        figures.extend(vaults::measure(&place, effort)?);
    }
    // Measured in the order of what they need, told in the order of the targets.
    figures.sort_by_key(|figure| figure.target.trim_start_matches('P').parse().unwrap_or(u32::MAX));
    Ok(figures)
}

fn in_repository(path: &str) -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).join(path)
}

fn write(file: &Path, text: &str) -> Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(|| format!("could not make {}", folder.display()))?;
    }
    fs::write(file, text).with_context(|| format!("could not write {}", file.display()))
}

/// Writes at once. A reader that went away is no reason to stop measuring.
fn say(words: &str) {
    let mut out = std::io::stdout().lock();
    let _gone = out.write_all(words.as_bytes()).and_then(|()| out.flush());
}
