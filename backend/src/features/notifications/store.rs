//! Queries on notifications. Other features tell somebody something with [`tell`], in the transaction of what they tell of.

use db::{columns, schema::notifications};
use diesel::prelude::*;
use shared::{ids::NotificationId, notifications::NotificationKind, permission::Role};

use crate::{audit::Tx, error::AppError};

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
    let workspace = notice.workspace.as_ref();
    let row = (
        notifications::id.eq(columns::NotificationId(notice.id)),
        notifications::user_id.eq(to),
        notifications::kind.eq(columns::NotificationKind(notice.kind)),
        notifications::actor_id.eq(tx.actor_id().map(columns::UserId)),
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
