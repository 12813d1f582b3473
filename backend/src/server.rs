//! Starts and stops a server: data directory, keys, database, jobs, door; and at the end the same backwards, so that
//! nothing is lost that was acknowledged.

use std::{
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    io::Write as _,
    net::{SocketAddr, TcpListener},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    time::Duration,
};

use actix_web::{HttpServer, dev::Server, web};
use anyhow::{Context as _, bail};
use db::{Db, Kind};
use secrets::keys::InstanceKeys;
use shared::text::SecretText;
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    app::{self, Front},
    clock::Clock,
    commands::told,
    config::Config,
    features::setup,
    http::traffic::Traffic,
    jobs::Jobs,
    mail::Mailer,
    spa::Spa,
    state::State,
};

/// How long requests may take to finish once the server is told to stop.
const DRAIN: Duration = Duration::from_secs(8);
/// How long the door must be quiet before it counts as drained: the last answer has to leave the machine.
const QUIET: Duration = Duration::from_millis(150);
/// How long a client may take to send the head of a request.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// How long a connection stays open without a request; longer than proxies keep theirs.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// Threads of each worker that wait for the database or hash passwords.
const BLOCKING_THREADS: usize = 32;

/// Makes the data directory and everything in it that a server needs, and opens it.
pub fn open_or_create(config: Config) -> anyhow::Result<State> {
    make_folder(&config.data_dir)?;
    let keys = InstanceKeys::load_or_create(&config.data_dir)?;
    open(config, keys)
}

/// Opens what a server has already made, for commands beside it.
pub fn open_existing(config: Config) -> anyhow::Result<State> {
    let keys = InstanceKeys::load(&config.data_dir)?;
    open(config, keys)
}

fn open(config: Config, keys: InstanceKeys) -> anyhow::Result<State> {
    let kind = config.database()?;
    if let Kind::Sqlite(file) = &kind {
        make_private(file)?;
    }
    let db = Db::open(kind, config.database_connections);
    let ran = db::migrations::run(&db).context("database_url: the database cannot be used")?;
    for migration in &ran {
        tracing::info!(migration, "migrated");
    }
    Ok(State::new(config, db, keys, Clock::system()))
}

/// Runs a server until it is told to stop.
pub fn serve(mut config: Config) -> anyhow::Result<()> {
    raise_open_files();
    let listener = listen(config.listen)?;
    make_folder(&config.data_dir)?;
    let _lock = lock(&config)?;
    if config.listen.port() == 0 {
        config.listen = listener.local_addr()?;
    }
    let state = open_or_create(config)?;
    let token = prepare(&state)?;
    actix_web::rt::System::new().block_on(run(web::Data::new(state), listener, token))
}

/// Raises the number of files that may be open as far as this process may: each connection is one, and so is each open stream.
fn raise_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, "the number of open files stays as it is");
    }
}

/// Makes the first administrator if the settings name one; else the token of a set-up link, unless there is no need.
fn prepare(state: &State) -> anyhow::Result<Option<SecretText>> {
    if let Some(admin) = &state.config().admin {
        let made = setup::unattended(state, admin)
            .map_err(told)
            .context("the administrator in the settings (admin.email, admin.password) could not be made")?;
        if made {
            tracing::info!("the first administrator was made from the settings");
        }
    }
    setup::offer(state).map_err(told)
}

async fn run(
    state: web::Data<State>,
    listener: TcpListener,
    token: Option<SecretText>,
) -> anyhow::Result<()> {
    let mut stop = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let front = web::Data::new(Front::new(&state, Spa::embedded()));
    let mailer = state.config().smtp.as_ref().map(Mailer::new).transpose()?;
    let jobs = Jobs::start(&state, mailer)?;
    let server = door(&state, &front, listener)?;
    let handle = server.handle();
    let running = actix_web::rt::spawn(server);
    announce(state.config(), token.as_ref())?;
    tokio::select! {
        _ = stop.0.recv() => {}
        _ = stop.1.recv() => {}
        ended = running => {
            ended?.context("the server ended by itself")?;
            bail!("the server ended by itself");
        }
    }
    tracing::info!("stopping: no new connections, requests may finish");
    front.traffic().drain();
    tokio::select! {
        () = handle.stop(true) => {}
        () = quiet(front.traffic()) => {}
        // Whoever asks twice does not want to wait.
        _ = stop.0.recv() => {}
        _ = stop.1.recv() => {}
    }
    web::block(move || jobs.stop()).await??;
    tracing::info!("stopped");
    Ok(())
}

fn door(
    state: &web::Data<State>,
    front: &web::Data<Front>,
    listener: TcpListener,
) -> std::io::Result<Server> {
    let (state, front) = (state.clone(), front.clone());
    let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let server = HttpServer::new(move || app::assemble(state.clone(), front.clone()))
        .workers(workers)
        .worker_max_blocking_threads(BLOCKING_THREADS)
        .client_request_timeout(HEAD_WITHIN)
        .keep_alive(KEEP_ALIVE)
        .shutdown_timeout(DRAIN.as_secs())
        .disable_signals()
        .listen(listener)?;
    Ok(server.run())
}

/// Waits until no request is being answered, or for as long as draining may take.
async fn quiet(traffic: &Traffic) {
    let look = Duration::from_millis(10);
    let (mut waited, mut quiet_for) = (Duration::ZERO, Duration::ZERO);
    while waited < DRAIN && quiet_for < QUIET {
        tokio::time::sleep(look).await;
        waited += look;
        quiet_for = match traffic.in_flight() + traffic.streams() {
            0 => quiet_for + look,
            _ => Duration::ZERO,
        };
    }
}

fn announce(config: &Config, token: Option<&SecretText>) -> std::io::Result<()> {
    let url = config.public_url();
    let mut out = std::io::stdout().lock();
    writeln!(out, "Clearance {} is ready at {url}", env!("CARGO_PKG_VERSION"))?;
    if let Some(token) = token {
        writeln!(
            out,
            "Set it up with this link, which works once and for 24 hours:\n{url}/setup#token={}",
            token.expose()
        )?;
    }
    out.flush()
}

/// Listens before anything is opened: a taken address is told at once and leaves no trace.
fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    use std::io::ErrorKind;
    TcpListener::bind(address).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow::anyhow!(
            "listen: {address} is in use by another program; stop that one, or choose another address with --listen"
        ),
        ErrorKind::PermissionDenied => {
            anyhow::anyhow!("listen: this account may not listen on {address}; choose a port above 1023")
        }
        ErrorKind::AddrNotAvailable => {
            anyhow::anyhow!("listen: {address} is not an address of this machine")
        }
        _ => anyhow::Error::from(error).context(format!("listen: cannot listen on {address}")),
    })
}

/// Two servers on one file would each believe their own memory of who may come in. `PostgreSQL` takes several.
fn lock(config: &Config) -> anyhow::Result<Option<File>> {
    let Kind::Sqlite(database) = config.database()? else {
        return Ok(None);
    };
    let mut name = database.into_os_string();
    name.push(".lock");
    let path = PathBuf::from(name);
    let file = private_file(&path).with_context(|| format!("cannot open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => bail!(
            "data_dir: another server is running on this database ({} is locked); stop that one, or choose another \
             directory with --data-dir",
            path.display()
        ),
        Err(TryLockError::Error(error)) => {
            Err(anyhow::Error::from(error).context(format!("cannot lock {}", path.display())))
        }
    }
}

/// Makes a folder that nobody else on this machine can look into.
fn make_folder(folder: &Path) -> anyhow::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("data_dir: cannot make the folder {}", folder.display()))
}

/// Makes the database file before the database does, which would let others read it. Its companions follow it.
fn make_private(file: &Path) -> anyhow::Result<()> {
    private_file(file)
        .map(drop)
        .with_context(|| format!("cannot open {}", file.display()))
}

fn private_file(path: &Path) -> std::io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}
