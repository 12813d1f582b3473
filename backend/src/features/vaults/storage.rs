//! Vaults for cloud storage: a JSON list of entries. Their secrets come in and never go out; an entry that is sent without its
//! secret keeps the one that it had.

use serde::{Deserialize, Serialize};
use shared::{
    error::FieldError,
    storage::{NewStorageEntry, StorageProvider, entry::Shape},
    text::{SecretText, sent},
};

use crate::error::AppError;

/// Entries in one vault.
const MOST_ENTRIES: usize = 200;
/// What is said of an entry without a secret.
const NO_SECRET: &str = "There is no secret. Send it; only an entry whose provider, host, bucket and key are as before keeps the one \
                         that it had.";

/// An entry as somebody sends it, or as it is shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(default)]
    provider: StorageProvider,
    #[serde(default)]
    bucket: String,
    key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret: Option<SecretText>,
    #[expect(clippy::option_option, reason = "left out, null and a text are three things")]
    #[serde(default, deserialize_with = "sent", skip_serializing_if = "Option::is_none")]
    token: Option<Option<SecretText>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    host: Option<String>,
}

impl Entry {
    /// The entry as if a text without a letter had been left out, or for a token, removed.
    fn without_nothing(self) -> Self {
        let is_some = |text: &SecretText| !text.expose().is_empty();
        Self {
            secret: self.secret.filter(is_some),
            token: self.token.map(|token| token.filter(is_some)),
            ..self
        }
    }

    /// What it is in the form in which it is stored, or all that is wrong with it.
    fn shape(&self) -> Result<Shape, Vec<FieldError>> {
        let shape = Shape {
            provider: self.provider,
            bucket: self.bucket.clone(),
            key: self.key.clone(),
            region: self.region.clone(),
            host: self.host.clone(),
        };
        shape.checked(self.secret.as_ref(), self.token.as_ref().and_then(Option::as_ref))
    }
}

/// A list of entries as it is stored.
#[derive(Debug)]
pub struct Merged {
    /// The JSON, with secrets.
    pub text: String,
    /// The JSON as it is shown.
    pub shown: String,
    /// How many they are.
    pub entries: usize,
}

/// Reads a list that somebody sends, with secrets that were left out taken from `before`, which is as it is stored.
pub fn merged(content: &str, before: Option<&str>) -> Result<Merged, AppError> {
    let sent: Vec<Entry> = serde_json::from_str(content).map_err(|error| {
        // The library's own words may repeat a value.
        let (line, column) = (error.line(), error.column());
        fault(format!(
            "Line {line}, column {column}: this is no JSON list of storage entries. Write [{{\"provider\": \"s3\", \"bucket\": \"...\", \
             \"key\": \"...\", \"secret\": \"...\"}}]; other fields are token, region and host."
        ))
    })?;
    if sent.len() > MOST_ENTRIES {
        return Err(fault(format!("A vault holds at most {MOST_ENTRIES} entries.")));
    }
    let before = before.map(entries).transpose()?.unwrap_or_default();
    let mut faults = Vec::new();
    let mut whole = Vec::with_capacity(sent.len());
    for (number, entry) in (1..).zip(sent) {
        let entry = entry.without_nothing();
        let mut wrong = |why: &str| faults.push(field(format!("Entry {number}: {why}")));
        match entry.shape() {
            Err(all) => all.iter().for_each(|fault| {
                let name = fault.pointer.trim_start_matches('/');
                wrong(&format!("\"{name}\": {}", fault.detail));
            }),
            Ok(shape) => match with_secret(shape, entry.secret, entry.token, &before) {
                Some(entry) => whole.push(entry),
                None => wrong(NO_SECRET),
            },
        }
    }
    if !faults.is_empty() {
        return Err(AppError::Invalid(faults));
    }
    let text = written(&whole)?;
    let shown = redacted(&text)?;
    Ok(Merged {
        text,
        shown,
        entries: whole.len(),
    })
}

#[expect(clippy::option_option, reason = "left out, null and a text are three things")]
fn with_secret(
    shape: Shape,
    new: Option<SecretText>,
    token: Option<Option<SecretText>>,
    before: &[NewStorageEntry],
) -> Option<NewStorageEntry> {
    let old = before.iter().find(|old| {
        (old.provider, &old.bucket, &old.key, &old.host)
            == (shape.provider, &shape.bucket, &shape.key, &shape.host)
    });
    let token = match (token, &new) {
        (Some(token), _) => token,
        (None, None) => old.and_then(|old| old.token.clone()),
        // A new secret has no token but the one that comes with it.
        (None, Some(_)) => None,
    };
    Some(NewStorageEntry {
        secret: new.or_else(|| old.map(|old| old.secret.clone()))?,
        token,
        provider: shape.provider,
        bucket: shape.bucket,
        key: shape.key,
        region: shape.region,
        host: shape.host,
    })
}

/// The entries of a list as it is stored.
pub fn entries(stored: &str) -> Result<Vec<NewStorageEntry>, AppError> {
    serde_json::from_str(stored)
        .map_err(|_may_hold_values| AppError::bug("stored storage entries are no list"))
}

/// A list as it is stored, without secrets.
pub fn redacted(stored: &str) -> Result<String, AppError> {
    let shown: Vec<Entry> = entries(stored)?
        .into_iter()
        .map(|entry| Entry {
            provider: entry.provider,
            bucket: entry.bucket,
            key: entry.key,
            secret: None,
            token: None,
            region: entry.region,
            host: entry.host,
        })
        .collect();
    written(&shown)
}

fn written(list: &impl Serialize) -> Result<String, AppError> {
    let mut text = serde_json::to_string_pretty(list).map_err(|error| AppError::Internal(error.into()))?;
    text.push('\n');
    Ok(text)
}

fn field(detail: String) -> FieldError {
    FieldError {
        pointer: "/content".to_owned(),
        detail,
    }
}

fn fault(detail: String) -> AppError {
    AppError::Invalid(vec![field(detail)])
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r#"[{"provider": "s3", "bucket": "data", "key": "k", "secret": "s3cret", "token": "t0ken", "host": "h:9000"}]"#;

    fn refused(content: &str, before: Option<&str>) -> String {
        match merged(content, before).unwrap_err() {
            AppError::Invalid(errors) => errors[0].detail.clone(),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn what_is_shown_holds_no_secret_and_saves_as_it_was() {
        let first = merged(LIST, None).unwrap();
        assert_eq!(first.entries, 1);
        assert!(first.text.contains("s3cret") && first.text.contains("t0ken"));
        assert!(
            !first.shown.contains("s3cret") && !first.shown.contains("t0ken"),
            "{}",
            first.shown
        );
        assert!(!first.shown.contains("secret"), "{}", first.shown);
        assert_eq!(merged(&first.shown, Some(&first.text)).unwrap().text, first.text);
    }

    #[test]
    fn a_secret_stays_with_what_it_is_for_and_with_nothing_else() {
        let first = merged(LIST, None).unwrap();
        for other in [r#""host": "h:9001""#, r#""host": "h:9000", "provider": "gcs""#] {
            let content = format!(r#"[{{"bucket": "data", "key": "k", {other}}}]"#);
            assert!(
                refused(&content, Some(&first.text)).contains("Entry 1: There is no secret"),
                "{other}"
            );
        }
        let same = r#"[{"bucket": "data", "key": "k", "host": "h:9000", "region": "r"}]"#;
        let kept = merged(same, Some(&first.text)).unwrap().text;
        assert!(kept.contains("s3cret") && kept.contains("t0ken"));
        let other = r#"[{"bucket": "data", "key": "k", "host": "h:9000", "secret": "other"}]"#;
        let changed = merged(other, Some(&first.text)).unwrap().text;
        assert!(
            changed.contains("other") && !changed.contains("t0ken"),
            "{changed}"
        );
        let without = r#"[{"bucket": "data", "key": "k", "host": "h:9000", "token": null}]"#;
        let changed = merged(without, Some(&first.text)).unwrap().text;
        assert!(
            changed.contains("s3cret") && !changed.contains("t0ken"),
            "{changed}"
        );
    }

    #[test]
    fn what_is_no_list_of_entries_is_refused_without_being_repeated() {
        for wrong in [
            "",
            "{}",
            "[1]",
            r#"[{"key": "hunter2", "secrets": "hunter2"}]"#,
            r#"[{"key": 5, "secret": "hunter2"}]"#,
        ] {
            let told = refused(wrong, None);
            assert!(told.contains("JSON list") && !told.contains("hunter2"), "{told}");
        }
        assert!(
            refused(r#"[{"key": "", "secret": "s"}]"#, None)
                .contains("Entry 1: \"key\": Give the access key")
        );
        assert!(
            refused(
                "[{\"key\": \"k\", \"bucket\": \"a\\u0000\", \"secret\": \"s\"}]",
                None
            )
            .contains("bucket")
        );
        assert_eq!(merged("[]", None).unwrap().entries, 0);
    }
}
