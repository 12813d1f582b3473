//! The 19 MiB that each Argon2id call works in: lent, taken back and used again, so that a flood of sign-ins
//! holds as much as ran at once and no more. How many may run at once is left to the caller of `password`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use argon2::Block;

/// Blocks of one call at the current parameters (1 KiB each).
pub(crate) const BLOCKS: usize = 19 * 1024;
/// Address space taken for one call. The allocator of glibc gives memory back to the system for certain only
/// above 32 MiB; what is reserved beyond [`BLOCKS`] is never touched and takes no memory.
const RESERVED_BLOCKS: usize = 33 * 1024;

static SHELF: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());

/// Memory of one call; goes back to the shelf when dropped. It needs no wiping: the second pass has overwritten
/// all that the password alone determined, and what is left is as hard to guess from as the stored hash.
pub(crate) struct Lent(Vec<Block>);

impl Lent {
    /// Memory for one call, or nothing when the system has none left.
    pub(crate) fn take() -> Option<Self> {
        // A statement of its own, so that the shelf is free again while new memory is made.
        let used_before = shelf().pop();
        if let Some(blocks) = used_before {
            return Some(Self(blocks));
        }
        let mut blocks = Vec::new();
        blocks.try_reserve_exact(RESERVED_BLOCKS).ok()?;
        blocks.resize(BLOCKS, Block::new());
        Some(Self(blocks))
    }
}

impl AsMut<[Block]> for Lent {
    fn as_mut(&mut self) -> &mut [Block] {
        &mut self.0
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        shelf().push(std::mem::take(&mut self.0));
    }
}

/// Gives the memory of calls that are over back to the system.
pub(crate) fn release() {
    let unused = std::mem::take(&mut *shelf());
    drop(unused);
}

fn shelf() -> MutexGuard<'static, Vec<Vec<Block>>> {
    // No code panics while it holds the shelf, and a list of buffers cannot be half changed.
    SHELF.lock().unwrap_or_else(PoisonError::into_inner)
}
