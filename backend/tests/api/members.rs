//! Who is in a workspace, through HTTP: the list, roles, and how a membership ends.

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod list;
#[cfg(test)]
mod preview;
#[cfg(test)]
mod races;
#[cfg(test)]
mod removal;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod search;

use db::schema::{credentials, invitations, members, notifications};
use diesel::prelude::*;
use shared::{
    ids::{UserId, WorkspaceId},
    invitations::{AcceptInvitation, CreateInvitation, InvitationToken, NewInvitation},
    members::{
        ChangeMember, GetMember, MemberChange, OneMember, PreviewRemoval, Removal, RemovalPreview,
        RemoveMember, WorkspaceMember,
    },
    permission::Role,
    text::SecretText,
    workspaces::{InWorkspace, LeaveWorkspace, Leaving},
};
use testkit::{Answer, As, Person, TestApp};

fn here(workspace_id: WorkspaceId) -> InWorkspace {
    InWorkspace { workspace_id }
}

fn at(workspace_id: WorkspaceId, user: &Person) -> OneMember {
    OneMember {
        workspace_id,
        user_id: user.id,
    }
}

async fn get(
    app: &TestApp,
    who: impl Into<As>,
    workspace: WorkspaceId,
    user: &Person,
) -> Answer<WorkspaceMember> {
    app.call::<GetMember>(who, at(workspace, user), (), ()).await
}

async fn give_role(
    app: &TestApp,
    who: impl Into<As>,
    workspace: WorkspaceId,
    user: &Person,
    role: Role,
) -> Answer<WorkspaceMember> {
    let change = MemberChange { role: Some(role) };
    app.call::<ChangeMember>(who, at(workspace, user), (), change)
        .await
}

async fn remove(app: &TestApp, who: impl Into<As>, workspace: WorkspaceId, user: &Person) -> Answer<()> {
    let how = Removal::default();
    app.call::<RemoveMember>(who, at(workspace, user), how, ()).await
}

async fn leave(
    app: &TestApp,
    who: impl Into<As>,
    workspace: WorkspaceId,
    hand_over_to: Option<UserId>,
) -> Answer<()> {
    let how = Leaving { hand_over_to };
    app.call::<LeaveWorkspace>(who, here(workspace), (), how).await
}

async fn preview(
    app: &TestApp,
    who: impl Into<As>,
    workspace: WorkspaceId,
    user: &Person,
) -> Answer<RemovalPreview> {
    app.call::<PreviewRemoval>(who, at(workspace, user), (), ()).await
}

/// Ann's team with Bob in it, who is a user there.
async fn ann_and_bob() -> (TestApp, Person, Person, WorkspaceId) {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let team = app.workspace(&ann, "team");
    app.member(team, &bob, Role::User);
    (app, ann, bob, team)
}

/// Makes an open invitation and answers its token.
async fn invite(app: &TestApp, who: impl Into<As>, workspace: WorkspaceId, role: Role) -> SecretText {
    let body = NewInvitation { email: None, role };
    let made = app
        .call::<CreateInvitation>(who, here(workspace), (), body)
        .await
        .reply();
    SecretText::new(made.link.expose().split_once("#token=").unwrap().1.to_owned())
}

async fn accept(app: &TestApp, who: impl Into<As>, token: SecretText) -> u16 {
    let body = InvitationToken { token };
    app.call::<AcceptInvitation>(who, (), (), body).await.status
}

/// How many members of a workspace the table has, and how many of them administer it.
fn counted(app: &TestApp, workspace: WorkspaceId) -> (i64, i64) {
    let all = || members::table.filter(members::workspace_id.eq(db::columns::WorkspaceId(workspace)));
    let role = members::role.eq(db::columns::Role(Role::Admin));
    app.db(|conn| {
        Ok((
            all().count().get_result(conn)?,
            all().filter(role).count().get_result(conn)?,
        ))
    })
}

/// How many keys of somebody are not revoked in a workspace.
fn unrevoked(app: &TestApp, workspace: WorkspaceId, user: &Person) -> i64 {
    app.db(|conn| {
        credentials::table
            .filter(credentials::workspace_id.eq(db::columns::WorkspaceId(workspace)))
            .filter(credentials::user_id.eq(db::columns::UserId(user.id)))
            .filter(credentials::revoked_at.is_null())
            .count()
            .get_result(conn)
    })
}

/// Who sent the invitations of a workspace that are not revoked.
fn senders(app: &TestApp, workspace: WorkspaceId) -> Vec<UserId> {
    let senders: Vec<db::columns::UserId> = app.db(|conn| {
        invitations::table
            .filter(invitations::workspace_id.eq(db::columns::WorkspaceId(workspace)))
            .filter(invitations::revoked_at.is_null())
            .select(invitations::invited_by)
            .load(conn)
    });
    senders.into_iter().map(Into::into).collect()
}

/// The kind, by whom, about which workspace, and the role.
type Told = (String, Option<String>, Option<String>, Option<String>);

/// What somebody was told.
fn told(app: &TestApp, user: &Person) -> Vec<Told> {
    app.db(|conn| {
        notifications::table
            .filter(notifications::user_id.eq(db::columns::UserId(user.id)))
            .order(notifications::id)
            .select((
                notifications::kind,
                notifications::actor_name,
                notifications::workspace_name,
                notifications::role,
            ))
            .load(conn)
    })
}

/// The journal's entries of a workspace with this action: on whom, before, after.
fn entries(app: &TestApp, workspace: WorkspaceId, action: &str) -> Vec<(String, String, String)> {
    app.journal()
        .into_iter()
        .filter(|entry| entry.chain == workspace.to_string() && entry.action == action)
        .map(|entry| {
            (
                entry.subject_id,
                entry.before.unwrap_or_default(),
                entry.after.unwrap_or_default(),
            )
        })
        .collect()
}
