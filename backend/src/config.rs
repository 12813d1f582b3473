//! Settings, read once at the start: defaults, then `config.toml`, then the environment, then the command line.
//! Anything unknown or contradictory stops the start with a message that names the key. What a setting means is
//! here, where its value comes from is in `load`, and which values go together is in `check`.

mod check;
mod keys;
pub mod load;

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use serde::Deserialize;

/// Every setting.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where the database file and the instance keys live.
    pub data_dir: PathBuf,
    /// `sqlite://PATH` or `postgres://...`; unset means a file in the data directory.
    pub database_url: Option<DatabaseUrl>,
    /// The address people and clients use, without a trailing slash. Links and cookies are built from it.
    pub public_url: Option<url::Url>,
    /// Further host names that the server answers to.
    pub allowed_hosts: Vec<String>,
    /// Addresses of reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Allow plain HTTP on an address that is not this machine. Cookies then lose their protection.
    pub allow_insecure_http: bool,
    /// Database connections of each pool.
    pub database_connections: u32,
    /// Passwords hashed at the same time; each takes 19 MiB. Unset means one per processor.
    pub password_permits: Option<usize>,
    /// Days after which an unused browser session ends.
    pub session_idle_days: u32,
    /// Days after which a browser session ends in any case.
    pub session_max_days: u32,
    /// Days for which entries of the journal are kept; unset means for ever.
    pub audit_retention_days: Option<u32>,
    /// Where anonymous usage data is sent if an operator chooses so in the app; unset means nowhere.
    pub usage_data_url: Option<url::Url>,
    /// Outgoing mail; unset means none.
    pub smtp: Option<Smtp>,
    /// What is asked of cloud storage.
    pub storage: Storage,
    /// First administrator without the set-up page.
    pub admin: Option<Admin>,
    /// What is written to the log.
    pub log: Log,
}

/// What is written to the log, on standard error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// How much.
    pub level: LogLevel,
    /// In which form.
    pub format: LogFormat,
}

/// How much is logged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// Failures only.
    Error,
    /// And what an operator should look into.
    Warn,
    /// And one line for each request.
    #[default]
    Info,
    /// And what the server does by itself.
    Debug,
    /// Everything.
    Trace,
}

/// In which form the log is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people on a terminal, for programs elsewhere.
    #[default]
    Auto,
    /// For people.
    Text,
    /// One JSON object in each line.
    Json,
}

/// A database URL: may hold a password, so it is not printed.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(pub String);

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DatabaseUrl(..)")
    }
}

/// An outgoing mail server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// Its host name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    #[serde(default)]
    pub security: SmtpSecurity,
    /// The sender's address.
    pub from: shared::text::Email,
    /// Name to log in with.
    #[serde(default)]
    pub username: Option<String>,
    /// Password to log in with.
    #[serde(default)]
    pub password: Option<shared::text::SecretText>,
}

/// How a connection to the mail server is protected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmtpSecurity {
    /// TLS from the first byte.
    Tls,
    /// `STARTTLS`, required.
    #[default]
    Starttls,
    /// None: only for a mail server on this machine.
    None,
}

/// Cloud storage that the server reads for people's browsers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Storage {
    /// Hosts with their port (`minio.internal:9000`) that are asked though their address is not one of the public internet.
    pub allowed_private_hosts: Vec<String>,
}

/// The first administrator, for a first run without the set-up page.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Admin {
    /// Their address.
    pub email: shared::text::Email,
    /// Their password.
    pub password: shared::text::Password,
    /// Their name; unset means the part of the address before the `@`.
    #[serde(default)]
    pub name: Option<shared::text::Name>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            data_dir: PathBuf::from("data"),
            database_url: None,
            public_url: None,
            allowed_hosts: Vec::new(),
            trusted_proxies: Vec::new(),
            allow_insecure_http: false,
            database_connections: 8,
            password_permits: None,
            session_idle_days: 7,
            session_max_days: 30,
            audit_retention_days: None,
            usage_data_url: None,
            smtp: None,
            storage: Storage::default(),
            admin: None,
            log: Log::default(),
        }
    }
}

impl Config {
    /// Settings for a server in memory: `https://clearance.test`, no mail.
    #[must_use]
    pub fn for_tests() -> Self {
        Self {
            public_url: url::Url::parse("https://clearance.test").ok(),
            ..Self::default()
        }
    }

    /// Which database to use.
    pub fn database(&self) -> Result<db::Kind, db::DbError> {
        match &self.database_url {
            Some(url) => db::Kind::parse(&url.0),
            None => Ok(db::Kind::Sqlite(self.data_dir.join("clearance.db"))),
        }
    }

    /// The address people and clients use, without a trailing slash.
    #[must_use]
    pub fn public_url(&self) -> String {
        match &self.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.listen),
        }
    }

    /// The three addresses that clients are configured with.
    #[must_use]
    pub fn addresses(&self) -> shared::server::Addresses {
        let public = self.public_url();
        shared::server::Addresses {
            api_server: format!("{public}/api"),
            files_server: format!("{public}/files"),
            web_server: public,
        }
    }
}

/// Whether a host name can only mean this machine.
pub(crate) fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
