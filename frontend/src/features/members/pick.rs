//! Chooses a member by a part of the name or address, administrators first. The server looks, so that a workspace may
//! have any number of members.

use std::time::Duration;

use leptos::prelude::*;
use shared::{
    ids::{UserId, WorkspaceId},
    members::ListMembers,
    page::PageQuery,
    permission::Role,
    workspaces::InWorkspace,
};

use crate::{
    api::call,
    ui::{
        combobox::{Candidate, Combobox},
        dom,
        effect::effect,
        fetched::Fetched,
    },
};

/// The sentence for a name that was typed but not chosen.
pub const CHOOSE: &str = "Choose a member from the list.";

/// Who was chosen. Copying shares it.
#[derive(Clone, Copy)]
pub struct Picked {
    typed: RwSignal<String>,
    chosen: RwSignal<Option<Candidate>>,
}

impl Picked {
    /// Nobody yet.
    pub fn nobody() -> Self {
        Self {
            typed: RwSignal::new(String::new()),
            chosen: RwSignal::new(None),
        }
    }

    /// Who is chosen now; follows the choice.
    pub fn who(self) -> Option<UserId> {
        self.chosen.with(|chosen| chosen.as_ref()?.value.parse().ok())
    }

    /// Who, if somebody was chosen; an error if something was typed that stands for nobody.
    pub fn get(self) -> Result<Option<UserId>, &'static str> {
        match self.chosen.get_untracked() {
            Some(chosen) => chosen.value.parse().map(Some).map_err(|_no_id| CHOOSE),
            None if self.typed.with_untracked(|typed| typed.trim().is_empty()) => Ok(None),
            None => Err(CHOOSE),
        }
    }
}

/// The field.
#[component]
pub fn MemberPicker(
    /// Of which workspace.
    workspace_id: WorkspaceId,
    /// Who cannot be chosen.
    except: UserId,
    /// The visible label.
    label: &'static str,
    /// What the choice means.
    hint: &'static str,
    /// Whether nobody may be chosen.
    optional: bool,
    /// Whether only administrators can be chosen.
    #[prop(optional)]
    administrators: bool,
    /// Who is chosen.
    picked: Picked,
    /// What is wrong.
    error: Signal<Option<String>>,
) -> impl IntoView {
    let typed = picked.typed;
    let asked = RwSignal::new(String::new());
    effect(move || {
        let text = typed.get().trim().to_owned();
        // What was chosen stands in the field; it need not be looked for.
        if text == asked.get_untracked() || picked.chosen.with_untracked(Option::is_some) {
            return;
        }
        let ask = move || {
            let _ = asked.try_set(text.clone());
        };
        if let Ok(timer) = set_timeout_with_handle(ask, Duration::from_millis(200)) {
            on_cleanup(move || timer.clear());
        }
    });
    let list = Fetched::new(move || {
        let query = PageQuery {
            limit: Some(if administrators { 200 } else { 20 }),
            q: Some(asked.get()).filter(|text| !text.is_empty()),
            ..PageQuery::default()
        };
        call::<ListMembers>(InWorkspace { workspace_id }, query, ())
    });
    let found = Signal::derive(move || {
        let members = list
            .get()
            .and_then(Result::ok)
            .map_or_else(Vec::new, |page| page.items);
        let (mut members, others): (Vec<_>, Vec<_>) =
            members.into_iter().partition(|member| member.role == Role::Admin);
        if !administrators {
            members.extend(others);
        }
        let wanted = if picked.chosen.with(Option::is_some) {
            String::new()
        } else {
            dom::lower_case(typed.get().trim())
        };
        let fits = |candidate: &Candidate| {
            let text = dom::lower_case(&format!("{} {}", candidate.label, candidate.note));
            text.contains(&wanted)
        };
        let others = members.into_iter().filter(|member| member.user_id != except);
        let candidates = others.map(|member| Candidate {
            value: member.user_id.to_string(),
            label: member.name.to_string(),
            note: match member.role {
                Role::Admin => format!("{} · Admin", member.email),
                Role::User => member.email.to_string(),
            },
        });
        candidates.filter(fits).collect::<Vec<_>>()
    });
    view! { <Combobox label hint optional typed found chosen=picked.chosen error /> }
}
