//! `/sign-in`: the form, and where to go when it cannot help.

use leptos::prelude::*;
use shared::session::Session;

use crate::{
    address::{Step, use_address},
    frame::alone::Alone,
    router::use_location,
    routes,
    sending::Refusal,
    session::{State, use_session},
    sign_in::SignInForm,
    ui::{
        badge::Tone, effect::effect, live::live, load::Explain, notice::Notice, page_title::PageTitle,
        skeleton::Skeleton,
    },
};

/// `/sign-in?next=..`
#[component]
pub fn SignInPage() -> impl IntoView {
    let session = use_session();
    let address = use_address();
    let query = use_location().query;
    let failed = RwSignal::new(None::<String>);
    let begin = move |begun: Session| {
        leptos::task::spawn_local(async move {
            failed.set(session.begin(begun).await.err().map(|error| error.sentence()));
        });
    };
    effect(move || {
        if matches!(session.state(), State::SignedIn(_)) {
            let next = query.with_untracked(|query| query.get("next"));
            address.go(Step::Same, &routes::safe_next(next));
        }
    });
    let is_known = Memo::new(move |_| matches!(session.state(), State::SignedOut | State::Failed(_)));
    let form = move || {
        if is_known.get() {
            view! { <SignInForm on_signed_in=begin /> }.into_any()
        } else {
            Skeleton::Fields(2).view()
        }
    };
    let needs_setup = move || {
        session
            .server()
            .get()
            .is_some_and(|server| server.is_ok_and(|server| server.needs_setup))
    };
    view! {
        <Alone>
            <PageTitle title="Sign in" />
            {live(move || {
                needs_setup()
                    .then(|| {
                        view! {
                            <Notice tone=Tone::Accent>
                                "This server is not set up yet. " <a href=routes::SETUP>"How to set it up"</a>
                            </Notice>
                        }
                    })
            })}
            <section class="card stack">
                {form}
                <Refusal error=failed />
                <p class="dialog-note"><a href=routes::FORGOT_PASSWORD>"Forgot your password?"</a></p>
            </section>
            <p class="alone-note">"No account yet? A member of a workspace can send you an invitation link."</p>
        </Alone>
    }
}
