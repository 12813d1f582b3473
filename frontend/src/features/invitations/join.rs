//! `/join#token=..`: what a link invites to, and joining with the account that is signed in, another one, or a new one
//! (R057).

use leptos::prelude::*;
use shared::{
    error::ErrorCode,
    invitations::{
        AcceptInvitation, InvitationToken, JoinWithNewAccount, Joining, ShowInvitation, ShownInvitation,
    },
    session::Session,
    text::{Email, Name, Password, SecretText},
};

use crate::{
    address::{Address, Step, take_token, use_address},
    api::{ApiError, call},
    frame::alone::Alone,
    routes::{self, Section},
    sending::{Refusal, Sending, checked, checked_password, fault, password_fault, told},
    session::{State, use_session},
    sign_in::SignInForm,
    ui::{
        ago::day,
        badge::Tone,
        button::{Button, ButtonLink, Kind, Look},
        fetched::Fetched,
        field::{TextField, Typed},
        form::{FieldErrors, Form},
        load::{Explain, load},
        notice::Notice,
        page_title::PageTitle,
        password_field::{PasswordField, Which},
        skeleton::Skeleton,
        tabs::{Tab, Tabs},
    },
};

const NEW: &str = "new";
const EXISTING: &str = "sign-in";

/// `/join#token=..`
#[component]
pub fn JoinPage() -> impl IntoView {
    let token = StoredValue::new(take_token());
    // Of the page: a part of it may be gone by the time that somebody has joined.
    let address = use_address();
    let content = match token.get_value() {
        Some(token) => view! { <Invited token address /> }.into_any(),
        None => view! {
            <section class="card stack">
                <p>"The link is not complete. Open the whole link that you were sent; it ends with a secret part that this address lacks."</p>
                <div class="actions"><ButtonLink href="/".to_owned()>"Go to the start"</ButtonLink></div>
            </section>
        }
        .into_any(),
    };
    view! {
        <Alone>
            <PageTitle title="Join a workspace" />
            {content}
        </Alone>
    }
}

#[component]
fn Invited(token: String, address: Address) -> impl IntoView {
    let sent = token.clone();
    let shown = Fetched::new(move || {
        let body = InvitationToken {
            token: SecretText::new(sent.clone()),
        };
        async { show(body).await }
    });
    load(shown, Skeleton::Fields(3), move |shown| {
        match shown {
        Some(shown) => view! { <Ways token=token.clone() address shown /> }.into_any(),
        None => view! {
            <section class="card stack">
                <Notice tone=Tone::Warning>"This invitation was used already, was taken back, or has expired."</Notice>
                <p>"Ask whoever invited you for a new link. If you joined before, sign in."</p>
                <div class="actions"><ButtonLink href=routes::SIGN_IN.to_owned() look=Look::Primary>"Sign in"</ButtonLink></div>
            </section>
        }
        .into_any(),
    }
    })
}

/// A link that does not work any more is an outcome, not a fault.
async fn show(body: InvitationToken) -> Result<Option<ShownInvitation>, ApiError> {
    match call::<ShowInvitation>((), (), body).await {
        Ok(shown) => Ok(Some(shown)),
        Err(error) if matches!(error.code(), Some(ErrorCode::LinkUnusable | ErrorCode::NotFound)) => Ok(None),
        Err(error) => Err(error),
    }
}

#[component]
fn Ways(token: String, address: Address, shown: ShownInvitation) -> impl IntoView {
    let session = use_session();
    let workspace = shown.workspace_name.to_string();
    let invitee = shown.email.clone();
    // Only who is signed in counts here, not each change to them.
    let who = Memo::new(move |_| match session.state() {
        State::Starting => None,
        State::SignedIn(begun) => Some(Some(begun.account.email)),
        State::SignedOut | State::Failed(_) => Some(None),
    });
    let way = move || match who.get() {
        None => Skeleton::Fields(3).view(),
        Some(Some(me)) => {
            view! { <JoinAsMe token=token.clone() address me invitee=invitee.clone() /> }.into_any()
        }
        Some(None) => view! { <JoinAnew token=token.clone() address invitee=invitee.clone() /> }.into_any(),
    };
    view! {
        <p class="lead">
            <strong>{shown.invited_by.to_string()}</strong> " invites you to the workspace " <strong>{workspace}</strong> "."
        </p>
        <section class="card stack">{way}</section>
        <p class="alone-note">"The link works once, until " {day(shown.expires_at.timestamp_millis())} "."</p>
    }
}

#[component]
fn JoinAsMe(token: String, address: Address, me: Email, invitee: Option<Email>) -> impl IntoView {
    let session = use_session();
    let sending = Sending::new();
    let busy = sending.busy();
    let error = sending.error();
    let is_other = invitee.as_ref().is_some_and(|invitee| invitee.key() != me.key());
    let out = sending.clone();
    let sign_out = move |_| out.send(session.sign_out(), |()| ());
    let join = move |_| {
        let body = InvitationToken {
            token: SecretText::new(token.clone()),
        };
        sending.send(
            async move {
                let joined = call::<AcceptInvitation>((), (), body).await?;
                session.reload_workspaces().await?;
                Ok(joined)
            },
            move |joined| {
                address.go(
                    Step::Same,
                    &format!("{}?welcome=true", routes::settings(joined.id, Section::Workspace)),
                );
            },
        );
    };
    let choice = match invitee.filter(|_| is_other) {
        Some(invitee) => view! {
            <Notice tone=Tone::Warning>
                <p>
                    "The invitation is for " <strong>{invitee.to_string()}</strong> ", but you are signed in as "
                    <strong>{me.to_string()}</strong> "."
                </p>
            </Notice>
            <Button look=Look::Primary busy on_click=sign_out>"Sign out and use another account"</Button>
        }
        .into_any(),
        None => view! {
            <Button look=Look::Primary busy on_click=join>"Join as " {me.to_string()}</Button>
            <Button look=Look::Quiet busy on_click=sign_out>"Use another account"</Button>
        }
        .into_any(),
    };
    view! {
        {choice}
        <Refusal error />
    }
}

#[component]
fn JoinAnew(token: String, address: Address, invitee: Option<Email>) -> impl IntoView {
    let session = use_session();
    let chosen = RwSignal::new(NEW.to_owned());
    let refused = FieldErrors::new();
    let error = refused.other_than(&[]);
    let begin = move |begun: Session| {
        let refused = refused.clone();
        leptos::task::spawn_local(async move {
            if let Err(error) = session.begin(begun).await {
                refused.set(told(&error));
            }
        });
    };
    let tabs = vec![
        Tab {
            key: NEW,
            label: "New account",
        },
        Tab {
            key: EXISTING,
            label: "I have an account",
        },
    ];
    let form = move || {
        if chosen.get() == NEW {
            view! { <NewAccount token=token.clone() address invitee=invitee.clone() /> }.into_any()
        } else {
            view! { <SignInForm on_signed_in=begin.clone() /> }.into_any()
        }
    };
    view! {
        <Tabs label="How to join" tabs chosen on_choose=move |key: &'static str| chosen.set(key.to_owned())>{form}</Tabs>
        <Refusal error />
    }
}

#[component]
fn NewAccount(token: String, address: Address, invitee: Option<Email>) -> impl IntoView {
    let session = use_session();
    let [name, password] = [(); 2].map(|()| RwSignal::new(String::new()));
    let is_fixed = invitee.is_some();
    let email = RwSignal::new(invitee.map(|email| email.to_string()).unwrap_or_default());
    let sending = Sending::new();
    let busy = sending.busy();
    let errors = sending.errors.clone();
    let (name_error, email_error) = (errors.of("/name"), errors.of("/email"));
    let password_error = errors.of("/password");
    let other = errors.other_than(&["/name", "/email", "/password"]);
    let name_left = sending.watch("/name", name, fault::<Name>);
    let email_left = sending.watch("/email", email, fault::<Email>);
    let password_left = sending.watch("/password", password, password_fault);
    let submit = move |()| {
        let mut wrong = Vec::new();
        let name = checked::<Name>(&name.get_untracked(), "/name", &mut wrong);
        let email = checked::<Email>(&email.get_untracked(), "/email", &mut wrong);
        let password = checked_password(&password.get_untracked(), "/password", &mut wrong);
        let (Some(name), Some(email), Some(password)) = (name, email, password) else {
            sending.errors.set(wrong);
            return;
        };
        let body = Joining {
            token: SecretText::new(token.clone()),
            name,
            email,
            password,
        };
        let errors = sending.errors.clone();
        sending.send(join(body), move |outcome| match outcome {
            Err(taken) => errors.set(vec![("/email".to_owned(), taken)]),
            Ok(begun) => leptos::task::spawn_local(async move {
                let to = format!(
                    "{}?welcome=true",
                    routes::settings(begun.workspace_id, Section::Workspace)
                );
                match session.begin(begun).await {
                    Ok(()) => address.go(Step::Same, &to),
                    Err(error) => errors.set(told(&error)),
                }
            }),
        });
    };
    let who = if is_fixed {
        view! { <p class="sign-in-as">"Your address: " <strong>{email.get_untracked()}</strong></p> <Refusal error=email_error /> }.into_any()
    } else {
        view! { <TextField label="E-mail" value=email kind=Typed::Email autocomplete="username" error=email_error on_leave=email_left /> }.into_any()
    };
    view! {
        <Form on_submit=submit busy>
            <TextField label="Your name" value=name autocomplete="name" error=name_error on_leave=name_left />
            {who}
            <PasswordField
                label="Password"
                value=password
                which=Which::New
                error=password_error
                on_leave=password_left
                hint=format!("At least {} characters. A few words in a row are easy to remember.", Password::MIN)
            />
            <Refusal error=other />
            <Button look=Look::Primary kind=Kind::Submit busy>"Create account and join"</Button>
        </Form>
    }
}

/// An address that has an account belongs to its field: the sentence for it, if so.
async fn join(body: Joining) -> Result<Result<Session, String>, ApiError> {
    match call::<JoinWithNewAccount>((), (), body).await {
        Ok(begun) => Ok(Ok(begun)),
        Err(error) if error.code() == Some(ErrorCode::EmailTaken) => {
            Ok(Err(format!("{} Choose “I have an account”.", error.sentence())))
        }
        Err(error) => Err(error),
    }
}
