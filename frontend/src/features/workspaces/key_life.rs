//! The longest life of a key in a workspace: everybody sees it, its administrators set it for keys to come (P01).

use leptos::prelude::*;
use shared::{
    permission::Permission,
    workspaces::{ChangeWorkspace, InWorkspace, WorkspaceChange},
};

use crate::{
    address::use_address,
    api::call,
    features::workspaces::panel::NotAllowed,
    sending::{Refusal, Sending},
    session::{CurrentWorkspace, use_session, use_workspace},
    ui::{
        button::{Button, Kind, Look},
        dialog::Dialog,
        field::{SelectField, TextField, Typed},
        form::Form,
        live::live,
        number::plural,
        toast::use_toasts,
    },
};

const DIALOG: &str = "key-life";
const NO_LIMIT: &str = "none";
const OTHER: &str = "other";
const USUAL: [u32; 3] = [30, 90, 365];

/// The setting, and the dialog that changes it.
#[component]
pub fn KeyLife(
    /// Whose setting.
    workspace: CurrentWorkspace,
) -> impl IntoView {
    let address = use_address();
    let open = address.dialog(DIALOG, workspace.id, use_workspace().id);
    let limit = Memo::new(move |_| {
        workspace
            .get()
            .and_then(|workspace| workspace.max_credential_days)
    });
    let may_manage = Memo::new(move |_| workspace.may(Permission::WorkspaceManage));
    let title = Signal::derive(move || format!("Longest life of a key in {}", workspace.name()));
    let setting = move || {
        if may_manage.get() {
            view! {
                <span>{in_words(limit.get())}</span>
                <Button look=Look::Quiet on_click=move |_| address.open_dialog(DIALOG, workspace.id, None)>
                    "Change" <span class="visually-hidden">" the longest life of a key"</span>
                </Button>
            }
            .into_any()
        } else {
            view! { <NotAllowed what=in_words(limit.get()) why="Only an administrator can change it." /> }
                .into_any()
        }
    };
    view! {
        <span class="with-action">{setting}</span>
        <Dialog open=Signal::derive(move || open.get() && may_manage.get()) on_close=move |()| address.close_dialog() title>
            <LimitForm workspace limit=limit.get_untracked() />
        </Dialog>
    }
}

fn in_words(days: Option<u32>) -> String {
    days.map_or_else(
        || "No limit: a key may live for ever".to_owned(),
        |days| plural(u64::from(days), "day", "days"),
    )
}

#[component]
fn LimitForm(workspace: CurrentWorkspace, limit: Option<u32>) -> impl IntoView {
    let session = use_session();
    let address = use_address();
    let toasts = use_toasts();
    let (first, own) = begin(limit);
    let choice = RwSignal::new(first);
    let days = RwSignal::new(own);
    let sending = Sending::new();
    let busy = sending.busy();
    let days_error = sending.errors.of("/max_credential_days");
    let other = sending.errors.other_than(&["/max_credential_days"]);
    let submit = move |()| {
        let Ok(wanted) = wanted(&choice.get_untracked(), &days.get_untracked()) else {
            let sentence = "Enter a whole number of days, 1 to 3650.".to_owned();
            sending
                .errors
                .set(vec![("/max_credential_days".to_owned(), sentence)]);
            return;
        };
        let path = InWorkspace {
            workspace_id: workspace.id,
        };
        let change = WorkspaceChange {
            max_credential_days: Some(wanted),
            ..WorkspaceChange::default()
        };
        let toasts = toasts.clone();
        sending.send(call::<ChangeWorkspace>(path, (), change), move |changed| {
            session.put_workspace(changed);
            toasts.tell("Limit saved");
            address.close_dialog();
        });
    };
    view! {
        <p>"It holds for keys made from now on, and for longer ends of keys that are there. Other keys keep the end that they have."</p>
        <Form on_submit=submit busy>
            <SelectField label="A new key lives at most" value=choice options=Signal::derive(options) />
            {live(move || {
                (choice.get() == OTHER)
                    .then(|| {
                        view! { <TextField label="Days" value=days kind=Typed::Number error=days_error hint="1 to 3650" /> }
                    })
            })}
            <Refusal error=other />
            <div class="actions actions-end">
                <Button on_click=move |_| address.close_dialog()>"Cancel"</Button>
                <Button look=Look::Primary kind=Kind::Submit busy>"Save limit"</Button>
            </div>
        </Form>
    }
}

fn options() -> Vec<(String, String)> {
    let usual = USUAL.map(|days| (days.to_string(), format!("{days} days")));
    let no_limit = (NO_LIMIT.to_owned(), "As long as its maker wants".to_owned());
    let other = (OTHER.to_owned(), "Another number of days".to_owned());
    [no_limit].into_iter().chain(usual).chain([other]).collect()
}

/// The choice and the number of days that stand for `limit`.
fn begin(limit: Option<u32>) -> (String, String) {
    match limit {
        None => (NO_LIMIT.to_owned(), String::new()),
        Some(days) if USUAL.contains(&days) => (days.to_string(), String::new()),
        Some(days) => (OTHER.to_owned(), days.to_string()),
    }
}

/// The limit that a choice stands for.
fn wanted(choice: &str, days: &str) -> Result<Option<u32>, std::num::ParseIntError> {
    match choice {
        NO_LIMIT => Ok(None),
        OTHER => days.trim().parse().map(Some),
        usual => usual.parse().map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p01_every_limit_comes_back_from_the_form_as_it_went_in() {
        for limit in [
            None,
            Some(1),
            Some(30),
            Some(90),
            Some(100),
            Some(365),
            Some(3650),
        ] {
            let (choice, days) = begin(limit);
            assert_eq!(wanted(&choice, &days), Ok(limit));
            assert!(options().iter().any(|(value, _)| *value == choice));
        }
        for bad in ["", "x", "-1", "1.5"] {
            assert!(wanted(OTHER, bad).is_err(), "{bad}");
        }
    }
}
