//! Randomness of the operating system, as bytes and as characters of an alphabet without bias.
//! The rest of the crate draws from nowhere else.

use zeroize::Zeroizing;

/// The characters of opaque tokens and secret keys.
pub(crate) const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The characters of access keys.
pub(crate) const BASE36: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Whether the operating system gives random bytes at all; asked once, when the keys are loaded.
pub(crate) fn probe() -> Result<(), getrandom::Error> {
    getrandom::fill(&mut [0; 1])
}

/// Fills `bytes` with randomness.
///
/// A kernel that gave randomness at the start and refuses it later leaves no safe way on: a guessable
/// token must never be handed out, so the process ends at once.
pub(crate) fn fill(bytes: &mut [u8]) {
    if getrandom::fill(bytes).is_err() {
        std::process::abort();
    }
}

/// `N` random bytes.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

/// Appends `count` characters of `alphabet`, each equally likely.
pub(crate) fn push_characters(text: &mut String, alphabet: &[u8], count: usize) {
    let Ok(size) = u8::try_from(alphabet.len()) else {
        return;
    };
    // Bytes at or above the largest multiple of `size` would favour the first characters.
    let fair = u8::MAX - (u8::MAX % size + 1) % size;
    let mut wanted = count;
    let mut pool = Zeroizing::new([0; 64]);
    while wanted > 0 {
        fill(&mut *pool);
        let drawn = pool.iter().filter(|byte| **byte <= fair).take(wanted);
        for character in drawn.filter_map(|byte| alphabet.get(usize::from(byte % size))) {
            text.push(char::from(*character));
            wanted -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_of_an_alphabet_is_equally_likely() {
        for alphabet in [&BASE62[..], &BASE36[..]] {
            let mut text = String::new();
            let each = 2_000;
            push_characters(&mut text, alphabet, alphabet.len() * each);
            assert_eq!(text.len(), alphabet.len() * each);
            for character in alphabet {
                let seen = text.bytes().filter(|byte| byte == character).count();
                // Seven standard deviations to either side.
                assert!(
                    seen.abs_diff(each) < 320,
                    "{} came {seen} times",
                    char::from(*character)
                );
            }
        }
    }
}
