//! What is around every page of a workspace: top bar, side bar, footer, command palette. It stays while pages change.

use leptos::prelude::*;

use crate::{
    frame::{alone::Alone, footer::Footer, go_to::GoTo, side_bar::SideBar, top_bar::TopBar},
    pages::NotFound,
    router::use_location,
    routes,
    session::{CurrentWorkspace, use_session},
    ui::dom,
    ui::effect::effect,
};

pub mod alone;
pub mod footer;
pub mod go_to;
pub mod profile_menu;
pub mod side_bar;
pub mod top_bar;

/// The id of the side bar, which is a pop-up on narrow screens.
const SIDE_BAR: &str = "side-bar";
/// The id of the main part of the page.
const MAIN: &str = "main";

/// The frame around the pages of the workspace that the address names.
#[component]
pub fn Frame(
    /// What a feature puts beside the Profile button.
    beside_profile: fn() -> AnyView,
    /// The page.
    children: ChildrenFn,
) -> impl IntoView {
    let path = use_location().pathname;
    let session = use_session();
    let id = Memo::new(move |_| path.with(|path| routes::workspace_id(path)));
    let member = Memo::new(move |_| {
        let id = id.get()?;
        session
            .workspaces()
            .iter()
            .any(|workspace| workspace.id == id)
            .then_some(id)
    });
    move || match member.get() {
        Some(id) => {
            provide_context(CurrentWorkspace::of(session, id));
            let page = children();
            view! { <Framed beside_profile>{page}</Framed> }.into_any()
        }
        None => view! { <Alone><NotFound /></Alone> }.into_any(),
    }
}

#[component]
fn Framed(beside_profile: fn() -> AnyView, children: Children) -> impl IntoView {
    let finding = RwSignal::new(false);
    close_side_bar_after_navigation();
    view! {
        <SkipLink />
        <TopBar finding beside=beside_profile />
        <div class="frame">
            <SideBar />
            <div class="column">
                <main id=MAIN class="main" tabindex="-1">{children()}</main>
                <Footer />
            </div>
        </div>
        <GoTo open=finding />
    }
}

/// The first stop of the Tab key: past everything that repeats on each page. A plain `#main` link would be an address
/// of its own; this one only moves the focus.
#[component]
pub fn SkipLink() -> impl IntoView {
    let skip = |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        dom::focus_id(MAIN);
    };
    view! { <a class="skip-link" href=format!("#{MAIN}") on:click=skip>"Skip to the page"</a> }
}

fn close_side_bar_after_navigation() {
    let path = use_location().pathname;
    effect(move || {
        path.track();
        if let Some(bar) = document().get_element_by_id(SIDE_BAR)
            && bar.matches(":popover-open").unwrap_or(false)
            && let Some(bar) = wasm_bindgen::JsCast::dyn_ref::<web_sys::HtmlElement>(&bar)
        {
            let _ = bar.hide_popover();
        }
    });
}
