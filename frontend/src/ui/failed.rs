//! A part of a page that could not be loaded: a sentence, and another try. The rest of the page stays usable. Once
//! the browser is back online it tries by itself.

use leptos::prelude::*;

use crate::ui::{
    button::Button,
    icon::{Icon, Symbol},
    online::is_online,
};

/// Why something is not there, with a button that tries again.
#[component]
pub fn Failed(
    /// What went wrong, in a sentence.
    #[prop(into)]
    sentence: String,
    /// Tries again.
    #[prop(into)]
    on_retry: Callback<()>,
) -> impl IntoView {
    let online = is_online();
    Effect::new(move |before: Option<bool>| {
        let now = online.get();
        if before == Some(false) && now {
            let _ = on_retry.try_run(());
        }
        now
    });
    view! {
        <div class="notice notice-danger" role="alert">
            <Icon symbol=Symbol::Warning />
            <p>{sentence}</p>
            <Button icon=Symbol::Rotate on_click=move |_| on_retry.run(())>"Try again"</Button>
        </div>
    }
}
