//! What is older than it is to be kept goes, and what stays can still be verified.

use backend::{
    audit::{Entry, RETAIN, SERVER_CHAIN},
    features::audit::{rules::cutoff, store::removal},
    jobs,
};
use chrono::{NaiveDateTime, TimeDelta};
use db::schema::*;
use diesel::prelude::*;
use serde_json::Value;
use shared::{
    audit::{AuditQuery, ListAudit},
    ids::WorkspaceId,
};
use testkit::{Person, TestApp};

use super::{Journal, chain_of, command, in_workspace, note, of, verified};

const DAYS: u32 = 30;

async fn keeping_thirty_days() -> TestApp {
    TestApp::with(|config| config.audit_retention_days = Some(DAYS)).await
}

/// The same person, signed in again after a long time.
fn back(app: &TestApp, person: &Person) -> Person {
    let (session, cookie) = app.session(person.id);
    Person {
        session,
        cookie,
        ..person.clone()
    }
}

fn anchor(app: &TestApp, chain: &str) -> Option<(i64, String)> {
    app.db(|conn| {
        audit_anchors::table
            .find(chain)
            .select((audit_anchors::seq, audit_anchors::hash))
            .first(conn)
            .optional()
    })
}

async fn removed(app: &TestApp) -> usize {
    jobs::remove_old_entries(&app.state).await.unwrap()
}

/// One batch of one chain, as the job removes it.
fn one_batch(app: &TestApp, workspace: WorkspaceId, cutoff: NaiveDateTime) -> usize {
    let done = app.state.system("a test removes old entries", |tx, system| {
        removal::remove_oldest(tx, system, &workspace.to_string(), cutoff)
    });
    done.unwrap()
}

#[actix_web::test]
async fn n12_what_is_kept_is_whole_from_the_anchor_on_and_the_journal_says_what_went() {
    let app = keeping_thirty_days().await;
    let ann = app.set_up();
    note(&app, Some(ann.workspace), 5);
    note(&app, None, 2);
    let fifth = chain_of(&app, Some(ann.workspace))[4].clone();
    app.clock.advance(TimeDelta::days(20));
    note(&app, Some(ann.workspace), 3);
    app.clock.advance(TimeDelta::days(10));
    assert_eq!(removed(&app).await, 0, "the day is not over");
    app.clock.advance(TimeDelta::days(1));
    // The server's chain keeps its last entry, old as it is.
    assert_eq!(removed(&app).await, 5 + 1);
    let name = ann.workspace.to_string();
    assert_eq!(anchor(&app, &name), Some((5, fifth.hash.clone())));
    let kept = chain_of(&app, Some(ann.workspace));
    assert_eq!(kept.iter().map(|row| row.seq).collect::<Vec<_>>(), [6, 7, 8, 9]);
    let told = kept.last().unwrap();
    assert_eq!(
        (told.action.as_str(), told.actor_kind.as_str()),
        (RETAIN, "system")
    );
    let after: Value = serde_json::from_str(told.after.as_ref().unwrap()).unwrap();
    assert_eq!((&after["seq"], &after["entries"]), (&5.into(), &5.into()));
    assert_eq!(after["hash"], fifth.hash);
    assert_eq!(chain_of(&app, None).len(), 2, "the last one, and what went");
    let ann = back(&app, &ann);
    let found = verified(&app, &ann, ann.workspace).await;
    assert!(found.whole, "{found:?}");
    assert_eq!((found.entries, found.first_seq, found.last_seq), (4, 6, 9));
    assert!(command(&app, None).0);
    let path = in_workspace(ann.workspace);
    let list = app
        .call::<ListAudit>(&ann, path, AuditQuery::default(), ())
        .await
        .reply();
    assert_eq!((list.total, list.items.len()), (4, 4));
    // The first line that is kept names the hash of what went before it.
    let address = format!("/api/v1/workspaces/{}/audit/export?format=jsonl", ann.workspace);
    let lines = app.raw(app.request("GET", &address, &ann)).await.text();
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(first["previous_hash"], fifth.hash);
}

#[actix_web::test]
async fn without_the_setting_nothing_is_removed() {
    let app = TestApp::start().await;
    note(&app, None, 5);
    app.clock.advance(TimeDelta::days(10_000));
    assert_eq!(removed(&app).await, 0);
    assert_eq!(chain_of(&app, None).len(), 5);
}

#[actix_web::test]
async fn a_chain_that_rests_is_left_alone() {
    let app = keeping_thirty_days().await;
    note(&app, None, 4);
    for (day, expected) in [(31, 3), (0, 0), (1, 0), (40, 0), (365, 0)] {
        app.clock.advance(TimeDelta::days(day));
        assert_eq!(removed(&app).await, expected, "after {day} more days");
        assert!(command(&app, None).0);
        assert!(!chain_of(&app, None).is_empty());
    }
    let actions: Vec<String> = chain_of(&app, None).into_iter().map(|row| row.action).collect();
    assert_eq!(
        actions,
        ["test.note", RETAIN],
        "the last thing that was done, and what went"
    );
    // Once something is done again, it is the last, and the one before it may go.
    note(&app, None, 1);
    assert_eq!(removed(&app).await, 2);
    assert!(command(&app, None).0);
}

#[actix_web::test]
async fn many_old_entries_go_in_batches_and_a_stop_in_between_harms_nothing() {
    let app = keeping_thirty_days().await;
    let ann = app.person("ann");
    note(&app, Some(ann.workspace), 2_300);
    app.clock.advance(TimeDelta::days(31));
    note(&app, Some(ann.workspace), 1);
    let cutoff = cutoff(app.clock.now(), DAYS);
    let ann = back(&app, &ann);
    for left in [1_000, 1_000, 300, 0] {
        assert_eq!(one_batch(&app, ann.workspace, cutoff), left);
        // Whatever ended here, the chain is whole.
        let found = verified(&app, &ann, ann.workspace).await;
        assert!(found.whole, "{found:?}");
    }
    assert_eq!(chain_of(&app, Some(ann.workspace)).len(), 1 + 3);
}

#[actix_web::test]
async fn a_batch_that_fails_leaves_entries_and_anchor_as_they_were() {
    let app = keeping_thirty_days().await;
    note(&app, None, 5);
    app.clock.advance(TimeDelta::days(31));
    let before = chain_of(&app, None).len();
    let cutoff = cutoff(app.clock.now(), DAYS);
    let failed = app.state.system("a test", |tx, system| {
        let removed = removal::remove_oldest(tx, system, SERVER_CHAIN, cutoff)?;
        assert_eq!(removed, 4);
        Err::<(), _>(backend::error::AppError::bug("killed"))
    });
    assert!(failed.is_err());
    assert_eq!(chain_of(&app, None).len(), before);
    assert_eq!(anchor(&app, SERVER_CHAIN), None);
}

#[actix_web::test]
async fn two_processes_that_remove_at_once_do_it_once() {
    let app = keeping_thirty_days().await;
    note(&app, None, 50);
    app.clock.advance(TimeDelta::days(31));
    note(&app, None, 1);
    let counts = app.race(8, async move |app, _| {
        jobs::remove_old_entries(&app.state).await.unwrap()
    });
    assert_eq!(counts.iter().sum::<usize>(), 50, "{counts:?}");
    let rows = chain_of(&app, None);
    assert_eq!(rows.iter().filter(|row| row.action == RETAIN).count(), 1);
    assert!(command(&app, None).0);
}

#[actix_web::test]
async fn of_a_broken_chain_nothing_is_removed_and_others_go_on() {
    let app = keeping_thirty_days().await;
    let ann = app.person("ann");
    note(&app, Some(ann.workspace), 5);
    note(&app, None, 5);
    app.clock.advance(TimeDelta::days(31));
    note(&app, Some(ann.workspace), 1);
    note(&app, None, 1);
    app.change(|conn| {
        diesel::update(audit_entries::table.find((SERVER_CHAIN, 3)))
            .set(audit_entries::address.eq("192.0.2.1"))
            .execute(conn)
    });
    assert_eq!(removed(&app).await, 5);
    assert_eq!(chain_of(&app, None).len(), 6, "evidence stays");
    assert_eq!(anchor(&app, &ann.workspace.to_string()).unwrap().0, 5);
}

#[actix_web::test]
async fn n12_an_anchor_that_is_moved_or_forged_is_found() {
    let app = keeping_thirty_days().await;
    let ann = app.person("ann");
    note(&app, Some(ann.workspace), 5);
    app.clock.advance(TimeDelta::days(31));
    note(&app, Some(ann.workspace), 3);
    assert_eq!(removed(&app).await, 5);
    let ann = back(&app, &ann);
    let name = ann.workspace.to_string();
    let journal = Journal::taken(&app);
    let rows = chain_of(&app, Some(ann.workspace));
    let broken = async |what: &str| {
        let found = verified(&app, &ann, ann.workspace).await;
        assert!(!found.whole, "{what}");
        assert!(!command(&app, None).0, "{what}");
        journal.put_back(&app);
        assert!(verified(&app, &ann, ann.workspace).await.whole);
    };
    let moved = |seq: i64, hash: &str| {
        app.change(|conn| {
            diesel::update(audit_anchors::table.find(&name))
                .set((audit_anchors::seq.eq(seq), audit_anchors::hash.eq(hash)))
                .execute(conn)
        })
    };
    moved(5, &"0".repeat(64));
    broken("another hash").await;
    moved(4, &rows[0].hash);
    broken("another number").await;
    app.change(|conn| diesel::delete(audit_anchors::table.find(&name)).execute(conn));
    broken("no anchor").await;
    // More is removed than the journal says, and the anchor moved to where it would have to be.
    let first = rows[0].clone();
    app.change(|conn| diesel::delete(audit_entries::table.find((&name, first.seq))).execute(conn));
    moved(first.seq, &first.hash);
    broken("one more is gone").await;
    // All that is left is the last entry, and nothing tells of the removal.
    let last = rows[rows.len() - 2].clone();
    app.change(|conn| {
        let old = audit_entries::table.filter(audit_entries::chain.eq(&name));
        diesel::delete(old.filter(audit_entries::seq.le(last.seq))).execute(conn)
    });
    moved(last.seq, &last.hash);
    broken("all but what tells of an earlier removal").await;
}

#[actix_web::test]
async fn an_earlier_head_that_went_by_its_age_is_no_proof_any_more() {
    let app = keeping_thirty_days().await;
    note(&app, None, 5);
    let (_, heads) = command(&app, None);
    note(&app, None, 2);
    let (_, later) = command(&app, None);
    app.clock.advance(TimeDelta::days(31));
    note(&app, None, 1);
    assert_eq!(removed(&app).await, 7);
    let (well, now) = command(&app, Some(&heads));
    assert!(!well);
    let why = of(&now, SERVER_CHAIN)["why"].as_str().unwrap().to_owned();
    assert!(why.contains("removed because of its age"), "{why}");
    assert!(
        command(&app, Some(&later)).0,
        "the very last that went is known by its hash"
    );
}

#[actix_web::test]
async fn a_removal_is_journalled_in_the_chain_it_concerns() {
    let app = keeping_thirty_days().await;
    let gone = WorkspaceId(app.state.clock().new_id());
    let noted = app.state.system("a test", |tx, _| {
        for _ in 0..3 {
            tx.record(Entry::new("test.note", "test", "x").in_workspace(gone))?;
        }
        Ok(())
    });
    noted.unwrap();
    app.clock.advance(TimeDelta::days(31));
    assert_eq!(removed(&app).await, 2);
    let kept = chain_of(&app, Some(gone));
    assert_eq!(kept.last().unwrap().subject_id, gone.to_string());
    assert!(chain_of(&app, None).is_empty());
}
