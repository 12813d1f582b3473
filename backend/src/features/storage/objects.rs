//! Objects in cloud storage, for the browsers of a workspace's members: found by their addresses, opened with the member's own
//! entry or one of a group's vault, and handed out so that nothing in them runs as part of the app.

use chrono::TimeDelta;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use reqwest::Method;
use shared::{
    contract::{Endpoint, MemberInPerson, query_string, url as address_of},
    storage::{
        LoadObject, NewStorageEntry, ObjectAddress, ObjectKind, ObjectPreview, PreviewObject, ShowObject,
        entry::Shape,
    },
};
use url::Url;

use super::{
    address::{self, Address},
    kinds, open,
    probe::{MOST_BYTES, SECONDS, WITHIN},
    reasons::{self, Reason},
    rules,
    signing::{Access, Form, Target, Unsigned, Verb},
    store,
};
use crate::{
    error::AppError,
    features::vaults::store::served,
    http::{
        Alone, Ctx,
        content::{Content, Shut},
    },
};

/// The types of pages.
pub(super) const PAGES: &[&str] = &["text/html; charset=utf-8"];
/// How long a browser can load an object by a signed address.
const MINUTES: u32 = 5;
/// The most of a page that is shown.
const MOST_OF_PAGE: usize = 1024 * 1024;
/// The largest object that goes through this server.
const MOST_PASSED_ON: u64 = 256 * 1024 * 1024;

/// As many objects one account may ask for at the same time: nobody takes the places of everybody.
const AT_A_TIME: usize = 6;
const OBJECTS: &str = "objects";

/// An object that is there, and the entry that opens it.
struct Found {
    access: Access,
    bucket: String,
    key: String,
    name: String,
    bytes: u64,
}

/// Where the address stands in the request.
#[derive(Clone, Copy)]
struct Field(&'static str);

impl Field {
    fn wrong(self, why: impl Into<String>) -> AppError {
        AppError::field(self.0, why)
    }
}

pub(super) async fn preview(ctx: Ctx<PreviewObject>) -> Result<ObjectPreview, AppError> {
    let at = Field("/url");
    let _place = ctx.one_of(AT_A_TIME, OBJECTS)?;
    let found = find(&ctx, &ctx.body.url, at).await?;
    let (kind, media) = kinds::of(&found.name);
    let disposition = kinds::to_save(&found.name);
    let is_https = ctx.config().public_url().starts_with("https://");
    // A page that came by HTTPS loads nothing from where there is no TLS.
    let is_reachable = found.access.host().0 == "https" || !is_https;
    let url = if is_reachable && !found.access.has_shared_signature() {
        let form = Form {
            media,
            disposition: &disposition,
        };
        let signed = found.signed(Verb::Get, Some(form), ctx.now(), MINUTES * 60);
        signed.map_err(|why| at.wrong(why))?.to_string()
    } else if found.bytes > MOST_PASSED_ON {
        return Err(at.wrong(too_large()));
    } else {
        let query = ObjectAddress {
            url: ctx.body.url.clone(),
        };
        address_of::<LoadObject>(&ctx.path) + &query_string(&query)
    };
    let expires_at = ctx.now() + TimeDelta::minutes(MINUTES.into());
    Ok(ObjectPreview {
        kind,
        name: found.name,
        bytes: found.bytes,
        url,
        expires_at: expires_at.and_utc(),
    })
}

pub(super) async fn show(ctx: Ctx<ShowObject>) -> Result<Content, AppError> {
    let at = Field("url");
    let _place = ctx.one_of(AT_A_TIME, OBJECTS)?;
    let found = find(&ctx, &ctx.query.url, at).await?;
    if kinds::of(&found.name).0 != ObjectKind::Html {
        return Err(at.wrong("This is no page. Download it instead."));
    }
    let preferences = ctx
        .read_brief(|conn, scope| Ok(store::preferences(conn, scope)?))
        .await?;
    let shut = if rules::blocks_scripts(preferences.as_deref()) {
        Shut::InFrame
    } else {
        Shut::InFrameWithScripts
    };
    let url = found
        .signed(Verb::Get, None, ctx.now(), SECONDS)
        .map_err(|why| at.wrong(why))?;
    let range = format!("bytes=0-{}", MOST_OF_PAGE - 1);
    // There is no first part of nothing.
    let range = (found.bytes > 0).then_some(range.as_str());
    let asked = ctx
        .outbound()
        .ask(Method::GET, url, range, MOST_OF_PAGE, WITHIN)
        .await;
    let reason = match asked {
        Ok(answer) if matches!(answer.status, 200 | 206) => {
            let media = PAGES.first().copied().unwrap_or(kinds::BYTES);
            return Ok(Content::page(media, shut, answer.body));
        }
        Ok(answer) => Reason::of(&found.access, found.target(), &answer),
        Err(fault) => reasons::of_network(fault)?,
    };
    Err(at.wrong(found.sentence(&reason)))
}

pub(super) async fn load(ctx: Ctx<LoadObject>) -> Result<Content, AppError> {
    let at = Field("url");
    let place = ctx.one_of(AT_A_TIME, OBJECTS)?;
    let found = find(&ctx, &ctx.query.url, at).await?;
    if found.bytes > MOST_PASSED_ON {
        return Err(at.wrong(too_large()));
    }
    let url = found
        .signed(Verb::Get, None, ctx.now(), SECONDS)
        .map_err(|why| at.wrong(why))?;
    let reason = match ctx.outbound().open(url, MOST_PASSED_ON).await {
        Ok((200, pieces)) => {
            let media = kinds::of(&found.name).1;
            let cut_off = move |fault| match reasons::of_network(fault) {
                Ok(reason) => at.wrong(reason.sentence(&found.access, None)),
                Err(busy) => busy,
            };
            let disposition = kinds::to_save(&found.name);
            return Ok(Content::file(
                media,
                disposition,
                held(pieces.map_err(cut_off), place),
            ));
        }
        Ok((status, _)) => Reason::Other(status, String::new()),
        Err(fault) => reasons::of_network(fault)?,
    };
    Err(at.wrong(found.sentence(&reason)))
}

/// The pieces, with the place that is held until they end.
fn held<S: Stream>(pieces: S, place: Alone) -> impl Stream<Item = S::Item> {
    pieces.inspect(move |_| {
        let _until_the_end = &place;
    })
}

fn too_large() -> String {
    format!(
        "The object is larger than the {} MiB that go through this server. Let the entry use an account key or a host with \
         TLS, with which the browser loads it from the storage itself.",
        MOST_PASSED_ON / 1024 / 1024
    )
}

impl Found {
    fn target(&self) -> Target<'_> {
        Target::Object(&self.bucket, &self.key)
    }

    /// A signed address, or why there is none.
    fn signed(
        &self,
        verb: Verb,
        form: Option<Form<'_>>,
        now: chrono::NaiveDateTime,
        seconds: u32,
    ) -> Result<Url, String> {
        self.access
            .sign(verb, self.target(), form, now, seconds)
            .map_err(|unsigned| match unsigned {
                Unsigned::Secret => self.sentence(&Reason::WrongSecret),
                Unsigned::Name => "The object's name has `.` or `..` between slashes, which browsers change. Give it another \
                                   name to show it."
                    .to_owned(),
            })
    }

    fn sentence(&self, reason: &Reason) -> String {
        reason.sentence(&self.access, Some((&self.bucket, &self.key)))
    }
}

/// Finds the entry for an address and asks the storage for the object.
async fn find<E>(ctx: &Ctx<E>, text: &str, at: Field) -> Result<Found, AppError>
where
    E: Endpoint<Caller = MemberInPerson>,
{
    let addresses = address::read(text).map_err(|why| at.wrong(why))?;
    let (access, address) = entry(ctx, &addresses, at).await?;
    let mut found = Found {
        access,
        bucket: address.bucket.clone(),
        key: String::new(),
        name: address.name().to_owned(),
        bytes: 0,
    };
    let mut why = Reason::NoSuchObject;
    for key in &address.keys {
        found.key.clone_from(key);
        match size(ctx, &found, at).await? {
            Ok(bytes) => {
                found.bytes = bytes;
                return Ok(found);
            }
            // With the other spelling of the name it may be there, or be allowed.
            Err(reason @ (Reason::NoSuchObject | Reason::NotAllowed)) => why = reason,
            Err(reason) => return Err(at.wrong(found.sentence(&reason))),
        }
    }
    Err(at.wrong(found.sentence(&why)))
}

/// How large the object is, or why it cannot be read.
async fn size<E>(ctx: &Ctx<E>, found: &Found, at: Field) -> Result<Result<u64, Reason>, AppError>
where
    E: Endpoint<Caller = MemberInPerson>,
{
    let head = found
        .signed(Verb::Head, None, ctx.now(), SECONDS)
        .map_err(|why| at.wrong(why))?;
    match ctx.outbound().ask(Method::HEAD, head, None, 0, WITHIN).await {
        Ok(answer) if answer.status == 200 => {
            let length = answer.header("content-length").and_then(|text| text.parse().ok());
            return Ok(Ok(length.unwrap_or_default()));
        }
        Ok(answer) if answer.status == 404 => return Ok(Err(Reason::NoSuchObject)),
        Ok(_) => {}
        Err(fault) => return reasons::of_network(fault).map(Err),
    }
    // What answers a HEAD does not say why: that is in the body.
    let get = found
        .signed(Verb::Get, None, ctx.now(), SECONDS)
        .map_err(|why| at.wrong(why))?;
    match ctx
        .outbound()
        .ask(Method::GET, get, Some("bytes=0-0"), MOST_BYTES, WITHIN)
        .await
    {
        Ok(answer) => Ok(Err(Reason::of(&found.access, found.target(), &answer))),
        Err(fault) => reasons::of_network(fault).map(Err),
    }
}

/// The entry for one of these addresses: one for its bucket before one for every bucket, and one's own before those of groups'
/// vaults.
async fn entry<'a, E>(
    ctx: &Ctx<E>,
    addresses: &'a [Address],
    at: Field,
) -> Result<(Access, &'a Address), AppError>
where
    E: Endpoint<Caller = MemberInPerson>,
{
    let keys = ctx.keys_for_queries();
    let (rows, shared) = ctx
        .read(move |conn, scope| {
            let rows = store::of_member(conn, scope)?;
            Ok((rows, served::storage_entries(conn, scope, &keys)?))
        })
        .await?;
    let own: Vec<Access> = rows.iter().map(|row| Access::unopened(row.shape())).collect();
    let shared: Vec<Access> = shared.into_iter().filter_map(Access::from_vault).collect();
    for exactly in [true, false] {
        if let Some((at, address)) = rules::find(&own, addresses, exactly)
            && let Some(row) = rows.get(at)
        {
            return Ok((open(ctx.keys(), row.clone())?, address));
        }
        if let Some((at, address)) = rules::find(&shared, addresses, exactly)
            && let Some(access) = shared.get(at)
        {
            return Ok((access.clone(), address));
        }
    }
    let bucket = addresses.first().map_or("", |address| address.bucket.as_str());
    Err(at.wrong(format!(
        "There is no access to `{bucket}` at this address. Add an entry for it under Web App Cloud Access on the page \
         Configuration, or ask an administrator for one."
    )))
}

impl Access {
    /// An entry without its secrets, to be looked at.
    fn unopened(shape: Shape) -> Self {
        Self {
            provider: shape.provider,
            bucket: shape.bucket,
            key: shape.key,
            secret: String::new().into(),
            token: None,
            region: shape.region,
            host: shape.host,
        }
    }

    /// An entry of a vault, if everything in it is right.
    fn from_vault(entry: NewStorageEntry) -> Option<Self> {
        let shape = entry.checked().ok()?;
        Some(Self {
            secret: entry.secret.expose().to_owned().into(),
            token: entry.token.map(|token| token.expose().to_owned().into()),
            ..Self::unopened(shape)
        })
    }
}
