//! Who one is: the name, which can be changed in place, and what belongs to the account (R009 to R012).

use leptos::prelude::*;
use shared::{
    account::{Account, AccountChange, ChangeMe},
    text::Name,
};

use crate::{
    api::call,
    sending::{Sending, checked},
    session::use_session,
    ui::{
        ago::{Ago, day},
        avatar::Avatar,
        badge::{Badge, Tone},
        id_chip::IdChip,
        inline_edit::InlineEdit,
        toast::use_toasts,
    },
};

/// The card with one's account.
#[component]
pub fn ProfileCard() -> impl IntoView {
    let session = use_session();
    let account = Memo::new(move |_| session.account());
    let is_there = Memo::new(move |_| account.with(Option::is_some));
    let content = move || {
        is_there
            .get()
            .then(|| account.get_untracked().map(|account| view! { <Facts account /> }))
    };
    view! { <section class="card" aria-label="Your account">{content}</section> }
}

#[component]
fn Facts(account: Account) -> impl IntoView {
    let session = use_session();
    let toasts = use_toasts();
    let name = Signal::derive(move || {
        session
            .account()
            .map(|account| account.name.to_string())
            .unwrap_or_default()
    });
    let sending = Sending::new();
    let (busy, error) = (sending.busy(), sending.error());
    let save = move |text: String| {
        let mut wrong = Vec::new();
        let Some(name) = checked::<Name>(&text, "/name", &mut wrong) else {
            sending.errors.set(wrong);
            return;
        };
        let toasts = toasts.clone();
        let change = AccountChange { name: Some(name) };
        sending.send(call::<ChangeMe>((), (), change), move |changed| {
            session.put_account(changed);
            toasts.tell("Name saved");
        });
    };
    view! {
        <div class="profile-head">
            <Avatar name large=true />
            <div>
                <h2><InlineEdit label="name" value=name busy error on_save=save /></h2>
                <p class="muted">{account.email.to_string()}</p>
            </div>
            {account.is_operator.then(|| view! { <Badge tone=Tone::Accent>"Operates this server"</Badge> })}
        </div>
        <dl class="facts">
            <div><dt>"E-mail"</dt><dd>{account.email.to_string()}</dd></div>
            <div><dt>"User ID"</dt><dd><IdChip id=account.id.to_string() /></dd></div>
            <div><dt>"Member since"</dt><dd>{day(account.created_at.timestamp_millis())}</dd></div>
            <div>
                <dt>"Last signed in"</dt>
                <dd>
                    {match account.last_sign_in_at {
                        Some(at) => view! { <Ago at=at.timestamp_millis() /> }.into_any(),
                        None => view! { "Never" }.into_any(),
                    }}
                </dd>
            </div>
        </dl>
    }
}
