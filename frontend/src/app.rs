//! The root of the app: what every page shares, and which address shows which page.
//!
//! A settings page is one line in `sections`; a page outside the frame is one line in `Pages` and in `routes::Place`.

use leptos::prelude::*;

use crate::{
    features::{
        account::{appearance::keep_theme, tips::Tips},
        invitations::join::JoinPage,
        notifications::{bell::bell, keep_inbox},
        session::{
            forgotten::{ForgotPasswordPage, ResetPasswordPage},
            sign_in_page::SignInPage,
        },
        setup::SetupPage,
    },
    frame::{Frame, alone::Alone},
    pages::{NoPermission, NotFound},
    preferences::provide_preferences,
    router::{NavigateOptions, provide_router, use_location, use_navigate},
    routes::{self, Inside, Place, Section},
    session::{CurrentWorkspace, State, provide_session, use_session},
    sign_in::SignInAgain,
    theme::provide_theme,
    ui::{
        effect::effect,
        leave_guard::guard_history,
        load::Explain,
        notice::OfflineNotice,
        page_title::Announcer,
        scroll::keep_places,
        toast::{ToastRegion, provide_toasts},
    },
};

/// The page of a settings section. The side bar offers the sections that have one.
pub fn page(section: Section) -> Option<fn() -> AnyView> {
    #[cfg(feature = "gallery")]
    return Some(crate::gallery::page(section));
    #[cfg(not(feature = "gallery"))]
    Some(crate::sections::page(section))
}

/// The whole app.
#[component]
pub fn App() -> impl IntoView {
    provide_theme();
    provide_toasts();
    provide_session();
    provide_preferences();
    guard_history();
    provide_router();
    keep_places();
    view! {
        <OfflineNotice />
        <Pages />
        <SignInAgain />
        <ToastRegion />
        <Announcer />
    }
}

/// What there is at the address.
#[component]
fn Pages() -> impl IntoView {
    let path = use_location().pathname;
    let place = Memo::new(move |_| path.with(|path| Place::at(path)));
    move || match place.get() {
        Place::Start => view! { <Start /> }.into_any(),
        Place::SetUp => view! { <SetupPage /> }.into_any(),
        Place::SignIn => view! { <SignInPage /> }.into_any(),
        Place::ForgotPassword => view! { <ForgotPasswordPage /> }.into_any(),
        Place::ResetPassword => view! { <ResetPasswordPage /> }.into_any(),
        Place::Join => view! { <JoinPage /> }.into_any(),
        Place::Inside => view! { <InWorkspace /> }.into_any(),
        Place::Nothing => view! { <Alone><NotFound /></Alone> }.into_any(),
    }
}

/// `/`: on to the first workspace, to the sign-in page, or to setting up.
#[component]
fn Start() -> impl IntoView {
    let session = use_session();
    let navigate = use_navigate();
    effect(move || {
        let replace = NavigateOptions {
            replace: true,
            scroll: true,
        };
        match session.state() {
            State::SignedIn(begun) => {
                navigate(&routes::settings(begun.workspace_id, Section::Workspace), replace);
            }
            State::SignedOut => match session.server().get() {
                Some(Ok(server)) if server.needs_setup => navigate(routes::SETUP, replace),
                Some(_) => navigate(routes::SIGN_IN, replace),
                None => {}
            },
            State::Starting | State::Failed(_) => {}
        }
    });
    view! { <Unless>{None::<()>}</Unless> }
}

/// Everything below `/workspaces/{id}`: only for those who are signed in; the others come back after signing in.
#[component]
fn InWorkspace() -> impl IntoView {
    let session = use_session();
    let navigate = use_navigate();
    effect(move || {
        if session.state() == State::SignedOut {
            let replace = NavigateOptions {
                replace: true,
                scroll: true,
            };
            navigate(&routes::sign_in_and_return(), replace);
        }
    });
    view! {
        <Unless>
            {keep_theme()}
            {keep_inbox()}
            <Frame beside_profile=bell><Settings /></Frame>
            <Tips />
        </Unless>
    }
}

/// Shows its children when somebody is signed in, and until then why not.
#[component]
fn Unless(children: ChildrenFn) -> impl IntoView {
    let session = use_session();
    let stage = Memo::new(move |_| match session.state() {
        State::Starting | State::SignedOut => Ok(false),
        State::SignedIn(_) => Ok(true),
        State::Failed(error) => Err(error.sentence()),
    });
    move || match stage.get() {
        Ok(true) => children().into_any(),
        Ok(false) => view! { <Alone><p class="shell-wait">"Loading Clearance…"</p></Alone> }.into_any(),
        Err(sentence) => {
            let retry = move |()| leptos::task::spawn_local(session.start());
            view! { <Alone><crate::pages::OutOfReach sentence on_retry=retry /></Alone> }.into_any()
        }
    }
}

/// The settings section that the address names, drawn anew for each section and each workspace.
#[component]
fn Settings() -> impl IntoView {
    let session = use_session();
    let is_operator = Memo::new(move |_| session.is_operator());
    let path = use_location().pathname;
    let navigate = use_navigate();
    let place = Memo::new(move |_| path.with(|path| Some((routes::workspace_id(path)?, Inside::at(path)))));
    effect(move || {
        if let Some((id, Inside::ShortFor(section))) = place.get() {
            let replace = NavigateOptions {
                replace: true,
                scroll: true,
            };
            navigate(&routes::settings(id, section), replace);
        }
    });
    move || {
        let (id, section) = match place.get() {
            Some((id, Inside::Section(section))) => (id, section),
            Some((_, Inside::ShortFor(_))) => return ().into_any(),
            _ => return view! { <NotFound /> }.into_any(),
        };
        let workspace = CurrentWorkspace::of(session, id);
        provide_context(workspace);
        let allowed = (!section.is_for_administrators() || workspace.is_administrator())
            && (!section.is_for_operators() || is_operator.get());
        if !allowed {
            return view! { <NoPermission section /> }.into_any();
        }
        match page(section) {
            Some(page) => page(),
            None => view! { <NotFound /> }.into_any(),
        }
    }
}
