//! The way back in when the password is forgotten: asking for a link, and choosing a new password with it.

use leptos::prelude::*;
use shared::{
    error::ErrorCode,
    session::{CompletePasswordReset, PasswordReset, PasswordResetRequest, RequestPasswordReset},
    text::{Email, Password, SecretText},
};

use crate::{
    address::take_token,
    api::{ApiError, call},
    frame::alone::Alone,
    routes,
    sending::{Refusal, Sending, checked, checked_password, fault, password_fault},
    ui::{
        badge::Tone,
        button::{Button, ButtonLink, Kind, Look},
        copy::CopyButton,
        field::{TextField, Typed},
        form::Form,
        notice::Notice,
        page_title::PageTitle,
        password_field::{PasswordField, Which},
    },
};

/// What came of asking for a link.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Asked {
    ByMail(Email),
    ByOperator(Email),
}

/// `/forgot-password`
#[component]
pub fn ForgotPasswordPage() -> impl IntoView {
    let asked = RwSignal::new(None::<Asked>);
    let content = move || match asked.get() {
        None => view! { <AskForm asked /> }.into_any(),
        Some(Asked::ByMail(email)) => view! { <MailSent email /> }.into_any(),
        Some(Asked::ByOperator(email)) => view! { <AskOperator email /> }.into_any(),
    };
    view! {
        <Alone>
            <PageTitle title="Forgot your password?" />
            <section class="card stack" aria-live="polite">{content}</section>
            <p class="alone-note"><a href=routes::SIGN_IN>"Back to signing in"</a></p>
        </Alone>
    }
}

#[component]
fn AskForm(asked: RwSignal<Option<Asked>>) -> impl IntoView {
    let email = RwSignal::new(String::new());
    let sending = Sending::new();
    let busy = sending.busy();
    let email_error = sending.errors.of("/email");
    let other = sending.errors.other_than(&["/email"]);
    let email_left = sending.watch("/email", email, fault::<Email>);
    let submit = move |()| {
        let mut wrong = Vec::new();
        let Some(email) = checked::<Email>(&email.get_untracked(), "/email", &mut wrong) else {
            sending.errors.set(wrong);
            return;
        };
        let body = PasswordResetRequest { email: email.clone() };
        sending.send(call::<RequestPasswordReset>((), (), body), move |answer| {
            asked.set(Some(if answer.by_mail {
                Asked::ByMail(email)
            } else {
                Asked::ByOperator(email)
            }));
        });
    };
    view! {
        <p>"Enter the address that you sign in with. You get a link with which you choose a new password."</p>
        <Form on_submit=submit busy>
            <TextField label="E-mail" value=email kind=Typed::Email autocomplete="username" autofocus=true error=email_error on_leave=email_left />
            <Refusal error=other />
            <Button look=Look::Primary kind=Kind::Submit busy>"Ask for a link"</Button>
        </Form>
    }
}

#[component]
fn MailSent(email: Email) -> impl IntoView {
    view! {
        <p>
            "If there is an account for " <strong>{email.to_string()}</strong>
            ", a link is on its way. It works once and for a short time."
        </p>
        <p class="muted">"Nothing after a few minutes? Look into the spam folder, and check the address."</p>
    }
}

#[component]
fn AskOperator(email: Email) -> impl IntoView {
    let command = format!("clearance user reset-password {email}");
    view! {
        <p>"This server sends no mail. Ask whoever operates it to run this command and to give you the link that it prints:"</p>
        <pre class="code" tabindex="0">{command.clone()}</pre>
        <div class="actions"><CopyButton text=command label="Copy command" /></div>
    }
}

/// How far choosing a new password has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reset {
    NoToken,
    Choosing,
    Unusable,
    Done,
}

/// `/reset-password#token=..`
#[component]
pub fn ResetPasswordPage() -> impl IntoView {
    let token = StoredValue::new(take_token());
    let stage = RwSignal::new(if token.with_value(Option::is_some) {
        Reset::Choosing
    } else {
        Reset::NoToken
    });
    let content = move || {
        match stage.get() {
        Reset::Choosing => {
            let token = token.get_value().unwrap_or_default();
            view! { <ResetForm token stage /> }.into_any()
        }
        Reset::NoToken => view! {
            <p>"The link is not complete. Open the whole link from the message, or ask for a new one."</p>
            <ButtonLink href=routes::FORGOT_PASSWORD.to_owned() look=Look::Primary>"Ask for a new link"</ButtonLink>
        }
        .into_any(),
        Reset::Unusable => view! {
            <Notice tone=Tone::Warning>"This link was used already or has expired."</Notice>
            <ButtonLink href=routes::FORGOT_PASSWORD.to_owned() look=Look::Primary>"Ask for a new link"</ButtonLink>
        }
        .into_any(),
        Reset::Done => view! {
            <Notice tone=Tone::Good>"Your new password is set. Every browser was signed out."</Notice>
            <ButtonLink href=routes::SIGN_IN.to_owned() look=Look::Primary>"Sign in"</ButtonLink>
        }
        .into_any(),
    }
    };
    view! {
        <Alone>
            <PageTitle title="Choose a new password" />
            <section class="card stack" aria-live="polite">{content}</section>
        </Alone>
    }
}

#[component]
fn ResetForm(token: String, stage: RwSignal<Reset>) -> impl IntoView {
    let password = RwSignal::new(String::new());
    let sending = Sending::new();
    let busy = sending.busy();
    let password_error = sending.errors.of("/password");
    let other = sending.errors.other_than(&["/password"]);
    let left = sending.watch("/password", password, password_fault);
    let submit = move |()| {
        let mut wrong = Vec::new();
        let Some(password) = checked_password(&password.get_untracked(), "/password", &mut wrong) else {
            sending.errors.set(wrong);
            return;
        };
        let body = PasswordReset {
            token: SecretText::new(token.clone()),
            password,
        };
        sending.send(reset(body), move |next| stage.set(next));
    };
    let hint = format!(
        "At least {} characters. A few words in a row are easy to remember.",
        Password::MIN
    );
    view! {
        <p>"It takes the place of the old one, and every browser is signed out."</p>
        <Form on_submit=submit busy>
            <PasswordField label="New password" value=password which=Which::New autofocus=true error=password_error on_leave=left hint />
            <Refusal error=other />
            <Button look=Look::Primary kind=Kind::Submit busy>"Set new password"</Button>
        </Form>
    }
}

/// A link that does not work any more is an outcome, not a fault of the form.
async fn reset(body: PasswordReset) -> Result<Reset, ApiError> {
    match call::<CompletePasswordReset>((), (), body).await {
        Ok(()) => Ok(Reset::Done),
        Err(error) if error.code() == Some(ErrorCode::LinkUnusable) => Ok(Reset::Unusable),
        Err(error) => Err(error),
    }
}
