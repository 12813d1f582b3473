//! What attackers try with invitations: many addresses for one, links to other hosts, tokens that get about, and questions.

use chrono::TimeDelta;
use serde_json::{Value, json};
use shared::{invitations::*, permission::Role};
use testkit::{Answer, As, TestApp};

use super::*;

fn invitations_of(admin: &Person) -> String {
    format!("/api/v1/workspaces/{}/invitations", admin.workspace)
}

#[actix_web::test]
async fn attack_32_an_address_is_one_address() {
    let app = with_mail().await;
    let ann = app.person("ann");
    let several = invitations_of(&ann) + "/several";
    for email in [
        json!(["a@example.com", "b@example.com"]),
        json!("a@example.com\r\nBcc: b@example.com"),
        json!("a@example.com\nb@example.com"),
        json!("a@example.com,b@example.com"),
        json!("a@example.com b@example.com"),
        json!("<a@example.com>"),
        json!("\"a b\"@example.com"),
        // Letters that look like others: a Cyrillic a, a full-width at, a dotless i.
        json!("\u{430}nn@example.com"),
        json!("ann\u{ff20}example.com"),
        json!("ann@ex\u{430}mple.com"),
        json!("b\u{131}ll@example.com"),
        json!("ann\u{200b}@example.com"),
        json!({ "a": 1 }),
        json!(7),
    ] {
        let request = app.request("POST", &invitations_of(&ann), &ann);
        let answer = app
            .raw(request.set_json(json!({ "email": email, "role": "user" })))
            .await;
        assert_eq!((answer.status, answer.code()), (422, "invalid"), "{email}");
        assert_eq!(answer.problem().errors[0].pointer, "/email");
        let body = json!({ "emails": ["ok@example.com", email], "role": "user" });
        let answer = app.raw(app.request("POST", &several, &ann).set_json(body)).await;
        assert_eq!((answer.status, answer.code()), (422, "invalid"), "{email}");
        assert_eq!(answer.problem().errors[0].pointer, "/emails/1");
    }
    assert!(app.mails().is_empty(), "nothing is sent to anybody");
    let open = app
        .call::<ListInvitations>(&ann, here(ann.workspace), (), ())
        .await
        .reply();
    assert_eq!(open.total, 0);
}

#[actix_web::test]
async fn attack_32_two_fields_of_one_name_and_unknown_fields_are_refused() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    for body in [
        r#"{"email":"a@example.com","email":"b@example.com","role":"user"}"#,
        r#"{"email":"a@example.com","role":"user","role":"admin"}"#,
        r#"{"email":"a@example.com","role":"user","invited_by":"eve"}"#,
        r#"{"email":"a@example.com","role":"owner"}"#,
    ] {
        let request = app
            .request("POST", &invitations_of(&ann), &ann)
            .insert_header(("content-type", "application/json"))
            .set_payload(body);
        let answer = app.raw(request).await;
        assert!([400, 422].contains(&answer.status), "{body}: {}", answer.text());
    }
}

#[actix_web::test]
async fn attack_32_a_plus_tag_is_another_mailbox_and_another_case_is_not() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let tagged = invite(&app, &ann, Some("bob+x@example.com"), Role::User).await;
    let refused = app.call::<AcceptInvitation>(&bob, (), (), held(&tagged)).await;
    assert_eq!((refused.status, refused.code()), (403, "wrong_invitee"));
    let shouted = invite(&app, &ann, Some("BOB@EXAMPLE.COM"), Role::User).await;
    let joined = app.call::<AcceptInvitation>(&bob, (), (), held(&shouted)).await;
    assert_eq!(joined.status, 200);
}

#[actix_web::test]
async fn attack_33_links_are_built_from_the_public_address_whatever_headers_say() {
    let app = with_mail().await;
    let ann = app.person("ann");
    let begins = "https://clearance.test/join#token=";
    let hostile = [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-for", "evil.example"),
        ("forwarded", "host=evil.example;proto=http"),
        ("x-original-host", "evil.example"),
        ("x-host", "evil.example"),
        ("origin", "https://clearance.test"),
        ("referer", "https://evil.example/"),
    ];
    let send = async |path: String, body: Option<Value>| {
        let mut request = app.request("POST", &path, &ann);
        for header in hostile {
            request = request.insert_header(header);
        }
        app.raw(match body {
            Some(body) => request.set_json(body),
            None => request,
        })
        .await
        .json()
    };
    let one = json!({ "email": "a@example.com", "role": "user" });
    let created = send(invitations_of(&ann), Some(one)).await;
    assert!(created["link"].as_str().unwrap().starts_with(begins), "{created}");
    let two = json!({ "emails": ["b@example.com", "c@example.com"], "role": "user" });
    let several = send(invitations_of(&ann) + "/several", Some(two)).await;
    for item in several["items"].as_array().unwrap() {
        assert!(
            item["created"]["link"].as_str().unwrap().starts_with(begins),
            "{item}"
        );
    }
    let id = created["invitation"]["id"].as_str().unwrap();
    app.clock.advance(TimeDelta::minutes(11));
    let resent = send(format!("{}/{id}/resend", invitations_of(&ann)), None).await;
    assert!(resent["link"].as_str().unwrap().starts_with(begins), "{resent}");
    let mails = app.mails();
    assert_eq!(mails.len(), 4);
    for mail in mails {
        assert!(
            mail.text.contains(begins) && !mail.text.contains("evil"),
            "{mail:?}"
        );
    }
    let other_host = app
        .request("POST", &invitations_of(&ann), &ann)
        .insert_header(("host", "evil.example"))
        .set_json(json!({ "email": "d@example.com", "role": "user" }));
    let answer = app.raw(other_host).await;
    assert_eq!((answer.status, answer.code()), (421, "misdirected_host"));
}

#[actix_web::test]
async fn attack_35_nobody_floods_a_mailbox_by_making_workspaces_again_and_again() {
    let app = with_mail().await;
    let ann = app.person("ann");
    for n in 0..12 {
        let workspace = app.workspace(&ann, &format!("BUY NOW http://evil.test/{n}"));
        let path = format!("/api/v1/workspaces/{workspace}/invitations");
        let body = json!({ "email": "target@example.com", "role": "user" });
        let answer = app.raw(app.request("POST", &path, &ann).set_json(body)).await;
        assert_eq!(answer.status, 201, "the link works without mail");
    }
    let mails = app.mails();
    assert_eq!(mails.len(), 3);
    for mail in mails {
        assert!(!mail.text.contains("evil"), "{mail:?}");
    }
}

#[actix_web::test]
async fn attack_35_a_token_is_in_its_own_answer_and_mail_and_nowhere_else() {
    let app = with_mail().await;
    let (ann, bob, cleo) = (app.person("ann"), app.person("bob"), app.person("cleo"));
    prove(&app, &bob);
    app.member(ann.workspace, &cleo, Role::User);
    let first = invite(&app, &ann, Some("bob@example.com"), Role::User).await;
    app.clock.advance(TimeDelta::minutes(11));
    let created = app
        .call::<ResendInvitation>(&ann, one(&ann, &first), (), ())
        .await
        .reply();
    let tokens = [token(&first), token(&created)];
    let shows = |what: &str, text: &str| {
        for token in &tokens {
            assert!(!text.contains(token.expose()), "{what}: {text}");
        }
    };
    let id = created.invitation.id;
    let of_workspace = format!("/api/v1/workspaces/{}", ann.workspace);
    for (who, path) in [
        (&ann, invitations_of(&ann)),
        (&ann, format!("{}/{id}", invitations_of(&ann))),
        (&ann, format!("{of_workspace}/members")),
        (&ann, of_workspace.clone()),
        (&ann, "/api/v1/me/notifications".to_owned()),
        (&bob, "/api/v1/me/notifications".to_owned()),
        (&bob, "/api/v1/me/invitations".to_owned()),
        (&cleo, invitations_of(&ann)),
        (&cleo, format!("{of_workspace}/members")),
    ] {
        let answer = app.raw(app.request("GET", &path, who)).await;
        shows(&path, &answer.text());
        if who.id == cleo.id {
            let told = answer.text().contains(&id.to_string());
            assert!(!told, "members do not see invitations: {path}");
        }
    }
    let members = app
        .call::<ListMembers>(&cleo, here(ann.workspace), PageQuery::default(), ())
        .await;
    assert!(!members.text().contains("bob@example.com"));
    let stored: Vec<String> = app.db(|conn| invitations::table.select(invitations::token_hash).load(conn));
    shows("the table", &stored.join(" "));
    shows("the journal", &format!("{:?}", app.journal()));
    let mails: Vec<String> = app.mails().iter().map(testkit::Mail::token).collect();
    assert_eq!(mails, tokens.each_ref().map(|token| token.expose().to_owned()));
}

#[actix_web::test]
async fn attack_35_the_role_is_the_one_that_was_offered_and_nothing_of_it_can_be_sent_along() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let created = invite(&app, &ann, None, Role::User).await;
    for extra in ["role", "workspace_id", "user_id", "is_operator", "email_proven"] {
        let mut body = json!({ "token": token(&created).expose() });
        body[extra] = json!("admin");
        let request = app.request("POST", "/api/v1/invitations/accept", &bob);
        assert_eq!(app.raw(request.set_json(&body)).await.status, 422, "{extra}");
        body["name"] = json!("Bob");
        body["email"] = json!("new@example.com");
        body["password"] = json!(PASSWORD);
        let request = app.request("POST", "/api/v1/invitations/join", As::Nobody);
        assert_eq!(app.raw(request.set_json(&body)).await.status, 422, "{extra}");
    }
    let joined = app
        .call::<AcceptInvitation>(&bob, (), (), held(&created))
        .await
        .reply();
    assert_eq!(joined.role, Role::User);
}

#[actix_web::test]
async fn attack_35_an_invitation_of_a_disabled_or_removed_sender_is_void() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    for end in ["disabled", "removed"] {
        let sender = app.person(end);
        app.member(ann.workspace, &sender, Role::Admin);
        let body = NewInvitation {
            email: None,
            role: Role::User,
        };
        let created = app
            .call::<CreateInvitation>(&sender, here(ann.workspace), (), body)
            .await
            .reply();
        match end {
            "disabled" => app.disable(&sender),
            _ => app.remove_member(ann.workspace, &sender),
        }
        let refused = app.call::<AcceptInvitation>(&bob, (), (), held(&created)).await;
        assert_eq!((refused.status, refused.code()), (410, "link_unusable"), "{end}");
        let listed = app
            .call::<ListInvitations>(&ann, here(ann.workspace), (), ())
            .await
            .reply();
        assert_eq!(
            listed.total, 0,
            "{end}: nobody waits for an answer to a dead link"
        );
    }
}

/// An answer without what names the request.
fn told<T>(answer: &Answer<T>) -> (u16, Value, Vec<String>) {
    let mut body = answer.json();
    body["request_id"] = Value::Null;
    let mut headers: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| name.as_str() != "x-request-id")
        .map(|(name, value)| format!("{name}: {value:?}"))
        .collect();
    headers.sort();
    (answer.status, body, headers)
}

#[actix_web::test]
async fn attack_37_a_dead_link_says_nothing_about_why_nor_about_anybody() {
    let app = with_long_sessions().await;
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    prove(&app, &bob);
    let late = invite(&app, &ann, Some("bob@example.com"), Role::User).await;
    app.clock.advance(TimeDelta::days(7));
    let used = invite(&app, &ann, None, Role::User).await;
    app.call::<AcceptInvitation>(&bob, (), (), held(&used))
        .await
        .with_status(200);
    let revoked = invite(&app, &ann, Some("cleo@example.com"), Role::User).await;
    app.call::<RevokeInvitation>(&ann, one(&ann, &revoked), (), ())
        .await
        .with_status(204);
    let replaced = invite(&app, &ann, Some("dan@example.com"), Role::User).await;
    app.call::<ResendInvitation>(&ann, one(&ann, &replaced), (), ())
        .await
        .with_status(200);
    let unknown = InvitationToken {
        token: SecretText::new("0".repeat(43)),
    };
    let no_token = InvitationToken {
        token: SecretText::new("x".to_owned()),
    };
    let tokens = [
        held(&late),
        held(&used),
        held(&revoked),
        held(&replaced),
        unknown,
        no_token,
    ];
    let mut shown = Vec::new();
    let mut accepted = Vec::new();
    let mut joined = Vec::new();
    for token in tokens {
        shown.push(told(
            &app.call::<ShowInvitation>(As::Nobody, (), (), token.clone())
                .await,
        ));
        accepted.push(told(
            &app.call::<AcceptInvitation>(&eve, (), (), token.clone()).await,
        ));
        let body = Joining {
            token: token.token,
            name: "New Person".parse().unwrap(),
            // Whether there is such an account is not said either.
            email: "bob@example.com".parse().unwrap(),
            password: Password::new(PASSWORD.to_owned()),
        };
        joined.push(told(
            &app.call::<JoinWithNewAccount>(As::Nobody, (), (), body).await,
        ));
    }
    for answers in [shown, accepted, joined] {
        assert_eq!(answers[0].0, 410);
        for answer in &answers {
            assert_eq!(answer, &answers[0]);
        }
    }
}

#[actix_web::test]
async fn attack_37_whoever_invites_does_not_learn_who_has_an_account() {
    let app = with_mail().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    prove(&app, &bob);
    let mut told = Vec::new();
    for email in ["bob@example.com", "nob@example.com"] {
        let entries = app.journal().len();
        let created = invite(&app, &ann, Some(email), Role::User).await;
        let mut seen = serde_json::to_value(&created.invitation).unwrap();
        seen["id"] = Value::Null;
        seen["email"] = Value::Null;
        seen["created_at"] = Value::Null;
        seen["expires_at"] = Value::Null;
        told.push((seen, app.journal().len() - entries, app.mails().len()));
    }
    assert_eq!(told[0].0, told[1].0);
    assert_eq!(told[0].1, told[1].1);
    assert_eq!((told[0].2, told[1].2), (1, 2));
}
