//! P9: what signing in with a password costs beside the bare Argon2id call with the same parameters, by the same
//! crate, on the same processor.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use argon2::{Algorithm, Argon2, Block, Params, PasswordHash, Version};

use crate::{
    machine::{self, Pinning},
    report::{Beside, Figure, Goal},
    rounds::{Effort, Spread},
    server::{Admin, Place, Server},
    set_up::{EMAIL, PASSWORD, sign_in},
    wire::Wire,
};

/// How the bare call gets its 19 MiB.
#[derive(Debug, Clone, Copy)]
enum Memory {
    /// New for each call, as the crate does it.
    New,
    /// The same for all calls: the cheapest that there is.
    Kept,
}

/// Measures sign-ins that succeed, one after the other.
pub fn measure(place: &Place, effort: Effort) -> Result<Vec<Figure>> {
    let server = place.clearance("sign-in", Admin::Made)?;
    // The first sign-in touches the 19 MiB that the others use again.
    sign_ins(&server, 1)?;
    let bare = Bare::like_the_server()?;
    let (mut ours, mut kept, mut new) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        ours.push(sign_ins(&server, effort.sign_ins)?);
        kept.push(bare.calls(place.pinning, Memory::Kept, effort.sign_ins)?);
        new.push(bare.calls(place.pinning, Memory::New, effort.sign_ins)?);
    }
    let figure = |what: &str, theirs: &[f64]| -> Result<Figure> {
        let figure = Figure::new("P9", what, "CPU-ms", Spread::of(ours.iter().copied())?);
        Ok(figure.beside(Beside {
            what: "bare Argon2id",
            measured: Spread::of(theirs.iter().copied())?,
            per_second: None,
            ratio: Spread::of_ratios(&ours, theirs)?,
        }))
    };
    Ok(vec![
        figure("password sign-in", &new)?.wanted(&[Goal::RatioAtMost(1.05)], None),
        figure("the same, beside memory that is kept", &kept)?,
    ])
}

/// Milliseconds of processor time for each sign-in.
fn sign_ins(server: &Server, number: u32) -> Result<f64> {
    let request = sign_in(server.address, EMAIL, PASSWORD);
    let mut wire = Wire::open(server.address)?;
    let before = machine::cpu_time(server.pid())?;
    for _ in 0..number {
        wire.ask(&request).context("could not sign in")?;
    }
    let used = machine::cpu_time(server.pid())?.saturating_sub(before);
    Ok(millis(used) / f64::from(number))
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// A hash that the server's own crate made, to be computed again without it.
#[derive(Debug)]
struct Bare {
    params: Params,
    salt: Vec<u8>,
    output: Vec<u8>,
}

impl Bare {
    /// Reads the parameters out of a hash that was made as the server makes it.
    fn like_the_server() -> Result<Self> {
        let phc = secrets::password::hash(PASSWORD)?;
        let parsed = PasswordHash::new(&phc).map_err(|fault| anyhow!("no hash: {fault}"))?;
        let part = |what: Option<&[u8]>| what.map(<[u8]>::to_vec).context("half a hash");
        Ok(Self {
            params: Params::try_from(&parsed).map_err(|fault| anyhow!("no parameters: {fault}"))?,
            salt: part(parsed.salt.as_ref().map(AsRef::as_ref))?,
            output: part(parsed.hash.as_ref().map(AsRef::as_ref))?,
        })
    }

    /// Milliseconds of processor time for each call, on the servers' processor.
    fn calls(&self, pinning: Pinning, memory: Memory, number: u32) -> Result<f64> {
        pinning.among_servers(|| {
            let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params.clone());
            let mut blocks = match memory {
                Memory::New => Vec::new(),
                Memory::Kept => vec![Block::new(); self.params.block_count()],
            };
            // Memory that is kept was touched before, as it is in the server.
            self.call(&argon2, &mut blocks)?;
            let before = machine::own_cpu_time()?;
            for _ in 0..number {
                self.call(&argon2, &mut blocks)?;
            }
            let used = machine::own_cpu_time()?.saturating_sub(before);
            Ok(millis(used) / f64::from(number))
        })?
    }

    /// One call; with no blocks, in memory of its own. It must come to what the server's crate came to.
    fn call(&self, argon2: &Argon2<'_>, blocks: &mut [Block]) -> Result<()> {
        let mut output = vec![0; self.output.len()];
        let (password, salt) = (PASSWORD.as_bytes(), self.salt.as_slice());
        let done = match blocks {
            [] => argon2.hash_password_into(password, salt, &mut output),
            blocks => argon2.hash_password_into_with_memory(password, salt, &mut output, blocks),
        };
        done.map_err(|fault| anyhow!("no hash: {fault}"))?;
        if output != self.output {
            bail!("the bare call comes to another hash than the server's");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bare_call_comes_to_the_hash_of_the_server_in_either_memory() {
        let bare = Bare::like_the_server().unwrap();
        assert_eq!(
            (bare.params.m_cost(), bare.params.t_cost(), bare.params.p_cost()),
            (19 * 1024, 2, 1)
        );
        for memory in [Memory::New, Memory::Kept] {
            assert!(bare.calls(Pinning::Not, memory, 1).unwrap() > 0.0);
        }
    }

    #[test]
    fn another_hash_stops_the_run() {
        let mut bare = Bare::like_the_server().unwrap();
        bare.salt.reverse();
        assert!(bare.calls(Pinning::Not, Memory::New, 1).is_err());
    }
}
