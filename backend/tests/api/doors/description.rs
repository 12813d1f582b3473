//! The description of the API: complete, sound in itself, and readable as a page.

use std::collections::BTreeSet;

use backend::{features, openapi};
use serde_json::Value;
use testkit::{As, TestApp};

fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get("$ref") {
                found.push(reference);
            }
            fields.values().for_each(|inner| references(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| references(inner, found)),
        _ => {}
    }
}

fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap();
            methods
                .iter()
                .map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
        })
        .collect()
}

/// A parameter or response, behind its reference if it has one.
fn behind<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).unwrap(),
        None => value,
    }
}

#[test]
fn every_reference_of_the_description_leads_somewhere() {
    let document = openapi::document();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 100, "{}", found.len());
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[test]
fn every_route_is_described_once_under_its_own_name() {
    let document = openapi::document();
    let mounted: BTreeSet<(String, String, String)> = features::mounts()
        .iter()
        .map(|mount| {
            (
                mount.path.to_owned(),
                mount.method.as_str().to_ascii_lowercase(),
                mount.name.to_owned(),
            )
        })
        .collect();
    let described: BTreeSet<(String, String, String)> = operations(&document)
        .into_iter()
        .map(|(path, method, operation)| {
            let name = operation["operationId"].as_str().unwrap();
            (path.to_owned(), method.to_owned(), name.to_owned())
        })
        .collect();
    assert_eq!(described, mounted);
    let names: BTreeSet<&String> = described.iter().map(|(_, _, name)| name).collect();
    assert_eq!(names.len(), described.len(), "two calls share a name");
}

#[test]
fn every_call_says_what_it_does_who_may_and_what_it_takes() {
    let document = openapi::document();
    assert_eq!(document["openapi"], "3.1.0");
    let tags: Vec<&str> = list(&document["tags"])
        .map(|tag| tag["name"].as_str().unwrap())
        .collect();
    for (path, method, operation) in operations(&document) {
        let what = format!("{method} {path}");
        assert!(
            operation["summary"].as_str().is_some_and(|text| !text.is_empty()),
            "{what}"
        );
        assert!(
            operation["description"].as_str().unwrap().contains("For "),
            "{what}: who may call"
        );
        assert!(tags.contains(&operation["tags"][0].as_str().unwrap()), "{what}");
        let parameters: Vec<&Value> = list(&operation["parameters"])
            .map(|parameter| behind(&document, parameter))
            .collect();
        let in_path: Vec<&str> = parameters
            .iter()
            .filter(|parameter| parameter["in"] == "path")
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect();
        let in_address: Vec<&str> = path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .collect();
        assert_eq!(in_path, in_address, "{what}");
        for parameter in &parameters {
            assert!(parameter["schema"].is_object(), "{what}: {parameter}");
        }
        let schemes = document["components"]["securitySchemes"].as_object().unwrap();
        for name in list(&operation["security"]).flat_map(|scheme| scheme.as_object().unwrap().keys()) {
            assert!(schemes.contains_key(name), "{what}: {name}");
        }
    }
}

#[test]
fn every_call_has_one_good_answer_and_problems_with_codes() {
    let document = openapi::document();
    for (path, method, operation) in operations(&document) {
        let what = format!("{method} {path}");
        let responses = operation["responses"].as_object().unwrap();
        let good = responses.keys().filter(|status| status.starts_with('2')).count();
        assert_eq!(good, 1, "{what}");
        for (status, response) in responses {
            let response = behind(&document, response);
            assert!(response["description"].is_string(), "{what} {status}");
            if status.as_str() >= "400" {
                let schema = &response["content"]["application/problem+json"]["schema"];
                assert!(
                    schema["allOf"][1]["properties"]["code"]["enum"][0].is_string(),
                    "{what} {status}"
                );
            }
            if status == "201" {
                assert!(response["headers"]["Location"].is_object(), "{what}");
            }
        }
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().unwrap().iter()
}

#[test]
fn every_error_code_is_in_the_description() {
    let document = openapi::document();
    let responses = document["components"]["responses"].as_object().unwrap();
    let described: BTreeSet<&str> = responses
        .values()
        .flat_map(|response| {
            let schema = &response["content"]["application/problem+json"]["schema"];
            schema["allOf"][1]["properties"]["code"]["enum"]
                .as_array()
                .unwrap()
        })
        .map(|code| code.as_str().unwrap())
        .collect();
    let all: BTreeSet<&str> = shared::error::ErrorCode::ALL
        .iter()
        .map(|code| code.as_str())
        .collect();
    assert_eq!(described, all);
}

#[test]
fn every_name_that_programs_will_use_is_one_they_can_use() {
    let document = openapi::document();
    for group in ["schemas", "responses", "parameters", "headers", "securitySchemes"] {
        for name in document["components"][group].as_object().unwrap().keys() {
            let plain = name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
            assert!(plain, "{group}/{name}");
        }
    }
}

#[actix_web::test]
async fn the_description_is_there_for_anybody_and_kept_until_it_changes() {
    let app = TestApp::start().await;
    for (address, kind) in [
        ("/api/openapi.json", "application/json"),
        ("/api/docs", "text/html; charset=utf-8"),
        ("/api/docs.css", "text/css; charset=utf-8"),
    ] {
        let answer = app.raw(app.request("GET", address, As::Nobody)).await;
        assert_eq!(answer.status, 200, "{address}");
        assert_eq!(answer.header("content-type"), Some(kind), "{address}");
        assert_eq!(answer.header("cache-control"), Some("no-cache"), "{address}");
        let etag = answer.header("etag").unwrap();
        let again = app
            .request("GET", address, As::Nobody)
            .insert_header(("if-none-match", etag));
        assert_eq!(app.raw(again).await.status, 304, "{address}");
    }
    let answer = app.raw(app.request("GET", "/api/openapi.json", As::Nobody)).await;
    assert_eq!(answer.json(), openapi::document());
}

#[actix_web::test]
async fn the_page_shows_every_call_with_an_example_and_needs_neither_scripts_nor_a_network() {
    let app = TestApp::start().await;
    let html = app.raw(app.request("GET", "/api/docs", As::Nobody)).await.text();
    let document = openapi::document();
    for (path, _, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(html.contains(&format!("<h3 id=\"{id}\">")), "{id}");
        assert!(
            html.contains(&format!("href=\"#{id}\"")),
            "{id} is in the navigation"
        );
        assert!(html.contains(path), "{path}");
    }
    assert_eq!(
        html.matches("<h4>Example</h4>").count(),
        operations(&document).len()
    );
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(html.contains(&format!("id=\"type-{name}\"")), "{name}");
    }
    assert!(
        !html.contains("<script") && !html.contains("style="),
        "the policy forbids both"
    );
    let addresses = html.split("href=\"").skip(1).chain(html.split("src=\"").skip(1));
    for address in addresses {
        assert!(address.starts_with(['#', '/']), "{}", &address[..30]);
    }
    let links: BTreeSet<&str> = html
        .split("href=\"#")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    for link in links {
        assert!(html.contains(&format!("id=\"{link}\"")), "#{link} leads nowhere");
    }
}
