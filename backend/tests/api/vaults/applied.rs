//! R163: which vaults of administrators apply to a member, and that they may read them.

use shared::{
    groups::GroupKind,
    permission::Role,
    vaults::{GetVault, ListAppliedVaults, VaultChange},
};

use super::{Team, served, wanted};

async fn applied(team: &Team, who: &testkit::Person) -> Vec<String> {
    let page = team
        .app
        .call::<ListAppliedVaults>(who, team.here(), (), ())
        .await
        .reply();
    page.items
        .iter()
        .map(|vault| format!("{} ({})", vault.name, vault.group.as_ref().unwrap().name))
        .collect()
}

#[actix_web::test]
async fn r163_a_member_lists_and_reads_what_administrators_apply_to_them() {
    let team = Team::new().await;
    let admins = team.group(GroupKind::Admins).await;
    let night = team.custom_group("Night shift", &[&team.bob]);
    let mut forced = wanted(night, "Forced", "b = 1");
    forced.is_enforced = true;
    let forced = team.made(forced).await;
    let all = team.vault("For all", "a = 1").await;
    let hers = team.vault_for(admins, "For admins", "c = 1").await;
    assert_eq!(
        applied(&team, &team.bob).await,
        ["For all (Users)", "Forced (Night shift)"]
    );
    assert_eq!(
        applied(&team, &team.ann).await,
        ["For all (Users)", "For admins (Admins)"]
    );
    assert_eq!(team.content(&team.bob, all.id).await, "a = 1");
    assert_eq!(team.content(&team.bob, forced.id).await, "b = 1");
    let other = team
        .app
        .call::<GetVault>(&team.bob, team.one(hers.id), (), ())
        .await;
    assert_eq!((other.status, other.code()), (404, "not_found"));
    assert_eq!(team.names().await, ["For all", "Forced"]);
}

#[actix_web::test]
async fn who_is_in_a_group_decides_at_the_next_call() {
    let team = Team::new().await;
    let admins = team.group(GroupKind::Admins).await;
    team.vault_for(admins, "For admins", "c = 1").await;
    assert!(team.names().await.is_empty());
    team.app.change_role(team.ann.workspace, &team.bob, Role::Admin);
    assert_eq!(team.names().await, ["For admins"]);
    team.app.change_role(team.ann.workspace, &team.bob, Role::User);
    assert!(team.names().await.is_empty());
}

#[actix_web::test]
async fn another_group_takes_a_vault_from_one_and_gives_it_to_another() {
    let team = Team::new().await;
    let vault = team.vault("V", "a = 1").await;
    let day = team.custom_group("Day", &[&team.ann]);
    let change = VaultChange {
        group_id: Some(day),
        ..VaultChange::default()
    };
    assert_eq!(
        team.change(vault.id, change)
            .await
            .vault
            .group
            .unwrap()
            .name
            .as_str(),
        "Day"
    );
    assert!(team.names().await.is_empty());
    let anns = team.app.key(&team.ann, team.ann.workspace);
    assert_eq!(served(&team.app, &anns).await.len(), 1);
}

#[actix_web::test]
async fn a_key_gets_the_vaults_of_its_own_workspace_only() {
    let team = Team::new().await;
    team.vault("Here", "a = 1").await;
    team.own_text(&team.bob, "a = 2").await;
    let at_home = team.app.key(&team.bob, team.bob.workspace);
    assert!(served(&team.app, &at_home).await.is_empty());
    assert_eq!(team.names().await, ["Here", "Personal vault"]);
    assert_eq!(served(&team.app, team.app.bearer(&team.bobs_key)).await.len(), 2);
}
