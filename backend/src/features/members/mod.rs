//! Who is in a workspace: the list, roles, and how a membership ends, by removal or by leaving.

pub(crate) mod rules;
pub(crate) mod store;

use db::columns::UserId;
use shared::{
    ids::NotificationId,
    members::{
        ChangeMember, GetMember, ListMembers, PreviewRemoval, RemovalPreview, RemoveMember, WorkspaceMember,
    },
    notifications::NotificationKind,
    page::Page,
    permission::{Permission, Role},
    workspaces::LeaveWorkspace,
};

use self::{
    rules::{Heir, MemberOrder},
    store::{
        removal::{self, Standing},
        search,
    },
};
use crate::{
    access::Scope,
    audit::{Entry, Tx},
    error::AppError,
    features::{
        credentials::store as credentials,
        notifications::store::{self as notifications, Notice},
        workspaces::store as workspaces,
    },
    http::{Ctx, Mount, cursor::Cursors, serve},
};

/// The endpoints of this feature.
#[must_use]
pub fn mounts() -> Vec<Mount> {
    vec![
        serve(ListMembers, list),
        serve(GetMember, get),
        serve(ChangeMember, change),
        serve(PreviewRemoval, preview),
        serve(RemoveMember, remove),
        serve(LeaveWorkspace, leave),
    ]
}

async fn list(ctx: Ctx<ListMembers>) -> Result<Page<WorkspaceMember>, AppError> {
    let order = MemberOrder::read(ctx.query.sort.as_deref())?;
    let text = rules::searched(ctx.query.q.as_deref())?;
    let (limit, now) = (ctx.query.limit(), ctx.now());
    let caller = (ctx.path.workspace_id, ctx.reach().user_id().0);
    let cursors = Cursors::new(ctx.keys(), &("ListMembers", caller, order, &text));
    let after = ctx
        .query
        .cursor
        .as_deref()
        .map(|cursor| cursors.open(cursor))
        .transpose()?;
    let (items, next, total) = ctx
        .read(move |conn, scope| {
            let part = match &text {
                None => store::part(conn, scope, order, after, limit)?,
                Some(text) => search::part(conn, scope, text, order, after, limit)?,
            };
            Ok((store::seen(conn, scope, part.rows, now)?, part.next, part.total))
        })
        .await?;
    Ok(Page {
        items,
        next_cursor: next.map(|place| cursors.seal(&place)),
        total,
    })
}

async fn get(ctx: Ctx<GetMember>) -> Result<WorkspaceMember, AppError> {
    let (user, now) = (ctx.path.user_id.into(), ctx.now());
    ctx.read(move |conn, scope| store::one(conn, scope, user, now))
        .await
}

async fn change(ctx: Ctx<ChangeMember>) -> Result<WorkspaceMember, AppError> {
    let (user, wanted, matches) = (ctx.path.user_id.into(), ctx.body.role, ctx.match_check());
    let notice = NotificationId(ctx.new_id());
    ctx.write(move |tx, scope| {
        let now = tx.now();
        workspaces::lock_for(tx.conn, scope, Permission::MembersManage)?;
        let before = store::one(tx.conn, scope, user, now)?;
        matches(&before)?;
        let role = wanted.unwrap_or(before.role);
        if role == before.role {
            tx.needs_no_entry("the member had that role already");
            return Ok(before);
        }
        let standing = removal::standing(tx.conn, scope, user)?;
        rules::check_role(&standing, role)?;
        store::set_role(tx.conn, scope, user, role)?;
        // More counts too: what is remembered about them would keep them from what they may do now.
        tx.ends_authority();
        let noted = |role| serde_json::json!({ "role": role });
        let entry = Entry::new("member.change", "member", user.0);
        tx.record(entry.before(&noted(before.role)).after(&noted(role)))?;
        if user != scope.user_id() {
            let told = Notice {
                id: notice,
                kind: NotificationKind::RoleChanged,
                actor_name: Some(workspaces::callers_name(tx.conn, scope)?),
                workspace: Some((scope.workspace_id(), standing.workspace_name)),
                role: Some(role),
                invitation: None,
            };
            notifications::tell(tx, user, &told)?;
        }
        store::one(tx.conn, scope, user, now)
    })
    .await
}

async fn preview(ctx: Ctx<PreviewRemoval>) -> Result<RemovalPreview, AppError> {
    let (user, now) = (ctx.path.user_id.into(), ctx.now());
    let idle_since = rules::idle_since(now, ctx.config().session_idle_days);
    ctx.read(move |conn, scope| {
        rules::check_preview(scope, user)?;
        let standing = removal::standing(conn, scope, user)?;
        let refused = rules::check_end(&standing).err();
        removal::preview(conn, scope, user, &standing, refused, now, idle_since)
    })
    .await
}

async fn remove(ctx: Ctx<RemoveMember>) -> Result<(), AppError> {
    let (user, heir) = (ctx.path.user_id.into(), ctx.query.hand_over_to.map(Into::into));
    let notice = NotificationId(ctx.new_id());
    ctx.write(move |tx, scope| {
        workspaces::lock_for(tx.conn, scope, Permission::MembersManage)?;
        let standing = removal::standing(tx.conn, scope, user)?;
        rules::check_end(&standing)?;
        let heir = named(tx, scope, user, heir, "hand_over_to")?;
        end(tx, scope, user, &standing, heir, "hand_over_to")?;
        if user == scope.user_id() {
            return Ok(());
        }
        let told = Notice {
            id: notice,
            kind: NotificationKind::Removed,
            actor_name: Some(workspaces::callers_name(tx.conn, scope)?),
            workspace: Some((scope.workspace_id(), standing.workspace_name)),
            role: None,
            invitation: None,
        };
        notifications::tell(tx, user, &told)
    })
    .await
}

async fn leave(ctx: Ctx<LeaveWorkspace>) -> Result<(), AppError> {
    let (heir, notice) = (
        ctx.body.hand_over_to.map(Into::into),
        NotificationId(ctx.new_id()),
    );
    ctx.write(move |tx, scope| {
        let user = scope.user_id();
        workspaces::lock_for(tx.conn, scope, Permission::WorkspaceRead)?;
        let mut standing = removal::standing(tx.conn, scope, user)?;
        let mut heir = named(tx, scope, user, heir, "/hand_over_to")?;
        if let Some(heir) = heir.as_mut().filter(|_| standing.can_be_handed_over()) {
            workspaces::hand_over(tx, scope, heir.user_id, notice)?;
            heir.role = Role::Admin;
            standing = removal::standing(tx.conn, scope, user)?;
        }
        rules::check_end(&standing)?;
        end(tx, scope, user, &standing, heir, "/hand_over_to")
    })
    .await
}

/// The member who was named to take over what `leaver` owns. `pointer` says where the name was sent.
fn named(
    tx: &mut Tx<'_>,
    scope: &Scope,
    leaver: UserId,
    heir: Option<UserId>,
    pointer: &str,
) -> Result<Option<Heir>, AppError> {
    let Some(user_id) = heir else {
        return Ok(None);
    };
    let role = store::heirs_role(tx.conn, scope, user_id)?.filter(|_| user_id != leaver);
    let role = role.ok_or_else(|| AppError::field(pointer, "Choose another member of this workspace."))?;
    Ok(Some(Heir { user_id, role }))
}

/// Ends a membership for which [`rules::check_end`] found no reason to stay: one transaction with everything that hangs
/// on it, and its entry in the journal.
fn end(
    tx: &mut Tx<'_>,
    scope: &Scope,
    user: UserId,
    standing: &Standing,
    heir: Option<Heir>,
    pointer: &str,
) -> Result<(), AppError> {
    removal::delete_membership(tx.conn, scope, user)?;
    let now = tx.now();
    let keys = credentials::revoke_all_of(tx.conn, scope, user, now)?;
    let invitations = removal::unanswered_invitations(tx.conn, scope, user)?;
    rules::check_heir(heir, !invitations.is_empty(), pointer)?;
    match heir {
        Some(heir) => removal::hand_invitations_over(tx.conn, scope, user, heir.user_id)?,
        None => removal::revoke_invitations(tx.conn, scope, user, now)?,
    };
    if heir.is_none() {
        for id in &invitations {
            notifications::withdraw(tx, scope, *id)?;
        }
    }
    let invitations: Vec<String> = invitations.iter().map(|id| id.0.to_string()).collect();
    tx.ends_authority();
    let action = if user == scope.user_id() {
        "member.leave"
    } else {
        "member.remove"
    };
    let ended = serde_json::json!({ "role": standing.role, "keys": keys, "invitations": invitations });
    let left = serde_json::json!({ "handed_over_to": heir.map(|heir| heir.user_id.0) });
    tx.record(Entry::new(action, "member", user.0).before(&ended).after(&left))
}
