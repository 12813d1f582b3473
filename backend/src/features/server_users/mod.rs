//! Everybody who has an account on this server, for its operators: the list, what they may change, and deletion.

mod changes;
mod erasure;
pub mod rules;
pub mod store;

use db::columns;
use shared::{
    page::{Page, PageQuery},
    server_users::{
        ChangeServerUser, CreatePasswordLink, DeleteServerUser, GetServerUser, ListServerUsers, PasswordLink,
        PreviewUserDeletion, ServerUser, UserDeletionPreview,
    },
};

pub use self::changes::change;
use self::{rules::UserSort, store::Filter};
use crate::{
    access::WholeServer,
    audit::Tx,
    error::AppError,
    features::session::store::{
        NewToken,
        links::{self, HandedLink, LinkKind},
    },
    http::{Ctx, Mount, cursor::Cursors, serve},
    listing::{self, Order},
};

/// The endpoints of this feature.
#[must_use]
pub fn mounts() -> Vec<Mount> {
    vec![
        serve(ListServerUsers, list),
        serve(GetServerUser, get),
        serve(ChangeServerUser, change_one),
        serve(CreatePasswordLink, create_link),
        serve(PreviewUserDeletion, preview),
        serve(DeleteServerUser, delete),
    ]
}

async fn list(ctx: Ctx<ListServerUsers>) -> Result<Page<ServerUser>, AppError> {
    let query = &ctx.query;
    let order = Order::read(query.sort.as_deref(), &rules::SORTS, UserSort::Name)?;
    let filter = Filter {
        state: query.state,
        pattern: listing::search(query.q.as_deref())?,
    };
    let limit = PageQuery {
        limit: query.limit,
        ..PageQuery::default()
    }
    .limit();
    let bound_to = ("ListServerUsers", ctx.reach().user_id().0, order, &filter);
    let cursors = Cursors::new(ctx.keys(), &bound_to);
    let after = query
        .cursor
        .as_deref()
        .map(|cursor| cursors.open(cursor))
        .transpose()?;
    let (now, idle_days) = (ctx.now(), ctx.config().session_idle_days);
    let asked = filter.clone();
    let (items, next, total) = ctx
        .read(move |conn, reach| {
            let part = store::page(conn, reach, &asked, order, after, limit)?;
            let items = store::seen(conn, reach, part.rows, now, idle_days)?;
            Ok((items, part.next, part.total))
        })
        .await?;
    Ok(Page {
        items,
        next_cursor: next.map(|place| cursors.seal(&place)),
        total,
    })
}

async fn get(ctx: Ctx<GetServerUser>) -> Result<ServerUser, AppError> {
    let (user, now) = (ctx.path.user_id.into(), ctx.now());
    let idle_days = ctx.config().session_idle_days;
    ctx.read(move |conn, reach| store::one_seen(conn, reach, user, now, idle_days))
        .await
}

async fn change_one(ctx: Ctx<ChangeServerUser>) -> Result<ServerUser, AppError> {
    let (wanted, matches) = (ctx.body.clone(), ctx.match_check());
    let (user, idle_days) = (ctx.path.user_id.into(), ctx.config().session_idle_days);
    ctx.write(move |tx, reach| {
        let now = tx.now();
        store::lock_operators(tx.conn, reach)?;
        matches(&store::one_seen(tx.conn, reach, user, now, idle_days)?)?;
        change(tx, reach, user, &wanted)?;
        store::one_seen(tx.conn, reach, user, now, idle_days)
    })
    .await
}

async fn create_link(ctx: Ctx<CreatePasswordLink>) -> Result<PasswordLink, AppError> {
    let (user, link) = (ctx.path.user_id.into(), LinkKind::Password.new_token(ctx.keys()));
    let public_url = ctx.config().public_url();
    let made = ctx
        .write(move |tx, reach| {
            store::lock_operators(tx.conn, reach)?;
            store::still_operates(tx.conn, reach)?;
            offer_password(tx, reach, user, &link, &public_url)
        })
        .await?;
    Ok(PasswordLink {
        link: made.url,
        expires_at: made.expires_at.and_utc(),
    })
}

/// Makes a link to choose a new password; earlier ones end. A disabled account gets none: it would not work. The caller
/// holds the lock of the operators, for which whoever deletes an account waits.
pub fn offer_password(
    tx: &mut Tx<'_>,
    reach: &WholeServer,
    user: columns::UserId,
    new: &NewToken,
    public_url: &str,
) -> Result<HandedLink, AppError> {
    if store::living(tx.conn, reach, user)?.is_disabled {
        let detail = "This account is disabled: enable it first, else the link does not work.";
        return Err(AppError::field("user_id", detail));
    }
    links::hand(tx, &reach.rows_of(user), new, public_url)
}

async fn preview(ctx: Ctx<PreviewUserDeletion>) -> Result<UserDeletionPreview, AppError> {
    let (user, now) = (ctx.path.user_id.into(), ctx.now());
    let idle_days = ctx.config().session_idle_days;
    ctx.read(move |conn, reach| erasure::preview(conn, reach, user, now, idle_days))
        .await
}

async fn delete(ctx: Ctx<DeleteServerUser>) -> Result<(), AppError> {
    let user = ctx.path.user_id.into();
    let account = ctx
        .read(move |conn, reach| store::living(conn, reach, user))
        .await?;
    // Addresses do not change, so this still is its name when the account is locked.
    let counted_as = ctx.throttle().counted_as(&account.email_key);
    ctx.write(move |tx, reach| erasure::delete(tx, reach, &counted_as, user))
        .await
}
