//! Changing one's password. Every other browser is signed out by it.

use leptos::prelude::*;
use shared::{
    account::{ChangePassword, PasswordChange},
    error::ErrorCode,
    text::Password,
};

use crate::{
    api::{ApiError, call},
    sending::{Refusal, Sending, checked_password, password_fault},
    ui::{
        button::{Button, Kind, Look},
        form::Form,
        leave_guard::LeaveGuard,
        load::Explain,
        password_field::{PasswordField, Which},
        toast::use_toasts,
    },
};

const FIELDS: &[&str] = &["/current", "/new"];

/// The card that changes the password.
#[component]
pub fn PasswordCard(
    /// Hears that every other browser was signed out.
    #[prop(into)]
    on_changed: Callback<()>,
) -> impl IntoView {
    let [current, new] = [(); 2].map(|()| RwSignal::new(String::new()));
    let sending = Sending::new();
    let errors = sending.errors.clone();
    let (current_error, new_error) = (errors.of("/current"), errors.of("/new"));
    let other = errors.other_than(FIELDS);
    let busy = sending.busy();
    let toasts = use_toasts();
    let dirty = Signal::derive(move || {
        [current, new]
            .iter()
            .any(|field| field.with(|text| !text.is_empty()))
    });
    let current_left = sending.watch("/current", current, |_| None);
    let new_left = sending.watch("/new", new, password_fault);
    let submit = move |()| {
        let mut wrong = Vec::new();
        if current.with_untracked(String::is_empty) {
            wrong.push(("/current".to_owned(), "Enter your password until now.".to_owned()));
        }
        let password = checked_password(&new.get_untracked(), "/new", &mut wrong);
        let Some(password) = password.filter(|_| wrong.is_empty()) else {
            sending.errors.set(wrong);
            return;
        };
        let change = PasswordChange {
            current: Password::new(current.get_untracked()),
            new: password,
        };
        let (toasts, errors) = (toasts.clone(), sending.errors.clone());
        sending.send(send(change), move |refused| {
            if let Some(sentence) = refused {
                errors.set(vec![("/current".to_owned(), sentence)]);
                return;
            }
            current.set(String::new());
            new.set(String::new());
            toasts.tell("Password changed. Every other browser was signed out.");
            let _ = on_changed.try_run(());
        });
    };
    view! {
        <LeaveGuard dirty />
        <section class="card" aria-labelledby="password">
            <h2 id="password">"Password"</h2>
            <Form on_submit=submit busy>
                <PasswordField label="Current password" value=current which=Which::Current error=current_error on_leave=current_left />
                <PasswordField
                    label="New password"
                    value=new
                    which=Which::New
                    error=new_error
                    on_leave=new_left
                    hint=format!("At least {} characters. Every other browser is signed out.", Password::MIN)
                />
                <Refusal error=other />
                <div class="actions"><Button look=Look::Primary kind=Kind::Submit busy>"Change password"</Button></div>
            </Form>
        </section>
    }
}

/// A wrong current password belongs to its field: the sentence for it, if so.
async fn send(change: PasswordChange) -> Result<Option<String>, ApiError> {
    match call::<ChangePassword>((), (), change).await {
        Ok(()) => Ok(None),
        Err(error) if error.code() == Some(ErrorCode::WrongPassword) => Ok(Some(error.sentence())),
        Err(error) => Err(error),
    }
}
