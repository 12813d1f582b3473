//! The form that signs in, for the sign-in page and for the dialog over the page when a session has ended.

use leptos::prelude::*;
use shared::{
    session::{NewSession, Session, SignIn},
    text::{Email, Password},
};

use crate::{
    api::call,
    routes,
    sending::Sending,
    session::use_session,
    sign_in_gate,
    ui::{
        button::{Button, Kind, Look},
        dialog::Dialog,
        field::{TextField, Typed},
        form::Form,
        password_field::{PasswordField, Which},
    },
};

/// E-mail and password. Hands over the new session.
#[component]
pub fn SignInForm(
    /// The only account that may sign in here, if it is already known.
    #[prop(default = None)]
    only: Option<Email>,
    /// Hears of the new session.
    #[prop(into)]
    on_signed_in: Callback<Session>,
) -> impl IntoView {
    let email = RwSignal::new(only.as_ref().map(Email::to_string).unwrap_or_default());
    let password = RwSignal::new(String::new());
    let sending = Sending::new();
    let errors = sending.errors.clone();
    let (email_error, password_error) = (errors.of("/email"), errors.of("/password"));
    let elsewhere = errors.other_than(&["/email", "/password"]);
    let busy = sending.busy();
    let submit = move |()| match checked(&email.get_untracked(), &password.get_untracked()) {
        Ok(credentials) => sending.send(call::<SignIn>((), (), credentials), move |session| {
            let _ = on_signed_in.try_run(session);
        }),
        Err(wrong) => errors.set(wrong),
    };
    let who = match only {
        Some(only) => view! { <p class="sign-in-as">"Account " <strong>{only.to_string()}</strong></p> }.into_any(),
        None => view! {
            <TextField label="E-mail" value=email kind=Typed::Email autocomplete="username" autofocus=true error=email_error />
        }
        .into_any(),
    };
    view! {
        <Form on_submit=submit busy>
            {who}
            <PasswordField label="Password" value=password which=Which::Current error=password_error />
            {move || elsewhere.get().map(|error| view! { <p class="field-error" role="alert">{error}</p> })}
            <Button look=Look::Primary kind=Kind::Submit busy>"Sign in"</Button>
        </Form>
    }
}

/// Opens over the page when the session has ended. Whatever was under way goes on after signing in.
#[component]
pub fn SignInAgain() -> impl IntoView {
    let session = use_session();
    let asked = sign_in_gate::asked();
    let open = Signal::derive(move || asked.get());
    let signed_in = move |_: Session| sign_in_gate::answer(true);
    view! {
        <Dialog open on_close=move |()| sign_in_gate::answer(false) title="Your session has ended">
            <p>"Sign in again to go on. Nothing that you typed is lost."</p>
            <SignInForm only=session.account().map(|account| account.email) on_signed_in=signed_in />
            <p class="dialog-note">
                "Not you? " <a rel="external" href=routes::SIGN_IN>"Sign in as somebody else"</a>
            </p>
        </Dialog>
    }
}

fn checked(email: &str, password: &str) -> Result<NewSession, Vec<(String, String)>> {
    let mut wrong = Vec::new();
    let email: Result<Email, String> = email.parse();
    if let Err(sentence) = &email {
        wrong.push(("/email".to_owned(), sentence.clone()));
    }
    if password.is_empty() {
        wrong.push(("/password".to_owned(), "Enter your password.".to_owned()));
    }
    match email {
        Ok(email) if wrong.is_empty() => Ok(NewSession {
            email,
            password: Password::new(password.to_owned()),
            new_password: None,
        }),
        _ => Err(wrong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_form_says_what_is_missing_in_both_fields() {
        let wrong = checked("", "").unwrap_err();
        assert_eq!(
            wrong.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(),
            ["/email", "/password"]
        );
        assert!(checked("ann@example.com", "x").is_ok());
    }
}
