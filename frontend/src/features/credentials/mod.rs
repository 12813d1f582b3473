//! App credentials of a workspace: the table, and the dialogs that make, rotate and revoke them. Any workspace that
//! one is a member of will do, without switching to it (R042).

use leptos::prelude::*;
use shared::{
    credentials::{Credential, CredentialFilter, ListCredentials},
    ids::WorkspaceId,
    permission::Permission,
    workspaces::InWorkspace,
};

use crate::{
    address::{Step, use_address},
    api::{ApiError, call},
    features::credentials::{
        create::CreateDialog, revoke::RevokeDialog, rotate::RotateDialog, table::CredentialTable,
    },
    session::{CurrentSession, CurrentWorkspace, use_session},
    ui::{
        button::{Button, Look},
        empty::Empty,
        fetched::Fetched,
        icon::Symbol,
        live::live,
        load::load,
        number::count,
        skeleton::Skeleton,
        switch::Switch,
    },
};

pub mod create;
pub mod expiry;
pub mod revoke;
pub mod rotate;
pub mod shown_once;
pub mod status;
pub mod table;

/// The dialog that makes a key.
pub const CREATE: &str = "new-credential";
/// The dialog that rotates the key `?key=`.
pub const ROTATE: &str = "rotate-credential";
/// The dialog that revokes the key `?key=`.
pub const REVOKE: &str = "revoke-credential";

/// The credentials that are shown, kept as long as the panel is open. Cloning shares them.
#[derive(Clone)]
pub struct Keys {
    /// Where they work.
    pub workspace: CurrentWorkspace,
    session: CurrentSession,
    items: ArcRwSignal<Vec<Credential>>,
    everybody: Memo<bool>,
}

impl Keys {
    /// All of them.
    pub fn all(&self) -> Vec<Credential> {
        self.items.get()
    }

    /// Whether those of other members are among them.
    pub fn are_everybodys(&self) -> bool {
        self.everybody.get()
    }

    /// The one with this access key.
    pub fn find(&self, access_key: &str) -> Option<Credential> {
        self.items.with(|all| {
            all.iter()
                .find(|credential| credential.access_key == access_key)
                .cloned()
        })
    }

    /// Shows a changed one.
    pub fn put(&self, changed: Credential) {
        self.items.update(|all| {
            if let Some(credential) = all
                .iter_mut()
                .find(|credential| credential.access_key == changed.access_key)
            {
                *credential = changed;
            }
        });
    }

    /// Asks the server for them again, and how many need attention.
    pub fn reload(&self) {
        let keys = self.clone();
        let (id, everybody) = (
            self.workspace.id,
            self.everybody.try_get_untracked().unwrap_or_default(),
        );
        leptos::task::spawn_local(async move {
            if let Ok(fresh) = list(id, everybody).await {
                keys.items.set(fresh);
            }
            // What the panel's head says of keys. If this fails, it says so a little later.
            let _ = keys.session.reload_workspaces().await;
        });
    }
}

async fn list(workspace_id: WorkspaceId, everybody: bool) -> Result<Vec<Credential>, ApiError> {
    let page =
        call::<ListCredentials>(InWorkspace { workspace_id }, CredentialFilter { everybody }, ()).await?;
    Ok(page.items)
}

/// The block "App credentials" of a workspace, with its dialogs.
#[component]
pub fn Credentials(
    /// Of which workspace.
    workspace_id: WorkspaceId,
) -> impl IntoView {
    let address = use_address();
    let session = use_session();
    let workspace = CurrentWorkspace::of(session, workspace_id);
    let may_see_all = Memo::new(move |_| workspace.may(Permission::CredentialsManage));
    let everybody = Memo::new(move |_| may_see_all.get() && address.get("keys").as_deref() == Some("all"));
    let keys = Keys {
        workspace,
        session,
        items: ArcRwSignal::new(Vec::new()),
        everybody,
    };
    let first = Fetched::new(move || list(workspace_id, everybody.get()));
    let shown = keys.clone();
    let content = load(first, Skeleton::Rows(2), move |items| {
        shown.items.set(items);
        view! { <Listed keys=shown.clone() /> }
    });
    let total = keys.items.clone();
    let choose = move |on: bool| address.change(Step::Same, &[("keys", on.then(|| "all".to_owned()))]);
    let everybodys = move || {
        may_see_all.get().then(|| {
            view! {
                <Switch
                    label="Show everybody's keys"
                    on=everybody
                    hint="As an administrator you see and may revoke the keys of all members; never their secrets."
                    on_change=choose
                />
            }
        })
    };
    view! {
        <div class="block">
            <h3>"App credentials " <span class="count">{live(move || count(total.with(Vec::len) as u64))}</span></h3>
            {content}
            {everybodys}
        </div>
        <CreateDialog keys=keys.clone() />
        <RotateDialog keys=keys.clone() />
        <RevokeDialog keys />
    }
}

/// The table, or what to do while there is none.
#[component]
fn Listed(keys: Keys) -> impl IntoView {
    let address = use_address();
    let workspace_id = keys.workspace.id;
    let items = keys.items.clone();
    let is_empty = Memo::new(move |_| items.with(Vec::is_empty));
    let list = move || {
        if is_empty.get() {
            view! {
                <Empty
                    symbol=Symbol::Key
                    title="No credentials yet"
                    text="A key pair lets your scripts, notebooks and agents sign in to this workspace. You see its secret once."
                />
            }
            .into_any()
        } else {
            view! { <CredentialTable keys=keys.clone() /> }.into_any()
        }
    };
    // The button stays when the first key takes the place of the empty list: the focus comes back to it.
    view! {
        <div class="stack">
            {list}
            <div class="actions">
                <Button look=Look::Primary icon=Symbol::Plus on_click=move |_| address.open_dialog(CREATE, workspace_id, None)>
                    "Create new credentials"
                </Button>
            </div>
        </div>
    }
}
