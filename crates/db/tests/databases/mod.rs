//! Empty databases to test with, and what their own catalogues say is in them.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use db::{Db, Kind, migrations};
use diesel::{
    PgConnection, SqliteConnection,
    connection::SimpleConnection as _,
    migration::{Migration, MigrationSource as _},
    pg::Pg,
    prelude::*,
    sql_types::{BigInt, Text},
    sqlite::Sqlite,
};
use diesel_migrations::MigrationHarness as _;

/// One column, in the words of `schema.rs`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Column {
    pub name: String,
    pub kind: String,
    pub nullable: bool,
    pub in_key: bool,
}

/// An empty database, gone when dropped.
#[derive(Debug)]
pub enum Made {
    Sqlite {
        _folder: tempfile::TempDir,
        file: PathBuf,
    },
    Postgres {
        url: String,
        schema: String,
    },
}

/// One of each that there is to test on.
pub fn every() -> Vec<Made> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("test.db");
    let mut every = vec![Made::Sqlite {
        _folder: folder,
        file,
    }];
    every.extend(postgres());
    every
}

fn postgres() -> Option<Made> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    #[expect(clippy::disallowed_methods, reason = "tests have no settings to read it from")]
    let url = std::env::var("TEST_DATABASE_URL")
        .ok()
        .filter(|url| !url.is_empty())?;
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let schema = format!("migrations_{}_{number}", std::process::id());
    let mut conn = PgConnection::establish(&url).unwrap();
    conn.batch_execute(&format!(
        "DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}"
    ))
    .unwrap();
    Some(Made::Postgres { url, schema })
}

impl Drop for Made {
    fn drop(&mut self) {
        if let Self::Postgres { url, schema } = self
            && let Ok(mut conn) = PgConnection::establish(url)
        {
            let _ = conn.batch_execute(&format!("DROP SCHEMA {schema} CASCADE"));
        }
    }
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    nullable: i64,
    #[diesel(sql_type = BigInt)]
    in_key: i64,
}

const SQLITE_COLUMNS: &str = "SELECT t.name AS table_name, c.name AS column_name, c.type AS kind, \
    CAST(c.\"notnull\" = 0 AS BIGINT) AS nullable, CAST(c.pk > 0 AS BIGINT) AS in_key \
    FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'";

const POSTGRES_COLUMNS: &str = "SELECT c.table_name::text AS table_name, c.column_name::text AS column_name, \
    c.data_type::text AS kind, CAST(c.is_nullable = 'YES' AS int)::bigint AS nullable, \
    CAST(EXISTS (SELECT 1 FROM information_schema.table_constraints k JOIN information_schema.key_column_usage u \
      USING (constraint_schema, constraint_name, table_name) WHERE k.constraint_type = 'PRIMARY KEY' \
      AND k.table_schema = c.table_schema AND k.table_name = c.table_name AND u.column_name = c.column_name) AS int)::bigint \
    AS in_key FROM information_schema.columns c WHERE c.table_schema = current_schema()";

impl Made {
    pub fn open(&self) -> Db {
        Db::open(self.kind(), 2)
    }

    pub fn migrated(&self) -> Db {
        let db = self.open();
        migrations::run(&db).unwrap();
        db
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Sqlite { file, .. } => Kind::Sqlite(file.clone()),
            Self::Postgres { url, schema } => Kind::Postgres(in_schema(url, schema)),
        }
    }

    /// The migrations inside the binary, the oldest first.
    pub fn migration_names(&self) -> Vec<String> {
        fn names<DB: diesel::backend::Backend>(mut all: Vec<Box<dyn Migration<DB>>>) -> Vec<String> {
            all.sort_by_key(|migration| migration.name().version().as_owned());
            all.iter().map(|migration| migration.name().to_string()).collect()
        }
        match self {
            Self::Sqlite { .. } => names::<Sqlite>(migrations::SQLITE.migrations().unwrap()),
            Self::Postgres { .. } => names::<Pg>(migrations::POSTGRES.migrations().unwrap()),
        }
    }

    pub fn revert_all(&self) {
        match self {
            Self::Sqlite { file, .. } => {
                let mut conn = SqliteConnection::establish(&file.to_string_lossy()).unwrap();
                conn.revert_all_migrations(migrations::SQLITE).unwrap();
            }
            Self::Postgres { url, schema } => {
                let mut conn = PgConnection::establish(&in_schema(url, schema)).unwrap();
                conn.revert_all_migrations(migrations::POSTGRES).unwrap();
            }
        }
    }

    /// What the database itself says: each table but the migrations' own, with its columns by name.
    pub fn columns(&self) -> BTreeMap<String, Vec<Column>> {
        let found: Vec<Found> = match self {
            Self::Sqlite { file, .. } => {
                let mut conn = SqliteConnection::establish(&file.to_string_lossy()).unwrap();
                query(SQLITE_COLUMNS).load(&mut conn).unwrap()
            }
            Self::Postgres { url, schema } => {
                let mut conn = PgConnection::establish(&in_schema(url, schema)).unwrap();
                query(POSTGRES_COLUMNS).load(&mut conn).unwrap()
            }
        };
        let mut tables: BTreeMap<String, Vec<Column>> = BTreeMap::new();
        for column in found {
            if column.table_name == "__diesel_schema_migrations" || is_search_index(&column.table_name) {
                continue;
            }
            tables.entry(column.table_name).or_default().push(Column {
                name: column.column_name,
                kind: word(&column.kind).to_owned(),
                nullable: column.nullable == 1,
                in_key: column.in_key == 1,
            });
        }
        for columns in tables.values_mut() {
            columns.sort();
        }
        tables
    }
}

/// Whether a table is part of the index by which `SQLite` finds members: a virtual table, the tables that it keeps its
/// content in, and what the triggers that fill it need. `PostgreSQL` has an ordinary index instead, so they are in no
/// schema; the API tests of searching are what says that both find the same.
fn is_search_index(table: &str) -> bool {
    table == "member_search" || table.starts_with("member_search_")
}

fn query(sql: &str) -> diesel::query_builder::SqlQuery {
    #[expect(clippy::disallowed_methods, reason = "the catalogues are no tables of ours")]
    diesel::sql_query(sql)
}

fn in_schema(url: &str, schema: &str) -> String {
    let and = if url.contains('?') { '&' } else { '?' };
    format!("{url}{and}options=-csearch_path%3D{schema}")
}

/// A column type of either database, in the words of `schema.rs`. Any other is one we do not use.
fn word(kind: &str) -> &str {
    match kind {
        "TEXT" | "text" => "Text",
        "BIGINT" | "bigint" => "BigInt",
        "BOOLEAN" | "boolean" => "Bool",
        "TIMESTAMP" | "timestamp without time zone" => "Timestamp",
        "DATE" | "date" => "Date",
        other => other,
    }
}
