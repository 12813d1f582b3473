//! N19: after a deletion no table but the journal holds name or address.

use db::schema::audit_entries;
use diesel::prelude::*;
use serde_json::json;
use shared::{
    account::{AccountChange, ChangeMe, ChangePreferences, Preferences},
    credentials::{CreateCredential, NewCredential},
    invitations::{AcceptInvitation, CreateInvitation, InvitationToken, NewInvitation},
    permission::Role,
    server_users::CreatePasswordLink,
    session::{PasswordResetRequest, RequestPasswordReset},
    text::SecretText,
    workspaces::InWorkspace,
};
use testkit::{As, Person, TestApp};

use super::{delete, one};
use crate::dump::rows;

/// Every row of every table, as text; the journal apart from the rest.
fn dump(app: &TestApp) -> (Vec<String>, Vec<String>) {
    let told = rows(app)
        .into_iter()
        .map(|(table, row)| format!("{table}: {row}"));
    told.partition(|row| !row.starts_with("audit_"))
}

async fn invite(app: &TestApp, by: &Person, email: Option<&str>) -> SecretText {
    let path = InWorkspace {
        workspace_id: by.workspace,
    };
    let body = NewInvitation {
        email: email.map(|email| email.parse().unwrap()),
        role: Role::User,
    };
    let made = app.call::<CreateInvitation>(by, path, (), body).await.reply();
    let token = made.link.expose().split_once("#token=").unwrap().1;
    SecretText::new(token.to_owned())
}

/// Zebulon does everything that leaves his name or address somewhere.
async fn lives(app: &TestApp, admin: &Person, zebulon: &Person) {
    let renamed = AccountChange {
        name: Some("Zebulon Quark".parse().unwrap()),
    };
    assert_eq!(app.call::<ChangeMe>(zebulon, (), (), renamed).await.status, 200);
    let preferences = json!({ "signature": "yours, Zebulon" })
        .as_object()
        .unwrap()
        .clone();
    let kept = app
        .call::<ChangePreferences>(zebulon, (), (), Preferences(preferences))
        .await;
    assert_eq!(kept.status, 200);
    let path = InWorkspace {
        workspace_id: zebulon.workspace,
    };
    let labelled = NewCredential {
        label: "Zebulon's laptop".parse().unwrap(),
        ..NewCredential::default()
    };
    let key = app
        .call::<CreateCredential>(zebulon, path, (), labelled)
        .await
        .reply();
    let pair = As::Key(testkit::Key {
        access_key: key.access_key.clone(),
        secret_key: key.secret_key.expose().to_owned(),
        user: zebulon.id,
        workspace: zebulon.workspace,
    });
    let worker = app
        .request("GET", "/api/v1/me", pair)
        .insert_header(("x-clearml-worker", "zebulon-laptop"));
    assert_eq!(app.raw(worker).await.status, 200);
    app.state.write_meters().unwrap();
    meets(app, admin, zebulon).await;
}

/// He has to do with others, and others with him.
async fn meets(app: &TestApp, admin: &Person, zebulon: &Person) {
    // He is invited, by one link that he takes and by one that he does not, and invites.
    let other = app.person("other");
    let taken = invite(app, admin, Some("Zebulon@Example.com")).await;
    let body = InvitationToken { token: taken };
    assert_eq!(
        app.call::<AcceptInvitation>(zebulon, (), (), body).await.status,
        200
    );
    let _ = invite(app, &other, Some("zebulon@example.com")).await;
    let theirs = InvitationToken {
        token: invite(app, zebulon, None).await,
    };
    assert_eq!(
        app.call::<AcceptInvitation>(&other, (), (), theirs).await.status,
        200
    );
    let _ = invite(app, zebulon, Some(&admin.email)).await;
    // Mail that waits, attempts that were counted, a link in the operator's hand.
    let forgotten = PasswordResetRequest {
        email: "ZEBULON@example.com".parse().unwrap(),
    };
    let asked = app
        .call::<RequestPasswordReset>(As::Nobody, (), (), forgotten)
        .await;
    assert_eq!(asked.status, 200);
    let wrong = json!({ "email": "zebulon@example.com", "password": "not this one" });
    let request = app.request("POST", "/api/v1/session", As::Nobody).set_json(wrong);
    assert_eq!(app.raw(request).await.status, 401);
    let link = app
        .call::<CreatePasswordLink>(admin, one(zebulon.id), (), ())
        .await;
    assert_eq!(link.status, 200);
}

fn names_him(line: &str) -> bool {
    let line = line.to_lowercase();
    line.contains("zebulon") || line.contains("quark")
}

#[actix_web::test]
async fn n19_after_a_deletion_no_table_but_the_journal_holds_name_or_address() {
    let app = TestApp::with(|config| {
        config.smtp = Some(backend::config::Smtp {
            host: "mail.example.com".to_owned(),
            port: 587,
            security: backend::config::SmtpSecurity::Starttls,
            from: "clearance@example.com".parse().unwrap(),
            username: None,
            password: None,
        });
    })
    .await;
    let (admin, zebulon) = (app.set_up(), app.password_person("zebulon"));
    lives(&app, &admin, &zebulon).await;
    let (rows, _) = dump(&app);
    let tables = |rows: &[String]| -> std::collections::BTreeSet<String> {
        let named = rows.iter().filter(|line| names_him(line));
        named
            .map(|line| line.split(':').next().unwrap_or_default().to_owned())
            .collect()
    };
    let before = tables(&rows);
    for table in [
        "users",
        "members",
        "workspaces",
        "invitations",
        "outbox",
        "preferences",
        "credentials",
    ] {
        assert!(
            before.contains(table),
            "{table} does not name him: the test shows nothing of it"
        );
    }
    let mail_before = app.mails().len();
    assert_eq!(delete(&app, &admin, zebulon.id).await.status, 204);
    let (rows, journal) = dump(&app);
    let found: Vec<&String> = rows.iter().filter(|line| names_him(line)).collect();
    assert!(found.is_empty(), "{found:#?}");
    assert!(
        app.mails().len() < mail_before,
        "what was to be sent to him is dropped"
    );
    assert!(
        app.mails()
            .iter()
            .all(|mail| !mail.to.to_lowercase().contains("zebulon")),
        "and nothing else is"
    );
    // The journal is append-only: it keeps the names of its time, as SECURITY.md says. The deletion adds none.
    assert!(journal.iter().any(|line| names_him(line)));
    let last: Option<String> = app.db(|conn| {
        audit_entries::table
            .filter(audit_entries::action.eq("account.delete"))
            .select(audit_entries::after)
            .first(conn)
    });
    let last = last.unwrap();
    assert!(last.contains("Deleted user") && !names_him(&last), "{last}");
}

#[actix_web::test]
async fn n19_what_others_were_told_by_a_deleted_account_bears_the_pseudonym() {
    use db::{columns, schema::notifications};
    use shared::ids::NotificationId;

    let app = TestApp::start().await;
    let (admin, ann, namesake) = (app.set_up(), app.person("ann"), app.person("namesake"));
    let told = |by: &Person, workspace: shared::ids::WorkspaceId| {
        let row = (
            notifications::id.eq(columns::NotificationId(NotificationId(app.clock.new_id()))),
            notifications::user_id.eq(columns::UserId(admin.id)),
            notifications::kind.eq("invited"),
            notifications::actor_id.eq(columns::UserId(by.id)),
            notifications::actor_name.eq("Ann"),
            notifications::workspace_id.eq(columns::WorkspaceId(workspace)),
            notifications::workspace_name.eq("Ann's workspace"),
            notifications::created_at.eq(app.clock.now()),
        );
        app.change(|conn| {
            diesel::insert_into(notifications::table)
                .values(row)
                .execute(conn)
        });
    };
    told(&ann, ann.workspace);
    told(&namesake, namesake.workspace);
    assert_eq!(delete(&app, &admin, ann.id).await.status, 204);
    let names: Vec<(Option<String>, Option<String>)> = app.db(|conn| {
        notifications::table
            .order(notifications::id)
            .select((notifications::actor_name, notifications::workspace_name))
            .load(conn)
    });
    let pseudonym = format!("Deleted user {}", &ann.id.to_string()[24..]);
    assert_eq!(
        names,
        [
            (Some(pseudonym.clone()), Some(format!("{pseudonym}'s workspace"))),
            (Some("Ann".to_owned()), Some("Ann's workspace".to_owned()))
        ],
        "and a namesake keeps the name"
    );
}
