//! Writes the page's HTML. Every text from outside goes through [`text`].

use serde_json::{Map, Value};

use crate::openapi::resolve;

/// HTML being written.
#[derive(Debug, Default)]
pub(super) struct Html(String);

/// A text as HTML.
pub(super) fn text(plain: &str) -> String {
    plain
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

impl Html {
    pub(super) fn raw(&mut self, html: &str) {
        self.0.push_str(html);
    }

    pub(super) fn open(&mut self, element: &str, attributes: &str) {
        self.raw(&format!("<{element} {attributes}>"));
    }

    pub(super) fn close(&mut self, element: &str) {
        self.raw(&format!("</{element}>"));
    }

    pub(super) fn finish(self) -> String {
        self.0
    }

    /// A paragraph; what stands between backquotes is code.
    pub(super) fn paragraph(&mut self, plain: &str) {
        if !plain.is_empty() {
            self.raw("<p>");
            self.inline(plain);
            self.raw("</p>");
        }
    }

    /// The same without the paragraph.
    pub(super) fn inline(&mut self, plain: &str) {
        for (place, part) in plain.split('`').enumerate() {
            if place % 2 == 1 {
                self.raw(&format!("<code>{}</code>", text(part)));
            } else {
                self.raw(&text(part));
            }
        }
    }

    /// Lines to copy.
    pub(super) fn code(&mut self, lines: &str) {
        self.raw(&format!("<pre tabindex=\"0\"><code>{}</code></pre>", text(lines)));
    }

    /// What a value of `schema` holds: its fields in a table, or its form in a line.
    pub(super) fn fields(&mut self, schema: &Value, types: &Map<String, Value>) {
        let inner = resolve(schema, types);
        if let Some(name) = type_name(schema) {
            self.raw(&format!(
                "<p><a href=\"#type-{name}\"><code>{}</code></a></p>",
                text(name)
            ));
        }
        let Some(properties) = inner.get("properties").and_then(Value::as_object) else {
            self.raw(&format!("<p>{}</p>", form(inner)));
            return;
        };
        let required = inner.get("required").and_then(Value::as_array);
        let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|one| one == name));
        self.raw(
            "<div class=\"wide\"><table><thead><tr><th scope=\"col\">Field</th><th scope=\"col\">Form</th>",
        );
        self.raw("<th scope=\"col\">What</th></tr></thead><tbody>");
        for (name, field) in properties {
            let mark = if is_required(name) {
                " <em>required</em>"
            } else {
                ""
            };
            self.raw(&format!(
                "<tr><th scope=\"row\"><code>{}</code>{mark}</th><td>{}</td><td>",
                text(name),
                form(field)
            ));
            let own = field.get("description").and_then(Value::as_str);
            self.inline(own.unwrap_or_default());
            self.raw("</td></tr>");
        }
        self.raw("</tbody></table></div>");
    }
}

/// The name of the type that a schema refers to.
fn type_name(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.rsplit('/').next()
}

/// The form of a value in a few words of HTML.
fn form(schema: &Value) -> String {
    if let Some(name) = type_name(schema) {
        return format!("<a href=\"#type-{name}\">{}</a>", text(name));
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        return alternatives(words.iter().map(literal));
    }
    if let Some(word) = schema.get("const") {
        return literal(word);
    }
    let several = ["oneOf", "anyOf", "allOf"]
        .into_iter()
        .find_map(|name| schema.get(name)?.as_array());
    if let Some(several) = several {
        return alternatives(several.iter().map(form));
    }
    match schema.get("type") {
        Some(Value::String(kind)) if kind == "array" => {
            let items = schema.get("items").map_or_else(|| "anything".to_owned(), form);
            format!("list of {items}")
        }
        Some(Value::String(kind)) => match schema.get("format").and_then(Value::as_str) {
            Some(format) => format!("{} ({})", text(kind), text(format)),
            None => text(kind),
        },
        Some(Value::Array(kinds)) => alternatives(kinds.iter().filter_map(Value::as_str).map(text)),
        _ => "anything".to_owned(),
    }
}

fn alternatives(forms: impl Iterator<Item = String>) -> String {
    forms.collect::<Vec<_>>().join(" or ")
}

fn literal(value: &Value) -> String {
    format!("<code>{}</code>", text(&value.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        let mut html = Html::default();
        html.paragraph("<script> & `<b>`");
        assert_eq!(
            html.finish(),
            "<p>&lt;script&gt; &amp; <code>&lt;b&gt;</code></p>"
        );
    }

    #[test]
    fn forms_are_told_in_words() {
        assert_eq!(form(&json!({ "type": ["string", "null"] })), "string or null");
        assert_eq!(
            form(&json!({ "type": "array", "items": { "$ref": "#/components/schemas/Vault" } })),
            "list of <a href=\"#type-Vault\">Vault</a>"
        );
        assert_eq!(
            form(&json!({ "enum": ["a", "b"] })),
            "<code>&quot;a&quot;</code> or <code>&quot;b&quot;</code>"
        );
    }
}
