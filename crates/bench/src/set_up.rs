//! Makes a new server ready to be measured, through its public API: signs in, makes a key pair and a token.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use base64::Engine as _;
use serde_json::{Value, json};

use crate::wire::{Reply, Request, Wire};

/// The first administrator's address.
pub const EMAIL: &str = "ada@example.com";
/// Their password.
pub const PASSWORD: &str = "nine tall green windows";

/// One account, and every way in which it can prove itself.
#[derive(Debug)]
pub struct Account {
    /// The workspace it works in.
    pub workspace: String,
    /// The `Cookie` header of a browser session.
    pub cookie: String,
    /// The `Authorization` header with a key pair.
    pub basic: String,
    /// The `Authorization` header with a token made with it.
    pub bearer: String,
}

impl Account {
    /// Signs the first administrator in and makes them a key pair.
    pub fn prepare(server: SocketAddr) -> Result<Self> {
        let mut wire = Wire::open(server)?;
        let signed_in = wire
            .ask(&sign_in(server, EMAIL, PASSWORD))
            .context("could not sign in")?;
        let cookie = cookie(&signed_in)?;
        let workspace = text(&signed_in.json()?, "/workspace_id")?;
        let basic = key_pair(server, &cookie, &workspace)?;
        Ok(Self {
            bearer: token(server, &basic)?,
            workspace,
            cookie,
            basic,
        })
    }
}

/// Makes a key pair for a workspace; answers the `Authorization` header with it.
pub fn key_pair(server: SocketAddr, cookie: &str, workspace: &str) -> Result<String> {
    let path = format!("/api/v1/workspaces/{workspace}/credentials");
    let made = Request::post(server, &path, &[("cookie", cookie)], &json!({ "label": "bench" }));
    let mut wire = Wire::open(server)?;
    let pair = wire.ask(&made).context("could not make a key pair")?.json()?;
    let (access, secret) = (text(&pair, "/access_key")?, text(&pair, "/secret_key")?);
    let encoded = base64::engine::general_purpose::STANDARD.encode(format!("{access}:{secret}"));
    Ok(format!("Basic {encoded}"))
}

/// Makes a token with a key pair; answers the `Authorization` header with it.
pub fn token(server: SocketAddr, basic: &str) -> Result<String> {
    let logged_in = Wire::open(server)?
        .ask(&log_in(server, basic))
        .context("could not make a token")?
        .json()?;
    Ok(format!("Bearer {}", text(&logged_in, "/data/token")?))
}

/// A sign-in with e-mail and password.
pub fn sign_in(server: SocketAddr, email: &str, password: &str) -> Request {
    let body = json!({ "email": email, "password": password });
    Request::post(server, "/api/v1/session", &[], &body)
}

/// A key pair exchanged for a token, as ClearML clients do it.
pub fn log_in(server: SocketAddr, basic: &str) -> Request {
    Request::get(server, "/api/auth.login", &[("authorization", basic)])
}

fn cookie(reply: &Reply) -> Result<String> {
    let set = reply.header("set-cookie").context("no cookie after signing in")?;
    Ok(set.split(';').next().unwrap_or_default().to_owned())
}

fn text(json: &Value, pointer: &str) -> Result<String> {
    let found = json.pointer(pointer).and_then(Value::as_str);
    found
        .map(str::to_owned)
        .with_context(|| format!("no {pointer} in the answer"))
}
