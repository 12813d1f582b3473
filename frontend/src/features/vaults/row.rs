//! A row of the administrators' vaults: what it is and for whom, and what can be done with it (P03, R162).

use leptos::{ev::DragEvent, prelude::*};
use shared::vaults::{Vault, VaultTarget};

use crate::{
    features::vaults::{
        DELETE, EDIT, VERSIONS, by, file, language,
        listed::{Listed, Setting},
        target,
    },
    ui::{
        badge::{Badge, Tone},
        button::IconButton,
        icon::{Icon, Symbol},
        id_chip::IdChip,
        live::live,
        switch::CellSwitch,
    },
};

/// A row. It stays while what it shows changes, so that the focus stays in it.
#[component]
pub fn VaultRow(
    /// Which.
    vault: Vault,
    /// The list that it is in.
    listed: Listed,
    /// Whether it can be moved: not while only some are listed.
    may_move: bool,
) -> impl IntoView {
    let id = vault.id;
    let (found, first) = (listed.clone(), vault.clone());
    let now = Memo::new(move |before: Option<&Vault>| {
        found
            .find(id)
            .or_else(|| before.cloned())
            .unwrap_or_else(|| first.clone())
    });
    let name = Signal::derive(move || now.with(|vault| vault.name.to_string()));
    let (over, dropped, dragged) = (listed.clone(), listed.clone(), listed.dragged.clone());
    let drag_over = move |event: DragEvent| {
        if over.dragged.with_untracked(Option::is_some) {
            event.prevent_default();
        }
    };
    let drop = move |event: DragEvent| {
        event.prevent_default();
        dropped.drop_on(id);
    };
    let is_config = vault.target == VaultTarget::Config;
    let download = file(&listed.path(id));
    view! {
        <tr class:dragged=move || dragged.get() == Some(id) on:dragover=drag_over on:drop=drop>
            <td>{may_move.then(|| order(id, name, &listed))}</td>
            <td>{switch("Apply", now, Setting::Active, &listed)}</td>
            <th scope="row" class="wrap">
                {name} {live(move || now.with(|vault| vault.is_enforced).then(|| view! { <Badge tone=Tone::Warning>"Enforced"</Badge> }))}
            </th>
            <td>{target(vault.target)}</td>
            <td>{live(move || now.with(|vault| vault.group.as_ref().map(|group| group.name.to_string())))}</td>
            <td><IdChip id=id.to_string() /></td>
            <td>{live(move || now.with(language::summary))}</td>
            // What clients never get cannot win over what they have.
            <td>{is_config.then(|| switch("Enforce", now, Setting::Enforced, &listed))}</td>
            <td>{live(move || now.with(|vault| by(vault.updated_at, &vault.updated_by)))}</td>
            <td class="row-actions">
                <span class="row-buttons">
                    {action(Symbol::Pencil, "Edit", EDIT, name, id, &listed)}
                    <a class="icon-button" href=download download="" title=move || format!("Download {}", name.get()) aria-label=move || format!("Download {}", name.get())>
                        <Icon symbol=Symbol::Download />
                    </a>
                    {action(Symbol::Clock, "Versions of", VERSIONS, name, id, &listed)}
                    {action(Symbol::Trash, "Delete", DELETE, name, id, &listed)}
                </span>
            </td>
        </tr>
    }
}

fn switch(verb: &'static str, now: Memo<Vault>, setting: Setting, listed: &Listed) -> AnyView {
    let label = Signal::derive(move || now.with(|vault| format!("{verb} {}", vault.name)));
    let on = Signal::derive(move || now.with(|vault| setting.of(vault)));
    let listed = listed.clone();
    let change = move |on| listed.switch(now.with_untracked(|vault| vault.id), setting, on, true);
    view! { <CellSwitch label on on_change=change /> }.into_any()
}

fn action(
    symbol: Symbol,
    verb: &'static str,
    dialog: &'static str,
    name: Signal<String>,
    id: shared::ids::VaultId,
    listed: &Listed,
) -> AnyView {
    let listed = listed.clone();
    let label = Signal::derive(move || format!("{verb} {}", name.get()));
    view! { <IconButton symbol label on_click=move |_| listed.open(dialog, id) /> }.into_any()
}

/// A handle to drag it by, and buttons that do the same.
fn order(id: shared::ids::VaultId, name: Signal<String>, listed: &Listed) -> AnyView {
    let (begins, ends) = (listed.dragged.clone(), listed.dragged.clone());
    let begin = move |event: DragEvent| {
        // Some browsers drag only what carries something.
        if let Some(transfer) = event.data_transfer() {
            let _ = transfer.set_data("text/plain", &id.to_string());
        }
        begins.set(Some(id));
    };
    let step = |down: bool, symbol: Symbol, words: &'static str| {
        let listed = listed.clone();
        let button = format!("{words}-{id}");
        let own = button.clone();
        let label = move || format!("Move {} {words}", name.get());
        view! {
            <button
                type="button"
                id=own
                class="icon-button"
                aria-label=label
                title=label
                on:click=move |_| listed.step(id, down, button.clone())
            >
                <Icon symbol />
            </button>
        }
    };
    view! {
        <span class="row-buttons">
            <span class="grip" draggable="true" title="Drag to another place" on:dragstart=begin on:dragend=move |_| ends.set(None)>
                <Icon symbol=Symbol::Grip />
            </span>
            {step(false, Symbol::ChevronUp, "up")} {step(true, Symbol::ChevronDown, "down")}
        </span>
    }
    .into_any()
}
