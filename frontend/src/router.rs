//! Follows the address bar: what it says as signals, links inside the app without a new page, Back and Forward. What is
//! shown at which address is said in `app`. It does what this app needs of a router and no more: a router for every app
//! would be an eighth of the whole app.

use leptos::{ev::MouseEvent, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, HtmlAnchorElement};

use crate::ui::dom::{before_paint, on_window};

/// What the query string says, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// What `key` is set to; the last one, if there are several.
    pub fn get(&self, key: &str) -> Option<String> {
        let mut backwards = self.0.iter().rev();
        backwards
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.clone())
    }

    /// Takes `key` away.
    pub fn remove(&mut self, key: &str) {
        self.0.retain(|(name, _)| name != key);
    }

    /// Adds `key`.
    pub fn insert(&mut self, key: &str, value: String) {
        self.0.push((key.to_owned(), value));
    }

    /// The query string with its `?`; empty when nothing is set.
    pub fn to_query_string(&self) -> String {
        let mut out = String::new();
        for (name, value) in &self.0 {
            out.push(if out.is_empty() { '?' } else { '&' });
            out.push_str(&String::from(js_sys::encode_uri_component(name)));
            out.push('=');
            out.push_str(&String::from(js_sys::encode_uri_component(value)));
        }
        out
    }

    fn of(search: &str) -> Self {
        let pairs = search.trim_start_matches('?').split('&');
        let pairs = pairs.filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        });
        Self(pairs.collect())
    }
}

fn decoded(text: &str) -> String {
    let text = text.replace('+', " ");
    match js_sys::decode_uri_component(&text) {
        Ok(plain) => plain.into(),
        Err(_broken) => text,
    }
}

/// Where one is. Copying shares it.
#[derive(Clone, Copy)]
pub struct Location {
    /// The path, as it stands in the address bar.
    pub pathname: Memo<String>,
    /// What stands behind it.
    pub query: Memo<Query>,
}

/// How to go somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NavigateOptions {
    /// Takes the place of the last step in the history, instead of being one more.
    pub replace: bool,
    /// Begins at the top of the page.
    pub scroll: bool,
}

impl Default for NavigateOptions {
    fn default() -> Self {
        Self {
            replace: false,
            scroll: true,
        }
    }
}

#[derive(Clone, Copy)]
struct Router {
    here: RwSignal<Here>,
    location: Location,
}

/// Path and query string.
#[derive(Clone, Default)]
struct Here {
    path: String,
    search: String,
}

impl Here {
    fn now() -> Self {
        let location = window().location();
        Self {
            path: location.pathname().unwrap_or_default(),
            search: location.search().unwrap_or_default(),
        }
    }
}

/// Begins to follow the address bar. Once, at the root of the app.
pub fn provide_router() {
    let here = RwSignal::new(Here::now());
    let location = Location {
        pathname: Memo::new(move |_| here.with(|here| here.path.clone())),
        query: Memo::new(move |_| here.with(|here| Query::of(&here.search))),
    };
    let router = Router { here, location };
    provide_context(router);
    on_window("click", false, move |event: MouseEvent| {
        if let Some(to) = followed(&event) {
            event.prevent_default();
            router.go(&to, NavigateOptions::default());
        }
    });
    on_window("popstate", false, move |_: Event| here.set(Here::now()));
}

fn use_router() -> Router {
    use_context().unwrap_or_else(|| {
        provide_router();
        expect_context()
    })
}

/// Where one is.
pub fn use_location() -> Location {
    use_router().location
}

/// Goes to an address of this app, which begins with `/`.
pub fn use_navigate() -> impl Fn(&str, NavigateOptions) + Copy + Send + Sync + 'static {
    let router = use_router();
    move |to: &str, options: NavigateOptions| router.go(to, options)
}

impl Router {
    fn go(self, to: &str, options: NavigateOptions) {
        if let Ok(history) = window().history() {
            let step = (JsValue::UNDEFINED, "", Some(to));
            let _ = if options.replace {
                history.replace_state_with_url(&step.0, step.1, step.2)
            } else if to == address() {
                Ok(())
            } else {
                history.push_state_with_url(&step.0, step.1, step.2)
            };
        }
        self.here.set(Here::now());
        // By then the new page is there.
        before_paint(move || to_place(options.scroll));
    }
}

fn address() -> String {
    let Here { path, search } = Here::now();
    path + &search + &hash()
}

fn hash() -> String {
    window().location().hash().unwrap_or_default()
}

/// To the element that the address names, else to the top.
fn to_place(top: bool) {
    let named = hash();
    let named = named.strip_prefix('#').filter(|id| !id.is_empty());
    if let Some(element) = named.and_then(|id| document().get_element_by_id(id)) {
        element.scroll_into_view();
    } else if top {
        window().scroll_to_with_x_and_y(0.0, 0.0);
    }
}

/// Where a click leads, if it follows a link inside the app in this tab.
fn followed(event: &MouseEvent) -> Option<String> {
    let modified = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
    if event.default_prevented() || event.button() != 0 || modified {
        return None;
    }
    let target: Element = event.target()?.dyn_into().ok()?;
    let link: HtmlAnchorElement = target.closest("a[href]").ok()??.dyn_into().ok()?;
    let leaves = !link.target().is_empty()
        || link.has_attribute("download")
        || link.rel().split_ascii_whitespace().any(|word| word == "external")
        || link.origin() != window().location().origin().ok()?;
    (!leaves).then(|| link.pathname() + &link.search() + &link.hash())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_set_anew_says_the_new_thing_alone() {
        let mut query = Query::default();
        query.insert("tab", "keys".to_owned());
        query.insert("q", "a".to_owned());
        query.insert("q", "b".to_owned());
        assert_eq!(query.get("q").as_deref(), Some("b"));
        query.remove("q");
        assert_eq!(query.get("q"), None);
        query.insert("q", "c".to_owned());
        assert_eq!(query.get("q").as_deref(), Some("c"));
        assert_eq!(query.get("tab").as_deref(), Some("keys"));
    }
}
