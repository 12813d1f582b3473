//! The keys of one instance: what signs tokens, peppers hashes and seals values. They live in one file of the
//! data directory, which the first start makes; its text and permissions are left to `key_file`.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use jsonwebtoken::{DecodingKey, EncodingKey};
use sha2::{Digest, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{
    bearer, hs256,
    key_file::{self, KeyRing, Material, NamedKey},
    keyed_hash::KeyedHash,
    random,
};

/// All keys of one instance, ready for use. Printing it shows the names of the keys only.
pub struct InstanceKeys {
    signing: SigningKey,
    former_signing: Vec<SigningKey>,
    sealing: RwLock<Arc<SealingKeys>>,
    keyed_hash: KeyedHash,
    /// The data directory that they come from, if they stand in one.
    dir: Option<PathBuf>,
}

/// A key that signs tokens, with the token header that names it.
pub(crate) struct SigningKey {
    pub(crate) id: String,
    pub(crate) header: String,
    pub(crate) encoding: EncodingKey,
    pub(crate) decoding: DecodingKey,
    pub(crate) until: Option<i64>,
}

/// The keys that seal and open at one moment: the key file may get another while a server runs.
pub(crate) struct SealingKeys {
    pub(crate) current: SealingKey,
    former: Vec<SealingKey>,
}

#[derive(Clone)]
pub(crate) struct SealingKey {
    pub(crate) id: String,
    pub(crate) cipher: XChaCha20Poly1305,
}

/// Why the keys could not be loaded; each says which file and what to do.
#[derive(Debug, Error)]
pub enum KeysError {
    /// The operating system gives no randomness.
    #[error("the operating system gives no random numbers, so no key can be made: {0}")]
    NoRandomness(getrandom::Error),
    /// A file or directory could not be used.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The key file is not a plain file.
    #[error("{} is not a plain file; move it away and restore the key file from a backup", path.display())]
    NotAFile {
        /// The key file.
        path: PathBuf,
    },
    /// Others on the machine may read the key file, or replace it.
    #[error(
        "{} is open to other accounts of this machine (mode {mode:04o}); run `chmod {wanted:o} {}` and, if \
         somebody may have read it, replace the keys in it", path.display(), path.display()
    )]
    Exposed {
        /// The key file or its directory.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
        /// The permissions it should have.
        wanted: u32,
    },
    /// The key file cannot be understood. Nothing of its content is repeated here.
    #[error("{}{}: {what}; restore the file from a backup", path.display(), at_line(*line))]
    Malformed {
        /// The key file.
        path: PathBuf,
        /// Where, if known.
        line: Option<usize>,
        /// What is wrong.
        what: String,
    },
    /// A key that is printed in somebody's documentation.
    #[error(
        "{}: `{entry}` is a key that is published (a default of ClearML or of a test) and protects nothing; put \
         64 random hexadecimal digits there, for example from `openssl rand -hex 32`", path.display()
    )]
    Published {
        /// The key file.
        path: PathBuf,
        /// Which key.
        entry: String,
    },
    /// A key that is not random, or used twice.
    #[error(
        "{}: `{entry}` {fault}; put 64 random hexadecimal digits there, for example from `openssl rand -hex 32`",
        path.display()
    )]
    Weak {
        /// The key file.
        path: PathBuf,
        /// Which key.
        entry: String,
        /// What is wrong with it.
        fault: &'static str,
    },
}

fn at_line(line: Option<usize>) -> String {
    line.map(|line| format!(", line {line}")).unwrap_or_default()
}

impl InstanceKeys {
    /// Loads `keys/instance.toml` below the data directory `dir`, and makes it first when it is not there.
    /// Several processes may start at once: all end with the same keys.
    pub fn load_or_create(dir: &Path) -> Result<Self, KeysError> {
        random::probe().map_err(KeysError::NoRandomness)?;
        key_file::read_or_create(dir).map(|material| Self::from_file(material, dir))
    }

    /// Loads the keys of an instance that must already have them.
    pub fn load(dir: &Path) -> Result<Self, KeysError> {
        random::probe().map_err(KeysError::NoRandomness)?;
        key_file::read(dir).map(|material| Self::from_file(material, dir))
    }

    /// New random keys that are kept nowhere.
    pub fn generate() -> Result<Self, KeysError> {
        random::probe().map_err(KeysError::NoRandomness)?;
        Ok(Self::from_material(Material::random()))
    }

    /// Always the same keys, for tests. A key file that holds them is refused.
    pub fn for_tests() -> Self {
        Self::from_material(Material {
            pepper: test_key("pepper"),
            signing: KeyRing::of(NamedKey {
                id: "test-signing".to_owned(),
                key: test_key("signing"),
                until: None,
            }),
            sealing: KeyRing::of(NamedKey {
                id: "test-sealing".to_owned(),
                key: test_key("sealing"),
                until: None,
            }),
        })
    }

    /// The keyed hash of this instance.
    pub fn keyed_hash(&self) -> &KeyedHash {
        &self.keyed_hash
    }

    /// Name of the key that signs tokens now.
    pub fn signing_key_id(&self) -> &str {
        &self.signing.id
    }

    /// Name of the key that seals values now.
    pub fn sealing_key_id(&self) -> String {
        self.sealing().current.id.clone()
    }

    /// Puts a new sealing key in front of those in the key file of the data directory `dir`, and answers its name. Those before it
    /// stay, to open what they sealed. Running servers find it by [`Self::read_again`].
    pub fn add_sealing_key(dir: &Path) -> Result<String, KeysError> {
        random::probe().map_err(KeysError::NoRandomness)?;
        key_file::add_sealing(dir)
    }

    /// Looks whether the key file has other sealing keys by now, and uses them from here on. Keys that are not in it any more still
    /// open what they sealed until the end of the process. Answers whether another key seals now.
    pub fn read_again(&self) -> Result<bool, KeysError> {
        let Some(dir) = &self.dir else {
            return Ok(false);
        };
        // Who read the file earlier must not put it in place later.
        let mut held = self.sealing.write().unwrap_or_else(PoisonError::into_inner);
        let found = SealingKeys::from(key_file::read(dir)?.sealing);
        let changed = held.current.id != found.current.id;
        let lost: Vec<SealingKey> = held
            .all()
            .filter(|key| found.by_id(&key.id).is_none())
            .cloned()
            .collect();
        let mut next = found;
        next.former.extend(lost);
        *held = Arc::new(next);
        Ok(changed)
    }

    fn from_file(material: Material, dir: &Path) -> Self {
        Self {
            dir: Some(dir.to_owned()),
            ..Self::from_material(material)
        }
    }

    pub(crate) fn from_material(material: Material) -> Self {
        hs256::install_provider();
        Self {
            signing: SigningKey::from(material.signing.current),
            former_signing: material
                .signing
                .former
                .into_iter()
                .map(SigningKey::from)
                .collect(),
            sealing: RwLock::new(Arc::new(material.sealing.into())),
            keyed_hash: KeyedHash::new(&material.pepper),
            dir: None,
        }
    }

    pub(crate) fn current_signing(&self) -> &SigningKey {
        &self.signing
    }

    pub(crate) fn all_signing(&self) -> impl Iterator<Item = &SigningKey> {
        std::iter::once(&self.signing).chain(&self.former_signing)
    }

    /// What seals and opens now.
    pub(crate) fn sealing(&self) -> Arc<SealingKeys> {
        Arc::clone(&self.sealing.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The keys among which there is one of this name, if there are such: a key that is not known here may stand in the file since
    /// another process put it there.
    pub(crate) fn sealing_with(&self, id: &str) -> Option<Arc<SealingKeys>> {
        let known = self.sealing();
        if known.by_id(id).is_some() {
            return Some(known);
        }
        if !key_file::is_id(id) || self.read_again().is_err() {
            return None;
        }
        Some(self.sealing()).filter(|keys| keys.by_id(id).is_some())
    }
}

impl SealingKeys {
    fn all(&self) -> impl Iterator<Item = &SealingKey> {
        std::iter::once(&self.current).chain(&self.former)
    }

    pub(crate) fn by_id(&self, id: &str) -> Option<&XChaCha20Poly1305> {
        self.all().find(|key| key.id == id).map(|key| &key.cipher)
    }
}

impl From<KeyRing> for SealingKeys {
    fn from(ring: KeyRing) -> Self {
        Self {
            current: ring.current.into(),
            former: ring.former.into_iter().map(SealingKey::from).collect(),
        }
    }
}

impl fmt::Debug for InstanceKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstanceKeys")
            .field("signing", &self.signing.id)
            .field("sealing", &self.sealing_key_id())
            .finish_non_exhaustive()
    }
}

impl From<NamedKey> for SigningKey {
    fn from(key: NamedKey) -> Self {
        Self {
            header: bearer::encoded_header(&key.id),
            encoding: EncodingKey::from_secret(&*key.key),
            decoding: DecodingKey::from_secret(&*key.key),
            until: key.until,
            id: key.id,
        }
    }
}

impl From<NamedKey> for SealingKey {
    fn from(key: NamedKey) -> Self {
        Self {
            cipher: XChaCha20Poly1305::new((&*key.key).into()),
            id: key.id,
        }
    }
}

/// A key for tests, and by its well-known origin one that a key file must not hold.
pub(crate) fn test_key(purpose: &str) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(Sha256::digest(format!("clearance test key: {purpose}")).into())
}
