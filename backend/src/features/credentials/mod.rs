//! App credentials: key pairs with which clients log in. The secret of a pair is in the answer that makes it and is
//! stored as a keyed hash.

pub(crate) mod changes;
pub(crate) mod rules;
pub(crate) mod store;

use secrets::key_pair::AccessKey;
use shared::{
    contract::{Endpoint, url},
    credentials::{
        ChangeCredential, CreateCredential, CreatedCredential, Credential, GetCredential, ListCredentials,
        OneCredential, ReportFoundKey, RevokeCredential, RotateCredential,
    },
    error::ErrorCode,
    ids::WorkspaceId,
    page::Page,
    permission::Permission,
};

use self::{changes::NewPair, rules::Deed, store::Whose};
use crate::{
    access::{Admit, SECRET_KEY_HASH},
    error::AppError,
    http::{Ctx, Mount, serve},
    throttle::Attempt,
};

/// The endpoints of this feature.
#[must_use]
pub fn mounts() -> Vec<Mount> {
    vec![
        serve(ListCredentials, list),
        serve(CreateCredential, create),
        serve(GetCredential, get),
        serve(ChangeCredential, change),
        serve(RotateCredential, rotate),
        serve(RevokeCredential, revoke),
        serve(ReportFoundKey, report_found),
    ]
}

async fn list(ctx: Ctx<ListCredentials>) -> Result<Page<Credential>, AppError> {
    let whose = if ctx.query.everybody {
        Whose::Everybody
    } else {
        Whose::Own
    };
    if whose == Whose::Everybody && !ctx.reach().may(Permission::CredentialsManage) {
        return Err(ErrorCode::Forbidden.into());
    }
    let now = ctx.now();
    let rows = ctx
        .read(move |conn, scope| Ok(store::all(conn, scope, whose, now)?))
        .await?;
    let items: Result<Vec<_>, _> = rows.into_iter().map(Credential::try_from).collect();
    Ok(Page::whole(items?))
}

async fn create(ctx: Ctx<CreateCredential>) -> Result<CreatedCredential, AppError> {
    let (pair, maker, wanted) = (
        NewPair::generate(ctx.keys()),
        ctx.actor().credential,
        ctx.body.clone(),
    );
    let (made, pair) = ctx
        .write(move |tx, scope| {
            let made = changes::create(tx, scope, maker.as_deref(), &pair, &wanted)?;
            Ok((made, pair))
        })
        .await?;
    Ok(shown_once(&ctx, ctx.path.workspace_id, made, pair))
}

async fn get(ctx: Ctx<GetCredential>) -> Result<Credential, AppError> {
    let (access_key, now) = (access_key(&ctx.path)?, ctx.now());
    let row = ctx
        .read_brief(move |conn, scope| {
            let row = store::by_key(conn, scope, &access_key, now)?;
            rules::check(scope, row.user_id, Deed::See)?;
            Ok(row)
        })
        .await?;
    row.try_into()
}

async fn change(ctx: Ctx<ChangeCredential>) -> Result<Credential, AppError> {
    let (access_key, maker, wanted) = (access_key(&ctx.path)?, ctx.actor().credential, ctx.body.clone());
    let matches = ctx.match_check();
    ctx.write(move |tx, scope| changes::change(tx, scope, maker.as_deref(), &access_key, &wanted, matches))
        .await
}

async fn rotate(ctx: Ctx<RotateCredential>) -> Result<CreatedCredential, AppError> {
    let (access_key, overlap) = (access_key(&ctx.path)?, ctx.body.overlap_seconds);
    let (pair, maker) = (NewPair::generate(ctx.keys()), ctx.actor().credential);
    let (made, pair) = ctx
        .write(move |tx, scope| {
            let made = changes::rotate(tx, scope, maker.as_deref(), &pair, &access_key, overlap)?;
            Ok((made, pair))
        })
        .await?;
    Ok(shown_once(&ctx, ctx.path.workspace_id, made, pair))
}

async fn revoke(ctx: Ctx<RevokeCredential>) -> Result<(), AppError> {
    let access_key = access_key(&ctx.path)?;
    ctx.write(move |tx, scope| changes::revoke(tx, scope, &access_key))
        .await
}

async fn report_found(ctx: Ctx<ReportFoundKey>) -> Result<(), AppError> {
    // Never forgiven: what is answered must not tell whether the pair was a real one.
    ctx.throttle().attempt(Attempt::Token, ctx.client(), None).await?;
    let secret = ctx.body.secret_key.expose().as_bytes();
    let secret_hash = ctx.keys().keyed_hash().hash(SECRET_KEY_HASH, secret);
    // What has not the shape of a key is looked up as well, as one that nobody has.
    let access_key = AccessKey::parse(&ctx.body.access_key).map_or(String::new(), |key| key.to_string());
    ctx.write(move |tx, anonymous| changes::report_found(tx, anonymous, &access_key, &secret_hash))
        .await
}

/// The access key in a path. A text that is none names nothing that is here.
fn access_key(path: &OneCredential) -> Result<String, AppError> {
    AccessKey::parse(&path.access_key)
        .map(|key| key.to_string())
        .map_err(|_fault| ErrorCode::NotFound.into())
}

/// The answer that shows a new pair, the only time that its secret is seen.
fn shown_once<E>(
    ctx: &Ctx<E>,
    workspace_id: WorkspaceId,
    made: Credential,
    pair: NewPair,
) -> CreatedCredential
where
    E: Endpoint,
    E::Caller: Admit,
{
    ctx.located(url::<GetCredential>(&OneCredential {
        workspace_id,
        access_key: made.access_key.clone(),
    }));
    CreatedCredential {
        access_key: made.access_key,
        secret_key: pair.secret_key,
        label: made.label,
        created_at: made.created_at,
        expires_at: made.expires_at,
        addresses: ctx.config().addresses(),
    }
}
