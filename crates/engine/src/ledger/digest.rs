//! A digest of a customer's rows and of how they are read: while it stays, so do his lines.

use xxhash_rust::xxh3::xxh3_128;

/// To be raised whenever the same rows come to other lines than before.
const REVISION: u32 = 3;

/// The sum of the digests of some parts, in any order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Digest(u128);

/// What stands for a long text.
pub fn hash(text: &[u8]) -> [u8; 16] {
    xxh3_128(text).to_le_bytes()
}

impl Digest {
    pub fn add(&mut self, part: &[u8]) {
        self.0 = self.0.wrapping_add(xxh3_128(part));
    }

    /// The digest of all that the lines of a customer come from.
    pub fn of_all(parts: &[Digest]) -> u128 {
        let mut all = REVISION.to_le_bytes().to_vec();
        parts.iter().for_each(|it| all.extend_from_slice(&it.0.to_le_bytes()));
        xxh3_128(&all)
    }
}
