//! Growing vectors without aborting when there is no memory.

use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use crate::{Error, Result};

/// An empty vector for so many elements.
pub(crate) fn with_room<T>(count: usize) -> Result<Vec<T>> {
    let mut vec = Vec::new();
    vec.try_reserve_exact(count).map_err(|_| Error::OutOfMemory)?;
    Ok(vec)
}

/// So many elements, each as new.
pub(crate) fn defaults<T: Default + Clone>(count: usize) -> Result<Vec<T>> {
    let mut vec = with_room(count)?;
    vec.resize(count, T::default());
    Ok(vec)
}

/// Makes room. Grows by half once large: the server moves large blocks without copying, and unused
/// room is waste.
pub(crate) fn reserve<T, A: Allocator>(vec: &mut Vec<T, A>, more: usize) -> Result<()> {
    const LARGE: usize = 1 << 16;
    if vec.capacity() - vec.len() >= more {
        return Ok(());
    }
    let growth = if vec.len() < LARGE { vec.len().max(4) } else { vec.len() / 2 };
    vec.try_reserve_exact(growth.max(more)).map_err(|_| Error::OutOfMemory)
}

pub(crate) fn push<T, A: Allocator>(vec: &mut Vec<T, A>, value: T) -> Result<()> {
    reserve(vec, 1)?;
    vec.push(value);
    Ok(())
}

/// Appends bytes for which there is room, all at once.
#[inline]
pub(crate) fn append<A: Allocator>(bytes: &mut Vec<u8, A>, more: &[u8]) {
    let start = bytes.len();
    bytes.resize(start + more.len(), 0);
    bytes[start..].copy_from_slice(more);
}
