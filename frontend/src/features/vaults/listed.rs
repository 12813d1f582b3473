//! The administrators' vaults as they are listed: switched, moved and brought again. It outlives rows and dialogs.

use leptos::prelude::*;
use shared::{
    ids::{VaultId, WorkspaceId},
    page::Page,
    vaults::{ChangeVault, MoveVault, OneVault, Vault, VaultChange, VaultPlace},
};

use crate::{
    address::{Address, use_address},
    api::{ApiError, call},
    sending::told,
    ui::{
        dom,
        fetched::Fetched,
        form::FieldErrors,
        number::count,
        toast::{Toasts, use_toasts},
    },
};

/// One of the two settings that a row switches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// Whether it applies.
    Active,
    /// Whether it applies after the personal one.
    Enforced,
}

impl Setting {
    /// Whether it is on.
    pub const fn of(self, vault: &Vault) -> bool {
        match self {
            Self::Active => vault.is_active,
            Self::Enforced => vault.is_enforced,
        }
    }

    const fn set(self, vault: &mut Vault, on: bool) {
        match self {
            Self::Active => vault.is_active = on,
            Self::Enforced => vault.is_enforced = on,
        }
    }

    fn change(self, on: bool) -> VaultChange {
        match self {
            Self::Active => VaultChange {
                is_active: Some(on),
                ..VaultChange::default()
            },
            Self::Enforced => VaultChange {
                is_enforced: Some(on),
                ..VaultChange::default()
            },
        }
    }

    const fn words(self, on: bool) -> &'static str {
        match (self, on) {
            (Self::Active, true) => "applies now",
            (Self::Active, false) => "does not apply any more",
            (Self::Enforced, true) => "is enforced now: it wins over personal vaults",
            (Self::Enforced, false) => "is not enforced any more",
        }
    }
}

/// The list. Cloning shares it.
#[derive(Clone)]
pub struct Listed {
    /// Of which workspace.
    pub workspace_id: WorkspaceId,
    /// The vaults of this page, in their order.
    pub items: ArcRwSignal<Vec<Vault>>,
    /// What was moved where, to be read aloud.
    pub said: ArcRwSignal<String>,
    /// Why the last change was refused.
    pub refused: FieldErrors,
    /// What is dragged.
    pub dragged: ArcRwSignal<Option<VaultId>>,
    /// Whether the list goes on after this page.
    pub has_more: ArcRwSignal<bool>,
    /// The address of the page.
    pub address: Address,
    toasts: Toasts,
    fetched: Fetched<Page<Vault>, ApiError>,
}

impl Listed {
    /// What `fetched` brings.
    pub fn new(workspace_id: WorkspaceId, fetched: Fetched<Page<Vault>, ApiError>) -> Self {
        Self {
            workspace_id,
            items: ArcRwSignal::new(Vec::new()),
            said: ArcRwSignal::new(String::new()),
            refused: FieldErrors::new(),
            dragged: ArcRwSignal::new(None),
            has_more: ArcRwSignal::new(false),
            address: use_address(),
            toasts: use_toasts(),
            fetched,
        }
    }

    /// Where one vault is.
    pub const fn path(&self, vault_id: VaultId) -> OneVault {
        OneVault {
            workspace_id: self.workspace_id,
            vault_id,
        }
    }

    /// The vault with this id.
    pub fn find(&self, id: VaultId) -> Option<Vault> {
        self.items
            .with(|all| all.iter().find(|vault| vault.id == id).cloned())
    }

    /// Shows a changed vault.
    pub fn put(&self, changed: Vault) {
        self.items.update(|all| {
            if let Some(vault) = all.iter_mut().find(|vault| vault.id == changed.id) {
                *vault = changed;
            }
        });
    }

    /// Asks the server for the list again, and says what was done.
    pub fn reload(&self, words: String) {
        self.toasts.tell(words);
        self.fetched.refetch();
    }

    /// Opens a dialog about a vault.
    pub fn open(&self, dialog: &'static str, id: VaultId) {
        self.address
            .open_dialog(dialog, self.workspace_id, Some(id.to_string()));
    }

    /// Switches a setting, shows that at once, and offers to take it back.
    pub fn switch(&self, id: VaultId, setting: Setting, on: bool, offer_undo: bool) {
        let listed = self.clone();
        let show = move |listed: &Self, on: bool| {
            listed.items.update(|all| {
                if let Some(vault) = all.iter_mut().find(|vault| vault.id == id) {
                    setting.set(vault, on);
                }
            });
        };
        show(&listed, on);
        listed.refused.clear();
        leptos::task::spawn_local(async move {
            match call::<ChangeVault>(listed.path(id), (), setting.change(on)).await {
                Ok(changed) => {
                    let words = format!("{} {}", changed.vault.name, setting.words(on));
                    listed.put(changed.vault);
                    let toasts = listed.toasts.clone();
                    if offer_undo {
                        toasts.undo(words, move || listed.switch(id, setting, !on, false));
                    } else {
                        toasts.tell(words);
                    }
                }
                Err(error) => {
                    show(&listed, !on);
                    listed.refused.set(told(&error));
                }
            }
        });
    }

    /// Moves a vault one place up or down, and keeps the focus on the button.
    pub fn step(&self, id: VaultId, down: bool, button: String) {
        let at = self
            .items
            .with_untracked(|all| all.iter().position(|vault| vault.id == id));
        let Some(at) = at else { return };
        self.move_to(id, if down { Some(at + 1) } else { at.checked_sub(1) });
        dom::before_paint(move || dom::focus_id(&button));
    }

    /// Moves what is dragged to the place of another vault.
    pub fn drop_on(&self, id: VaultId) {
        let dragged = self.dragged.get_untracked();
        self.dragged.set(None);
        if let Some(dragged) = dragged.filter(|dragged| *dragged != id) {
            let place = self
                .items
                .with_untracked(|all| all.iter().position(|vault| vault.id == id));
            self.move_to(dragged, place);
        }
    }

    fn move_to(&self, id: VaultId, place: Option<usize>) {
        let before = self.items.get_untracked();
        let has_before = self.address.of("cursor").with_untracked(Option::is_some);
        let has_more = self.has_more.get_untracked();
        let moved = place.and_then(|place| moved(&before, id, place));
        let name = before
            .iter()
            .find(|vault| vault.id == id)
            .map(|vault| vault.name.to_string());
        let name = name.unwrap_or_default();
        let leaves = moved.is_none();
        let goal = if let Some(after) = moved {
            let next = after
                .iter()
                .skip_while(|vault| vault.id != id)
                .nth(1)
                .map(|vault| vault.id);
            let last = before.last().map(|vault| vault.id);
            self.items.set(after);
            match last.filter(|_| next.is_none() && has_more) {
                Some(last) => Goal::Beside(last, 1),
                None => Goal::Before(next),
            }
        } else if place.is_none() && has_before {
            Goal::Beside(id, -1)
        } else if place == Some(before.len()) && has_more {
            Goal::Beside(id, 2)
        } else {
            self.said.set(format!("{name} is at the end of the list already"));
            return;
        };
        self.refused.clear();
        let listed = self.clone();
        leptos::task::spawn_local(async move {
            match put_at(listed.path(id), goal).await {
                Ok(all) => {
                    let at = all.items.iter().position(|vault| vault.id == id);
                    listed.said.set(format!(
                        "{name} is number {} of {} now",
                        count(at.unwrap_or_default() as u64 + 1),
                        count(all.total)
                    ));
                    if leaves {
                        listed.fetched.refetch();
                    }
                }
                Err(error) => {
                    listed.items.set(before);
                    listed.refused.set(told(&error));
                }
            }
        });
    }
}

/// Where a vault is to go.
enum Goal {
    /// Before this one, or to the end.
    Before(Option<VaultId>),
    /// Before what is so far from this one, maybe on another page.
    Beside(VaultId, isize),
}

/// Moves a vault; brings all of them in their new order.
async fn put_at(path: OneVault, goal: Goal) -> Result<Page<Vault>, ApiError> {
    let before = match goal {
        Goal::Before(before) => before,
        Goal::Beside(other, offset) => {
            // To move it before itself leaves it where it is, and brings the whole list.
            let here = VaultPlace {
                before: Some(path.vault_id),
            };
            let all = call::<MoveVault>(path.clone(), (), here).await?.items;
            beside(&all, other, offset, path.vault_id)
        }
    };
    call::<MoveVault>(path, (), VaultPlace { before }).await
}

/// What is so far from a vault, but not before the first; after the last is the end. If the vault is gone, `otherwise`.
fn beside(all: &[Vault], id: VaultId, offset: isize, otherwise: VaultId) -> Option<VaultId> {
    match all.iter().position(|vault| vault.id == id) {
        Some(at) => all.get(at.saturating_add_signed(offset)).map(|vault| vault.id),
        None => Some(otherwise),
    }
}

/// The list with a vault at another place, if there is such a place and it is another.
fn moved(all: &[Vault], id: VaultId, to: usize) -> Option<Vec<Vault>> {
    let from = all.iter().position(|vault| vault.id == id)?;
    if to >= all.len() || to == from {
        return None;
    }
    let mut after = all.to_vec();
    let vault = after.remove(from);
    after.insert(to, vault);
    Some(after)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use shared::{
        ids::UserId,
        vaults::{VaultAuthor, VaultFormat, VaultTarget},
    };

    use super::*;

    fn vault(name: &str, id: u8) -> Vault {
        Vault {
            id: format!("{id:032x}").parse().unwrap(),
            name: name.parse().unwrap(),
            group: None,
            target: VaultTarget::Config,
            format: VaultFormat::Hocon,
            is_active: true,
            is_enforced: false,
            lines: 28,
            bytes: 1126,
            entries: None,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
            updated_by: VaultAuthor {
                id: UserId::NIL,
                name: "Ann".parse().unwrap(),
            },
        }
    }

    #[test]
    fn p03_a_vault_moves_up_and_down_and_not_beyond_the_ends() {
        let all = [vault("a", 1), vault("b", 2), vault("c", 3)];
        let names = |to: usize| {
            let after = moved(&all, all[1].id, to)?;
            Some(
                after
                    .iter()
                    .map(|vault| vault.name.to_string())
                    .collect::<String>(),
            )
        };
        assert_eq!(names(0).as_deref(), Some("bac"));
        assert_eq!(names(2).as_deref(), Some("acb"));
        assert_eq!(names(1), None);
        assert_eq!(names(3), None);
    }

    #[test]
    fn p03_a_vault_at_the_edge_of_a_page_goes_beside_what_is_on_the_next() {
        let all = [vault("a", 1), vault("b", 2), vault("c", 3)];
        let [a, b, c] = all.each_ref().map(|vault| vault.id);
        assert_eq!(beside(&all, b, -1, b), Some(a));
        assert_eq!(beside(&all, a, 2, a), Some(c));
        assert_eq!(beside(&all, b, 2, b), None);
        assert_eq!(beside(&all, a, -1, a), Some(a));
        assert_eq!(beside(&all[..1], c, 1, a), Some(a));
    }

    #[test]
    fn r162_the_summary_says_how_much_there_is_and_never_what() {
        use crate::features::vaults::language::summary;

        assert_eq!(summary(&vault("a", 1)), "28 lines (1.1 KB)");
        let mut storage = vault("a", 1);
        storage.entries = Some(1);
        assert_eq!(summary(&storage), "1 credentials");
    }
}
