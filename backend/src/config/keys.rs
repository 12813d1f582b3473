//! The names of all settings, in the file and in the environment, and how a text becomes their value.

/// One setting.
#[derive(Debug)]
pub(super) struct Key {
    /// Its path in the file: `smtp.port`.
    pub(super) path: &'static str,
    pub(super) form: Form,
    /// Never printed; may stand in a file of its own.
    pub(super) secret: bool,
}

/// How its value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Number,
    YesNo,
    /// In a variable: separated by commas.
    List,
}

const fn key(path: &'static str, form: Form) -> Key {
    let secret = false;
    Key { path, form, secret }
}

const fn secret(path: &'static str) -> Key {
    let (form, secret) = (Form::Text, true);
    Key { path, form, secret }
}

/// Every setting.
pub(super) const KEYS: &[Key] = &[
    key("listen", Form::Text),
    key("data_dir", Form::Text),
    secret("database_url"),
    key("public_url", Form::Text),
    key("allowed_hosts", Form::List),
    key("trusted_proxies", Form::List),
    key("allow_insecure_http", Form::YesNo),
    key("database_connections", Form::Number),
    key("password_permits", Form::Number),
    key("session_idle_days", Form::Number),
    key("session_max_days", Form::Number),
    key("audit_retention_days", Form::Number),
    key("usage_data_url", Form::Text),
    key("log.level", Form::Text),
    key("log.format", Form::Text),
    key("smtp.host", Form::Text),
    key("smtp.port", Form::Number),
    key("smtp.security", Form::Text),
    key("smtp.from", Form::Text),
    key("smtp.username", Form::Text),
    secret("smtp.password"),
    key("storage.allowed_private_hosts", Form::List),
    key("admin.email", Form::Text),
    secret("admin.password"),
    key("admin.name", Form::Text),
];

/// Settings that a section cannot do without, once any of it is there.
pub(super) const REQUIRED: &[(&str, &[&str])] = &[
    ("smtp", &["smtp.host", "smtp.port", "smtp.from"]),
    ("admin", &["admin.email", "admin.password"]),
];

/// The values without any setting, as they would stand in the file.
pub(super) const DEFAULTS: &str = r#"
listen = "127.0.0.1:8080"
data_dir = "data"
allowed_hosts = []
trusted_proxies = []
allow_insecure_http = false
database_connections = 8
session_idle_days = 7
session_max_days = 30
log.level = "info"
log.format = "auto"
storage.allowed_private_hosts = []
"#;

/// How every variable of ours begins.
pub(super) const PREFIX: &str = "CLEARANCE_";

impl Key {
    /// The variables that set it.
    pub(super) fn variables(&self) -> Vec<String> {
        let long = format!("{PREFIX}{}", self.path.replace('.', "__").to_ascii_uppercase());
        match self.path.strip_prefix("admin.") {
            Some(rest) => vec![long, format!("{PREFIX}ADMIN_{}", rest.to_ascii_uppercase())],
            None => vec![long],
        }
    }

    /// The value that a text in a variable, a flag or a file of its own stands for.
    pub(super) fn read(&self, text: &str) -> Result<toml::Value, &'static str> {
        match self.form {
            _ if text.is_empty() => Err("is set but empty; leave it out, or give it a value"),
            Form::Text => Ok(toml::Value::String(text.to_owned())),
            Form::Number => text
                .parse()
                .map(toml::Value::Integer)
                .map_err(|_bad| "must be a whole number"),
            Form::YesNo => text
                .parse()
                .map(toml::Value::Boolean)
                .map_err(|_bad| "must be `true` or `false`"),
            Form::List => {
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                let parts = parts.map(|part| toml::Value::String(part.to_owned()));
                Ok(toml::Value::Array(parts.collect()))
            }
        }
    }
}

/// The value at a path of a table.
pub(super) fn at<'a>(table: &'a toml::Table, path: &str) -> Option<&'a toml::Value> {
    match path.split_once('.') {
        Some((section, rest)) => at(table.get(section)?.as_table()?, rest),
        None => table.get(path),
    }
}

/// The known name nearest to one that is not known, if it may have been meant.
pub(super) fn meant<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|name| (distance(wrong, name), name))
        .filter(|(distance, name)| *distance <= 1 + name.len() / 6)
        .min()
        .map(|(_, name)| name)
}

/// How many letters to change, add or leave out.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut corner = i;
        let mut left = i + 1;
        for (y, above) in b.bytes().zip(row.iter_mut().skip(1)) {
            let cost = (corner + usize::from(x != y)).min(left + 1).min(*above + 1);
            corner = std::mem::replace(above, cost);
            left = cost;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        let known = || KEYS.iter().map(|key| key.path);
        assert_eq!(meant("smtp.pasword", known()), Some("smtp.password"));
        assert_eq!(meant("colour", known()), None);
    }

    #[test]
    fn a_setting_of_a_section_has_two_underscores_and_the_administrator_short_names() {
        let of = |path| KEYS.iter().find(|key| key.path == path).unwrap().variables();
        assert_eq!(of("smtp.port"), ["CLEARANCE_SMTP__PORT"]);
        assert_eq!(of("listen"), ["CLEARANCE_LISTEN"]);
        assert_eq!(
            of("admin.email"),
            ["CLEARANCE_ADMIN__EMAIL", "CLEARANCE_ADMIN_EMAIL"]
        );
    }
}
