//! The head of a page: breadcrumb, the one `h1`, and the page's actions. It names the document, takes the focus after
//! a change of page, and has the change read aloud.

use std::sync::atomic::{AtomicBool, Ordering};

use leptos::{html, prelude::*};

use crate::ui::{dom, effect::effect};

/// The name that follows every page's own.
const PRODUCT: &str = "Clearance";
const ANNOUNCER: &str = "announcer";

/// The head of a page. The children are the page's actions, at its right.
#[component]
pub fn PageTitle(
    /// The page's name.
    #[prop(into)]
    title: Signal<String>,
    /// What the page belongs to: "Settings".
    #[prop(optional, into)]
    section: Option<String>,
    /// Actions of the whole page.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    static FIRST: AtomicBool = AtomicBool::new(true);
    let first = FIRST.swap(false, Ordering::Relaxed);
    let heading = NodeRef::<html::H1>::new();
    effect(move || title.with(|title| document().set_title(&format!("{title} · {PRODUCT}"))));
    // The page that opens first is read by the browser itself.
    heading.on_load(move |heading| {
        if !first {
            dom::before_paint(move || {
                if !has_open_dialog() {
                    dom::focus_in_place(&heading);
                }
                announce(&title.get_untracked());
            });
        }
    });
    view! {
        <header class="page-head">
            <div class="page-names">
                {section
                    .map(|section| {
                        view! {
                            <nav class="crumbs" aria-label="Breadcrumb">
                                <ol>
                                    <li>{section}</li>
                                    <li aria-current="page">{title}</li>
                                </ol>
                            </nav>
                        }
                    })}
                <h1 tabindex="-1" node_ref=heading>{title}</h1>
            </div>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </header>
    }
}

/// The place from which changes of page are read aloud. Once, at the root of the app.
#[component]
pub fn Announcer() -> impl IntoView {
    view! { <div id=ANNOUNCER class="visually-hidden" role="status"></div> }
}

/// Has `text` read aloud, without showing it.
pub fn announce(text: &str) {
    if let Some(place) = document().get_element_by_id(ANNOUNCER) {
        place.set_text_content(Some(text));
    }
}

fn has_open_dialog() -> bool {
    document()
        .query_selector("dialog[open]")
        .is_ok_and(|dialog| dialog.is_some())
}
