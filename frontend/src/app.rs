//! The root of the app: what every page shares, and which address shows which page.
//!
//! A settings page is one line in `page`; a page outside the frame is one `<Route>` in `App`.

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    components::{Outlet, ParentRoute, Redirect, Route, Router, Routes},
    hooks::{use_navigate, use_params_map},
    path,
};

use crate::{
    features::{
        account::appearance::keep_theme,
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
    routes::{self, Section},
    session::{CurrentWorkspace, State, provide_session, use_session},
    sign_in::SignInAgain,
    theme::provide_theme,
    ui::{
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
    guard_history();
    keep_places();
    view! {
        <Router>
            <OfflineNotice />
            <Routes fallback=|| view! { <Alone><NotFound /></Alone> }>
                <Route path=path!("/") view=Start />
                <Route path=path!("/setup") view=SetupPage />
                <Route path=path!("/sign-in") view=SignInPage />
                <Route path=path!("/forgot-password") view=ForgotPasswordPage />
                <Route path=path!("/reset-password") view=ResetPasswordPage />
                <Route path=path!("/join") view=JoinPage />
                <ParentRoute path=path!("/workspaces/:workspace_id") view=Inside>
                    <Route path=path!("") view=|| view! { <Redirect path="settings/workspace" /> } />
                    <Route path=path!("settings") view=|| view! { <Redirect path="profile" /> } />
                    <Route path=path!("settings/:section") view=Settings />
                    <Route path=path!("*any") view=NotFound />
                </ParentRoute>
            </Routes>
            <SignInAgain />
        </Router>
        <ToastRegion />
        <Announcer />
    }
}

/// `/`: on to the first workspace, to the sign-in page, or to setting up.
#[component]
fn Start() -> impl IntoView {
    let session = use_session();
    let navigate = use_navigate();
    Effect::new(move |_| {
        let replace = NavigateOptions {
            replace: true,
            ..NavigateOptions::default()
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
fn Inside() -> impl IntoView {
    let session = use_session();
    let navigate = use_navigate();
    Effect::new(move |_| {
        if session.state() == State::SignedOut {
            let replace = NavigateOptions {
                replace: true,
                ..NavigateOptions::default()
            };
            navigate(&routes::sign_in_and_return(), replace);
        }
    });
    view! {
        <Unless>
            {keep_theme()}
            {keep_inbox()}
            <Frame beside_profile=bell><Outlet /></Frame>
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
    let params = use_params_map();
    let is_operator = Memo::new(move |_| session.is_operator());
    let place = Memo::new(move |_| {
        params.with(|params| {
            Some((
                routes::workspace_id(params)?,
                Section::from_slug(&params.get("section")?)?,
            ))
        })
    });
    move || {
        let Some((id, section)) = place.get() else {
            return view! { <NotFound /> }.into_any();
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
