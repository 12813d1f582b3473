//! Somebody with an account is told in the app, and answers there.

use chrono::TimeDelta;
use shared::{
    ids::InvitationId,
    notifications::{
        CountNotifications, ListNotifications, Notification, NotificationKind, NotificationsQuery,
    },
};

use super::*;

async fn notifications(app: &TestApp, who: &Person) -> Vec<Notification> {
    app.call::<ListNotifications>(who, (), NotificationsQuery::default(), ())
        .await
        .reply()
        .items
}

async fn unread(app: &TestApp, who: &Person) -> u64 {
    app.call::<CountNotifications>(who, (), (), ())
        .await
        .reply()
        .unread
}

async fn mine(app: &TestApp, who: &Person) -> Vec<MyInvitation> {
    app.call::<ListMyInvitations>(who, (), (), ()).await.reply().items
}

#[actix_web::test]
async fn r050_somebody_with_an_account_is_told_in_the_app_and_joins_there() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    prove(&app, &bob);
    let created = invite(&app, &ann, Some("Bob@example.com"), Role::Admin).await;
    assert_eq!(unread(&app, &bob).await, 1);
    let told = notifications(&app, &bob).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].kind, NotificationKind::Invited);
    assert_eq!(told[0].actor.as_ref().unwrap().as_str(), "ann");
    assert_eq!(
        told[0].workspace_name.as_ref().unwrap().as_str(),
        "ann's workspace"
    );
    assert_eq!(
        (told[0].workspace_id, told[0].role),
        (Some(ann.workspace), Some(Role::Admin))
    );
    assert_eq!(
        (told[0].open_invitation, told[0].read),
        (Some(created.invitation.id), false)
    );
    let listed = mine(&app, &bob).await;
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (listed[0].id, listed[0].role),
        (created.invitation.id, Role::Admin)
    );
    assert_eq!(listed[0].invited_by.as_str(), "ann");
    assert_eq!(listed[0].expires_at, created.invitation.expires_at);

    let joined = app
        .call::<AcceptMyInvitation>(&bob, my(&created), (), ())
        .await
        .reply();
    assert_eq!(
        (joined.id, joined.role, joined.members),
        (ann.workspace, Role::Admin, 2)
    );
    assert_eq!(unread(&app, &bob).await, 0, "what was answered was read");
    let told = notifications(&app, &bob).await;
    assert_eq!((told[0].open_invitation, told[0].read), (None, true));
    assert!(mine(&app, &bob).await.is_empty());
    let told = notifications(&app, &ann).await;
    assert_eq!(
        (told.len(), told[0].kind),
        (1, NotificationKind::InvitationAccepted)
    );
    assert_eq!(told[0].actor.as_ref().unwrap().as_str(), "bob");
    let link = app
        .call::<ShowInvitation>(As::Nobody, (), (), held(&created))
        .await;
    assert_eq!((link.status, link.code()), (410, "link_unusable"));
    let again = app.call::<AcceptMyInvitation>(&bob, my(&created), (), ()).await;
    assert_eq!((again.status, again.code()), (410, "link_unusable"));
}

#[actix_web::test]
async fn r050_the_link_of_an_invitation_that_was_told_in_the_app_works_as_well() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    prove(&app, &bob);
    let created = invite(&app, &ann, Some("bob@example.com"), Role::User).await;
    app.call::<AcceptInvitation>(&bob, (), (), held(&created))
        .await
        .with_status(200);
    assert_eq!(unread(&app, &bob).await, 0);
    assert_eq!(notifications(&app, &bob).await[0].open_invitation, None);
}

#[actix_web::test]
async fn r050_whoever_declines_is_gone_from_the_list_and_can_be_invited_again() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    prove(&app, &bob);
    let created = invite(&app, &ann, Some("bob@example.com"), Role::User).await;
    app.call::<DeclineMyInvitation>(&bob, my(&created), (), ())
        .await
        .with_status(204);
    assert_eq!(unread(&app, &bob).await, 0);
    let told = notifications(&app, &ann).await;
    assert_eq!(
        (told.len(), told[0].kind),
        (1, NotificationKind::InvitationDeclined)
    );
    assert_eq!(told[0].actor.as_ref().unwrap().as_str(), "bob");
    let listed = app
        .call::<ListInvitations>(&ann, here(ann.workspace), (), ())
        .await
        .reply();
    assert_eq!(listed.total, 0);
    for answer in [
        app.call::<AcceptMyInvitation>(&bob, my(&created), (), ())
            .await
            .code(),
        app.call::<DeclineMyInvitation>(&bob, my(&created), (), ())
            .await
            .code(),
        app.call::<AcceptInvitation>(&bob, (), (), held(&created))
            .await
            .code(),
    ] {
        assert_eq!(answer, "link_unusable");
    }
    let journalled = app.journal().into_iter().any(|entry| {
        entry.action == "invitation.decline"
            && entry.chain == ann.workspace.to_string()
            && entry.actor_id == Some(bob.id.to_string())
    });
    assert!(journalled);
    invite(&app, &ann, Some("bob@example.com"), Role::User).await;
    assert_eq!(mine(&app, &bob).await.len(), 1);
}

#[actix_web::test]
async fn whoever_only_says_to_have_an_address_takes_no_invitation_without_its_link() {
    let app = TestApp::start().await;
    let (ann, bob, cleo) = (app.person("ann"), app.person("bob"), app.person("cleo"));
    let created = invite(&app, &ann, Some("bob@example.com"), Role::User).await;
    assert_eq!(unread(&app, &bob).await, 0);
    assert!(mine(&app, &bob).await.is_empty());
    let unknown = OneOfMyInvitations {
        invitation_id: InvitationId(app.clock.new_id()),
    };
    for path in [my(&created), unknown] {
        let accepted = app.call::<AcceptMyInvitation>(&bob, path.clone(), (), ()).await;
        assert_eq!((accepted.status, accepted.code()), (404, "not_found"));
        let declined = app.call::<DeclineMyInvitation>(&bob, path, (), ()).await;
        assert_eq!((declined.status, declined.code()), (404, "not_found"));
    }
    // Sharing a workspace proves nothing: anybody can bring both into one of theirs.
    app.member(cleo.workspace, &ann, Role::User);
    app.member(cleo.workspace, &bob, Role::User);
    invite(&app, &ann, Some("bob@example.com"), Role::User).await;
    assert!(mine(&app, &bob).await.is_empty());
    assert_eq!(unread(&app, &bob).await, 0);
    prove(&app, &bob);
    assert_eq!(mine(&app, &bob).await.len(), 1);
}

#[actix_web::test]
async fn an_invitation_to_somebody_else_is_not_there() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    prove(&app, &bob);
    prove(&app, &eve);
    let for_bob = invite(&app, &ann, Some("bob@example.com"), Role::User).await;
    let for_anybody = invite(&app, &ann, None, Role::User).await;
    assert!(mine(&app, &eve).await.is_empty());
    for created in [&for_bob, &for_anybody] {
        let accepted = app.call::<AcceptMyInvitation>(&eve, my(created), (), ()).await;
        assert_eq!((accepted.status, accepted.code()), (404, "not_found"));
        let declined = app.call::<DeclineMyInvitation>(&eve, my(created), (), ()).await;
        assert_eq!((declined.status, declined.code()), (404, "not_found"));
    }
    let key = app.key(&bob, bob.workspace);
    let by_key = app.call::<AcceptMyInvitation>(&key, my(&for_bob), (), ()).await;
    assert_eq!((by_key.status, by_key.code()), (403, "in_person_only"));
}

#[actix_web::test]
async fn an_invitation_can_be_answered_as_long_as_it_is_open() {
    let app = with_long_sessions().await;
    let (ann, bob, cleo) = (app.person("ann"), app.person("bob"), app.person("cleo"));
    prove(&app, &bob);
    let can_answer = async || {
        let told = notifications(&app, &bob).await;
        let open = told.iter().filter(|told| told.open_invitation.is_some()).count();
        assert_eq!(open, mine(&app, &bob).await.len());
        open
    };
    let created = invite(&app, &ann, Some("bob@example.com"), Role::User).await;
    assert_eq!(can_answer().await, 1);
    app.call::<RevokeInvitation>(&ann, one(&ann, &created), (), ())
        .await
        .with_status(204);
    assert_eq!(can_answer().await, 0, "revoked");
    assert!(
        notifications(&app, &bob).await.is_empty(),
        "what is not offered any more was not told"
    );

    invite(&app, &ann, Some("bob@example.com"), Role::User).await;
    assert_eq!(can_answer().await, 1);
    app.clock.advance(TimeDelta::days(7));
    assert_eq!(can_answer().await, 0, "expired");

    app.member(ann.workspace, &cleo, Role::Admin);
    let body = NewInvitation {
        email: Some("bob@example.com".parse().unwrap()),
        role: Role::User,
    };
    app.call::<CreateInvitation>(&cleo, here(ann.workspace), (), body)
        .await
        .with_status(201);
    assert_eq!(can_answer().await, 1);
    app.change_role(ann.workspace, &cleo, Role::User);
    assert_eq!(can_answer().await, 0, "its sender may not invite any more");
}

#[actix_web::test]
async fn a_new_account_is_told_of_its_other_invitations() {
    let app = TestApp::start().await;
    let (ann, eve) = (app.person("ann"), app.person("eve"));
    let first = invite(&app, &ann, Some("new@example.com"), Role::User).await;
    let other = invite(&app, &eve, Some("New@example.com"), Role::User).await;
    let joined = app
        .call::<JoinWithNewAccount>(As::Nobody, (), (), joining(&first, "new@example.com"))
        .await;
    let cookie = As::Session(joined.cookie().unwrap().value().to_owned());
    let told = app
        .call::<ListNotifications>(&cookie, (), NotificationsQuery::default(), ())
        .await
        .reply();
    assert_eq!(told.total, 1);
    assert_eq!(told.items[0].open_invitation, Some(other.invitation.id));
    assert_eq!(told.items[0].workspace_id, Some(eve.workspace));
}

#[actix_web::test]
async fn whoever_joins_by_an_open_link_is_not_waited_for_any_more() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    prove(&app, &bob);
    invite(&app, &ann, Some("bob@example.com"), Role::Admin).await;
    let for_anybody = invite(&app, &ann, None, Role::User).await;
    app.call::<AcceptInvitation>(&bob, (), (), held(&for_anybody))
        .await
        .with_status(200);
    let listed = app
        .call::<ListInvitations>(&ann, here(ann.workspace), (), ())
        .await
        .reply();
    assert_eq!(listed.total, 0);
    assert!(mine(&app, &bob).await.is_empty());
    assert_eq!(unread(&app, &bob).await, 0);
}
