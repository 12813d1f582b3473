//! An id, short on the page and whole on the clipboard.

use leptos::prelude::*;

use crate::ui::{
    copy::{Copied, CopyReport, copy_and_tell},
    icon::{Icon, Symbol},
    live::live,
};

/// A chip that shows the end of an id and copies the whole of it with a click.
#[component]
pub fn IdChip(
    /// The whole id.
    #[prop(into)]
    id: String,
    /// What is named by it: `ID` unless said.
    #[prop(into, default = "ID".to_owned())]
    label: String,
) -> impl IntoView {
    let state = ArcRwSignal::new(Copied::No);
    let (icon_state, told) = (state.clone(), state.clone());
    let short = short(&id);
    let title = format!("{id} — click to copy");
    view! {
        <span class="copy">
            <button
                type="button"
                class="id-chip"
                title=title
                on:click=move |_| copy_and_tell(id.clone(), state.clone(), None)
            >
                <span class="id-chip-label">{label}</span>
                <code>{short}</code>
                {live(move || {
                    let symbol = if icon_state.get() == Copied::Yes { Symbol::Check } else { Symbol::Copy };
                    view! { <Icon symbol /> }
                })}
                <span class="visually-hidden">" — copy"</span>
            </button>
            <CopyReport state=told />
        </span>
    }
}

/// The last eight characters: ids begin with the time, so those made together begin alike.
fn short(id: &str) -> String {
    let skip = id.chars().count().saturating_sub(8);
    id.chars().skip(skip).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_shown_by_its_end() {
        assert_eq!(short("0190a0b0c0d07000800000000000abcd"), "0000abcd");
        assert_eq!(short("abc"), "abc");
    }
}
