//! Invitations: a link with which somebody joins a workspace, once. It works without any mail server.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    endpoint,
    error::ErrorCode,
    ids::{InvitationId, WorkspaceId},
    page::Page,
    permission::Role,
    session::Session,
    text::{Email, Name, Password, SecretText},
    workspaces::{InWorkspace, Workspace},
};

endpoint!(
    /// The invitations that wait for an answer, the newest first: open ones, and for 30 days those that have expired and can
    /// be sent again. Not in it: those whose sender may not invite any more; their links do not work.
    ListInvitations = reads Get "/api/v1/workspaces/{workspace_id}/invitations", needs MembersManage,
    path InWorkspace, query (), body () => Page<Invitation>);
endpoint!(
    /// Makes an invitation. Its link is in this answer, and in a mail if the server sends mail; else sending it is the
    /// inviter's job. One address is mailed about one workspace at most once in 10 minutes; each answer has its link.
    CreateInvitation = creates Post "/api/v1/workspaces/{workspace_id}/invitations", needs MembersManage,
    path InWorkspace, query (), body NewInvitation => CreatedInvitation);
endpoint!(
    /// One invitation that waits for an answer.
    GetInvitation = reads Get "/api/v1/workspaces/{workspace_id}/invitations/{invitation_id}", needs MembersManage,
    path OneInvitation, query (), body () => Invitation);
endpoint!(
    /// Revokes an invitation: its link does not work any more.
    RevokeInvitation = changes Delete "/api/v1/workspaces/{workspace_id}/invitations/{invitation_id}", needs MembersManage,
    path OneInvitation, query (), body () => ());
endpoint!(
    /// Invites several people at once, each by a link of their own. One that cannot be invited does not keep the others.
    CreateInvitations = changes Post "/api/v1/workspaces/{workspace_id}/invitations/several", needs MembersManage,
    path InWorkspace, query (), body NewInvitations => InvitationOutcomes);
endpoint!(
    /// Makes a new link for an open or expired invitation, with a full life, and mails it if the server sends mail and has
    /// not mailed the address about this workspace in the last 10 minutes. The old link ends. Whoever sends it again is its sender from now on.
    ResendInvitation = changes Post "/api/v1/workspaces/{workspace_id}/invitations/{invitation_id}/resend", needs MembersManage,
    path OneInvitation, query (), body () => CreatedInvitation);
endpoint!(
    /// The open invitations that are for one's own account.
    ListMyInvitations = reads Get "/api/v1/me/invitations", in_person, path (), query (), body () => Page<MyInvitation>);
endpoint!(
    /// Joins by an invitation that is for one's own account.
    AcceptMyInvitation = changes Post "/api/v1/me/invitations/{invitation_id}/accept", in_person,
    path OneOfMyInvitations, query (), body () => Workspace);
endpoint!(
    /// Declines an invitation that is for one's own account: it ends.
    DeclineMyInvitation = changes Post "/api/v1/me/invitations/{invitation_id}/decline", in_person,
    path OneOfMyInvitations, query (), body () => ());
endpoint!(
    /// What a link invites to, for whoever holds it.
    ShowInvitation = reads Post "/api/v1/invitations/show", public, path (), query (), body InvitationToken => ShownInvitation);
endpoint!(
    /// Joins with one's own account.
    AcceptInvitation = changes Post "/api/v1/invitations/accept", in_person, path (), query (),
    body InvitationToken => Workspace);
endpoint!(
    /// Joins with a new account, and signs in.
    JoinWithNewAccount = changes Post "/api/v1/invitations/join", public, path (), query (), body Joining => Session);

/// Path of one invitation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OneInvitation {
    /// The workspace it invites to.
    pub workspace_id: WorkspaceId,
    /// Which.
    pub invitation_id: InvitationId,
}

/// Path of one invitation that is for oneself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OneOfMyInvitations {
    /// Which.
    pub invitation_id: InvitationId,
}

/// An invitation that waits for an answer, without its link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// Whom it is for; none if whoever holds the link may use it.
    pub email: Option<Email>,
    /// The role that they will have.
    pub role: Role,
    /// Who invited.
    pub invited_by: Name,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When the link ends by itself.
    pub expires_at: DateTime<Utc>,
}

/// Whom to invite.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewInvitation {
    /// Their address; without one, whoever holds the link may use it, once.
    #[serde(default)]
    pub email: Option<Email>,
    /// The role that they will have.
    pub role: Role,
}

/// An invitation with its link: the only time that the link is shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreatedInvitation {
    /// The invitation.
    pub invitation: Invitation,
    /// The link to send.
    pub link: SecretText,
}

/// Several people to invite with one role.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewInvitations {
    /// Their addresses: 1 to 50, each once.
    pub emails: Vec<Email>,
    /// The role that they will have.
    pub role: Role,
}

/// What became of each address, in the order sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InvitationOutcomes {
    /// One for each address.
    pub items: Vec<InvitationOutcome>,
}

/// What became of one address: an invitation, or the reason why not.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InvitationOutcome {
    /// The address.
    pub email: Email,
    /// The invitation with its link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<CreatedInvitation>,
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<ErrorCode>,
}

/// An open invitation as the one it is for sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MyInvitation {
    /// Its id.
    pub id: InvitationId,
    /// The workspace's name.
    pub workspace_name: Name,
    /// Who invited.
    pub invited_by: Name,
    /// The role that one will have.
    pub role: Role,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}

/// The token of a link.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InvitationToken {
    /// What stands after `#token=`.
    pub token: SecretText,
}

/// What a link invites to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ShownInvitation {
    /// The workspace's name.
    pub workspace_name: Name,
    /// Who invited.
    pub invited_by: Name,
    /// Whom it is for, if it is for somebody.
    pub email: Option<Email>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}

/// A new account that joins.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Joining {
    /// The token of the link.
    pub token: SecretText,
    /// The person's name.
    pub name: Name,
    /// The address to sign in with; the invited one if the invitation is for somebody.
    pub email: Email,
    /// A password.
    pub password: Password,
}
