//! Every workspace of this server, for its operators: nothing of what is in one, but how many members it may have.

mod rules;
mod store;

use shared::{
    page::Page,
    server_workspaces::{ChangeServerWorkspace, GetServerWorkspace, ListServerWorkspaces, ServerWorkspace},
};

use self::rules::WorkspaceSort;
use crate::{
    audit::{Entry, Tx},
    error::AppError,
    features::server_users::store as operators,
    http::{Ctx, Mount, cursor::Cursors, serve},
    listing::{self, Order},
};

/// The endpoints of this feature.
#[must_use]
pub fn mounts() -> Vec<Mount> {
    vec![
        serve(ListServerWorkspaces, list),
        serve(GetServerWorkspace, get),
        serve(ChangeServerWorkspace, change),
    ]
}

async fn list(ctx: Ctx<ListServerWorkspaces>) -> Result<Page<ServerWorkspace>, AppError> {
    let query = &ctx.query;
    let order = Order::read(query.sort.as_deref(), &rules::SORTS, WorkspaceSort::Name)?;
    let pattern = listing::search(query.q.as_deref())?;
    let bound_to = ("ListServerWorkspaces", ctx.reach().user_id().0, order, &pattern);
    let cursors = Cursors::new(ctx.keys(), &bound_to);
    let after = query
        .cursor
        .as_deref()
        .map(|cursor| cursors.open(cursor))
        .transpose()?;
    let limit = query.limit();
    let part = ctx
        .read(move |conn, reach| Ok(store::page(conn, reach, pattern.as_deref(), order, after, limit)?))
        .await?;
    let items: Result<Vec<_>, _> = part.rows.into_iter().map(ServerWorkspace::try_from).collect();
    Ok(Page {
        items: items?,
        next_cursor: part.next.map(|place| cursors.seal(&place)),
        total: part.total,
    })
}

async fn get(ctx: Ctx<GetServerWorkspace>) -> Result<ServerWorkspace, AppError> {
    let workspace = ctx.path.server_workspace_id.into();
    ctx.read(move |conn, reach| store::by_id(conn, reach, workspace)?.try_into())
        .await
}

/// A limit below the present number shuts nobody out: only new members are refused.
async fn change(ctx: Ctx<ChangeServerWorkspace>) -> Result<ServerWorkspace, AppError> {
    let matches = ctx.match_check();
    let workspace = ctx.path.server_workspace_id.into();
    rules::check(&ctx.body)?;
    let wanted = ctx.body.max_members;
    ctx.write(move |tx, reach| {
        operators::lock_operators(tx.conn, reach)?;
        operators::still_operates(tx.conn, reach)?;
        let before: ServerWorkspace = store::locked(tx.conn, reach, workspace)?.try_into()?;
        matches(&before)?;
        let Some(max_members) = wanted.filter(|wanted| *wanted != before.max_members) else {
            tx.needs_no_entry("the limit was so already");
            return Ok(before);
        };
        store::set_max_members(tx.conn, reach, workspace, max_members)?;
        journal(tx, &before, max_members)?;
        Ok(ServerWorkspace {
            max_members,
            ..before
        })
    })
    .await
}

/// For the workspace's administrators, and for the operators, who do not see what is done in a workspace.
fn journal(tx: &mut Tx<'_>, before: &ServerWorkspace, max_members: Option<u32>) -> Result<(), AppError> {
    let noted = |max_members: Option<u32>| serde_json::json!({ "max_members": max_members });
    let entry = Entry::new("workspace.change_seats", "workspace", before.id)
        .before(&noted(before.max_members))
        .after(&noted(max_members));
    tx.record(entry.clone().in_workspace(before.id))?;
    tx.record(entry)
}
