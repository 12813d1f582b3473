//! The description of the API, made from the endpoint types themselves, so that it cannot say anything that is not so.

use std::sync::LazyLock;

use actix_web::{HttpRequest, HttpResponse, http::header, web::Bytes};
use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};
use shared::{
    contract::{Effect, Method},
    error::{ErrorCode, Problem},
    permission::Role,
};

use crate::{
    features,
    http::{EVENTS, Mount, Schemas, etag_of},
};

/// Where the description is.
pub const PATH: &str = "/api/openapi.json";

const ABOUT: &str = "Accounts, workspaces, keys and access for teams that work with ClearML.\n\n\
    Bodies are JSON; unknown fields are refused. Times are RFC 3339 in UTC, ids are 32 hex digits. Lists are `{items, \
    next_cursor, total}`. `PATCH` changes the fields sent. What can be changed carries an `ETag`; send it as \
    `If-Match`, and a change that somebody else made meanwhile is not overwritten. A `POST` with an `Idempotency-Key` \
    that is sent again within 24 hours has one effect and gets the first answer. Every error is a problem document \
    (RFC 9457) with a `code` that stays the same and a `request_id` that names the request in the server's log.";

/// A status that errors have, with the calls it can happen to.
type When = (u16, fn(&Mount, &Shape) -> bool);

/// Which errors a call must be prepared for.
const ERRORS: &[When] = &[
    (400, |_, _| true),
    (401, |mount, _| {
        mount.caller != "public" || mount.effect != Effect::Reads
    }),
    (403, |mount, _| {
        mount.needs.is_some()
            || matches!(mount.caller, "in_person" | "operator")
            || mount.effect != Effect::Reads
    }),
    (404, |mount, _| mount.path.contains('{')),
    (408, |_, shape| shape.has_body),
    (409, |mount, _| mount.effect != Effect::Reads),
    (410, |mount, shape| {
        mount.effect != Effect::Reads && shape.has_body
    }),
    (412, |mount, _| mount.method == Method::Patch),
    (413, |_, shape| shape.has_body),
    (415, |_, shape| shape.has_body),
    (421, |_, _| true),
    (422, |mount, shape| {
        shape.has_body || shape.has_query || mount.method == Method::Post
    }),
    (429, |mount, _| mount.effect != Effect::Reads),
    (431, |_, _| true),
    (500, |_, _| true),
    (503, |_, _| true),
];

/// What a call takes and answers, as far as its errors and headers depend on it.
#[derive(Debug)]
struct Shape {
    has_query: bool,
    has_body: bool,
    has_reply: bool,
}

impl Shape {
    /// An entity tag is on JSON; a file has none.
    fn has_tag(&self, mount: &Mount) -> bool {
        self.has_reply && mount.answers_json()
    }
}

static SERVED: LazyLock<(Bytes, String)> = LazyLock::new(|| {
    let json = serde_json::to_vec(&document()).unwrap_or_default();
    let etag = etag_of(&json);
    (Bytes::from(json), etag)
});

/// `GET /api/openapi.json`.
pub(crate) async fn answer(req: HttpRequest) -> HttpResponse {
    let (json, etag) = &*SERVED;
    unless_known(&req, etag, "application/json", json)
}

/// An answer that changes with the version of the server only.
pub(crate) fn unless_known(req: &HttpRequest, etag: &str, kind: &str, content: &Bytes) -> HttpResponse {
    let known = req
        .headers()
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known == etag);
    let mut answer = if known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    answer.insert_header((header::ETAG, etag));
    answer.insert_header((header::CACHE_CONTROL, "no-cache"));
    if known {
        return answer.finish();
    }
    answer.content_type(kind).body(content.clone())
}

/// The description, `OpenAPI` 3.1.
#[must_use]
pub fn document() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    generator.subschema_for::<Problem>();
    let described: Vec<(Mount, Schemas)> = features::mounts()
        .into_iter()
        .map(|mount| {
            let schemas = (mount.schemas)(&mut generator);
            (mount, schemas)
        })
        .collect();
    let definitions = definitions(&mut generator);
    let mut paths: Map<String, Value> = Map::new();
    let mut tags: Vec<&str> = Vec::new();
    for (mount, schemas) in &described {
        let tag = tag_of(mount.path);
        if !tags.contains(&tag) {
            tags.push(tag);
        }
        let at_path = paths.entry(mount.path).or_insert_with(|| json!({}));
        if let Value::Object(methods) = at_path {
            let method = mount.method.as_str().to_ascii_lowercase();
            methods.insert(method, operation(mount, schemas, &definitions, tag));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Clearance",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Accounts, workspaces, keys and access for teams that work with ClearML.",
            "description": ABOUT,
            "license": { "name": "Apache-2.0 OR MIT" },
        },
        "servers": [{ "url": "/" }],
        "tags": tags.into_iter().map(|name| json!({ "name": name })).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": definitions,
            "responses": error_responses(),
            "parameters": parameters(),
            "headers": {
                "RequestId": { "description": "Names the request in the server's log.", "schema": { "type": "string" } },
                "ETag": { "description": "Changes whenever the answer does.", "schema": { "type": "string" } },
                "ContentDisposition": { "description": "That it is a file to save, and its name.", "schema": { "type": "string" } },
                "Location": { "description": "Where the new thing is.", "schema": { "type": "string" } },
            },
            "securitySchemes": {
                "key_pair": { "type": "http", "scheme": "basic",
                    "description": "An access key as name and its secret key as password." },
                "token": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                    "description": "A token made with a key pair. It ends with its key at the latest." },
                "session": { "type": "apiKey", "in": "cookie", "name": "__Host-session",
                    "description": "A person in a browser. Changes need the header `X-Clearance-Client` as well." },
            },
        },
    })
}

fn definitions(generator: &mut SchemaGenerator) -> Map<String, Value> {
    generator.take_definitions(true).into_iter().collect()
}

/// The feature an address belongs to: the last thing that it names.
fn tag_of(path: &str) -> &str {
    let mut names = path
        .trim_start_matches("/api/v1/")
        .split('/')
        .filter(|part| !part.starts_with('{'));
    let first = names.next().unwrap_or_default();
    match (first, names.next()) {
        ("me", Some("sessions")) => "session",
        ("me", Some(inner @ ("invitations" | "notifications"))) | ("workspaces", Some(inner)) => inner,
        ("me", _) => "account",
        (other, _) => other,
    }
}

fn operation(mount: &Mount, schemas: &Schemas, definitions: &Map<String, Value>, tag: &str) -> Value {
    let shape = Shape {
        has_query: !is_nothing(schemas.query.as_value()),
        has_body: !is_nothing(schemas.body.as_value()),
        has_reply: !is_nothing(schemas.reply.as_value()),
    };
    let about = mount.about.split_whitespace().collect::<Vec<_>>().join(" ");
    let summary = about.split_inclusive(". ").next().unwrap_or(&about).trim();
    let mut operation = json!({
        "operationId": mount.name,
        "tags": [tag],
        "summary": summary.trim_end_matches('.'),
        "description": format!("{about} {}", who_may(mount)),
        "security": security(mount.caller),
        "parameters": parameters_of(mount, schemas, definitions, &shape),
        "responses": responses(mount, schemas, &shape),
    });
    if let (true, Value::Object(fields)) = (shape.has_body, &mut operation) {
        let required = schemas.body.as_value().get("$ref").is_some();
        fields.insert(
            "requestBody".to_owned(),
            json!({
                "required": required,
                "content": { "application/json": { "schema": schemas.body.as_value() } },
            }),
        );
    }
    operation
}

fn is_nothing(schema: &Value) -> bool {
    schema.get("type").is_some_and(|kind| kind == "null")
}

/// Who may call, in a sentence.
fn who_may(mount: &Mount) -> String {
    if let Some(permission) = mount.needs {
        let roles: Vec<String> = Role::ALL
            .into_iter()
            .filter(|role| role.grants(permission))
            .map(|role| format!("`{}`", role.as_str()))
            .collect();
        let name = serde_json::to_value(permission).unwrap_or_default();
        return format!(
            "For members of the workspace who may {} (`{}`): the role {}{}.",
            permission.sentence(),
            name.as_str().unwrap_or_default(),
            roles.join(" or "),
            if mount.caller == "member_in_person" {
                ", signed in with a browser; a key or token cannot do this"
            } else {
                ""
            }
        );
    }
    match mount.caller {
        "public" => "For anybody, signed in or not.",
        "in_person" => "For a person signed in with a browser; a key or token cannot do this.",
        "operator" => "For operators of the server, signed in with a browser.",
        _ => "For everybody who is signed in.",
    }
    .to_owned()
}

fn security(caller: &str) -> Value {
    match caller {
        "public" => json!([]),
        "in_person" | "member_in_person" | "operator" => json!([{ "session": [] }]),
        _ => json!([{ "key_pair": [] }, { "token": [] }, { "session": [] }]),
    }
}

fn parameters_of(
    mount: &Mount,
    schemas: &Schemas,
    definitions: &Map<String, Value>,
    shape: &Shape,
) -> Vec<Value> {
    let in_path = mount
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            let schema = if name.ends_with("_id") {
                json!({ "type": "string", "pattern": "^[0-9a-f]{32}$" })
            } else {
                json!({ "type": "string" })
            };
            let about = format!("Which {}.", name.trim_end_matches("_id").replace('_', " "));
            json!({ "name": name, "in": "path", "required": true, "description": about, "schema": schema })
        });
    let query = resolve(schemas.query.as_value(), definitions);
    let required: Vec<&str> = query
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let properties = query
        .get("properties")
        .and_then(Value::as_object)
        .filter(|_| shape.has_query);
    let in_query = properties.into_iter().flatten().map(|(name, schema)| {
        json!({
            "name": name,
            "in": "query",
            "required": required.contains(&name.as_str()),
            "description": schema.get("description").cloned().unwrap_or_default(),
            "schema": schema,
        })
    });
    let mut headers = Vec::new();
    if mount.method == Method::Post && mount.caller != "public" {
        headers.push("IdempotencyKey");
    }
    if mount.method == Method::Patch {
        headers.push("IfMatch");
    }
    if mount.method == Method::Get && shape.has_tag(mount) {
        headers.push("IfNoneMatch");
    }
    if mount.effect != Effect::Reads && mount.caller != "public" {
        headers.push("Client");
    }
    let headers = headers
        .into_iter()
        .map(|name| json!({ "$ref": format!("#/components/parameters/{name}") }));
    in_path.chain(in_query).chain(headers).collect()
}

/// The schema behind a reference, or the schema itself.
pub(crate) fn resolve<'a>(schema: &'a Value, definitions: &'a Map<String, Value>) -> &'a Value {
    schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| reference.strip_prefix("#/components/schemas/"))
        .and_then(|name| definitions.get(name))
        .unwrap_or(schema)
}

fn responses(mount: &Mount, schemas: &Schemas, shape: &Shape) -> Value {
    let mut all = Map::new();
    let mut headers = Map::from_iter([header("X-Request-Id", "RequestId")]);
    if shape.has_tag(mount) && matches!(mount.method, Method::Get | Method::Patch) {
        headers.extend([header("ETag", "ETag")]);
    }
    if mount.is_file {
        headers.extend([header("Content-Disposition", "ContentDisposition")]);
    }
    let (status, said) = match mount.effect {
        Effect::Creates => {
            headers.extend([header("Location", "Location")]);
            ("201", "Made.")
        }
        _ if !shape.has_reply => ("204", "Done; there is nothing to say."),
        Effect::Reads if mount.is_file => ("200", "The file, sent as it is made."),
        Effect::Reads if mount.media == EVENTS => {
            ("200", "The events, as they happen, until the session ends.")
        }
        Effect::Reads => ("200", "The answer."),
        Effect::Changes => ("200", "Done."),
    };
    let mut done = json!({ "description": said, "headers": headers });
    if let (true, Value::Object(fields)) = (shape.has_reply, &mut done) {
        let content = mount
            .media
            .iter()
            .map(|media| ((*media).to_owned(), json!({ "schema": schemas.reply.as_value() })));
        fields.insert("content".to_owned(), Value::Object(content.collect()));
    }
    all.insert(status.to_owned(), done);
    if mount.method == Method::Get && shape.has_tag(mount) {
        all.insert(
            "304".to_owned(),
            json!({ "description": "Not changed since `If-None-Match`." }),
        );
    }
    for (status, applies) in ERRORS {
        if applies(mount, shape) {
            all.insert(
                status.to_string(),
                json!({ "$ref": format!("#/components/responses/Error{status}") }),
            );
        }
    }
    Value::Object(all)
}

fn header(name: &str, component: &str) -> (String, Value) {
    (
        name.to_owned(),
        json!({ "$ref": format!("#/components/headers/{component}") }),
    )
}

/// One response for each status that an error can have, with the codes that have it.
fn error_responses() -> Map<String, Value> {
    let mut all = Map::new();
    for code in ErrorCode::ALL {
        let same: Vec<&ErrorCode> = ErrorCode::ALL
            .iter()
            .filter(|other| other.status() == code.status())
            .collect();
        let sentences: Vec<String> = same
            .iter()
            .map(|code| format!("- `{}`: {}", code.as_str(), code.title()))
            .collect();
        let codes: Vec<&str> = same.iter().map(|code| code.as_str()).collect();
        let schema = json!({
            "allOf": [
                { "$ref": "#/components/schemas/Problem" },
                { "properties": { "status": { "const": code.status() }, "code": { "enum": codes } } },
            ],
        });
        let mut headers = Map::from_iter([header("X-Request-Id", "RequestId")]);
        if code.status() == 429 {
            let retry = json!({ "description": "Seconds to wait.", "schema": { "type": "integer" } });
            headers.insert("Retry-After".to_owned(), retry);
        }
        let response = json!({
            "description": sentences.join("\n"),
            "headers": headers,
            "content": { "application/problem+json": { "schema": schema } },
        });
        all.insert(format!("Error{}", code.status()), response);
    }
    all
}

fn parameters() -> Value {
    let in_header = |name: &str, about: &str| {
        let schema = json!({ "type": "string" });
        json!({ "name": name, "in": "header", "required": false, "description": about, "schema": schema })
    };
    json!({
        "IdempotencyKey": in_header("Idempotency-Key",
            "1 to 255 visible characters of your choice. Sent again within 24 hours, the request has one effect and \
             gets the first answer."),
        "IfMatch": in_header("If-Match", "The `ETag` of what is to be changed: refused with 412 if it changed meanwhile."),
        "IfNoneMatch": in_header("If-None-Match", "The `ETag` of what you have: answered with 304 if it is still so."),
        "Client": in_header("X-Clearance-Client", "`app`. Needed for changes made with the session cookie, and only there."),
    })
}
