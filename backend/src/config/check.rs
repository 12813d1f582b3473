//! Which settings make no sense, alone or together. A server that would run unprotected does not run.

use url::Url;

use super::{Config, Smtp, SmtpSecurity, is_this_machine};

/// A setting that is wrong, and why: the sentence goes on after the setting's name.
pub(super) type Fault = (&'static str, String);

/// For how many days the journal may be kept, if not for ever.
const RETENTION_DAYS: std::ops::RangeInclusive<u32> = 30..=36_500;

const UNPROTECTED: &str = "passwords and keys would cross the network readable by others. Put the server behind a \
                           proxy that speaks HTTPS and set `public_url` to its https:// address; or, on a network \
                           that you trust entirely, set `allow_insecure_http = true`";

/// Everything that is wrong with `config`.
pub(super) fn faults(config: &Config) -> Vec<Fault> {
    let mut faults = Vec::new();
    if let Some(url) = &config.public_url {
        faults.extend(public_url(url, config.allow_insecure_http).map(|why| ("public_url", why)));
    } else if !config.listen.ip().is_loopback() && !config.allow_insecure_http {
        let why =
            format!("is not an address of this machine alone, and no `public_url` is set: {UNPROTECTED}");
        faults.push(("listen", why));
    }
    if let Some(url) = &config.usage_data_url
        && !matches!(url.scheme(), "http" | "https")
    {
        faults.push(("usage_data_url", "must begin with https:// or http://".to_owned()));
    }
    for host in &config.allowed_hosts {
        if !is_host_name(host) {
            let why = format!("holds `{host}`, which is no host name; leave out scheme, port and path");
            faults.push(("allowed_hosts", why));
        }
    }
    for host in &config.storage.allowed_private_hosts {
        if !is_host_with_port(host) {
            let why =
                format!("holds `{host}`, which is no host with its port, such as `minio.internal:9000`");
            faults.push(("storage.allowed_private_hosts", why));
        }
    }
    faults.extend(numbers(config));
    if let Err(error) = config.database() {
        faults.push(("database_url", format!("is of no kind that is known: {error}")));
    }
    faults.extend(config.smtp.as_ref().map(smtp).unwrap_or_default());
    let published = config
        .admin
        .as_ref()
        .is_some_and(|admin| secrets::published::is_published_default(admin.password.expose()));
    if published {
        let why = "is a password that ClearML has published in its own files; choose another".to_owned();
        faults.push(("admin.password", why));
    }
    faults
}

fn public_url(url: &Url, insecure_allowed: bool) -> Option<String> {
    if !matches!(url.scheme(), "http" | "https") {
        return Some("must begin with https:// or http://".to_owned());
    }
    let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
        return Some("names no host".to_owned());
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Some("must not hold a name or password".to_owned());
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Some("must end after the host and port: the server cannot live below a path".to_owned());
    }
    let readable = url.scheme() == "http" && !is_this_machine(host);
    (readable && !insecure_allowed).then(|| format!("is plain HTTP to another machine: {UNPROTECTED}"))
}

fn numbers(config: &Config) -> Vec<Fault> {
    let range = |name: &'static str, value: u64, most: u64| {
        (value == 0 || value > most).then(|| (name, format!("must be 1 to {most}")))
    };
    let mut faults: Vec<Fault> = [
        range("session_idle_days", config.session_idle_days.into(), 3650),
        range("session_max_days", config.session_max_days.into(), 3650),
        range("database_connections", config.database_connections.into(), 1000),
        config
            .password_permits
            .and_then(|permits| range("password_permits", permits as u64, 1024)),
    ]
    .into_iter()
    .flatten()
    .collect();
    if config
        .audit_retention_days
        .is_some_and(|days| !RETENTION_DAYS.contains(&days))
    {
        let (least, most) = (RETENTION_DAYS.start(), RETENTION_DAYS.end());
        let why = format!(
            "must be {least} to {most}, so that what was done can still be looked into; leave it out to keep everything"
        );
        faults.push(("audit_retention_days", why));
    }
    if config.session_idle_days > config.session_max_days {
        let why = format!(
            "is longer than `session_max_days`, which is {}: no session lives that long",
            config.session_max_days
        );
        faults.push(("session_idle_days", why));
    }
    faults
}

fn smtp(smtp: &Smtp) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !is_this_machine(&smtp.host) && !is_host_name(&smtp.host) {
        faults.push((
            "smtp.host",
            "is no host name; leave out scheme, port and path".to_owned(),
        ));
    }
    if smtp.port == 0 {
        faults.push(("smtp.port", "must be 1 to 65535".to_owned()));
    }
    if smtp.security == SmtpSecurity::None && !is_this_machine(&smtp.host) {
        let why = "is `none`, which is for a mail server on this machine only: links to choose a password would \
                   cross the network readable by others. Use `starttls` or `tls`";
        faults.push(("smtp.security", why.to_owned()));
    }
    if smtp.username.is_some() && smtp.password.is_none() {
        faults.push(("smtp.username", "is set, but `smtp.password` is not".to_owned()));
    }
    if smtp.password.is_some() && smtp.username.is_none() {
        faults.push(("smtp.password", "is set, but `smtp.username` is not".to_owned()));
    }
    faults
}

fn is_host_name(host: &str) -> bool {
    let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    if let Some(address) = bracketed {
        return address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    !host.is_empty()
        && host.len() <= 253
        && host.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        })
}

fn is_host_with_port(text: &str) -> bool {
    text.rsplit_once(':')
        .is_some_and(|(host, port)| is_host_name(host) && port.parse::<u16>().is_ok_and(|port| port > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faulty(change: impl FnOnce(&mut Config)) -> Vec<&'static str> {
        let mut config = Config::default();
        change(&mut config);
        faults(&config).into_iter().map(|(key, _)| key).collect()
    }

    fn with_public_url(url: &str) -> Vec<&'static str> {
        faulty(|config| config.public_url = Some(url.parse().unwrap()))
    }

    #[test]
    fn the_defaults_are_right() {
        assert!(faults(&Config::default()).is_empty());
        assert!(faults(&Config::for_tests()).is_empty());
    }

    #[test]
    fn a_public_url_is_scheme_host_and_port() {
        for good in [
            "https://clearance.example",
            "https://clearance.example:8443/",
            "http://localhost:8080",
            "http://127.0.0.1:1",
            "http://[::1]:8080",
        ] {
            assert!(with_public_url(good).is_empty(), "{good}");
        }
        for bad in [
            "ftp://clearance.example",
            "https://clearance.example/app",
            "https://clearance.example/?a=b",
            "https://clearance.example/#x",
            "https://ann@clearance.example",
            "https://ann:pw@clearance.example",
            "data:text/plain,x",
            "http://clearance.example",
            "http://localhost.example",
        ] {
            assert_eq!(with_public_url(bad), ["public_url"], "{bad}");
        }
    }

    #[test]
    fn a_private_host_is_allowed_with_its_port() {
        let allowing = |host: &str| faulty(|c| c.storage.allowed_private_hosts = vec![host.to_owned()]);
        for good in ["minio.internal:9000", "127.0.0.1:443", "[::1]:9000"] {
            assert!(allowing(good).is_empty(), "{good}");
        }
        for bad in [
            "minio",
            "minio:0",
            "minio:x",
            "http://minio:9000",
            "a@b:1",
            "*:9000",
            "::1:9000",
            ":1",
        ] {
            assert_eq!(allowing(bad), ["storage.allowed_private_hosts"], "{bad}");
        }
    }

    #[test]
    fn plain_http_over_a_network_must_be_allowed_in_words() {
        let open = |allow: bool| {
            faulty(|config| {
                config.listen = "0.0.0.0:8080".parse().unwrap();
                config.allow_insecure_http = allow;
            })
        };
        assert_eq!(open(false), ["listen"]);
        assert!(open(true).is_empty());
        let behind_proxy = faulty(|config| {
            config.listen = "0.0.0.0:8080".parse().unwrap();
            config.public_url = Some("https://clearance.example".parse().unwrap());
        });
        assert!(behind_proxy.is_empty());
    }

    #[test]
    fn sessions_have_an_end_and_cannot_idle_longer_than_they_live() {
        assert_eq!(faulty(|c| c.session_idle_days = 0), ["session_idle_days"]);
        assert_eq!(
            faulty(|c| c.session_max_days = 0),
            ["session_max_days", "session_idle_days"]
        );
        assert_eq!(faulty(|c| c.session_idle_days = 31), ["session_idle_days"]);
    }

    #[test]
    fn the_journal_is_kept_for_thirty_days_at_least() {
        for bad in [0, 1, 29, 36_501] {
            let found = faulty(|c| c.audit_retention_days = Some(bad));
            assert_eq!(found, ["audit_retention_days"], "{bad}");
        }
        for good in [None, Some(30), Some(36_500)] {
            assert!(faulty(|c| c.audit_retention_days = good).is_empty(), "{good:?}");
        }
    }

    #[test]
    fn mail_is_unprotected_only_on_this_machine_and_a_name_needs_a_password() {
        let mail = |host: &str, security, username: Option<&str>| {
            faulty(|config| {
                config.smtp = Some(Smtp {
                    host: host.to_owned(),
                    port: 25,
                    security,
                    from: "clearance@example.com".parse().unwrap(),
                    username: username.map(str::to_owned),
                    password: None,
                });
            })
        };
        assert!(mail("127.0.0.1", SmtpSecurity::None, None).is_empty());
        assert!(mail("mail.example", SmtpSecurity::Starttls, None).is_empty());
        assert_eq!(mail("mail.example", SmtpSecurity::None, None), ["smtp.security"]);
        assert_eq!(
            mail("localhost", SmtpSecurity::None, Some("ann")),
            ["smtp.username"]
        );
        assert_eq!(mail("smtp://mail", SmtpSecurity::Tls, None), ["smtp.host"]);
    }

    #[test]
    fn a_password_from_a_published_file_is_refused() {
        // Public knowledge: a default of ClearML's own configuration.
        let published = "Rq8FW84sSqVgq7WvBB_4EzNl9y8z8IGiDXX3C345_a5AZfcwZcwCIA";
        let keys = faulty(|config| {
            config.admin = Some(crate::config::Admin {
                email: "ann@example.com".parse().unwrap(),
                password: shared::text::Password::new(published.to_owned()),
                name: None,
            });
        });
        assert_eq!(keys, ["admin.password"]);
    }

    #[test]
    fn hosts_and_databases_are_named_in_a_form_that_is_known() {
        assert_eq!(
            faulty(|c| c.allowed_hosts = vec!["https://x".to_owned()]),
            ["allowed_hosts"]
        );
        assert_eq!(
            faulty(|c| c.database_url = Some(crate::config::DatabaseUrl("mysql://x".to_owned()))),
            ["database_url"]
        );
    }
}
