//! Who did what: filters, pages, names, and for whom.

use backend::audit::Entry;
use chrono::TimeDelta;
use shared::{
    account::{AccountChange, ChangeMe},
    audit::{AuditEntry, AuditQuery, ListAudit, ListServerAudit},
    credentials::{ChangeCredential, CreateCredential, CredentialChange, NewCredential, OneCredential},
    invitations::{CreateInvitation, NewInvitation},
    page::Page,
    permission::Role,
    workspaces::{ChangeWorkspace, WorkspaceChange},
};
use testkit::{As, Person, START, TestApp};

use super::{in_workspace, note};

async fn listed(app: &TestApp, admin: &Person, query: AuditQuery) -> Page<AuditEntry> {
    let path = in_workspace(admin.workspace);
    app.call::<ListAudit>(admin, path, query, ()).await.reply()
}

fn seqs(page: &Page<AuditEntry>) -> Vec<u64> {
    page.items.iter().map(|entry| entry.seq).collect()
}

/// Ann and Bob do five things in Ann's workspace, one each minute.
async fn busy() -> (TestApp, Person, Person) {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    app.member(ann.workspace, &bob, Role::User);
    let path = || in_workspace(ann.workspace);
    let label = |label: &str| NewCredential {
        label: label.parse().unwrap(),
        expires_at: None,
    };
    let later = || app.clock.advance(TimeDelta::minutes(1));
    let made = app
        .call::<CreateCredential>(&bob, path(), (), label("laptop"))
        .await
        .reply();
    later();
    let change = WorkspaceChange {
        name: Some("Laboratory".parse().unwrap()),
        max_credential_days: None,
    };
    app.call::<ChangeWorkspace>(&ann, path(), (), change)
        .await
        .with_status(200);
    later();
    let invitation = NewInvitation {
        email: Some("new@example.com".parse().unwrap()),
        role: Role::User,
    };
    app.call::<CreateInvitation>(&ann, path(), (), invitation)
        .await
        .with_status(201);
    later();
    let one = OneCredential {
        workspace_id: ann.workspace,
        access_key: made.access_key.clone(),
    };
    let change = CredentialChange {
        label: Some("desktop".parse().unwrap()),
        ..CredentialChange::default()
    };
    app.call::<ChangeCredential>(&bob, one, (), change)
        .await
        .with_status(200);
    later();
    app.calls_from("203.0.113.7");
    app.call::<CreateCredential>(&ann, path(), (), label("server"))
        .await
        .with_status(201);
    (app, ann, bob)
}

#[actix_web::test]
async fn n12_an_entry_says_who_what_from_where_and_how_it_was_before_and_after() {
    let (app, ann, bob) = busy().await;
    let page = listed(&app, &ann, AuditQuery::default()).await;
    assert_eq!((seqs(&page), page.total), (vec![5, 4, 3, 2, 1], 5));
    assert_eq!(page.next_cursor, None);
    let [made, changed, invited, renamed, _] = &page.items[..] else {
        panic!("{page:?}");
    };
    assert_eq!(made.action, "credential.create");
    assert_eq!(
        (made.address.as_str(), made.actor_kind.as_str()),
        ("203.0.113.7", "session")
    );
    assert_eq!(made.at.naive_utc(), START + TimeDelta::minutes(4));
    assert_eq!(changed.actor_id, Some(bob.id));
    assert_eq!(changed.actor_name.as_ref().unwrap().as_str(), "bob");
    assert_eq!(
        changed.subject_name.as_deref(),
        Some("desktop"),
        "its label today"
    );
    assert_eq!(changed.before.as_ref().unwrap()["label"], "laptop");
    assert_eq!(changed.after.as_ref().unwrap()["label"], "desktop");
    assert_eq!(invited.subject_name.as_deref(), Some("new@example.com"));
    assert_eq!(renamed.subject_name.as_deref(), Some("Laboratory"));
    assert_eq!(renamed.before.as_ref().unwrap()["name"], "ann's workspace");
    // Somebody who has left is still named, by the name of today.
    app.remove_member(ann.workspace, &bob);
    let body = AccountChange {
        name: Some("Robert".parse().unwrap()),
    };
    app.call::<ChangeMe>(&bob, (), (), body).await.with_status(200);
    let page = listed(&app, &ann, AuditQuery::default()).await;
    assert_eq!(page.items[1].actor_name.as_ref().unwrap().as_str(), "Robert");
}

#[actix_web::test]
async fn n12_every_filter_narrows_and_all_of_them_must_hold() {
    let (app, ann, bob) = busy().await;
    let start = START.and_utc();
    let minute = |n: i64| start + TimeDelta::minutes(n);
    let action = |text: &str| AuditQuery {
        action: Some(text.to_owned()),
        ..AuditQuery::default()
    };
    let credential = listed(&app, &ann, action("credential.change")).await.items[0]
        .subject_id
        .clone();
    let cases: Vec<(AuditQuery, Vec<u64>)> = vec![
        (action("credential"), vec![5, 4, 1]),
        (action("credential.create"), vec![5, 1]),
        (action("cred"), vec![]),
        (action("workspace"), vec![2]),
        (action("nothing.at_all"), vec![]),
        (
            AuditQuery {
                actor_id: Some(bob.id),
                ..AuditQuery::default()
            },
            vec![4, 1],
        ),
        (
            AuditQuery {
                subject_id: Some(credential.clone()),
                ..AuditQuery::default()
            },
            vec![4, 1],
        ),
        (
            AuditQuery {
                since: Some(minute(1)),
                until: Some(minute(3)),
                ..AuditQuery::default()
            },
            vec![3, 2],
        ),
        (
            AuditQuery {
                since: Some(minute(3)),
                ..AuditQuery::default()
            },
            vec![5, 4],
        ),
        (
            AuditQuery {
                until: Some(minute(0)),
                ..AuditQuery::default()
            },
            vec![],
        ),
        (
            AuditQuery {
                actor_id: Some(bob.id),
                subject_id: Some(credential),
                since: Some(minute(1)),
                ..action("credential")
            },
            vec![4],
        ),
        (
            AuditQuery {
                actor_id: Some(ann.id),
                until: Some(minute(4)),
                ..action("credential")
            },
            vec![],
        ),
    ];
    for (query, expected) in cases {
        let page = listed(&app, &ann, query.clone()).await;
        assert_eq!(seqs(&page), expected, "{query:?}");
        assert_eq!(page.total, expected.len() as u64, "{query:?}");
        // One at a time the same.
        let (mut one_by_one, mut cursor) = (Vec::new(), None);
        loop {
            let part = AuditQuery {
                limit: Some(1),
                cursor,
                ..query.clone()
            };
            let part = listed(&app, &ann, part).await;
            assert_eq!(part.total, expected.len() as u64, "{query:?}");
            one_by_one.extend(seqs(&part));
            cursor = part.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(one_by_one, expected, "{query:?}");
    }
}

#[actix_web::test]
async fn n12_pages_hold_still_while_the_journal_grows() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    note(&app, Some(ann.workspace), 230);
    let mut query = AuditQuery {
        limit: Some(100),
        ..AuditQuery::default()
    };
    let mut all = Vec::new();
    loop {
        let page = listed(&app, &ann, query.clone()).await;
        assert_eq!(page.total, 230, "as many as when the list was begun");
        all.extend(seqs(&page));
        note(&app, Some(ann.workspace), 3);
        query.cursor = page.next_cursor;
        if query.cursor.is_none() {
            break;
        }
    }
    assert_eq!(all, (1..=230).rev().collect::<Vec<u64>>());
    let now = listed(&app, &ann, AuditQuery::default()).await;
    assert_eq!((now.total, now.items.len()), (239, 50));
    let most = AuditQuery {
        limit: Some(100_000),
        ..AuditQuery::default()
    };
    assert_eq!(listed(&app, &ann, most).await.items.len(), 200);
}

#[actix_web::test]
async fn a_page_marker_is_good_for_its_own_list_only() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    app.member(ann.workspace, &bob, Role::Admin);
    note(&app, Some(ann.workspace), 3);
    let query = AuditQuery {
        limit: Some(1),
        ..AuditQuery::default()
    };
    let cursor = listed(&app, &ann, query.clone()).await.next_cursor;
    let with = AuditQuery {
        cursor,
        ..query.clone()
    };
    let path = || in_workspace(ann.workspace);
    let refused = async |who: &Person, query: AuditQuery, workspace| {
        let path = in_workspace(workspace);
        let answer = app.call::<ListAudit>(who, path, query, ()).await;
        assert_eq!((answer.status, answer.code()), (400, "bad_cursor"));
    };
    assert_eq!(
        app.call::<ListAudit>(&ann, path(), with.clone(), ()).await.status,
        200
    );
    refused(&bob, with.clone(), ann.workspace).await;
    let other_filter = AuditQuery {
        action: Some("test".to_owned()),
        ..with.clone()
    };
    refused(&ann, other_filter, ann.workspace).await;
    let elsewhere = app.workspace(&ann, "Another");
    refused(&ann, with, elsewhere).await;
}

#[actix_web::test]
async fn a_filter_that_makes_no_sense_is_named() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    for (query, pointer) in [
        ("action=a.b.c", "action"),
        ("action=Account", "action"),
        ("action=", "action"),
        ("actor_id=1", "query"),
        ("since=yesterday", "query"),
        ("since=-262143-01-01T00:00:00Z", "since"),
        ("until=%2B262142-01-01T00:00:00Z", "until"),
        ("limit=many", "query"),
    ] {
        let address = format!("/api/v1/workspaces/{}/audit?{query}", ann.workspace);
        let answer = app.raw(app.request("GET", &address, &ann)).await;
        assert_eq!((answer.status, answer.code()), (422, "invalid"), "{query}");
        assert_eq!(answer.problem().errors[0].pointer, pointer, "{query}");
    }
}

#[actix_web::test]
async fn a_journal_is_read_by_those_whom_it_concerns() {
    let (app, ann, bob) = busy().await;
    let operator = app.set_up();
    let eve = app.person("eve");
    let key = app.key(&ann, ann.workspace);
    let status = async |who: As| {
        let path = in_workspace(ann.workspace);
        let answer = app.call::<ListAudit>(who, path, AuditQuery::default(), ()).await;
        (answer.status, (answer.status >= 400).then(|| answer.code()))
    };
    assert_eq!(status(As::from(&ann)).await, (200, None));
    assert_eq!(status(As::from(&key)).await, (200, None));
    assert_eq!(status(As::from(&bob)).await, (403, Some("forbidden")));
    assert_eq!(status(As::from(&eve)).await, (404, Some("not_found")));
    assert_eq!(status(As::from(&operator)).await, (404, Some("not_found")));
    assert_eq!(status(As::Nobody).await, (401, Some("unauthenticated")));
    app.change_role(ann.workspace, &ann, Role::User);
    assert_eq!(status(As::from(&ann)).await, (403, Some("forbidden")));
    let servers = async |who: As| {
        app.call::<ListServerAudit>(who, (), AuditQuery::default(), ())
            .await
    };
    assert_eq!(servers(As::from(&operator)).await.status, 200);
    for who in [
        As::from(&ann),
        As::from(&key),
        As::from(&app.key(&operator, operator.workspace)),
    ] {
        let refused = servers(who).await;
        assert_eq!((refused.status, refused.code()), (403, "operator_only"));
    }
}

#[actix_web::test]
async fn the_operator_sees_what_belongs_to_no_workspace_and_nothing_of_one() {
    let (app, ann, _) = busy().await;
    let operator = app.set_up();
    let body = AccountChange {
        name: Some("Anna".parse().unwrap()),
    };
    app.call::<ChangeMe>(&ann, (), (), body).await.with_status(200);
    let page = app
        .call::<ListServerAudit>(&operator, (), AuditQuery::default(), ())
        .await
        .reply();
    let actions: Vec<&str> = page.items.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["account.rename"]);
    assert_eq!(page.items[0].subject_name.as_deref(), Some("Anna"));
    assert_eq!(page.items[0].actor_name.as_ref().unwrap().as_str(), "Anna");
}

#[actix_web::test]
async fn a_workspaces_journal_names_nothing_of_another_workspace() {
    let app = TestApp::start().await;
    let (ann, eve) = (app.person("ann"), app.person("eve"));
    let hers = app.key(&eve, eve.workspace);
    // Entries that no part of the server writes: whatever an entry points to, a name is shown of this workspace only.
    let planted = app.state.system("a test", |tx, _| {
        for (kind, id) in [
            ("workspace", eve.workspace.to_string()),
            ("credential", hers.access_key.clone()),
            ("workspace", ann.workspace.to_string()),
        ] {
            tx.record(Entry::new("test.note", kind, id).in_workspace(ann.workspace))?;
        }
        Ok(())
    });
    planted.unwrap();
    let page = listed(&app, &ann, AuditQuery::default()).await;
    let names: Vec<_> = page
        .items
        .iter()
        .map(|entry| entry.subject_name.as_deref())
        .collect();
    assert_eq!(names, [Some("ann's workspace"), None, None]);
}
