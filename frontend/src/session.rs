//! Who is signed in, and in which workspaces: the one thing that every page shares. It lives as long as the app.
//!
//! `use_session()` anywhere; inside the frame also `use_workspace()`, the workspace that the address names.

use leptos::prelude::*;
use shared::{
    account::Account,
    ids::WorkspaceId,
    permission::{Permission, Role},
    server::{GetServer, Server},
    session::{GetSession, Session, SignOut},
    workspaces::{ListWorkspaces, Workspace},
};

use crate::{
    address::{Address, Step},
    api::{ApiError, call},
    routes::{self, Section},
    sign_in_gate,
    ui::fetched::Fetched,
};

/// How far the app has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Asking the server.
    Starting,
    /// Nobody is signed in.
    SignedOut,
    /// Somebody is.
    SignedIn(Session),
    /// The server could not be asked.
    Failed(ApiError),
}

/// Who is signed in. Copying shares it.
#[derive(Clone, Copy)]
pub struct CurrentSession {
    state: RwSignal<State>,
    workspaces: RwSignal<Vec<Workspace>>,
    server: Fetched<Server, ApiError>,
}

impl CurrentSession {
    /// How far the app has come.
    pub fn state(self) -> State {
        self.state.get()
    }

    /// The signed-in account.
    pub fn account(self) -> Option<Account> {
        self.state.with(|state| match state {
            State::SignedIn(session) => Some(session.account.clone()),
            _ => None,
        })
    }

    /// Whether the signed-in account operates this server.
    pub fn is_operator(self) -> bool {
        self.state
            .with(|state| matches!(state, State::SignedIn(session) if session.account.is_operator))
    }

    /// The workspaces one is a member of, the personal one first.
    pub fn workspaces(self) -> Vec<Workspace> {
        self.workspaces.get()
    }

    /// The server's versions and addresses.
    pub fn server(self) -> Fetched<Server, ApiError> {
        self.server
    }

    /// The workspace to open when the address names none.
    pub fn first_workspace(self) -> Option<WorkspaceId> {
        self.state.with(|state| match state {
            State::SignedIn(session) => Some(session.workspace_id),
            _ => None,
        })
    }

    fn first_workspace_untracked(self) -> Option<WorkspaceId> {
        untrack(move || self.first_workspace())
    }

    /// Takes over a session that was just begun, by signing in or by setting up.
    pub async fn begin(self, session: Session) -> Result<(), ApiError> {
        sign_in_gate::guard(true);
        let list = call::<ListWorkspaces>((), (), ()).await;
        match list {
            Ok(page) => {
                self.workspaces.set(page.items);
                self.state.set(State::SignedIn(session));
                Ok(())
            }
            Err(error) => {
                sign_in_gate::guard(false);
                Err(error)
            }
        }
    }

    /// Asks the server who is signed in.
    pub async fn start(self) {
        self.state.set(State::Starting);
        let outcome = match call::<GetSession>((), (), ()).await {
            Ok(session) => self.begin(session).await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(()) => {}
            Err(ApiError::SignedOut) => self.state.set(State::SignedOut),
            Err(error) => self.state.set(State::Failed(error)),
        }
    }

    /// Shows a changed account, for example after renaming oneself, wherever it is shown.
    pub fn put_account(self, account: Account) {
        self.state.update(|state| {
            if let State::SignedIn(session) = state {
                session.account = account;
            }
        });
    }

    /// Shows a changed workspace wherever it is shown.
    pub fn put_workspace(self, changed: Workspace) {
        self.workspaces.update(|workspaces| {
            if let Some(workspace) = workspaces.iter_mut().find(|workspace| workspace.id == changed.id) {
                *workspace = changed;
            }
        });
    }

    /// Asks for the list of workspaces again, after joining or leaving one.
    pub async fn reload_workspaces(self) -> Result<(), ApiError> {
        let page = call::<ListWorkspaces>((), (), ()).await?;
        let first = page.items.first().map(|workspace| workspace.id);
        let is_there = |id| page.items.iter().any(|workspace| workspace.id == id);
        // The one to open first may be the one that is gone.
        let gone = self.first_workspace_untracked().is_some_and(|id| !is_there(id));
        if let Some(first) = first.filter(|_| gone) {
            self.state.update(|state| {
                if let State::SignedIn(session) = state {
                    session.workspace_id = first;
                }
            });
        }
        self.workspaces.set(page.items);
        Ok(())
    }

    /// The same, in the background. If it fails, the list is right after the next change.
    pub fn refresh_workspaces(self) {
        leptos::task::spawn_local(async move {
            let _ = self.reload_workspaces().await;
        });
    }

    /// What follows when one is no member of `gone` any more: a page of it makes way for the personal workspace.
    pub fn leave_page_of(self, gone: WorkspaceId, here: WorkspaceId, address: Address) {
        let personal = self.workspaces.with_untracked(|all| {
            let other = all.iter().filter(|workspace| workspace.id != gone);
            // False comes first.
            other
                .min_by_key(|workspace| !workspace.personal)
                .map(|workspace| workspace.id)
        });
        match personal.filter(|_| gone == here) {
            Some(personal) => address.go(Step::Same, &routes::settings(personal, Section::Workspace)),
            None => address.close_dialog(),
        }
        self.refresh_workspaces();
    }

    /// Signs out of this browser.
    pub async fn sign_out(self) -> Result<(), ApiError> {
        sign_in_gate::guard(false);
        match call::<SignOut>((), (), ()).await {
            Ok(()) | Err(ApiError::SignedOut) => {
                self.state.set(State::SignedOut);
                self.workspaces.set(Vec::new());
                Ok(())
            }
            Err(error) => {
                sign_in_gate::guard(true);
                Err(error)
            }
        }
    }
}

/// Makes the session available to everything below and asks the server who is signed in.
pub fn provide_session() -> CurrentSession {
    let session = CurrentSession {
        state: RwSignal::new(State::Starting),
        workspaces: RwSignal::new(Vec::new()),
        server: Fetched::new(|| call::<GetServer>((), (), ())),
    };
    provide_context(session);
    leptos::task::spawn_local(session.start());
    session
}

/// The session of this app.
pub fn use_session() -> CurrentSession {
    use_context().unwrap_or_else(provide_session)
}

/// The workspace that the address names. It follows renaming; another workspace begins a new page.
#[derive(Debug, Clone, Copy)]
pub struct CurrentWorkspace {
    /// Its id.
    pub id: WorkspaceId,
    workspace: Memo<Option<Workspace>>,
}

impl CurrentWorkspace {
    /// Follows the workspace `id` in `session`.
    pub fn of(session: CurrentSession, id: WorkspaceId) -> Self {
        let find = move |_: Option<&_>| {
            session
                .workspaces
                .with(|all| all.iter().find(|workspace| workspace.id == id).cloned())
        };
        Self {
            id,
            workspace: Memo::new(find),
        }
    }

    /// The workspace; nothing if one is no member of it.
    pub fn get(self) -> Option<Workspace> {
        self.workspace.get()
    }

    /// Its name.
    pub fn name(self) -> String {
        self.workspace
            .with(|workspace| workspace.as_ref().map(|w| w.name.to_string()).unwrap_or_default())
    }

    /// Whether one may do `permission` in it. The server decides; this only spares a refusal.
    pub fn may(self, permission: Permission) -> bool {
        self.workspace
            .with(|workspace| workspace.as_ref().is_some_and(|w| w.role.grants(permission)))
    }

    /// Whether one administers it.
    pub fn is_administrator(self) -> bool {
        self.workspace
            .with(|workspace| workspace.as_ref().is_some_and(|w| w.role == Role::Admin))
    }
}

/// The workspace that the address names. Inside the frame there always is one.
pub fn use_workspace() -> CurrentWorkspace {
    use_context().unwrap_or_else(|| CurrentWorkspace::of(use_session(), WorkspaceId::NIL))
}
