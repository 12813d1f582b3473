//! N12: whatever is done to the journal behind the server's back is found.

use std::task::Poll;

use backend::audit::{AuditRow, SERVER_CHAIN, verify::Mark};
use db::{Conn, schema::*};
use diesel::prelude::*;
use serde_json::json;
use shared::{
    account::{AccountChange, ChangeMe},
    audit::VerifyAudit,
    credentials::{CreateCredential, NewCredential},
    ids::WorkspaceId,
    permission::Role,
};
use testkit::{As, Person, TestApp};

use super::{Journal, chain_of, command, in_workspace, note, of, server_verified, verified};

/// A server with an operator, and a workspace with five entries of which some have every field.
async fn written() -> (TestApp, Person, WorkspaceId) {
    let app = TestApp::start().await;
    let admin = app.set_up();
    let workspace = admin.workspace;
    let key = app.key(&admin, workspace);
    note(&app, Some(workspace), 2);
    let path = in_workspace(workspace);
    let body = NewCredential {
        label: "laptop".parse().unwrap(),
        expires_at: None,
    };
    app.call::<CreateCredential>(&key, path, (), body)
        .await
        .with_status(201);
    note(&app, Some(workspace), 2);
    let body = AccountChange {
        name: Some("Ann Other".parse().unwrap()),
    };
    app.call::<ChangeMe>(&admin, (), (), body).await.with_status(200);
    (app, admin, workspace)
}

#[actix_web::test]
async fn n12_the_journal_of_a_workspace_and_of_the_server_is_whole() {
    let (app, admin, workspace) = written().await;
    let rows = chain_of(&app, Some(workspace));
    let found = verified(&app, &admin, workspace).await;
    assert!(found.whole, "{found:?}");
    assert_eq!((found.entries, found.first_seq, found.last_seq), (5, 1, 5));
    assert_eq!(found.last_hash, rows[4].hash);
    assert_eq!(found.broken_at, None);
    let found = server_verified(&app, &admin).await;
    assert!(found.whole, "{found:?}");
    assert_eq!(found.last_hash, chain_of(&app, None).last().unwrap().hash);
    let (well, heads) = command(&app, None);
    assert!(well, "{heads}");
    assert_eq!(of(&heads, &workspace.to_string())["last_hash"], rows[4].hash);
    assert_eq!(
        of(&heads, &workspace.to_string())["workspace"],
        "admin's workspace"
    );
    assert_eq!(of(&heads, SERVER_CHAIN)["whole"], true);
}

type Tampering = (&'static str, fn(&mut AuditRow));

/// One change of each field of an entry.
const FIELDS: &[Tampering] = &[
    ("at", |row| row.at += chrono::TimeDelta::microseconds(1)),
    ("actor_kind", |row| row.actor_kind = "system".to_owned()),
    ("actor_id", |row| row.actor_id = Some("0".repeat(32))),
    ("no actor_id", |row| row.actor_id = None),
    ("actor_credential", |row| {
        row.actor_credential = Some("CLR0".to_owned());
    }),
    ("address", |row| row.address = "192.0.2.1".to_owned()),
    ("action", |row| row.action = "credential.revoke".to_owned()),
    ("subject_kind", |row| row.subject_kind = "account".to_owned()),
    ("subject_id", |row| row.subject_id.push('x')),
    ("before", |row| row.before = Some("null".to_owned())),
    ("after", |row| row.after = Some("{}".to_owned())),
    ("no after", |row| row.after = None),
    ("hash", |row| row.hash = "0".repeat(64)),
];

fn put(conn: &mut Conn, row: &AuditRow) -> QueryResult<usize> {
    diesel::delete(audit_entries::table.find((&row.chain, row.seq))).execute(conn)?;
    diesel::insert_into(audit_entries::table)
        .values(row)
        .execute(conn)
}

#[actix_web::test]
async fn n12_a_changed_field_of_any_entry_is_found() {
    let (app, admin, workspace) = written().await;
    let journal = Journal::taken(&app);
    for row in chain_of(&app, Some(workspace)) {
        for (what, tamper) in FIELDS {
            let mut changed = row.clone();
            tamper(&mut changed);
            if format!("{changed:?}") == format!("{row:?}") {
                continue;
            }
            app.change(|conn| put(conn, &changed));
            let found = verified(&app, &admin, workspace).await;
            assert!(!found.whole, "{what} of {}", row.seq);
            let at = u64::try_from(row.seq).unwrap();
            assert_eq!(found.broken_at, Some(at), "{what} of {}", row.seq);
            journal.put_back(&app);
        }
    }
    assert!(verified(&app, &admin, workspace).await.whole);
}

#[actix_web::test]
async fn n12_an_entry_that_is_removed_put_in_or_swapped_is_found() {
    let (app, admin, workspace) = written().await;
    let journal = Journal::taken(&app);
    let rows = chain_of(&app, Some(workspace));
    let name = workspace.to_string();
    let found = async |what: &str, broken_at: u64| {
        let found = verified(&app, &admin, workspace).await;
        assert_eq!((found.whole, found.broken_at), (false, Some(broken_at)), "{what}");
        let (well, heads) = command(&app, None);
        assert!(!well, "{what}");
        assert_eq!(of(&heads, &name)["broken_at"], broken_at, "{what}: {heads}");
        journal.put_back(&app);
    };
    for seq in 1..=5 {
        app.change(|conn| diesel::delete(audit_entries::table.find((&name, seq))).execute(conn));
        found("removed", u64::try_from(seq).unwrap()).await;
    }
    for (seq, broken_at) in [(6, 5), (0, 0), (-3, 0), (100, 6)] {
        let mut extra = AuditRow {
            seq,
            ..rows[4].clone()
        };
        extra.hash = extra.link(&rows[4].hash);
        app.change(|conn| put(conn, &extra));
        found(&format!("put in at {seq}"), if seq == 6 { 6 } else { broken_at }).await;
    }
    // Everything behind the one that is put in moves up by one.
    app.change(|conn| {
        for row in rows[2..].iter().rev() {
            let moved = AuditRow {
                seq: row.seq + 1,
                ..row.clone()
            };
            put(conn, &moved)?;
        }
        diesel::update(audit_chains::table.find(&name))
            .set(audit_chains::seq.eq(6))
            .execute(conn)
    });
    found("put in between", 4).await;
    let swapped = |from: &AuditRow, seq: i64| AuditRow { seq, ..from.clone() };
    app.change(|conn| {
        put(conn, &swapped(&rows[1], 4))?;
        put(conn, &swapped(&rows[3], 2))
    });
    found("swapped", 2).await;
}

#[actix_web::test]
async fn n12_a_lost_end_is_found_by_what_the_database_notes_beside_it() {
    let (app, admin, workspace) = written().await;
    let journal = Journal::taken(&app);
    let name = workspace.to_string();
    let entries = || audit_entries::table.filter(audit_entries::chain.eq(name.clone()));
    let head = || audit_chains::table.find(name.clone());
    let found = async |what: &str, broken_at: u64, why: &str| {
        let found = verified(&app, &admin, workspace).await;
        assert_eq!((found.whole, found.broken_at), (false, Some(broken_at)), "{what}");
        let (well, heads) = command(&app, None);
        assert!(!well, "{what}");
        let said = of(&heads, &name)["why"].as_str().unwrap().to_owned();
        assert!(said.contains(why), "{what}: {said}");
        journal.put_back(&app);
    };
    app.change(|conn| diesel::delete(entries().filter(audit_entries::seq.gt(3))).execute(conn));
    found("the last two are gone", 4, "the entries from 4 on are missing").await;
    app.change(|conn| diesel::delete(entries()).execute(conn));
    found("all entries are gone", 1, "the entries from 1 on are missing").await;
    app.change(|conn| diesel::delete(head()).execute(conn));
    found("the head is gone", 5, "not entry 5").await;
    app.change(|conn| {
        diesel::update(head())
            .set(audit_chains::hash.eq("0"))
            .execute(conn)
    });
    found("the head is another", 5, "not entry 5").await;
    app.change(|conn| {
        diesel::delete(head()).execute(conn)?;
        diesel::delete(entries()).execute(conn)
    });
    found(
        "no trace is left of a workspace's chain",
        1,
        "nothing of this chain is left",
    )
    .await;
}

#[actix_web::test]
async fn n12_a_chain_of_which_only_one_trace_is_left_is_reported() {
    let (app, _, _) = written().await;
    let journal = Journal::taken(&app);
    // A workspace that was deleted: its chain stays.
    let gone = WorkspaceId(app.state.clock().new_id());
    let name = gone.to_string();
    note(&app, Some(gone), 3);
    let (well, heads) = command(&app, None);
    assert!(well && of(&heads, &name)["workspace"].is_null(), "{heads}");
    app.change(|conn| diesel::delete(audit_chains::table.find(&name)).execute(conn));
    assert!(!command(&app, None).0, "the entries alone are a trace");
    app.change(|conn| {
        diesel::delete(audit_entries::table.filter(audit_entries::chain.eq(&name))).execute(conn)
    });
    let (well, now) = command(&app, None);
    assert!(well, "of this chain there is no trace: {now}");
    let (well, compared) = command(&app, Some(&heads));
    assert!(!well, "but it was there earlier");
    assert_eq!(of(&compared, &name)["why"], "nothing of this chain is left");
    journal.put_back(&app);
    assert!(command(&app, None).0);
}

/// Writes the chain anew from the entry `from` on, as somebody would who knows how.
fn rewrite(app: &TestApp, workspace: WorkspaceId, from: i64, change: impl Fn(&mut AuditRow)) {
    let rows = chain_of(app, Some(workspace));
    let mut previous = String::new();
    app.change(|conn| {
        for mut row in rows {
            if row.seq >= from {
                if row.seq == from {
                    change(&mut row);
                }
                row.hash = row.link(&previous);
                put(conn, &row)?;
            }
            previous.clone_from(&row.hash);
        }
        diesel::update(audit_chains::table.find(workspace.to_string()))
            .set(audit_chains::hash.eq(&previous))
            .execute(conn)
    });
}

#[actix_web::test]
async fn n12_with_an_earlier_head_a_cut_tail_and_a_rewritten_history_are_found() {
    let (app, _, workspace) = written().await;
    let journal = Journal::taken(&app);
    let name = workspace.to_string();
    let (_, heads) = command(&app, None);
    assert!(command(&app, Some(&heads)).0, "nothing has changed");
    note(&app, Some(workspace), 4);
    assert!(command(&app, Some(&heads)).0, "it went on from there");
    journal.put_back(&app);

    // Cut, with everything beside it put right: by itself it is whole.
    let third = chain_of(&app, Some(workspace))[2].hash.clone();
    app.change(|conn| {
        let behind = audit_entries::table.filter(audit_entries::chain.eq(&name));
        diesel::delete(behind.filter(audit_entries::seq.gt(3))).execute(conn)?;
        diesel::update(audit_chains::table.find(&name))
            .set((audit_chains::seq.eq(3), audit_chains::hash.eq(third)))
            .execute(conn)
    });
    assert!(command(&app, None).0);
    let (well, now) = command(&app, Some(&heads));
    assert!(!well);
    assert_eq!(
        of(&now, &name)["why"],
        "it ends before entry 5, which was there earlier"
    );
    // The same, filled up again.
    app.clock.advance(chrono::TimeDelta::seconds(1));
    note(&app, Some(workspace), 4);
    let (well, now) = command(&app, Some(&heads));
    assert!(!well);
    assert_eq!(
        of(&now, &name)["why"],
        "entry 5 is not the one that was there earlier"
    );
    journal.put_back(&app);

    rewrite(&app, workspace, 2, |row| row.address = "192.0.2.9".to_owned());
    assert!(command(&app, None).0, "every hash is right again");
    let (well, now) = command(&app, Some(&heads));
    assert!(!well);
    assert_eq!(of(&now, &name)["broken_at"], 5);
    // Others are compared for themselves.
    assert_eq!(of(&now, SERVER_CHAIN)["whole"], true);
}

#[actix_web::test]
async fn n12_an_anchor_that_nobody_set_is_found() {
    let (app, admin, workspace) = written().await;
    let journal = Journal::taken(&app);
    let name = workspace.to_string();
    let rows = chain_of(&app, Some(workspace));
    for (kept_from, row) in rows.iter().enumerate().take(4) {
        // The first entries go, and an anchor with the right hash stands where they were.
        let mark = Mark {
            seq: row.seq,
            hash: row.hash.clone(),
        };
        app.change(|conn| {
            let old = audit_entries::table.filter(audit_entries::chain.eq(&name));
            diesel::delete(old.filter(audit_entries::seq.le(mark.seq))).execute(conn)?;
            diesel::insert_into(audit_anchors::table)
                .values((
                    audit_anchors::chain.eq(&name),
                    audit_anchors::seq.eq(mark.seq),
                    audit_anchors::hash.eq(&mark.hash),
                    audit_anchors::removed_at.eq(row.at),
                ))
                .execute(conn)
        });
        let found = verified(&app, &admin, workspace).await;
        let at = u64::try_from(kept_from + 1).unwrap();
        assert_eq!((found.whole, found.broken_at), (false, Some(at)));
        journal.put_back(&app);
    }
}

#[actix_web::test]
async fn n12_a_check_of_a_long_chain_goes_page_by_page_and_one_at_a_time() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    note(&app, Some(ann.workspace), 2_500);
    assert_eq!(verified(&app, &ann, ann.workspace).await.entries, 2_500);
    let path = || in_workspace(ann.workspace);
    let mut first = std::pin::pin!(app.call::<VerifyAudit>(&ann, path(), (), ()));
    // Begun, and waiting for the first page.
    let waits = std::future::poll_fn(|context| Poll::Ready(first.as_mut().poll(context).is_pending())).await;
    assert!(waits);
    let second = app.call::<VerifyAudit>(&ann, path(), (), ()).await;
    assert_eq!((second.status, second.code()), (503, "busy"));
    assert!(first.await.reply().whole);
    assert!(
        verified(&app, &ann, ann.workspace).await.whole,
        "it is free again"
    );
}

#[actix_web::test]
async fn only_administrators_verify_a_workspace_and_only_operators_the_server() {
    let (app, admin, workspace) = written().await;
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    app.member(workspace, &ann, Role::Admin);
    app.member(workspace, &bob, Role::User);
    let ask = async |who: As| {
        let answer = app
            .call::<VerifyAudit>(who, in_workspace(workspace), (), ())
            .await;
        answer.status
    };
    assert_eq!(ask(As::from(&ann)).await, 200);
    assert_eq!(ask(As::from(&app.key(&ann, workspace))).await, 200);
    assert_eq!(ask(As::from(&bob)).await, 403);
    assert_eq!(ask(As::from(&app.key(&bob, workspace))).await, 403);
    assert_eq!(ask(As::from(&eve)).await, 404);
    assert_eq!(ask(As::Nobody).await, 401);
    // Operating the server opens no workspace.
    let hers = app
        .call::<VerifyAudit>(&admin, in_workspace(eve.workspace), (), ())
        .await;
    assert_eq!((hers.status, hers.code()), (404, "not_found"));
    let servers = app
        .call::<shared::audit::VerifyServerAudit>(&ann, (), (), ())
        .await;
    assert_eq!((servers.status, servers.code()), (403, "operator_only"));
    assert_eq!(json!(server_verified(&app, &admin).await)["whole"], true);
}
