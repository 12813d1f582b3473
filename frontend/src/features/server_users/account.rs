//! The dialog about one account: what is known of it, and what can be done. What can be taken back is done at once,
//! with Undo.

use leptos::prelude::*;
use shared::server_users::{
    ChangeServerUser, GetServerUser, OneServerUser, ServerUser, ServerUserChange, UserState,
};

use crate::{
    address::{Address, Step, use_address},
    api::call,
    features::server_users::{Accounts, DELETE, MANAGE, PASSWORD_LINK, asked_for, badges, moment},
    sending::{Refusal, Sending},
    session::use_session,
    ui::{
        ago::day,
        button::{Button, Look},
        dialog::Dialog,
        fetched::Fetched,
        id_chip::IdChip,
        live::live,
        load::{Explain, load},
        number::plural,
        skeleton::Skeleton,
        toast::{Toasts, use_toasts},
    },
};

/// The dialog, opened by `?dialog=account&key=..`.
#[component]
pub fn AccountDialog(
    /// Is brought again after a change.
    list: Accounts,
) -> impl IntoView {
    let address = use_address();
    let asked = asked_for(address, MANAGE);
    let name = RwSignal::new(String::new());
    let open = Signal::derive(move || asked.with(Option::is_some));
    let title = Signal::derive(move || match name.get() {
        name if name.is_empty() => "Account".to_owned(),
        name => name,
    });
    view! {
        <Dialog open on_close=move |()| address.close_dialog() title>
            {live(move || asked.get().map(|id| one(id, name, list, address)))}
        </Dialog>
    }
}

fn one(id: String, name: RwSignal<String>, list: Accounts, address: Address) -> AnyView {
    name.set(String::new());
    let user = Fetched::new(move || {
        // What is no id leads to the same answer as one that nobody has.
        let user_id = id.parse().unwrap_or(shared::ids::UserId::NIL);
        call::<GetServerUser>(OneServerUser { user_id }, (), ())
    });
    load(user, Skeleton::Lines(6), move |user| {
        name.set(user.name.to_string());
        view! { <Facts user=user.clone() /> <Actions user list address /> }
    })
}

#[component]
fn Facts(user: ServerUser) -> impl IntoView {
    let where_to = plural(user.workspaces, "workspace", "workspaces");
    let use_of = format!(
        "{}, {}, {}",
        where_to,
        plural(user.keys, "working key", "working keys"),
        plural(user.sessions, "browser signed in", "browsers signed in")
    );
    view! {
        <dl class="facts">
            <div><dt>"State"</dt><dd><span class="badges">{badges(&user)}</span></dd></div>
            <div><dt>"E-mail"</dt><dd>{user.email.to_string()}</dd></div>
            <div><dt>"Has"</dt><dd>{use_of}</dd></div>
            <div><dt>"Last sign-in"</dt><dd>{moment(user.last_sign_in_at)}</dd></div>
            <div><dt>"Last key use"</dt><dd>{moment(user.last_key_use_at)}</dd></div>
            <div><dt>"Account since"</dt><dd>{day(user.created_at.timestamp_millis())}</dd></div>
            <div><dt>"User ID"</dt><dd><IdChip id=user.id.to_string() /></dd></div>
        </dl>
    }
}

/// A change of an account, how to take it back, and what to say.
#[derive(Clone)]
struct Wanted {
    change: ServerUserChange,
    back: ServerUserChange,
    told: &'static str,
}

fn wanted(told: &'static str, on: bool, of: fn(bool) -> ServerUserChange) -> Wanted {
    Wanted {
        change: of(on),
        back: of(!on),
        told,
    }
}

fn disabled(on: bool) -> ServerUserChange {
    ServerUserChange {
        disabled: Some(on),
        ..ServerUserChange::default()
    }
}

fn must_change(on: bool) -> ServerUserChange {
    ServerUserChange {
        must_change_password: Some(on),
        ..ServerUserChange::default()
    }
}

fn operator(on: bool) -> ServerUserChange {
    ServerUserChange {
        is_operator: Some(on),
        ..ServerUserChange::default()
    }
}

#[component]
fn Actions(user: ServerUser, list: Accounts, address: Address) -> impl IntoView {
    if user.state == UserState::Deleted {
        return view! {
            <p class="muted">"This account was deleted: the name is a pseudonym, and nothing can be done with it any more."</p>
        }
        .into_any();
    }
    let is_me = untrack(|| use_session().account()).is_some_and(|me| me.id == user.id);
    let not_mine = is_me.then(|| "This cannot be done to your own account. Ask another operator.".to_owned());
    let toasts = use_toasts();
    let sending = Sending::new();
    let (busy, error) = (sending.busy(), sending.error());
    let (id, name) = (user.id, user.name.to_string());
    let act = Callback::new(move |Wanted { change, back, told }: Wanted| {
        let (toasts, told) = (toasts.clone(), format!("{name}: {told}"));
        sending.send(
            call::<ChangeServerUser>(OneServerUser { user_id: id }, (), change),
            move |_| {
                address.close_dialog();
                list.refetch();
                offer_undo(&toasts, told, id, back, list);
            },
        );
    });
    let is_disabled = user.state == UserState::Disabled;
    let (words, hint, told) = if is_disabled {
        (
            "Enable",
            "They can sign in again, and their keys work again.",
            "enabled",
        )
    } else {
        (
            "Disable",
            "They are signed out everywhere and their keys are refused, from the next call on.",
            "disabled",
        )
    };
    let enabling = (
        words,
        hint,
        wanted(told, !is_disabled, disabled),
        not_mine.clone(),
    );
    let (words, hint, told) = if user.must_change_password {
        (
            "Ask no more for a new password",
            "They sign in with the password that they have.",
            "no new password asked for",
        )
    } else {
        (
            "Ask for a new password",
            "They are signed out everywhere and choose a new password when they sign in next.",
            "a new password is asked for",
        )
    };
    let asking = (
        words,
        hint,
        wanted(told, !user.must_change_password, must_change),
        None,
    );
    let (words, hint, told) = if user.is_operator {
        (
            "Take operator away",
            "They see no more of the server than any other account.",
            "no operator any more",
        )
    } else {
        (
            "Make operator",
            "They see and manage every account and workspace of this server.",
            "operator now",
        )
    };
    let blocked = not_mine.clone().filter(|_| user.is_operator);
    let operating = (words, hint, wanted(told, !user.is_operator, operator), blocked);
    let changes = [enabling, asking, operating].map(|(words, hint, wanted, blocked)| {
        let run = Callback::new(move |()| act.run(wanted.clone()));
        action(words, hint, blocked, busy, Look::Plain, run)
    });
    let lead = move |dialog: &'static str| {
        Callback::new(move |()| address.change(Step::Same, &[("dialog", Some(dialog.to_owned()))]))
    };
    let link_hint = "For somebody who cannot get a mail: you send them a link to choose a new password. Earlier links end.";
    let delete_hint = "Replaces name and address by a pseudonym, for good. What they logged stays.";
    view! {
        <div class="deeds">
            {changes.into_iter().collect_view()}
            {action("Password link", link_hint, None, busy, Look::Plain, lead(PASSWORD_LINK))}
            {action("Delete account", delete_hint, not_mine, busy, Look::Danger, lead(DELETE))}
        </div>
        <Refusal error />
    }
    .into_any()
}

fn action(
    words: &'static str,
    hint: &'static str,
    blocked: Option<String>,
    busy: Signal<bool>,
    look: Look,
    on_click: Callback<()>,
) -> AnyView {
    let hint = blocked.clone().unwrap_or_else(|| hint.to_owned());
    view! {
        <div class="deed">
            <p class="muted">{hint}</p>
            <Button look busy blocked=Signal::stored(blocked) on_click=move |_| on_click.run(())>{words}</Button>
        </div>
    }
    .into_any()
}

/// Says what was done, and takes it back when asked to.
fn offer_undo(
    toasts: &Toasts,
    told: String,
    id: shared::ids::UserId,
    back: ServerUserChange,
    list: Accounts,
) {
    let again = toasts.clone();
    toasts.undo(told, move || {
        let (again, back) = (again.clone(), back.clone());
        leptos::task::spawn_local(async move {
            match call::<ChangeServerUser>(OneServerUser { user_id: id }, (), back).await {
                Ok(_) => list.refetch(),
                Err(error) => again.tell(error.sentence()),
            }
        });
    });
}
