//! Workspaces and who is in them.

pub(crate) mod rules;
pub(crate) mod store;

use shared::{
    members::{ListMembers, WorkspaceMember},
    page::Page,
    workspaces::{ChangeWorkspace, GetWorkspace, ListWorkspaces, Workspace},
};

use self::rules::MemberOrder;
use crate::{
    audit::Entry,
    error::AppError,
    http::{Ctx, Mount, cursor::Cursors, serve},
};

/// The endpoints of this feature.
#[must_use]
pub fn mounts() -> Vec<Mount> {
    vec![
        serve(ListWorkspaces, list),
        serve(GetWorkspace, get),
        serve(ChangeWorkspace, change),
        serve(ListMembers, members),
    ]
}

async fn list(ctx: Ctx<ListWorkspaces>) -> Result<Page<Workspace>, AppError> {
    let now = ctx.now();
    let mut items = ctx
        .read(move |conn, own| store::of_account(conn, own, now))
        .await?;
    rules::sort(&mut items);
    Ok(Page::whole(items))
}

async fn get(ctx: Ctx<GetWorkspace>) -> Result<Workspace, AppError> {
    let now = ctx.now();
    ctx.read_brief(move |conn, scope| store::one(conn, scope, now))
        .await
}

async fn change(ctx: Ctx<ChangeWorkspace>) -> Result<Workspace, AppError> {
    let (wanted, matches) = (ctx.body.clone(), ctx.match_check());
    rules::check_limit(&wanted)?;
    ctx.write(move |tx, scope| {
        let now = tx.now();
        store::lock(tx.conn, scope)?;
        let before = store::one(tx.conn, scope, now)?;
        matches(&before)?;
        let after = rules::changed(&before, wanted);
        if after == before {
            tx.needs_no_entry("the workspace was so already");
            return Ok(after);
        }
        store::update(tx.conn, scope, &after)?;
        let entry = Entry::new("workspace.change", "workspace", after.id);
        tx.record(entry.before(&rules::noted(&before)).after(&rules::noted(&after)))?;
        Ok(after)
    })
    .await
}

async fn members(ctx: Ctx<ListMembers>) -> Result<Page<WorkspaceMember>, AppError> {
    let order = MemberOrder::read(ctx.query.sort.as_deref())?;
    let search = rules::search(ctx.query.q.as_deref())?;
    let limit = ctx.query.limit();
    let caller = (ctx.path.workspace_id, ctx.reach().user_id().0);
    let cursors = Cursors::new(ctx.keys(), &("ListMembers", caller, order, &search));
    let after = ctx
        .query
        .cursor
        .as_deref()
        .map(|cursor| cursors.open(cursor))
        .transpose()?;
    let part = ctx
        .read(move |conn, scope| {
            Ok(store::members(
                conn,
                scope,
                search.as_deref(),
                order,
                after,
                limit,
            )?)
        })
        .await?;
    let items: Result<Vec<_>, _> = part.rows.into_iter().map(WorkspaceMember::try_from).collect();
    Ok(Page {
        items: items?,
        next_cursor: part.next.map(|place| cursors.seal(&place)),
        total: part.total,
    })
}
