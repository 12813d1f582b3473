//! An example of each call, as one types it into a shell.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::Call;
use crate::openapi::resolve;

/// How deep an example goes.
const DEEPEST: usize = 6;

/// The call with curl.
pub(super) fn curl(call: &Call<'_>, types: &Map<String, Value>) -> String {
    let mut line = String::from("curl");
    let schemes: Vec<&str> = call
        .operation
        .pointer("/security")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|scheme| scheme.as_object()?.keys().next().map(String::as_str))
        .collect();
    let changes = call.method != "get";
    if schemes.contains(&"key_pair") {
        line.push_str(" -u \"$KEY:$SECRET\"");
    } else if schemes.contains(&"session") {
        line.push_str(" -b cookies.txt");
        if changes {
            line.push_str(" \\\n  -H 'X-Clearance-Client: app'");
        }
    }
    if !matches!(call.method, "get" | "post") {
        let _ = write!(line, " -X {}", call.method.to_ascii_uppercase());
    }
    let body = call
        .operation
        .pointer("/requestBody/content/application~1json/schema");
    if let Some(schema) = body {
        let sample = value("", schema, types, 0);
        let _ = write!(line, " \\\n  --json '{sample}'");
    } else if call.method == "post" {
        line.push_str(" -X POST");
    }
    if call
        .operation
        .pointer("/responses/200/headers/Content-Disposition")
        .is_some()
    {
        line.push_str(" -OJ");
    }
    let _ = write!(line, " \\\n  \"$SERVER{}\"", with_variables(call.path));
    line
}

/// `{workspace_id}` becomes `$WORKSPACE_ID`.
fn with_variables(path: &str) -> String {
    let parts =
        path.split('/').map(
            |part| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                Some(name) => format!("${}", name.to_ascii_uppercase()),
                None => part.to_owned(),
            },
        );
    parts.collect::<Vec<_>>().join("/")
}

/// A value of the form of `schema`, for the field `name`.
fn value(name: &str, schema: &Value, types: &Map<String, Value>, depth: usize) -> Value {
    let schema = resolve(schema, types);
    if depth > DEEPEST {
        return Value::Null;
    }
    if let Some(word) = schema.get("const") {
        return word.clone();
    }
    if let Some(first) = schema.pointer("/enum/0") {
        return first.clone();
    }
    if let Some(first) = ["/oneOf/0", "/anyOf/0", "/allOf/0"]
        .iter()
        .find_map(|place| schema.pointer(place))
    {
        return value(name, first, types, depth + 1);
    }
    let kind = schema.get("type");
    let kind = kind
        .and_then(Value::as_str)
        .or_else(|| kind.and_then(|kinds| kinds.as_array()?.first()?.as_str()));
    match kind {
        Some("object") => fields(schema, types, depth),
        Some("array") => Value::Array(
            schema
                .get("items")
                .map(|item| value(name, item, types, depth + 1))
                .into_iter()
                .collect(),
        ),
        Some("integer" | "number") => json!(30),
        Some("boolean") => json!(true),
        Some("string") => json!(word_for(name, schema)),
        _ => Value::Null,
    }
}

/// The fields that must be there; if none must, all of them.
fn fields(schema: &Value, types: &Map<String, Value>, depth: usize) -> Value {
    let empty = Map::new();
    let properties = schema
        .get("properties")
        .and_then(Value::as_object)
        .unwrap_or(&empty);
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let chosen = properties
        .iter()
        .filter(|(name, _)| required.is_empty() || required.contains(&name.as_str()));
    chosen
        .map(|(name, field)| (name.clone(), value(name, field, types, depth + 1)))
        .collect()
}

fn word_for(name: &str, schema: &Value) -> &'static str {
    if schema.get("format").is_some_and(|format| format == "date-time") {
        return "2030-01-31T12:00:00Z";
    }
    match name {
        "email" => "ann@example.com",
        "password" | "current" | "new" => "a long sentence is a good password",
        "token" => "...",
        "name" => "Ann",
        "label" => "Training on the cluster",
        _ => "text",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_fills_in_what_is_required() {
        let types = json!({
            "Email": { "type": "string" },
            "New": {
                "type": "object",
                "properties": { "email": { "$ref": "#/components/schemas/Email" }, "days": { "type": ["integer", "null"] } },
                "required": ["email"],
            },
        });
        let types = types.as_object().unwrap();
        let operation = json!({
            "security": [{ "session": [] }],
            "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/New" } } } },
        });
        let call = Call {
            method: "patch",
            path: "/api/v1/people/{user_id}",
            operation: &operation,
        };
        assert_eq!(
            curl(&call, types),
            "curl -b cookies.txt \\\n  -H 'X-Clearance-Client: app' -X PATCH \\\n  --json '{\"email\":\"ann@example.com\"}' \
             \\\n  \"$SERVER/api/v1/people/$USER_ID\""
        );
    }
}
