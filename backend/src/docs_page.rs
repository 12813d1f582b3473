//! The description of the API as a page for people: made from the same document, readable without a network and
//! without scripts.

mod markup;
mod sample;

use std::sync::LazyLock;

use actix_web::{HttpRequest, HttpResponse, web::Bytes};
use serde_json::{Map, Value};

use self::{
    markup::{Html, text},
    sample::curl,
};
use crate::{
    http::etag_of,
    openapi::{self, unless_known},
};

/// Where the page is.
pub(crate) const PATH: &str = "/api/docs";
/// Where its style is.
pub(crate) const STYLE_PATH: &str = "/api/docs.css";

const STYLE: &str = include_str!("docs_page/docs.css");

static PAGE: LazyLock<(Bytes, String)> = LazyLock::new(|| {
    let html = page(&openapi::document());
    let etag = etag_of(html.as_bytes());
    (Bytes::from(html), etag)
});
static STYLE_ETAG: LazyLock<String> = LazyLock::new(|| etag_of(STYLE.as_bytes()));

/// `GET /api/docs`.
pub(crate) async fn answer(req: HttpRequest) -> HttpResponse {
    let (html, etag) = &*PAGE;
    unless_known(&req, etag, "text/html; charset=utf-8", html)
}

/// `GET /api/docs.css`.
pub(crate) async fn style(req: HttpRequest) -> HttpResponse {
    let content = Bytes::from_static(STYLE.as_bytes());
    unless_known(&req, &STYLE_ETAG, "text/css; charset=utf-8", &content)
}

/// One call, with where it is.
#[derive(Debug, Clone, Copy)]
struct Call<'a> {
    method: &'a str,
    path: &'a str,
    operation: &'a Value,
}

impl Call<'_> {
    fn get(&self, field: &str) -> &str {
        string(self.operation, field)
    }
}

fn string<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn object<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value
        .pointer(pointer)
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
}

fn page(document: &Value) -> String {
    let calls: Vec<Call<'_>> = object(document, "/paths")
        .flat_map(|(path, methods)| {
            object(methods, "").map(move |(method, operation)| Call {
                method,
                path,
                operation,
            })
        })
        .collect();
    let tags: Vec<&str> = document
        .pointer("/tags")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|tag| string(tag, "name"))
        .collect();
    let empty = Map::new();
    let types = document
        .pointer("/components/schemas")
        .and_then(Value::as_object)
        .unwrap_or(&empty);
    let mut html = Html::default();
    head(&mut html);
    navigation(&mut html, &tags, &calls);
    html.open("main", "id=\"main\"");
    introduction(&mut html, document);
    for tag in tags {
        html.raw(&format!("<h2 id=\"{tag}\">{}</h2>", text(&title_of(tag))));
        for call in calls.iter().filter(|call| tag_of(call) == tag) {
            one_call(&mut html, document, types, call);
        }
    }
    all_types(&mut html, types);
    html.close("main");
    html.raw("</body></html>\n");
    html.finish()
}

fn tag_of<'a>(call: &Call<'a>) -> &'a str {
    call.operation
        .pointer("/tags/0")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn title_of(tag: &str) -> String {
    let mut letters = tag.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + &letters.as_str().replace(['_', '-'], " ")
}

fn head(html: &mut Html) {
    html.raw(concat!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">",
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
        "<meta name=\"color-scheme\" content=\"light dark\">",
        "<title>API · Clearance</title><link rel=\"stylesheet\" href=\"/api/docs.css\">",
        "<link rel=\"icon\" type=\"image/svg+xml\" href=\"/favicon.svg\"></head>",
        "<body><a class=\"skip\" href=\"#main\">Skip to the content</a>",
    ));
}

fn navigation(html: &mut Html, tags: &[&str], calls: &[Call<'_>]) {
    html.raw("<nav aria-label=\"Calls\"><p class=\"brand\"><a href=\"/\">Clearance</a></p><ul>");
    html.raw("<li><a href=\"#main\">Introduction</a></li>");
    for tag in tags {
        html.raw(&format!(
            "<li><a href=\"#{tag}\">{}</a><ul>",
            text(&title_of(tag))
        ));
        for call in calls.iter().filter(|call| tag_of(call) == *tag) {
            html.raw(&format!("<li><a href=\"#{}\">", call.get("operationId")));
            html.inline(call.get("summary"));
            html.raw("</a></li>");
        }
        html.raw("</ul></li>");
    }
    html.raw("<li><a href=\"#types\">Types</a></li></ul></nav>");
}

fn introduction(html: &mut Html, document: &Value) {
    let info = document.get("info").unwrap_or(&Value::Null);
    html.raw(&format!(
        "<h1>The API of Clearance <small>{}</small></h1>",
        text(string(info, "version"))
    ));
    for paragraph in string(info, "description").split("\n\n") {
        html.paragraph(paragraph);
    }
    html.raw("<p>Programs read the same as <a href=\"/api/openapi.json\">OpenAPI 3.1</a>.</p>");
    html.raw("<h2 id=\"sign-in\">Who is calling</h2><dl>");
    for (name, scheme) in object(document, "/components/securitySchemes") {
        html.raw(&format!("<dt>{}</dt>", text(&title_of(name))));
        html.raw("<dd>");
        html.paragraph(string(scheme, "description"));
        html.raw("</dd>");
    }
    html.raw("</dl>");
    html.paragraph("The examples below take the server's address and a key pair from the environment:");
    html.code(
        "export SERVER=http://127.0.0.1:8080\nexport KEY=CLR... SECRET=clrs_...\nexport WORKSPACE_ID=...",
    );
}

fn one_call(html: &mut Html, document: &Value, types: &Map<String, Value>, call: &Call<'_>) {
    let (method, id) = (call.method.to_ascii_uppercase(), call.get("operationId"));
    html.raw(&format!(
        "<details class=\"call\"><summary><span class=\"method {}\">{method}</span> <code>{}</code> \
         <span class=\"about\">",
        call.method,
        text(call.path)
    ));
    html.inline(call.get("summary"));
    // Browsers open what is closed around the place that a link leads to.
    html.raw(&format!("</span></summary><h3 id=\"{id}\">{}</h3>", text(id)));
    html.paragraph(call.get("description"));
    parameters(html, document, call);
    if let Some(schema) = call
        .operation
        .pointer("/requestBody/content/application~1json/schema")
    {
        html.raw("<h4>Body</h4>");
        html.fields(schema, types);
    }
    for (status, response) in object(call.operation, "/responses") {
        if let Some(schema) = response.pointer("/content/application~1json/schema") {
            html.raw(&format!("<h4>Answer {status}</h4>"));
            html.fields(schema, types);
        } else if status.starts_with('2') {
            html.raw(&format!("<h4>Answer {status}</h4>"));
            html.paragraph(string(response, "description"));
            for (media, _) in object(response, "/content") {
                html.paragraph(&format!("`{media}`"));
            }
        }
    }
    html.raw("<h4>Example</h4>");
    html.code(&curl(call, types));
    errors(html, document, call);
    html.raw("</details>");
}

fn parameters(html: &mut Html, document: &Value, call: &Call<'_>) {
    let given = call.operation.get("parameters").and_then(Value::as_array);
    let given: Vec<&Value> = given
        .into_iter()
        .flatten()
        .map(|parameter| match parameter.get("$ref").and_then(Value::as_str) {
            Some(reference) => document
                .pointer(reference.trim_start_matches('#'))
                .unwrap_or(parameter),
            None => parameter,
        })
        .collect();
    if given.is_empty() {
        return;
    }
    html.raw("<h4>Parameters</h4><div class=\"wide\"><table><thead><tr><th scope=\"col\">Name</th>");
    html.raw("<th scope=\"col\">Where</th><th scope=\"col\">What</th></tr></thead><tbody>");
    for parameter in given {
        let required = parameter.get("required").and_then(Value::as_bool) == Some(true);
        html.raw(&format!(
            "<tr><th scope=\"row\"><code>{}</code>{}</th><td>{}</td><td>",
            text(string(parameter, "name")),
            if required { " <em>required</em>" } else { "" },
            text(string(parameter, "in"))
        ));
        html.inline(string(parameter, "description"));
        html.raw("</td></tr>");
    }
    html.raw("</tbody></table></div>");
}

fn errors(html: &mut Html, document: &Value, call: &Call<'_>) {
    html.raw("<details class=\"errors\"><summary>Errors</summary><dl>");
    for (status, response) in object(call.operation, "/responses") {
        let Some(reference) = response.get("$ref").and_then(Value::as_str) else {
            continue;
        };
        let Some(error) = document.pointer(reference.trim_start_matches('#')) else {
            continue;
        };
        html.raw(&format!("<dt>{status}</dt>"));
        for line in string(error, "description").lines() {
            html.raw("<dd>");
            html.inline(line.trim_start_matches("- "));
            html.raw("</dd>");
        }
    }
    html.raw("</dl></details>");
}

fn all_types(html: &mut Html, types: &Map<String, Value>) {
    html.raw("<h2 id=\"types\">Types</h2>");
    for (name, schema) in types {
        html.raw(&format!(
            "<details class=\"type\"><summary><code>{}</code></summary><div id=\"type-{name}\">",
            text(name)
        ));
        html.paragraph(string(schema, "description"));
        html.fields(schema, types);
        html.raw("</div></details>");
    }
}
