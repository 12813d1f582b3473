//! Asks before something that cannot be undone: names the object and the consequence, and for the gravest wants
//! its name typed. The focus never starts on the button that destroys.

use leptos::prelude::*;

use crate::ui::{
    button::{Button, Kind, Look},
    dialog::Dialog,
    field::TextField,
    form::Form,
    live::live,
};

/// A question with a dangerous answer. The children say what will happen.
#[component]
pub fn ConfirmDialog(
    /// Whether it is open.
    #[prop(into)]
    open: Signal<bool>,
    /// Closes it: the caller sets `open` to false.
    #[prop(into)]
    on_close: Callback<()>,
    /// The question, with the object's name.
    #[prop(into)]
    title: Signal<String>,
    /// The words on the dangerous button: "Revoke key".
    #[prop(into)]
    action: String,
    /// What has to be typed first; nothing when absent.
    #[prop(optional, into)]
    type_first: Signal<Option<String>>,
    /// Whether the action is under way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Why the last try failed.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Does it.
    #[prop(into)]
    on_confirm: Callback<()>,
    /// What will happen.
    children: ChildrenFn,
) -> impl IntoView {
    let children = StoredValue::new(children);
    let action = StoredValue::new(action);
    view! {
        <Dialog open on_close title>
            <Confirm on_close action=action.get_value() type_first busy error on_confirm>
                {children.with_value(|children| children())}
            </Confirm>
        </Dialog>
    }
}

/// The question alone, for a dialog that must load first what will happen.
#[component]
pub fn Confirm(
    /// Leaves it.
    #[prop(into)]
    on_close: Callback<()>,
    /// The words on the dangerous button.
    #[prop(into)]
    action: String,
    /// What has to be typed first; nothing when absent.
    #[prop(optional)]
    type_first: Signal<Option<String>>,
    /// Whether the action is under way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Why the last try failed.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Does it.
    #[prop(into)]
    on_confirm: Callback<()>,
    /// What will happen, and what is to be chosen.
    children: Children,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let right = move || type_first.with(|wanted| wanted.as_ref().is_none_or(|wanted| *wanted == typed.get()));
    let blocked = Signal::derive(move || (!right()).then(|| "Type the name first".to_owned()));
    let submit = move |()| {
        if right() {
            on_confirm.run(());
        }
    };
    let must_type = type_first.with_untracked(Option::is_some);
    view! {
        <Form on_submit=submit busy>
            <div class="prose">{children()}</div>
            {type_first
                .get_untracked()
                .map(|name| view! { <TextField label=format!("Type “{name}” to confirm") value=typed autofocus=true autocomplete="off" /> })}
            {live(move || error.get().map(|error| view! { <p class="field-error" role="alert">{error}</p> }))}
            <div class="actions actions-end">
                <Button autofocus=!must_type on_click=move |_| on_close.run(())>"Cancel"</Button>
                <Button look=Look::Danger kind=Kind::Submit busy blocked>{action}</Button>
            </div>
        </Form>
    }
}
