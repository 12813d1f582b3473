//! The journal as a file: safe in a spreadsheet, complete for a check elsewhere, and made piece by piece.

use backend::audit::{AuditRow, verify::Mark};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use shared::{
    account::{AccountChange, ChangeMe},
    audit::{AuditExport, AuditFormat, ExportAudit, ExportServerAudit},
    contract::{query_string, url},
    credentials::{CreateCredential, NewCredential},
    permission::Role,
    workspaces::{ChangeWorkspace, WorkspaceChange},
};
use testkit::{Answer, As, Person, TestApp};

use super::{chain_of, in_workspace, note};

fn query(format: AuditFormat) -> AuditExport {
    AuditExport {
        format,
        ..AuditExport::default()
    }
}

async fn exported(app: &TestApp, who: &Person, query: &AuditExport) -> Answer<Value> {
    let address = url::<ExportAudit>(&in_workspace(who.workspace)) + &query_string(query);
    app.raw(app.request("GET", &address, who)).await
}

/// Reads CSV as RFC 4180 says: rows of cells.
fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {
                assert_eq!(chars.next(), Some('\n'));
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    assert!(
        cell.is_empty() && row.is_empty() && !quoted,
        "the last line has no end"
    );
    rows
}

fn lines(answer: &Answer<Value>) -> Vec<Value> {
    let text = answer.text();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[actix_web::test]
async fn a47_what_people_typed_is_text_to_every_spreadsheet() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let hostile = "=HYPERLINK(\"http://evil.test\",\"x\");=1+1";
    let body = AccountChange {
        name: Some(hostile.parse().unwrap()),
    };
    app.call::<ChangeMe>(&ann, (), (), body).await.with_status(200);
    for label in [
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "-2+3",
        "+1",
        "=1",
        "a,b;=2\"",
        "plain",
    ] {
        let body = NewCredential {
            label: label.parse().unwrap(),
            expires_at: None,
        };
        let path = in_workspace(ann.workspace);
        app.call::<CreateCredential>(&ann, path, (), body)
            .await
            .with_status(201);
    }
    let change = WorkspaceChange {
        name: Some("＝Labor, Grüße".parse().unwrap()),
        max_credential_days: None,
    };
    app.call::<ChangeWorkspace>(&ann, in_workspace(ann.workspace), (), change)
        .await
        .with_status(200);
    let answer = exported(&app, &ann, &query(AuditFormat::Csv)).await;
    assert_eq!(
        answer.header("content-type"),
        Some("text/csv; charset=utf-8; header=present")
    );
    let text = answer.text();
    let text = text
        .strip_prefix('\u{feff}')
        .expect("a spreadsheet needs the sign for UTF-8");
    let table = rows(text);
    assert_eq!(table.len(), 8);
    let heading: Vec<&str> = table[0].iter().map(String::as_str).collect();
    assert_eq!(heading[..4], ["seq", "at", "actor_kind", "actor_id"]);
    let column = |name: &str| heading.iter().position(|cell| *cell == name).unwrap();
    for row in &table {
        assert_eq!(row.len(), heading.len(), "{row:?}");
        for cell in row {
            for part in cell.split([';', ',']) {
                let begins = part.trim_start_matches([' ', '"']).chars().next();
                assert!(
                    !begins.is_some_and(|c| "=+-@\t\r＝".contains(c)),
                    "{cell:?} is a formula"
                );
            }
        }
    }
    assert_eq!(
        table[1][column("actor_name")],
        format!("'{}", hostile.replace(";=", ";'="))
    );
    assert_eq!(table[1][column("subject_name")], "'@SUM(1+1)*cmd|' /C calc'!A0");
    assert_eq!(table[6][column("subject_name")], "plain");
    assert_eq!(table[7][column("subject_name")], "'＝Labor, Grüße");
    // A label is in `after` as well, there as JSON.
    let after: Value = serde_json::from_str(&table[6][column("after")]).unwrap();
    assert_eq!(after["label"], "plain");
    assert_eq!(table[1][column("seq")], "1");
    let stored = chain_of(&app, Some(ann.workspace));
    assert_eq!(table[1][column("hash")], stored[0].hash);
}

/// The hash as it is described for others, from a line alone.
fn hash_of(line: &Value) -> String {
    let at: chrono::DateTime<chrono::Utc> = line["at"].as_str().unwrap().parse().unwrap();
    let content = json!([
        [
            line["previous_hash"],
            line["chain"],
            line["seq"],
            at.timestamp_micros(),
            line["actor_kind"],
            line["actor_id"]
        ],
        [
            line["actor_credential"],
            line["address"],
            line["action"],
            line["subject_kind"],
            line["subject_id"]
        ],
        [line["before"], line["after"]],
    ]);
    let digest = Sha256::digest(content.to_string());
    digest
        .iter()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

#[actix_web::test]
async fn n12_the_lines_can_be_verified_without_this_server() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let key = app.key(&ann, ann.workspace);
    app.clock.advance(chrono::TimeDelta::microseconds(1));
    let change = WorkspaceChange {
        name: Some("Grüße \"x\"\u{1F4A9}".parse().unwrap()),
        max_credential_days: None,
    };
    app.call::<ChangeWorkspace>(&key, in_workspace(ann.workspace), (), change)
        .await
        .with_status(200);
    note(&app, Some(ann.workspace), 1_200);
    let answer = exported(&app, &ann, &query(AuditFormat::Jsonl)).await;
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    let all = lines(&answer);
    assert_eq!(all.len(), 1_201);
    let mut last = Mark {
        seq: 0,
        hash: String::new(),
    };
    for line in &all {
        assert_eq!(line["previous_hash"], last.hash);
        assert_eq!(line["hash"], hash_of(line), "{line}");
        last = Mark {
            seq: line["seq"].as_i64().unwrap(),
            hash: line["hash"].as_str().unwrap().to_owned(),
        };
    }
    let stored: AuditRow = chain_of(&app, Some(ann.workspace)).pop().unwrap();
    assert_eq!((last.seq, last.hash), (stored.seq, stored.hash));
    // One that stands alone can be checked as well.
    let only = AuditExport {
        subject_id: Some("700".to_owned()),
        ..query(AuditFormat::Jsonl)
    };
    let alone = lines(&exported(&app, &ann, &only).await);
    assert_eq!(alone.len(), 1);
    assert_eq!(alone[0]["hash"], hash_of(&alone[0]));
}

#[actix_web::test]
async fn a_file_holds_what_the_filters_say_oldest_first() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    note(&app, Some(ann.workspace), 3);
    app.clock.advance(chrono::TimeDelta::hours(1));
    let path = in_workspace(ann.workspace);
    let body = NewCredential::default();
    app.call::<CreateCredential>(&ann, path, (), body)
        .await
        .with_status(201);
    note(&app, Some(ann.workspace), 600);
    let seqs = async |query: AuditExport| -> Vec<i64> {
        let answer = exported(&app, &ann, &query).await.with_status(200);
        lines(&answer)
            .iter()
            .map(|line| line["seq"].as_i64().unwrap())
            .collect()
    };
    let jsonl = || query(AuditFormat::Jsonl);
    assert_eq!(seqs(jsonl()).await, (1..=604).collect::<Vec<i64>>());
    let of_key = AuditExport {
        action: Some("credential".to_owned()),
        ..jsonl()
    };
    assert_eq!(seqs(of_key).await, [4]);
    let mine = AuditExport {
        actor_id: Some(ann.id),
        ..jsonl()
    };
    assert_eq!(seqs(mine).await, [4]);
    let early = AuditExport {
        action: Some("test".to_owned()),
        until: Some(app.clock.now().and_utc()),
        ..jsonl()
    };
    assert_eq!(seqs(early).await, [1, 2, 3]);
    let late = AuditExport {
        action: Some("test.note".to_owned()),
        since: Some(app.clock.now().and_utc()),
        ..jsonl()
    };
    assert_eq!(seqs(late).await, (5..=604).collect::<Vec<i64>>());
    let nothing = AuditExport {
        action: Some("nothing".to_owned()),
        ..query(AuditFormat::Csv)
    };
    let empty = exported(&app, &ann, &nothing).await.with_status(200).text();
    assert_eq!(rows(empty.trim_start_matches('\u{feff}')).len(), 1, "the heading");
    let wrong = AuditExport {
        action: Some("No.No".to_owned()),
        ..jsonl()
    };
    let refused = exported(&app, &ann, &wrong).await;
    assert_eq!((refused.status, refused.code()), (422, "invalid"));
}

#[actix_web::test]
async fn a_file_is_for_those_who_may_read_the_journal() {
    let app = TestApp::start().await;
    let operator = app.set_up();
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    app.member(ann.workspace, &bob, Role::User);
    note(&app, Some(ann.workspace), 2);
    note(&app, None, 1);
    let address = url::<ExportAudit>(&in_workspace(ann.workspace));
    let status = async |who: As| app.raw(app.request("GET", &address, who)).await.status;
    assert_eq!(status(As::from(&ann)).await, 200);
    assert_eq!(status(As::from(&bob)).await, 403);
    assert_eq!(status(As::from(&eve)).await, 404);
    assert_eq!(status(As::from(&operator)).await, 404);
    assert_eq!(status(As::Nobody).await, 401);
    let address = url::<ExportServerAudit>(&());
    let status = async |who: As| app.raw(app.request("GET", &address, who)).await.status;
    assert_eq!(status(As::from(&operator)).await, 200);
    assert_eq!(
        status(As::from(&app.key(&operator, operator.workspace))).await,
        403
    );
    assert_eq!(status(As::from(&ann)).await, 403);
    let servers = app
        .raw(app.request("GET", &(address.clone() + "?format=jsonl"), &operator))
        .await;
    assert_eq!(lines(&servers).len(), 1);
    assert_eq!(lines(&servers)[0]["chain"], "server");
}
