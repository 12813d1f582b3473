//! The `clearance` binary: reads the command line and the settings, and does one of its commands.

use std::{
    fmt::Write as _,
    io::{self, IsTerminal as _, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use backend::{
    commands::{audit, key, keys, told, user},
    config::{
        Log, LogFormat, LogLevel,
        load::{self, ConfigError, Flags, Loaded},
    },
    log::Log as LogWriter,
    openapi, server,
};
use clap::{Args, Parser, Subcommand};
use shared::{
    ids::WorkspaceId,
    server_users::UserState,
    text::{Email, Name},
};

/// Accounts, workspaces, keys and access for teams that work with `ClearML`.
#[derive(Debug, Parser)]
#[command(name = "clearance", version, max_term_width = 100)]
struct CommandLine {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

/// Settings that are often given on the command line. All others stand in the file or the environment.
#[derive(Debug, Args)]
#[command(next_help_heading = "Settings")]
struct Settings {
    /// File with settings; without it ./config.toml or the one in the data directory, if there is one
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Where the database file and the instance keys live [default: data]
    #[arg(long, global = true, value_name = "FOLDER")]
    data_dir: Option<String>,
    /// Which database, if not a file in the data directory; better in the environment if it holds a password
    #[arg(long, global = true, value_name = "sqlite://PATH|postgres://...")]
    database_url: Option<String>,
    /// The address that people and clients use
    #[arg(long, global = true, value_name = "URL")]
    public_url: Option<String>,
    /// How much to log: error, warn, info, debug or trace
    #[arg(long, global = true, value_name = "LEVEL")]
    log_level: Option<String>,
    /// How to log: auto, text or json
    #[arg(long, global = true, value_name = "FORM")]
    log_format: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server
    Serve,
    /// Bring the database to the schema of this version
    Migrate,
    /// Look after accounts
    #[command(subcommand)]
    User(UserCommand),
    /// Look after key pairs
    #[command(subcommand)]
    Key(KeyCommand),
    /// Look after the keys of this instance, which seal what is secret in the database
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Look after the journal
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Look at the settings
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the description of the API, `OpenAPI` 3.1
    Openapi,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Make an account and print the link with which its owner chooses a password
    Add {
        /// The address to sign in with
        email: Email,
        /// The person's name; without it the part of the address before the @
        #[arg(long)]
        name: Option<Name>,
        /// Let them operate this server
        #[arg(long)]
        operator: bool,
    },
    /// Print a link with which the account's owner chooses a new password
    ResetPassword {
        /// The address to sign in with
        email: Email,
    },
    /// Shut an account out: sessions and keys end at once
    Disable {
        /// The address to sign in with
        email: Email,
    },
    /// Let an account in again that was disabled: its keys work again
    Enable {
        /// The address to sign in with
        email: Email,
    },
    /// List the accounts: id, address, name, state, and who operates the server
    List,
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    /// Find key pairs in files and folders; - is standard input
    Scan {
        /// Where to look
        #[arg(required = true)]
        paths: Vec<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Put a new sealing key into the key file and have everything sealed with it; servers go on running
    Rotate,
    /// Have everything sealed with the first sealing key of the key file that another one sealed
    Reseal,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Recompute every chain of the journal; ends with 1 if anything was changed, removed or put in
    Verify {
        /// Only the chain of this workspace
        #[arg(long, value_name = "ID")]
        workspace: Option<WorkspaceId>,
        /// An earlier output of --json: what was there then must still be there
        #[arg(long, value_name = "FILE")]
        expect: Option<PathBuf>,
        /// Print JSON, to be kept on another machine for --expect
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Say whether the server would start with these settings
    Check,
    /// Print the settings and where each comes from, without secrets
    Print,
}

fn main() -> ExitCode {
    let line = CommandLine::parse();
    let log = LogWriter::to(io::stderr());
    let done = execute(line.command, line.settings.into_flags(), &log);
    log.flush();
    match done {
        Ok(code) => code,
        Err(error) => {
            let code = if error.is::<ConfigError>() { 2 } else { 1 };
            let _ = writeln!(io::stderr(), "clearance: {error:#}");
            ExitCode::from(code)
        }
    }
}

fn execute(command: Command, flags: Flags, log: &LogWriter) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve => server::serve(loaded(&flags, log)?.config)?,
        Command::Migrate => {
            server::open_or_create(loaded(&flags, log)?.config)?;
            say("The database has the schema of this version.\n")?;
        }
        Command::User(command) => say(&for_user(command, loaded(&flags, log)?)?)?,
        Command::Key(KeyCommand::Scan { paths }) => {
            let outcome = key::scan(
                &paths,
                io::stdin().lock(),
                &mut io::stdout().lock(),
                &mut io::stderr().lock(),
            )?;
            return Ok(ExitCode::from(outcome.exit_code()));
        }
        Command::Keys(command) => return for_keys(command, loaded(&flags, log)?),
        Command::Audit(AuditCommand::Verify {
            workspace,
            expect,
            json,
        }) => {
            let earlier = expect.as_deref().map(audit::read_heads).transpose()?;
            let state = server::open_existing(loaded(&flags, log)?.config)?;
            let form = if json {
                audit::Form::Json
            } else {
                audit::Form::Lines
            };
            let all_well = audit::verify(
                &state,
                workspace,
                earlier.as_ref(),
                form,
                &mut io::stdout().lock(),
            )?;
            return Ok(if all_well {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            });
        }
        Command::Config(ConfigCommand::Check) => {
            load::from_process(&flags)?;
            say("The settings are right.\n")?;
        }
        Command::Config(ConfigCommand::Print) => say(&load::from_process(&flags)?.print())?,
        Command::Openapi => say(&format!("{:#}\n", openapi::document()))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn for_keys(command: KeysCommand, loaded: Loaded) -> anyhow::Result<ExitCode> {
    let state = server::open_existing(loaded.config)?;
    let out = &mut io::stdout().lock();
    let done = match command {
        KeysCommand::Rotate => keys::rotate(&state, out, keys::UNDER_WAY)?,
        KeysCommand::Reseal => keys::reseal(&state, out)?,
    };
    Ok(if done.unreadable == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn for_user(command: UserCommand, loaded: Loaded) -> anyhow::Result<String> {
    let state = server::open_existing(loaded.config)?;
    let link = match command {
        UserCommand::Add {
            email,
            name,
            operator,
        } => user::add(&state, &email, name, operator),
        UserCommand::ResetPassword { email } => user::reset_password(&state, &email),
        UserCommand::Disable { email } => {
            user::set_disabled(&state, &email, true).map_err(told)?;
            return Ok(format!(
                "{email} is disabled: it can neither sign in nor use its keys.\n"
            ));
        }
        UserCommand::Enable { email } => {
            user::set_disabled(&state, &email, false).map_err(told)?;
            return Ok(format!(
                "{email} is enabled. Its keys work again; its browsers sign in anew.\n"
            ));
        }
        UserCommand::List => {
            let mut lines = String::new();
            for account in user::list(&state).map_err(told)? {
                let operator = if account.is_operator { "\toperator" } else { "" };
                let state = match account.state() {
                    UserState::Active => "active",
                    UserState::Disabled => "disabled",
                    UserState::Deleted => "deleted",
                };
                writeln!(
                    lines,
                    "{}\t{}\t{}\t{state}{operator}",
                    account.id.0, account.email, account.name
                )?;
            }
            return Ok(lines);
        }
    }
    .map_err(told)?;
    Ok(format!(
        "Hand this link to the account's owner. It works once, until {}:\n{}\n",
        link.expires_at.format("%Y-%m-%d %H:%M UTC"),
        link.url.expose()
    ))
}

/// The settings; from here on the log is written as they say.
fn loaded(flags: &Flags, log: &LogWriter) -> anyhow::Result<Loaded> {
    let loaded = load::from_process(flags)?;
    start_log(loaded.config.log, log)?;
    Ok(loaded)
}

fn start_log(log: Log, writer: &LogWriter) -> io::Result<()> {
    let level = match log.level {
        LogLevel::Error => "error",
        LogLevel::Warn => "warn",
        LogLevel::Info => "warn,backend=info,clearance=info",
        LogLevel::Debug => "info,backend=debug,clearance=debug",
        LogLevel::Trace => "trace",
    };
    let to_people = match log.format {
        LogFormat::Auto => io::stderr().is_terminal(),
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    let builder = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(level))
        .with_writer(writer.clone());
    if to_people {
        builder.with_ansi(io::stderr().is_terminal()).init();
    } else {
        builder.json().flatten_event(true).init();
    }
    writer.start()
}

/// Prints. Whoever stops reading has read enough.
fn say(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

impl Settings {
    fn into_flags(self) -> Flags {
        let settings = [
            ("listen", "--listen", self.listen),
            ("data_dir", "--data-dir", self.data_dir),
            ("database_url", "--database-url", self.database_url),
            ("public_url", "--public-url", self.public_url),
            ("log.level", "--log-level", self.log_level),
            ("log.format", "--log-format", self.log_format),
        ];
        Flags {
            config: self.config,
            settings: settings
                .into_iter()
                .filter_map(|(path, flag, value)| Some((path, flag, value?)))
                .collect(),
        }
    }
}
