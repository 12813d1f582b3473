//! A `PostgreSQL` cluster of our own in a temporary folder: reachable only through a socket in it, not durable,
//! gone when dropped.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::job::Job;
use crate::{apt, paths, say};

const FOLDER_PREFIX: &str = "clearance-postgres-";
/// Losing data in a crash does not matter here; many tests at once do.
const SETTINGS: [&str; 7] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=200",
    "shared_buffers=64MB",
    "max_wal_size=512MB",
    "listen_addresses=",
];

/// A running cluster.
pub struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
    /// The server refuses to run as root, so root lends it another account.
    account: Option<&'static str>,
}

impl Cluster {
    /// Starts a cluster, after installing `PostgreSQL` if need be.
    pub fn start() -> Result<Self> {
        remove_abandoned();
        let programs = programs()?;
        let folder = std::env::temp_dir().join(format!("{FOLDER_PREFIX}{}", std::process::id()));
        let account = paths::is_root().then(account);
        let cluster = Self {
            folder,
            programs,
            account,
        };
        cluster.make_folder()?;
        cluster.initialise().context("initdb failed")?;
        cluster
            .serve()
            .with_context(|| format!("PostgreSQL did not start; its log: {}", cluster.log()))?;
        Ok(cluster)
    }

    /// Where to connect, as a URL: the folder of the socket stands in place of the host.
    pub fn url(&self) -> String {
        format!(
            "postgres://postgres@{}/postgres",
            self.folder.to_string_lossy().replace('/', "%2F")
        )
    }

    fn make_folder(&self) -> Result<()> {
        let owner = self.account.map(|account| ["-o", account]);
        let made = Job::new("install")
            .args(["-d", "-m", "700"])
            .args(owner.into_iter().flatten())
            .arg(&self.folder);
        made.quietly()
            .map(drop)
            .with_context(|| format!("could not make {}", self.folder.display()))
    }

    fn initialise(&self) -> Result<()> {
        self.program("initdb")
            .args([
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ])
            .arg("-D")
            .arg(self.data())
            .quietly()
            .map(drop)
    }

    fn serve(&self) -> Result<()> {
        let socket = format!("unix_socket_directories={}", self.folder.display());
        let settings = SETTINGS.iter().copied().chain([socket.as_str()]);
        let options: Vec<String> = settings.map(|setting| format!("-c '{setting}'")).collect();
        self.program("pg_ctl")
            .args(["start", "--wait", "--timeout=60", "--silent", "-D"])
            .arg(self.data())
            .arg("-l")
            .arg(self.folder.join("log"))
            .arg("-o")
            .arg(options.join(" "))
            .quietly()
            .map(drop)
    }

    fn program(&self, name: &str) -> Job {
        let program = self.programs.join(name);
        let job = match self.account {
            Some(account) => Job::new("runuser").args(["-u", account, "--"]).arg(program),
            None => Job::new(program),
        };
        // The account may not enter the folder we are in.
        job.dir("/").at_most_minutes(3)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log"))
            .unwrap_or_default()
            .replace('\n', " / ")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        stop(&self.data());
        if let Err(error) = fs::remove_dir_all(&self.folder)
            && self.folder.exists()
        {
            say::line(&format!("could not remove {}: {error}", self.folder.display()));
        }
    }
}

/// Ends the server of this data folder and waits for it, also while we are being interrupted ourselves (a `Job`
/// would end at once). The first line of the lock file is the server's process id; SIGQUIT ends it without ado.
fn stop(data: &Path) {
    let Ok(lock) = fs::read_to_string(data.join("postmaster.pid")) else {
        return;
    };
    let Some(id) = lock
        .lines()
        .next()
        .and_then(|line| line.trim().parse::<u32>().ok())
    else {
        return;
    };
    // The lock file may be old and the id somebody else's by now.
    let command = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
    if !String::from_utf8_lossy(&command).contains(&*data.to_string_lossy()) {
        return;
    }
    let script =
        format!("kill -QUIT {id}; n=0; while kill -0 {id} && [ $n -lt 100 ]; do sleep 0.1; n=$((n+1)); done");
    let _gone = Command::new("sh")
        .args(["-c", &script])
        .stderr(Stdio::null())
        .status();
}

/// Removes clusters whose owner was killed before it could.
fn remove_abandoned() {
    let Ok(entries) = std::env::temp_dir().read_dir() else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(owner) = name.to_str().and_then(|name| name.strip_prefix(FOLDER_PREFIX)) else {
            continue;
        };
        if owner.parse::<u32>().is_ok() && !Path::new("/proc").join(owner).exists() {
            stop(&entry.path().join("data"));
            let _not_ours = fs::remove_dir_all(entry.path());
        }
    }
}

/// The folder of `initdb` and its companions, newest version first.
fn programs() -> Result<PathBuf> {
    if let Some(folder) = installed() {
        return Ok(folder);
    }
    apt::install(&["postgresql"]).context("PostgreSQL is missing")?;
    match installed() {
        Some(folder) => Ok(folder),
        None => bail!("postgresql was installed but initdb is nowhere"),
    }
}

fn installed() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = Path::new("/usr/lib/postgresql")
        .read_dir()
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse().ok()?,
                entry.path().join("bin"),
            ))
        })
        .collect();
    versions.sort();
    let linked =
        paths::on_path("initdb").and_then(|file| Some(file.canonicalize().ok()?.parent()?.to_path_buf()));
    let packaged = versions.into_iter().rev().map(|(_, folder)| folder);
    packaged.chain(linked).find(|folder| {
        ["initdb", "pg_ctl", "postgres"]
            .iter()
            .all(|program| paths::is_program(&folder.join(program)))
    })
}

/// Who runs the server when we are root: the account of the package, or the one everybody has.
fn account() -> &'static str {
    match Job::new("id").args(["-u", "postgres"]).quietly() {
        Ok(_) => "postgres",
        Err(_) => "nobody",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_carries_the_socket_folder_where_the_host_stands() {
        let cluster = Cluster {
            folder: "/nowhere/clearance-postgres-1".into(),
            programs: PathBuf::new(),
            account: None,
        };
        assert_eq!(
            cluster.url(),
            "postgres://postgres@%2Fnowhere%2Fclearance-postgres-1/postgres"
        );
    }
}
