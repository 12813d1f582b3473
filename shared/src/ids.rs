//! Ids: UUID v7 as 32 hex digits without dashes. They sort by age and have the shape `ClearML` clients expect.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub uuid::Uuid);

        impl $name {
            /// The id of nothing: all zeros.
            pub const NIL: Self = Self(uuid::Uuid::nil());
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.0.simple(), f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                parse(text).map(Self)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": "^[0-9a-f]{32}$" })
            }
        }
    )* };
}

ids!(
    /// Someone with an account.
    UserId,
    /// A workspace.
    WorkspaceId,
    /// A browser session, as its owner sees it in the list; not the secret in the cookie.
    SessionId,
    /// An invitation to a workspace.
    InvitationId,
    /// Something that an account is told.
    NotificationId,
    /// A group of members.
    GroupId,
    /// A configuration vault.
    VaultId,
    /// An entry of cloud storage access.
    StorageEntryId,
);

/// Why a text is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadId;

impl std::fmt::Display for BadId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an id is 32 lower-case hex digits")
    }
}

impl std::error::Error for BadId {}

/// One spelling only, so that an id can be compared as text.
fn parse(text: &str) -> Result<uuid::Uuid, BadId> {
    let plain = text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if !plain {
        return Err(BadId);
    }
    uuid::Uuid::try_parse(text).map_err(|_bad| BadId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        let text = "0190a0b0c0d07000800000000000abcd";
        assert_eq!(text.parse::<UserId>().unwrap().to_string(), text);
        for bad in [
            "",
            "0190A0B0C0D07000800000000000ABCD",
            "0190a0b0-c0d0-7000-8000-00000000abcd",
            "x",
            "é",
        ] {
            assert!(bad.parse::<UserId>().is_err(), "{bad}");
        }
    }
}
