//! What changes credentials, for every door: query, rule and journal in one transaction. Whoever calls these has been
//! admitted to the workspace; `maker` is the access key that they call with, if a key or token calls.

use chrono::NaiveDateTime;
use diesel::OptionalExtension as _;
use secrets::{key_pair::KeyPair, keys::InstanceKeys};
use serde::Serialize;
use shared::{
    credentials::{Credential, CredentialChange, NewCredential},
    error::ErrorCode,
    ids::UserId,
    text::SecretText,
};

use super::{
    rules::{self, Bounds, Deed},
    store::{self, CredentialRow, NewRow},
};
use crate::{
    access::{Anonymous, SECRET_KEY_HASH, Scope},
    audit::{Entry, Tx},
    error::AppError,
};

/// A new pair, with what is stored of its secret.
#[derive(Debug)]
pub struct NewPair {
    /// The public half.
    pub access_key: String,
    /// The secret half, for the one answer that shows it.
    pub secret_key: SecretText,
    secret_hash: String,
}

impl NewPair {
    /// A new random pair.
    #[must_use]
    pub fn generate(keys: &InstanceKeys) -> Self {
        let pair = KeyPair::generate();
        let secret = pair.secret_key.expose();
        Self {
            access_key: pair.access_key.to_string(),
            secret_hash: keys.keyed_hash().hash(SECRET_KEY_HASH, secret.as_bytes()),
            secret_key: SecretText::new(secret.to_owned()),
        }
    }
}

/// What the journal keeps of a credential.
#[derive(Serialize)]
struct Noted<'a> {
    user_id: UserId,
    label: &'a str,
    expires_at: Option<NaiveDateTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rotated_from: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rotated_to: Option<&'a str>,
}

impl<'a> Noted<'a> {
    fn of(row: &'a CredentialRow) -> Self {
        Self {
            user_id: row.user_id.into(),
            label: &row.label,
            expires_at: row.expires_at,
            rotated_from: row.rotated_from.as_deref(),
            rotated_to: row.rotated_to.as_deref(),
        }
    }
}

/// Makes a credential of the caller in the workspace.
pub fn create(
    tx: &mut Tx<'_>,
    scope: &Scope,
    maker: Option<&str>,
    pair: &NewPair,
    wanted: &NewCredential,
) -> Result<Credential, AppError> {
    let now = tx.now();
    store::take_turn(tx.conn, scope)?;
    let bounds = bounds(tx, scope, maker)?;
    let expires_at = rules::end_of_new(now, wanted.expires_at, bounds)?;
    insert(tx, scope, pair, wanted.label.as_str(), expires_at, None)
}

/// Changes label or end of a credential. `matches` sees it as it is before and may refuse.
pub fn change(
    tx: &mut Tx<'_>,
    scope: &Scope,
    maker: Option<&str>,
    access_key: &str,
    wanted: &CredentialChange,
    matches: impl Fn(&Credential) -> Result<(), AppError>,
) -> Result<Credential, AppError> {
    let now = tx.now();
    store::lock(tx.conn, scope, access_key)?;
    let before = checked(tx, scope, access_key, Deed::Change)?;
    matches(&before.clone().try_into()?)?;
    let expires_at = match wanted.expires_at {
        None => before.expires_at,
        Some(end) => {
            let bounds = bounds(tx, scope, maker)?;
            rules::changed_end(now, before.created_at, before.expires_at, end, bounds)?
        }
    };
    let label = wanted
        .label
        .as_ref()
        .map_or(before.label.as_str(), |label| label.as_str());
    if label == before.label && expires_at == before.expires_at {
        tx.needs_no_entry("the credential was so already");
        return before.try_into();
    }
    store::update(tx.conn, scope, access_key, label, expires_at)?;
    if expires_at != before.expires_at {
        // A later end counts too: what is remembered about the key would end it at the old one.
        tx.ends_authority();
    }
    let after = store::by_key(tx.conn, scope, access_key, now)?;
    let entry = Entry::new("credential.change", "credential", access_key);
    tx.record(entry.before(&Noted::of(&before)).after(&Noted::of(&after)))?;
    after.try_into()
}

/// Makes a successor of a credential, which itself ends after the overlap.
pub fn rotate(
    tx: &mut Tx<'_>,
    scope: &Scope,
    maker: Option<&str>,
    pair: &NewPair,
    access_key: &str,
    overlap_seconds: u64,
) -> Result<Credential, AppError> {
    let now = tx.now();
    store::take_turn(tx.conn, scope)?;
    store::lock(tx.conn, scope, access_key)?;
    let old = checked(tx, scope, access_key, Deed::Rotate)?;
    if old.rotated_to.is_some() {
        return Err(ErrorCode::AlreadyRotated.into());
    }
    let bounds = bounds(tx, scope, maker)?;
    let end = rules::end_after_overlap(now, old.expires_at, overlap_seconds)?;
    store::hand_over(tx.conn, scope, access_key, &pair.access_key, now, end)?;
    tx.ends_authority();
    let handed_over = store::by_key(tx.conn, scope, access_key, now)?;
    let entry = Entry::new("credential.rotate", "credential", access_key);
    tx.record(entry.before(&Noted::of(&old)).after(&Noted::of(&handed_over)))?;
    let expires_at = rules::end_of_successor(now, old.created_at, old.expires_at, bounds);
    insert(tx, scope, pair, &old.label, expires_at, Some(access_key))
}

/// Ends a credential and every token made with it.
pub fn revoke(tx: &mut Tx<'_>, scope: &Scope, access_key: &str) -> Result<(), AppError> {
    let now = tx.now();
    store::lock(tx.conn, scope, access_key)?;
    let row = checked(tx, scope, access_key, Deed::Revoke)?;
    store::revoke(tx.conn, scope, access_key, now)?;
    tx.ends_authority();
    tx.record(Entry::new("credential.revoke", "credential", access_key).before(&Noted::of(&row)))
}

/// Ends a pair whose secret the caller has shown; `secret_hash` is the keyed hash of what they sent. An unknown key
/// costs what a wrong secret costs.
pub fn report_found(
    tx: &mut Tx<'_>,
    anonymous: &Anonymous,
    access_key: &str,
    secret_hash: &str,
) -> Result<(), AppError> {
    let now = tx.now();
    // Both are keyed hashes: the time of comparing them tells nothing about the secret.
    let found = store::found(tx.conn, anonymous, access_key)?;
    let Some(found) = found.filter(|found| found.secret_hash == secret_hash) else {
        tx.needs_no_entry("nothing was found");
        return Ok(());
    };
    if store::revoke_found(tx.conn, anonymous, access_key, now)? == 0 {
        tx.needs_no_entry("the credential was revoked before");
        return Ok(());
    }
    tx.ends_authority();
    let before = serde_json::json!({ "user_id": found.user_id.0, "label": found.label });
    let entry = Entry::new("credential.found", "credential", access_key).before(&before);
    tx.record(entry.in_workspace(found.workspace_id.into()))
}

fn checked(tx: &mut Tx<'_>, scope: &Scope, access_key: &str, deed: Deed) -> Result<CredentialRow, AppError> {
    let now = tx.now();
    let row = store::by_key(tx.conn, scope, access_key, now)?;
    rules::check(scope, row.user_id, deed)?;
    Ok(row)
}

/// What bounds the life of a key made or changed by this caller. A key that was revoked since its admission makes none.
fn bounds(tx: &mut Tx<'_>, scope: &Scope, maker: Option<&str>) -> Result<Bounds, AppError> {
    let maker_ends_at = match maker {
        None => None,
        Some(maker) => {
            let found = store::end_of_live(tx.conn, scope, maker).optional()?;
            found.ok_or(ErrorCode::Unauthenticated)?
        }
    };
    if !rules::is_live(tx.now(), maker_ends_at) {
        return Err(ErrorCode::Unauthenticated.into());
    }
    Ok(Bounds {
        most_days: store::most_days(tx.conn, scope)?,
        maker_ends_at: rules::earlier(maker_ends_at, scope.makes_until()),
    })
}

fn insert(
    tx: &mut Tx<'_>,
    scope: &Scope,
    pair: &NewPair,
    label: &str,
    expires_at: Option<NaiveDateTime>,
    rotated_from: Option<&str>,
) -> Result<Credential, AppError> {
    let now = tx.now();
    if store::count_live(tx.conn, scope, now)? >= rules::MOST_LIVE {
        return Err(ErrorCode::TooManyCredentials.into());
    }
    let row = NewRow {
        access_key: &pair.access_key,
        workspace_id: scope.workspace_id(),
        user_id: scope.user_id(),
        label,
        secret_hash: &pair.secret_hash,
        created_at: now,
        expires_at,
        rotated_from,
    };
    store::insert(tx.conn, &row)?;
    let made = store::by_key(tx.conn, scope, &pair.access_key, now)?;
    tx.record(Entry::new("credential.create", "credential", &pair.access_key).after(&Noted::of(&made)))?;
    made.try_into()
}
