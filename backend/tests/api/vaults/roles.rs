//! Who may write vaults for others: they run code on machines of others (`sdk.apply_environment`, `sdk.apply_files`).

use shared::{
    groups::GroupKind,
    page::PageQuery,
    permission::Role,
    vaults::{
        ChangeVault, CreateVault, DeleteVault, GetEffectiveConfiguration, ListVaults, MoveVault, VaultPlace,
        WhoseConfiguration,
    },
};
use testkit::As;

use super::{Team, content_of, wanted};

#[actix_web::test]
async fn only_who_manages_vaults_writes_them_for_others() {
    let team = Team::new().await;
    let users = team.group(GroupKind::Users).await;
    let vault = team.vault("V", "a = 1").await;
    let (app, one) = (&team.app, team.one(vault.id));
    let before = app.journal().len();
    for who in [
        As::from(&team.bob),
        As::from(&team.bobs_key),
        app.bearer(&team.bobs_key),
    ] {
        let refused = [
            app.call::<CreateVault>(&who, team.here(), (), wanted(users, "X", "a = 1"))
                .await
                .code(),
            app.call::<ChangeVault>(&who, one.clone(), (), content_of("a = 2"))
                .await
                .code(),
            app.call::<MoveVault>(&who, one.clone(), (), VaultPlace { before: None })
                .await
                .code(),
            app.call::<DeleteVault>(&who, one.clone(), (), ()).await.code(),
            app.call::<ListVaults>(&who, team.here(), PageQuery::default(), ())
                .await
                .code(),
        ];
        assert_eq!(refused, ["forbidden"; 5], "{who:?}");
    }
    assert_eq!(app.journal().len(), before);
    // A change of role counts at the next call.
    app.change_role(team.ann.workspace, &team.bob, Role::Admin);
    let changed = app
        .call::<ChangeVault>(&team.bob, one.clone(), (), content_of("a = 2"))
        .await;
    assert_eq!(changed.status, 200);
    app.change_role(team.ann.workspace, &team.bob, Role::User);
    let changed = app
        .call::<ChangeVault>(&team.bob, one, (), content_of("a = 3"))
        .await;
    assert_eq!(changed.code(), "forbidden");
}

#[actix_web::test]
async fn n03_only_who_manages_vaults_computes_the_configuration_of_another() {
    let team = Team::new().await;
    let (app, of) = (&team.app, |person: &testkit::Person| WhoseConfiguration {
        user_id: Some(person.id),
    });
    let own = app
        .call::<GetEffectiveConfiguration>(&team.bob, team.here(), of(&team.bob), ())
        .await;
    assert_eq!(own.reply().user_id, team.bob.id);
    for other in [&team.ann, &team.eve] {
        let refused = app
            .call::<GetEffectiveConfiguration>(&team.bob, team.here(), of(other), ())
            .await;
        assert_eq!((refused.status, refused.code()), (403, "forbidden"));
    }
    let theirs = app
        .call::<GetEffectiveConfiguration>(&team.ann, team.here(), of(&team.bob), ())
        .await;
    assert_eq!(theirs.reply().user_id, team.bob.id);
    let stranger = app
        .call::<GetEffectiveConfiguration>(&team.ann, team.here(), of(&team.eve), ())
        .await;
    assert_eq!((stranger.status, stranger.code()), (404, "not_found"));
}
