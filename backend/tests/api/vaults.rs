//! Configuration vaults: who may see and change them, what clients get of them, and what is kept.

mod applied;
mod effective;
mod endings;
mod many;
mod order;
mod personal;
mod races;
mod roles;
mod secrecy;
mod storage;
mod unreachable;
mod versions;

use db::{columns, schema::*};
use diesel::prelude::*;
use serde_json::{Value, json};
use shared::{
    contract::url,
    groups::{GroupKind, ListGroups},
    ids::{GroupId, VaultId, WorkspaceId},
    permission::Role,
    text::SecretText,
    vaults::{
        ChangePersonalVault, ChangeVault, CreateVault, GetVault, NewVault, OneVault, OneVersion,
        PersonalVault, PersonalVaultChange, Vault, VaultChange, VaultFormat, VaultTarget, VaultWithContent,
    },
    workspaces::InWorkspace,
};
use testkit::{As, Key, Person, TestApp};

/// Ann administers her workspace, Bob is a member of it, Eve is none.
pub struct Team {
    pub app: TestApp,
    pub ann: Person,
    pub bob: Person,
    pub eve: Person,
    pub bobs_key: Key,
}

impl Team {
    pub async fn new() -> Self {
        Self::on(TestApp::start().await)
    }

    /// The same on a server with other settings.
    pub fn on(app: TestApp) -> Self {
        let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
        app.member(ann.workspace, &bob, Role::User);
        let bobs_key = app.key(&bob, ann.workspace);
        Self {
            app,
            ann,
            bob,
            eve,
            bobs_key,
        }
    }

    pub fn here(&self) -> InWorkspace {
        InWorkspace {
            workspace_id: self.ann.workspace,
        }
    }

    pub fn one(&self, vault_id: VaultId) -> OneVault {
        OneVault {
            workspace_id: self.ann.workspace,
            vault_id,
        }
    }

    pub fn save(&self, vault_id: VaultId, version: u64) -> OneVersion {
        OneVersion {
            workspace_id: self.ann.workspace,
            vault_id,
            version,
        }
    }

    /// One of the groups that each workspace has.
    pub async fn group(&self, kind: GroupKind) -> GroupId {
        let all = self
            .app
            .call::<ListGroups>(&self.ann, self.here(), (), ())
            .await
            .reply();
        all.items.iter().find(|group| group.kind == kind).unwrap().id
    }

    /// A group of these members.
    pub fn custom_group(&self, name: &str, members: &[&Person]) -> GroupId {
        custom_group(&self.app, self.ann.workspace, name, members)
    }

    /// A vault of administrators for everybody.
    pub async fn vault(&self, name: &str, content: &str) -> Vault {
        let group = self.group(GroupKind::Users).await;
        self.vault_for(group, name, content).await
    }

    pub async fn vault_for(&self, group: GroupId, name: &str, content: &str) -> Vault {
        self.made(wanted(group, name, content)).await
    }

    pub async fn made(&self, wanted: NewVault) -> Vault {
        self.app
            .call::<CreateVault>(&self.ann, self.here(), (), wanted)
            .await
            .with_status(201)
            .reply()
    }

    pub async fn change(&self, vault: VaultId, change: VaultChange) -> VaultWithContent {
        self.app
            .call::<ChangeVault>(&self.ann, self.one(vault), (), change)
            .await
            .reply()
    }

    pub async fn switch(&self, vault: VaultId, is_active: bool) {
        let change = VaultChange {
            is_active: Some(is_active),
            ..VaultChange::default()
        };
        assert_eq!(self.change(vault, change).await.vault.is_active, is_active);
    }

    /// Changes a member's own vault here.
    pub async fn own(&self, who: &Person, change: PersonalVaultChange) -> PersonalVault {
        self.app
            .call::<ChangePersonalVault>(who, self.here(), (), change)
            .await
            .reply()
    }

    /// Saves a text in a member's own vault here.
    pub async fn own_text(&self, who: &Person, text: &str) -> Vault {
        self.own(who, text_of(VaultFormat::Hocon, text))
            .await
            .vault
            .unwrap()
    }

    pub async fn content(&self, who: &Person, vault: VaultId) -> String {
        let vault = self
            .app
            .call::<GetVault>(who, self.one(vault), (), ())
            .await
            .reply();
        vault.content.expose().to_owned()
    }

    /// What Bob's clients get: name, scope and data of each.
    pub async fn served(&self) -> Vec<(String, String, Value)> {
        served(&self.app, &self.bobs_key).await
    }

    /// The names of what Bob's clients get.
    pub async fn names(&self) -> Vec<String> {
        self.served().await.into_iter().map(|(name, ..)| name).collect()
    }
}

pub fn custom_group(app: &TestApp, workspace: WorkspaceId, name: &str, people: &[&Person]) -> GroupId {
    let (id, now) = (GroupId(app.state.clock().new_id()), app.clock.now());
    let workspace = columns::WorkspaceId(workspace);
    app.change(|conn| {
        diesel::insert_into(groups::table)
            .values((
                groups::id.eq(columns::GroupId(id)),
                groups::workspace_id.eq(workspace),
                groups::kind.eq(columns::GroupKind(GroupKind::Custom)),
                groups::name.eq(name),
                groups::name_key.eq(name.to_lowercase()),
            ))
            .execute(conn)?;
        for person in people {
            diesel::insert_into(group_members::table)
                .values((
                    group_members::group_id.eq(columns::GroupId(id)),
                    group_members::workspace_id.eq(workspace),
                    group_members::user_id.eq(columns::UserId(person.id)),
                    group_members::added_at.eq(now),
                ))
                .execute(conn)?;
        }
        Ok(())
    });
    id
}

/// What the clients of a key get, as they ask for it.
pub async fn served(app: &TestApp, who: impl Into<As>) -> Vec<(String, String, Value)> {
    let address = "/api/users.get_vaults?enabled=true&types=config&types=config";
    let answer = app.raw(app.request("GET", address, who)).await.with_status(200);
    let vaults = answer.json()["data"]["vaults"].as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    vaults
        .iter()
        .map(|vault| {
            (
                text(&vault["description"]),
                text(&vault["scope"]),
                vault["data"].clone(),
            )
        })
        .collect()
}

pub fn wanted(group: GroupId, name: &str, content: &str) -> NewVault {
    NewVault {
        name: name.parse().unwrap(),
        group_id: group,
        target: VaultTarget::Config,
        format: VaultFormat::Hocon,
        content: secret(content),
        is_active: true,
        is_enforced: false,
    }
}

pub fn secret(text: &str) -> SecretText {
    SecretText::new(text.to_owned())
}

pub fn text_of(format: VaultFormat, text: &str) -> PersonalVaultChange {
    PersonalVaultChange {
        is_active: None,
        format: Some(format),
        content: Some(secret(text)),
    }
}

pub fn content_of(text: &str) -> VaultChange {
    VaultChange {
        content: Some(secret(text)),
        ..VaultChange::default()
    }
}

/// The address of a member's own vault.
pub fn own_address(team: &Team) -> String {
    url::<ChangePersonalVault>(&team.here())
}

/// What was journalled of vaults, in order: action, before and after.
pub fn journal(app: &TestApp) -> Vec<(String, Value, Value)> {
    let value = |text: Option<String>| text.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
    app.journal()
        .into_iter()
        .filter(|entry| entry.subject_kind == "vault")
        .map(|entry| (entry.action, value(entry.before), value(entry.after)))
        .collect()
}

#[actix_web::test]
async fn a_workspace_has_four_groups_whose_members_follow_from_the_membership() {
    let team = Team::new().await;
    team.custom_group("Night shift", &[&team.bob]);
    team.custom_group("Empty", &[]);
    let groups = team
        .app
        .call::<ListGroups>(&team.bob, team.here(), (), ())
        .await
        .reply();
    let seen: Vec<_> = groups
        .items
        .iter()
        .map(|group| (group.kind, group.name.as_str(), group.members))
        .collect();
    assert_eq!(
        seen,
        [
            (GroupKind::Users, "Users", 2),
            (GroupKind::Admins, "Admins", 1),
            (GroupKind::QueueAdmins, "Queue admins", 0),
            (GroupKind::ServiceAccounts, "Service Accounts", 0),
            (GroupKind::Custom, "Empty", 0),
            (GroupKind::Custom, "Night shift", 1),
        ]
    );
    assert_eq!(groups.total, 6);
    let strange = team.app.call::<ListGroups>(&team.eve, team.here(), (), ()).await;
    assert_eq!(strange.code(), "not_found");
    assert_eq!(json!(groups.items[0].kind), json!("users"));
}
