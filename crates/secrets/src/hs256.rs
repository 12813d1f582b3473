//! The cryptography given to `jsonwebtoken`: HMAC-SHA-256 and nothing else. No other algorithm is compiled in,
//! so a token that asks for one cannot be checked by mistake. Tokens themselves are left to `bearer`.

use std::sync::Once;

use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{
    Algorithm,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{Error as JwtError, ErrorKind},
    signature::{Error as SignatureError, Signer, Verifier},
};
use sha2::Sha256;

/// Gives `jsonwebtoken` the one algorithm of this file; called before any signing key exists.
pub(crate) fn install_provider() {
    static INSTALL: Once = Once::new();
    // Only this crate depends on `jsonwebtoken`, so nobody can have installed another.
    INSTALL.call_once(|| {
        let _already_there = PROVIDER.install_default();
    });
}

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| hs256(*algorithm, key.as_bytes()).map(|mac| Box::new(mac) as _),
    verifier_factory: |algorithm, key| {
        hs256(*algorithm, key.try_get_as_bytes()?).map(|mac| Box::new(mac) as _)
    },
    key_utils: KeyUtils {
        rsa_pub_components_from_private_key: |_| Err(ErrorKind::UnsupportedAlgorithm.into()),
        rsa_pub_components_from_public_key: |_| Err(ErrorKind::UnsupportedAlgorithm.into()),
        ec_pub_components_from_private_key: |_, _| Err(ErrorKind::UnsupportedAlgorithm.into()),
        ed_pub_components_from_private_key: |_, _| Err(ErrorKind::UnsupportedAlgorithm.into()),
        compute_digest: |_, _| Err(ErrorKind::UnsupportedAlgorithm.into()),
    },
};

struct Hs256(Hmac<Sha256>);

fn hs256(algorithm: Algorithm, key: &[u8]) -> Result<Hs256, JwtError> {
    if algorithm != Algorithm::HS256 {
        return Err(ErrorKind::UnsupportedAlgorithm.into());
    }
    let mac = Hmac::new_from_slice(key)
        .ok()
        .ok_or(ErrorKind::InvalidKeyFormat)?;
    Ok(Hs256(mac))
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        Ok(self
            .0
            .clone()
            .chain_update(message)
            .finalize()
            .into_bytes()
            .to_vec())
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), SignatureError> {
        let mac = self.0.clone().chain_update(message);
        mac.verify_slice(signature).ok().ok_or_else(SignatureError::new)
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{AlgorithmFamily, DecodingKey, EncodingKey, Header, crypto, encode};

    use super::*;

    #[test]
    fn no_algorithm_but_hs256_signs_or_verifies() {
        install_provider();
        let (signing, checking) = (
            EncodingKey::from_secret(&[1; 64]),
            DecodingKey::from_secret(&[1; 64]),
        );
        let families = [
            AlgorithmFamily::Hmac,
            AlgorithmFamily::Rsa,
            AlgorithmFamily::Ec,
            AlgorithmFamily::Ed,
        ];
        let mut others = 0;
        for algorithm in families.iter().flat_map(AlgorithmFamily::algorithms) {
            if *algorithm == Algorithm::HS256 {
                continue;
            }
            others += 1;
            assert!(crypto::sign(b"m", &signing, *algorithm).is_err(), "{algorithm:?}");
            assert!(
                crypto::verify("AAAA", b"m", &checking, *algorithm).is_err(),
                "{algorithm:?}"
            );
            assert!(
                encode(&Header::new(*algorithm), &1, &signing).is_err(),
                "{algorithm:?}"
            );
        }
        assert!(others >= 10, "only {others} other algorithms were tried");
    }

    /// RFC 4231, test case 2.
    #[test]
    fn hs256_is_the_published_hmac() {
        let tag = hs256(Algorithm::HS256, b"Jefe")
            .unwrap()
            .try_sign(b"what do ya want for nothing?")
            .unwrap();
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(crate::published::hex(&tag), expected);
    }
}
