//! The sections of the settings under two headings (R004, R157); what is for administrators is absent for everybody
//! else (R005). On narrow screens it is a pop-up that the top bar opens.

use leptos::prelude::*;

use crate::{
    app,
    frame::SIDE_BAR,
    router::use_location,
    routes::{self, Section},
    session::use_workspace,
    ui::icon::Icon,
};

/// The side bar.
#[component]
pub fn SideBar() -> impl IntoView {
    let workspace = use_workspace();
    view! {
        <nav id=SIDE_BAR class="side-bar" popover="auto" aria-label="Settings">
            <h2 class="side-heading">"User settings"</h2>
            <Sections for_administrators=false />
            {move || {
                (workspace.is_administrator() && !offered(true).is_empty())
                    .then(|| {
                        view! {
                            <h2 class="side-heading">
                                "Administrator settings"
                                <span class="side-workspace">{move || workspace.name()}</span>
                            </h2>
                            <Sections for_administrators=true />
                        }
                    })
            }}
        </nav>
    }
}

#[component]
fn Sections(for_administrators: bool) -> impl IntoView {
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
    view! { <ul class="side-list">{offered(for_administrators).into_iter().map(item).collect_view()}</ul> }
}

fn offered(for_administrators: bool) -> Vec<Section> {
    let fits = |section: &Section| {
        section.is_for_administrators() == for_administrators && app::page(*section).is_some()
    };
    Section::ALL.into_iter().filter(fits).collect()
}
