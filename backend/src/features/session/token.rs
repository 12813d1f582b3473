//! Tokens for clients. A token is made from a key pair, or from a token of that pair; revoking the pair ends it.

use shared::{
    error::ErrorCode,
    session::{CreateToken, Token},
};

use super::rules;
use crate::{access, error::AppError, http::Ctx};

/// Changes nothing that is stored, so nothing is journalled: the pair and its uses are.
pub(super) async fn create(ctx: Ctx<CreateToken>) -> Result<Token, AppError> {
    let Some(key) = ctx.key() else {
        let detail = "A token is made from a key pair: send one with HTTP Basic, or a token made with one.";
        return Err(AppError::Detailed(ErrorCode::Invalid, detail.to_owned()));
    };
    let wanted = ctx.body.as_ref().and_then(|body| body.expires_in_seconds);
    let life = rules::token_life(wanted).map_err(|fault| AppError::field("/expires_in_seconds", fault))?;
    let (token, end) = access::mint(ctx.keys(), key, ctx.lease(), ctx.now(), life)?;
    Ok(Token {
        token,
        expires_at: end.and_utc(),
    })
}
