//! Sending an invitation again.

use shared::notifications::{
    ChangeNotification, ListNotifications, NotificationChange, NotificationsQuery, OneNotification,
};

use super::*;

async fn resend(
    app: &TestApp,
    admin: &Person,
    created: &CreatedInvitation,
) -> testkit::Answer<CreatedInvitation> {
    app.call::<ResendInvitation>(admin, one(admin, created), (), ())
        .await
}

async fn show(app: &TestApp, created: &CreatedInvitation) -> u16 {
    app.call::<ShowInvitation>(As::Nobody, (), (), held(created))
        .await
        .status
}

#[actix_web::test]
async fn r052_an_invitation_that_is_sent_again_has_a_new_link_and_a_full_life() {
    let app = with_mail().await;
    let ann = app.person("ann");
    let created = invite(&app, &ann, Some("new@example.com"), Role::User).await;
    app.clock.advance(TimeDelta::days(5));
    let again = resend(&app, &ann, &created).await.reply();
    assert_eq!(again.invitation.id, created.invitation.id);
    assert_eq!(again.invitation.created_at, created.invitation.created_at);
    assert_eq!(
        again.invitation.expires_at - created.invitation.expires_at,
        TimeDelta::days(5)
    );
    assert_eq!(show(&app, &created).await, 410);
    assert_eq!(show(&app, &again).await, 200);
    let mails = app.mails();
    assert_eq!(mails.len(), 2);
    assert!(mails.iter().all(|mail| mail.to == "new@example.com"));
    assert_eq!(mails[1].token(), token(&again).expose());
    let listed = app
        .call::<ListInvitations>(&ann, here(ann.workspace), (), ())
        .await
        .reply();
    assert_eq!(listed.items, std::slice::from_ref(&again.invitation));
    let joined = app
        .call::<JoinWithNewAccount>(As::Nobody, (), (), joining(&again, "new@example.com"))
        .await;
    assert_eq!(joined.status, 200);
}

#[actix_web::test]
async fn r052_an_invitation_that_has_expired_is_listed_and_can_be_sent_again_or_revoked() {
    let app = with_long_sessions().await;
    let ann = app.person("ann");
    let list = async || {
        app.call::<ListInvitations>(&ann, here(ann.workspace), (), ())
            .await
            .reply()
            .items
    };
    let renewed = invite(&app, &ann, Some("a@example.com"), Role::User).await;
    let revoked = invite(&app, &ann, None, Role::User).await;
    let forgotten = invite(&app, &ann, Some("c@example.com"), Role::User).await;
    app.clock.advance(TimeDelta::days(8));
    let listed = list().await;
    assert_eq!(listed.len(), 3);
    let now = app.clock.now().and_utc();
    assert!(listed.iter().all(|invitation| invitation.expires_at < now));
    let again = resend(&app, &ann, &renewed).await.reply();
    assert_eq!(show(&app, &again).await, 200);
    app.call::<RevokeInvitation>(&ann, one(&ann, &revoked), (), ())
        .await
        .with_status(204);
    assert_eq!(list().await.len(), 2);
    app.clock.advance(TimeDelta::days(29));
    assert_eq!(list().await, [again.invitation]);
    assert_eq!(resend(&app, &ann, &forgotten).await.code(), "not_found");
}

#[actix_web::test]
async fn what_was_used_declined_or_revoked_is_not_sent_again() {
    let app = TestApp::start().await;
    let (ann, bob, cleo) = (app.person("ann"), app.person("bob"), app.person("cleo"));
    prove(&app, &bob);
    prove(&app, &cleo);
    let used = invite(&app, &ann, Some("bob@example.com"), Role::User).await;
    app.call::<AcceptInvitation>(&bob, (), (), held(&used))
        .await
        .with_status(200);
    let declined = invite(&app, &ann, Some("cleo@example.com"), Role::User).await;
    app.call::<DeclineMyInvitation>(&cleo, my(&declined), (), ())
        .await
        .with_status(204);
    let revoked = invite(&app, &ann, None, Role::User).await;
    app.call::<RevokeInvitation>(&ann, one(&ann, &revoked), (), ())
        .await
        .with_status(204);
    for created in [used, declined, revoked] {
        let answer = resend(&app, &ann, &created).await;
        assert_eq!((answer.status, answer.code()), (404, "not_found"));
    }
}

#[actix_web::test]
async fn whoever_sends_it_again_is_its_sender() {
    let app = TestApp::start().await;
    let (ann, cleo) = (app.person("ann"), app.person("cleo"));
    app.member(ann.workspace, &cleo, Role::Admin);
    let body = NewInvitation {
        email: Some("new@example.com".parse().unwrap()),
        role: Role::User,
    };
    let by_cleo = app
        .call::<CreateInvitation>(&cleo, here(ann.workspace), (), body)
        .await
        .reply();
    let by_ann = resend(&app, &ann, &by_cleo).await.reply();
    assert_eq!(by_ann.invitation.invited_by.as_str(), "ann");
    app.change_role(ann.workspace, &cleo, Role::User);
    assert_eq!(show(&app, &by_ann).await, 200);
    let refused = app
        .call::<ResendInvitation>(&cleo, one(&ann, &by_cleo), (), ())
        .await;
    assert_eq!((refused.status, refused.code()), (403, "forbidden"));
}

#[actix_web::test]
async fn the_invited_account_is_reminded_once() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    prove(&app, &bob);
    let created = invite(&app, &ann, Some("bob@example.com"), Role::User).await;
    let told = async || {
        app.call::<ListNotifications>(&bob, (), NotificationsQuery::default(), ())
            .await
            .reply()
            .items
    };
    let first = told().await;
    let path = OneNotification {
        notification_id: first[0].id,
    };
    app.call::<ChangeNotification>(&bob, path, (), NotificationChange { read: Some(true) })
        .await
        .with_status(200);
    resend(&app, &ann, &created).await.with_status(200);
    let second = told().await;
    assert_eq!(second.len(), 1, "not told twice of one invitation");
    assert!(!second[0].read);
    assert_eq!(second[0].open_invitation, Some(created.invitation.id));
    // A new invitation in place of the old one is told instead of it, too.
    let newer = invite(&app, &ann, Some("bob@example.com"), Role::User).await;
    let third = told().await;
    assert_eq!(third.len(), 1);
    assert_eq!(third[0].open_invitation, Some(newer.invitation.id));
}

#[actix_web::test]
async fn somebody_who_has_joined_meanwhile_is_not_invited_again() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let created = invite(&app, &ann, Some("bob@example.com"), Role::User).await;
    app.member(ann.workspace, &bob, Role::User);
    let answer = resend(&app, &ann, &created).await;
    assert_eq!((answer.status, answer.code()), (409, "already_member"));
}

#[actix_web::test]
async fn one_address_is_mailed_about_one_workspace_once_in_10_minutes_however_often_it_is_invited() {
    let app = with_mail().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let first = invite(&app, &ann, Some("new@example.com"), Role::User).await;
    assert_eq!(app.mails().len(), 1);
    let resent = resend(&app, &ann, &first).await.reply();
    assert_eq!(
        show(&app, &resent).await,
        200,
        "the link is answered all the same"
    );
    let anew = invite(&app, &ann, Some("NEW@example.com"), Role::User).await;
    assert_eq!(show(&app, &anew).await, 200);
    app.call::<RevokeInvitation>(&ann, one(&ann, &anew), (), ())
        .await
        .with_status(204);
    let again = invite(&app, &ann, Some("new@example.com"), Role::User).await;
    assert_eq!(app.mails().len(), 1);
    invite(&app, &ann, Some("other@example.com"), Role::User).await;
    invite(&app, &bob, Some("new@example.com"), Role::User).await;
    assert_eq!(
        app.mails().len(),
        3,
        "other addresses and other workspaces are mailed"
    );
    app.clock.advance(TimeDelta::minutes(11));
    let late = resend(&app, &ann, &again).await.reply();
    let mails = app.mails();
    assert_eq!(mails.len(), 4);
    assert_eq!(mails[3].token(), token(&late).expose());
}
