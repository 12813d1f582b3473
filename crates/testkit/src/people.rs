//! People, workspaces and keys, put into the database as they are: no sign-in, no set-up, no password hashing.

use std::sync::OnceLock;

use backend::access::Claims;
use chrono::{NaiveDateTime, TimeDelta};
use db::{columns, one, schema::*};
use diesel::prelude::*;
use secrets::{key_pair::KeyPair, token_text};
use shared::{
    ids::{SessionId, UserId, WorkspaceId},
    permission::Role,
    setup::Hosting,
};

use crate::{As, TestApp};

/// The password of everybody who has one.
pub const PASSWORD: &str = "lantern fennel orchard seven";

/// Someone with an account and a personal workspace, signed in with one browser.
#[derive(Debug, Clone)]
pub struct Person {
    /// The account.
    pub id: UserId,
    /// The name.
    pub name: String,
    /// The address: the name at `example.com`.
    pub email: String,
    /// The personal workspace, which they administer.
    pub workspace: WorkspaceId,
    /// The browser session.
    pub session: SessionId,
    /// The value of its cookie.
    pub cookie: String,
}

/// A live key pair.
#[derive(Debug, Clone)]
pub struct Key {
    /// The public half.
    pub access_key: String,
    /// The secret half.
    pub secret_key: String,
    /// Whose it is.
    pub user: UserId,
    /// Where it works.
    pub workspace: WorkspaceId,
}

impl TestApp {
    /// Sets the server up for one's own team and answers its first administrator, who operates it. They have
    /// [`PASSWORD`].
    pub fn set_up(&self) -> Person {
        self.insert_person("admin", Some(password_hash()), true)
    }

    /// An account with a personal workspace and a live session; without a password. The server counts as set up.
    pub fn person(&self, name: &str) -> Person {
        self.insert_person(name, None, false)
    }

    /// The same with [`PASSWORD`].
    pub fn password_person(&self, name: &str) -> Person {
        self.insert_person(name, Some(password_hash()), false)
    }

    fn insert_person(&self, name: &str, password_hash: Option<&str>, is_operator: bool) -> Person {
        let now = self.clock.now();
        let id = UserId(self.clock.new_id());
        let workspace = WorkspaceId(self.clock.new_id());
        let email = format!("{name}@example.com");
        self.change(|conn| {
            let set_up = server::table.count().get_result::<i64>(conn)? > 0;
            if !set_up {
                diesel::insert_into(server::table)
                    .values((
                        server::id.eq(1),
                        server::hosting.eq(columns::Hosting(Hosting::OwnTeam)),
                        server::set_up_at.eq(now),
                    ))
                    .execute(conn)?;
            }
            diesel::insert_into(users::table)
                .values((
                    users::id.eq(columns::UserId(id)),
                    users::name.eq(name),
                    users::name_key.eq(name.to_lowercase()),
                    users::email.eq(&email),
                    users::email_key.eq(email.to_lowercase()),
                    users::password_hash.eq(password_hash),
                    users::is_operator.eq(is_operator),
                    users::is_disabled.eq(false),
                    users::created_at.eq(now),
                ))
                .execute(conn)?;
            insert_workspace(conn, workspace, &format!("{name}'s workspace"), id, Some(id), now)
        });
        let (session, cookie) = self.session(id);
        Person {
            id,
            name: name.to_owned(),
            email,
            workspace,
            session,
            cookie,
        }
    }

    /// Another browser in which the account is signed in: its session and the value of its cookie.
    pub fn session(&self, user: UserId) -> (SessionId, String) {
        let now = self.clock.now();
        let days = i64::from(self.state.config().session_max_days);
        let token = token_text::opaque();
        let hash = self
            .state
            .keys()
            .keyed_hash()
            .hash("session", token.expose().as_bytes());
        let id = SessionId(self.clock.new_id());
        self.change(|conn| {
            diesel::insert_into(sessions::table)
                .values((
                    sessions::id.eq(columns::SessionId(id)),
                    sessions::token_hash.eq(hash),
                    sessions::user_id.eq(columns::UserId(user)),
                    sessions::created_at.eq(now),
                    sessions::last_seen_at.eq(now),
                    sessions::expires_at.eq(now + TimeDelta::days(days)),
                    sessions::address.eq("127.0.0.1"),
                    sessions::user_agent.eq("testkit"),
                ))
                .execute(conn)
        });
        (id, token.expose().to_owned())
    }

    /// One more workspace of `owner`, who administers it.
    pub fn workspace(&self, owner: &Person, name: &str) -> WorkspaceId {
        let (id, now) = (WorkspaceId(self.clock.new_id()), self.clock.now());
        self.change(|conn| insert_workspace(conn, id, name, owner.id, None, now));
        id
    }

    /// Makes `person` a member of `workspace`.
    pub fn member(&self, workspace: WorkspaceId, person: &Person, role: Role) {
        let now = self.clock.now();
        self.change(|conn| insert_member(conn, workspace, person.id, role, now));
    }

    /// A key pair of `person` for `workspace`, of which they should be a member.
    pub fn key(&self, person: &Person, workspace: WorkspaceId) -> Key {
        let pair = KeyPair::generate();
        let secret_key = pair.secret_key.expose().to_owned();
        let hash = self
            .state
            .keys()
            .keyed_hash()
            .hash("secret-key", secret_key.as_bytes());
        let now = self.clock.now();
        self.change(|conn| {
            diesel::insert_into(credentials::table)
                .values((
                    credentials::access_key.eq(pair.access_key.as_str()),
                    credentials::workspace_id.eq(columns::WorkspaceId(workspace)),
                    credentials::user_id.eq(columns::UserId(person.id)),
                    credentials::label.eq("made by testkit"),
                    credentials::secret_hash.eq(hash),
                    credentials::created_at.eq(now),
                ))
                .execute(conn)
        });
        Key {
            access_key: pair.access_key.to_string(),
            secret_key,
            user: person.id,
            workspace,
        }
    }

    /// A token made with `key` that lives for an hour.
    pub fn bearer(&self, key: &Key) -> As {
        self.bearer_until(key, self.clock.now() + TimeDelta::hours(1))
    }

    /// A token made with `key` that lives until `end`.
    pub fn bearer_until(&self, key: &Key, end: NaiveDateTime) -> As {
        let times = (self.clock.now().and_utc().timestamp(), end.and_utc().timestamp());
        let claims = Claims::new(&key.access_key, key.user, key.workspace, "user", times.0, times.1);
        As::Bearer(secrets::bearer::sign(self.state.keys(), &claims).unwrap())
    }

    /// Shuts `person` out.
    pub fn disable(&self, person: &Person) {
        let account = users::table.find(columns::UserId(person.id));
        self.take_away(|conn| {
            diesel::update(account)
                .set(users::is_disabled.eq(true))
                .execute(conn)
        });
    }

    /// Takes `person` out of `workspace`.
    pub fn remove_member(&self, workspace: WorkspaceId, person: &Person) {
        let ids = (columns::WorkspaceId(workspace), columns::UserId(person.id));
        self.take_away(|conn| diesel::delete(members::table.find(ids)).execute(conn));
    }

    /// Gives `person` another role in `workspace`.
    pub fn change_role(&self, workspace: WorkspaceId, person: &Person, role: Role) {
        let ids = (columns::WorkspaceId(workspace), columns::UserId(person.id));
        let role = members::role.eq(columns::Role(role));
        self.take_away(|conn| diesel::update(members::table.find(ids)).set(role).execute(conn));
    }

    /// Revokes `key`.
    pub fn revoke(&self, key: &Key) {
        let revoked = credentials::revoked_at.eq(self.clock.now());
        let row = credentials::table.find(&key.access_key);
        self.take_away(|conn| diesel::update(row).set(revoked).execute(conn));
    }

    /// Lets `key` end at `at`.
    pub fn expire(&self, key: &Key, at: NaiveDateTime) {
        let row = credentials::table.find(&key.access_key);
        self.take_away(|conn| {
            diesel::update(row)
                .set(credentials::expires_at.eq(at))
                .execute(conn)
        });
    }

    /// Ends `person`'s browser session.
    pub fn end_session(&self, person: &Person) {
        let row = sessions::table.find(columns::SessionId(person.session));
        self.take_away(|conn| diesel::delete(row).execute(conn));
    }

    /// A change of one row after which somebody can do less.
    fn take_away(&self, f: impl FnOnce(&mut db::Conn) -> QueryResult<usize>) {
        let changed = self.state.system("a test takes authority away", |tx, _| {
            tx.needs_no_entry("a test prepares its data");
            tx.ends_authority();
            one(f(tx.conn)?)?;
            Ok(())
        });
        changed.expect("there is such a row");
    }
}

fn insert_workspace(
    conn: &mut db::Conn,
    id: WorkspaceId,
    name: &str,
    owner: UserId,
    personal_of: Option<UserId>,
    now: NaiveDateTime,
) -> QueryResult<usize> {
    diesel::insert_into(workspaces::table)
        .values((
            workspaces::id.eq(columns::WorkspaceId(id)),
            workspaces::name.eq(name),
            workspaces::owner_id.eq(columns::UserId(owner)),
            workspaces::personal_of.eq(personal_of.map(columns::UserId)),
            workspaces::created_at.eq(now),
        ))
        .execute(conn)?;
    insert_member(conn, id, owner, Role::Admin, now)
}

fn insert_member(
    conn: &mut db::Conn,
    workspace: WorkspaceId,
    user: UserId,
    role: Role,
    now: NaiveDateTime,
) -> QueryResult<usize> {
    diesel::insert_into(members::table)
        .values((
            members::workspace_id.eq(columns::WorkspaceId(workspace)),
            members::user_id.eq(columns::UserId(user)),
            members::role.eq(columns::Role(role)),
            members::added_at.eq(now),
        ))
        .execute(conn)
}

/// The hash of [`PASSWORD`], made once for all.
fn password_hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| secrets::password::hash(PASSWORD).unwrap())
}
