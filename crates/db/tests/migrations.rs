//! Both databases are made by their migrations, and are what `schema.rs` says. The `PostgreSQL` half needs
//! `TEST_DATABASE_URL`; each test works in a schema of its own there.

#[cfg(test)]
mod databases;

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, path::Path};

    use db::{Conn, Db, DbError, migrations};
    use diesel::prelude::*;

    use crate::databases::{Column, every};

    /// The tables of `schema.rs`, read from its text: name, then columns as they must stand in the database.
    fn declared() -> BTreeMap<String, Vec<Column>> {
        let text = include_str!("../src/schema.rs");
        let tables: BTreeMap<_, _> = text.split("diesel::table!").skip(1).map(table).collect();
        assert!(tables.len() > 10, "schema.rs could not be read");
        tables
    }

    fn table(text: &str) -> (String, Vec<Column>) {
        let text = text.trim_start().strip_prefix('{').unwrap();
        let (head, rest) = text.split_once('{').unwrap();
        let (name, key) = head.split_once('(').unwrap();
        let key: Vec<&str> = key
            .trim()
            .trim_end_matches(')')
            .split(',')
            .map(str::trim)
            .collect();
        let columns = rest
            .split_once('}')
            .unwrap()
            .0
            .split(',')
            .map(str::trim)
            .filter(|line| !line.is_empty());
        let columns = columns.map(|line| {
            let (name, kind) = line.split_once("->").unwrap();
            let (name, kind) = (name.trim().to_owned(), kind.trim());
            let inner = kind
                .strip_prefix("Nullable<")
                .and_then(|kind| kind.strip_suffix('>'));
            Column {
                in_key: key.contains(&name.as_str()),
                nullable: inner.is_some(),
                kind: inner.unwrap_or(kind).to_owned(),
                name,
            }
        });
        let mut columns: Vec<Column> = columns.collect();
        columns.sort();
        (name.trim().to_owned(), columns)
    }

    #[test]
    fn both_databases_have_the_same_migrations_each_with_its_way_back() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
        let names = |database: &str| -> Vec<String> {
            let entries = folder.join(database).read_dir().unwrap();
            let mut names: Vec<String> = entries
                .map(|entry| entry.unwrap())
                .inspect(|entry| {
                    for file in ["up.sql", "down.sql"] {
                        let path = entry.path().join(file);
                        assert!(
                            path.metadata().is_ok_and(|file| file.len() > 0),
                            "{}",
                            path.display()
                        );
                    }
                })
                .map(|entry| entry.file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        };
        let sqlite = names("sqlite");
        assert!(!sqlite.is_empty());
        assert_eq!(sqlite, names("postgres"));
        for made in every() {
            assert_eq!(
                made.migration_names(),
                sqlite,
                "{made:?} embeds what the folder holds"
            );
        }
    }

    #[test]
    fn from_zero_every_table_and_column_is_the_one_of_schema_rs() {
        let declared = declared();
        for made in every() {
            let db = made.open();
            let ran = migrations::run(&db).unwrap();
            assert_eq!(ran.len(), made.migration_names().len());
            assert_eq!(made.columns(), declared, "{made:?}");
            assert!(
                migrations::run(&db).unwrap().is_empty(),
                "a second run has nothing to do"
            );
        }
    }

    #[test]
    fn every_column_can_be_selected() {
        for made in every() {
            let db = made.migrated();
            for (table, columns) in declared() {
                let names: Vec<String> = columns
                    .iter()
                    .map(|column| format!("\"{}\"", column.name))
                    .collect();
                let sql = format!("SELECT {} FROM \"{table}\"", names.join(", "));
                let selected = db.read(|conn| raw(conn, &sql).map_err(DbError::from));
                assert!(selected.is_ok(), "{made:?}: {sql}: {selected:?}");
            }
        }
    }

    #[test]
    fn the_readers_cannot_write() {
        use db::schema::access_epoch::dsl::{access_epoch, value};
        for made in every() {
            let db = made.migrated();
            let count_up = |conn: &mut Conn| {
                diesel::update(access_epoch)
                    .set(value.eq(value + 1))
                    .execute(conn)
                    .map_err(DbError::from)
            };
            let now = |db: &Db| {
                db.read(|conn| {
                    access_epoch
                        .select(value)
                        .first::<i64>(conn)
                        .map_err(DbError::from)
                })
            };
            assert!(db.read(count_up).is_err(), "{made:?}: a reader wrote");
            assert_eq!(now(&db).unwrap(), 0, "{made:?}");
            assert_eq!(db.write(count_up).unwrap(), 1);
            assert_eq!(now(&db).unwrap(), 1, "{made:?}");
            assert!(
                db.read(|conn| raw(conn, "CREATE TABLE t (n BIGINT)").map_err(DbError::from))
                    .is_err()
            );
        }
    }

    #[test]
    fn a_failed_write_leaves_nothing_behind() {
        use db::schema::access_epoch::dsl::{access_epoch, value};
        for made in every() {
            let db = made.migrated();
            let failed: Result<(), DbError> = db.write(|conn| {
                diesel::update(access_epoch).set(value.eq(7)).execute(conn)?;
                Err(diesel::result::Error::RollbackTransaction.into())
            });
            assert!(failed.is_err());
            let now = db.read(|conn| {
                access_epoch
                    .select(value)
                    .first::<i64>(conn)
                    .map_err(DbError::from)
            });
            assert_eq!(now.unwrap(), 0, "{made:?}");
        }
    }

    #[test]
    fn migrators_that_start_together_do_the_work_once() {
        for made in every() {
            let begin = std::sync::Barrier::new(4);
            let ran: Vec<_> = std::thread::scope(|scope| {
                let migrate = || {
                    let db = made.open();
                    begin.wait();
                    migrations::run(&db)
                };
                let threads: Vec<_> = (0..4).map(|_| scope.spawn(migrate)).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            let ran: Vec<String> = ran
                .into_iter()
                .flat_map(|ran| ran.unwrap_or_else(|e| panic!("{made:?}: {e}")))
                .collect();
            assert_eq!(ran.len(), made.migration_names().len(), "{made:?}: {ran:?}");
        }
    }

    #[test]
    fn the_way_back_leaves_nothing_and_the_way_there_works_again() {
        for made in every() {
            drop(made.migrated());
            made.revert_all();
            assert!(
                made.columns().is_empty(),
                "{made:?} still has {:?}",
                made.columns().keys()
            );
            drop(made.migrated());
            assert_eq!(made.columns(), declared(), "{made:?}");
        }
    }

    #[test]
    fn a_url_of_another_kind_is_refused() {
        for url in ["", "mysql://x", "sqlite://", "/tmp/x.db", "postgres:/x"] {
            assert!(db::Kind::parse(url).is_err(), "{url}");
        }
        assert!(db::Kind::parse("sqlite://x.db").is_ok());
        assert!(db::Kind::parse("postgresql://u@h/d").is_ok());
    }

    fn raw(conn: &mut Conn, sql: &str) -> QueryResult<usize> {
        #[expect(
            clippy::disallowed_methods,
            reason = "tables whose names are read from a text"
        )]
        let query = diesel::sql_query(sql);
        query.execute(conn)
    }
}
