//! The sections of the settings under two headings (R004, R157); what is for administrators is absent for everybody
//! else (R005), and what is for the server's operators for all others. On narrow screens it is a pop-up that the top bar opens.

use leptos::prelude::*;

use crate::{
    app,
    frame::SIDE_BAR,
    router::use_location,
    routes::{self, Section},
    session::{use_session, use_workspace},
    ui::{icon::Icon, live::live},
};

/// The side bar.
#[component]
pub fn SideBar() -> impl IntoView {
    let workspace = use_workspace();
    let session = use_session();
    let is_administrator = Memo::new(move |_| workspace.is_administrator());
    let is_operator = Memo::new(move |_| session.is_operator());
    view! {
        <nav id=SIDE_BAR class="side-bar" popover="auto" aria-label="Settings">
            <h2 class="side-heading">"User settings"</h2>
            {sections(|section| !section.is_for_administrators() && !section.is_for_operators())}
            {live(move || {
                is_administrator
                    .get()
                    .then(|| {
                        view! {
                            <h2 class="side-heading">
                                "Administrator settings"
                                <span class="side-workspace">{move || workspace.name()}</span>
                            </h2>
                            {sections(Section::is_for_administrators)}
                        }
                    })
            })}
            {live(move || {
                is_operator
                    .get()
                    .then(|| {
                        view! {
                            <h2 class="side-heading">"Server"</h2>
                            {sections(Section::is_for_operators)}
                        }
                    })
            })}
        </nav>
    }
}

/// The sections of one heading.
fn sections(belongs: fn(Section) -> bool) -> AnyView {
    let workspace = use_workspace();
    let path = use_location().pathname;
    let item = move |section: Section| {
        let href = routes::settings(workspace.id, section);
        let own = href.clone();
        view! {
            <li>
                <a href=href class="side-link" aria-current=move || path.with(|path| *path == own).then_some("page")>
                    <Icon symbol=section.symbol() />
                    <span>{section.name()}</span>
                </a>
            </li>
        }
    };
    let all = Section::ALL
        .into_iter()
        .filter(|section| belongs(*section) && app::page(*section).is_some());
    view! { <ul class="side-list">{all.map(item).collect_view()}</ul> }.into_any()
}
