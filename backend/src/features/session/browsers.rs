//! The browsers in which one is signed in: seeing them, and signing them out.

use shared::{
    page::Page,
    session::{BrowserSession, ListSessions, RevokeOtherSessions, RevokeSession, Revoked},
};

use super::{
    rules,
    store::{self, SessionRow},
};
use crate::{audit::Entry, error::AppError, http::Ctx};

impl From<SessionRow> for BrowserSession {
    fn from(row: SessionRow) -> Self {
        Self {
            id: row.id.into(),
            current: false,
            created_at: row.created_at.and_utc(),
            last_seen_at: row.last_seen_at.and_utc(),
            expires_at: row.expires_at.and_utc(),
            address: row.address,
            user_agent: row.user_agent,
        }
    }
}

pub(super) async fn list(ctx: Ctx<ListSessions>) -> Result<Page<BrowserSession>, AppError> {
    let now = ctx.now();
    let idle_since = rules::idle_since(now, ctx.config().session_idle_days);
    let rows = ctx
        .read(move |conn, own| Ok(store::live(conn, own, now, idle_since)?))
        .await?;
    let this = ctx.reach().session_id();
    let mut items: Vec<BrowserSession> = rows.into_iter().map(BrowserSession::from).collect();
    for session in items.iter_mut().filter(|session| Some(session.id) == this) {
        // Its use by this very call is not written yet.
        session.current = true;
        session.last_seen_at = now.and_utc();
        session.address = ctx.client().address.to_string();
    }
    items.sort_by_key(|session| std::cmp::Reverse((session.last_seen_at, session.id)));
    Ok(Page::whole(items))
}

pub(super) async fn revoke(ctx: Ctx<RevokeSession>) -> Result<(), AppError> {
    let id = ctx.path.session_id;
    ctx.write(move |tx, own| {
        let before = noted(&store::one_of(tx.conn, own, id)?);
        store::end(tx.conn, own, id)?;
        tx.ends_authority();
        tx.record(Entry::new("session.revoke", "session", id).before(&before))
    })
    .await?;
    if ctx.reach().session_id() == Some(id) {
        ctx.clear_session_cookie();
    }
    Ok(())
}

/// What the journal keeps of a browser.
fn noted(row: &SessionRow) -> serde_json::Value {
    serde_json::json!({ "created_at": row.created_at, "address": row.address, "user_agent": row.user_agent })
}

pub(super) async fn revoke_others(ctx: Ctx<RevokeOtherSessions>) -> Result<Revoked, AppError> {
    ctx.write(move |tx, own| {
        let ended = store::end_others(tx.conn, own)?;
        tx.ends_authority();
        let revoked = Revoked {
            revoked: ended as u64,
        };
        let entry = Entry::new(
            "session.revoke_others",
            "account",
            shared::ids::UserId::from(own.user_id()),
        );
        tx.record(entry.after(&revoked))?;
        Ok(revoked)
    })
    .await
}
