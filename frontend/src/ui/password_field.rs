//! A password, hidden unless asked for. Pasting and password managers work.

use leptos::prelude::*;

use crate::ui::{
    field::{FieldIds, Labelled},
    form::is_submitting,
    icon::{Icon, Symbol},
    live::live,
};

/// Which password is asked for; tells password managers what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The one that the account has.
    Current,
    /// A new one.
    New,
    /// No password of this account: password managers leave it alone.
    Secret,
}

/// A password, with a button that shows it.
#[component]
pub fn PasswordField(
    /// The visible label.
    #[prop(into)]
    label: String,
    /// What is typed.
    value: RwSignal<String>,
    /// Which password.
    which: Which,
    /// What to know before typing.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is there instead, in grey.
    #[prop(optional)]
    placeholder: &'static str,
    /// Whether it may be left empty; said in words.
    #[prop(optional)]
    optional: bool,
    /// What is wrong.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Gets the focus when its dialog opens.
    #[prop(optional)]
    autofocus: bool,
    /// Hears when the field is left.
    #[prop(optional, into)]
    on_leave: Option<Callback<()>>,
) -> impl IntoView {
    let shown = RwSignal::new(false);
    let what = match which {
        Which::Current | Which::New => "password".to_owned(),
        Which::Secret => label.clone(),
    };
    let control = move |ids: FieldIds| {
        view! {
            <div class="input-with-button">
                <input
                    id=ids.control.clone()
                    class="input"
                    type=move || if shown.get() { "text" } else { "password" }
                    autocomplete=match which {
                        Which::Current => "current-password",
                        Which::New => "new-password",
                        Which::Secret => "off",
                    }
                    data-1p-ignore=(which == Which::Secret).then_some("")
                    placeholder=placeholder
                    autofocus=autofocus
                    autocapitalize="none"
                    spellcheck="false"
                    aria-required=(!optional).then_some("true")
                    aria-describedby=ids.described_by
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    prop:value=move || value.get()
                    on:input=move |event| value.set(event_target_value(&event))
                    on:blur=move |event| {
                        if let Some(on_leave) = on_leave.filter(|_| !is_submitting(&event)) {
                            let _ = on_leave.try_run(());
                        }
                    }
                />
                <button
                    type="button"
                    class="icon-button"
                    aria-pressed=move || if shown.get() { "true" } else { "false" }
                    aria-controls=ids.control
                    aria-label=format!("Show {what}")
                    title=move || format!("{} {what}", if shown.get() { "Hide" } else { "Show" })
                    on:click=move |_| shown.update(|shown| *shown = !*shown)
                >
                    {live(move || {
                        let symbol = if shown.get() { Symbol::EyeOff } else { Symbol::Eye };
                        view! { <Icon symbol /> }
                    })}
                </button>
            </div>
        }
    };
    view! { <Labelled label hint error optional children=control /> }
}
