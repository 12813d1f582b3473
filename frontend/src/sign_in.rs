//! The form that signs in, for the sign-in page and for the dialog over the page when a session has ended.

use leptos::{html, prelude::*};
use shared::{
    error::ErrorCode,
    session::{NewSession, Session, SignIn},
    text::{Email, Password},
};

use crate::{
    api::{ApiError, call},
    routes,
    sending::{Sending, checked_password, password_fault},
    session::use_session,
    sign_in_gate,
    ui::{
        button::{Button, Kind, Look},
        dialog::Dialog,
        dom,
        field::{TextField, Typed},
        form::Form,
        live::live,
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
    let [password, new_password] = [(); 2].map(|()| RwSignal::new(String::new()));
    // Whose new password is asked for. It is never sent for another address.
    let asked_of = RwSignal::new(None::<String>);
    let needs_new =
        Memo::new(move |_| email.with(|email| asked_of.with(|asked| asked.as_ref() == Some(email))));
    let sending = Sending::new();
    let errors = sending.errors.clone();
    let (email_error, password_error, new_error) = (
        errors.of("/email"),
        errors.of("/password"),
        errors.of("/new_password"),
    );
    let elsewhere = errors.other_than(&["/email", "/password", "/new_password"]);
    let busy = sending.busy();
    let new_left = sending.watch("/new_password", new_password, password_fault);
    let submit = move |()| {
        let new = needs_new.get_untracked().then(|| new_password.get_untracked());
        match checked(&email.get_untracked(), &password.get_untracked(), new.as_deref()) {
            Ok(credentials) => sending.send(sign_in(credentials), move |session| match session {
                Some(session) => {
                    let _ = on_signed_in.try_run(session);
                }
                None => asked_of.set(Some(email.get_untracked())),
            }),
            Err(wrong) => errors.set(wrong),
        }
    };
    let new_field = move || {
        needs_new
            .get()
            .then(|| view! { <NewPassword value=new_password error=new_error on_leave=new_left /> })
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
            {new_field}
            {live(move || elsewhere.get().map(|error| view! { <p class="field-error" role="alert">{error}</p> }))}
            <Button look=Look::Primary kind=Kind::Submit busy>"Sign in"</Button>
        </Form>
    }
}

/// The field for the password that has to be chosen; it takes the focus when it appears.
#[component]
fn NewPassword(
    value: RwSignal<String>,
    error: Signal<Option<String>>,
    on_leave: Callback<()>,
) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    place.on_load(|place| {
        dom::before_paint(move || {
            if let Some(field) = dom::all(&place, "input").first() {
                dom::focus(field);
            }
        });
    });
    let least = Password::MIN;
    let hint =
        format!("The operator of this server asks you to choose a new one: at least {least} characters.");
    view! {
        <div node_ref=place>
            <PasswordField label="New password" value which=Which::New error on_leave hint />
        </div>
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

/// The session; nothing if a new password has to be chosen first.
async fn sign_in(credentials: NewSession) -> Result<Option<Session>, ApiError> {
    match call::<SignIn>((), (), credentials).await {
        Ok(session) => Ok(Some(session)),
        Err(error) if error.code() == Some(ErrorCode::NewPasswordRequired) => Ok(None),
        Err(error) => Err(error),
    }
}

fn checked(email: &str, password: &str, new: Option<&str>) -> Result<NewSession, Vec<(String, String)>> {
    let mut wrong = Vec::new();
    let email: Result<Email, String> = email.parse();
    if let Err(sentence) = &email {
        wrong.push(("/email".to_owned(), sentence.clone()));
    }
    if password.is_empty() {
        wrong.push(("/password".to_owned(), "Enter your password.".to_owned()));
    }
    let new_password = new.and_then(|new| checked_password(new, "/new_password", &mut wrong));
    match email {
        Ok(email) if wrong.is_empty() => Ok(NewSession {
            email,
            password: Password::new(password.to_owned()),
            new_password,
        }),
        _ => Err(wrong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_form_says_what_is_missing_in_both_fields() {
        let wrong = checked("", "", None).unwrap_err();
        assert_eq!(
            wrong.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(),
            ["/email", "/password"]
        );
        assert!(checked("ann@example.com", "x", None).is_ok());
    }

    #[test]
    fn a_new_password_is_sent_only_when_it_is_asked_for_and_long_enough() {
        let sent = |new| checked("ann@example.com", "x", new).map(|sent| sent.new_password);
        assert_eq!(sent(None), Ok(None));
        assert_eq!(
            sent(Some("a new password")),
            Ok(Some(Password::new("a new password".to_owned())))
        );
        assert_eq!(sent(Some("short")).unwrap_err()[0].0, "/new_password");
    }
}
