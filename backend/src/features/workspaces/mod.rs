//! Workspaces: which there are, making, renaming and deleting them, and whose they are.

pub(crate) mod rules;
pub(crate) mod store;

use shared::{
    contract::url,
    error::ErrorCode,
    ids::{NotificationId, WorkspaceId},
    page::Page,
    permission::Permission,
    workspaces::{
        ChangeWorkspace, CreateWorkspace, DeleteWorkspace, GetWorkspace, InWorkspace, ListWorkspaces,
        TransferOwnership, Workspace,
    },
};

use crate::{
    audit::Entry,
    error::AppError,
    features::account::store as accounts,
    http::{Ctx, Mount, serve},
};

/// The endpoints of this feature. Leaving is a removal: it is among those of `members`.
#[must_use]
pub fn mounts() -> Vec<Mount> {
    vec![
        serve(ListWorkspaces, list),
        serve(GetWorkspace, get),
        serve(CreateWorkspace, create),
        serve(ChangeWorkspace, change),
        serve(DeleteWorkspace, delete),
        serve(TransferOwnership, transfer),
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

async fn create(ctx: Ctx<CreateWorkspace>) -> Result<Workspace, AppError> {
    let (id, name) = (WorkspaceId(ctx.new_id()), ctx.body.name.clone());
    let made = ctx
        .write(move |tx, own| {
            // One at a time, so that a limit counted now still holds at the commit.
            accounts::locked(tx.conn, own)?;
            rules::check_owned(store::count_owned(tx.conn, own)?)?;
            let hosting = store::hosting(tx.conn, own)?;
            store::insert(tx, own, id, &name, hosting.first_seats())?;
            let entry = Entry::new("workspace.create", "workspace", id).in_workspace(id);
            tx.record(entry.after(&serde_json::json!({ "name": name })))?;
            let now = tx.now();
            let mine = store::of_account(tx.conn, own, now)?;
            let made = mine.into_iter().find(|workspace| workspace.id == id);
            made.ok_or_else(|| ErrorCode::NotFound.into())
        })
        .await?;
    ctx.located(url::<GetWorkspace>(&InWorkspace { workspace_id: id }));
    Ok(made)
}

async fn change(ctx: Ctx<ChangeWorkspace>) -> Result<Workspace, AppError> {
    let (wanted, matches) = (ctx.body.clone(), ctx.match_check());
    rules::check_limit(&wanted)?;
    ctx.write(move |tx, scope| {
        let now = tx.now();
        store::lock_for(tx.conn, scope, Permission::WorkspaceManage)?;
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

async fn delete(ctx: Ctx<DeleteWorkspace>) -> Result<(), AppError> {
    ctx.write(move |tx, scope| {
        let now = tx.now();
        store::lock_for(tx.conn, scope, Permission::WorkspaceManage)?;
        let workspace = store::one(tx.conn, scope, now)?;
        rules::check_deletion(&workspace, scope.user_id().into())?;
        store::delete(tx, scope)?;
        tx.ends_authority();
        let entry =
            Entry::new("workspace.delete", "workspace", workspace.id).before(&rules::noted(&workspace));
        tx.record(entry.clone())?;
        // Nobody is left who reads the workspace's own chain.
        tx.record(entry.on_server())
    })
    .await
}

async fn transfer(ctx: Ctx<TransferOwnership>) -> Result<Workspace, AppError> {
    let (to, notice) = (ctx.body.user_id, NotificationId(ctx.new_id()));
    ctx.write(move |tx, scope| {
        let now = tx.now();
        store::lock_for(tx.conn, scope, Permission::WorkspaceManage)?;
        let before = store::one(tx.conn, scope, now)?;
        rules::check_transfer(&before, scope.user_id().into())?;
        if before.owner_id == to {
            tx.needs_no_entry("they own the workspace already");
            return Ok(before);
        }
        if !store::can_own(tx.conn, scope, to.into())? {
            return Err(AppError::field("/user_id", "Choose a member of this workspace."));
        }
        store::hand_over(tx, scope, to.into(), notice)?;
        store::one(tx.conn, scope, now)
    })
    .await
}
