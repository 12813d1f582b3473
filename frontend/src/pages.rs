//! Pages that say why there is no page: unknown address, no permission, server out of reach. Each offers a next step.

use leptos::prelude::*;

use crate::{
    routes::{self, Section},
    session::{use_session, use_workspace},
    text,
    ui::{
        button::{Button, ButtonLink, Look},
        icon::{Icon, Symbol},
        live::live,
        page_title::PageTitle,
    },
};

/// Nothing is at this address.
#[component]
pub fn NotFound() -> impl IntoView {
    let session = use_session();
    let home = Signal::derive(move || {
        session
            .first_workspace()
            .map_or_else(|| "/".to_owned(), |id| routes::settings(id, Section::Profile))
    });
    let words = move || {
        if session.first_workspace().is_some() {
            text::BACK_TO_SETTINGS
        } else {
            "Go to the start"
        }
    };
    view! {
        <div class="dead-end">
            <span class="empty-picture"><Icon symbol=Symbol::Search /></span>
            <PageTitle title="There is nothing here" />
            <p>"The address may be mistyped, or what it showed may be gone. You may also have no access to it."</p>
            <div class="actions"><ButtonLink href=home look=Look::Primary>{words}</ButtonLink></div>
        </div>
    }
}

/// The section is for administrators, or for the server's operators.
#[component]
pub fn NoPermission(
    /// Which section.
    section: Section,
) -> impl IntoView {
    let workspace = use_workspace();
    let (whom, why) = if section.is_for_operators() {
        let why = "It is about the whole server. Ask one of those who operate it to look for you or to make you one of them.";
        ("operators of this server", view! { <p>{why}</p> }.into_any())
    } else {
        let why = view! {
            <p>
                "You are a member of " <strong>{live(move || workspace.name())}</strong>
                ", but not one of its administrators. Ask one of them to show you this or to make you one."
            </p>
        };
        ("administrators", why.into_any())
    };
    view! {
        <div class="dead-end">
            <span class="empty-picture"><Icon symbol=Symbol::Lock /></span>
            <PageTitle title=format!("{} is for {whom}", section.name()) />
            {why}
            <div class="actions">
                <ButtonLink href=routes::settings(workspace.id, Section::Profile) look=Look::Primary>
                    {text::BACK_TO_SETTINGS}
                </ButtonLink>
            </div>
        </div>
    }
}

/// The server could not be asked who is signed in.
#[component]
pub fn OutOfReach(
    /// Why, in a sentence.
    sentence: String,
    /// Asks again.
    #[prop(into)]
    on_retry: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="dead-end">
            <span class="empty-picture"><Icon symbol=Symbol::Offline /></span>
            <PageTitle title="Clearance is out of reach" />
            <p role="alert">{sentence}</p>
            <div class="actions">
                <Button look=Look::Primary icon=Symbol::Rotate on_click=move |_| on_retry.run(())>{text::TRY_AGAIN}</Button>
            </div>
        </div>
    }
}
