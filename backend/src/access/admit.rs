//! Lets a caller in or not, by what the endpoint says about who may call, and makes the reach.

use actix_web::{HttpRequest, web};
use shared::{
    contract::{Anyone, CallerKind, InPerson, Member, MemberInPerson, Operator, SignedIn},
    error::ErrorCode,
    ids::WorkspaceId,
    permission::{Permission, Role},
};

use super::{
    caller::{self, Caller, Client, Identity, Proof},
    directory,
    reach::{Actor, Anonymous, OwnAccount, Scope, WholeServer},
};
use crate::{error::AppError, state::State, threads::read_row};

/// By which door a call comes in. It decides where the workspace's id is read, and that is the only place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// REST: the workspace is in the path.
    Rest,
    /// The `ClearML` wire: the workspace is the key's.
    Wire,
}

/// Who may call, and the reach they get.
#[diagnostic::on_unimplemented(
    message = "an endpoint must say who may call it: public, signed_in, in_person, operator, needs <Permission> or in_person needs <Permission>",
    label = "no admission rule for this caller"
)]
pub trait Admit: CallerKind {
    /// What they may reach.
    type Reach: std::fmt::Debug + Clone + Send + 'static;

    /// Checks the caller. `workspace` is what the path says, for endpoints that have it there.
    fn admit(
        state: &web::Data<State>,
        door: Door,
        caller: &Caller,
        workspace: Option<&str>,
        needs: Option<Permission>,
    ) -> impl Future<Output = Result<Self::Reach, AppError>>;

    /// Whether a wrong proof is refused. Public endpoints look at none.
    const LOOKS_AT_PROOF: bool = true;
}

/// Reads who is calling from the request.
pub(crate) async fn caller_of<C: Admit>(
    state: &web::Data<State>,
    req: &HttpRequest,
    cookie_name: &str,
) -> Result<Caller, AppError> {
    let client = Client::of(req, state);
    let proof = Proof::of(req, cookie_name)?;
    let identity = if C::LOOKS_AT_PROOF {
        caller::identify(state, proof).await?
    } else {
        None
    };
    Ok(Caller { client, identity })
}

impl Caller {
    /// Who does it, for the journal.
    #[must_use]
    pub fn actor(&self) -> Actor {
        let (kind, user_id, credential) = match &self.identity {
            None => ("anonymous", None, None),
            Some(Identity::Session(session)) => ("session", Some(session.user_id), None),
            Some(Identity::Key(key, _)) => ("key", Some(key.user_id), Some(key.access_key.to_string())),
        };
        Actor {
            kind,
            user_id,
            credential,
            address: self.client.address,
        }
    }

    fn signed_in(&self) -> Result<&Identity, AppError> {
        self.identity
            .as_ref()
            .ok_or_else(|| ErrorCode::Unauthenticated.into())
    }

    /// The same, if it is a person with a browser.
    fn in_person(&self) -> Result<&Identity, AppError> {
        match self.signed_in()? {
            identity @ Identity::Session(_) => Ok(identity),
            Identity::Key(..) => Err(ErrorCode::InPersonOnly.into()),
        }
    }
}

impl Admit for Anyone {
    type Reach = Anonymous;
    const LOOKS_AT_PROOF: bool = false;

    async fn admit(
        _: &web::Data<State>,
        _: Door,
        _: &Caller,
        _: Option<&str>,
        _: Option<Permission>,
    ) -> Result<Anonymous, AppError> {
        Ok(Anonymous(()))
    }
}

impl Admit for SignedIn {
    type Reach = OwnAccount;

    async fn admit(
        _: &web::Data<State>,
        _: Door,
        caller: &Caller,
        _: Option<&str>,
        _: Option<Permission>,
    ) -> Result<OwnAccount, AppError> {
        Ok(own_account(caller.signed_in()?))
    }
}

impl Admit for InPerson {
    type Reach = OwnAccount;

    async fn admit(
        _: &web::Data<State>,
        _: Door,
        caller: &Caller,
        _: Option<&str>,
        _: Option<Permission>,
    ) -> Result<OwnAccount, AppError> {
        Ok(own_account(caller.in_person()?))
    }
}

impl Admit for Operator {
    type Reach = WholeServer;

    async fn admit(
        _: &web::Data<State>,
        _: Door,
        caller: &Caller,
        _: Option<&str>,
        _: Option<Permission>,
    ) -> Result<WholeServer, AppError> {
        match caller.signed_in()? {
            Identity::Session(session) if session.is_operator => Ok(WholeServer {
                operator: session.user_id,
            }),
            _ => Err(ErrorCode::OperatorOnly.into()),
        }
    }
}

impl Admit for Member {
    type Reach = Scope;

    async fn admit(
        state: &web::Data<State>,
        door: Door,
        caller: &Caller,
        workspace: Option<&str>,
        needs: Option<Permission>,
    ) -> Result<Scope, AppError> {
        let identity = caller.signed_in()?;
        let not_found = || AppError::from(ErrorCode::NotFound);
        let workspace_id = match door {
            Door::Rest => workspace
                .and_then(|text| text.parse::<WorkspaceId>().ok())
                .ok_or_else(not_found)?,
            Door::Wire => identity.bound_workspace().ok_or(ErrorCode::Unauthenticated)?,
        };
        if identity
            .bound_workspace()
            .is_some_and(|bound| bound != workspace_id)
        {
            return Err(not_found());
        }
        let role = match identity {
            Identity::Key(key, _) => Some(key.role),
            Identity::Session(session) => role_of(state, workspace_id, session.user_id).await?,
        };
        let role = role.ok_or_else(not_found)?;
        if needs.is_some_and(|permission| !role.grants(permission)) {
            return Err(ErrorCode::Forbidden.into());
        }
        let makes_until = match identity {
            Identity::Key(_, Some(lease)) => lease.binding_end(),
            _ => None,
        };
        Ok(Scope {
            workspace_id,
            user_id: identity.user_id(),
            role,
            makes_until,
        })
    }
}

impl Admit for MemberInPerson {
    type Reach = Scope;

    async fn admit(
        state: &web::Data<State>,
        door: Door,
        caller: &Caller,
        workspace: Option<&str>,
        needs: Option<Permission>,
    ) -> Result<Scope, AppError> {
        let scope = Member::admit(state, door, caller, workspace, needs).await?;
        caller.in_person()?;
        Ok(scope)
    }
}

fn own_account(identity: &Identity) -> OwnAccount {
    match identity {
        Identity::Session(session) => OwnAccount {
            user_id: session.user_id,
            session_id: Some(session.id),
            key: None,
        },
        Identity::Key(key, _) => OwnAccount {
            user_id: key.user_id,
            session_id: None,
            key: Some((key.access_key.to_string(), key.workspace_id)),
        },
    }
}

async fn role_of(
    state: &web::Data<State>,
    workspace: WorkspaceId,
    user: shared::ids::UserId,
) -> Result<Option<Role>, AppError> {
    if let Some(role) = state.directory.role(workspace, user) {
        return Ok(Some(role));
    }
    let generation = state.directory.generation();
    let loaded = read_row(state, move |conn| {
        Ok(directory::load_role(conn, workspace, user)?)
    })
    .await?;
    if let Some(role) = loaded {
        state.directory.keep_role(generation, workspace, user, role);
    }
    Ok(loaded)
}
