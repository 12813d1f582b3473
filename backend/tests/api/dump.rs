//! All that a database holds, as text, and the forms in which a secret could lie in it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use db::Conn;
use diesel::{prelude::*, sql_types::Text};
use testkit::TestApp;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(app: &TestApp, sqlite: &str, postgres: &str) -> Vec<String> {
    let found: Vec<Line> = app.db(|conn| {
        let text = match conn {
            Conn::Sqlite(_) => sqlite,
            Conn::Pg(_) => postgres,
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "no query builder asks for whatever there is"
        )]
        diesel::sql_query(text).load(conn)
    });
    found.into_iter().map(|found| found.line).collect()
}

/// Every value of every row, with the table that it is in. Bytes stand in it as hexadecimal digits.
pub fn rows(app: &TestApp) -> Vec<(String, String)> {
    let tables = lines(
        app,
        "SELECT name AS line FROM sqlite_master WHERE type = 'table'",
        "SELECT table_name::text AS line FROM information_schema.tables WHERE table_schema = current_schema()",
    );
    assert!(tables.len() > 15, "{tables:?}");
    assert!(tables.contains(&"vault_versions".to_owned()), "{tables:?}");
    let mut all = Vec::new();
    for table in tables {
        let columns = lines(
            app,
            &format!("SELECT 'quote(\"' || name || '\")' AS line FROM pragma_table_info('{table}')"),
            "SELECT '' AS line",
        )
        .join(" || ' ' || ");
        let rows = lines(
            app,
            &format!("SELECT {columns} AS line FROM \"{table}\""),
            &format!("SELECT whole::text AS line FROM \"{table}\" AS whole"),
        );
        all.extend(rows.into_iter().map(|row| (table.clone(), row)));
    }
    all
}

/// The same without the tables.
pub fn dump(app: &TestApp) -> String {
    rows(app).into_iter().map(|(_, row)| row).collect()
}

/// What lies in the server's data folder: of `SQLite` the files hold every table, what waits in the `-wal`, and what was
/// deleted of both. Beside them lies a copy, as an operator makes one for a backup.
pub fn files(app: &TestApp) -> Vec<u8> {
    let folder = &app.state.config().data_dir;
    if app.db(|conn| Ok(matches!(conn, Conn::Sqlite(_)))) {
        let copy = folder.join("backup.db");
        let mut conn =
            diesel::SqliteConnection::establish(&folder.join("clearance.db").to_string_lossy()).unwrap();
        #[expect(clippy::disallowed_methods, reason = "there is no query builder for it")]
        diesel::sql_query(format!("VACUUM INTO '{}'", copy.display()))
            .execute(&mut conn)
            .unwrap();
        assert!(copy.is_file());
    }
    let mut everything = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            everything.extend(std::fs::read(path).unwrap());
        }
    }
    everything
}

/// A secret in each form in which it could lie around.
pub fn forms(secret: &str) -> Vec<String> {
    let escaped: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let hex = secret
        .bytes()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let upper = hex.to_uppercase();
    // Base64 depends on where in a longer text it begins.
    let shifted = (0..3).map(|shift| {
        let encoded = STANDARD.encode([vec![b'x'; shift], secret.as_bytes().to_vec()].concat());
        let whole = encoded.trim_end_matches('=');
        whole[4..whole.len() - 4].to_owned()
    });
    [secret.to_owned(), escaped, hex, upper]
        .into_iter()
        .chain(shifted)
        .collect()
}

/// Fails where any of the secrets lies in any form in these bytes.
pub fn assert_holds_none(place: &str, bytes: &[u8], secrets: &[&str]) {
    // Every form is ASCII, so that what is no text may be replaced.
    let text = String::from_utf8_lossy(bytes);
    for secret in secrets {
        for form in forms(secret) {
            assert!(!text.contains(&form), "{secret} lies in {place} as {form}");
        }
    }
}

#[actix_web::test]
async fn a_dump_holds_what_was_written_and_a_secret_is_found_in_every_form() {
    let app = TestApp::start().await;
    app.person("quentin");
    let all = dump(&app);
    assert!(all.contains("quentin@example.com"), "{all}");
    if app.db(|conn| Ok(matches!(conn, Conn::Sqlite(_)))) {
        let files = files(&app);
        assert!(files.windows(19).any(|part| part == b"quentin@example.com"));
    }
    let secret = "lantern/orchard+fennel=7";
    for shift in 0..3 {
        let encoded = STANDARD.encode(format!("{}{secret} and more", "y".repeat(shift)));
        let places = [
            encoded,
            format!("\\x{}", forms(secret)[2]),
            "a=lantern%2Forchard%2Bfennel%3D7&b".to_owned(),
        ];
        for place in places {
            let found = std::panic::catch_unwind(|| assert_holds_none("it", place.as_bytes(), &[secret]));
            assert!(found.is_err(), "{place}");
        }
    }
    assert_holds_none("it", b"lantern orchard fennel", &[secret]);
}
