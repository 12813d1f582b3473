//! Fields with a visible label, a hint and an error that belongs to them for those who cannot see it too.
//!
//! `TextField(label, value, kind=, hint=, error=, autocomplete=, placeholder=, autofocus=, required=, on_leave=)` ·
//! `TextArea(label, value, rows=, ..)` · `SelectField(label, value, options, ..)` ·
//! `Labelled(label, hint, error, |ids| control)` for anything else. Passwords: `password_field`.

use leptos::prelude::*;

use crate::ui::{dom::fresh_id, form::is_submitting, live::live};

/// What is typed into a text field; decides keyboard, autofill and spelling.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Typed {
    /// Words.
    #[default]
    Text,
    /// An e-mail address.
    Email,
    /// One e-mail address or several.
    Emails,
    /// A whole number.
    Number,
    /// A web address.
    Url,
    /// A day, as `2026-11-25`.
    Date,
    /// What to look for; password managers leave it alone.
    Search,
    /// A name for machines: no spelling, no capital letters.
    Code,
}

impl Typed {
    const fn input_type(self) -> &'static str {
        match self {
            Self::Text | Self::Emails | Self::Number | Self::Code => "text",
            Self::Email => "email",
            Self::Url => "url",
            Self::Search => "search",
            Self::Date => "date",
        }
    }

    const fn input_mode(self) -> Option<&'static str> {
        match self {
            Self::Number => Some("numeric"),
            Self::Email | Self::Emails => Some("email"),
            Self::Url => Some("url"),
            Self::Search => Some("search"),
            Self::Text | Self::Code | Self::Date => None,
        }
    }

    const fn is_prose(self) -> bool {
        matches!(self, Self::Text)
    }
}

/// The ids that tie a control to its label, hint and error.
#[derive(Debug, Clone)]
pub struct FieldIds {
    /// The control's own id.
    pub control: String,
    /// For `aria-describedby`.
    pub described_by: String,
}

/// Label, hint and error around any control.
#[component]
pub fn Labelled<F, V>(
    /// The visible label.
    #[prop(into)]
    label: String,
    /// What to know before typing.
    #[prop(default = None)]
    hint: Option<String>,
    /// What is wrong.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Whether it may be left empty; said in words.
    #[prop(default = false)]
    optional: bool,
    /// Draws the control with these ids.
    children: F,
) -> impl IntoView
where
    F: FnOnce(FieldIds) -> V + 'static,
    V: IntoView + 'static,
{
    let control = fresh_id("field");
    let (hint_id, error_id) = (format!("{control}-hint"), format!("{control}-error"));
    let described_by = format!("{hint_id} {error_id}");
    let hint = hint.map(|hint| view! { <span class="field-hint">{hint}</span> });
    view! {
        <div class="field">
            <label class="field-label" for=control.clone()>
                {label} {optional.then(|| view! { <span class="field-optional">" (optional)"</span> })}
            </label>
            <div id=hint_id class="field-hint-place">{hint}</div>
            {children(FieldIds { control, described_by }).into_any()}
            <div id=error_id class="field-error-place">
                {live(move || error.get().map(|error| view! { <p class="field-error">{error}</p> }))}
            </div>
        </div>
    }
}

/// One line of text.
#[component]
pub fn TextField(
    /// The visible label.
    #[prop(into)]
    label: String,
    /// What is typed.
    value: RwSignal<String>,
    /// What kind of text.
    #[prop(optional)]
    kind: Typed,
    /// What to know before typing.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// What browsers may fill in: `email`, `name`, `off`.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// An example, in grey.
    #[prop(optional)]
    placeholder: &'static str,
    /// Gets the focus when its dialog opens.
    #[prop(optional)]
    autofocus: bool,
    /// Whether it may be left empty; said in words.
    #[prop(optional)]
    optional: bool,
    /// The most characters.
    #[prop(optional)]
    max_length: Option<usize>,
    /// Hears when the field is left.
    #[prop(optional, into)]
    on_leave: Option<Callback<()>>,
) -> impl IntoView {
    let control = move |ids: FieldIds| {
        view! {
            <input
                id=ids.control
                class="input"
                type=kind.input_type()
                inputmode=kind.input_mode()
                autocomplete=autocomplete
                placeholder=placeholder
                autofocus=autofocus
                maxlength=max_length.map(|n| n.to_string())
                autocapitalize=(!kind.is_prose()).then_some("none")
                spellcheck=if kind.is_prose() { "true" } else { "false" }
                data-1p-ignore=(kind == Typed::Search).then_some("")
                aria-required=(!optional && kind != Typed::Search).then_some("true")
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
        }
    };
    view! { <Labelled label hint error optional children=control /> }
}

/// Several lines of text.
#[component]
pub fn TextArea(
    /// The visible label.
    #[prop(into)]
    label: String,
    /// What is typed.
    value: RwSignal<String>,
    /// How many lines are in view.
    #[prop(default = 4)]
    rows: u32,
    /// What to know before typing.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Whether it may be left empty; said in words.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let control = move |ids: FieldIds| {
        view! {
            <textarea
                id=ids.control
                class="input"
                rows=rows
                aria-describedby=ids.described_by
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            ></textarea>
        }
    };
    view! { <Labelled label hint error optional children=control /> }
}

/// One of several, from a list that opens. Each option is its value and its words.
#[component]
pub fn SelectField(
    /// The visible label.
    #[prop(into)]
    label: String,
    /// The chosen value.
    value: RwSignal<String>,
    /// Value and words of each option.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
    /// What to know before choosing.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let option = move |(key, words): (String, String)| {
        let own = key.clone();
        view! { <option value=key selected=move || value.with(|value| *value == own)>{words}</option> }
    };
    let control = move |ids: FieldIds| {
        view! {
            <select
                id=ids.control
                class="input"
                aria-describedby=ids.described_by
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                prop:value=move || value.get()
                on:change=move |event| value.set(event_target_value(&event))
            >
                {live(move || options.get().into_iter().map(option).collect_view())}
            </select>
        }
    };
    view! { <Labelled label hint error children=control /> }
}
