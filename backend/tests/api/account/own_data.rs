//! N19: everything about oneself as a file, and nothing of others.

use chrono::TimeDelta;
use db::{columns, schema::*};
use diesel::prelude::*;
use serde_json::Value;
use shared::{
    account::{AccountChange, ChangeMe, ChangePreferences, ExportMe, Preferences},
    contract::url,
    credentials::{CreateCredential, NewCredential},
    invitations::{AcceptInvitation, CreateInvitation, InvitationToken, NewInvitation},
    permission::Role,
    text::SecretText,
    workspaces::InWorkspace,
};
use testkit::{As, Person, TestApp};

async fn own_data(app: &TestApp, person: &Person) -> (Value, String) {
    app.state.write_meters().unwrap();
    let answer = app
        .raw(app.request("GET", &url::<ExportMe>(&()), person))
        .await
        .with_status(200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    (answer.json(), answer.text())
}

fn in_workspace(workspace_id: shared::ids::WorkspaceId) -> InWorkspace {
    InWorkspace { workspace_id }
}

/// Invites to `host`'s workspace and answers the token of the link.
async fn invite(app: &TestApp, host: &Person, email: Option<&str>) -> SecretText {
    let body = NewInvitation {
        email: email.map(|email| email.parse().unwrap()),
        role: Role::User,
    };
    let made = app
        .call::<CreateInvitation>(host, in_workspace(host.workspace), (), body)
        .await
        .reply();
    SecretText::new(made.link.expose().split_once("#token=").unwrap().1.to_owned())
}

fn names(list: &Value, field: &str) -> Vec<String> {
    let items = list.as_array().unwrap().iter();
    items
        .map(|item| item[field].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[actix_web::test]
async fn n19_a_file_holds_everything_about_oneself() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.password_person("ann"), app.password_person("bob"));
    let body = AccountChange {
        name: Some("Ann Other".parse().unwrap()),
    };
    app.call::<ChangeMe>(&ann, (), (), body).await.with_status(200);
    let body = Preferences(serde_json::from_str(r#"{"theme": "dark"}"#).unwrap());
    app.call::<ChangePreferences>(&ann, (), (), body)
        .await
        .with_status(200);
    let body = NewCredential {
        label: "laptop".parse().unwrap(),
        expires_at: None,
    };
    let key = app
        .call::<CreateCredential>(&ann, in_workspace(ann.workspace), (), body)
        .await
        .reply();
    invite(&app, &ann, Some("new@example.com")).await;
    let token = invite(&app, &bob, None).await;
    let joined = app
        .call::<AcceptInvitation>(&ann, (), (), InvitationToken { token })
        .await;
    assert_eq!(joined.status, 200);
    app.change(|conn| {
        diesel::insert_into(notifications::table)
            .values((
                notifications::id.eq("0".repeat(32)),
                notifications::user_id.eq(columns::UserId(ann.id)),
                notifications::kind.eq("removed"),
                notifications::actor_name.eq("bob"),
                notifications::created_at.eq(app.clock.now()),
            ))
            .execute(conn)
    });
    let (file, _) = own_data(&app, &ann).await;
    assert_eq!(file["format_version"], 1);
    assert_eq!(file["server"], "https://clearance.test");
    assert_eq!(file["account"]["name"], "Ann Other");
    assert_eq!(file["account"]["email"], "ann@example.com");
    assert_eq!(file["account"]["email_proven"], false);
    assert_eq!(file["preferences"]["theme"], "dark");
    assert_eq!(names(&file["sessions"], "id"), [ann.session.to_string()]);
    let mut spaces = names(&file["memberships"], "workspace_name");
    spaces.sort();
    assert_eq!(spaces, ["ann's workspace", "bob's workspace"]);
    assert_eq!(
        names(&file["credentials"], "access_key"),
        [key.access_key.as_str()]
    );
    assert_eq!(file["credentials"][0]["label"], "laptop");
    assert_eq!(
        names(&file["invitations_sent"], "workspace_id"),
        [ann.workspace.to_string()]
    );
    assert_eq!(names(&file["invitations_accepted"], "invited_by"), ["bob"]);
    assert_eq!(names(&file["notifications"], "actor"), ["bob"]);
    let calls = names(&file["call_counts"], "endpoint");
    for endpoint in ["ChangeMe", "CreateCredential"] {
        assert!(
            calls.iter().any(|called| called == endpoint),
            "{endpoint}: {calls:?}"
        );
    }
    let mut deeds: Vec<(String, String)> = file["journal"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let text = |field: &str| entry[field].as_str().unwrap().to_owned();
            (text("chain"), text("action"))
        })
        .collect();
    deeds.sort();
    let mut expected = vec![
        ("server".to_owned(), "account.rename".to_owned()),
        ("server".to_owned(), "preferences.change".to_owned()),
        (ann.workspace.to_string(), "credential.create".to_owned()),
        (ann.workspace.to_string(), "invitation.create".to_owned()),
        (bob.workspace.to_string(), "invitation.accept".to_owned()),
    ];
    expected.sort();
    assert_eq!(deeds, expected);
    let renamed = &file["journal"].as_array().unwrap().iter();
    let renamed = renamed
        .clone()
        .find(|entry| entry["action"] == "account.rename")
        .unwrap();
    assert_eq!(renamed["before"]["name"], "ann");
}

#[actix_web::test]
async fn n19_a_file_holds_no_secret_and_nothing_of_others() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = (
        app.password_person("ann"),
        app.password_person("bob"),
        app.password_person("eve"),
    );
    app.member(ann.workspace, &bob, Role::Admin);
    app.member(bob.workspace, &ann, Role::Admin);
    let keys = [
        app.key(&ann, ann.workspace),
        app.key(&bob, ann.workspace),
        app.key(&eve, eve.workspace),
    ];
    let token = invite(&app, &ann, Some("guest@example.com")).await;
    invite(&app, &bob, Some("other@example.com")).await;
    let (file, text) = own_data(&app, &ann).await;
    let hashes: Vec<String> = app.db(|conn| {
        let mut all: Vec<String> = credentials::table.select(credentials::secret_hash).load(conn)?;
        all.extend(
            sessions::table
                .select(sessions::token_hash)
                .load::<String>(conn)?,
        );
        all.extend(
            invitations::table
                .select(invitations::token_hash)
                .load::<String>(conn)?,
        );
        let passwords: Vec<Option<String>> = users::table.select(users::password_hash).load(conn)?;
        all.extend(passwords.into_iter().flatten());
        Ok(all)
    });
    assert!(hashes.len() > 8);
    let mut never: Vec<String> = hashes;
    never.extend(keys.iter().map(|key| key.secret_key.clone()));
    never.extend([
        ann.cookie.clone(),
        token.expose().to_owned(),
        testkit::PASSWORD.to_owned(),
    ]);
    // Of others: accounts, addresses, keys, sessions, and what only they did.
    never.extend([
        bob.id.to_string(),
        bob.email.clone(),
        "guest@example.com".to_owned(),
        "other@example.com".to_owned(),
        keys[1].access_key.clone(),
        bob.session.to_string(),
        eve.id.to_string(),
        eve.workspace.to_string(),
        keys[2].access_key.clone(),
    ]);
    for secret in never {
        assert!(!text.contains(&secret), "{secret} is in {text}");
    }
    assert_eq!(
        names(&file["credentials"], "access_key"),
        [keys[0].access_key.as_str()]
    );
}

#[actix_web::test]
async fn n19_invitations_to_an_address_are_shown_to_whoever_proved_that_it_is_theirs() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    invite(&app, &bob, Some("ANN@example.com")).await;
    let (file, text) = own_data(&app, &ann).await;
    assert_eq!(file["invitations_received"], serde_json::json!([]));
    assert!(!text.contains(&bob.workspace.to_string()), "{text}");
    app.change(|conn| {
        diesel::update(users::table.find(columns::UserId(ann.id)))
            .set(users::email_proven.eq(true))
            .execute(conn)
    });
    let (file, _) = own_data(&app, &ann).await;
    assert_eq!(
        names(&file["invitations_received"], "workspace_name"),
        ["bob's workspace"]
    );
}

#[actix_web::test]
async fn n19_a_long_life_is_sent_in_pieces_and_complete() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let (one, other) = (app.workspace(&ann, "One"), app.workspace(&ann, "Other"));
    // Straight into the journal, as if by her.
    app.change(|conn| {
        for (workspace, entries) in [(one, 600_i64), (other, 640)] {
            for seq in 1..=entries {
                diesel::insert_into(audit_entries::table)
                    .values((
                        (
                            audit_entries::chain.eq(workspace.to_string()),
                            audit_entries::seq.eq(seq),
                            audit_entries::at.eq(app.clock.now()),
                            audit_entries::actor_kind.eq("session"),
                            audit_entries::actor_id.eq(ann.id.to_string()),
                            audit_entries::address.eq("192.0.2.1"),
                        ),
                        audit_entries::action.eq("test.note"),
                        audit_entries::subject_kind.eq("test"),
                        audit_entries::subject_id.eq("x"),
                        audit_entries::hash.eq(""),
                    ))
                    .execute(conn)?;
            }
        }
        Ok(())
    });
    for day in 0..70 {
        app.change(|conn| {
            diesel::insert_into(call_counts::table)
                .values((
                    call_counts::day.eq((app.clock.now() - TimeDelta::days(day)).date()),
                    call_counts::workspace_id.eq(one.to_string()),
                    call_counts::user_id.eq(ann.id.to_string()),
                    call_counts::credential.eq(""),
                    call_counts::endpoint.eq("GetMe"),
                    call_counts::instance.eq("a"),
                    call_counts::calls.eq(2),
                ))
                .execute(conn)
        });
    }
    let mut begun = app.begin(app.request("GET", &url::<ExportMe>(&()), &ann)).await;
    let (mut pieces, mut bytes) = (0, Vec::new());
    while let Some(piece) = begun.next().await {
        bytes.extend_from_slice(&piece.unwrap());
        pieces += 1;
    }
    assert!(pieces > 12, "{pieces}");
    let file: Value = serde_json::from_slice(&bytes).unwrap();
    let journal = file["journal"].as_array().unwrap();
    assert_eq!(journal.len(), 600 + 640);
    let of = |workspace: shared::ids::WorkspaceId| {
        journal
            .iter()
            .filter(|entry| entry["chain"] == workspace.to_string())
            .map(|entry| entry["seq"].as_i64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(of(one), (1..=600).collect::<Vec<i64>>());
    assert_eq!(of(other), (1..=640).collect::<Vec<i64>>());
    let calls = file["call_counts"].as_array().unwrap();
    assert_eq!(calls.len(), 70);
    assert!(calls.iter().all(|counted| counted["calls"] == 2));
}

#[actix_web::test]
async fn n19_the_file_is_for_the_person_and_not_for_a_key() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let key = app.key(&ann, ann.workspace);
    for (who, expected) in [
        (As::from(&key), (403, "in_person_only")),
        (app.bearer(&key), (403, "in_person_only")),
        (As::Nobody, (401, "unauthenticated")),
    ] {
        let answer = app.raw(app.request("GET", &url::<ExportMe>(&()), who)).await;
        assert_eq!((answer.status, answer.code()), expected);
    }
}
