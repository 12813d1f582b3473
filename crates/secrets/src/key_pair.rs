//! Access key and secret key: their shape, how a pair is made, and the checksum that finds a typing error or
//! a leaked key without asking the database. Storing and revoking them is left to the feature `credentials`.

use std::fmt;

use thiserror::Error;

use crate::{
    random::{self, BASE36, BASE62},
    secret::Secret,
};

/// What every access key begins with.
pub const ACCESS_KEY_PREFIX: &str = "CLR";
/// Length of an access key: prefix, 21 random characters, checksum.
pub const ACCESS_KEY_LENGTH: usize = 30;
/// What every secret key begins with.
pub const SECRET_KEY_PREFIX: &str = "clrs_";
/// Length of a secret key: prefix, 43 random characters (256 bits), checksum.
pub const SECRET_KEY_LENGTH: usize = 54;

const CHECKSUM_LENGTH: usize = 6;
const ACCESS_RANDOM_LENGTH: usize = ACCESS_KEY_LENGTH - ACCESS_KEY_PREFIX.len() - CHECKSUM_LENGTH;
const SECRET_RANDOM_LENGTH: usize = SECRET_KEY_LENGTH - SECRET_KEY_PREFIX.len() - CHECKSUM_LENGTH;

/// Why a text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyTextFault {
    /// Another prefix, length or alphabet.
    #[error("this does not have the shape of a key")]
    Shape,
    /// The right shape with a wrong checksum.
    #[error("the key has a typing error: its last six characters do not match the rest")]
    Checksum,
}

/// The public half of a pair: names a credential, in the shape `ClearML` clients expect (30 of A-Z0-9).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccessKey(String);

impl AccessKey {
    /// Reads an access key and checks its checksum.
    pub fn parse(text: &str) -> Result<Self, KeyTextFault> {
        check_access(text.as_bytes()).map(|()| Self(text.to_owned()))
    }

    /// The whole key.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last three characters, by which people tell their keys apart.
    pub fn ending(&self) -> &str {
        self.0.get(ACCESS_KEY_LENGTH - 3..).unwrap_or_default()
    }
}

impl fmt::Display for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The secret half of a pair, shown once and stored only as a keyed hash.
#[derive(Debug, Clone)]
pub struct SecretKey(Secret);

impl SecretKey {
    /// Reads a secret key and checks its checksum.
    pub fn parse(text: &str) -> Result<Self, KeyTextFault> {
        check_secret(text.as_bytes()).map(|()| Self(Secret::from(text.to_owned())))
    }

    /// The whole key, for the one answer that shows it and for hashing it.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// A credential as it is handed out once.
#[derive(Debug, Clone)]
pub struct KeyPair {
    /// The public half.
    pub access_key: AccessKey,
    /// The secret half.
    pub secret_key: SecretKey,
}

impl KeyPair {
    /// A new random pair.
    pub fn generate() -> Self {
        let mut access = String::with_capacity(ACCESS_KEY_LENGTH);
        access.push_str(ACCESS_KEY_PREFIX);
        random::push_characters(&mut access, BASE36, ACCESS_RANDOM_LENGTH);
        let checksum = access_checksum(access.as_bytes());
        access.extend(checksum.map(char::from));

        let mut secret = String::with_capacity(SECRET_KEY_LENGTH);
        secret.push_str(SECRET_KEY_PREFIX);
        random::push_characters(&mut secret, BASE62, SECRET_RANDOM_LENGTH);
        let checksum = secret_checksum(secret.as_bytes());
        secret.extend(checksum.map(char::from));

        Self {
            access_key: AccessKey(access),
            secret_key: SecretKey(Secret::from(secret)),
        }
    }
}

/// Checks shape and checksum of an access key.
pub(crate) fn check_access(text: &[u8]) -> Result<(), KeyTextFault> {
    let body = checked_body(text, ACCESS_KEY_PREFIX, ACCESS_KEY_LENGTH)?;
    if !text
        .iter()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    {
        return Err(KeyTextFault::Shape);
    }
    if text.ends_with(&access_checksum(body)) {
        Ok(())
    } else {
        Err(KeyTextFault::Checksum)
    }
}

/// Checks shape and checksum of a secret key.
pub(crate) fn check_secret(text: &[u8]) -> Result<(), KeyTextFault> {
    let body = checked_body(text, SECRET_KEY_PREFIX, SECRET_KEY_LENGTH)?;
    if !text
        .iter()
        .skip(SECRET_KEY_PREFIX.len())
        .all(u8::is_ascii_alphanumeric)
    {
        return Err(KeyTextFault::Shape);
    }
    if text.ends_with(&secret_checksum(body)) {
        Ok(())
    } else {
        Err(KeyTextFault::Checksum)
    }
}

/// The part the checksum is taken of, when length and prefix are right.
fn checked_body<'a>(text: &'a [u8], prefix: &str, length: usize) -> Result<&'a [u8], KeyTextFault> {
    if text.len() != length || !text.starts_with(prefix.as_bytes()) {
        return Err(KeyTextFault::Shape);
    }
    text.get(..length - CHECKSUM_LENGTH).ok_or(KeyTextFault::Shape)
}

fn access_checksum(body: &[u8]) -> [u8; CHECKSUM_LENGTH] {
    // Six characters of base 36 hold 31 bits and a little. Cutting one bit off keeps the checksum linear, so
    // that it provably finds each single wrong character, which a remainder would not.
    digits(crc32fast::hash(body) & 0x7fff_ffff, BASE36)
}

fn secret_checksum(body: &[u8]) -> [u8; CHECKSUM_LENGTH] {
    digits(crc32fast::hash(body), BASE62)
}

fn digits(mut number: u32, alphabet: &[u8]) -> [u8; CHECKSUM_LENGTH] {
    let mut text = [b'0'; CHECKSUM_LENGTH];
    let Ok(base) = u32::try_from(alphabet.len()) else {
        return text;
    };
    for digit in text.iter_mut().rev() {
        *digit = alphabet.get((number % base) as usize).copied().unwrap_or(b'0');
        number /= base;
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn n09_a_pair_has_the_shape_clients_expect() {
        for _ in 0..500 {
            let pair = KeyPair::generate();
            let (access, secret) = (pair.access_key.as_str(), pair.secret_key.expose());
            assert_eq!(
                (access.len(), secret.len()),
                (ACCESS_KEY_LENGTH, SECRET_KEY_LENGTH)
            );
            assert!(access.starts_with("CLR"));
            assert!(
                access
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            );
            assert!(secret.starts_with("clrs_"));
            assert!(secret[5..].bytes().all(|byte| byte.is_ascii_alphanumeric()));
            assert_eq!(AccessKey::parse(access).as_ref(), Ok(&pair.access_key));
            assert_eq!(SecretKey::parse(secret).unwrap().expose(), secret);
            assert_eq!(pair.access_key.ending(), &access[27..]);
        }
    }

    #[test]
    fn the_checksum_of_a_key_stays_the_same_across_versions() {
        assert_eq!(&access_checksum(b"CLR000000000000000000000"), b"0R7AN8");
        assert_eq!(
            &secret_checksum(b"clrs_0000000000000000000000000000000000000000000"),
            b"4RRCJa"
        );
    }

    #[test]
    fn every_single_wrong_character_of_a_pair_is_refused() {
        for _ in 0..20 {
            let pair = KeyPair::generate();
            for wrong in with_one_wrong_character(pair.access_key.as_str()) {
                assert!(AccessKey::parse(&wrong).is_err(), "{wrong}");
            }
            for wrong in with_one_wrong_character(pair.secret_key.expose()) {
                assert!(SecretKey::parse(&wrong).is_err(), "{wrong}");
            }
        }
    }

    /// The checksum is linear: whether a change is seen depends on the change alone, not on the key. So trying
    /// each change of one character, and of two neighbours, on one key proves it for all keys.
    #[test]
    fn no_change_of_one_or_two_neighbouring_characters_escapes_the_access_checksum() {
        let body = *b"CLR000000000000000000000";
        let right = access_checksum(&body);
        for at in 0..body.len() {
            for change in 1..=u16::MAX {
                let [low, high] = change.to_le_bytes();
                let mut wrong = body;
                wrong[at] ^= low;
                match wrong.get_mut(at + 1) {
                    Some(next) => *next ^= high,
                    None if low == 0 => continue,
                    None => {}
                }
                assert_ne!(access_checksum(&wrong), right, "{change:04x} at {at}");
            }
        }
    }

    #[test]
    fn a_half_is_not_taken_for_the_other() {
        let pair = KeyPair::generate();
        assert_eq!(
            AccessKey::parse(pair.secret_key.expose()),
            Err(KeyTextFault::Shape)
        );
        assert_eq!(
            SecretKey::parse(pair.access_key.as_str()).unwrap_err(),
            KeyTextFault::Shape
        );
    }

    #[test]
    fn debug_of_a_pair_shows_no_secret() {
        let pair = KeyPair::generate();
        let shown = format!("{pair:?} {pair:#?}");
        assert!(!shown.contains(&pair.secret_key.expose()[5..20]), "{shown}");
        assert!(shown.contains(pair.access_key.as_str()));
    }

    #[test]
    fn a_published_access_key_of_another_server_is_not_ours() {
        assert_eq!(
            AccessKey::parse("EGRTCO8JMSIGI6S39GTP43NFWXDQOW"),
            Err(KeyTextFault::Shape)
        );
    }

    /// Every text that differs from `key` in one printable character.
    fn with_one_wrong_character(key: &str) -> Vec<String> {
        let mut wrong = Vec::new();
        for (at, right) in key.bytes().enumerate() {
            for byte in (b' '..=b'~').filter(|byte| *byte != right) {
                wrong.push(format!("{}{}{}", &key[..at], char::from(byte), &key[at + 1..]));
            }
        }
        wrong
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_without_a_panic(text in ".{0,80}") {
            prop_assert!(AccessKey::parse(&text).is_err());
            prop_assert!(SecretKey::parse(&text).is_err());
        }

        #[test]
        fn a_text_of_the_right_shape_is_refused_for_its_checksum(body in "CLR[A-Z0-9]{27}", secret in "clrs_[A-Za-z0-9]{49}") {
            prop_assert_eq!(AccessKey::parse(&body), Err(KeyTextFault::Checksum));
            prop_assert_eq!(SecretKey::parse(&secret).unwrap_err(), KeyTextFault::Checksum);
        }

        #[test]
        fn a_shortened_or_lengthened_key_is_refused(cut in 0..30usize, extra in "[A-Z0-9]{1,4}") {
            let pair = KeyPair::generate();
            let key = pair.access_key.as_str();
            let longer = format!("{key}{extra}");
            prop_assert_eq!(AccessKey::parse(&key[..cut]), Err(KeyTextFault::Shape));
            prop_assert_eq!(AccessKey::parse(&longer), Err(KeyTextFault::Shape));
        }
    }
}
