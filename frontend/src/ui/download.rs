//! A link that saves a file. It is a plain link of the browser: the file does not pass through the app.

use leptos::prelude::*;

use crate::ui::{
    button::Look,
    icon::{Icon, Symbol},
};

/// A link that looks like a button and saves what is at `href`, under the name that the server gives it.
#[component]
pub fn DownloadLink(
    /// The file's address.
    #[prop(into)]
    href: Signal<String>,
    /// The words.
    #[prop(into)]
    words: String,
) -> impl IntoView {
    view! {
        <a href=href download="" class=Look::Plain.class()>
            <Icon symbol=Symbol::Download />
            <span class="button-words">{words}</span>
        </a>
    }
}
