//! Text that people type, checked once where it comes in: an e-mail address, a name, a label, a password.
//! A value of such a type is proof that the check was passed.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! checked_text {
    ($($(#[$doc:meta])* $name:ident($check:path, max $max:literal);)*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text, owned.
            #[must_use]
            pub fn into_string(self) -> String {
                self.0
            }

            /// The longest it may be, in characters.
            pub const MAX: usize = $max;
        }

        impl std::str::FromStr for $name {
            type Err = String;
            /// Checks the text; blanks around it do not count. The error is a sentence for the person who typed it.
            fn from_str(text: &str) -> Result<Self, String> {
                $check(text.trim(), $max).map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
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
                schemars::json_schema!({ "type": "string", "maxLength": $max })
            }
        }
    )* };
}

checked_text! {
    /// An e-mail address as it was typed. Compare by [`Email::key`].
    Email(email, max 254);
    /// The name of a person or a workspace: 1 to 120 characters on one line.
    Name(name, max 120);
    /// A label: up to 120 characters on one line; may be empty.
    Label(label, max 120);
}

impl Default for Label {
    /// No label.
    fn default() -> Self {
        Self(String::new())
    }
}

impl Email {
    /// What two spellings of one address share: lower case. Dots and `+tags` stay: they are other mailboxes. An address
    /// is ASCII; the tables for every other script would be a part of the app that nothing needs.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// What stands before the `@`: the name of somebody who gave none.
    #[must_use]
    pub fn before_at(&self) -> &str {
        self.0
            .rsplit_once('@')
            .map_or(self.0.as_str(), |(before, _)| before)
    }
}

fn email(text: &str, max: usize) -> Result<String, String> {
    const WRONG: &str = "Enter an e-mail address like name@example.com.";
    let (local, domain) = text.rsplit_once('@').ok_or(WRONG)?;
    let local_ok = !local.is_empty()
        && local.len() <= 64
        && local
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b))
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..");
    let domain_ok = !domain.is_empty()
        && domain.split('.').all(|part| {
            !part.is_empty()
                && part.len() <= 63
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !part.starts_with('-')
                && !part.ends_with('-')
        });
    if local_ok && domain_ok && text.len() <= max {
        Ok(text.to_owned())
    } else {
        Err(WRONG.to_owned())
    }
}

fn name(text: &str, max: usize) -> Result<String, String> {
    if text.is_empty() {
        return Err("Enter a name.".to_owned());
    }
    label(text, max)
}

fn label(text: &str, max: usize) -> Result<String, String> {
    if text.chars().count() > max {
        return Err(format!("Use {max} characters or fewer."));
    }
    if text.chars().any(hidden) {
        return Err("Use one line of visible characters.".to_owned());
    }
    Ok(text.to_owned())
}

/// Control characters, and characters that reorder or hide text, with which one name can pose as another.
fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// A password on its way to the server. Never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    /// The fewest characters of a new password.
    pub const MIN: usize = 12;

    /// Wraps what was typed.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The password in the clear.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(..)")
    }
}

/// A secret on its way to the one who may hold it: a new key's secret, a one-time token. Never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct SecretText(String);

impl SecretText {
    /// Wraps a secret.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The secret in the clear.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SecretText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretText(..)")
    }
}

/// Tells "not sent" from "sent as null" in a change: use with `#[serde(default, with = ...)]`'s deserializer.
pub fn sent<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_e_mail_address_is_checked() {
        for good in [
            "a@b.co",
            "ann+ml@example.com",
            " ann@example.com ",
            "o'neil@localhost",
        ] {
            assert!(good.parse::<Email>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "a",
            "@b",
            "a@",
            "a b@c.d",
            "a@b..c",
            "a@-b.c",
            "a\r\n@b.c",
            "a@b.c\nBcc: x@y.z",
            "ä@b.c",
            ".a@b.c",
        ] {
            assert!(bad.parse::<Email>().is_err(), "{bad:?}");
        }
        assert_eq!(
            "Ann@Example.com".parse::<Email>().unwrap().key(),
            "ann@example.com"
        );
        assert_eq!("o'neil@localhost".parse::<Email>().unwrap().before_at(), "o'neil");
    }

    #[test]
    fn a_name_is_one_visible_line() {
        assert_eq!("  Ann  ".parse::<Name>().unwrap().as_str(), "Ann");
        for bad in ["", "   ", "a\nb", "a\0b", "a\u{202e}b"] {
            assert!(bad.parse::<Name>().is_err(), "{bad:?}");
        }
        assert!("é".repeat(120).parse::<Name>().is_ok());
        assert!("é".repeat(121).parse::<Name>().is_err());
    }

    #[test]
    fn a_password_and_a_secret_are_not_printed() {
        assert!(!format!("{:?}", Password::new("hunter2".to_owned())).contains("hunter2"));
        assert!(!format!("{:?}", SecretText::new("hunter2".to_owned())).contains("hunter2"));
    }
}
