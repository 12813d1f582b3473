//! Workspaces: the list of panels on the Workspace page, making one, and what its owner can do with it.

use leptos::prelude::*;
use shared::ids::WorkspaceId;

use crate::{
    address::{Step, use_address},
    features::workspaces::{create::CreateDialog, panel::WorkspacePanel},
    session::use_session,
    ui::{
        badge::Tone,
        button::{Button, Look},
        notice::Notice,
    },
};

pub mod create;
pub mod key_life;
pub mod ownership;
pub mod panel;

/// Every workspace that one is a member of, as a panel that folds out (R027 to R029).
#[component]
pub fn WorkspaceList(
    /// What other features put into a panel.
    inside: fn(WorkspaceId) -> AnyView,
) -> impl IntoView {
    let session = use_session();
    let ids = Memo::new(move |_| {
        let workspaces = session.workspaces();
        workspaces
            .iter()
            .map(|workspace| workspace.id)
            .collect::<Vec<_>>()
    });
    view! {
        <Welcome />
        <section class="stack" aria-label="Workspaces">
            <h2 class="overline">"Workspaces"</h2>
            <For each=move || ids.get() key=|id| *id let:id>
                <WorkspacePanel id inside />
            </For>
        </section>
        <CreateDialog />
    }
}

/// What comes after setting up or joining, until it is dismissed.
#[component]
fn Welcome() -> impl IntoView {
    let address = use_address();
    let session = use_session();
    let welcome = address.of("welcome");
    move || {
        welcome.get().is_some().then(|| {
            let name = session.account().map(|account| account.name.to_string()).unwrap_or_default();
            view! {
                <Notice tone=Tone::Good>
                    <p><strong>"Welcome, " {name} "."</strong></p>
                    <p>
                        "Next: create credentials below. With them your scripts, notebooks and agents sign in here. You see the secret once, ready to paste into "
                        <code>"clearml-init"</code> "."
                    </p>
                    <Button look=Look::Quiet on_click=move |_| address.change(Step::Same, &[("welcome", None)])>"Got it"</Button>
                </Notice>
            }
        })
    }
}
