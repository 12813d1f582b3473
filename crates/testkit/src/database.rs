//! A database of its own for each test, gone when the test ends: a copied `SQLite` file, or a schema in the
//! `PostgreSQL` that `TEST_DATABASE_URL` names.

use std::{path::Path, sync::OnceLock};

use db::{Kind, migrations};
use diesel::{Connection as _, PgConnection, SqliteConnection, connection::SimpleConnection as _};
use diesel_migrations::MigrationHarness as _;
use tempfile::TempDir;

/// Names the `PostgreSQL` to test on.
const URL: &str = "TEST_DATABASE_URL";

/// One migrated database, and a folder that belongs to it.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) folder: TempDir,
    pub(crate) kind: Kind,
    /// URL and name of the schema to drop.
    schema: Option<(String, String)>,
}

impl Database {
    pub(crate) fn make(name: &str) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("clearance-test-")
            .tempdir()
            .unwrap();
        #[expect(clippy::disallowed_methods, reason = "tests have no settings to read it from")]
        let url = std::env::var(URL).ok().filter(|url| !url.is_empty());
        match url {
            None => {
                let file = folder.path().join("clearance.db");
                std::fs::write(&file, template()).unwrap();
                Self {
                    folder,
                    kind: Kind::Sqlite(file),
                    schema: None,
                }
            }
            Some(url) => {
                let schema = format!("test_{name}");
                let own = make_schema(&url, &schema);
                Self {
                    folder,
                    kind: Kind::Postgres(own),
                    schema: Some((url, schema)),
                }
            }
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some((url, schema)) = &self.schema else {
            return;
        };
        // A test that failed has its own message; a schema that stays behind is not worth another.
        if let Ok(mut conn) = PgConnection::establish(url) {
            let _ = conn.batch_execute(&format!("DROP SCHEMA \"{schema}\" CASCADE"));
        }
    }
}

/// A migrated file's content, made once.
fn template() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("template.db");
        migrate_file(&file);
        std::fs::read(&file).unwrap()
    })
}

fn migrate_file(file: &Path) {
    let mut conn = SqliteConnection::establish(&file.to_string_lossy()).unwrap();
    conn.batch_execute("PRAGMA synchronous=OFF; PRAGMA journal_mode=DELETE;")
        .unwrap();
    conn.run_pending_migrations(migrations::SQLITE).unwrap();
}

/// Makes a schema and replays the migrations in it; answers the URL that works in it.
fn make_schema(url: &str, schema: &str) -> String {
    let mut conn = PgConnection::establish(url).expect("TEST_DATABASE_URL must be reachable");
    conn.batch_execute(&format!(
        "CREATE SCHEMA \"{schema}\"; SET search_path = \"{schema}\""
    ))
    .unwrap();
    // Without the advisory lock that a server takes: nobody else works in this schema, and tests would queue for it.
    conn.run_pending_migrations(migrations::POSTGRES).unwrap();
    let and = if url.contains('?') { '&' } else { '?' };
    format!("{url}{and}options=-csearch_path%3D{schema}")
}
