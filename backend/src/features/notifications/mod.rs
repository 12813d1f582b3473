//! What an account is told: invitations that wait for an answer, and changes that others made about it.

pub(crate) mod store;

use std::collections::HashSet;

use chrono::NaiveDateTime;
use db::columns;
use shared::{notifications::*, page::Page, text::Name};

use crate::{
    access::OwnAccount,
    error::AppError,
    features::invitations::store as invitations,
    http::{Ctx, Mount, cursor::Cursors, serve, serve_events},
};

/// Items of a page unless said, and the most.
const PAGE: (u32, u32) = (50, 200);
/// Why the journal does not say what somebody has read.
const NOT_JOURNALLED: &str = "what somebody has read is nobody else's business";

/// The endpoints of this feature.
#[must_use]
pub fn mounts() -> Vec<Mount> {
    vec![
        serve(ListNotifications, list),
        serve(CountNotifications, count),
        serve_events(WatchNotifications, "unread", |conn, own| {
            Ok(store::news(conn, own)?)
        }),
        serve(GetNotification, get),
        serve(ChangeNotification, change),
        serve(ReadAllNotifications, read_all),
    ]
}

async fn list(ctx: Ctx<ListNotifications>) -> Result<Page<Notification>, AppError> {
    let only_unread = ctx.query.unread.unwrap_or(false);
    let limit = ctx.query.limit.unwrap_or(PAGE.0).clamp(1, PAGE.1);
    let cursors = Cursors::new(
        ctx.keys(),
        &("ListNotifications", ctx.reach().user_id().0, only_unread),
    );
    let after = ctx
        .query
        .cursor
        .as_deref()
        .map(|cursor| cursors.open(cursor))
        .transpose()?;
    let now = ctx.now();
    let (part, answerable) = ctx
        .read(move |conn, own| {
            let part = store::page(conn, own, only_unread, after, limit)?;
            Ok((part, answerable(conn, own, now)?))
        })
        .await?;
    let items: Result<Vec<_>, _> = part.rows.into_iter().map(|row| view(row, &answerable)).collect();
    Ok(Page {
        items: items?,
        next_cursor: part.next.map(|place| cursors.seal(&place)),
        total: part.total,
    })
}

async fn count(ctx: Ctx<CountNotifications>) -> Result<Unread, AppError> {
    let news = ctx.read_brief(|conn, own| Ok(store::news(conn, own)?)).await?;
    Ok(Unread { unread: news.unread })
}

async fn get(ctx: Ctx<GetNotification>) -> Result<Notification, AppError> {
    let (now, id) = (ctx.now(), ctx.path.notification_id.into());
    ctx.read(move |conn, own| one(conn, own, id, now)).await
}

async fn change(ctx: Ctx<ChangeNotification>) -> Result<Notification, AppError> {
    let (id, read, matches) = (ctx.path.notification_id.into(), ctx.body.read, ctx.match_check());
    ctx.write(move |tx, own| {
        let now = tx.now();
        tx.needs_no_entry(NOT_JOURNALLED);
        store::lock(tx.conn, own, id)?;
        let before = one(tx.conn, own, id, now)?;
        matches(&before)?;
        if read.is_none_or(|read| read == before.read) {
            return Ok(before);
        }
        store::set_read(tx.conn, own, id, (!before.read).then_some(now))?;
        tx.tells(own.user_id().into());
        one(tx.conn, own, id, now)
    })
    .await
}

async fn read_all(ctx: Ctx<ReadAllNotifications>) -> Result<Unread, AppError> {
    ctx.write(|tx, own| {
        let now = tx.now();
        tx.needs_no_entry(NOT_JOURNALLED);
        if store::read_all(tx.conn, own, now)? > 0 {
            tx.tells(own.user_id().into());
        }
        Ok(Unread { unread: 0 })
    })
    .await
}

fn one(
    conn: &mut db::Conn,
    own: &OwnAccount,
    id: columns::NotificationId,
    now: NaiveDateTime,
) -> Result<Notification, AppError> {
    let row = store::one(conn, own, id)?;
    view(row, &answerable(conn, own, now)?)
}

/// The invitations that the account can answer now.
fn answerable(
    conn: &mut db::Conn,
    own: &OwnAccount,
    now: NaiveDateTime,
) -> Result<HashSet<columns::InvitationId>, AppError> {
    let mine = invitations::mine(conn, own, now)?;
    Ok(mine.into_iter().map(|row| row.id).collect())
}

fn view(row: store::Row, answerable: &HashSet<columns::InvitationId>) -> Result<Notification, AppError> {
    let open_invitation = row
        .invitation_id
        .filter(|id| row.kind.0 == NotificationKind::Invited && answerable.contains(id));
    Ok(Notification {
        id: row.id.into(),
        kind: row.kind.into(),
        created_at: row.created_at.and_utc(),
        read: row.read_at.is_some(),
        actor: row.actor_name.as_deref().map(stored).transpose()?,
        workspace_id: row.workspace_id.map(Into::into),
        workspace_name: row.workspace_name.as_deref().map(stored).transpose()?,
        role: row.role.map(Into::into),
        open_invitation: open_invitation.map(Into::into),
    })
}

/// A name that was checked when it was stored.
fn stored(text: &str) -> Result<Name, AppError> {
    text.parse()
        .map_err(|_changed| AppError::bug("a stored name is none"))
}
