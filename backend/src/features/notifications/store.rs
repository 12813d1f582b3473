//! Queries on notifications. Other features tell somebody something with [`tell`], in the transaction of what they tell of.

use chrono::{NaiveDateTime, TimeDelta};
use db::{Conn, columns, one as found_one, schema::notifications};
use diesel::{dsl, prelude::*};
use serde::{Deserialize, Serialize};
use shared::{
    ids::{NotificationId, UserId},
    notifications::NotificationKind,
    permission::Role,
};

use crate::{
    access::{OwnAccount, Scope, System, WholeServer},
    audit::Tx,
    error::AppError,
};

/// What was read is kept so long, and everything at the longest.
const KEPT: (TimeDelta, TimeDelta) = (TimeDelta::days(90), TimeDelta::days(365));
/// The newest so many are kept of one account.
const MOST: i64 = 2000;
/// Accounts asked for in one query.
const AT_A_TIME: usize = 500;

/// Something to tell an account. Names are those of now: they stay when the thing is renamed or gone.
#[derive(Debug, Clone)]
pub struct Notice {
    /// A new id.
    pub id: NotificationId,
    /// What happened.
    pub kind: NotificationKind,
    /// Who did it, by the name of the one who acts in this transaction; nobody if the server did.
    pub actor_name: Option<String>,
    /// The workspace it is about, and its name.
    pub workspace: Option<(columns::WorkspaceId, String)>,
    /// The role it is about.
    pub role: Option<Role>,
    /// The invitation that it asks to answer.
    pub invitation: Option<columns::InvitationId>,
}

/// Tells an account something, in the transaction of what it is told of.
pub fn tell(tx: &mut Tx<'_>, to: columns::UserId, notice: &Notice) -> Result<(), AppError> {
    let actor = tx.actor_id().map(columns::UserId);
    tell_of(tx, to, actor, notice)
}

/// The same of what somebody else did earlier.
pub fn tell_of(
    tx: &mut Tx<'_>,
    to: columns::UserId,
    actor: Option<columns::UserId>,
    notice: &Notice,
) -> Result<(), AppError> {
    let workspace = notice.workspace.as_ref();
    let row = (
        notifications::id.eq(columns::NotificationId(notice.id)),
        notifications::user_id.eq(to),
        notifications::kind.eq(columns::NotificationKind(notice.kind)),
        notifications::actor_id.eq(actor),
        notifications::actor_name.eq(notice.actor_name.as_deref()),
        notifications::workspace_id.eq(workspace.map(|(id, _)| *id)),
        notifications::workspace_name.eq(workspace.map(|(_, name)| name.as_str())),
        notifications::role.eq(notice.role.map(columns::Role)),
        notifications::invitation_id.eq(notice.invitation),
        notifications::created_at.eq(tx.now()),
    );
    diesel::insert_into(notifications::table)
        .values(row)
        .execute(tx.conn)?;
    tx.tells(to.into());
    Ok(())
}

/// Removes what was told of an invitation, within a reach, and says so to whom it was told. The reaches give queries of
/// different types.
macro_rules! take_back {
    ($tx:ident, $reach:ident, $invitation:expr) => {
        let told = $reach
            .notifications()
            .filter(notifications::invitation_id.eq(Some($invitation)));
        let whom: Vec<columns::UserId> = told.select(notifications::user_id).load($tx.conn)?;
        diesel::delete(told).execute($tx.conn)?;
        for user in whom {
            $tx.tells(user.into());
        }
    };
}

/// Takes back what was told of an invitation that is revoked, replaced or sent again, or whose sender or workspace is gone.
pub fn withdraw(tx: &mut Tx<'_>, scope: &Scope, invitation: columns::InvitationId) -> Result<(), AppError> {
    take_back!(tx, scope, invitation);
    Ok(())
}

/// The same for an operator, wherever the invitations lead.
pub fn withdraw_anywhere(
    tx: &mut Tx<'_>,
    reach: &WholeServer,
    invitations: &[columns::InvitationId],
) -> Result<(), AppError> {
    for invitation in invitations {
        take_back!(tx, reach, *invitation);
    }
    Ok(())
}

/// Marks what the account was told of an invitation as read: it has answered.
pub fn answered(
    tx: &mut Tx<'_>,
    own: &OwnAccount,
    invitation: columns::InvitationId,
) -> Result<(), AppError> {
    let told = own
        .notifications()
        .filter(notifications::invitation_id.eq(Some(invitation)))
        .filter(notifications::read_at.is_null());
    let now = tx.now();
    let changed = diesel::update(told)
        .set(notifications::read_at.eq(now))
        .execute(tx.conn)?;
    if changed > 0 {
        tx.tells(own.user_id().into());
    }
    Ok(())
}

/// A notification as it is stored.
#[derive(Debug, Clone, Queryable)]
pub struct Row {
    /// Its id.
    pub id: columns::NotificationId,
    /// What happened.
    pub kind: columns::NotificationKind,
    /// When.
    pub created_at: NaiveDateTime,
    /// When it was read.
    pub read_at: Option<NaiveDateTime>,
    /// Who did it, by name.
    pub actor_name: Option<String>,
    /// The workspace it is about.
    pub workspace_id: Option<columns::WorkspaceId>,
    /// Its name then.
    pub workspace_name: Option<String>,
    /// The role it is about.
    pub role: Option<columns::Role>,
    /// The invitation it is about.
    pub invitation_id: Option<columns::InvitationId>,
}

type Columns = (
    notifications::id,
    notifications::kind,
    notifications::created_at,
    notifications::read_at,
    notifications::actor_name,
    notifications::workspace_id,
    notifications::workspace_name,
    notifications::role,
    notifications::invitation_id,
);
const COLUMNS: Columns = (
    notifications::id,
    notifications::kind,
    notifications::created_at,
    notifications::read_at,
    notifications::actor_name,
    notifications::workspace_id,
    notifications::workspace_name,
    notifications::role,
    notifications::invitation_id,
);

/// Where a page begins: behind this notification.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Place {
    created_at: NaiveDateTime,
    id: NotificationId,
}

/// Part of the list.
#[derive(Debug)]
pub struct Part {
    /// The notifications of this page.
    pub rows: Vec<Row>,
    /// Where the next page begins, if there is one.
    pub next: Option<Place>,
    /// How many there are in all.
    pub total: u64,
}

/// One page, the newest first.
pub fn page(
    conn: &mut Conn,
    own: &OwnAccount,
    only_unread: bool,
    after: Option<Place>,
    limit: u32,
) -> QueryResult<Part> {
    let matching = || {
        let all = own.notifications().into_boxed();
        if only_unread {
            all.filter(notifications::read_at.is_null())
        } else {
            all
        }
    };
    let total: i64 = matching().count().get_result(conn)?;
    let mut query = matching().select(COLUMNS);
    if let Some(after) = after {
        let level = notifications::created_at
            .eq(after.created_at)
            .and(notifications::id.lt(columns::NotificationId(after.id)));
        query = query.filter(notifications::created_at.lt(after.created_at).or(level));
    }
    let mut rows: Vec<Row> = query
        .order((notifications::created_at.desc(), notifications::id.desc()))
        .limit(i64::from(limit) + 1)
        .load(conn)?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| has_more).map(|last| Place {
        created_at: last.created_at,
        id: last.id.into(),
    });
    let total = u64::try_from(total).unwrap_or(0);
    Ok(Part { rows, next, total })
}

/// One notification.
pub fn one(conn: &mut Conn, own: &OwnAccount, id: columns::NotificationId) -> QueryResult<Row> {
    own.notifications()
        .filter(notifications::id.eq(id))
        .select(COLUMNS)
        .first(conn)
}

/// Keeps others from changing it until the transaction ends.
pub fn lock(conn: &mut Conn, own: &OwnAccount, id: columns::NotificationId) -> QueryResult<()> {
    // An update that changes nothing locks the row in both databases; `Conn` has no `FOR UPDATE`.
    diesel::update(own.notifications().filter(notifications::id.eq(id)))
        .set(notifications::kind.eq(notifications::kind))
        .execute(conn)
        .and_then(found_one)
}

/// Notes when it was read; not at all, if it counts as unread again.
pub fn set_read(
    conn: &mut Conn,
    own: &OwnAccount,
    id: columns::NotificationId,
    read_at: Option<NaiveDateTime>,
) -> QueryResult<()> {
    diesel::update(own.notifications().filter(notifications::id.eq(id)))
        .set(notifications::read_at.eq(read_at))
        .execute(conn)
        .and_then(found_one)
}

/// Marks all as read; says how many were not.
pub fn read_all(conn: &mut Conn, own: &OwnAccount, now: NaiveDateTime) -> QueryResult<usize> {
    diesel::update(own.notifications().filter(notifications::read_at.is_null()))
        .set(notifications::read_at.eq(now))
        .execute(conn)
}

/// What a stream tells, and by which one sees that there is something new.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct News {
    /// How many are unread.
    pub unread: u64,
    /// The newest of them: one may come while another goes.
    #[serde(skip)]
    newest: Option<NotificationId>,
}

impl News {
    fn of(unread: i64, newest: Option<columns::NotificationId>) -> Self {
        Self {
            unread: u64::try_from(unread).unwrap_or(0),
            newest: newest.map(Into::into),
        }
    }
}

/// What is unread.
pub fn news(conn: &mut Conn, own: &OwnAccount) -> QueryResult<News> {
    let (unread, newest) = own
        .notifications()
        .filter(notifications::read_at.is_null())
        .select((dsl::count_star(), dsl::max(notifications::id)))
        .first(conn)?;
    Ok(News::of(unread, newest))
}

/// The same for each of these accounts.
pub fn news_of(conn: &mut Conn, _: &System, users: &[UserId]) -> QueryResult<Vec<(UserId, News)>> {
    let mut all = Vec::with_capacity(users.len());
    for some in users.chunks(AT_A_TIME) {
        let wanted: Vec<columns::UserId> = some.iter().copied().map(columns::UserId).collect();
        let rows: Vec<(columns::UserId, i64, Option<columns::NotificationId>)> = notifications::table
            .filter(notifications::user_id.eq_any(wanted))
            .filter(notifications::read_at.is_null())
            .group_by(notifications::user_id)
            .select((
                notifications::user_id,
                dsl::count_star(),
                dsl::max(notifications::id),
            ))
            .load(conn)?;
        // Accounts with nothing unread have no group.
        all.extend(some.iter().map(|user| {
            let row = rows.iter().find(|row| row.0.0 == *user);
            (
                *user,
                row.map_or_else(News::default, |row| News::of(row.1, row.2)),
            )
        }));
    }
    Ok(all)
}

/// Removes what is old, and of accounts with very many the oldest.
pub fn sweep(conn: &mut Conn, _: &System, now: NaiveDateTime) -> QueryResult<usize> {
    let old = notifications::read_at
        .is_not_null()
        .and(notifications::created_at.le(now - KEPT.0))
        .or(notifications::created_at.le(now - KEPT.1).nullable());
    let mut removed = diesel::delete(notifications::table.filter(old)).execute(conn)?;
    let crowded: Vec<columns::UserId> = notifications::table
        .group_by(notifications::user_id)
        .having(dsl::count_star().gt(MOST))
        .select(notifications::user_id)
        .load(conn)?;
    for user in crowded {
        let of_user = notifications::table.filter(notifications::user_id.eq(user));
        let beyond: Option<(NaiveDateTime, columns::NotificationId)> = of_user
            .order((notifications::created_at.desc(), notifications::id.desc()))
            .offset(MOST)
            .limit(1)
            .select((notifications::created_at, notifications::id))
            .first(conn)
            .optional()?;
        if let Some((at, id)) = beyond {
            let level = notifications::created_at.eq(at).and(notifications::id.le(id));
            let older = of_user.filter(notifications::created_at.lt(at).or(level));
            removed += diesel::delete(older).execute(conn)?;
        }
    }
    Ok(removed)
}
