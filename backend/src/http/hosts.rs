//! The host names that the server answers to. A page of another site can make a browser believe that the site's name
//! is this server's address (DNS rebinding); it cannot make the browser send a name that is ours.

use std::net::IpAddr;

use actix_web::{dev::ServiceRequest, http::header};
use shared::error::ErrorCode;

use crate::{
    config::{Config, is_this_machine},
    error::AppError,
};

/// Answered for every name: they say nothing about anybody, and those who ask know only an address.
const PROBES: [&str; 2] = ["/healthz", "/readyz"];

/// Which host names are ours.
#[derive(Debug)]
pub(crate) struct Hosts {
    /// Empty means every name: a server that was told no address and listens to the network.
    names: Vec<String>,
    loopback: bool,
}

impl Hosts {
    /// The names that follow from the settings.
    pub(crate) fn of(config: &Config) -> Self {
        let public = config.public_url.as_ref().and_then(url::Url::host_str);
        let own = match public {
            Some(name) => Some(name.to_owned()),
            None if config.listen.ip().is_unspecified() => None,
            None => Some(bracketed(config.listen.ip())),
        };
        let loopback = own.as_deref().is_some_and(is_this_machine);
        let names: Vec<String> = own
            .iter()
            .chain(&config.allowed_hosts)
            .map(|name| plain(name))
            .collect();
        Self { names, loopback }
    }

    /// Refuses a request that is for somebody else.
    pub(crate) fn check(&self, req: &ServiceRequest) -> Result<(), AppError> {
        if PROBES.contains(&req.path())
            || (req.path() == "/metrics" && host_of(req).is_some_and(is_this_machine))
        {
            return Ok(());
        }
        let known = match host_of(req) {
            Some(host) => self.knows(host),
            None => false,
        };
        if known {
            Ok(())
        } else {
            Err(ErrorCode::MisdirectedHost.into())
        }
    }

    /// Whether `host`, without its port, is ours.
    fn knows(&self, host: &str) -> bool {
        let host = plain(host);
        self.names.is_empty() || self.names.contains(&host) || (self.loopback && is_this_machine(&host))
    }
}

/// The name that the request is for, without its port; nothing when it names none or more than one. No forwarded
/// header is believed here: a browser lets scripts set those.
pub(crate) fn host_of(req: &ServiceRequest) -> Option<&str> {
    let mut given = req.headers().get_all(header::HOST);
    let said = given.next()?.to_str().ok()?;
    if given.next().is_some() {
        return None;
    }
    // An absolute address in the request line counts for more than the header.
    let authority = req.uri().authority().map_or(said, |authority| authority.as_str());
    without_port(authority)
}

fn without_port(authority: &str) -> Option<&str> {
    let end = match authority.strip_prefix('[') {
        Some(rest) => rest.find(']')? + 2,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (name, port) = authority.split_at_checked(end)?;
    let port_ok = port.is_empty()
        || port
            .strip_prefix(':')
            .is_some_and(|port| port.bytes().all(|b| b.is_ascii_digit()));
    (!name.is_empty() && port_ok).then_some(name)
}

fn bracketed(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("[{v6}]"),
    }
}

/// One spelling of a name: lower case, without the root's dot.
fn plain(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(public_url: Option<&str>, listen: &str, allowed: &[&str]) -> Hosts {
        Hosts::of(&Config {
            public_url: public_url.map(|url| url.parse().unwrap()),
            listen: listen.parse().unwrap(),
            allowed_hosts: allowed.iter().map(ToString::to_string).collect(),
            ..Config::default()
        })
    }

    #[test]
    fn a_public_server_answers_to_its_names_only() {
        let hosts = hosts(
            Some("https://clearance.example:8443"),
            "0.0.0.0:80",
            &["inner.example"],
        );
        for ours in [
            "clearance.example",
            "CLEARANCE.example",
            "clearance.example.",
            "inner.example",
        ] {
            assert!(hosts.knows(ours), "{ours}");
        }
        for other in [
            "evil.example",
            "localhost",
            "127.0.0.1",
            "clearance.example.evil.example",
        ] {
            assert!(!hosts.knows(other), "{other}");
        }
    }

    #[test]
    fn a_server_on_this_machine_answers_to_every_spelling_of_this_machine() {
        for hosts in [
            hosts(None, "127.0.0.1:8080", &[]),
            hosts(Some("http://localhost:9"), "127.0.0.1:1", &[]),
        ] {
            for ours in ["localhost", "127.0.0.1", "[::1]", "LOCALHOST"] {
                assert!(hosts.knows(ours), "{ours}");
            }
            assert!(!hosts.knows("evil.example"));
            assert!(!hosts.knows("localhost.evil.example"));
        }
    }

    #[test]
    fn a_port_is_cut_off_and_nonsense_is_no_name() {
        assert_eq!(without_port("a.example:80"), Some("a.example"));
        assert_eq!(without_port("[::1]:80"), Some("[::1]"));
        assert_eq!(without_port("[::1]"), Some("[::1]"));
        for bad in ["", ":80", "[::1", "a:b", "a:80:80", "[::1]x"] {
            assert_eq!(without_port(bad), None, "{bad}");
        }
    }
}
