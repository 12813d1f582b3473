//! A server with people in it, each with one of everything, and how each route is called well.

use actix_web::test::TestRequest;
use backend::{
    config::{Smtp, SmtpSecurity},
    features,
    http::Mount,
};
use db::{
    columns,
    schema::{users, workspaces},
};
use diesel::prelude::*;
use serde_json::{Value, json};
use shared::{
    contract::query_string,
    groups::ListGroups,
    ids::{GroupId, UserId},
    invitations::{CreateInvitation, NewInvitation},
    notifications::{ListNotifications, NotificationsQuery},
    permission::Role,
    session::{PasswordResetRequest, RequestPasswordReset},
    text::SecretText,
    vaults::{ChangeVault, CreateVault, OneVault, VaultChange},
    workspaces::InWorkspace,
};
use testkit::{Answer, As, Key, PASSWORD, Person, TestApp};

use crate::storage;

/// One of everything that an address can name, and that belongs to one person.
#[derive(Debug)]
pub struct Things {
    pub person: Person,
    pub key: Key,
    /// Another browser in which they are signed in.
    pub other_session: String,
    pub invitation: String,
    /// An invitation to them, and the notification that tells of it.
    pub sent_to_them: String,
    pub notification: String,
    /// The token of the invitation's link.
    pub link: String,
    /// An entry of cloud storage access.
    pub storage_entry: String,
    /// A vault of administrators with two saves, the first of two in the order.
    pub vault: String,
    /// Another account: a member of the person's workspace, if there is one.
    pub other: UserId,
}

impl Things {
    /// `host` invites them as well.
    async fn of(app: &TestApp, host: &Person, person: Person) -> Self {
        let path = InWorkspace {
            workspace_id: person.workspace,
        };
        let body = NewInvitation {
            email: None,
            role: Role::User,
        };
        let made = app
            .call::<CreateInvitation>(&person, path, (), body)
            .await
            .reply();
        let account = users::table.find(columns::UserId(person.id));
        app.change(|conn| {
            diesel::update(account)
                .set(users::email_proven.eq(true))
                .execute(conn)
        });
        let path = InWorkspace {
            workspace_id: host.workspace,
        };
        let body = NewInvitation {
            email: Some(person.email.parse().unwrap()),
            role: Role::User,
        };
        let sent = app.call::<CreateInvitation>(host, path, (), body).await.reply();
        let told = app
            .call::<ListNotifications>(&person, (), NotificationsQuery::default(), ())
            .await
            .reply();
        let vault = vault_of(app, &person).await;
        let link = made.link.expose().split_once("#token=").unwrap().1.to_owned();
        Self {
            key: app.key(&person, person.workspace),
            other_session: app.session(person.id).0.to_string(),
            invitation: made.invitation.id.to_string(),
            sent_to_them: sent.invitation.id.to_string(),
            notification: told.items[0].id.to_string(),
            link,
            storage_entry: storage::add(app, &person, storage::wanted()).await.id.to_string(),
            vault,
            other: person.id,
            person,
        }
    }

    /// What must not be in an answer to somebody else.
    pub fn secrets_to_others(&self) -> Vec<String> {
        let person = &self.person;
        vec![
            person.id.to_string(),
            person.workspace.to_string(),
            person.session.to_string(),
            person.email.clone(),
            person.cookie.clone(),
            self.key.access_key.clone(),
            self.key.secret_key.clone(),
            self.other_session.clone(),
            self.invitation.clone(),
            self.sent_to_them.clone(),
            self.notification.clone(),
            self.link.clone(),
            self.storage_entry.clone(),
            self.vault.clone(),
        ]
    }

    /// `path` with its parameters filled in.
    pub fn fill(&self, path: &str) -> String {
        // Operators name accounts and workspaces of others.
        let path = match path.strip_prefix("/api/v1/server/") {
            None => path.to_owned(),
            Some(_) => path
                .replace("{user_id}", &self.person.id.to_string())
                .replace("{server_workspace_id}", &self.person.workspace.to_string()),
        };
        let invitation = if path.starts_with("/api/v1/me/") {
            &self.sent_to_them
        } else {
            &self.invitation
        };
        let filled = path
            .replace("{workspace_id}", &self.person.workspace.to_string())
            .replace("{access_key}", &self.key.access_key)
            .replace("{session_id}", &self.other_session)
            .replace("{invitation_id}", invitation)
            .replace("{notification_id}", &self.notification)
            .replace("{storage_entry_id}", &self.storage_entry)
            .replace("{vault_id}", &self.vault)
            .replace("{version}", "1")
            .replace("{user_id}", &self.other.to_string());
        assert!(
            !filled.contains('{'),
            "teach the sweep what stands for the parameter in {path}"
        );
        filled
    }
}

/// The first of the groups of a person's workspace.
async fn group_of(app: &TestApp, person: &Person) -> GroupId {
    let path = InWorkspace {
        workspace_id: person.workspace,
    };
    let groups = app.call::<ListGroups>(person, path, (), ()).await.reply();
    groups.items[0].id
}

/// Makes two vaults in a person's workspace, and saves the first anew.
async fn vault_of(app: &TestApp, person: &Person) -> String {
    let workspace_id = person.workspace;
    let group_id = group_of(app, person).await;
    let mut made = Vec::new();
    for name in ["First", "Second"] {
        let body = json!({"name": name, "group_id": group_id, "content": "sdk.a = 1"});
        let body = serde_json::from_value(body).unwrap();
        let vault = app
            .call::<CreateVault>(person, InWorkspace { workspace_id }, (), body)
            .await
            .reply();
        made.push(vault.id);
    }
    let path = OneVault {
        workspace_id,
        vault_id: made[0],
    };
    let body = VaultChange {
        content: Some(SecretText::new("sdk.a = 2".to_owned())),
        ..VaultChange::default()
    };
    app.call::<ChangeVault>(person, path, (), body)
        .await
        .with_status(200);
    made[0].to_string()
}

/// The server and who is on it.
#[derive(Debug)]
pub struct World {
    pub app: TestApp,
    /// Administers her workspace.
    pub ann: Things,
    /// A member of Ann's workspace with the role `user`.
    pub bob: Things,
    /// Has nothing to do with either.
    pub eve: Things,
    /// Operates the server.
    pub operator: Person,
}

impl World {
    pub async fn new() -> Self {
        let app = TestApp::with(|config| {
            config.smtp = Some(Smtp {
                host: "mail.example.com".to_owned(),
                port: 587,
                security: SmtpSecurity::Starttls,
                from: "clearance@example.com".parse().unwrap(),
                username: None,
                password: None,
            });
            config.storage.allowed_private_hosts = vec![storage::servers::s3().host.clone()];
        })
        .await;
        // Storages look whether an address is over.
        storage::set_clock(&app);
        let host = app.person("host");
        let mut ann = Things::of(&app, &host, app.password_person("ann")).await;
        let bob = Things::of(&app, &host, app.password_person("bob")).await;
        let eve = Things::of(&app, &host, app.password_person("eve")).await;
        app.member(ann.person.workspace, &bob.person, Role::User);
        ann.other = bob.person.id;
        // Not her personal one, with which an owner may do less: that is another.
        let (hers, home) = (ann.person.workspace, app.workspace(&ann.person, "home"));
        let owner = Some(columns::UserId(ann.person.id));
        app.change(|conn| {
            for (workspace, personal_of) in [(hers, None), (home, owner)] {
                diesel::update(workspaces::table.find(columns::WorkspaceId(workspace)))
                    .set(workspaces::personal_of.eq(personal_of))
                    .execute(conn)?;
            }
            Ok(())
        });
        let operator = app.set_up();
        Self {
            app,
            ann,
            bob,
            eve,
            operator,
        }
    }

    /// What must be so before a route can do what it is for.
    pub fn prepare(&self, mount: &Mount) {
        if mount.name == "DeleteWorkspace" {
            self.app
                .remove_member(self.ann.person.workspace, &self.bob.person);
        }
    }

    /// Sends `body` (none if null) to a route, with Ann's things in its address.
    pub async fn send(&self, mount: &Mount, who: impl Into<As>, body: &Value) -> Answer<Value> {
        self.app.raw(self.request(mount, &self.ann, who, body)).await
    }

    /// A request to a route with `things` in its address.
    pub fn request(&self, mount: &Mount, things: &Things, who: impl Into<As>, body: &Value) -> TestRequest {
        let address = things.fill(mount.path) + &needed_query(mount);
        let request = self.app.request(mount.method.as_str(), &address, who);
        if body.is_null() {
            request
        } else {
            request.set_json(body)
        }
    }

    /// Who calls a route well.
    pub fn right_caller(&self, mount: &Mount) -> As {
        match (mount.name, mount.caller) {
            (_, "public") => As::Nobody,
            // A session has no token to make.
            ("CreateToken", _) => As::from(&self.ann.key),
            ("AcceptInvitation", _) => As::from(&self.eve.person),
            (_, "operator") => As::from(&self.operator),
            // Its owner stays.
            ("LeaveWorkspace", _) => As::from(&self.bob.person),
            _ => As::from(&self.ann.person),
        }
    }

    /// A body with which a route does what it is for; null where it takes none.
    pub async fn good_body(&self, mount: &Mount) -> Value {
        let ann = &self.ann;
        let told = self.body_about_teams_or_storage(mount.name);
        if let Some(body) = told.or(self.body_about_vaults(mount.name).await) {
            return body;
        }
        match mount.name {
            "CompleteSetup" => {
                // Only a server that nobody has set up has this link; see `untouched`.
                json!({"token": "0".repeat(43), "name": "Ann", "email": "first@example.com",
                       "password": "a very long passphrase", "hosting": "own_team"})
            }
            "SignIn" => json!({"email": ann.person.email, "password": PASSWORD}),
            "RequestPasswordReset" => json!({"email": ann.person.email}),
            "CompletePasswordReset" => {
                let body = PasswordResetRequest {
                    email: ann.person.email.parse().unwrap(),
                };
                let asked = self
                    .app
                    .call::<RequestPasswordReset>(As::Nobody, (), (), body)
                    .await;
                assert!(asked.reply().by_mail);
                let token = self.app.mails().last().unwrap().token();
                json!({"token": token, "password": "another long passphrase"})
            }
            "ChangeMe" => json!({"name": "Ann Other"}),
            "ChangePassword" => json!({"current": PASSWORD, "new": "another long passphrase"}),
            "ChangePreferences" => json!({"theme": "dark"}),
            "ChangeWorkspace" => json!({"name": "Laboratory", "max_credential_days": 90}),
            "CreateCredential" => json!({"label": "laptop"}),
            "ChangeCredential" => json!({"label": "desktop"}),
            "RotateCredential" => json!({"overlap_seconds": 3600}),
            "ReportFoundKey" => json!({"access_key": ann.key.access_key, "secret_key": ann.key.secret_key}),
            "CreateInvitation" => json!({"email": "new@example.com", "role": "user"}),
            "ChooseUsageData" => json!({"is_sent": true}),
            "ChangeServerUser" => json!({"disabled": true}),
            "ChangeServerWorkspace" => json!({"max_members": 10}),
            "CreateInvitations" => {
                json!({"emails": ["new@example.com", "other@example.com"], "role": "user"})
            }
            "ChangeNotification" => json!({"read": true}),
            "ShowInvitation" | "AcceptInvitation" => json!({"token": ann.link}),
            "JoinWithNewAccount" => json!({"token": ann.link, "name": "Joe", "email": "joe@example.com",
                                           "password": "a very long passphrase"}),
            "CreateToken"
            | "SignOut"
            | "RevokeSession"
            | "RevokeOtherSessions"
            | "RevokeCredential"
            | "RevokeInvitation"
            | "ResendInvitation"
            | "AcceptMyInvitation"
            | "DeclineMyInvitation"
            | "ReadAllNotifications"
            | "CreatePasswordLink"
            | "DeleteServerUser" => Value::Null,
            _ if mount.method.as_str() == "GET" => Value::Null,
            other => panic!("teach the sweep how to call {other} well"),
        }
    }

    /// The same for vaults.
    async fn body_about_vaults(&self, name: &str) -> Option<Value> {
        match name {
            "ChangePersonalVault" => Some(json!({"format": "hocon", "content": "sdk.a = 1"})),
            "CheckVault" => Some(json!({"format": "yaml", "content": "sdk: {a: 1}"})),
            "CreateVault" => {
                let group = group_of(&self.app, &self.ann.person).await;
                Some(json!({"name": "New", "group_id": group, "content": "sdk.b = 1"}))
            }
            "ChangeVault" => Some(json!({"content": "sdk.c = 1"})),
            "MoveVault" => Some(json!({"before": null})),
            "RestoreVaultVersion" | "DeleteVault" => Some(Value::Null),
            _ => None,
        }
    }

    /// The same for who is in which workspace, and for cloud storage.
    fn body_about_teams_or_storage(&self, name: &str) -> Option<Value> {
        let ann = &self.ann;
        match name {
            "CreateWorkspace" => Some(json!({"name": "Laboratory"})),
            "TransferOwnership" => Some(json!({"user_id": ann.other})),
            "LeaveWorkspace" => Some(json!({"hand_over_to": ann.person.id})),
            "ChangeMember" => Some(json!({"role": "admin"})),
            "CreateStorageEntry" => serde_json::to_value(storage::wanted()).ok(),
            "ChangeStorageEntry" => Some(json!({"bucket": "other"})),
            "PreviewObject" => Some(json!({"url": storage::in_s3("data/sample.png")})),
            "DeleteWorkspace" | "GetMember" | "PreviewRemoval" | "RemoveMember" | "TestStorageEntry"
            | "DeleteStorageEntry" => Some(Value::Null),
            _ => None,
        }
    }
}

/// The query string that a route cannot do without.
fn needed_query(mount: &Mount) -> String {
    match mount.name {
        "ShowObject" | "LoadObject" => query_string(&json!({ "url": storage::in_s3("data/page.html") })),
        _ => String::new(),
    }
}

/// Every route of the REST API.
pub fn mounts() -> Vec<Mount> {
    let mounts = features::mounts();
    assert!(mounts.len() > 10, "no routes: the sweep means nothing");
    mounts
}

/// Whether a route's address names something.
pub fn has_parameters(mount: &Mount) -> bool {
    mount.path.contains('{')
}

/// Fails the test if the answer shows anything of `whose`.
pub fn shows_nothing_of(whose: &Things, what: &str, answer: &Answer<Value>) {
    let all = format!("{:?} {}", answer.headers, answer.text());
    for secret in whose.secrets_to_others() {
        assert!(!all.contains(&secret), "{what} shows {secret}: {all}");
    }
}
