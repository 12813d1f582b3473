//! Other ways to the same routes: another site, another spelling of the address, another method.

use actix_web::test::TestRequest;
use shared::contract::Effect;
use testkit::As;

use super::world::{World, mounts, shows_nothing_of};

#[actix_web::test]
async fn a_change_that_another_site_makes_a_browser_send_is_refused() {
    let world = World::new().await;
    let app = &world.app;
    for mount in mounts().iter().filter(|mount| mount.effect != Effect::Reads) {
        let body = world.good_body(mount).await;
        let who = if mount.caller == "public" {
            As::Nobody
        } else {
            As::from(&world.ann.person)
        };
        let before = app.journal().len();
        let sent = || world.request(mount, &world.ann, &who, &body);
        let foreign = [
            sent().insert_header(("sec-fetch-site", "cross-site")),
            sent().insert_header(("sec-fetch-site", "same-site")),
            sent().insert_header(("sec-fetch-site", "none")),
        ];
        for request in foreign {
            let answer = app.raw(request).await;
            assert_eq!((answer.status, answer.code()), (403, "not_from_app"), "{mount:?}");
        }
        assert_eq!(app.journal().len(), before, "{mount:?} changed something");
    }
}

#[actix_web::test]
async fn a_change_with_the_cookie_needs_the_apps_own_header() {
    let world = World::new().await;
    let app = &world.app;
    let cookie = format!(
        "{}={}",
        backend::http::cookie_name(app.state.config()),
        world.ann.person.cookie
    );
    let changes = mounts().into_iter().filter(|mount| mount.effect != Effect::Reads);
    for mount in changes.filter(|mount| mount.caller != "public") {
        let address = world.ann.fill(mount.path);
        let request = TestRequest::with_uri(&address)
            .method(mount.method.as_str().parse().unwrap())
            .insert_header(("host", "clearance.test"))
            .insert_header(("cookie", cookie.clone()));
        let body = world.good_body(&mount).await;
        let answer = app
            .raw(if body.is_null() {
                request
            } else {
                request.set_json(&body)
            })
            .await;
        assert_eq!((answer.status, answer.code()), (403, "not_from_app"), "{mount:?}");
    }
}

#[actix_web::test]
async fn no_other_spelling_of_an_address_gets_in() {
    let world = World::new().await;
    let app = &world.app;
    for mount in mounts().iter().filter(|mount| mount.caller != "public") {
        let address = world.ann.fill(mount.path);
        let spellings = [
            format!("{address}/"),
            format!("/{address}"),
            address.replacen("/api/v1/", "/api//v1/", 1),
            address.replacen("/api/v1/", "/api/v1/./", 1),
            address.replacen("/api/v1/", "/API/V1/", 1),
            address.replacen("/api/v1/", "/api/v1/x/../", 1),
            address.replacen("/api/v1/", "/api/v1/%2e%2e/v1/", 1),
            address.replacen("/api/v1/", "/v1/", 1),
            address.replacen("/api/v1/", "/ajax-api/v1/", 1),
            format!("{address};x=y"),
            format!("{address}%00"),
            format!("{address}.json"),
        ];
        for spelling in spellings {
            for who in [As::Nobody, As::from(&world.eve.person)] {
                let answer = app.raw(app.request(mount.method.as_str(), &spelling, &who)).await;
                shows_nothing_of(&world.ann, &spelling, &answer);
                assert!(answer.status < 500, "{spelling}: {}", answer.text());
                let page = answer
                    .header("content-type")
                    .is_some_and(|kind| kind.starts_with("text/html"));
                assert!(
                    page || answer.status >= 400,
                    "{spelling} answered {}",
                    answer.text()
                );
            }
        }
    }
}

#[actix_web::test]
async fn a_method_that_is_not_mounted_is_named_as_such() {
    let world = World::new().await;
    let all = mounts();
    for mount in &all {
        for method in ["PUT", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"] {
            let request = world
                .app
                .request(method, &world.ann.fill(mount.path), &world.ann.person);
            let answer = world
                .app
                .raw(request.insert_header(("origin", "https://evil.test")))
                .await;
            assert_eq!(
                (answer.status, answer.code()),
                (405, "method_not_allowed"),
                "{method} {}",
                mount.path
            );
            let allowed = answer.header("allow").unwrap_or_default().to_owned();
            assert!(
                allowed.split(", ").any(|word| word == mount.method.as_str()),
                "{}: {allowed}",
                mount.path
            );
            assert_eq!(
                answer.header("access-control-allow-origin"),
                None,
                "{}",
                mount.path
            );
        }
    }
}
