//! Whether an entry lets in: the storage itself is asked.

use std::time::Duration;

use reqwest::Method;
use shared::storage::{StorageTest, TestStorageEntry};

use super::{
    open,
    reasons::{self, Reason},
    signing::{Access, Target, Unsigned, Verb, end_of_shared_signature},
    store,
};
use crate::{error::AppError, http::Ctx};

/// How long the storage may take.
pub(super) const WITHIN: Duration = Duration::from_secs(9);
/// As much of an answer as says why.
pub(super) const MOST_BYTES: usize = 64 * 1024;
/// How long an address is good that only the server itself uses.
pub(super) const SECONDS: u32 = 60;

pub(super) async fn test(ctx: Ctx<TestStorageEntry>) -> Result<StorageTest, AppError> {
    let id = ctx.path.storage_entry_id;
    let row = ctx
        .read_brief(move |conn, own| Ok(store::by_id(conn, own, id)?))
        .await?;
    let access = open(ctx.keys(), row)?;
    // One after the other, so that nobody has other hosts searched from here.
    let _alone = ctx.one_of(1, "storage test")?;
    let found = asked(&ctx, &access).await?;
    let (works, message) = match &found {
        Ok(()) => (true, reasons::works(&access)),
        // Whoever may not list everything may well read what they know the name of.
        Err(Reason::NotAllowed) if access.bucket.is_empty() => (true, reasons::works_unlisted(&access)),
        Err(reason) => (false, reason.sentence(&access, None)),
    };
    Ok(StorageTest { works, message })
}

async fn asked(ctx: &Ctx<TestStorageEntry>, access: &Access) -> Result<Result<(), Reason>, AppError> {
    let now = ctx.now();
    let end = end_of_shared_signature(access.secret.expose()).filter(|_| access.has_shared_signature());
    if let Some(end) = end.filter(|end| *end <= now) {
        return Ok(Err(Reason::SignatureExpired(Some(end))));
    }
    let target = match access.bucket.as_str() {
        "" => Target::Buckets,
        bucket => Target::Bucket(bucket),
    };
    let url = match access.sign(Verb::Get, target, None, now, SECONDS) {
        Ok(url) => url,
        Err(Unsigned::Secret) => return Ok(Err(Reason::WrongSecret)),
        Err(Unsigned::Name) => return Ok(Err(Reason::NoSuchBucket)),
    };
    match ctx
        .outbound()
        .ask(Method::GET, url, None, MOST_BYTES, WITHIN)
        .await
    {
        Ok(answer) if answer.status == 200 && reasons::is_list(&answer.body) => Ok(Ok(())),
        Ok(answer) => Ok(Err(Reason::of(access, target, &answer))),
        Err(fault) => reasons::of_network(fault).map(Err),
    }
}
