//! Inviting several people at once.

use serde_json::json;
use shared::{error::ErrorCode, text::Email};

use super::*;

async fn several(app: &TestApp, admin: &Person, emails: &[&str]) -> testkit::Answer<InvitationOutcomes> {
    let body = NewInvitations {
        emails: emails.iter().map(|email| email.parse().unwrap()).collect(),
        role: Role::User,
    };
    app.call::<CreateInvitations>(admin, here(admin.workspace), (), body)
        .await
}

#[actix_web::test]
async fn r048_several_addresses_are_invited_at_once_each_by_a_link_and_a_mail_of_its_own() {
    let app = with_mail().await;
    let (ann, bob, cleo) = (app.person("ann"), app.person("bob"), app.person("cleo"));
    app.member(ann.workspace, &bob, Role::User);
    prove(&app, &cleo);
    let sent = [
        "x@example.com",
        "Bob@example.com",
        "cleo@example.com",
        "x+y@example.com",
    ];
    let outcomes = several(&app, &ann, &sent).await.reply().items;
    let addresses: Vec<&str> = outcomes.iter().map(|outcome| outcome.email.as_str()).collect();
    assert_eq!(addresses, sent, "in the order sent");
    let refused: Vec<_> = outcomes
        .iter()
        .map(|outcome| outcome.refused.map(ErrorCode::as_str))
        .collect();
    assert_eq!(refused, [None, Some("already_member"), None, None]);
    let made: Vec<&CreatedInvitation> = outcomes
        .iter()
        .filter_map(|outcome| outcome.created.as_ref())
        .collect();
    assert_eq!(made.len(), 3);
    let mails = app.mails();
    assert_eq!(mails.len(), 3);
    for (mail, created) in mails.iter().zip(&made) {
        assert_eq!(
            Some(mail.to.as_str()),
            created.invitation.email.as_ref().map(Email::as_str)
        );
        assert_eq!(mail.token(), token(created).expose());
        assert!(mail.text.contains("ann's workspace"), "{}", mail.text);
    }
    let mine = app.call::<ListMyInvitations>(&cleo, (), (), ()).await.reply();
    assert_eq!(mine.total, 1, "who has an account is told");
    let entries = app
        .journal()
        .into_iter()
        .filter(|entry| entry.action == "invitation.create")
        .count();
    assert_eq!(entries, 3);
    let joined = app
        .call::<JoinWithNewAccount>(As::Nobody, (), (), joining(made[0], "x@example.com"))
        .await;
    assert_eq!(joined.status, 200);
    let listed = app
        .call::<ListInvitations>(&ann, here(ann.workspace), (), ())
        .await
        .reply();
    assert_eq!(listed.total, 2);
}

#[actix_web::test]
async fn r048_when_nobody_can_be_invited_that_is_said_of_each_and_nothing_is_changed() {
    let app = with_mail().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    app.member(ann.workspace, &bob, Role::User);
    let entries = app.journal().len();
    let outcomes = several(&app, &ann, &["ann@example.com", "bob@example.com"])
        .await
        .reply();
    for outcome in outcomes.items {
        assert_eq!(outcome.refused.map(ErrorCode::as_str), Some("already_member"));
        assert!(outcome.created.is_none());
    }
    assert_eq!(app.journal().len(), entries);
    assert!(app.mails().is_empty());
}

#[actix_web::test]
async fn r048_a_list_names_1_to_50_addresses_each_once() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let many: Vec<String> = (0..51).map(|n| format!("p{n}@example.com")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for (emails, pointer) in [
        (&[][..], "/emails"),
        (&many[..], "/emails"),
        (
            &["a@example.com", "b@example.com", "A@Example.COM"][..],
            "/emails/2",
        ),
    ] {
        let answer = several(&app, &ann, emails).await;
        assert_eq!((answer.status, answer.code()), (422, "invalid"));
        assert_eq!(answer.problem().errors[0].pointer, pointer);
    }
    let all = several(&app, &ann, &many[..50]).await.reply();
    assert!(all.items.iter().all(|outcome| outcome.created.is_some()));
}

#[actix_web::test]
async fn r048_whoever_may_not_invite_one_may_not_invite_several() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    app.member(ann.workspace, &bob, Role::User);
    let path = format!("/api/v1/workspaces/{}/invitations/several", ann.workspace);
    for (who, status) in [(&bob, 403), (&eve, 404)] {
        let body = json!({ "emails": ["x@example.com"], "role": "user" });
        let answer = app.raw(app.request("POST", &path, who).set_json(body)).await;
        assert_eq!(answer.status, status);
    }
}
