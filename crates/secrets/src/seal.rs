//! Sealing at rest: what has to be given back (storage credentials, vault values) is encrypted with the
//! instance's sealing key and bound to the place it belongs to. XChaCha20-Poly1305; nonces are random.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    XNonce,
    aead::{Aead, Payload},
};
use thiserror::Error;

use crate::{
    keys::{InstanceKeys, SealingKey},
    random,
    secret::{Secret, SecretBytes},
};

const VERSION: &str = "v1";
const NONCE_LENGTH: usize = 24;

/// Why a sealed text was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SealFault {
    /// Not a sealed text of a version known here.
    #[error("not a sealed value")]
    Malformed,
    /// Sealed with a key that the key file no longer holds.
    #[error("sealed with a key that is not in the key file of this instance")]
    UnknownKey,
    /// Changed, moved to another place, or sealed by another instance.
    #[error("the sealed value was changed or belongs to another place")]
    Refused,
    /// Opened, but not text.
    #[error("the sealed value is not text")]
    NotText,
    /// The cipher's limit of 256 GiB.
    #[error("too large to seal")]
    TooLarge,
}

/// Seals `plain` for the place named by `context` (such as `storage_credentials/<id>/secret`); opening it
/// needs the same context, so a sealed value copied into another row stays closed.
pub fn seal(keys: &InstanceKeys, context: &str, plain: &[u8]) -> Result<String, SealFault> {
    let sealing = keys.sealing();
    let SealingKey { id, cipher } = &sealing.current;
    let nonce: [u8; NONCE_LENGTH] = random::bytes();
    let aad = bound(id, context);
    let sealed = cipher
        .encrypt(
            &XNonce::from(nonce),
            Payload {
                msg: plain,
                aad: &aad,
            },
        )
        .map_err(|chacha20poly1305::Error| SealFault::TooLarge)?;
    let mut text = format!("{VERSION}.{id}.");
    URL_SAFE_NO_PAD.encode_string([&nonce[..], &sealed].concat(), &mut text);
    Ok(text)
}

/// Opens what `seal` made for the same context.
pub fn open(keys: &InstanceKeys, context: &str, sealed: &str) -> Result<SecretBytes, SealFault> {
    let mut parts = sealed.split('.');
    let (Some(VERSION), Some(id), Some(body), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(SealFault::Malformed);
    };
    let sealing = keys.sealing_with(id).ok_or(SealFault::UnknownKey)?;
    let cipher = sealing.by_id(id).ok_or(SealFault::UnknownKey)?;
    let body = URL_SAFE_NO_PAD.decode(body).ok().ok_or(SealFault::Malformed)?;
    let (nonce, ciphertext) = body
        .split_first_chunk::<NONCE_LENGTH>()
        .ok_or(SealFault::Malformed)?;
    let payload = Payload {
        msg: ciphertext,
        aad: &bound(id, context),
    };
    let plain = cipher.decrypt(&XNonce::from(*nonce), payload);
    plain
        .map(SecretBytes::from)
        .map_err(|chacha20poly1305::Error| SealFault::Refused)
}

/// Opens a sealed text.
pub fn open_text(keys: &InstanceKeys, context: &str, sealed: &str) -> Result<Secret, SealFault> {
    let bytes = open(keys, context, sealed)?;
    let text = std::str::from_utf8(bytes.expose())
        .ok()
        .ok_or(SealFault::NotText)?;
    Ok(Secret::from(text.to_owned()))
}

/// Whether a value was sealed with a key other than the current one and should be sealed anew.
pub fn needs_resealing(keys: &InstanceKeys, sealed: &str) -> bool {
    sealed.split('.').nth(1) != Some(keys.sealing().current.id.as_str())
}

/// What the seal vouches for beside the content. The key id holds no NUL, so the border is clear.
fn bound(id: &str, context: &str) -> Vec<u8> {
    [
        VERSION.as_bytes(),
        b"\0",
        id.as_bytes(),
        b"\0",
        context.as_bytes(),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_sealed_value_names_its_version_and_key_and_hides_the_rest() {
        let keys = InstanceKeys::for_tests();
        let sealed = seal(&keys, "storage/1", b"AKIA-secret").unwrap();
        let parts: Vec<_> = sealed.split('.').collect();
        assert_eq!(
            (parts[0], parts[1], parts.len()),
            ("v1", keys.sealing_key_id().as_str(), 3)
        );
        assert!(!needs_resealing(&keys, &sealed));
        assert!(needs_resealing(&keys, &sealed.replace(parts[1], "old")));
        assert_ne!(
            sealed,
            seal(&keys, "storage/1", b"AKIA-secret").unwrap(),
            "nonces are never reused"
        );
        assert_eq!(
            open_text(&keys, "storage/1", &sealed).unwrap().expose(),
            "AKIA-secret"
        );
        assert_eq!(
            format!("{:?}", open(&keys, "storage/1", &sealed)),
            "Ok(SecretBytes(..))"
        );
    }

    #[test]
    fn a_sealed_value_moved_to_another_place_stays_closed() {
        let keys = InstanceKeys::for_tests();
        let sealed = seal(&keys, "storage/1", b"x").unwrap();
        for elsewhere in ["storage/2", "", "storage/1\0", "storage/1 "] {
            assert_eq!(open(&keys, elsewhere, &sealed).unwrap_err(), SealFault::Refused);
        }
    }

    #[test]
    fn malformed_and_foreign_values_are_told_apart() {
        let keys = InstanceKeys::for_tests();
        let sealed = seal(&keys, "c", b"x").unwrap();
        let id = &keys.sealing_key_id();
        let short = format!("v1.{id}.AAAA");
        let padded = format!("{sealed}=");
        let longer = format!("{sealed}.x");
        for text in ["", "v1", "plain text", "v2.a.b", &short, &padded, &longer] {
            assert_eq!(
                open(&keys, "c", text).unwrap_err(),
                SealFault::Malformed,
                "{text}"
            );
        }
        let foreign = sealed.replacen(id, "k99999999", 1);
        assert_eq!(open(&keys, "c", &foreign).unwrap_err(), SealFault::UnknownKey);
        let other = InstanceKeys::generate().unwrap();
        let renamed = sealed.replacen(id, &other.sealing_key_id(), 1);
        assert_eq!(open(&other, "c", &renamed).unwrap_err(), SealFault::Refused);
    }

    #[test]
    fn bytes_that_are_no_text_open_as_bytes_only() {
        let keys = InstanceKeys::for_tests();
        let sealed = seal(&keys, "c", &[0xff, 0]).unwrap();
        assert_eq!(open(&keys, "c", &sealed).unwrap().expose(), [0xff, 0]);
        assert_eq!(open_text(&keys, "c", &sealed).unwrap_err(), SealFault::NotText);
    }

    proptest! {
        #[test]
        fn any_bytes_open_again_and_any_changed_character_is_refused(
            plain in prop::collection::vec(any::<u8>(), 0..200), context in ".{0,30}", at in any::<prop::sample::Index>(),
            with in "[A-Za-z0-9_.-]") {
            let keys = InstanceKeys::for_tests();
            let sealed = seal(&keys, &context, &plain).unwrap();
            let opened = open(&keys, &context, &sealed).unwrap();
            prop_assert_eq!(opened.expose(), &plain[..]);
            let at = at.index(sealed.len());
            let mut changed = sealed.clone();
            changed.replace_range(at..=at, &with);
            prop_assume!(changed != sealed);
            prop_assert!(open(&keys, &context, &changed).is_err());
        }
    }
}
