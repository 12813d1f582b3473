//! Passwords: Argon2id at the parameters OWASP recommends, and which passwords are good enough.
//! Throttling, and how many of these expensive calls run at once, is left to the caller.

use std::hint::black_box;

use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Params, PasswordHash, Version,
    password_hash::phc::{Output, ParamsString, Salt},
};
use subtle::ConstantTimeEq;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{
    argon_memory::{self, BLOCKS, Lent},
    common_passwords, random,
};

/// A new password has at least this many characters.
pub const MIN_CHARACTERS: usize = 12;
/// A new password has at most this many bytes.
pub const MAX_BYTES: usize = 512;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const OUTPUT_LENGTH: usize = 32;
const SALT_LENGTH: usize = 16;
const VERSION: Version = Version::V0x13;

/// A stored hash that asks for more than this is refused: it would take the server's memory or time.
const MAX_MEMORY_KIB: u32 = 256 * 1024;
const MAX_PASSES: u32 = 16;
const MAX_LANES: u32 = 16;

/// A well-formed hash at the current parameters that belongs to nobody.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Why a password could not be hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PasswordFault {
    /// The 19 MiB that Argon2id needs were not to be had, or the hash could not be written down.
    #[error("the password could not be hashed")]
    Unhashable,
}

/// Why a new password is not good enough; each sentence tells the person what to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PolicyFault {
    /// Fewer than [`MIN_CHARACTERS`].
    #[error("use at least 12 characters")]
    TooShort,
    /// More than [`MAX_BYTES`].
    #[error("use at most 512 bytes")]
    TooLong,
    /// One of the passwords that attackers try first.
    #[error("this is one of the most common passwords; choose another")]
    TooCommon,
    /// The e-mail address or the name.
    #[error("do not use your name or e-mail address as the password")]
    Personal,
}

/// Hashes a password with a new salt, as a PHC string.
pub fn hash(password: &str) -> Result<String, PasswordFault> {
    let salt: [u8; SALT_LENGTH] = random::bytes();
    try_hash(password, &salt).ok_or(PasswordFault::Unhashable)
}

/// Whether `password` is the one that was hashed to `phc`. A `phc` that cannot be used costs the same time
/// and is false.
pub fn verify(phc: &str, password: &str) -> bool {
    match Stored::parse(phc) {
        Some(stored) => stored.is_of(password),
        None => verify_nobody(password),
    }
}

/// Spends what `verify` spends, for an account that does not exist or has no password. Always false.
pub fn verify_nobody(password: &str) -> bool {
    let matched = Stored::parse(black_box(NOBODY)).is_some_and(|stored| stored.is_of(password));
    // Looked at, so that no compiler leaves the work out, and then ignored.
    black_box(matched);
    false
}

/// Whether a hash was made with other parameters than today's and should be made anew at the next sign-in.
pub fn needs_rehash(phc: &str) -> bool {
    Stored::parse(phc).is_none_or(|stored| !stored.is_current())
}

/// Gives the memory of finished calls back to the system; for a job that runs every minute or so. Without it
/// the server keeps 19 MiB for each call that ever ran at the same time.
pub fn release_memory() {
    argon_memory::release();
}

/// Whether a new password is good enough. `personal` holds what others know of the person: name and e-mail.
pub fn check_policy(password: &str, personal: &[&str]) -> Result<(), PolicyFault> {
    if password.len() > MAX_BYTES {
        return Err(PolicyFault::TooLong);
    }
    if password.chars().count() < MIN_CHARACTERS {
        return Err(PolicyFault::TooShort);
    }
    let folded = Zeroizing::new(folded(password));
    if personal.iter().any(|known| is_personal(&folded, known)) {
        return Err(PolicyFault::Personal);
    }
    if common_passwords::contains(&folded) {
        Err(PolicyFault::TooCommon)
    } else {
        Ok(())
    }
}

/// Without the differences that make no password harder to guess: case and outer or inner white space.
fn folded(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

fn is_personal(folded_password: &str, known: &str) -> bool {
    let known = folded(known);
    let local_part = known.split_once('@').map(|(local, _)| local);
    !known.is_empty() && (known == folded_password || local_part == Some(folded_password))
}

fn try_hash(password: &str, salt: &[u8]) -> Option<String> {
    let params = current_params()?;
    let mut output = Zeroizing::new([0; OUTPUT_LENGTH]);
    argon2id(&params, password, salt, &mut *output)?;
    let phc = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(VERSION.into()),
        params: ParamsString::try_from(&params).ok()?,
        salt: Some(Salt::new(salt).ok()?),
        hash: Some(Output::new(&*output).ok()?),
    };
    Some(phc.to_string())
}

fn current_params() -> Option<Params> {
    Params::new(MEMORY_KIB, PASSES, LANES, Some(OUTPUT_LENGTH)).ok()
}

/// One Argon2id call, in memory that is used again; `None` when there is no memory or a parameter is refused.
fn argon2id(params: &Params, password: &str, salt: &[u8], output: &mut [u8]) -> Option<()> {
    let argon2 = Argon2::new(Algorithm::Argon2id, VERSION, params.clone());
    if params.block_count() > BLOCKS {
        return argon2.hash_password_into(password.as_bytes(), salt, output).ok();
    }
    argon2
        .hash_password_into_with_memory(password.as_bytes(), salt, output, Lent::take()?)
        .ok()
}

/// A hash that was read back.
struct Stored {
    params: Params,
    salt: Salt,
    output: Output,
}

impl Stored {
    /// Reads an Argon2id hash of the current version, with parameters that do this server no harm.
    fn parse(phc: &str) -> Option<Self> {
        let parsed = PasswordHash::new(phc).ok()?;
        if parsed.algorithm != ARGON2ID_IDENT || parsed.version != Some(VERSION.into()) {
            return None;
        }
        let params = Params::try_from(&parsed).ok()?;
        let bearable = params.m_cost() <= MAX_MEMORY_KIB
            && params.t_cost() <= MAX_PASSES
            && params.p_cost() <= MAX_LANES;
        let output = parsed
            .hash
            .filter(|output| bearable && output.as_bytes().len() >= 16)?;
        Some(Self {
            params,
            salt: parsed.salt?,
            output,
        })
    }

    fn is_of(&self, password: &str) -> bool {
        let mut computed = Zeroizing::new(vec![0; self.output.as_bytes().len()]);
        let hashed = argon2id(&self.params, password, &self.salt, &mut computed);
        hashed.is_some() && bool::from(computed.ct_eq(self.output.as_bytes()))
    }

    fn is_current(&self) -> bool {
        self.params.m_cost() == MEMORY_KIB
            && self.params.t_cost() == PASSES
            && self.params.p_cost() == LANES
            && self.output.as_bytes().len() == OUTPUT_LENGTH
            && self.salt.len() >= SALT_LENGTH
    }
}

#[cfg(test)]
mod tests;
