//! What stops when somebody goes, who takes over, and the name that has to be typed: the same for leaving and for being
//! removed (N11).

use leptos::prelude::*;
use shared::{
    error::ErrorCode,
    ids::UserId,
    members::{EndingKey, OneMember, PreviewRemoval, Removal, RemovalPreview, RemoveMember},
    workspaces::{InWorkspace, LeaveWorkspace, Leaving},
};

use crate::{
    api::call,
    features::members::pick::{MemberPicker, Picked},
    sending::Sending,
    session::CurrentWorkspace,
    ui::{
        ago::Ago, badge::Tone, button::Button, confirm_dialog::Confirm, dom, fetched::Fetched, load::load,
        notice::Notice, number::plural, skeleton::Skeleton,
    },
};

const HAND_OVER: &str = "/hand_over_to";

/// Who goes, from where, and how.
#[derive(Clone, Copy)]
pub struct Going {
    /// From where.
    pub workspace: CurrentWorkspace,
    /// Who.
    pub who: UserId,
    /// Whether it is oneself, by leaving.
    pub by_leaving: bool,
    /// Their name, as soon as it is known.
    pub name: RwSignal<String>,
    /// Leaves things as they are.
    pub on_cancel: Callback<()>,
    /// Hears that they are gone.
    pub on_gone: Callback<()>,
}

/// The content of the dialog: the look ahead, then the question.
#[component]
pub fn LookAhead(
    /// Who goes.
    going: Going,
) -> impl IntoView {
    let preview = Fetched::new(move || {
        let path = OneMember {
            workspace_id: going.workspace.id,
            user_id: going.who,
        };
        call::<PreviewRemoval>(path, (), ())
    });
    load(preview, Skeleton::Lines(6), move |preview| {
        let _ = going.name.try_set(preview.name.to_string());
        let members = untrack(|| going.workspace.get()).map_or(0, |workspace| workspace.members);
        if let Some(why) = refusal(&preview, going.by_leaving, members) {
            return view! {
                <Notice tone=Tone::Warning><p>{why}</p></Notice>
                <div class="actions actions-end"><Button on_click=move |_| going.on_cancel.run(())>"Close"</Button></div>
            }
            .into_any();
        }
        dom::focus_first_field();
        view! { <Ask going preview /> }.into_any()
    })
}

/// Why they cannot go, if so. Who leaves may name a new owner on the way.
fn refusal(preview: &RemovalPreview, by_leaving: bool, members: u64) -> Option<String> {
    let hands_over = by_leaving && preview.is_owner;
    if hands_over && members < 2 {
        let sentence = "You own this workspace and are its only member: there is nobody to hand it over to. Delete it instead, or invite somebody first.";
        return Some(sentence.to_owned());
    }
    let code = preview.refused?;
    // With the workspace, its new owner is made an administrator.
    (!(hands_over && matches!(code, ErrorCode::OwnerStays | ErrorCode::LastAdmin)))
        .then(|| code.title().to_owned())
}

#[component]
fn Ask(going: Going, preview: RemovalPreview) -> impl IntoView {
    let sending = Sending::new();
    let busy = sending.busy();
    let picker_error = sending.errors.of(HAND_OVER);
    let error = sending.errors.other_than(&[HAND_OVER]);
    let picked = Picked::nobody();
    let must_choose = preview.is_owner;
    let picker = (must_choose || preview.open_invitations > 0).then(|| {
        let (label, hint) = if must_choose {
            (
                "New owner",
                "They own the workspace from then on, and take over your open invitations.",
            )
        } else {
            (
                "Who takes over the open invitations",
                "An administrator; without one the invitations end.",
            )
        };
        view! {
            <MemberPicker workspace_id=going.workspace.id except=going.who label hint optional=!must_choose administrators=!must_choose picked error=picker_error />
        }
    });
    let confirm = Callback::new(move |()| {
        let hand_over_to = match picked.get() {
            Ok(None) if must_choose => Err("Choose who owns the workspace from then on."),
            other => other,
        };
        match hand_over_to {
            Ok(hand_over_to) => sending.send(go(going, hand_over_to), move |()| {
                let _ = going.on_gone.try_run(());
            }),
            Err(sentence) => sending
                .errors
                .set(vec![(HAND_OVER.to_owned(), sentence.to_owned())]),
        }
    });
    let workspace = going.workspace.name();
    let (lead, type_first, action) = if going.by_leaving {
        let lead = format!(
            "You lose access to everything in {workspace} at once. To come back you need a new invitation."
        );
        (lead, workspace, "Leave workspace")
    } else {
        let lead = format!(
            "{} loses access to everything in {workspace} at once. They come back only by a new invitation.",
            preview.name
        );
        (lead, preview.name.to_string(), "Remove user")
    };
    view! {
        <Confirm on_close=going.on_cancel action type_first=Signal::stored(Some(type_first)) busy error on_confirm=confirm>
            <p>{lead}</p>
            <Stops preview by_leaving=going.by_leaving />
            {picker}
        </Confirm>
    }
}

async fn go(going: Going, hand_over_to: Option<UserId>) -> Result<(), crate::api::ApiError> {
    let workspace_id = going.workspace.id;
    if going.by_leaving {
        let body = Leaving { hand_over_to };
        call::<LeaveWorkspace>(InWorkspace { workspace_id }, (), body).await
    } else {
        let path = OneMember {
            workspace_id,
            user_id: going.who,
        };
        call::<RemoveMember>(path, Removal { hand_over_to }, ()).await
    }
}

/// What stops, and what does not.
#[component]
fn Stops(preview: RemovalPreview, by_leaving: bool) -> impl IntoView {
    let keys = match preview.key_count {
        0 => "No key stops working.".to_owned(),
        1 => "1 key stops working:".to_owned(),
        many => format!("{} stop working:", plural(many, "key", "keys")),
    };
    let more = preview.key_count.saturating_sub(preview.keys.len() as u64);
    let sessions = plural(preview.sessions, "browser loses", "browsers lose");
    let invitations = plural(
        preview.open_invitations,
        "open invitation waits",
        "open invitations wait",
    );
    let whose = if by_leaving { "Your" } else { "Their" };
    let any_invitations = preview.open_invitations > 0;
    view! {
        <ul class="stops">
            <li>
                {keys}
                <ul class="stops-keys">
                    {preview.keys.into_iter().map(key).collect_view()}
                    {(more > 0).then(|| view! { <li class="muted">{format!("and {more} more")}</li> })}
                </ul>
            </li>
            <li>{sessions} " sight of this workspace."</li>
            {any_invitations.then(|| view! { <li>{invitations} " for an answer."</li> })}
            {preview.has_vault.then(|| view! { <li>{whose} " configuration vault with all its versions is deleted."</li> })}
            <li>"What was logged stays: tasks, models, artifacts."</li>
        </ul>
    }
}

fn key(key: EndingKey) -> AnyView {
    let name = match key.label.as_str() {
        "" => key.access_key,
        _ => key.label,
    };
    let used = match key.last_used_at {
        Some(at) => view! {
            "last used " <Ago at=at.timestamp_millis() /> {key.last_used_from.map(|from| format!(" from {from}"))}
        }
        .into_any(),
        None => "never used".into_any(),
    };
    view! { <li><strong>{name}</strong> ", " {used}</li> }.into_any()
}

#[cfg(test)]
mod tests {
    use shared::{ids::UserId, text::Name};

    use super::*;

    fn preview(is_owner: bool, refused: Option<ErrorCode>) -> RemovalPreview {
        RemovalPreview {
            user_id: UserId::NIL,
            name: "Ann".parse::<Name>().unwrap(),
            keys: Vec::new(),
            key_count: 0,
            sessions: 0,
            open_invitations: 0,
            has_vault: false,
            is_owner,
            refused,
        }
    }

    #[test]
    fn n11_an_owner_who_leaves_may_hand_over_and_one_who_is_removed_may_not() {
        let owner = preview(true, Some(ErrorCode::OwnerStays));
        assert!(refusal(&owner, true, 2).is_none());
        assert!(refusal(&owner, true, 1).unwrap().contains("Delete it"));
        assert!(refusal(&owner, false, 2).is_some());
    }

    #[test]
    fn r063_other_refusals_are_told_and_without_one_they_may_go() {
        let last = preview(false, Some(ErrorCode::LastAdmin));
        assert_eq!(refusal(&last, true, 9).unwrap(), ErrorCode::LastAdmin.title());
        let personal = preview(true, Some(ErrorCode::PersonalWorkspace));
        assert!(refusal(&personal, true, 9).is_some());
        assert!(refusal(&preview(false, None), false, 9).is_none());
    }
}
