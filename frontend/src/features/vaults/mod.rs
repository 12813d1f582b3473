//! Configuration vaults: one's own in the panel of a workspace, those that administrators write for groups, their versions,
//! and what comes of all of them for a member.

use shared::{
    contract::url,
    vaults::{DownloadVault, OneVault, VaultTarget},
};

pub mod applied;
pub mod draft;
pub mod effective;
pub mod findings;
pub mod language;
pub mod listed;
pub mod page;
pub mod personal;
pub mod reading;
pub mod row;
pub mod versions;
pub mod versus;
pub mod write;

/// The dialog in which one's own vault is written.
pub const EDIT_OWN: &str = "edit-own-vault";
/// The dialog that makes a vault for a group.
pub const NEW: &str = "new-vault";
/// The dialog in which the vault `?key=` is written.
pub const EDIT: &str = "edit-vault";
/// The dialog that deletes the vault `?key=`.
pub const DELETE: &str = "delete-vault";
/// The dialog with the versions of the vault `?key=`; `?tab=` is the one that is compared.
pub const VERSIONS: &str = "vault-versions";
/// The dialog that shows the vault `?key=`.
pub const VIEW: &str = "view-vault";

/// The address of a vault's content as a file.
fn file(path: &OneVault) -> String {
    url::<DownloadVault>(path)
}

/// What a vault is for, in words.
const fn target(target: VaultTarget) -> &'static str {
    match target {
        VaultTarget::Config => "Configuration",
        VaultTarget::Storage => "Storage",
    }
}

/// When and by whom something was saved or changed.
fn by(at: chrono::DateTime<chrono::Utc>, who: &shared::vaults::VaultAuthor) -> leptos::prelude::AnyView {
    use leptos::prelude::*;
    let name = who.name.to_string();
    view! {
        <crate::ui::ago::Ago at=at.timestamp_millis() />
        <span class="under">" by " {name}</span>
    }
    .into_any()
}
