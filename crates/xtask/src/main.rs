//! `cargo xtask`: every command of the project besides the product itself.
//! This file reads the arguments and picks the command; each command has a file of its own.

mod app;
mod apt;
mod browser;
mod checks;
mod counts;
mod dev;
mod interrupt;
mod job;
mod npm;
mod package;
mod paths;
mod postgres;
mod precompress;
mod python;
mod say;
mod server;
mod suite;
mod tests_run;
mod tools;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::app::AppProfile;
use crate::suite::Options;

const HELP: &str = "\
cargo xtask COMMAND

  run [ARGS..]         build everything and start the server on http://127.0.0.1:8080, data in ./data;
                       ARGS go to `clearance serve`
  test [FLAGS]         every check and test, on SQLite and PostgreSQL, in the browser and with the SDK
      --only STEP        only this step; may be repeated, or several with commas
      --strict           what could not be had counts as failed (also when CI=true)
      --list             name the steps and stop
  check                formatting, lints, documentation, WebAssembly: the quick half of `test`
  fmt                  format all Rust code
  build [--debug]      the app into dist/ and the server with the app inside
  dev                  server on port 8080, app with live reload on http://127.0.0.1:8081
  e2e [ARGS..]         browser tests; ARGS go to Playwright
  bench [ARGS..]       build, then measure against the targets; ARGS go to the benchmark
  package              target/package/clearance-VERSION-TARGET.tar.gz with its SHA-256
  help, --help         this text

Build tools and Python environments are kept in ${XDG_CACHE_HOME:-~/.cache}/clearance.
";

fn main() -> ExitCode {
    let outcome = interrupt::listen().and_then(|()| chosen(std::env::args().skip(1).collect()));
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(_) if interrupt::asked() => {
            say::line("stopped");
            ExitCode::from(130)
        }
        Err(error) => {
            say::failure(&error);
            ExitCode::FAILURE
        }
    }
}

/// Runs the command named first; `false` is a failure that was already told.
fn chosen(arguments: Vec<String>) -> Result<bool> {
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", [].as_slice()),
    };
    if rest
        .first()
        .is_some_and(|first| first == "--help" || first == "-h")
        && !matches!(command, "run" | "bench")
    {
        say::text(HELP);
        return Ok(true);
    }
    match command {
        "run" => server::run(forwarded(rest)).map(|()| true),
        "test" => Options::from_arguments(rest).map(|options| suite::test(&options)),
        "check" => without_arguments(command, rest).map(|()| suite::check()),
        "fmt" => without_arguments(command, rest)
            .and_then(|()| checks::format())
            .map(|()| true),
        "build" => build_profile(rest).and_then(server::build).map(|()| true),
        "dev" => without_arguments(command, rest)
            .and_then(|()| dev::dev())
            .map(|()| true),
        "e2e" => browser::e2e(forwarded(rest)),
        "bench" => server::bench(forwarded(rest)),
        "package" => without_arguments(command, rest)
            .and_then(|()| package::package())
            .map(|()| true),
        "help" | "--help" | "-h" => {
            say::text(HELP);
            Ok(true)
        }
        unknown => bail!("there is no command {unknown:?}; `cargo xtask --help` lists them"),
    }
}

/// Arguments for another program: all of them, without the `--` that may stand first.
fn forwarded(rest: &[String]) -> &[String] {
    match rest.split_first() {
        Some((first, others)) if first == "--" => others,
        _ => rest,
    }
}

fn build_profile(rest: &[String]) -> Result<AppProfile> {
    match rest {
        [] => Ok(AppProfile::Release),
        [flag] if flag == "--debug" => Ok(AppProfile::Debug),
        _ => bail!("`build` knows only --debug, not {}", rest.join(" ")),
    }
}

fn without_arguments(command: &str, rest: &[String]) -> Result<()> {
    match rest {
        [] => Ok(()),
        _ => bail!("`{command}` takes no arguments, not {}", rest.join(" ")),
    }
}
