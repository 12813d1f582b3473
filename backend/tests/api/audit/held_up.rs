//! Nothing changes if its entry cannot be written.

use db::{Conn, schema::*};
use diesel::{connection::SimpleConnection as _, prelude::*};
use shared::contract::Effect;
use testkit::TestApp;

use crate::sweep::{
    done::JOURNALS_NOTHING,
    world::{World, mounts},
};

/// From now on, the database refuses every new entry of the journal.
fn refuse_entries(app: &TestApp) {
    app.change(|conn| match conn {
        Conn::Sqlite(sqlite) => sqlite.batch_execute(
            "CREATE TRIGGER refused BEFORE INSERT ON audit_entries BEGIN SELECT RAISE(ABORT, 'no entries today'); END",
        ),
        Conn::Pg(pg) => pg.batch_execute(
            "CREATE FUNCTION refused() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'no entries today'; END $$; \
             CREATE TRIGGER refused BEFORE INSERT ON audit_entries FOR EACH ROW EXECUTE FUNCTION refused()",
        ),
    });
}

fn take_entries_again(app: &TestApp) {
    app.change(|conn| match conn {
        Conn::Sqlite(sqlite) => sqlite.batch_execute("DROP TRIGGER refused"),
        Conn::Pg(pg) => pg.batch_execute("DROP TRIGGER refused ON audit_entries; DROP FUNCTION refused"),
    });
}

type Text = Option<String>;
type Time = Option<chrono::NaiveDateTime>;

/// What changes are about. Counters of calls and of failed attempts are no part of it.
fn everything(app: &TestApp) -> String {
    app.db(|conn| Ok(format!("{}{}{}", people(conn)?, spaces(conn)?, ways_in(conn)?)))
}

fn people(conn: &mut Conn) -> QueryResult<String> {
    type Account = (String, String, String, Text, bool, bool, Time);
    let accounts: Vec<Account> = users::table
        .order(users::id)
        .select((
            users::id,
            users::name,
            users::email,
            users::password_hash,
            users::is_operator,
            users::is_disabled,
            users::last_sign_in_at,
        ))
        .load(conn)?;
    let preferences: Vec<(String, String)> = preferences::table.order(preferences::user_id).load(conn)?;
    let told: Vec<(String, Time)> = notifications::table
        .order(notifications::id)
        .select((notifications::id, notifications::read_at))
        .load(conn)?;
    let stored: Vec<(String, String, String)> = storage_entries::table
        .order(storage_entries::id)
        .select((
            storage_entries::id,
            storage_entries::bucket,
            storage_entries::sealed_secret,
        ))
        .load(conn)?;
    let mails: i64 = outbox::table.count().get_result(conn)?;
    let chains: Vec<(String, i64, String)> = audit_chains::table.order(audit_chains::chain).load(conn)?;
    Ok(format!(
        "{:#?}",
        (accounts, preferences, told, stored, mails, chains)
    ))
}

fn spaces(conn: &mut Conn) -> QueryResult<String> {
    type Space = (String, String, String, Option<i64>, i64, Option<i64>);
    let spaces: Vec<Space> = workspaces::table
        .order(workspaces::id)
        .select((
            workspaces::id,
            workspaces::name,
            workspaces::owner_id,
            workspaces::max_credential_days,
            workspaces::member_count,
            workspaces::max_members,
        ))
        .load(conn)?;
    let members: Vec<(String, String, String)> = members::table
        .order((members::workspace_id, members::user_id))
        .select((members::workspace_id, members::user_id, members::role))
        .load(conn)?;
    Ok(format!("{:#?}", (spaces, members)))
}

fn ways_in(conn: &mut Conn) -> QueryResult<String> {
    let keys: Vec<(String, String, Time, Time, Text)> = credentials::table
        .order(credentials::access_key)
        .select((
            credentials::access_key,
            credentials::label,
            credentials::expires_at,
            credentials::revoked_at,
            credentials::rotated_to,
        ))
        .load(conn)?;
    let browsers: Vec<(String, String)> = sessions::table
        .order(sessions::id)
        .select((sessions::id, sessions::token_hash))
        .load(conn)?;
    let invitations: Vec<(String, String, Time, Time, Time)> = invitations::table
        .order(invitations::id)
        .select((
            invitations::id,
            invitations::token_hash,
            invitations::used_at,
            invitations::revoked_at,
            invitations::declined_at,
        ))
        .load(conn)?;
    let links: Vec<(String, Time)> = one_time_links::table
        .order(one_time_links::token_hash)
        .select((one_time_links::token_hash, one_time_links::used_at))
        .load(conn)?;
    Ok(format!("{:#?}", (keys, browsers, invitations, links)))
}

#[actix_web::test]
async fn n12_no_route_changes_anything_if_its_entry_cannot_be_written() {
    let changing = |mount: &backend::http::Mount| {
        mount.effect != Effect::Reads
            && mount.name != "CompleteSetup"
            && !JOURNALS_NOTHING.contains(&mount.name)
    };
    let mut tried = 0;
    for mount in mounts().iter().filter(|mount| changing(mount)) {
        let world = World::new().await;
        let (body, who) = (world.good_body(mount).await, world.right_caller(mount));
        world.prepare(mount);
        let before = everything(&world.app);
        refuse_entries(&world.app);
        let refused = world.send(mount, &who, &body).await;
        assert_eq!((refused.status, refused.code()), (500, "internal"), "{mount:?}");
        assert!(!refused.text().contains("no entries today"), "{mount:?}");
        assert_eq!(
            refused.cookie().map(|cookie| cookie.to_string()),
            None,
            "{mount:?}"
        );
        assert_eq!(everything(&world.app), before, "{mount:?} changed something");
        take_entries_again(&world.app);
        let done = world.send(mount, &who, &body).await;
        assert!(done.status < 300, "{mount:?}: {} {}", done.status, done.text());
        tried += 1;
    }
    assert!(tried > 30, "{tried}");
}
