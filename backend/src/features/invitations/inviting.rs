//! Inviting: one person, several at once, or the same once more. Each way makes the same checks, under the lock of the
//! workspace.

use shared::{
    contract::{Endpoint, Member, url},
    error::ErrorCode,
    ids::NotificationId,
    invitations::{
        CreateInvitation, CreateInvitations, CreatedInvitation, GetInvitation, InvitationOutcome,
        InvitationOutcomes, OneInvitation, ResendInvitation,
    },
    notifications::NotificationKind,
    permission::{Permission, Role},
    text::{Email, SecretText},
};

use super::{
    hash_of, rules,
    store::{self, PendingRow},
    view,
};
use crate::{
    access::Scope,
    audit::{Entry, Tx},
    error::AppError,
    features::{
        notifications::store::{self as notifications, Notice},
        session::store::done_or_undone,
        workspaces::store as workspaces,
    },
    http::Ctx,
    mail::{self, SealedMail},
    throttle,
};

/// A link that is to be made, with all that can be made before the transaction.
struct Fresh {
    link: SecretText,
    token_hash: String,
    letter: Option<Letter>,
    notice: NotificationId,
}

/// A mail with the link.
struct Letter {
    mail: SealedMail,
    /// What mails to this address about this workspace are counted under, those of this sender to it, and all of the sender.
    counted_as: [String; 3],
}

impl Letter {
    /// Queues the mail, unless the address was sent one about this workspace a short while ago, or the sender has sent many:
    /// nobody can have a mailbox flooded by inviting it again and again. The link works without.
    fn send(&self, tx: &mut Tx<'_>) -> Result<(), AppError> {
        let now = tx.now();
        let limits = [
            ("invitation_mail", rules::MAILED_ABOUT_ONE),
            ("invitation_mail_by", rules::MAILED_BY_ONE),
            ("invitation_mails", rules::MAILED_IN_ALL),
        ];
        for (subject, (kind, limit)) in self.counted_as.iter().zip(limits) {
            if !throttle::at_most(tx.conn, kind, subject, limit, now)? {
                return Ok(());
            }
        }
        mail::queue(tx, &self.mail)
    }
}

impl Fresh {
    /// A new link; mailed if there is an address and a way to send. The link works without.
    fn new<E: Endpoint<Caller = Member>>(
        ctx: &Ctx<E>,
        to: Option<&Email>,
        workspace_name: &str,
    ) -> Result<Self, AppError> {
        let token = secrets::token_text::opaque();
        let token = SecretText::new(token.expose().to_owned());
        let link = SecretText::new(format!(
            "{}/join#token={}",
            ctx.config().public_url(),
            token.expose()
        ));
        let letter = match (to, &ctx.config().smtp) {
            (Some(to), Some(_)) => {
                let (subject, text) = rules::letter(workspace_name, &link);
                let (to_key, sender) = (to.key(), ctx.reach().user_id().0);
                let about = [
                    format!("{} {to_key}", ctx.reach().workspace_id().0),
                    format!("{sender} {to_key}"),
                    sender.to_string(),
                ];
                Some(Letter {
                    mail: SealedMail::new(ctx.keys(), ctx.new_id(), to.clone(), subject, &text)?,
                    counted_as: about.map(|about| ctx.throttle().counted_as(&about)),
                })
            }
            _ => None,
        };
        Ok(Self {
            token_hash: hash_of(ctx.keys(), &token),
            notice: NotificationId(ctx.new_id()),
            link,
            letter,
        })
    }

    /// A new invitation with this link.
    fn invitation<E: Endpoint<Caller = Member>>(
        &self,
        ctx: &Ctx<E>,
        email: Option<Email>,
        role: Role,
    ) -> store::New {
        store::New {
            id: shared::ids::InvitationId(ctx.new_id()).into(),
            token_hash: self.token_hash.clone(),
            email,
            role,
            now: ctx.now(),
            expires_at: ctx.now() + rules::LIFETIME,
        }
    }
}

pub(super) async fn create(ctx: Ctx<CreateInvitation>) -> Result<CreatedInvitation, AppError> {
    let (_, workspace_name) = ctx.read(|conn, scope| Ok(store::names(conn, scope)?)).await?;
    let fresh = Fresh::new(&ctx, ctx.body.email.as_ref(), &workspace_name)?;
    let new = fresh.invitation(&ctx, ctx.body.email.clone(), ctx.body.role);
    let link = fresh.link.clone();
    let row = ctx
        .write(move |tx, scope| {
            // One at a time: two invitations of one address, or of the last seat, must see each other.
            workspaces::lock_for(tx.conn, scope, Permission::MembersManage)?;
            invite(tx, scope, &new, &fresh)
        })
        .await?;
    let invitation = view(row)?;
    ctx.located(url::<GetInvitation>(&OneInvitation {
        workspace_id: ctx.path.workspace_id,
        invitation_id: invitation.id,
    }));
    Ok(CreatedInvitation { invitation, link })
}

/// One transaction for all. An address that is refused has changed nothing by then, so it needs no undoing.
pub(super) async fn create_several(ctx: Ctx<CreateInvitations>) -> Result<InvitationOutcomes, AppError> {
    rules::check_addresses(&ctx.body.emails)?;
    let (_, workspace_name) = ctx.read(|conn, scope| Ok(store::names(conn, scope)?)).await?;
    let mut all = Vec::with_capacity(ctx.body.emails.len());
    for email in &ctx.body.emails {
        let fresh = Fresh::new(&ctx, Some(email), &workspace_name)?;
        let new = fresh.invitation(&ctx, Some(email.clone()), ctx.body.role);
        all.push((email.clone(), new, fresh));
    }
    ctx.write(move |tx, scope| {
        workspaces::lock_for(tx.conn, scope, Permission::MembersManage)?;
        tx.needs_no_entry("each invitation that is made has its own");
        let mut items = Vec::with_capacity(all.len());
        for (email, new, fresh) in all {
            items.push(match invite(tx, scope, &new, &fresh) {
                Ok(row) => InvitationOutcome {
                    email,
                    created: Some(CreatedInvitation {
                        invitation: view(row)?,
                        link: fresh.link,
                    }),
                    refused: None,
                },
                Err(AppError::Known(
                    code @ (ErrorCode::AlreadyMember | ErrorCode::SeatsTaken | ErrorCode::TooManyInvitations),
                )) => InvitationOutcome {
                    email,
                    created: None,
                    refused: Some(code),
                },
                Err(error) => return Err(error),
            });
        }
        Ok(InvitationOutcomes { items })
    })
    .await
}

pub(super) async fn resend(ctx: Ctx<ResendInvitation>) -> Result<CreatedInvitation, AppError> {
    let (now, id) = (ctx.now(), ctx.path.invitation_id.into());
    let (row, (_, workspace_name)) = ctx
        .read(move |conn, scope| {
            Ok((
                store::pending_by_id(conn, scope, id, now)?,
                store::names(conn, scope)?,
            ))
        })
        .await?;
    let email = view(row)?.email;
    let fresh = Fresh::new(&ctx, email.as_ref(), &workspace_name)?;
    let link = fresh.link.clone();
    let row = ctx
        .write(move |tx, scope| {
            workspaces::lock_for(tx.conn, scope, Permission::MembersManage)?;
            let before = store::pending_by_id(tx.conn, scope, id, now)?;
            let key = email.as_ref().map(Email::key);
            if let Some(key) = &key
                && store::is_member(tx.conn, scope, key)?
            {
                return Err(ErrorCode::AlreadyMember.into());
            }
            rules::has_room(store::room(tx.conn, scope, &[id], now)?)?;
            let expires_at = now + rules::LIFETIME;
            store::renew(tx.conn, scope, id, &fresh.token_hash, expires_at)?;
            if let Some(letter) = &fresh.letter {
                letter.send(tx)?;
            }
            tx.record(
                Entry::new("invitation.resend", "invitation", id.0)
                    .before(&serde_json::json!({ "expires_at": before.expires_at.and_utc() }))
                    .after(&serde_json::json!({ "expires_at": expires_at.and_utc() })),
            )?;
            notifications::withdraw(tx, scope, id)?;
            let row = store::pending_by_id(tx.conn, scope, id, now)?;
            tell_invitee(tx, scope, &row, key.as_deref(), fresh.notice)?;
            Ok(row)
        })
        .await?;
    Ok(CreatedInvitation {
        invitation: view(row)?,
        link,
    })
}

/// Makes one invitation, in a transaction that holds the lock of the workspace. Refuses before it changes anything.
fn invite(tx: &mut Tx<'_>, scope: &Scope, new: &store::New, fresh: &Fresh) -> Result<PendingRow, AppError> {
    let key = new.email.as_ref().map(Email::key);
    let mut replaced = Vec::new();
    if let Some(key) = &key {
        if store::is_member(tx.conn, scope, key)? {
            return Err(ErrorCode::AlreadyMember.into());
        }
        replaced = store::unanswered_for(tx.conn, scope, key)?;
    }
    rules::has_room(store::room(tx.conn, scope, &replaced, new.now)?)?;
    for id in replaced {
        store::revoke(tx.conn, scope, id, new.now)?;
        notifications::withdraw(tx, scope, id)?;
        let by = serde_json::json!({ "replaced_by": shared::ids::InvitationId::from(new.id) });
        tx.record(Entry::new("invitation.revoke", "invitation", id.0).after(&by))?;
    }
    store::insert(tx.conn, scope, new)?;
    if let Some(letter) = &fresh.letter {
        letter.send(tx)?;
    }
    let about = serde_json::json!({ "email": new.email, "role": new.role });
    tx.record(Entry::new("invitation.create", "invitation", new.id.0).after(&about))?;
    let row = store::pending_by_id(tx.conn, scope, new.id, new.now)?;
    tell_invitee(tx, scope, &row, key.as_deref(), fresh.notice)?;
    Ok(row)
}

/// Tells the account of an address that it is invited. Done for an address without one as well, and then undone: how long it
/// takes must not say who has an account.
fn tell_invitee(
    tx: &mut Tx<'_>,
    scope: &Scope,
    row: &PendingRow,
    email_key: Option<&str>,
    id: NotificationId,
) -> Result<(), AppError> {
    let Some(email_key) = email_key else {
        return Ok(());
    };
    let account = store::account_to_tell(tx.conn, scope, email_key)?;
    let (sender, workspace_name) = store::names(tx.conn, scope)?;
    let notice = Notice {
        id,
        kind: NotificationKind::Invited,
        actor_name: Some(sender),
        workspace: Some((scope.workspace_id(), workspace_name)),
        role: Some(row.role.into()),
        invitation: Some(row.id),
    };
    done_or_undone(tx, account.is_some(), |tx| {
        notifications::tell(tx, account.unwrap_or_else(|| scope.user_id()), &notice)
    })
}
