//! The journal through HTTP and by the operator's command: who reads it, what is found in it, whether it is whole.

mod chain;
mod export;
mod held_up;
mod list;
mod retention;

use backend::{
    audit::{AuditRow, Entry, SERVER_CHAIN},
    commands::audit::{self, Form},
};
use db::{on_each, schema::*};
use diesel::prelude::*;
use serde_json::{Value, json};
use shared::{
    audit::{AuditVerdict, VerifyAudit, VerifyServerAudit},
    ids::WorkspaceId,
    workspaces::InWorkspace,
};
use testkit::{Person, TestApp};

fn in_workspace(workspace_id: WorkspaceId) -> InWorkspace {
    InWorkspace { workspace_id }
}

/// Journals `n` things that nobody did, in the chain of a workspace or, without one, of the server.
fn note(app: &TestApp, workspace: Option<WorkspaceId>, n: usize) {
    let noted = app.state.system("a test fills the journal", |tx, _| {
        for number in 0..n {
            let entry = Entry::new("test.note", "test", number).after(&json!({ "number": number }));
            tx.record(match workspace {
                Some(workspace) => entry.in_workspace(workspace),
                None => entry,
            })?;
        }
        Ok(())
    });
    noted.unwrap();
}

/// The entries of one chain, oldest first.
fn chain_of(app: &TestApp, workspace: Option<WorkspaceId>) -> Vec<AuditRow> {
    let name = workspace.map_or_else(|| SERVER_CHAIN.to_owned(), |id| id.to_string());
    app.journal()
        .into_iter()
        .filter(|entry| entry.chain == name)
        .collect()
}

async fn verified(app: &TestApp, admin: &Person, workspace: WorkspaceId) -> AuditVerdict {
    let path = in_workspace(workspace);
    app.call::<VerifyAudit>(admin, path, (), ()).await.reply()
}

async fn server_verified(app: &TestApp, operator: &Person) -> AuditVerdict {
    app.call::<VerifyServerAudit>(operator, (), (), ()).await.reply()
}

/// What `clearance audit verify --json` prints, and whether it says that all is well.
fn command(app: &TestApp, earlier: Option<&Value>) -> (bool, Value) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("heads.json");
    let earlier = earlier.map(|earlier| {
        std::fs::write(&file, earlier.to_string()).unwrap();
        audit::read_heads(&file).unwrap()
    });
    let mut out = Vec::new();
    let well = audit::verify(&app.state, None, earlier.as_ref(), Form::Json, &mut out).unwrap();
    (well, serde_json::from_slice(&out).unwrap())
}

/// One chain of such an output.
fn of(output: &Value, chain: &str) -> Value {
    let mut all = output["chains"].as_array().unwrap().iter();
    all.find(|head| head["chain"] == chain)
        .unwrap_or_else(|| panic!("{chain} is not in {output}"))
        .clone()
}

/// Everything that makes up the journal, to be put back after it was tampered with.
struct Journal {
    entries: Vec<AuditRow>,
    chains: Vec<(String, i64, String)>,
    anchors: Vec<(String, i64, String, chrono::NaiveDateTime)>,
}

impl Journal {
    fn taken(app: &TestApp) -> Self {
        Self {
            entries: app.journal(),
            chains: app.db(|conn| audit_chains::table.load(conn)),
            anchors: app.db(|conn| audit_anchors::table.load(conn)),
        }
    }

    fn put_back(&self, app: &TestApp) {
        app.change(|conn| {
            diesel::delete(audit_entries::table).execute(conn)?;
            diesel::delete(audit_chains::table).execute(conn)?;
            diesel::delete(audit_anchors::table).execute(conn)?;
            for row in &self.entries {
                diesel::insert_into(audit_entries::table)
                    .values(row)
                    .execute(conn)?;
            }
            for (chain, seq, hash) in &self.chains {
                let row = (
                    audit_chains::chain.eq(chain),
                    audit_chains::seq.eq(seq),
                    audit_chains::hash.eq(hash),
                );
                on_each!(conn, c => diesel::insert_into(audit_chains::table).values(row).execute(c))?;
            }
            for (chain, seq, hash, at) in &self.anchors {
                let row = (
                    audit_anchors::chain.eq(chain),
                    audit_anchors::seq.eq(seq),
                    audit_anchors::hash.eq(hash),
                    audit_anchors::removed_at.eq(at),
                );
                on_each!(conn, c => diesel::insert_into(audit_anchors::table).values(row).execute(c))?;
            }
            Ok(())
        });
    }
}
