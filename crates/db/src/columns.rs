//! How our ids and enums are stored: as text, the same in both databases.

use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    pg::Pg,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::Text,
    sqlite::Sqlite,
};

use crate::MultiBackend;

macro_rules! text_columns {
    ($($name:ident($inner:path) = $write:expr;)*) => { $(
        /// Database form of the shared type of the same name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
        #[diesel(sql_type = Text)]
        pub struct $name(pub $inner);

        impl From<$inner> for $name {
            fn from(value: $inner) -> Self {
                Self(value)
            }
        }

        impl From<$name> for $inner {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl ToSql<Text, Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                let write: fn(&$inner) -> String = $write;
                std::io::Write::write_all(out, write(&self.0).as_bytes())?;
                Ok(IsNull::No)
            }
        }

        impl ToSql<Text, Sqlite> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                let write: fn(&$inner) -> String = $write;
                out.set_value(write(&self.0));
                Ok(IsNull::No)
            }
        }

        impl ToSql<Text, MultiBackend> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                out.set_value((Text, self));
                Ok(IsNull::No)
            }
        }

        impl<DB: Backend> FromSql<Text, DB> for $name
        where
            String: FromSql<Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                read(String::from_sql(bytes)?.as_str()).map(Self)
            }
        }
    )* };
}

text_columns! {
    UserId(shared::ids::UserId) = ToString::to_string;
    WorkspaceId(shared::ids::WorkspaceId) = ToString::to_string;
    SessionId(shared::ids::SessionId) = ToString::to_string;
    InvitationId(shared::ids::InvitationId) = ToString::to_string;
    NotificationId(shared::ids::NotificationId) = ToString::to_string;
    GroupId(shared::ids::GroupId) = ToString::to_string;
    VaultId(shared::ids::VaultId) = ToString::to_string;
    StorageEntryId(shared::ids::StorageEntryId) = ToString::to_string;
    Role(shared::permission::Role) = |role| role.as_str().to_owned();
    NotificationKind(shared::notifications::NotificationKind) = |kind| kind.as_str().to_owned();
    GroupKind(shared::groups::GroupKind) = |kind| kind.as_str().to_owned();
    VaultTarget(shared::vaults::VaultTarget) = |target| target.as_str().to_owned();
    VaultFormat(shared::vaults::VaultFormat) = |format| format.as_str().to_owned();
    StorageProvider(shared::storage::StorageProvider) = |provider| provider.as_str().to_owned();
    Hosting(shared::setup::Hosting) = |hosting| hosting.as_str().to_owned();
}

/// A value as it stands in a text column.
trait FromColumn: Sized {
    fn from_column(text: &str) -> Option<Self>;
}

fn read<T: FromColumn>(text: &str) -> deserialize::Result<T> {
    T::from_column(text).ok_or_else(|| "a stored id or word is not one that this version knows".into())
}

macro_rules! ids_from_columns {
    ($($inner:path),*) => { $(
        impl FromColumn for $inner {
            fn from_column(text: &str) -> Option<Self> {
                text.parse().ok()
            }
        }
    )* };
}

ids_from_columns!(
    shared::ids::UserId,
    shared::ids::WorkspaceId,
    shared::ids::SessionId,
    shared::ids::InvitationId,
    shared::ids::NotificationId,
    shared::ids::GroupId,
    shared::ids::VaultId,
    shared::ids::StorageEntryId
);

macro_rules! words_from_columns {
    ($($inner:path),*) => { $(
        impl FromColumn for $inner {
            fn from_column(text: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|word| word.as_str() == text)
            }
        }
    )* };
}

words_from_columns!(
    shared::permission::Role,
    shared::notifications::NotificationKind,
    shared::groups::GroupKind,
    shared::vaults::VaultTarget,
    shared::vaults::VaultFormat,
    shared::storage::StorageProvider
);

impl FromColumn for shared::setup::Hosting {
    fn from_column(text: &str) -> Option<Self> {
        [Self::OwnTeam, Self::SeveralTeams]
            .into_iter()
            .find(|hosting| hosting.as_str() == text)
    }
}
