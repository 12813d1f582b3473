//! The service `auth`: tokens and key pairs. What happens to pairs is the feature's; here are the wire's words for it.

use chrono::TimeDelta;
use secrets::key_pair::AccessKey;
use shared::credentials::{Credential, CredentialChange, NewCredential};

use super::{
    contract::{
        AuthCreateCredentials, AuthEditCredentials, AuthGetCredentials, AuthLogin, AuthLogout,
        AuthRevokeCredentials, CreatedPair, LoggedIn, LoggedOut, Pair, PairWithSecret, Pairs, RevokedPairs,
        Updated,
    },
    fault::Fault,
    serve::{Call, serve},
};
use crate::{
    access,
    error::AppError,
    features::credentials::{
        changes::{self, NewPair},
        rules,
        store::{self, Whose},
    },
    http::Ctx,
};

/// Life of a token when none is asked for. Clients of agents take a token that ends within 12 hours for one to renew.
const USUAL_SECONDS: i64 = 30 * 24 * 60 * 60;
/// The longest life of a token.
const MOST_SECONDS: i64 = 365 * 24 * 60 * 60;

pub(super) fn calls() -> Vec<Call> {
    vec![
        serve(AuthLogin, login),
        serve(AuthLogout, logout),
        serve(AuthCreateCredentials, create),
        serve(AuthGetCredentials, list),
        serve(AuthEditCredentials, edit),
        serve(AuthRevokeCredentials, revoke),
    ]
}

/// Changes nothing that is stored: the token names the key, and ends with it.
async fn login(ctx: Ctx<AuthLogin>) -> Result<LoggedIn, Fault> {
    let key = ctx.key().ok_or_else(Fault::no_credentials)?;
    let seconds = match ctx.body.expiration_sec {
        None => USUAL_SECONDS,
        Some(seconds) if seconds < 1 => {
            return Err(Fault::field("/expiration_sec", "Ask for at least 1 second."));
        }
        Some(seconds) => seconds.min(MOST_SECONDS),
    };
    let (token, _) = access::mint(
        ctx.keys(),
        key,
        ctx.lease(),
        ctx.now(),
        TimeDelta::seconds(seconds),
    )?;
    Ok(LoggedIn { token })
}

/// Ends nothing and says so. Tokens are not kept here, so that one cannot be ended without the others; revoking the
/// key ends them all, by the next call.
async fn logout(_: Ctx<AuthLogout>) -> Result<LoggedOut, Fault> {
    Ok(LoggedOut { revoked: false })
}

async fn create(ctx: Ctx<AuthCreateCredentials>) -> Result<CreatedPair, Fault> {
    let (pair, maker) = (NewPair::generate(ctx.keys()), ctx.actor().credential);
    let wanted = NewCredential {
        label: ctx.body.label.clone().unwrap_or_default(),
        expires_at: None,
    };
    let (made, pair) = ctx
        .write(move |tx, scope| {
            let made = changes::create(tx, scope, maker.as_deref(), &pair, &wanted)?;
            Ok((made, pair))
        })
        .await?;
    Ok(CreatedPair {
        credentials: PairWithSecret {
            access_key: made.access_key,
            secret_key: pair.secret_key,
            label: made.label,
        },
    })
}

async fn list(ctx: Ctx<AuthGetCredentials>) -> Result<Pairs, Fault> {
    let now = ctx.now();
    let rows = ctx
        .read(move |conn, scope| Ok(store::all(conn, scope, Whose::Own, now)?))
        .await?;
    let credentials: Result<Vec<Pair>, AppError> = rows
        .into_iter()
        .filter(|row| rules::is_live(now, row.expires_at))
        .map(|row| Credential::try_from(row).map(Pair::from))
        .collect();
    Ok(Pairs {
        credentials: credentials?,
    })
}

async fn edit(ctx: Ctx<AuthEditCredentials>) -> Result<Updated, Fault> {
    let (access_key, label) = (ctx.body.access_key.clone(), ctx.body.label.clone());
    if AccessKey::parse(&access_key).is_err() {
        return Err(Fault::unknown_access_key());
    }
    let updated = u32::from(label.is_some());
    let wanted = CredentialChange {
        label,
        expires_at: None,
    };
    let maker = ctx.actor().credential;
    ctx.write(move |tx, scope| {
        changes::change(tx, scope, maker.as_deref(), &access_key, &wanted, |_| Ok(()))
    })
    .await
    .map_err(|error| Fault::from(error).or_if_missing(Fault::unknown_access_key()))?;
    Ok(Updated { updated })
}

async fn revoke(ctx: Ctx<AuthRevokeCredentials>) -> Result<RevokedPairs, Fault> {
    let named = ctx.body.access_key.as_deref().or(ctx.body.key_id.as_deref());
    let named = named.ok_or_else(|| Fault::field("/access_key", "Say which key to revoke."))?;
    let access_key = AccessKey::parse(named)
        .map(|key| key.to_string())
        .map_err(|_fault| Fault::unknown_key_of_user())?;
    ctx.write(move |tx, scope| changes::revoke(tx, scope, &access_key))
        .await
        .map_err(|error| Fault::from(error).or_if_missing(Fault::unknown_key_of_user()))?;
    Ok(RevokedPairs { revoked: 1 })
}

impl From<Credential> for Pair {
    fn from(credential: Credential) -> Self {
        Self {
            access_key: credential.access_key,
            label: credential.label,
            last_used: credential.last_used_at,
            last_used_from: credential.last_used_from,
        }
    }
}
