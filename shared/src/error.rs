//! Every error a client can act on, once: code, status and sentence. The body is a problem document (RFC 9457).

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:literal, $title:literal;)*) => {
        /// What went wrong, for programs. Stable: clients match on it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum ErrorCode { $($(#[$doc])* #[doc = $title] #[serde(rename = $code)] $name,)* }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The code as it is sent.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The HTTP status that goes with it.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// A sentence for people: what is wrong and what to do.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

codes! {
    Malformed = "malformed", 400, "The request could not be read. Check that the body is JSON and the address is right.";
    BadCursor = "bad_cursor", 400, "This page marker is not valid any more. Start again from the first page.";
    Unauthenticated = "unauthenticated", 401, "Sign in first, or send a valid key pair or token.";
    SignInFailed = "sign_in_failed", 401, "That e-mail address and password do not match an account.";
    Forbidden = "forbidden", 403, "Your role in this workspace does not allow that. Ask one of its administrators.";
    OperatorOnly = "operator_only", 403, "Only an operator of this server can do that, signed in with a browser.";
    NewPasswordRequired = "new_password_required", 403, "Choose a new password to sign in: the operator of this server asks for it.";
    NotFromApp = "not_from_app", 403, "A change made with a browser session must come from the app itself.";
    InPersonOnly = "in_person_only", 403, "This needs a person signed in with a browser; a key or token cannot do it.";
    WrongPassword = "wrong_password", 403, "The current password is not right.";
    NotFound = "not_found", 404, "There is nothing here that you can see.";
    MethodNotAllowed = "method_not_allowed", 405, "This address exists, but not for this method.";
    Timeout = "timeout", 408, "The request did not arrive in time. Send it again.";
    AlreadySetUp = "already_set_up", 409, "This server is set up already. Sign in instead.";
    AlreadyMember = "already_member", 409, "This person is a member of the workspace already.";
    LastAdmin = "last_admin", 409, "A workspace needs at least one administrator. Make somebody else one first.";
    OwnerStays = "owner_stays", 409, "The owner of a workspace stays in it, as an administrator. Hand the workspace over to another member first.";
    PersonalWorkspace = "personal_workspace", 409, "A personal workspace belongs to its person: it cannot be left, handed over or deleted.";
    WorkspaceNotEmpty = "workspace_not_empty", 409, "Only an empty workspace can be deleted. Remove its other members first.";
    TooManyWorkspaces = "too_many_workspaces", 409, "You own as many workspaces as one person may. Delete one that is not used.";
    SeatsTaken = "seats_taken", 409, "The workspace has as many users as it may. Remove a member or revoke an open invitation, or ask the operator of this server for more seats.";
    TooManyInvitations = "too_many_invitations", 409, "There are as many open invitations as there may be. Revoke one that is not needed.";
    LastOperator = "last_operator", 409, "A server needs at least one operator. Make somebody else one first.";
    NotYourself = "not_yourself", 409, "This cannot be done to one's own account. Ask another operator.";
    WrongInvitee = "wrong_invitee", 403, "This invitation is for another e-mail address. Sign in with that one, or ask for a new invitation.";
    EmailTaken = "email_taken", 409, "There is an account with this e-mail address already.";
    TooManyCredentials = "too_many_credentials", 409, "You have as many credentials here as one person may. Revoke one that is not used.";
    AlreadyRotated = "already_rotated", 409, "This key has a successor already. Rotate that one.";
    VaultNameTaken = "vault_name_taken", 409, "Another vault of this workspace has that name. Choose another one.";
    VaultsFull = "vaults_full", 409, "The workspace has as many vaults, or as much in them, as it may. Delete one that is not used.";
    StillRunning = "still_running", 409, "A request with this Idempotency-Key is not finished. Ask again in a moment.";
    AnswerLost = "answer_lost", 409, "A request with this Idempotency-Key was carried out, but its answer is lost. Look at what is there before you send it again with a new key.";
    LinkUnusable = "link_unusable", 410, "This link was used already or has expired. Ask for a new one.";
    ChangedMeanwhile = "changed_meanwhile", 412, "Somebody changed this meanwhile. Load it again, then repeat your change.";
    TooLarge = "too_large", 413, "The request is larger than this address accepts.";
    UnsupportedMediaType = "unsupported_media_type", 415, "Send the body as application/json, not compressed.";
    MisdirectedHost = "misdirected_host", 421, "This server does not answer to that host name. Use its public address.";
    Invalid = "invalid", 422, "Something in the request is not right.";
    KeyReused = "key_reused", 422, "This Idempotency-Key was used for a different request. Use a new one.";
    TooManyAttempts = "too_many_attempts", 429, "Too many attempts. Wait a little, then try again.";
    HeadersTooLarge = "headers_too_large", 431, "A header of the request is too large.";
    Internal = "internal", 500, "Something went wrong on the server. The request id helps its operator to find out what.";
    ContentUnreadable = "content_unreadable", 500, "The content cannot be opened: the key that sealed it is not in the key file of this server. Its operator must put it back, or you save it anew.";
    StorageFull = "storage_full", 507, "The server has no room left to store this. Nothing was changed; its operator must make room.";
    Busy = "busy", 503, "The server is busy. Try again in a moment.";
}

/// One field that is not right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldError {
    /// Which field: a JSON pointer into the body (`/email`), or the name of a query or path parameter.
    pub pointer: String,
    /// What is wrong with it, in a sentence.
    pub detail: String,
}

/// The body of every error answer, sent as `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Problem {
    /// A URI for the kind of problem: `urn:clearance:error:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The sentence that belongs to the code.
    pub title: String,
    /// The HTTP status again.
    pub status: u16,
    /// The code to match on.
    pub code: ErrorCode,
    /// What is particular to this case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The fields that are not right.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Names this request in the server's log.
    pub request_id: String,
}

impl Problem {
    /// The problem that belongs to `code`.
    #[must_use]
    pub fn of(code: ErrorCode, request_id: String) -> Self {
        Self {
            kind: format!("urn:clearance:error:{}", code.as_str()),
            title: code.title().to_owned(),
            status: code.status(),
            code,
            detail: None,
            errors: Vec::new(),
            request_id,
        }
    }
}
