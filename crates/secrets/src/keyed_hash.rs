//! HMAC-SHA-256 under the pepper of the instance: how secrets with enough randomness of their own (secret
//! keys, session ids, links) are stored, and how cursors are authenticated. Passwords are left to `password`.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::published::hex;

/// The keyed hash of one instance; without its pepper a stolen database verifies no guess.
#[derive(Clone)]
pub struct KeyedHash(Hmac<Sha256>);

impl KeyedHash {
    pub(crate) fn new(pepper: &[u8; 32]) -> Self {
        // HMAC fills a short key with zeros up to its block of 64 bytes; doing it here cannot fail.
        let mut block = Zeroizing::new([0; 64]);
        block.iter_mut().zip(pepper).for_each(|(to, from)| *to = *from);
        Self(Hmac::new((&*block).into()))
    }

    /// Hash of `bytes` for one purpose, as 64 hexadecimal digits. The same bytes under another `domain`
    /// give an unrelated hash.
    pub fn hash(&self, domain: &str, bytes: &[u8]) -> String {
        hex(&self.tag(domain, bytes))
    }

    /// Whether `expected` is the hash of `bytes`, in time that does not depend on where they differ.
    pub fn verify(&self, domain: &str, bytes: &[u8], expected: &str) -> bool {
        self.hash(domain, bytes)
            .as_bytes()
            .ct_eq(expected.as_bytes())
            .into()
    }

    fn tag(&self, domain: &str, bytes: &[u8]) -> [u8; 32] {
        let mut mac = self.0.clone();
        // The length in front keeps ("ab", "c") and ("a", "bc") apart.
        mac.update(&(domain.len() as u64).to_be_bytes());
        mac.update(domain.as_bytes());
        mac.update(bytes);
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for KeyedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyedHash(..)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keyed() -> KeyedHash {
        KeyedHash::new(&[7; 32])
    }

    #[test]
    fn a_hash_is_64_hexadecimal_digits_and_stays_the_same_across_versions() {
        let hash = keyed().hash("session", b"abc");
        assert_eq!(hash.len(), 64);
        assert!(
            hash.bytes()
                .all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase())
        );
        assert_eq!(
            hash,
            "ee7d1dcf2078d19d21b2ab575aee1c4941f733e838e621fc14f9c1c212653e6a"
        );
    }

    #[test]
    fn neither_pepper_nor_domain_may_differ() {
        let hash = keyed().hash("session", b"abc");
        assert!(keyed().verify("session", b"abc", &hash));
        assert!(!keyed().verify("invitation", b"abc", &hash));
        assert!(!KeyedHash::new(&[8; 32]).verify("session", b"abc", &hash));
        for wrong in ["", &hash[..63], &hash.to_uppercase(), &format!("{hash}0")] {
            assert!(!keyed().verify("session", b"abc", wrong), "{wrong}");
        }
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", keyed()), "KeyedHash(..)");
    }

    proptest! {
        #[test]
        fn moving_the_border_between_domain_and_bytes_changes_the_hash(text in "[a-z]{2,20}", cut in 0..20usize) {
            let cut = cut % text.len();
            let moved = keyed().hash(&text[..cut], &text.as_bytes()[cut..]);
            prop_assert_ne!(moved, keyed().hash(&text, b""));
        }
    }
}
