//! Which values are not shown. The rule, from wide to narrow:
//!
//! - everything below `environment` and `api.credentials`, and the `contents` of `files`;
//! - everything below a key whose name says so: it holds `secret`, `passw`, `token`, `private`, `credentials_json`, `sas_`,
//!   `signature` or `webhook`, is `key`, `pass`, `pwd`, `sas`, `sig` or `pat`, or ends in `_key`, `_pass`, `_pat`, `apikey` or
//!   `accountkey` (`expiration` in the name says that it is a time);
//! - the part before `@` of an address, any text in which such a name stands before `=`, `:` or, as an option, a blank, as in
//!   arguments of containers, and the element of a list that follows such an option.
//!
//! A switch and `null` are shown outside of the first group. Better too much is hidden than too little.

use crate::value::{Map, Value};

/// What stands in place of a secret.
pub const MASK: &str = "••••••";

/// Whether the value at the path, or anything below it, is secret by its name. Steps as in the text, `[]` for list elements.
pub fn is_secret_path(path: &[&str]) -> bool {
    is_secret_place(path) || path.iter().any(|step| is_secret_name(step))
}

fn is_secret_place(path: &[&str]) -> bool {
    match path {
        ["environment", _, ..] | ["api", "credentials", _, ..] => true,
        ["files", _, rest @ ..] => rest.first() == Some(&"contents"),
        _ => false,
    }
}

fn is_secret_name(step: &str) -> bool {
    let name: String = step
        .chars()
        .map(|c| if c == '-' { '_' } else { c.to_ascii_lowercase() })
        .collect();
    if name.contains("expiration") {
        return false;
    }
    let holds = [
        "secret",
        "passw",
        "token",
        "private",
        "credentials_json",
        "sas_",
        "signature",
        "webhook",
    ]
    .iter()
    .any(|word| name.contains(word));
    let ends = ["_key", "_pass", "apikey", "accountkey", "_pwd", "_pat"]
        .iter()
        .any(|word| name.ends_with(word));
    holds || ends || matches!(name.as_str(), "key" | "pass" | "pwd" | "sas" | "sig" | "pat")
}

/// The value with everything secret in it masked.
pub fn masked(path: &[&str], value: &Value) -> Value {
    match value {
        Value::Map(map) => {
            let entries = map
                .entries()
                .iter()
                .map(|(key, value)| (key.clone(), below(path, key, value)))
                .collect();
            Value::Map(Map::new(entries))
        }
        Value::List(values) => Value::List(elements(path, values)),
        Value::Null => Value::Null,
        _ if is_secret_place(path) => mask(),
        Value::Bool(_) => value.clone(),
        _ if is_secret_path(path) => mask(),
        Value::Text(text) => masked_text(text).map_or_else(|| value.clone(), Value::Text),
        Value::OnClient(text) => masked_text(text).map_or_else(|| value.clone(), Value::OnClient),
        _ => value.clone(),
    }
}

fn elements(path: &[&str], values: &[Value]) -> Vec<Value> {
    let mut follows = false;
    let element = |value: &Value| {
        let shown = match value {
            Value::Text(_) if follows => mask(),
            value => below(path, "[]", value),
        };
        follows = matches!(value, Value::Text(text) if is_secret_option(text));
        shown
    };
    values.iter().map(element).collect()
}

/// Whether it is `--password` or the like, with the secret behind it.
fn is_secret_option(word: &str) -> bool {
    word.strip_prefix('-')
        .is_some_and(|rest| is_secret_name(rest.trim_start_matches('-')))
}

fn below(path: &[&str], step: &str, value: &Value) -> Value {
    let mut path = path.to_vec();
    path.push(step);
    masked(&path, value)
}

fn mask() -> Value {
    Value::Text(MASK.to_owned())
}

/// The text without what in it is secret, if something is.
fn masked_text(text: &str) -> Option<String> {
    if tells_a_secret(text) {
        return Some(MASK.to_owned());
    }
    let mut shown = String::new();
    let mut rest = text;
    let mut found = false;
    while let Some((before, after)) = rest.split_once("://") {
        shown.push_str(before);
        shown.push_str("://");
        let end = after
            .find(|c: char| c.is_whitespace() || "/?#\"'".contains(c))
            .unwrap_or(after.len());
        let (authority, tail) = after.split_at_checked(end)?;
        match authority.rsplit_once('@') {
            Some((_, host)) => {
                found = true;
                shown.push_str(MASK);
                shown.push('@');
                shown.push_str(host);
            }
            None => shown.push_str(authority),
        }
        rest = tail;
    }
    shown.push_str(rest);
    found.then_some(shown)
}

/// Whether a secret name stands before `=` or `:` in it, or an option of such a name before something else.
fn tells_a_secret(text: &str) -> bool {
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        if is_secret_option(word) && words.peek().is_some() {
            return true;
        }
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    text.match_indices(['=', ':']).any(|(at, _)| {
        let before = text.get(..at).unwrap_or("").trim_end_matches([' ', '"', '\'']);
        let start = before.rfind(|c| !is_name(c)).map_or(0, |at| {
            at + before
                .get(at..)
                .and_then(|t| t.chars().next())
                .map_or(1, char::len_utf8)
        });
        before.get(start..).is_some_and(is_secret_name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_secrets_are_secret() {
        for path in [
            "api.credentials.access_key",
            "sdk.aws.s3.key",
            "sdk.aws.s3.credentials.[].secret",
            "sdk.aws.s3.credentials.[].token",
            "sdk.azure.storage.containers.[].account_key",
            "sdk.google.storage.credentials_json",
            "agent.git_pass",
            "agent.git.extra_credentials.[].pass",
            "environment.HARMLESS",
            "files.one.contents",
            "sdk.development.jupyter_server_password",
            "own.sas_token.deeper",
        ] {
            assert!(is_secret_path(&path.split('.').collect::<Vec<_>>()), "{path}");
        }
        for path in [
            "sdk.aws.s3.region",
            "agent.git_user",
            "api.auth.token_expiration_threshold_sec",
            "files.one.path",
            "environment",
        ] {
            assert!(!is_secret_path(&path.split('.').collect::<Vec<_>>()), "{path}");
        }
    }

    #[test]
    fn secrets_inside_of_text_are_masked() {
        let shown = |text: &str| masked(&["x"], &Value::Text(text.to_owned())).to_json();
        assert_eq!(
            shown("https://u:p@host/simple"),
            format!("\"https://{MASK}@host/simple\"")
        );
        assert_eq!(shown("https://host/a@b"), "\"https://host/a@b\"");
        assert_eq!(shown("-e AWS_SECRET_ACCESS_KEY=abc"), format!("\"{MASK}\""));
        assert_eq!(shown("--ipc=host"), "\"--ipc=host\"");
        for told in [
            "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=abc==",
            "https://host/a?sv=1&sig=abc",
            "https://host/a?X-Amz-Signature=abc",
            "GIT_PAT=abc",
            "run --password hunter2",
        ] {
            assert_eq!(shown(told), format!("\"{MASK}\""), "{told}");
        }
        assert_eq!(shown("--password"), "\"--password\"");
        let list =
            ["--user", "ann", "--password", "hunter2", "--ipc"].map(|word| Value::Text(word.to_owned()));
        assert_eq!(
            masked(&["x"], &Value::List(list.into())).to_json(),
            format!("[\"--user\",\"ann\",\"--password\",\"{MASK}\",\"--ipc\"]")
        );
    }
}
