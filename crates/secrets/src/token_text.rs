//! Opaque random tokens: session ids, invitation and password links.
//! Where they are stored (as a keyed hash) and how long they live is left to the features.

use crate::{
    random::{self, BASE62},
    secret::Secret,
};

/// Length of an opaque token: 43 characters of base 62 carry 256 bits.
pub const OPAQUE_LENGTH: usize = 43;

/// A new token that nobody can guess; safe in URLs, cookies and headers as it is.
pub fn opaque() -> Secret {
    // The full capacity from the start, so that growing leaves no copy behind.
    let mut text = String::with_capacity(OPAQUE_LENGTH);
    random::push_characters(&mut text, BASE62, OPAQUE_LENGTH);
    Secret::from(text)
}

/// Whether `text` has the shape of an opaque token, to refuse nonsense before any look-up.
pub fn is_opaque_shape(text: &str) -> bool {
    text.len() == OPAQUE_LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn opaque_tokens_are_43_letters_and_digits_and_never_repeat() {
        let mut seen = HashSet::new();
        for _ in 0..10_000 {
            let token = opaque();
            assert!(is_opaque_shape(token.expose()), "{}", token.expose());
            assert!(seen.insert(token.expose().to_owned()));
        }
    }

    #[test]
    fn other_shapes_are_told_apart() {
        for text in [
            "",
            "short",
            &"a".repeat(42),
            &"a".repeat(44),
            &"é".repeat(21),
            &format!("{}-", "a".repeat(42)),
        ] {
            assert!(!is_opaque_shape(text), "{text}");
        }
    }
}
