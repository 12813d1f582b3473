//! The test kit itself: a person it makes is one to the server.

use shared::permission::Role;
use testkit::{As, TestApp};

#[actix_web::test]
async fn what_the_test_kit_makes_is_real() {
    let app = TestApp::start().await;
    let admin = app.set_up();
    let ann = app.password_person("ann");
    app.member(admin.workspace, &ann, Role::User);
    let key = app.key(&ann, admin.workspace);
    let token = app.bearer(&key);
    for who in [
        As::Nobody,
        As::from(&admin),
        As::from(&ann),
        As::from(&key),
        token,
    ] {
        let a = app.raw(app.request("GET", "/api/v1/workspaces", &who)).await;
        println!("{} {}", a.status, a.text());
    }
    let all = app.race(4, async |app, _| {
        app.raw(app.request("GET", "/x", As::Nobody)).await.status
    });
    println!("{all:?}");
    app.revoke(&key);
    app.disable(&ann);
    app.remove_member(admin.workspace, &ann);
}
