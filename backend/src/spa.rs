//! The app in the browser, from inside the binary: each file as it was built, compressed if the browser can read it.
//! An address that is no file gets the page, which finds out itself what to show.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
    fmt::Write as _,
    io::Read as _,
};

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{Method, StatusCode, header},
    web::Bytes,
};
use base64::Engine as _;
use sha2::{Digest, Sha256};
use shared::error::ErrorCode;

use crate::{error::AppError, http::request_id};

/// What Trunk made of `frontend/`.
#[derive(rust_embed::RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../dist"]
struct Dist;

const PAGE: &str = "index.html";
const NOT_BUILT: &str = "The app is not in this build of the server: build it with `cargo xtask build`, or start \
                         everything with `cargo xtask run`. The API works, see /api/docs.\n";
/// Names with a hash in them never mean another content.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// Every file of the app.
#[derive(Debug, Default)]
pub struct Spa {
    files: HashMap<String, File>,
}

#[derive(Debug)]
struct File {
    /// The file itself; without it, `gzip` is there.
    plain: Option<Bytes>,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    kind: &'static str,
    etag: String,
    forever: bool,
}

impl Spa {
    /// The app that was built into this binary.
    #[must_use]
    pub fn embedded() -> Self {
        Self::of(Dist::iter().filter_map(|name| {
            let content = match Dist::get(&name)?.data {
                Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                Cow::Owned(bytes) => Bytes::from(bytes),
            };
            Some((name.into_owned(), content))
        }))
    }

    /// An app of these files, by their names below the root. `NAME.br` and `NAME.gz` are `NAME`, compressed; with `NAME.gz`,
    /// `NAME` itself need not be there.
    pub fn of(files: impl IntoIterator<Item = (String, Bytes)>) -> Self {
        let mut all: HashMap<String, Bytes> = files.into_iter().collect();
        let names: BTreeSet<String> = all
            .keys()
            .map(|name| name.strip_suffix(".gz").unwrap_or(name))
            .filter(|name| is_own_file(name))
            .map(str::to_owned)
            .collect();
        let mut made = HashMap::with_capacity(names.len());
        for name in names {
            let brotli = all.remove(&format!("{name}.br"));
            let gzip = all.remove(&format!("{name}.gz"));
            let file = File::new(&name, all.remove(&name), brotli, gzip);
            made.insert(name, file);
        }
        Self { files: made }
    }

    /// SHA-256 of each script inside the page, in base64, for the content security policy.
    #[must_use]
    pub fn inline_script_hashes(&self) -> Vec<String> {
        let page = self.files.get(PAGE).map(File::plain).unwrap_or_default();
        let html = std::str::from_utf8(&page).ok();
        html.map(inline_scripts)
            .unwrap_or_default()
            .into_iter()
            .map(|script| base64::engine::general_purpose::STANDARD.encode(Sha256::digest(script)))
            .collect()
    }

    /// The answer for an address at which nothing else is mounted.
    #[must_use]
    pub fn answer(&self, req: &HttpRequest) -> HttpResponse {
        if !matches!(*req.method(), Method::GET | Method::HEAD) {
            let mut refused = AppError::from(ErrorCode::MethodNotAllowed).response(&request_id(req));
            refused
                .headers_mut()
                .insert(header::ALLOW, header::HeaderValue::from_static("GET, HEAD"));
            return refused;
        }
        let path = req.path();
        let name = path.trim_start_matches('/');
        let file = self.files.get(name).filter(|_| !path.starts_with("//"));
        if let Some(file) = file {
            return file.answer(req, StatusCode::OK);
        }
        let not_found = || AppError::from(ErrorCode::NotFound).response(&request_id(req));
        let Some(status) = status_of_page(req, path) else {
            return not_found();
        };
        match self.files.get(PAGE) {
            Some(page) => page.answer(req, status),
            None if status == StatusCode::OK => HttpResponse::ServiceUnavailable()
                .content_type("text/plain; charset=utf-8")
                .body(NOT_BUILT),
            None => not_found(),
        }
    }
}

/// Whether the app has a page of its own for this address, and the status to send with it. An address the app does
/// not know gets the app as well, which says so; but only if somebody asks for a page, not for a missing script.
fn status_of_page(req: &HttpRequest, path: &str) -> Option<StatusCode> {
    let accept = req
        .headers()
        .get(header::ACCEPT)
        .map_or("*/*", |value| value.to_str().unwrap_or_default());
    if is_app_route(path) {
        let readable = accept.contains("text/html") || accept.contains("*/*");
        return readable.then_some(StatusCode::OK);
    }
    let is_file = path.rsplit('/').next().is_some_and(|last| last.contains('.'));
    (!is_file && accept.contains("text/html")).then_some(StatusCode::NOT_FOUND)
}

/// The addresses that the app has pages for.
fn is_app_route(path: &str) -> bool {
    if matches!(
        path,
        "/" | "/index.html" | "/setup" | "/sign-in" | "/forgot-password" | "/reset-password" | "/join"
    ) {
        return true;
    }
    let plain = path
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_'));
    plain && !path.contains("//") && path.starts_with("/workspaces/")
}

fn is_own_file(name: &str) -> bool {
    let hidden = name.split('/').any(|part| part.starts_with('.'));
    !hidden && !matches!(ending(name), "br" | "gz")
}

fn ending(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or_default()
}

impl File {
    fn new(name: &str, plain: Option<Bytes>, brotli: Option<Bytes>, gzip: Option<Bytes>) -> Self {
        // The smallest form tells two contents apart as well as any other.
        let smallest = brotli.as_ref().or(gzip.as_ref()).or(plain.as_ref());
        Self {
            kind: kind_of(name),
            etag: smallest.map(|bytes| short_hash(bytes)).unwrap_or_default(),
            forever: has_hash(name),
            plain,
            brotli,
            gzip,
        }
    }

    fn answer(&self, req: &HttpRequest, status: StatusCode) -> HttpResponse {
        let (encoding, content) = self.best_for(req);
        // Each form of a file is another answer, so it has another tag.
        let etag = match encoding {
            Some(encoding) => format!("\"{}-{encoding}\"", self.etag),
            None => format!("\"{}\"", self.etag),
        };
        let mut answer = HttpResponse::build(status);
        self.describe(&mut answer, &etag);
        let known = req
            .headers()
            .get(header::IF_NONE_MATCH)
            .and_then(|value| value.to_str().ok());
        let same = known.is_some_and(|known| {
            known
                .split(',')
                .any(|tag| matches!(tag.trim().trim_start_matches("W/"), tag if tag == "*" || tag == etag))
        });
        if same && status == StatusCode::OK {
            return answer.status(StatusCode::NOT_MODIFIED).finish();
        }
        if let Some(encoding) = encoding {
            answer.insert_header((header::CONTENT_ENCODING, encoding));
        }
        answer.insert_header((header::CONTENT_TYPE, self.kind));
        answer.body(content)
    }

    fn describe(&self, answer: &mut HttpResponseBuilder, etag: &str) {
        answer.insert_header((header::ETAG, etag));
        let cache = if self.forever { FOREVER } else { "no-cache" };
        answer.insert_header((header::CACHE_CONTROL, cache));
        if self.brotli.is_some() || self.gzip.is_some() {
            answer.insert_header((header::VARY, "Accept-Encoding"));
        }
    }

    /// The file itself, unpacked for the few who cannot.
    fn plain(&self) -> Bytes {
        if let Some(plain) = &self.plain {
            return plain.clone();
        }
        let mut unpacked = Vec::new();
        let packed = self.gzip.as_deref().unwrap_or_default();
        if let Err(error) = flate2::read::GzDecoder::new(packed).read_to_end(&mut unpacked) {
            tracing::error!(%error, "a file of the app cannot be unpacked");
        }
        unpacked.into()
    }

    /// The smallest form that the client reads.
    fn best_for(&self, req: &HttpRequest) -> (Option<&'static str>, Bytes) {
        let accepted = req
            .headers()
            .get(header::ACCEPT_ENCODING)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        match (&self.brotli, &self.gzip) {
            (Some(brotli), _) if accepts(accepted, "br") => (Some("br"), brotli.clone()),
            (_, Some(gzip)) if accepts(accepted, "gzip") => (Some("gzip"), gzip.clone()),
            _ => (None, self.plain()),
        }
    }
}

/// Whether an `Accept-Encoding` header names `coding` and does not rule it out.
fn accepts(header: &str, coding: &str) -> bool {
    header.split(',').any(|part| {
        let mut parts = part.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
        named && !parts.any(|q| matches!(q, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

/// Whether a name holds a hash of the content, as Trunk writes it: `frontend-1c2f…_bg.wasm`.
fn has_hash(name: &str) -> bool {
    name.split(['-', '_', '.', '/'])
        .any(|part| part.len() >= 12 && part.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn kind_of(name: &str) -> &'static str {
    match ending(name) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The scripts that stand in a page themselves.
fn inline_scripts(html: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once("<script") {
        let Some((attributes, after)) = after.split_once('>') else {
            break;
        };
        let Some((content, after)) = after.split_once("</script>") else {
            break;
        };
        if !attributes.contains("src=") && !content.trim().is_empty() {
            found.push(content);
        }
        rest = after;
    }
    found
}

fn short_hash(content: &[u8]) -> String {
    Sha256::digest(content)
        .iter()
        .take(12)
        .fold(String::with_capacity(24), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scripts_that_stand_in_the_page_are_hashed() {
        let html = "<script src=\"/a.js\"></script><script type=\"module\">\nimport x;\n</script><p><script></script>";
        assert_eq!(inline_scripts(html), ["\nimport x;\n"]);
        let spa = Spa::of([(PAGE.to_owned(), Bytes::from_static(b"<script>alert(1)</script>"))]);
        // The well-known value for this script.
        assert_eq!(
            spa.inline_script_hashes(),
            ["bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI="]
        );
    }

    #[test]
    fn a_name_with_a_hash_is_told_from_one_without() {
        for hashed in [
            "frontend-5e1b3f0c9a7d2b14.js",
            "frontend-5e1b3f0c9a7d2b14_bg.wasm",
            "style/base-0123456789ab.css",
        ] {
            assert!(has_hash(hashed), "{hashed}");
        }
        for plain in ["index.html", "icons.svg", "favicon.svg", "theme-dark.css"] {
            assert!(!has_hash(plain), "{plain}");
        }
    }

    #[test]
    fn an_encoding_that_is_ruled_out_is_not_used() {
        assert!(accepts("gzip, deflate, br", "br"));
        assert!(accepts("BR;q=0.5", "br"));
        assert!(!accepts("gzip, br;q=0", "br"));
        assert!(!accepts("", "br"));
        assert!(!accepts("brotli", "br"));
    }

    #[test]
    fn the_app_knows_its_own_addresses() {
        for known in ["/", "/setup", "/sign-in", "/workspaces/0/settings/profile"] {
            assert!(is_app_route(known), "{known}");
        }
        for unknown in [
            "/nope",
            "/setup/",
            "//setup",
            "/workspaces//x",
            "/workspaces/..;/api",
            "/Setup",
            "/api",
        ] {
            assert!(!is_app_route(unknown), "{unknown}");
        }
    }
}
