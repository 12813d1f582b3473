//! Finds key pairs that have leaked into files: any bytes, no pattern language, no false alarm to speak of
//! because the checksum decides. Reading the files and reporting is left to the command `key scan`.

use memchr::{memchr_iter, memmem, memrchr};

use crate::key_pair::{
    ACCESS_KEY_LENGTH, ACCESS_KEY_PREFIX, KeyTextFault, SECRET_KEY_LENGTH, SECRET_KEY_PREFIX, check_access,
    check_secret,
};

/// Which half of a pair was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FoundKind {
    /// The public half.
    AccessKey,
    /// The secret half: whoever can read the file can use it together with its access key.
    SecretKey,
}

/// One key in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Line, counted from 1.
    pub line: usize,
    /// Byte within the line, counted from 1.
    pub column: usize,
    /// Which half it is.
    pub kind: FoundKind,
    /// What may be printed: an access key by its ending, a secret key by its prefix only.
    pub masked: String,
}

/// All keys in `text`, in the order of their places.
pub fn scan(text: &[u8]) -> Vec<Found> {
    let access = places(text, ACCESS_KEY_PREFIX, ACCESS_KEY_LENGTH, check_access);
    let secret = places(text, SECRET_KEY_PREFIX, SECRET_KEY_LENGTH, check_secret);
    let mut found: Vec<(usize, FoundKind)> = Vec::new();
    found.extend(access.map(|place| (place, FoundKind::AccessKey)));
    found.extend(secret.map(|place| (place, FoundKind::SecretKey)));
    found.sort_unstable_by_key(|(place, _)| *place);

    let mut counted_to = 0;
    let mut line = 1;
    let mut located = Vec::with_capacity(found.len());
    for (place, kind) in found {
        let before = text.get(..place).unwrap_or_default();
        // Lines are counted on from the last hit, so that many hits cost no more than one.
        line += memchr_iter(b'\n', before.get(counted_to..).unwrap_or_default()).count();
        counted_to = place;
        let line_start = memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        located.push(Found {
            line,
            column: place - line_start + 1,
            kind,
            masked: masked(text, place, kind),
        });
    }
    located
}

fn places<'a>(
    text: &'a [u8],
    prefix: &'static str,
    length: usize,
    check: fn(&[u8]) -> Result<(), KeyTextFault>,
) -> impl Iterator<Item = usize> + 'a {
    let candidates = memmem::find_iter(text, prefix);
    candidates.filter(move |place| {
        text.get(*place..place + length)
            .is_some_and(|key| check(key).is_ok())
    })
}

fn masked(text: &[u8], place: usize, kind: FoundKind) -> String {
    match kind {
        FoundKind::AccessKey => {
            let ending = text
                .get(place + ACCESS_KEY_LENGTH - 3..place + ACCESS_KEY_LENGTH)
                .unwrap_or_default();
            format!("{ACCESS_KEY_PREFIX}…{}", String::from_utf8_lossy(ending))
        }
        FoundKind::SecretKey => format!("{SECRET_KEY_PREFIX}…"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::key_pair::KeyPair;

    #[test]
    fn n09_both_halves_are_found_where_they_stand() {
        let pair = KeyPair::generate();
        let (access, secret) = (pair.access_key.as_str(), pair.secret_key.expose());
        let text =
            format!("api {{\n  access_key: \"{access}\"\r\n\tsecret_key={secret}\n}}\n{access}{secret}");
        let found = scan(text.as_bytes());
        let places: Vec<_> = found.iter().map(|hit| (hit.line, hit.column, hit.kind)).collect();
        assert_eq!(
            places,
            [
                (2, 16, FoundKind::AccessKey),
                (3, 13, FoundKind::SecretKey),
                (5, 1, FoundKind::AccessKey),
                (5, 31, FoundKind::SecretKey)
            ]
        );
        assert_eq!(found[0].masked, format!("CLR…{}", pair.access_key.ending()));
        assert_eq!(found[1].masked, "clrs_…");
        let shown = format!("{found:?}");
        assert!(
            !shown.contains(access) && !shown.contains(&secret[5..]),
            "{shown}"
        );
    }

    #[test]
    fn what_only_looks_like_a_key_is_passed_over() {
        let pair = KeyPair::generate();
        let cut = &pair.secret_key.expose()[..53];
        let text = format!("CLR CLRCLRCLR clrs_ clrs_clrs_ {cut} CLR{} clrs_", "A".repeat(27));
        assert_eq!(scan(text.as_bytes()), []);
        assert_eq!(scan(b""), []);
    }

    #[test]
    fn a_hostile_file_of_prefixes_holds_no_key() {
        assert_eq!(scan("CLRclrs_\n".repeat(200_000).as_bytes()), []);
    }

    proptest! {
        #[test]
        fn a_key_between_any_bytes_is_found_once(before in prop::collection::vec(any::<u8>(), 0..200),
                                                 after in prop::collection::vec(any::<u8>(), 0..200)) {
            let pair = KeyPair::generate();
            for (key, kind) in [(pair.access_key.as_str(), FoundKind::AccessKey),
                                (pair.secret_key.expose(), FoundKind::SecretKey)] {
                let text = [&before[..], key.as_bytes(), &after[..]].concat();
                let found = scan(&text);
                prop_assert_eq!(found.len(), 1);
                prop_assert_eq!(found[0].kind, kind);
                let line = before.split(|byte| *byte == b'\n').count();
                let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
                prop_assert_eq!((found[0].line, found[0].column), (line, column));
            }
        }
    }
}
