//! Answers that are files: how they are sent, that they are made piece by piece, and for whom they go on.

use backend::http::Mount;
use shared::{
    audit::ExportAudit,
    contract::{Effect, url},
    permission::Role,
    workspaces::InWorkspace,
};
use testkit::{As, Person, Pieces, TestApp};

use crate::sweep::world::{World, mounts};

/// No piece may be longer, whatever there is to tell.
const MOST_BYTES: usize = 512 * 1024;

fn files() -> impl Iterator<Item = Mount> {
    mounts().into_iter().filter(|mount| mount.is_file)
}

#[actix_web::test]
async fn every_file_is_one_to_save_and_nothing_that_a_browser_would_show_or_keep() {
    let world = World::new().await;
    let mut seen = 0;
    for mount in files() {
        assert_eq!(mount.effect, Effect::Reads, "{mount:?}");
        let answer = world
            .send(&mount, world.right_caller(&mount), &serde_json::Value::Null)
            .await
            .with_status(200);
        let disposition = answer.header("content-disposition").unwrap().to_owned();
        let name = disposition
            .strip_prefix("attachment; filename=\"")
            .and_then(|rest| rest.strip_suffix('"'))
            .unwrap_or_else(|| panic!("{mount:?}: {disposition}"));
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        assert!(!name.starts_with('.') && name.bytes().all(plain), "{name}");
        let kind = answer.header("content-type").unwrap();
        assert!(mount.media.contains(&kind), "{mount:?}: {kind}");
        assert_eq!(
            answer.header("x-content-type-options"),
            Some("nosniff"),
            "{mount:?}"
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{mount:?}");
        assert_eq!(answer.header("etag"), None, "{mount:?}");
        seen += 1;
    }
    assert!(seen >= 3, "{seen}");
}

#[test]
fn every_file_is_described_as_one() {
    let document = backend::openapi::document();
    for mount in files() {
        let method = mount.method.as_str().to_ascii_lowercase();
        let operation = &document["paths"][mount.path][method];
        let answer = &operation["responses"]["200"];
        let mut described: Vec<&str> = answer["content"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let mut media = mount.media.to_vec();
        described.sort_unstable();
        media.sort_unstable();
        assert_eq!(described, media, "{mount:?}");
        assert!(answer["headers"]["Content-Disposition"].is_object(), "{mount:?}");
        assert!(answer["headers"]["ETag"].is_null(), "{mount:?}");
        assert!(operation["responses"]["304"].is_null(), "{mount:?}");
    }
}

/// Ann administers a workspace in whose journal there is much.
async fn long_journal(entries: usize) -> (TestApp, Person) {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let workspace = ann.workspace;
    let noted = app.state.system("a test fills the journal", |tx, _| {
        for number in 0..entries {
            let entry = backend::audit::Entry::new("test.note", "test", number);
            tx.record(entry.in_workspace(workspace))?;
        }
        Ok(())
    });
    noted.unwrap();
    (app, ann)
}

async fn begun(app: &TestApp, who: &Person) -> Pieces {
    let path = InWorkspace {
        workspace_id: who.workspace,
    };
    let address = url::<ExportAudit>(&path) + "?format=jsonl";
    let begun = app.begin(app.request("GET", &address, who)).await;
    assert_eq!(begun.status, 200);
    begun
}

/// Connections that are in use just now.
fn in_use(app: &TestApp) -> u32 {
    let pools = app.state.db().pool_sizes();
    pools
        .iter()
        .map(|(_, pool)| pool.connections - pool.idle_connections)
        .sum()
}

#[actix_web::test]
async fn a_file_is_made_piece_by_piece_as_it_is_taken() {
    let (app, ann) = long_journal(3_000).await;
    let mut file = begun(&app, &ann).await;
    let (mut pieces, mut lines) = (0, 0);
    while let Some(piece) = file.next().await {
        let piece = piece.unwrap();
        assert!(piece.len() < MOST_BYTES, "{}", piece.len());
        assert_eq!(in_use(&app), 0, "between two pieces no connection is held");
        lines += String::from_utf8_lossy(&piece).lines().count();
        pieces += 1;
        if pieces == 1 {
            assert_eq!(lines, 500, "nothing is made before it is wanted");
            // What is done from now on is not in this file.
            let late = app.state.system("a test", |tx, _| {
                let entry = backend::audit::Entry::new("test.late", "test", "late");
                tx.record(entry.in_workspace(ann.workspace))
            });
            late.unwrap();
        }
        assert!(!String::from_utf8_lossy(&piece).contains("test.late"));
    }
    assert_eq!((pieces, lines), (6, 3_000));
}

#[actix_web::test]
async fn whoever_may_not_read_it_any_more_gets_no_further_piece() {
    let (app, ann) = long_journal(1_600).await;
    let mut file = begun(&app, &ann).await;
    assert!(file.next().await.unwrap().is_ok());
    // Somebody else loses something: Ann goes on.
    let bob = app.person("bob");
    app.end_session(&bob);
    assert!(file.next().await.unwrap().is_ok());
    app.change_role(ann.workspace, &ann, Role::User);
    let cut = file.next().await.unwrap().unwrap_err();
    assert!(cut.contains("forbidden"), "{cut}");
    assert!(file.next().await.is_none());
}

#[actix_web::test]
async fn a_file_that_cannot_go_on_is_cut_off_and_not_ended() {
    let (app, ann) = long_journal(1_600).await;
    let mut file = begun(&app, &ann).await;
    assert!(file.next().await.unwrap().is_ok());
    app.change(|conn| {
        use diesel::connection::SimpleConnection as _;
        conn.batch_execute("ALTER TABLE audit_entries RENAME TO elsewhere")
    });
    assert!(
        file.next().await.unwrap().is_err(),
        "the client sees that it is not whole"
    );
    app.change(|conn| {
        use diesel::connection::SimpleConnection as _;
        conn.batch_execute("ALTER TABLE elsewhere RENAME TO audit_entries")
    });
}

#[actix_web::test]
async fn a_file_that_fails_at_once_is_a_problem() {
    let (app, ann) = long_journal(1).await;
    let address = format!("/api/v1/workspaces/{}/audit/export", ann.workspace);
    app.change(|conn| {
        use diesel::connection::SimpleConnection as _;
        conn.batch_execute("ALTER TABLE audit_entries RENAME TO elsewhere")
    });
    let answer = app.raw(app.request("GET", &address, &ann)).await;
    assert_eq!((answer.status, answer.code()), (500, "internal"));
    assert_eq!(answer.header("content-disposition"), None);
    let nobody = app.raw(app.request("GET", &address, As::Nobody)).await;
    assert_eq!((nobody.status, nobody.code()), (401, "unauthenticated"));
}

#[actix_web::test]
async fn a_stop_waits_for_a_file_that_is_being_sent_and_head_makes_none() {
    let (app, ann) = long_journal(1_200).await;
    assert_eq!(app.front.traffic().in_flight(), 0);
    let mut file = begun(&app, &ann).await;
    assert_eq!(app.front.traffic().in_flight(), 1);
    while file.next().await.is_some() {}
    assert_eq!(app.front.traffic().in_flight(), 0);
    let address = format!("/api/v1/workspaces/{}/audit/export", ann.workspace);
    let head = app.raw(app.request("HEAD", &address, &ann)).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert!(head.header("content-disposition").is_some());
    drop(begun(&app, &ann).await);
    assert_eq!(app.front.traffic().in_flight(), 0, "a client that leaves ends it");
}
