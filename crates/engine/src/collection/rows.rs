use super::customer::CustomerFacts;
use super::fact::Fact;
use super::key::Key;
use super::room::reserve;
use super::set::Row;
use crate::{CHECKPOINT_INTERVAL, Checkpoint, Result};

/// Rows that are made ready at a time, so that their names are still in the processor's cache when
/// they are used.
const BLOCK: usize = 256;

/// Reads sorted rows customer by customer.
pub(super) struct RowReader<'a, K, F> {
    rows: &'a mut [Row<K, F>],
    /// How many of the rows are ordered by name, too.
    ready: usize,
    names: &'a [u8],
    wide: &'a [i128],
    checkpoint: Checkpoint<'a>,
}

impl<'a, K: Key, F: Fact> RowReader<'a, K, F> {
    /// The rows must be in the order of [`Row::order`].
    pub(super) fn new(
        rows: &'a mut [Row<K, F>],
        names: &'a [u8],
        wide: &'a [i128],
        checkpoint: Checkpoint<'a>,
    ) -> Self {
        let mut reader = RowReader { rows, ready: 0, names, wide, checkpoint };
        reader.make_ready();
        reader
    }

    /// The next customer.
    pub(super) fn head(&self) -> Option<(u64, &'a [u8])> {
        let key = self.rows.first()?.key;
        let name = key.name().map_or(&[][..], |place| place.of(self.names));
        Some((key.rank(), name))
    }

    /// Adds the facts of the next customer and goes on to the one after.
    pub(super) fn take(&mut self, customer: &mut CustomerFacts<F>) -> Result<()> {
        let Some(first) = self.rows.first() else { return Ok(()) };
        let (rank, name) = (first.key.rank(), first.key.name());
        let other = |row: &Row<K, F>| row.key.rank() != rank || row.key.name() != name;
        let count = self.rows.iter().position(other).unwrap_or(self.rows.len());
        let (taken, rest) = std::mem::take(&mut self.rows).split_at_mut(count);
        reserve(&mut customer.facts, count)?;
        for row in &*taken {
            customer.push(row.fact, |amount| amount.get(self.wide))?;
        }
        self.rows = rest;
        self.ready -= count;
        self.make_ready();
        Ok(())
    }

    /// Orders some more rows by name when no ordered ones are left.
    fn make_ready(&mut self) {
        if self.ready > 0 {
            return;
        }
        (self.checkpoint)();
        self.ready = if K::NAMED { end_of_block(self.rows) } else { self.rows.len() };
        if K::NAMED {
            let block = &mut self.rows[..self.ready];
            fetch_names(&block[..BLOCK.min(block.len())], self.names);
            for same_rank in block.chunk_by_mut(|a, b| a.key.rank() == b.key.rank()) {
                order_names(same_rank, self.names, self.checkpoint);
            }
        }
    }
}

/// The end of a block of rows, which does not separate rows of one rank.
fn end_of_block<K: Key, F>(rows: &[Row<K, F>]) -> usize {
    let Some(last) = rows.get(BLOCK - 1) else { return rows.len() };
    let more = rows[BLOCK..].iter().take_while(|row| row.key.rank() == last.key.rank()).count();
    BLOCK + more
}

/// Reads a byte of each name. The names lie in the order of arrival, not of the rows, and the
/// processor fetches many at once only while none of them has to be looked at.
fn fetch_names<K: Key, F>(rows: &[Row<K, F>], names: &[u8]) {
    let first_byte = |row: &Row<K, F>| names.get(row.key.name()?.start()).copied();
    std::hint::black_box(rows.iter().filter_map(first_byte).fold(0, u8::wrapping_add));
}

/// Among rows of equal rank, brings those of the same name together, and lets them share the
/// place of their name. Different names of equal rank are rare: two hashes have to collide.
fn order_names<K: Key, F: Fact>(rows: &mut [Row<K, F>], names: &[u8], checkpoint: Checkpoint) {
    let name = |row: &Row<K, F>| row.key.name().map_or(&[][..], |place| place.of(names));
    let Some(first) = rows.first().copied() else { return };
    let same = |row: &Row<K, F>| row.key.name() == first.key.name() || name(row) == name(&first);
    for piece in rows.chunks_mut(CHECKPOINT_INTERVAL) {
        checkpoint();
        if !piece.iter().all(same) {
            rows.sort_unstable_by(|a, b| (name(a), a.fact.order()).cmp(&(name(b), b.fact.order())));
            for same in rows.chunk_by_mut(|a, b| name(a) == name(b)) {
                let key = same[0].key;
                same.iter_mut().for_each(|row| row.key = key);
            }
            return;
        }
        piece.iter_mut().for_each(|row| row.key = first.key);
    }
}
