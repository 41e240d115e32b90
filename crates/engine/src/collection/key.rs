use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use super::room::{append, reserve};
use crate::Result;

/// A customer, or whoever else rows are of, as a row names it.
#[derive(Clone, Copy, Debug)]
pub enum Customer<'a> {
    Id(i64),
    /// Any bytes: equal bytes are the same customer.
    Name(&'a [u8]),
}

/// What a row keeps of its customer.
pub trait Key: Copy {
    /// Whether customers have names, which decide where ranks are equal.
    const NAMED: bool;
    /// Orders customers. Only customers of equal rank need their names compared.
    fn rank(self) -> u64;
    fn name(self) -> Option<NamePlace>;
}

/// A customer with an integer id, which is its rank.
#[derive(Clone, Copy)]
pub struct Id(u64);

impl From<i64> for Id {
    /// Flips the sign bit: then ids rank as they compare.
    fn from(id: i64) -> Self {
        Id((id as u64) ^ (1 << 63))
    }
}

impl Key for Id {
    const NAMED: bool = false;
    fn rank(self) -> u64 {
        self.0
    }
    fn name(self) -> Option<NamePlace> {
        None
    }
}

/// A customer with a name, ranked by the name's hash.
#[derive(Clone, Copy)]
pub struct Named {
    pub(super) hash: u64,
    pub(super) name: NamePlace,
}

impl Key for Named {
    const NAMED: bool = true;
    fn rank(self) -> u64 {
        self.hash
    }
    fn name(self) -> Option<NamePlace> {
        Some(self.name)
    }
}

/// Where among a set's names a customer's name stands: its start, then its length in the lowest
/// bits, so that short names are found without looking; a long one has its length before it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct NamePlace(u64);

impl NamePlace {
    const LENGTH_BITS: u32 = 16;
    const LONG: usize = (1 << Self::LENGTH_BITS) - 1;

    /// Appends a name to the names of a set.
    pub(super) fn append<A: Allocator>(name: &[u8], names: &mut Vec<u8, A>) -> Result<NamePlace> {
        let prefix = (name.len() as u64).to_le_bytes();
        reserve(names, prefix.len() + name.len())?;
        if name.len() >= Self::LONG {
            append(names, &prefix);
        }
        let at = names.len() as u64;
        append(names, name);
        Ok(NamePlace(at << Self::LENGTH_BITS | name.len().min(Self::LONG) as u64))
    }

    pub(super) fn start(self) -> usize {
        (self.0 >> Self::LENGTH_BITS) as usize
    }

    pub(super) fn of(self, names: &[u8]) -> &[u8] {
        let (prefix, rest) = names.split_at(self.start());
        match self.0 as usize & Self::LONG {
            Self::LONG => {
                let length = prefix.last_chunk().map_or(0, |it| u64::from_le_bytes(*it));
                &rest[..length as usize]
            }
            length => &rest[..length],
        }
    }
}
