//! Where settings come from: file, environment, command line, each overriding the one before. Every value remembers
//! its source, so that a message about it can say where to change it.
//!
//! The two libraries that are used for this were looked at: `figment` has had no release for long, and neither it
//! nor `config` refuses unknown variables or tells the source of an unknown key. A table of names (`keys`) does both.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
};

use super::{
    Config, check,
    keys::{DEFAULTS, KEYS, Key, PREFIX, REQUIRED, at, meant},
};

/// The file that is read when none is named.
const FILE: &str = "config.toml";
/// Names the file.
const FILE_VARIABLE: &str = "CLEARANCE_CONFIG";

/// What the command line says about settings.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// The file to read.
    pub config: Option<PathBuf>,
    /// Settings by their path, with the flag that gave them.
    pub settings: Vec<(&'static str, &'static str, String)>,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The built-in value.
    Default,
    /// The file.
    File(PathBuf),
    /// A variable of the environment.
    Variable(String),
    /// A file that a variable names.
    SecretFile(String, PathBuf),
    /// A flag.
    Flag(&'static str),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Variable(name) => write!(f, "variable {name}"),
            Self::SecretFile(name, path) => write!(f, "file {}, named by {name}", path.display()),
            Self::Flag(flag) => write!(f, "flag {flag}"),
        }
    }
}

/// Settings that cannot be used: one line for each thing that is wrong.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct ConfigError(Vec<String>);

/// Settings, and where each comes from.
pub struct Loaded {
    /// The settings.
    pub config: Config,
    values: toml::Table,
    sources: BTreeMap<&'static str, Source>,
}

/// Reads the settings of this process.
pub fn from_process(flags: &Flags) -> Result<Loaded, ConfigError> {
    load(flags, std::env::vars_os())
}

/// Reads the settings from a file, `variables` and `flags`.
pub fn load(
    flags: &Flags,
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Loaded, ConfigError> {
    let mut layers = Layers::default();
    let named = layers.variables(variables);
    for (path, flag, text) in &flags.settings {
        layers.text(path, Source::Flag(flag), text);
    }
    let flagged = flags.config.clone().map(|path| (path, "the flag --config"));
    if let Some(file) = layers.file(flagged.or(named.map(|path| (path, FILE_VARIABLE)))) {
        layers.read_file(&file);
    }
    layers.finish()
}

impl fmt::Debug for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loaded")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl Loaded {
    /// The settings as they would stand in a file, with the source of each. Secrets are not in it.
    #[must_use]
    pub fn print(&self) -> String {
        let lines = KEYS.iter().filter_map(|key| {
            let value = at(&self.values, key.path)?;
            let source = self.sources.get(key.path).unwrap_or(&Source::Default);
            let shown = if key.secret {
                "\"(hidden)\"".to_owned()
            } else {
                value.to_string()
            };
            Some(format!("{} = {shown}  # {source}\n", key.path))
        });
        lines.collect()
    }
}

/// Values found so far; a later layer does not override one that is there already, so the strongest comes first.
#[derive(Debug, Default)]
struct Layers {
    values: BTreeMap<&'static str, (toml::Value, Source)>,
    faults: Vec<String>,
}

impl Layers {
    fn put(&mut self, key: &'static Key, value: toml::Value, source: Source) {
        // A variable and a variable for the same setting contradict each other, as do a value and a file with it.
        let both_set =
            |known: &Source| !matches!(source, Source::File(_) | Source::Flag(_)) && known != &source;
        match self.values.get(key.path) {
            Some((_, known)) if both_set(known) => {
                self.faults.push(format!(
                    "{} is set twice, by {known} and by {source}; take one away",
                    key.path
                ));
            }
            _ if matches!(source, Source::File(_)) => {
                self.values.entry(key.path).or_insert((value, source));
            }
            _ => {
                self.values.insert(key.path, (value, source));
            }
        }
    }

    fn text(&mut self, path: &str, source: Source, text: &str) {
        let Some(key) = KEYS.iter().find(|key| key.path == path) else {
            self.faults.push(format!("{path} ({source}) is not a setting"));
            return;
        };
        match key.read(text) {
            Ok(value) => self.put(key, value, source),
            Err(why) => self.faults.push(format!("{path} ({source}) {why}")),
        }
    }

    /// Takes every variable of ours; answers the file that one of them names.
    fn variables(&mut self, all: impl IntoIterator<Item = (OsString, OsString)>) -> Option<PathBuf> {
        let mut file = None;
        let mut ours: Vec<(String, OsString)> = all
            .into_iter()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
            .filter(|(name, _)| name.starts_with(PREFIX))
            .collect();
        ours.sort();
        for (name, value) in ours {
            if name == FILE_VARIABLE {
                file = Some(PathBuf::from(value));
            } else {
                self.variable(&name, value);
            }
        }
        file
    }

    fn variable(&mut self, name: &str, value: OsString) {
        let direct = KEYS
            .iter()
            .find(|key| key.variables().iter().any(|known| known == name));
        if let Some(key) = direct {
            match value.to_str() {
                Some(text) => self.text(key.path, Source::Variable(name.to_owned()), text),
                None => self
                    .faults
                    .push(format!("{} (variable {name}) is not text", key.path)),
            }
            return;
        }
        let short = name.strip_suffix("_FILE");
        let in_file = KEYS
            .iter()
            .find(|key| key.secret && key.variables().iter().any(|known| Some(known.as_str()) == short));
        match in_file {
            Some(key) => self.secret_file(key, name, Path::new(&value)),
            None => self.faults.push(unknown_variable(name)),
        }
    }

    fn secret_file(&mut self, key: &'static Key, variable: &str, path: &Path) {
        let source = Source::SecretFile(variable.to_owned(), path.to_owned());
        match std::fs::read_to_string(path) {
            // Editors and `echo` end a file with a line break that is no part of the secret.
            Ok(text) => self.text(key.path, source, text.trim_end_matches(['\r', '\n'])),
            Err(error) => self
                .faults
                .push(format!("{} ({source}) could not be read: {error}", key.path)),
        }
    }

    /// The file to read: the named one, else the one in the working directory or in the data directory.
    fn file(&mut self, named: Option<(PathBuf, &'static str)>) -> Option<PathBuf> {
        if let Some((path, by)) = named {
            if !path.is_file() {
                self.faults
                    .push(format!("there is no file {}, which {by} names", path.display()));
                return None;
            }
            return Some(path);
        }
        let data_dir = match self.values.get("data_dir") {
            Some((toml::Value::String(text), _)) => PathBuf::from(text),
            _ => Config::default().data_dir,
        };
        let (here, there) = (PathBuf::from(FILE), data_dir.join(FILE));
        match (here.is_file(), there.is_file()) {
            (true, true) => {
                self.faults.push(format!(
                    "there is a {} and a {}; say with --config which one to read",
                    here.display(),
                    there.display()
                ));
                None
            }
            (true, false) => Some(here),
            (false, true) => Some(there),
            (false, false) => None,
        }
    }

    fn read_file(&mut self, file: &Path) {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) => {
                self.faults
                    .push(format!("{} could not be read: {error}", file.display()));
                return;
            }
        };
        match text.parse::<toml::Table>() {
            Ok(table) => self.take(file, &table, ""),
            // The message shows the line, which may hold a secret: only its number is told.
            Err(error) => {
                let line = error.span().map_or(0, |span| {
                    text.get(..span.start).unwrap_or_default().matches('\n').count() + 1
                });
                self.faults
                    .push(format!("{}, line {line}: {}", file.display(), error.message()));
            }
        }
    }

    fn take(&mut self, file: &Path, table: &toml::Table, above: &str) {
        for (name, value) in table {
            let path = if above.is_empty() {
                name.clone()
            } else {
                format!("{above}.{name}")
            };
            let source = Source::File(file.to_owned());
            if let Some(key) = KEYS.iter().find(|key| key.path == path) {
                self.put(key, value.clone(), source);
                continue;
            }
            let section = KEYS.iter().any(|key| key.path.starts_with(&format!("{path}.")));
            match value.as_table() {
                Some(inner) if section => self.take(file, inner, &path),
                _ => {
                    let known = KEYS.iter().map(|key| key.path);
                    let hint = hint(meant(&path, known));
                    self.faults
                        .push(format!("{path} ({source}) is not a setting{hint}"));
                }
            }
        }
    }

    fn finish(mut self) -> Result<Loaded, ConfigError> {
        self.check_sections();
        if !self.faults.is_empty() {
            return Err(ConfigError(self.faults));
        }
        let mut table: toml::Table = DEFAULTS
            .parse()
            .map_err(|error: toml::de::Error| ConfigError(vec![error.to_string()]))?;
        let mut sources = BTreeMap::new();
        for (path, (value, source)) in self.values {
            put_at(&mut table, path, value);
            sources.insert(path, source);
        }
        let named = |path: &str| match sources.get(path) {
            Some(source) => format!("{path} ({source})"),
            None => path.to_owned(),
        };
        let read = serde_path_to_error::deserialize::<_, Config>(table.clone());
        let config = read.map_err(|error| {
            let path = error.path().to_string();
            let path = path.split('[').next().unwrap_or_default();
            let secret = KEYS.iter().any(|key| key.path == path && key.secret);
            let why = if secret {
                "is not of the right form".to_owned()
            } else {
                error.inner().message().to_owned()
            };
            ConfigError(vec![format!("{}: {why}", named(path))])
        })?;
        let faults = check::faults(&config);
        if !faults.is_empty() {
            let lines = faults
                .into_iter()
                .map(|(path, why)| format!("{} {why}", named(path)));
            return Err(ConfigError(lines.collect()));
        }
        let values = table;
        Ok(Loaded {
            config,
            values,
            sources,
        })
    }

    /// A section that is begun must hold what it cannot do without.
    fn check_sections(&mut self) {
        for (section, required) in REQUIRED {
            let begun = self
                .values
                .iter()
                .find(|(path, _)| path.split('.').next() == Some(*section));
            let Some((begun, (_, source))) = begun else {
                continue;
            };
            let missing = required.iter().filter(|path| !self.values.contains_key(*path));
            for path in missing {
                self.faults
                    .push(format!("{path} is missing, and {begun} ({source}) needs it"));
            }
        }
    }
}

fn put_at(table: &mut toml::Table, path: &str, value: toml::Value) {
    match path.split_once('.') {
        None => {
            table.insert(path.to_owned(), value);
        }
        Some((section, rest)) => {
            let inner = table
                .entry(section)
                .or_insert_with(|| toml::Value::Table(toml::Table::new()));
            if let toml::Value::Table(inner) = inner {
                put_at(inner, rest, value);
            }
        }
    }
}

fn unknown_variable(name: &str) -> String {
    let known: Vec<String> = KEYS.iter().flat_map(Key::variables).collect();
    let hint = hint(meant(name, known.iter().map(String::as_str)));
    format!(
        "{name} (environment) is not a setting{hint}; every variable that begins with {PREFIX} must be one"
    )
}

fn hint(meant: Option<&str>) -> String {
    meant
        .map(|name| format!("; is {name} meant?"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
