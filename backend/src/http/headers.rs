//! The headers that every answer carries, whatever it is: what a browser may load, show and tell others.

use actix_web::http::{
    StatusCode,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};

use crate::config::Config;

/// A year: how long a browser that came by HTTPS once asks for nothing else.
const HSTS: &str = "max-age=31536000";

/// Browser features that no page of ours uses.
const PERMISSIONS: &str = "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), \
                           gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()";

/// The headers, made once at the start.
#[derive(Debug)]
pub(crate) struct SecurityHeaders {
    always: Vec<(HeaderName, HeaderValue)>,
}

impl SecurityHeaders {
    /// The headers for a server with these settings, whose page holds inline scripts with these hashes.
    pub(crate) fn new(config: &Config, script_hashes: &[String]) -> Self {
        let mut always = vec![
            (
                header::X_CONTENT_TYPE_OPTIONS,
                HeaderValue::from_static("nosniff"),
            ),
            (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
            (
                HeaderName::from_static("cross-origin-opener-policy"),
                HeaderValue::from_static("same-origin"),
            ),
            (
                HeaderName::from_static("cross-origin-resource-policy"),
                HeaderValue::from_static("same-origin"),
            ),
            (
                HeaderName::from_static("permissions-policy"),
                HeaderValue::from_static(PERMISSIONS),
            ),
        ];
        if let Ok(policy) = HeaderValue::from_str(&content_policy(config, script_hashes)) {
            always.push((header::CONTENT_SECURITY_POLICY, policy));
        }
        if config.public_url().starts_with("https://") {
            always.push((header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS)));
        }
        Self { always }
    }

    /// Adds them to an answer. What the API answers is kept nowhere, unless it says otherwise itself.
    pub(crate) fn put_on(&self, headers: &mut HeaderMap, below_api: bool, status: StatusCode) {
        for (name, value) in &self.always {
            let narrower = [header::CONTENT_SECURITY_POLICY, header::X_FRAME_OPTIONS].contains(name);
            // What the server did not make is shut in more closely, by its own policy.
            if !(narrower && headers.contains_key(name)) {
                headers.insert(name.clone(), value.clone());
            }
        }
        let silent = !headers.contains_key(header::CACHE_CONTROL);
        if silent && (below_api || !status.is_success()) {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
    }
}

/// What pages may load: themselves, and the inline scripts that were in the page when the server was built.
///
/// Pictures, films and sound come from cloud storage by signed addresses: from any host, because anybody may have storage
/// anywhere, and over plain HTTP only where the app itself comes so. They run nothing. A page from storage is shown in a
/// frame, from this server.
fn content_policy(config: &Config, script_hashes: &[String]) -> String {
    let hashes = script_hashes
        .iter()
        .fold(String::new(), |hashes, hash| hashes + " 'sha256-" + hash + "'");
    let storage = if config.public_url().starts_with("https://") {
        "https:"
    } else {
        "https: http:"
    };
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{hashes}; style-src 'self'; \
         img-src 'self' data: {storage}; media-src 'self' {storage}; frame-src 'self'; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_each_inline_script_and_nothing_unsafe_but_wasm() {
        let policy = content_policy(&Config::for_tests(), &["abc=".to_owned(), "def=".to_owned()]);
        assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval' 'sha256-abc=' 'sha256-def=';"));
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
    }

    #[test]
    fn pictures_and_sound_may_come_from_storage_and_nothing_that_runs() {
        let over_https = content_policy(&Config::for_tests(), &[]);
        assert!(
            over_https.contains("img-src 'self' data: https:; media-src 'self' https:; frame-src 'self';")
        );
        assert!(!over_https.contains("http:"));
        let plain = content_policy(&Config::default(), &[]);
        assert!(plain.contains("img-src 'self' data: https: http:; media-src 'self' https: http:;"));
        for wide in ["https:", "http:"] {
            for directive in plain
                .split(';')
                .filter(|directive| directive.split(' ').any(|word| word == wide))
            {
                let name = directive.split_whitespace().next().unwrap();
                assert!(matches!(name, "img-src" | "media-src"), "{directive}");
            }
        }
    }

    #[test]
    fn what_was_not_made_here_keeps_its_own_policy() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("sandbox"),
        );
        SecurityHeaders::new(&Config::for_tests(), &[]).put_on(&mut headers, true, StatusCode::OK);
        let policies: Vec<_> = headers.get_all(header::CONTENT_SECURITY_POLICY).collect();
        assert_eq!(policies, ["sandbox"]);
        assert_eq!(headers.get(header::X_FRAME_OPTIONS).unwrap(), "DENY");
    }

    #[test]
    fn hsts_is_sent_only_where_the_server_is_reached_by_https() {
        let sent = |config: &Config| {
            let mut headers = HeaderMap::new();
            SecurityHeaders::new(config, &[]).put_on(&mut headers, false, StatusCode::OK);
            headers.contains_key(header::STRICT_TRANSPORT_SECURITY)
        };
        assert!(sent(&Config::for_tests()));
        assert!(!sent(&Config::default()));
    }
}
