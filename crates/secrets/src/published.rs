//! Secrets that `ClearML` has published in its own configuration files, and which people still run with.
//! Only their SHA-256 digests are here: enough to refuse them, nothing to copy.

use sha2::{Digest, Sha256};

/// Digests of every signing secret, cursor secret and credential in the published default configurations.
const DIGESTS: [&str; 19] = [
    "0941f706432520ed8cc56666fe011450e6fb0c1d06174fc139658ebfce1cda6f",
    "0f9a9c267448eda8a9888663d388bd0cddf22bf800bec8ac83fec59a82a7362d",
    "12a64aebc6b32ca86da4e1d346917f43256340530f49940cf863636bd51f723a",
    "14e26ad793f673ee0343b510feab8acc3a9bd46451878b1f5c0c2b8ff2f5ad26",
    "243dc384849c2f27b1e4edd40a2e5f54e107c0cdd35f75e0189db26cc47a84b6",
    "397d5a1d9bc2b9202cc9c88fe409e9a86e4225e16596e6d8d19bf28d246515c4",
    "4dd30d95c3c0e75a39b13a9bf46c157e59bb744183c7f92ffc2b752d0897df26",
    "5b5bdac1a0d4cf22022368baa10c1bac2818e80074b149cafbba2be8f8b312b9",
    "88c50f566f3ec5948adc128a6d9cff6f974bc542331383a53364e9480b328414",
    "98098dd7eb042c94fbd83e1e3979a9cb3aef3e23a0d94679c0ac3118759bebea",
    "984d287f13525ae89ed2a886fca2580b250bef0a25017f5bdd44ac8bcb7c852b",
    "9ef7fe0e43b259b5519ed459bfaf9ac0a8a3fdce9f3b6dfbd01663a644d139bc",
    "a1e4036636b52f2c4b0f7fca7d1af9086efe56dd47dc20ffca867cf3c7378a2f",
    "a74d3a70c5fc7540d112701cbd9ec9c5dd5386a538fc61f4821463f87283fd54",
    "b6bcb89784ec109857797236fae867027664aa0ae51f5b086ebcfc9409217930",
    "c8102eba105010b19cac3ca2872357e39c445b383ee4bb1e68879053541c706f",
    "de7c1fce12119657e43f4b95961403f8a01c117c18f7d7cb662d2969b9bb4e01",
    "e734a805d77c509f1e3db0e8a0c2d7f87d112d6c9ec505fd2b0a27b29b267e1b",
    "f925bc83644659535cbbbc4d872e9adb0da23b2a83c815c85bff52ebb2c96fcc",
];

/// Whether `text` is one of the published defaults, as it stands or with surrounding white space or quotes.
pub fn is_published_default(text: &str) -> bool {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '"' || c == '\'');
    is_published(text.as_bytes())
}

/// Whether key material is a published default or merely the digest of one.
pub(crate) fn is_published(material: &[u8]) -> bool {
    is_listed(&hex(&Sha256::digest(material))) || is_listed(&hex(material))
}

/// Lower-case hexadecimal text of `bytes`.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles
        .filter_map(|nibble| DIGITS.get(usize::from(nibble)))
        .map(|digit| char::from(*digit))
        .collect()
}

fn is_listed(digest: &str) -> bool {
    DIGESTS.contains(&digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Public knowledge: the defaults any ClearML server starts with when nobody changes them.
    const TOKEN_SECRET: &str = "Rq8FW84sSqVgq7WvBB_4EzNl9y8z8IGiDXX3C345_a5AZfcwZcwCIA";
    const OLD_TOKEN_SECRET: &str = "7E1ua3xP9GT2(cIQOfhjp+gwN6spBeCAmN-XuugYle00I=Wc+u";
    const TESTS_ACCESS_KEY: &str = "EGRTCO8JMSIGI6S39GTP43NFWXDQOW";
    const CURSOR_SECRET: &str = "cTN5VEtWEC6QrHvUl0FTx9kNyO0CcCK1p57akxma";

    #[test]
    fn published_defaults_are_known_in_any_wrapping() {
        for default in [TOKEN_SECRET, OLD_TOKEN_SECRET, TESTS_ACCESS_KEY, CURSOR_SECRET] {
            assert!(is_published_default(default));
            assert!(is_published_default(&format!(" \"{default}\"\n")));
            assert!(
                is_published(&Sha256::digest(default)),
                "a digest of a known text is as well known"
            );
        }
    }

    #[test]
    fn other_texts_are_not() {
        for text in [
            "",
            "Rq8FW84sSqVgq7WvBB_4EzNl9y8z8IGiDXX3C345_a5AZfcwZcwCIB",
            "a",
            "0941f706",
        ] {
            assert!(!is_published_default(text), "{text}");
        }
    }

    #[test]
    fn hex_is_lower_case_and_complete() {
        assert_eq!(hex(&[0, 15, 16, 255]), "000f10ff");
    }
}
