//! The first-run page: the first administrator's account, and whom the server is for. It needs the token of the link
//! that the server printed.

use leptos::prelude::*;
use shared::{
    session::Session,
    setup::{CompleteSetup, Hosting, Setup},
    text::{Email, Name, Password, SecretText},
};

use crate::{
    address::{Address, Step, take_token, use_address},
    api::call,
    frame::alone::Alone,
    routes::{self, Section},
    sending::{Refusal, Sending, checked, checked_password, fault, password_fault, told},
    session::use_session,
    ui::{
        button::{Button, ButtonLink, Kind, Look},
        choice::{Choice, RadioField},
        field::{TextField, Typed},
        form::Form,
        leave_guard::LeaveGuard,
        load::load,
        page_title::PageTitle,
        password_field::{PasswordField, Which},
        skeleton::Skeleton,
    },
};

const FIELDS: &[&str] = &["/name", "/email", "/password", "/hosting"];

/// `/setup#token=..`
#[component]
pub fn SetupPage() -> impl IntoView {
    let token = StoredValue::new(take_token());
    let begun = RwSignal::new(false);
    let content = move || {
        load(use_session().server(), Skeleton::Fields(4), move |server| {
            if !server.needs_setup && !begun.get_untracked() {
                view! { <SetUpAlready /> }.into_any()
            } else {
                match token.get_value() {
                    Some(token) => view! { <SetupForm token begun /> }.into_any(),
                    None => view! { <NoToken /> }.into_any(),
                }
            }
        })
    };
    view! {
        <Alone>
            <PageTitle title="Set up Clearance" />
            {content()}
        </Alone>
    }
}

#[component]
fn SetUpAlready() -> impl IntoView {
    view! {
        <section class="card stack">
            <p>"This server is set up already. Its administrator can invite you to a workspace."</p>
            <div class="actions"><ButtonLink href=routes::SIGN_IN.to_owned() look=Look::Primary>"Sign in"</ButtonLink></div>
        </section>
    }
}

#[component]
fn NoToken() -> impl IntoView {
    view! {
        <section class="card stack">
            <p>
                "Whoever opens the set-up link first becomes the administrator of this server. That is why the link has a secret part, which this address lacks."
            </p>
            <p>
                "The server printed the link when it started, in the terminal or log of "
                <code>"clearance serve"</code> ". It begins with "
                <code>{window().location().origin().unwrap_or_default()} "/setup#token="</code>
                ". Open it as a whole. If it is lost, restart the server: it prints a new one until it is set up."
            </p>
        </section>
    }
}

#[component]
fn SetupForm(token: String, begun: RwSignal<bool>) -> impl IntoView {
    let session = use_session();
    let address = use_address();
    let [name, email, password] = [(); 3].map(|()| RwSignal::new(String::new()));
    let hosting = RwSignal::new(Hosting::OwnTeam.as_str().to_owned());
    let sending = Sending::new();
    let errors = sending.errors.clone();
    let (name_error, email_error) = (errors.of("/name"), errors.of("/email"));
    let (password_error, hosting_error) = (errors.of("/password"), errors.of("/hosting"));
    let other = errors.other_than(FIELDS);
    let busy = sending.busy();
    let dirty = Signal::derive(move || {
        !begun.get()
            && [name, email, password]
                .iter()
                .any(|field| field.with(|text| !text.is_empty()))
    });
    let name_left = sending.watch("/name", name, fault::<Name>);
    let email_left = sending.watch("/email", email, fault::<Email>);
    let password_left = sending.watch("/password", password, password_fault);
    let submit = move |()| {
        let mut wrong = Vec::new();
        let name = checked(&name.get_untracked(), "/name", &mut wrong);
        let email = checked(&email.get_untracked(), "/email", &mut wrong);
        let password = checked_password(&password.get_untracked(), "/password", &mut wrong);
        let (Some(name), Some(email), Some(password)) = (name, email, password) else {
            sending.errors.set(wrong);
            return;
        };
        let body = Setup {
            token: SecretText::new(token.clone()),
            name,
            email,
            password,
            hosting: hosting_named(&hosting.get_untracked()),
        };
        let errors = sending.errors.clone();
        sending.send(call::<CompleteSetup>((), (), body), move |session_begun| {
            begun.set(true);
            leptos::task::spawn_local(async move {
                if let Err(error) = enter(session, address, session_begun).await {
                    errors.set(told(&error));
                }
            });
        });
    };
    view! {
        <LeaveGuard dirty />
        <p class="lead">"You are the first here. Make your account; it administers this server."</p>
        <section class="card">
            <Form on_submit=submit busy>
                <TextField label="Your name" value=name autocomplete="name" autofocus=true error=name_error on_leave=name_left />
                <TextField label="E-mail" value=email kind=Typed::Email autocomplete="username" error=email_error on_leave=email_left
                    hint="You sign in with it. No message is sent to it." />
                <PasswordField label="Password" value=password which=Which::New error=password_error on_leave=password_left
                    hint=password_rule() />
                <RadioField legend="Whom is this server for?" value=hosting choices=hostings() error=hosting_error />
                <Refusal error=other />
                <Button look=Look::Primary kind=Kind::Submit busy>"Set up server"</Button>
            </Form>
        </section>
    }
}

/// On to the workspace, where the next step is shown.
async fn enter(
    session: crate::session::CurrentSession,
    address: Address,
    begun: Session,
) -> Result<(), crate::api::ApiError> {
    let to = format!(
        "{}?welcome=true",
        routes::settings(begun.workspace_id, Section::Workspace)
    );
    session.begin(begun).await?;
    address.go(Step::Same, &to);
    session.server().refetch();
    Ok(())
}

fn password_rule() -> String {
    format!(
        "At least {} characters. A few words in a row are easy to remember.",
        Password::MIN
    )
}

fn hostings() -> Vec<Choice> {
    let choice = |hosting: Hosting, label: &str, hint: &str| Choice {
        value: hosting.as_str().to_owned(),
        label: label.to_owned(),
        hint: hint.to_owned(),
    };
    vec![
        choice(
            Hosting::OwnTeam,
            "My own team",
            "Everybody works for you: no plans and no limits.",
        ),
        choice(
            Hosting::SeveralTeams,
            "It hosts several teams",
            "Each team has a workspace with a plan, and pays or is limited by it.",
        ),
    ]
}

fn hosting_named(value: &str) -> Hosting {
    if value == Hosting::SeveralTeams.as_str() {
        Hosting::SeveralTeams
    } else {
        Hosting::OwnTeam
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_hosting_is_offered_once_and_understood_again() {
        for (choice, hosting) in hostings().iter().zip([Hosting::OwnTeam, Hosting::SeveralTeams]) {
            assert_eq!(hosting_named(&choice.value), hosting);
        }
    }
}
