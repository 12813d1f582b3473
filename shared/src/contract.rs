//! An endpoint is a type: method, path, who may call, what goes in, what comes back. The server mounts it, the
//! app calls it, and the API description is generated from it, so none of the three can drift.

use serde::{Serialize, de::DeserializeOwned};

use crate::permission::Permission;

/// The HTTP method of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, or does something that has no other verb.
    Post,
    /// Merges the fields sent.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// The method as it stands in a request line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// What a call does to the server. Stated, not taken from the method: the `ClearML` wire is POST for everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Changes nothing.
    Reads,
    /// Changes something; answers `200`, or `204` when there is nothing to say.
    Changes,
    /// Makes something new; answers `201` with its `Location`.
    Creates,
}

/// Callers: anybody, signed in or not.
#[derive(Debug)]
pub struct Anyone;
/// Callers: a signed-in account, by browser session, key pair or token.
#[derive(Debug)]
pub struct SignedIn;
/// Callers: a person in a browser session. A key or token cannot do this, whoever it belongs to.
#[derive(Debug)]
pub struct InPerson;
/// Callers: a person in a browser session whose account operates this server.
#[derive(Debug)]
pub struct Operator;
/// Callers: a member of the one workspace that the call is about, with the stated permission there.
#[derive(Debug)]
pub struct Member;
/// Callers: a [`Member`] in a browser session. A key or token cannot do this, whoever it belongs to.
#[derive(Debug)]
pub struct MemberInPerson;

/// Names a kind of caller in tables and in the API description.
pub trait CallerKind {
    /// One word.
    const NAME: &'static str;
}
impl CallerKind for Anyone {
    const NAME: &'static str = "public";
}
impl CallerKind for SignedIn {
    const NAME: &'static str = "signed_in";
}
impl CallerKind for InPerson {
    const NAME: &'static str = "in_person";
}
impl CallerKind for Operator {
    const NAME: &'static str = "operator";
}
impl CallerKind for Member {
    const NAME: &'static str = "member";
}
impl CallerKind for MemberInPerson {
    const NAME: &'static str = "member_in_person";
}

#[cfg(feature = "schema")]
mod wire {
    /// What may go over the wire: JSON both ways, with a schema.
    pub trait Wire: serde::Serialize + serde::de::DeserializeOwned + schemars::JsonSchema + 'static {}
    impl<T: serde::Serialize + serde::de::DeserializeOwned + schemars::JsonSchema + 'static> Wire for T {}
}
#[cfg(not(feature = "schema"))]
mod wire {
    /// What may go over the wire: JSON both ways.
    pub trait Wire: serde::Serialize + serde::de::DeserializeOwned + 'static {}
    impl<T: serde::Serialize + serde::de::DeserializeOwned + 'static> Wire for T {}
}
pub use wire::Wire;

/// One call that the server answers.
pub trait Endpoint: 'static {
    /// The endpoint's name, for the API description, metering and logs.
    const NAME: &'static str;
    /// What it does, in a sentence.
    const ABOUT: &'static str;
    /// HTTP method.
    const METHOD: Method;
    /// Path with its parameters in braces.
    const PATH: &'static str;
    /// What it does to the server.
    const EFFECT: Effect;
    /// The permission that a [`Member`] needs, in person or not; `None` for other callers.
    const NEEDS: Option<Permission>;
    /// The longest body that it takes, in bytes.
    const MOST_BODY_BYTES: usize = 1024 * 1024;
    /// Who may call.
    type Caller: CallerKind;
    /// The path parameters: a struct with their names, or `()`.
    type Path: Serialize + DeserializeOwned + 'static;
    /// The query string.
    type Query: Wire + Default;
    /// The JSON body; `()` for none.
    type Body: Wire;
    /// The JSON answer; `()` for none.
    type Reply: Wire;
}

macro_rules! not_json {
    ($($(#[$doc:meta])* $name:ident = $media:literal;)*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
        pub struct $name;

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "contentMediaType": $media })
            }
        }
    )* };
}

not_json! {
    /// The reply of an endpoint that answers with a file to save instead of JSON.
    Download = "application/octet-stream";
    /// The reply of an endpoint that answers with content which people made and the server passes on, shut in.
    Foreign = "application/octet-stream";
    /// The reply of an endpoint that answers with a stream of server-sent events instead of JSON.
    EventStream = "text/event-stream";
}

/// Marks endpoints that may change something. Only their context can write.
pub trait Changes: Endpoint {}

/// Declares an endpoint.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// shared::endpoint!(
///     /// The time of day.
///     GetTime = reads Get "/api/v1/time", public, path (), query (), body () => String);
/// ```
///
/// A last `, body_up_to BYTES` allows a longer body than 1 MiB.
#[macro_export]
macro_rules! endpoint {
    ($(#[doc = $d:literal])* $n:ident = $fx:ident $m:ident $p:literal, public, $($rest:tt)*) => {
        $crate::endpoint!(@ [$($d)*] $n $fx $m $p (None) Anyone $($rest)*);
    };
    ($(#[doc = $d:literal])* $n:ident = $fx:ident $m:ident $p:literal, signed_in, $($rest:tt)*) => {
        $crate::endpoint!(@ [$($d)*] $n $fx $m $p (None) SignedIn $($rest)*);
    };
    ($(#[doc = $d:literal])* $n:ident = $fx:ident $m:ident $p:literal, in_person, $($rest:tt)*) => {
        $crate::endpoint!(@ [$($d)*] $n $fx $m $p (None) InPerson $($rest)*);
    };
    ($(#[doc = $d:literal])* $n:ident = $fx:ident $m:ident $p:literal, operator, $($rest:tt)*) => {
        $crate::endpoint!(@ [$($d)*] $n $fx $m $p (None) Operator $($rest)*);
    };
    ($(#[doc = $d:literal])* $n:ident = $fx:ident $m:ident $p:literal, needs $perm:ident, $($rest:tt)*) => {
        $crate::endpoint!(@ [$($d)*] $n $fx $m $p (Some($crate::permission::Permission::$perm)) Member $($rest)*);
    };
    ($(#[doc = $d:literal])* $n:ident = $fx:ident $m:ident $p:literal, in_person needs $perm:ident, $($rest:tt)*) => {
        $crate::endpoint!(@ [$($d)*] $n $fx $m $p (Some($crate::permission::Permission::$perm)) MemberInPerson $($rest)*);
    };
    (@ [$($d:literal)*] $n:ident $fx:ident $m:ident $p:literal ($needs:expr) $caller:ident
        path $path:ty, query $q:ty, body $b:ty => $reply:ty $(, body_up_to $most:expr)?) => {
        $(#[doc = $d])*
        #[derive(Debug, Clone, Copy)]
        pub struct $n;
        impl $crate::contract::Endpoint for $n {
            const NAME: &'static str = stringify!($n);
            const ABOUT: &'static str = concat!($($d, "\n",)* "");
            const METHOD: $crate::contract::Method = $crate::contract::Method::$m;
            const PATH: &'static str = $p;
            const EFFECT: $crate::contract::Effect = $crate::effect!($fx);
            const NEEDS: Option<$crate::permission::Permission> = $needs;
            $(const MOST_BODY_BYTES: usize = $most;)?
            type Caller = $crate::contract::$caller;
            type Path = $path;
            type Query = $q;
            type Body = $b;
            type Reply = $reply;
        }
        $crate::changes!($fx $n);
    };
}

/// The effect behind its keyword.
#[doc(hidden)]
#[macro_export]
macro_rules! effect {
    (reads) => {
        $crate::contract::Effect::Reads
    };
    (changes) => {
        $crate::contract::Effect::Changes
    };
    (creates) => {
        $crate::contract::Effect::Creates
    };
}

/// Marks an endpoint as changing, unless it reads.
#[doc(hidden)]
#[macro_export]
macro_rules! changes {
    (reads $n:ident) => {};
    ($fx:ident $n:ident) => {
        impl $crate::contract::Changes for $n {}
    };
}

/// The address of one call: the path of `E` with `path` filled in, each value escaped.
#[must_use]
pub fn url<E: Endpoint>(path: &E::Path) -> String {
    filled(E::PATH, &serde_json::to_value(path).unwrap_or_default())
}

/// `pattern` with each name in braces replaced by the field of that name.
fn filled(pattern: &str, fields: &serde_json::Value) -> String {
    let mut out = String::with_capacity(pattern.len() + 32);
    for segment in pattern.split('/').skip(1) {
        out.push('/');
        match segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
            Some(name) => {
                if let Some(text) = fields.get(name).and_then(plain) {
                    escape_into(&mut out, &text);
                }
            }
            None => out.push_str(segment),
        }
    }
    out
}

/// The query string of `query`, with its leading `?`; empty when nothing is set. Fields are flat.
#[must_use]
pub fn query_string<Q: Serialize>(query: &Q) -> String {
    joined(&serde_json::to_value(query).unwrap_or_default())
}

fn joined(query: &serde_json::Value) -> String {
    let mut out = String::new();
    if let serde_json::Value::Object(fields) = query {
        for (name, value) in fields {
            let Some(text) = plain(value) else {
                continue;
            };
            out.push(if out.is_empty() { '?' } else { '&' });
            escape_into(&mut out, name);
            out.push('=');
            escape_into(&mut out, &text);
        }
    }
    out
}

/// A field of an address: text, a switch or a whole number. The app carries no code that writes other numbers.
fn plain(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Bool(is_so) => Some(is_so.to_string()),
        other => other.as_i64().map(|whole| whole.to_string()),
    }
}

fn escape_into(out: &mut String, text: &str) {
    use std::fmt::Write as _;
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{credentials::OneCredential, ids::WorkspaceId};

    #[test]
    fn a_url_has_every_parameter_filled_in_and_escaped() {
        let path = OneCredential {
            workspace_id: WorkspaceId::NIL,
            access_key: "A/B ?".to_owned(),
        };
        assert_eq!(
            url::<crate::credentials::RevokeCredential>(&path),
            "/api/v1/workspaces/00000000000000000000000000000000/credentials/A%2FB%20%3F"
        );
    }

    #[test]
    fn a_query_leaves_out_what_is_not_set() {
        assert_eq!(query_string(&()), "");
        assert_eq!(
            query_string(&crate::page::PageQuery {
                q: Some("a b".to_owned()),
                ..Default::default()
            }),
            "?q=a%20b"
        );
    }
}
