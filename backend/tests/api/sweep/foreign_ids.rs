//! Every id of another workspace in every place where an id can stand: it opens nothing and shows nothing.

use serde_json::Value;
use testkit::{Answer, As};

use super::world::{Things, World, mounts};

/// Everything that names something of Ann's, by which Eve might ask for it.
fn ids_of(things: &Things) -> Vec<String> {
    vec![
        things.person.id.to_string(),
        things.person.workspace.to_string(),
        things.person.session.to_string(),
        things.key.access_key.clone(),
        things.other_session.clone(),
        things.invitation.clone(),
        things.sent_to_them.clone(),
        things.notification.clone(),
        things.vault.clone(),
    ]
}

/// The answer shows nothing of Ann but what was sent: an id comes back as the name that somebody gave to a thing.
fn shows_only_what_was_sent(ann: &Things, sent: &[String], what: &str, answer: &Answer<Value>) {
    let all = format!("{:?} {}", answer.headers, answer.text());
    for secret in ann.secrets_to_others() {
        assert!(
            sent.contains(&secret) || !all.contains(&secret),
            "{what} shows {secret}: {all}"
        );
    }
    assert!(answer.status < 500, "{what}: {}", answer.text());
}

/// `path` with `id` in the place of one parameter, and Eve's own things in the others.
fn addresses(eve: &Things, path: &str, id: &str) -> Vec<String> {
    let names: Vec<&str> = path
        .split('/')
        .filter(|part| part.starts_with('{') && part.ends_with('}'))
        .collect();
    names
        .iter()
        .map(|name| eve.fill(&path.replace(name, id)))
        .collect()
}

#[actix_web::test]
async fn attack_21_no_id_of_another_workspace_in_any_place_of_an_address_opens_anything() {
    let world = World::new().await;
    let (app, ann, eve) = (&world.app, &world.ann, &world.eve);
    let callers = [As::from(&eve.person), As::from(&eve.key), app.bearer(&eve.key)];
    let mut swept = 0;
    for mount in mounts() {
        let body = world.good_body(&mount).await;
        for id in ids_of(ann) {
            for address in addresses(eve, mount.path, &id) {
                for who in &callers {
                    let request = app.request(mount.method.as_str(), &address, who);
                    let request = if body.is_null() {
                        request
                    } else {
                        request.set_json(&body)
                    };
                    let answer = app.raw(request).await;
                    let what = format!("{} {address} as {who:?}", mount.method.as_str());
                    let refused = [403, 404].contains(&answer.status);
                    assert!(refused, "{what}: {} {}", answer.status, answer.text());
                    shows_only_what_was_sent(ann, std::slice::from_ref(&id), &what, &answer);
                    swept += 1;
                }
            }
        }
    }
    assert!(swept > 300, "{swept}");
}

/// What Ann sees of her own: if any of it changes, somebody else has changed it.
async fn seen_by_ann(world: &World) -> Vec<String> {
    let ann = &world.ann;
    let mut seen = Vec::new();
    for mount in mounts() {
        let hers = mount.method.as_str() == "GET" && ["member", "signed_in"].contains(&mount.caller);
        // How often she looks is counted.
        if hers && mount.name != "GetUsage" {
            let answer = world.send(&mount, &ann.person, &Value::Null).await;
            seen.push(format!("{} {} {}", mount.path, answer.status, answer.text()));
        }
    }
    seen
}

#[actix_web::test]
async fn attack_21_no_id_of_another_workspace_in_a_body_reaches_it() {
    let world = World::new().await;
    let (app, ann, eve) = (&world.app, &world.ann, &world.eve);
    let before = seen_by_ann(&world).await;
    let mut swept = 0;
    let changes = mounts()
        .into_iter()
        .filter(|mount| mount.needs.is_some() || mount.caller == "signed_in");
    for mount in changes {
        let good = world.good_body(&mount).await;
        let Some(fields) = good.as_object() else { continue };
        for field in fields.keys() {
            for id in ids_of(ann) {
                let mut body = good.clone();
                body[field] = Value::String(id.clone());
                // What Eve makes of her own things does not matter here; that they are still there does.
                let answer = app.raw(world.request(&mount, eve, &eve.person, &body)).await;
                let what = format!("{} {} {field}={id}", mount.method.as_str(), mount.path);
                shows_only_what_was_sent(ann, &ids_of(ann), &what, &answer);
                swept += 1;
            }
        }
    }
    assert!(swept > 30, "{swept}");
    assert_eq!(seen_by_ann(&world).await, before, "nothing of Ann's has changed");
}
